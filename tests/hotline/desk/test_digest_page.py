"""每日清单: what the SMS of the morning counts, as a page."""

from tests.hotline.desk.conftest import Desk


def test_a_handler_sees_the_own_list_and_the_text_that_is_sent(desk: Desk) -> None:
    number = desk.handled_case(level="A")
    desk.handled_case("zhang", level="A")
    desk.clock.advance(days=1, hours=-1)
    page = desk.browser("wangfang").get("/desk/digest").text
    assert "今天到期1件，超期0件，等别人0件，新来1件，再看0件。" in page
    today = page.split('id="today"')[1].split("</section>")[0]
    assert f"{number} 号" in today
    assert today.count("data-row") == 1


def test_a_coordinator_sees_everybodys_and_may_look_at_one_persons(desk: Desk) -> None:
    desk.handled_case(level="A")
    desk.handled_case("zhang", level="A")
    desk.clock.advance(days=1, hours=-1)
    browser = desk.browser("liu")
    assert "今天到期2件" in browser.get("/desk/digest").text
    assert "今天到期1件" in browser.get(f"/desk/digest?person={desk.users['wangfang'].id}").text
    # A handler who asks for another's list gets the own.
    other = desk.browser("wangfang").get(f"/desk/digest?person={desk.users['zhang'].id}").text
    assert "王芳" in other.split("<h1>")[1].split("</h1>")[0]


def test_who_has_nothing_is_told_so(desk: Desk) -> None:
    assert "今天没有要催的事" in desk.browser("zhang").get("/desk/digest").text
