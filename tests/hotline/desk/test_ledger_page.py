"""The ledger: what is found, how it is sorted, what leaves the house."""

import csv
import io
import json
from collections.abc import Callable
from datetime import timedelta

import pytest
from openpyxl import load_workbook
from sqlalchemy import select

from models import AccessEntry, Channel, Suggestion
from tests.hotline.desk.conftest import Desk


def shown(page: str) -> list[int]:
    """The numbers of the cases in the order of the page."""
    return [int(row.split(" 号<")[0].rsplit(">", 1)[1]) for row in page.split("<tr data-row>")[1:]]


@pytest.fixture
def four(desk: Desk) -> dict[str, int]:
    """Four cases that differ in everything one can filter by."""
    cases = {
        "handled": desk.handled_case(text="天福苑的下水道堵了", minutes_ago=60 * 24 * 9),  # type: ignore[arg-type]
        "fire": desk.case("楼下着火了", urgency="emergency", domain="安全隐患", phone="+8613912345678"),
        "sms": desk.case("希望多办活动", domain="文体教育", urgency="planning", channel=Channel.SMS),
        "refused": desk.case("推销贷款 100%_便宜", domain="其他"),
    }
    desk.review(cases["refused"], valid=False, note="广告")
    return cases


# Query string: the cases that it shows, in order.
FILTERS = (
    ("", ["refused", "sms", "fire", "handled"]),
    ("sort=number", ["handled", "fire", "sms", "refused"]),
    ("state=handling", ["handled"]),
    ("state=invalid", ["refused"]),
    ("level=A", ["fire", "handled"]),
    ("domain=文体教育", ["sms"]),
    ("urgency=emergency", ["fire"]),
    ("channel=sms", ["sms"]),
    ("handler={wangfang}", ["handled"]),
    ("due=late", ["handled"]),
    ("from=2026-03-09", ["refused", "sms", "fire"]),
    ("until=2026-03-08", ["handled"]),
    ("search=下水道", ["handled"]),
    ("search=100%25_便", ["refused"]),
    ("search=%25", []),
    ("search=5678", ["fire"]),
    ("search={sms}", ["sms"]),
    ("search=没有这种事", []),
    ("from=0001-01-01&until=9999-12-31", ["refused", "sms", "fire", "handled"]),
    ("search=" + "a" * 60_000, []),
    ("handler=99999999999999999999", ["refused", "sms", "fire", "handled"]),
    ("state=nonsense&from=yesterday&handler=x", ["refused", "sms", "fire", "handled"]),
)


def test_a_filter_shows_exactly_what_it_names(desk: Desk, four: dict[str, int]) -> None:
    browser = desk.browser("liu")
    for query, names in FILTERS:
        page = browser.get(f"/desk/ledger?{query.format(wangfang=desk.users['wangfang'].id, sms=four['sms'])}")
        assert shown(page.text) == [four[name] for name in names], query


def test_a_courtyard_and_the_days_that_are_left_narrow_too(desk: Desk) -> None:
    near = desk.case("天福苑的路灯坏了", urgency="urgent")
    desk.case("路灯坏了", urgency="planning")
    browser = desk.browser("liu")
    courtyard = desk.read(near).courtyard_id
    assert shown(browser.get(f"/desk/ledger?courtyard={courtyard}").text) == [near]
    assert shown(browser.get("/desk/ledger?due=soon").text) == [near]


def test_three_digits_do_not_search_telephone_numbers(desk: Desk) -> None:
    desk.case(phone="+8613912345678")
    assert shown(desk.browser("liu").get("/desk/ledger?search=678").text) == []


def test_pages_hold_fifty_and_links_keep_the_filter(desk: Desk) -> None:
    numbers = many(desk, 53)
    browser = desk.browser("liu")
    first = browser.get("/desk/ledger?sort=number&state=review").text
    assert shown(first) == numbers[:50]
    assert "第 1 页，共 2 页" in first
    assert "sort=number&amp;page=2" in first or "page=2&amp;sort=number" in first
    second = browser.get("/desk/ledger?sort=number&state=review&page=2").text
    assert shown(second) == numbers[50:]
    assert shown(browser.get("/desk/ledger?sort=number&page=99").text) == numbers[50:]


def test_the_length_of_the_ledger_does_not_change_its_cost(
    desk: Desk, count_statements: Callable[[Callable[[], object]], int]
) -> None:
    browser = desk.browser("liu")
    desk.handled_case()
    one = count_statements(lambda: browser.get("/desk/ledger"))
    many(desk, 30)
    assert count_statements(lambda: browser.get("/desk/ledger")) == one <= 6


def test_phones_are_masked_on_the_page(desk: Desk) -> None:
    desk.case(phone="+8613912345678")
    page = desk.browser("liu").get("/desk/ledger").text
    assert "139****5678" in page
    assert "13912345678" not in page


def test_the_export_holds_what_the_filter_shows_and_is_noted(desk: Desk, four: dict[str, int]) -> None:
    browser = desk.browser("liu")
    answer = browser.get("/desk/ledger.json?state=handling")
    assert [row["number"] for row in json.loads(answer.data)] == [four["handled"]]
    assert "attachment" in answer.headers["Content-Disposition"]
    assert answer.headers["Cache-Control"] == "no-store"
    with desk.database.read() as session:
        entry = session.scalars(select(AccessEntry)).one()
    assert (entry.action, entry.subject, entry.user_id) == ("export", "ledger", desk.users["liu"].id)


def test_the_downloaded_csv_tells_excel_that_it_is_utf8(desk: Desk, four: dict[str, int]) -> None:
    data = desk.browser("liu").get("/desk/ledger.csv").data
    assert data.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"))))
    assert {int(row["number"]) for row in rows} == set(four.values())


def test_the_downloaded_xlsx_opens(desk: Desk, four: dict[str, int]) -> None:
    book = load_workbook(io.BytesIO(desk.browser("liu").get("/desk/ledger.xlsx").data))
    assert book.active
    assert book.active.max_row == 1 + len(four)


def test_an_unknown_kind_of_file_is_not_found(desk: Desk) -> None:
    assert desk.browser("liu").get("/desk/ledger.exe").status_code == 404


def many(desk: Desk, count: int) -> list[int]:
    """Plain rows, written directly: this many calls would take the test minutes."""
    now = desk.clock.now()
    with desk.database.write() as session:
        rows = [
            Suggestion(
                number=5000 + i,
                channel=Channel.CALL,
                received_at=now + timedelta(minutes=i),
                scheme="chengbei",
                step="collect",
            )
            for i in range(count)
        ]
        session.add_all(rows)
    return [row.number for row in rows]
