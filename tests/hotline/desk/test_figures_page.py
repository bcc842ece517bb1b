"""The pages of figures: each explains itself and leads to its cases; all leave as files."""

import io
import json
import re
from collections.abc import Callable

import pytest
from openpyxl import load_workbook
from sqlalchemy import select

from models import (
    Answer,
    AnswerMeans,
    Assistance,
    Campaign,
    Courtyard,
    Participation,
    ParticipationState,
    Rating,
    Unit,
)
from tests.hotline.desk.conftest import Desk
from tests.hotline.desk.deeds import PLAN, met

PAGES = (
    "/desk/figures",
    "/desk/figures/map",
    "/desk/figures/indicators",
    "/desk/figures/deliberations",
    "/desk/figures/assessment",
    "/desk/figures/satisfaction",
)


def finished(desk: Desk, score: int | None = None, **given: str) -> int:
    number = desk.handled_case(level="A", **given)
    desk.clock.advance(hours=2)
    desk.act(number, "wangfang", "finish", result="通了")
    desk.act(number, "liu", "publish", feedback="下水道通了")
    desk.act(number, "liu", "close") if desk.read(number).state == "handling" else None
    if score:
        with desk.database.write() as session:
            case = desk.find(session, number)
            session.add(
                Rating(suggestion=case, requested_at=desk.clock.now(), score=score, rated_at=desk.clock.now())
            )
    return number


def test_every_figure_says_what_it_counts_and_lists_its_cases(desk: Desk) -> None:
    finished(desk, 5)
    desk.handled_case(level="B", domain="停车交通", text="车没有地方停")
    browser = desk.browser("wangfang")
    page = browser.get("/desk/figures").text
    for name in ("办结率", "转化率", "及时率", "参与率", "满意率", "满意度", "首次答复", "办结用时"):
        card = page.split(f"<h3>{name}</h3>")[1].split("</li>")[0]
        assert "怎么算的" in card
        link = re.search(r'href="([^"]+)">看', card)
        assert link, name
        listed = browser.get(link.group(1).replace("&amp;", "&"))
        assert listed.status_code == 200, name
    assert "50%" in page.split("<h3>办结率</h3>")[1].split("</li>")[0]
    assert "目标 90%" in page
    assert "✖</span> 红灯" in page.split("<h3>办结率</h3>")[1].split("</li>")[0]


def test_a_list_behind_a_figure_has_just_its_cases(desk: Desk) -> None:
    done = finished(desk)
    desk.handled_case(level="B", domain="停车交通", text="车没有地方停")
    page = desk.browser("wangfang").get("/desk/figures/cases?set=done").text
    assert "办结的建议" in page
    assert f"{done} 号" in page
    assert page.count("data-row") == 1
    assert "没有这样的建议" in desk.browser("wangfang").get("/desk/figures/cases?set=done&domain=停车交通").text


@pytest.mark.parametrize(
    "by", ["domain", "courtyard", "station", "channel", "handler", "unit", "month", "level", "track", "campaign"]
)
def test_figures_split_every_way(desk: Desk, by: str) -> None:
    finished(desk, 4)
    page = desk.browser("liu").get(f"/desk/figures?by={by}").text
    split = page.split('id="split"')[1]
    assert "data-row" in split
    for link in re.findall(r'href="(/desk/figures[^"#]*)"', split):
        assert desk.browser("liu").get(link.replace("&amp;", "&")).status_code == 200, link


def test_what_makes_no_sense_in_an_address_still_opens(desk: Desk) -> None:
    finished(desk)
    browser = desk.browser("liu")
    for query in (
        "by=nothing",
        "handler=abc",
        "from=yesterday",
        "courtyard=99999999999999",
        "handler=none",
        "page=0",
    ):
        assert browser.get(f"/desk/figures?{query}").status_code == 200, query
        assert browser.get(f"/desk/figures/cases?{query}").status_code == 200, query
    assert browser.get("/desk/figures/cases?set=nothing").status_code == 404
    assert browser.get("/desk/figures/nothing.csv").status_code == 404
    assert browser.get("/desk/figures/map.docx").status_code == 404


def test_the_map_has_every_courtyard_as_a_link_and_as_a_table(desk: Desk) -> None:
    number = finished(desk)
    with desk.database.write() as session:
        courtyard = session.scalars(select(Courtyard).where(Courtyard.name == "天福苑")).one()
        desk.find(session, number).courtyard = courtyard
    page = desk.browser("wangfang").get("/desk/figures/map").text
    assert page.count('class="plot shade-') == 32
    drawn = re.search(r'<a class="plot shade-4" href="([^"]+)">天福苑<span class="number">1<span', page)
    assert drawn
    assert f"{number} 号" in desk.browser("wangfang").get(drawn.group(1).replace("&amp;", "&")).text
    assert "看成表" in page


def test_the_pages_hold_to_the_policy_of_no_inline_style_or_script(desk: Desk) -> None:
    finished(desk, 3)
    for path in PAGES:
        page = desk.browser("liu").get(path).text
        assert " style=" not in page, path
        assert "<script>" not in page, path


def test_a_unit_is_assessed_with_the_weights_that_are_declared(desk: Desk) -> None:
    number = finished(desk, 5)
    with desk.database.write() as session:
        desk.find(session, number).unit = Unit(code="a", name="物业公司")
    page = desk.browser("liu").get("/desk/figures/assessment").text
    assert "办结率 30 分，及时率 30 分，满意率 40 分" in page
    row = page.split("<tbody>")[1].split("</tr>")[0]
    assert "物业公司" in row
    assert "100.0" in row
    assert "优秀" in row
    before = desk.browser("liu").get("/desk/figures/assessment?quarter=2025-Q4").text
    assert "这个季度没有单位办过的建议" in before


def test_the_requests_for_help_behind_a_unit_are_listed(desk: Desk) -> None:
    with desk.database.write() as session:
        unit = Unit(code="a", name="水务公司")
        session.add(unit)
        session.flush()
        key = unit.id
    number = desk.handled_case(level="A")
    asked = desk.browser("wangfang")
    asked.get(f"/desk/cases/{number}")
    assert asked.post(f"/desk/cases/{number}/help", helper=f"unit-{key}", task="关总阀门").status_code == 302
    quarter = "/desk/figures/assessment/helps?by=unit&quarter=2026-Q1"
    assert "没有要答复的协办" in asked.get(f"{quarter}&key={key}").text
    with desk.database.write() as session:
        session.scalars(select(Assistance)).one().answered_at = desk.clock.now()
    page = asked.get(f"{quarter}&key={key}").text
    row = page.split("<tbody>")[1]
    assert f"{number} 号" in row
    assert "关总阀门" in row
    assert "不及时" not in row
    for wrong in ("", "&key=abc", "&key=99999"):
        assert asked.get(quarter + wrong).status_code == 404


def test_the_quarter_leads_to_its_rated_cases_and_to_the_campaign_that_asked(desk: Desk) -> None:
    number = finished(desk, 5)
    liu = desk.browser("liu")
    made = liu.post("/desk/campaigns/new", template="satisfaction", **{**PLAN, "title": "每季满意"})
    assert made.status_code == 302
    with desk.database.write() as session:
        campaign = session.scalars(select(Campaign)).one()
        key = campaign.id
        part = Participation(
            campaign=campaign, resident=desk.find(session, number).resident, state=ParticipationState.DONE
        )
        now = desk.clock.now()
        part.answers.append(
            Answer(question=campaign.questions[0], means=AnswerMeans.SMS, value=3, answered_at=now)
        )
        session.add(part)
    row = liu.get("/desk/figures/satisfaction").text.split("<tbody>")[1].split("</tr>")[0]
    for shown in ("5.00", "3.00", f'href="/desk/campaigns/{key}/results"'):
        assert shown in row
    assert f"/desk/campaigns/{key}" not in desk.browser("wangfang").get("/desk/figures/satisfaction").text
    behind = re.search(r'href="(/desk/figures/satisfaction/cases[^"]+)"', row)
    assert behind
    assert f"{number} 号" in liu.get(behind.group(1)).text
    exported = json.loads(liu.get("/desk/figures/satisfaction.json").data)[-1]
    assert (exported["average"], exported["survey_average"], exported["survey_satisfied"]) == (5.0, 3.0, 0.0)


@pytest.mark.parametrize("part", ["figures", "map", "indicators", "deliberations", "assessment", "satisfaction"])
def test_every_page_leaves_as_a_file(desk: Desk, part: str) -> None:
    finished(desk, 5)
    browser = desk.browser("liu")
    sheet = load_workbook(io.BytesIO(browser.get(f"/desk/figures/{part}.xlsx").data)).active
    rows = json.loads(browser.get(f"/desk/figures/{part}.json").data)
    lines = browser.get(f"/desk/figures/{part}.csv").data.decode("utf-8-sig").splitlines()
    assert sheet is not None
    assert sheet.max_row == len(rows) + 1 == len(lines)
    if rows:
        assert lines[0] == ",".join(rows[0])


def test_deliberations_are_counted_with_the_meetings_behind_each_figure(desk: Desk) -> None:
    met(desk, desk.handled_case(level="A"))
    browser = desk.browser("wangfang")
    page = browser.get("/desk/figures/deliberations").text
    for name, shown in (
        ("议了", "1"),
        ("参与户次", "45"),
        ("参与率", "93.8%"),
        ("议决率", "100%"),
        ("通过率", "100%"),
    ):
        card = page.split(f"<h3>{name}</h3>")[1].split("</li>")[0]
        assert f'"figure-value">{shown}<' in card, name
        assert "怎么算的" in card
        link = re.search(r'href="([^"]+)">看', card)
        assert link
        assert browser.get(link.group(1).replace("&amp;", "&")).status_code == 200
    listed = browser.get("/desk/figures/deliberations/held?deliberation_kind=courtyard_meeting&month=2026-03").text
    assert "48户里45户" in listed
    assert "坝坝会" in listed.split("回议事统计")[0]
    assert listed.count("data-row") == 1
    assert "没有这样的议事" in browser.get("/desk/figures/deliberations/held?month=2026-02").text
    assert browser.get("/desk/figures/deliberations/nothing").status_code == 404
    (row,) = json.loads(desk.browser("liu").get("/desk/figures/deliberations.json?by=deliberation_kind").data)
    assert (row["name"], row["held"], row["households"], row["turnout"]) == ("坝坝会", 1, 45, 0.9375)


@pytest.mark.parametrize("by", ["month", "deliberation_kind", "courtyard"])
def test_deliberations_split_by_month_kind_and_place(desk: Desk, by: str) -> None:
    met(desk, desk.handled_case(level="A"))
    split = desk.browser("liu").get(f"/desk/figures/deliberations?by={by}").text.split('id="split"')[1]
    assert split.count("data-row") == 1
    counted = re.search(r'href="(/desk/figures/deliberations/held[^"]*)"', split)
    assert counted
    assert desk.browser("liu").get(counted.group(1).replace("&amp;", "&")).text.count("data-row") == 1


def test_the_exported_numbers_are_those_of_the_page(desk: Desk) -> None:
    finished(desk, 5)
    finished(desk, 2)
    (row,) = json.loads(desk.browser("liu").get("/desk/figures/figures.json?by=domain").data)
    assert (row["name"], row["valid"], row["done_share"], row["satisfied_share"], row["satisfaction"]) == (
        "公共设施维护",
        2,
        1.0,
        0.5,
        3.5,
    )


def test_more_cases_cost_no_more_statements(
    desk: Desk, count_statements: Callable[[Callable[[], object]], int]
) -> None:
    browser = desk.browser("liu")
    finished(desk, 5)
    paths = (*PAGES, "/desk/lights", "/desk/digest", "/desk/figures/cases?set=valid")
    once = {path: count_statements(lambda path=path: browser.get(path)) for path in paths}  # type: ignore[misc]
    for _ in range(3):
        finished(desk, 4, domain="环境卫生")
    for path in paths:
        assert count_statements(lambda path=path: browser.get(path)) <= once[path], path  # type: ignore[misc]
