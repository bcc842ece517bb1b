"""The handsets of the simulator: made-up residents of Chengdu, and the duty phones."""

from typing import NamedTuple

import phonenumbers

from hotline.settings import Settings


class SampleHandset(NamedTuple):
    """`number`: E.164, or "anonymous" when withheld; `shown`: kind and number as people write them; `key_phone`:
    it has one key, which calls the hotline (一键呼叫)."""

    number: str
    name: str
    shown: str
    key_phone: bool = False


SAMPLE_RESIDENTS = (
    SampleHandset("+8613800000001", "王婆婆", "手机 138 0000 0001"),
    SampleHandset("+8613800000002", "李大爷", "手机 138 0000 0002"),
    SampleHandset("+862885550109", "赵爷爷", "座机 028 8555 0109"),
    SampleHandset("+862885550133", "刘婆婆", "一键呼叫 028 8555 0133", key_phone=True),
    SampleHandset("anonymous", "不显示号码的人", ""),
)


def handsets(settings: Settings) -> tuple[SampleHandset, ...]:
    """The residents' and the duty phones, which hear of emergencies."""
    duty = (SampleHandset(number, "值班手机", written(number)) for number in settings.duty_phones)
    return (*SAMPLE_RESIDENTS, *duty)


def written(number: str) -> str:
    """+862885551234 -> 028 8555 1234."""
    parsed = phonenumbers.parse(number)
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.NATIONAL)
