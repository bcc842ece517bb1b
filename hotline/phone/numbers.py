"""The handsets of the simulator: made-up residents. 13800000... is a range that no one in the story has."""

from typing import NamedTuple


class SampleResident(NamedTuple):
    number: str
    name: str
    handset: str


SAMPLE_RESIDENTS = (
    SampleResident("+8613800000001", "王婆婆", "手机 138-0000-0001"),
    SampleResident("+8613800000002", "李大爷", "手机 138-0000-0002"),
    SampleResident("+8613800000003", "陈孃孃", "手机 138-0000-0003"),
    SampleResident("+862885550109", "赵爷爷", "座机 028-8555-0109"),
)
