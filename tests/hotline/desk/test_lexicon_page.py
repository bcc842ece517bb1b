"""The coordinator's words: preview, save, history, proposals; hot matters."""

import re

import pytest
from sqlalchemy import select

from handling.learning.keywords import Candidate
from handling.learning.proposals import add_proposals
from handling.lexicon_versions import community_words, versions
from models import KeywordProposal, ProposalState
from tests.hotline.desk.conftest import Browser, Desk

WORD = {"one": "1", "word": "猫儿坨坨", "target": "domain:环境卫生", "weight": "3"}
LINE = "领域 环境卫生 猫儿坨坨 3"


def words(desk: Desk) -> list[str]:
    with desk.database.read() as session:
        return [word.line() for word in community_words(session)]


def hidden(page: str) -> dict[str, str]:
    """The fields of the form that saves what the preview shows."""
    form = page.split('action="/desk/lexicon/save"')[1]
    fields = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form))
    lines = re.search(r'<textarea name="lines" hidden>(.*?)</textarea>', form, re.DOTALL)
    return {**fields, **({"lines": lines[1]} if lines else {})}


def add(browser: Browser, **form: str) -> None:
    """Preview and save, as a person does."""
    browser.get("/desk/lexicon")
    page = browser.post("/desk/lexicon/preview", **form)
    assert page.status_code == 200, page.text
    answer = browser.post("/desk/lexicon/save", **hidden(page.text))
    assert answer.status_code == 302, answer.text


def test_a_word_is_previewed_on_past_cases_and_nothing_is_saved_yet(desk: Desk) -> None:
    number = desk.case("那点有个猫儿坨坨", domain="其他")
    other = desk.case("路灯坏了", phone="+8613800138001")
    page = desk.browser("liu").post("/desk/lexicon/preview", base="0", **WORD).text
    assert "最近 2 件里，1 件会分得不一样" in page
    assert f"{number} 号" in page
    assert f"{other} 号" not in page
    assert "</del> → <strong>环境卫生</strong>" in page
    assert words(desk) == []


def test_a_saved_word_stands_in_the_list_and_in_the_history_with_its_reason(desk: Desk) -> None:
    browser = desk.browser("liu")
    page = browser.post("/desk/lexicon/preview", base="0", **WORD).text
    browser.post("/desk/lexicon/save", **hidden(page), note="居民这样说")
    page = browser.get("/desk/lexicon").text
    assert words(desk) == [LINE]
    assert "猫儿坨坨" in page
    assert "第 1 版" in page
    assert "刘统筹" in page
    assert "居民这样说" in page


def test_a_word_is_changed_removed_and_brought_back(desk: Desk) -> None:
    browser = desk.browser("liu")
    add(browser, base="0", **WORD)
    page = browser.get("/desk/lexicon?edit=domain:环境卫生:猫儿坨坨").text
    assert 'name="remove" value="domain:环境卫生:猫儿坨坨"' in page
    changed = {**WORD, "target": "domain:安全隐患", "weight": "1", "remove": "domain:环境卫生:猫儿坨坨"}
    add(browser, base="1", **changed)
    assert words(desk) == ["领域 安全隐患 猫儿坨坨 1"]
    add(browser, base="2", remove="domain:安全隐患:猫儿坨坨")
    assert words(desk) == []
    add(browser, base="3", restore="1")
    assert words(desk) == [LINE]
    assert "恢复第 1 版" in browser.get("/desk/lexicon").text


def test_many_lines_are_taken_together_or_refused_with_line_and_reason(desk: Desk) -> None:
    browser = desk.browser("liu")
    wrong = f"{LINE}\n领域 没有的领域 词语 3\n\n方言 水坑"
    answer = browser.post("/desk/lexicon/preview", base="0", lines=wrong)
    assert answer.status_code == 422
    assert "第 2 行：领域里没有“没有的领域”" in answer.text
    assert "第 4 行：应当有 3 项" in answer.text
    assert "方言 水坑" in answer.text
    add(browser, base="0", lines=f"{LINE}\n# 说明\n方言 水坑 水凼凼凼\n地名 天福苑 老缫丝厂\n紧急程度 急 等不赢 2")
    assert words(desk) == [LINE, "方言 水坑 水凼凼凼", "地名 天福苑 老缫丝厂", "紧急程度 急 等不赢 2"]


def test_a_corrected_text_gets_the_communitys_own_wording(desk: Desk) -> None:
    browser = desk.browser("liu")
    add(browser, base="0", lines="方言 水坑 水凼凼凼")
    number = desk.case("路上有个水")
    browser.post(f"/desk/review/{number}/take")
    text = "路上有个水凼凼凼"
    form = {"text": text, "domain": "公共设施维护", "demand_type": "投诉", "urgency": "normal", "level": "A"}
    answer = browser.post(f"/desk/review/{number}/finish", decision="confirm", **form)
    assert answer.status_code == 302
    assert desk.read(number).standard_text == "路上有个水坑"


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"word": "坏 词"}, "只能有汉字、字母和数字"),
        ({"target": ""}, "请选归到哪里"),
        ({"target": "domain:没有"}, "领域里没有“没有”"),
        ({"weight": "9"}, "请选分量"),
        ({"target": "wording:", "standard": ""}, "不能当普通话的说法"),
        ({"target": "emergency:心脏", "word": "痛"}, "要有 2 到 20 个字"),
    ],
)
def test_what_cannot_be_taken_is_said_beside_the_field(desk: Desk, wrong: dict[str, str], message: str) -> None:
    answer = desk.browser("liu").post("/desk/lexicon/preview", base="0", **{**WORD, **wrong})
    assert answer.status_code == 422
    assert message in answer.text
    assert f'value="{WORD["word"]}"' in answer.text or "word" in wrong


def test_the_second_of_two_coordinators_is_refused_and_sees_the_new_list(desk: Desk) -> None:
    first, second = desk.browser("liu"), desk.browser("zhou")
    seen = second.post("/desk/lexicon/preview", base="0", **{**WORD, "word": "别的词语"}).text
    add(first, base="0", **WORD)
    answer = second.post("/desk/lexicon/save", **hidden(seen))
    assert answer.status_code == 409
    assert "别人刚刚改过词表" in answer.text
    assert "猫儿坨坨" in answer.text
    assert words(desk) == [LINE]


def test_a_case_that_would_no_longer_be_an_emergency_is_shouted(desk: Desk) -> None:
    number = desk.case("着火了", urgency="emergency")
    lines = "危险 火灾 着火了 0\n危险 火灾 着火 0"
    page = desk.browser("liu").post("/desk/lexicon/preview", base="0", lines=lines).text
    assert "有 1 件不再算紧急危险" in page
    assert f"{number} 号" in page


def test_only_coordinators_and_administrators_change_words(desk: Desk) -> None:
    for username in ("zhiyuan", "wangfang"):
        browser = desk.browser(username)
        assert browser.get("/desk/lexicon").status_code == 403
        assert browser.post("/desk/lexicon/save", base="0", lines=LINE).status_code == 403
    assert Browser(desk.app).get("/desk/lexicon").status_code == 302
    assert desk.browser("zhou").get("/desk/lexicon").status_code == 200


@pytest.fixture
def proposed(desk: Desk) -> list[int]:
    evidence = {"with": 4, "of": 9, "elsewhere": 0, "of_others": 30, "corrected": 2, "examples": [1001]}
    found = [Candidate("domain", "环境卫生", word, 2.5, 2, evidence) for word in ("猫儿坨坨", "坝坝灰")]
    with desk.database.write() as session:
        return [proposal.id for proposal in add_proposals(session, found, now=desk.clock.now())]


def test_an_accepted_proposal_becomes_a_word_and_a_refused_one_disappears(desk: Desk, proposed: list[int]) -> None:
    browser = desk.browser("liu")
    page = browser.get("/desk/lexicon").text
    assert "9 位居民里有 4 位用这个词" in page
    assert "2 件机器原来分错了" in page
    browser.post("/desk/lexicon/refuse", accept=str(proposed[1]))
    add(browser, base="0", accept=str(proposed[0]))
    assert words(desk) == ["领域 环境卫生 猫儿坨坨 2"]
    with desk.database.read() as session:
        states = session.scalars(select(KeywordProposal.state).order_by(KeywordProposal.id)).all()
        assert states == [ProposalState.ACCEPTED, ProposalState.REFUSED]
        assert versions(session)[0].note == "采纳建议：猫儿坨坨"
    assert "坝坝灰" not in browser.get("/desk/lexicon").text


def test_a_proposal_that_somebody_refused_meanwhile_is_not_accepted(desk: Desk, proposed: list[int]) -> None:
    first, second = desk.browser("liu"), desk.browser("zhou")
    seen = second.post("/desk/lexicon/preview", base="0", accept=str(proposed[0])).text
    first.post("/desk/lexicon/refuse", accept=str(proposed[0]))
    assert second.post("/desk/lexicon/save", **hidden(seen)).status_code == 409
    assert words(desk) == []


def test_what_a_form_never_offers_is_refused_without_a_trace(desk: Desk) -> None:
    browser = desk.browser("liu")
    assert browser.post("/desk/lexicon/preview", base="0").status_code == 422
    assert browser.post("/desk/lexicon/preview", base="0", restore="77").status_code == 409
    assert browser.post("/desk/lexicon/save", base="x", lines=LINE).status_code == 409
    assert words(desk) == []


def test_a_hot_matter_names_its_cases(desk: Desk) -> None:
    numbers = [
        desk.case(f"天福苑停水了，家里没水煮饭{end}", phone=f"+861380013800{voice}")
        for voice, end in enumerate(("", "了", "咋办"))
    ]
    for username in ("zhiyuan", "wangfang"):
        page = desk.browser(username).get("/desk/hot").text
        assert "3 户都在反映" in page
        assert all(f"{number} 号" in page for number in numbers)
