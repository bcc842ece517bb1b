"""征集点和院落: changed, retired, undone; what cases use stays, and the machine finds the new names."""

import pytest

from handling.ledger import LedgerFilter, ledger_rows
from handling.lexicon_versions import understander_in_force
from models import Courtyard, Station, Suggestion


@pytest.fixture
def liu(desk):
    browser = desk.browser("liu")
    browser.get("/desk/stations")
    return browser


@pytest.fixture
def yard(desk):
    with desk.database.read() as session:
        return session.query(Courtyard).filter_by(name="天福苑").one()


def form_of(yard, **changes):
    form = {"name": yard.name, "aliases": "、".join(yard.aliases), "station": str(yard.station_id or "")}
    return form | {"households": str(yard.households or ""), "active": "1"} | changes


def found_places(desk, text):
    with desk.database.read() as session:
        return [place.name for place in understander_in_force(session).understand(text).places]


def get(desk, model, **which):
    with desk.database.read() as session:
        return session.query(model).filter_by(**which).one()


def test_a_new_courtyard_is_found_in_what_people_say(desk, liu):
    assert "望江坝" not in found_places(desk, "望江坝的路灯坏了")
    answer = liu.post("/desk/stations/courtyard", name="望江坝", aliases="老码头、望江坝子", households="120")
    assert answer.status_code == 302
    assert found_places(desk, "老码头的路灯坏了") == ["望江坝"]
    assert "刘统筹" in liu.get("/desk/stations").text


def test_a_retired_courtyard_stays_with_its_cases_and_is_offered_no_more(desk, liu, yard):
    number = desk.case()
    desk.review(number, courtyard_id=yard.id)
    liu.post(f"/desk/stations/courtyard/{yard.id}", **form_of(yard, active="0"))
    assert get(desk, Suggestion, number=number).courtyard_id == yard.id
    assert "天福苑" not in found_places(desk, "天福苑的路灯坏了")
    assert ">天福苑<" not in liu.get("/desk/new").text
    change = liu.get("/desk/stations").text.split("/desk/stations/undo/")[1].split('"')[0]
    assert liu.post(f"/desk/stations/undo/{change}").status_code == 302
    assert found_places(desk, "天福苑的路灯坏了") == ["天福苑"]


def test_a_renamed_courtyard_has_its_cases_found_by_the_new_name(desk, liu, yard):
    number = desk.case("下水道堵了")
    desk.review(number, courtyard_id=yard.id)
    liu.post(f"/desk/stations/courtyard/{yard.id}", **form_of(yard, name="锦绣里"))
    with desk.database.read() as session:
        rows = list(ledger_rows(session, LedgerFilter(search="锦绣里"), now=desk.clock.now()))
        assert [case.number for case in rows] == [number]


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"name": ""}, "请写院落的名字"),
        ({"aliases": "甲"}, "别名至少两个字"),
        ({"households": "many"}, "户数写数字"),
        ({"station": "999"}, "请从列表里选征集点"),
    ],
)
def test_a_wrong_field_is_told_at_the_field(liu, yard, changes, told):
    answer = liu.post(f"/desk/stations/courtyard/{yard.id}", **form_of(yard, **changes))
    assert answer.status_code == 422
    assert told in answer.text


def test_two_courtyards_share_no_name(liu, yard):
    assert "这个名字已经有了" in liu.post("/desk/stations/courtyard", name="天福苑").text
    answer = liu.post("/desk/stations/courtyard", name="新苑", aliases="天福苑")
    assert "机器分不清" in answer.text


def test_a_station_is_added_moved_and_only_retired_when_nobody_needs_it(desk, liu, yard):
    tier = desk.scheme.community.station_tiers[-1].code
    main = get(desk, Station, code=desk.scheme.community.stations[0].code)
    assert liu.post("/desk/stations/station", code="Grid 9", name="九", tier=tier).status_code == 422
    assert (
        liu.post(
            "/desk/stations/station", code="grid_nine", name="九号点", tier=tier, parent=str(main.id)
        ).status_code
        == 302
    )
    nine = get(desk, Station, code="grid_nine")
    assert nine.parent_id == main.id
    below = {"name": main.name, "tier": main.tier, "parent": str(nine.id), "active": "1"}
    assert "不在它下面" in liu.post(f"/desk/stations/station/{main.id}", **below).text
    liu.post(f"/desk/stations/courtyard/{yard.id}", **form_of(yard, station=str(nine.id)))
    away = {"name": "九号点", "tier": tier, "parent": str(main.id), "active": "0"}
    assert "还有1个院落属于它" in liu.post(f"/desk/stations/station/{nine.id}", **away).text
    liu.post(f"/desk/stations/courtyard/{yard.id}", **form_of(yard))
    assert liu.post(f"/desk/stations/station/{nine.id}", **away).status_code == 302
    assert not get(desk, Station, code="grid_nine").active
    assert ">九号点<" not in liu.get("/desk/new").text


def test_undoing_what_was_added_retires_it(desk, liu):
    liu.post("/desk/stations/courtyard", name="望江坝")
    liu.post("/desk/stations/undo/1")
    assert not get(desk, Courtyard, name="望江坝").active
    assert liu.post("/desk/stations/undo/77").status_code == 404


def test_the_page_costs_few_statements(liu, count_statements):
    assert count_statements(lambda: liu.get("/desk/stations")) <= 6


def test_the_calendar_keeps_its_history_and_every_day_can_come_back(desk, liu):
    liu.post("/desk/calendar", day="2026-05-20", working="0", reason="社区活动")
    liu.post("/desk/calendar/2026-05-20/remove")
    page = liu.get("/desk/calendar").text
    assert "没有特别的日子" in page
    assert page.count("刘统筹，") == 2
    liu.post("/desk/calendar/undo/2")
    assert "社区活动" in liu.get("/desk/calendar").text.split("改过什么")[0]
    liu.post("/desk/calendar/undo/1")
    assert "没有特别的日子" in liu.get("/desk/calendar").text
    assert liu.post("/desk/calendar/undo/99").status_code == 404


def test_who_changed_an_account_is_written_down_without_its_password(desk):
    zhou = desk.browser("zhou")
    zhou.get("/desk/users")
    user = desk.users["wangfang"].id
    zhou.post(f"/desk/users/{user}/active")
    page = zhou.post(f"/desk/users/{user}/password").text
    zhou.post("/desk/users", username="new", name="新同志", role="handler", tier="micro_grid")
    page = zhou.get("/desk/users").text.split("改过什么")[1]
    assert "可以登录：是 → 否" in page
    assert "密码：旧的 → 新的" in page
    assert "<strong>新同志</strong> 加上" in page
