"""Units, where people belong, and running cases under changed rules."""

from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from handling.community import set_up_community
from handling.scheme import Scheme, read_scheme
from models import Station, Unit, User
from tests.handling.changed_rules import CHANGED
from tests.hotline.desk.conftest import Desk


def test_a_unit_is_added_changed_and_put_away(desk: Desk) -> None:
    leader = desk.browser("liu")
    leader.get("/desk/units")
    wrong = leader.post("/desk/units", code="water", name="", phone="12")
    assert wrong.status_code == 422
    assert "请写单位名称" in wrong.text
    assert "电话要写成" in wrong.text
    assert leader.post("/desk/units", code="water", name="水务公司", phone="13700000009").status_code == 302
    assert "没有用的代号" in leader.post("/desk/units", code="water", name="水务").text
    with desk.database.read() as session:
        unit = session.scalars(select(Unit).where(Unit.code == "water")).one()
    assert unit.phone == "+8613700000009"
    leader.post(f"/desk/units/{unit.id}", name="水务公司", kind="企业", active="0")
    assert "已停用" in leader.get("/desk/units").text


def test_where_a_person_belongs_decides_what_is_proposed(desk: Desk) -> None:
    with desk.database.write() as session:
        set_up_community(session, desk.scheme)
        far = session.scalars(select(Station.id).where(Station.code == "grid2")).one()
    leader, worker = desk.browser("liu"), desk.users["wangfang"].id
    assert "王芳" in leader.get("/desk/places").text
    assert "请从列表里选级别" in leader.post(f"/desk/places/{worker}", tier="emperor").text
    path = f"/desk/places/{worker}"
    assert leader.post(path, tier="micro_grid", station=str(far)).status_code == 302
    with desk.database.read() as session:
        assert session.get_one(User, worker).station_id == far
    number = desk.case()
    desk.review(number, level="A")
    assert "张书记是全社区的社区书记" in leader.get(f"/desk/cases/{number}").text, "nobody else serves that place"


@pytest.fixture
def changed(app: Flask) -> Scheme:
    """The hotline with changed rules."""
    scheme = read_scheme(CHANGED, Path("changed.toml"))
    app.extensions["hotline"] = replace(app.extensions["hotline"], scheme=scheme)
    return scheme


def test_running_cases_are_shown_by_their_old_rules_and_moved_from_a_preview(desk: Desk, changed: Scheme) -> None:
    number = desk.handled_case(level="B")
    leader = desk.browser("liu")
    page = leader.get(f"/desk/cases/{number}").text
    assert "现场核实" in page, "the step that it began with"
    assert "没有这一步" not in page
    assert "现在：</span>联动办理" in leader.get("/desk/mine").text
    preview = leader.get("/desk/migration").text
    assert "新流程没有“联动办理”这一步" in preview
    assert "新流程没有 B 这一级" in preview
    wrong = leader.post("/desk/migration", number=str(number), **{f"step-{number}": "collect"})
    assert wrong.status_code == 422
    move = {f"step-{number}": "work", f"level-{number}": "A"}
    assert leader.post("/desk/migration", number=str(number), **move).status_code == 302
    assert (desk.read(number).step, desk.read(number).level) == ("work", "A")
    assert "都按现在的流程办" in leader.get("/desk/migration").text
    assert changed.step("work").name in leader.get(f"/desk/cases/{number}").text
