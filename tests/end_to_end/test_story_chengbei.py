"""城北社区 (S1): the drain of 天福苑, from the call to the public feedback, as its own report tells it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from models import Database, Role
from tests.end_to_end.town import Town, town
from tests.fakes.carrier import CarrierFake, carrier_fixture  # noqa: F401
from tests.fakes.clock import FakeClock

GRANDMOTHER = "+8613800138000"


@pytest.fixture
def chengbei(database: Database, clock: FakeClock, carrier: CarrierFake, tmp_path: Path) -> Iterator[Town]:
    made = town("chengbei", database, clock, carrier, tmp_path / "home")
    made.person("chen", "陈志愿", Role.VOLUNTEER)
    made.person("liu", "刘统筹", Role.COORDINATOR)
    made.person("wang", "王芳", Role.HANDLER, "micro_grid", station="mobile11")
    yield made
    made.close()


def test_the_drain_of_tianfuyuan(chengbei: Town) -> None:
    prompts = chengbei.calls(GRANDMOTHER, "我是天福苑的，屋头下水道返水，臭得很，麻烦你们来看一哈")
    assert prompts == ["greeting", "consent", "speak"]
    number = chengbei.newest()
    assert f"编号{number}" in chengbei.inbox(GRANDMOTHER)[0]
    chengbei.reviews("chen", number, level="A")
    case = chengbei.case(number)
    assert (case.domain, case.level, case.step) == ("公共设施维护", "A", "triage")
    case = chengbei.case(number)
    chengbei.acts("liu", number, "assign", handler=str(chengbei.users["wang"]))
    assert chengbei.case(number).step == "handle"
