"""What a list may cost the database: at most six statements, and the same however long it is."""

import re
from collections.abc import Callable
from contextlib import suppress

import pytest
from flask import Flask
from werkzeug.exceptions import NotFound

from handling.community import add_units
from tests.hotline.desk.busy import PAGES
from tests.hotline.desk.conftest import Browser, Desk
from tests.hotline.desk.deeds import PLAN, press, publish

# Files, sounds, streams and parts of pages; and two pages that this community has not: measured times of a scheme
# with indicators, and the first account.
NO_PAGES = {
    *("board.card", "board.feed", "board.photo", "board.poster", "board.stories_json"),
    *("desk.attachment", "desk.campaign_progress", "desk.campaign_voice", "desk.count_alarms"),
    *("desk.download_rules", "desk.draft", "desk.export", "desk.export_campaign", "desk.figure_export"),
    *("desk.former_prompt", "desk.home", "desk.live", "desk.live_now", "desk.peaks", "desk.practice_peaks"),
    *("desk.practice_sound", "desk.print_form", "desk.print_ledger", "desk.print_paper"),
    *("desk.question_voice", "desk.recording", "desk.resident_copy"),
    *("desk.case_version", "desk.indicator_cases", "desk.first_account"),
}
MOST = 6
# No lists: the map counts courtyards four ways, the honours are one question a kind and a note of the look.
MORE = {"/desk/figures/map": 10, "/desk/honours": 8}


def a_day(desk: Desk, turn: int) -> None:
    """Something for each list, from residents and courtyards that were not there before."""
    phones = [f"+86138{turn:04}{n:04}" for n in range(5)]
    desk.case(phone=phones[0], text=f"下水道堵了，{turn}栋")
    desk.handled_case(phone=phones[1], text=f"路灯坏了，{turn}栋", level="B")
    publish(desk, f"疏通了{turn}次", phone=phones[2])
    closed = desk.handled_case(phone=phones[3], text="井盖松了")
    desk.act(closed, "wangfang", "finish", result="换好了", upkeep="物业")
    desk.act(closed, "liu", "keep_private", reason="小事")
    desk.act(closed, "liu", "close")
    desk.review(desk.case("广告", phone=phones[4]), valid=False, note="广告")
    desk.missed_call(phones[0])
    liu = desk.browser("liu")
    liu.get("/desk/campaigns/new?template=traffic")
    liu.post("/desk/campaigns/new", template="traffic", **{**PLAN, "keyword": f"出行{turn}"})
    topic = {"title-0": f"疏通{turn}", "text-0": "每户40元", "case-0": str(closed)}
    liu.post("/desk/deliberations", kind="courtyard_meeting", courtyard="1", entitled="48", **topic)
    liu.post("/desk/experts", name=f"王工{turn}", fields="电梯", kind="expert", active="1")


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_list_costs_six_statements_however_long_it_is(
    desk: Desk, count_statements: Callable[[Callable[[], object]], int]
) -> None:
    with desk.database.write() as session:
        add_units(session, desk.scheme)
    liu, worker, guard = desk.browser("liu"), desk.browser("wangfang"), desk.browser("zhiyuan")
    who = {"/desk/mine": worker, "/desk/inspections": worker, "/desk/visits": guard, "/desk/alarms": guard}
    paths = (
        *("/desk/review", "/desk/mine", "/desk/ledger", "/desk/ledger?search=路灯", "/desk/residents"),
        *("/desk/campaigns", "/desk/deliberations", "/desk/agenda", "/desk/experts", "/desk/alarms", "/desk/help"),
        *("/desk/visits", "/desk/inspections", "/desk/lights", "/desk/digest", "/desk/hot", "/desk/honours"),
        *("/desk/figures/cases?set=valid", "/desk/figures/map", "/desk/figures/deliberations", "/desk/rewards"),
        *("/desk/quality", "/desk/units"),
        *("/desk/places", "/board/", "/board/stories", "/board/money", "/board/campaigns", "/board/deliberations"),
    )
    for path in paths:
        if path.startswith("/board/"):
            who[path] = Browser(desk.app)
    cost: list[dict[str, int]] = []
    for turn in (1, 2, 3, 4):
        a_day(desk, turn)
        if turn == 1:
            press(desk)
        if turn in (1, 4):
            desk.clock.advance(days=2)
            for browser in (liu, worker, guard):
                browser.get("/desk/all")
            cost.append(
                {path: count_statements(lambda path=path: who.get(path, liu).get(path)) for path in paths}  # type: ignore[misc]
            )
    few, many = cost
    assert {path: (few[path], many[path]) for path in paths if many[path] > max(few[path], 1)} == {}, "grows"
    assert {path: count for path, count in many.items() if count > MORE.get(path, MOST)} == {}


def test_every_page_is_among_those_that_are_read_and_photographed(app: Flask) -> None:
    adapter = app.url_map.bind("hotline")
    shown = set()
    for page in PAGES:
        with suppress(NotFound):
            shown.add(adapter.match(re.sub(r"\{\w+\}", "1", page.path.split("?")[0]), method="GET")[0])
    pages = {
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if "GET" in (rule.methods or ()) and rule.endpoint.startswith(("desk.", "board."))
    }
    assert " ".join(sorted(pages - shown - NO_PAGES)) == ""
