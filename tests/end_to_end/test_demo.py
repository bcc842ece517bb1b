"""What a newcomer sees: `make run`, the pages it names, and a resident's own telephone."""

import re

import pytest
from playwright.sync_api import expect

from tests.end_to_end.demo_pages import act, sign_in

pytestmark = [pytest.mark.speech, pytest.mark.browser]


def test_the_first_start_tells_one_voice_s_whole_way(demonstration):
    words = demonstration.first_words
    for said in ("提示音", "heard 听到的：", "understood 理解：公共设施维护", "ledger 台账：1001号", "天福苑"):
        assert said in words
    assert "【城北社区】您的建议已收到，编号1001" in words
    assert "每户40元，共1920元" in words
    assert "1002号" in words
    assert "有危险请马上打119" in words


def test_it_comes_with_a_past_and_says_in_both_languages_what_to_try(demonstration, page):
    for hint in ("text “赞成” to vote", "发“出行”答问卷", "press 一键呼叫", "看往来"):
        assert hint in demonstration.first_words
    sign_in(page, demonstration, "coordinator")
    page.goto(f"{demonstration.url}/desk/figures")
    for domain in ("环境卫生", "邻里纠纷", "养老助老"):
        expect(page.get_by_role("link", name=domain)).to_be_visible()
    page.goto(f"{demonstration.url}/desk/cases/1001")
    expect(page.get_by_text("46户各交40元").first).to_be_visible()
    page.goto(f"{demonstration.url}/desk/experts")
    expect(page.locator("[data-row]", has_text="陈工")).to_be_visible()
    expect(page.get_by_text("没有“智慧社区”领域的专家")).to_be_visible()
    # Nobody is told today what happened weeks ago.
    page.goto(f"{demonstration.url}/phone/")
    page.select_option("#number", "+8613800000001")
    expect(page.locator("#texts li").first).to_be_visible()
    expect(page.locator("#texts li", has_text="声控灯")).to_have_count(0)


def test_the_board_shows_what_was_done_and_nobody_s_number_or_name(demonstration, page):
    page.goto(f"{demonstration.url}/board/")
    expect(page.get_by_text("48户每户分摊40元")).to_be_visible()
    assert "1380000" not in page.content()
    assert "张婆婆" not in page.content()


def test_from_the_phone_page_to_the_desk_the_case_and_the_board(demonstration, page):
    """A resident calls, a volunteer reviews, the coordinator assigns, a handler finishes, the board tells it."""
    page.goto(f"{demonstration.url}/phone/")
    page.select_option("#number", "+8613800000002")
    page.check("#say-street_light")
    page.click("#call")
    answer = page.locator("#texts li", has_text="您的建议已收到")
    expect(answer).to_have_count(1, timeout=120_000)
    number = re.search(r"编号(\d+)", answer.inner_text())[1]

    sign_in(page, demonstration, "volunteer")
    page.goto(f"{demonstration.url}/desk/review/{number}")
    page.keyboard.press("s")
    text = page.locator("textarea#text")
    expect(text).to_be_enabled()
    assert "路灯" in text.input_value()
    text.fill("我想反映一下路灯的问题，我们院子门口那盏路灯坏了快半个月了。")
    page.locator("input[name=level][value=A]").check()
    with page.expect_navigation():
        page.keyboard.press("Control+Enter")

    sign_in(page, demonstration, "coordinator")
    case = f"{demonstration.url}/desk/cases/{number}"
    page.goto(case)
    act(page, "assign", level="A", handler="李网格")

    sign_in(page, demonstration, "handler")
    page.goto(case)
    act(page, "progress", note="电工明天上门")
    act(page, "finish", result="路灯已换新灯")

    sign_in(page, demonstration, "coordinator")
    page.goto(case)
    act(page, "publish", feedback="院落门口的路灯换了新灯，晚上看得见路了。")
    act(page, "close")

    page.goto(f"{demonstration.url}/board/")
    expect(page.get_by_text("路灯换了新灯")).to_be_visible()
    # On the case page, since at night these wait for the morning.
    page.goto(case)
    for told in ("已核对", "交给李网格办理", "有新进展：电工明天上门", "办好了：路灯已换新灯", "已办结"):
        expect(page.locator("li.told", has_text=told).first).to_be_visible()


def test_a_text_from_another_terminal_is_answered(demonstration):
    heard = demonstration.command("text", "--from", "+8613800000003", "我们楼道的灯坏了", "--wait", "30")
    assert "您的建议已收到" in heard


def test_a_landline_is_called_back_with_recorded_prompts(demonstration):
    from hotline.phone.samples import samples

    sound = str(samples()["meals"].path)
    heard = demonstration.command("call", "--wav", sound, "--from", "+862885550109", "--wait", "90")
    assert "给您回个话" in heard
    assert "短信" not in heard.split("来电人挂机")[1]


def test_a_second_start_keeps_the_data_and_makes_no_second_sample_call(demonstration):
    passwords = demonstration.password("volunteer")
    demonstration.stop()
    words = demonstration.run()
    assert "已有数据" in words
    assert demonstration.password("volunteer") == passwords


def test_the_pages_fit_a_phone_of_360_pixels(demonstration, page):
    page.set_viewport_size({"width": 360, "height": 740})
    sign_in(page, demonstration, "coordinator")
    for path in ("/board/", "/phone/", "/desk/review", "/desk/mine", "/desk/ledger", "/desk/cases/1001"):
        page.goto(demonstration.url + path)
        wider = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wider <= 0, path
