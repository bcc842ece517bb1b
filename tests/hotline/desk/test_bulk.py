"""Selected rows of the ledger: what will happen, one confirmation, what failed; filters that one keeps."""

import re
from datetime import timedelta

from sqlalchemy import func, select

from models import Event, Notice, SavedFilter
from tests.hotline.desk.conftest import Browser, Desk


def graded(desk: Desk, phone: str = "+8613800138001") -> int:
    number = desk.case(phone=phone)
    desk.review(number, level="B")
    return number


def preview(browser: Browser, deed: str, *numbers: int, **given: str):  # type: ignore[no-untyped-def]
    browser.get("/desk/ledger")
    rows = [str(number) for number in numbers]
    return browser.post("/desk/ledger/preview", deed=deed, number=rows, back="state=handling", **given)  # type: ignore[arg-type]


def confirm(browser: Browser, page: str):  # type: ignore[no-untyped-def]
    rows = re.findall(r'name="row" value="([\d:]+)"', page)
    hidden = dict(re.findall(r'<input type="hidden" name="(deed|handler|due|reason|back)" value="([^"]*)"', page))
    return browser.post("/desk/ledger/bulk", row=rows, **hidden)  # type: ignore[arg-type]


def test_a_preview_changes_nothing_and_one_press_does_it(desk: Desk) -> None:
    fresh, theirs, unread = graded(desk), desk.handled_case(), desk.case("还没有核对")
    browser = desk.browser("liu")
    with desk.database.read() as session:
        before = (session.scalar(select(func.count(Event.id))), session.scalar(select(func.count(Notice.id))))
    page = preview(
        browser, "assign", fresh, theirs, unread, handler=str(desk.users["zhang"].id), reason="换人"
    ).text
    with desk.database.read() as session:
        after = (session.scalar(select(func.count(Event.id))), session.scalar(select(func.count(Notice.id))))
    assert after == before
    assert "2 件会照下面的样子改，1 件办不了" in page
    assert "还没有 → <strong>张书记" in page
    assert "王芳 → <strong>张书记" in page
    assert f"{unread} 号</a>：" in page
    done = confirm(browser, page).text
    assert "办好了 2 件" in done
    assert {desk.read(number).handler_id for number in (fresh, theirs)} == {desk.users["zhang"].id}
    with desk.database.read() as session:
        assert desk.find(session, theirs).events[-1].kind == "reassign"


def test_who_was_quicker_is_told_and_the_others_are_done(desk: Desk) -> None:
    one, other = graded(desk), graded(desk, "+8613800138002")
    browser = desk.browser("liu")
    page = preview(browser, "assign", one, other, handler=str(desk.users["zhang"].id)).text
    desk.act(one, "liu", "assign", level="A", handler=str(desk.users["wangfang"].id))
    done = confirm(browser, page).text
    assert "办好了 1 件，1 件没有办成" in done
    assert desk.read(one).handler_id == desk.users["wangfang"].id
    assert desk.read(other).handler_id == desk.users["zhang"].id


def test_more_time_needs_two_people(desk: Desk) -> None:
    number = desk.handled_case()
    later = (desk.clock.now() + timedelta(days=21)).date().isoformat()
    liu, zhou = desk.browser("liu"), desk.browser("zhou")
    due = desk.read(number).due
    confirm(liu, preview(liu, "extend", number, due=later, reason="等配件").text)
    assert desk.read(number).due == due
    assert "要由另一位统筹员来定" in preview(liu, "grant", number).text
    confirm(zhou, preview(zhou, "grant", number).text)
    assert desk.read(number).due != due
    assert "没有人申请延期" in preview(zhou, "grant", number).text


def test_off_the_board_and_back(desk: Desk) -> None:
    number = desk.handled_case()
    with desk.database.write() as session:
        desk.find(session, number).published_at = desk.clock.now()
    browser = desk.browser("liu")
    assert "已经公开着" in preview(browser, "put_back", number).text
    confirm(browser, preview(browser, "take_off", number).text)
    assert desk.read(number).published_at is None
    confirm(browser, preview(browser, "put_back", number).text)
    assert desk.read(number).published_at == desk.clock.now()


def test_what_is_missing_is_said_before(desk: Desk) -> None:
    number = graded(desk)
    browser = desk.browser("liu")
    assert "请填写责任人" in preview(browser, "assign", number).text
    assert preview(browser, "assign").location == "/desk/ledger?state=handling"
    browser.get("/desk/ledger")
    assert browser.post("/desk/ledger/preview", deed="close", number=str(number)).status_code == 400
    assert desk.browser("wangfang").post("/desk/ledger/preview", deed="assign").status_code == 403


def test_filters_are_kept_under_a_name_for_oneself(desk: Desk) -> None:
    browser = desk.browser("wangfang")
    browser.get("/desk/ledger?state=handling&domain=环境卫生")
    for query in ("state=handling&domain=环境卫生", "state=done&evil=1"):
        answer = browser.post("/desk/ledger/filters", name="我的环卫", back=query)
    assert answer.location == "/desk/ledger?state=done"
    page = browser.get("/desk/ledger").text
    assert 'href="/desk/ledger?state=done">我的环卫</a>' in page
    other = desk.browser("liu")
    assert "我的环卫" not in other.get("/desk/ledger").text
    with desk.database.read() as session:
        kept = session.scalars(select(SavedFilter)).one()
    other.post(f"/desk/ledger/filters/{kept.id}/drop")
    assert "我的环卫" in browser.get("/desk/ledger").text
    browser.post(f"/desk/ledger/filters/{kept.id}/drop")
    assert "我的环卫" not in browser.get("/desk/ledger").text


def test_there_is_an_end_to_keeping(desk: Desk) -> None:
    browser = desk.browser("wangfang")
    browser.get("/desk/ledger")
    for number in range(21):
        browser.post("/desk/ledger/filters", name=f"第{number}个", back="state=done")
    assert "最多存 20 个" in browser.get("/desk/ledger").text
