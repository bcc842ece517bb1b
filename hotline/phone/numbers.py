"""The handsets of the simulator: made-up residents of Chengdu, and the duty phones."""

from typing import NamedTuple

from hotline.settings import Settings


class SampleHandset(NamedTuple):
    """`number`: E.164, or "anonymous" when withheld."""

    number: str
    name: str
    shown: str


RESIDENTS = (
    SampleHandset("+8613800000001", "王婆婆", "手机 138-0000-0001"),
    SampleHandset("+8613800000002", "李大爷", "手机 138-0000-0002"),
    SampleHandset("+862885550109", "赵爷爷", "座机 028-8555-0109"),
    SampleHandset("anonymous", "不显示号码的人", "隐藏来电号码"),
)


def handsets(settings: Settings) -> tuple[SampleHandset, ...]:
    duty = (SampleHandset(number, "值班手机", number) for number in settings.duty_phones)
    return (*RESIDENTS, *duty)
