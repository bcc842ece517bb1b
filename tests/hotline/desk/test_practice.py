"""Practice cases: solved as an experienced reviewer would, and without a trace in the ledger."""

import re

from sqlalchemy import func, select

from handling.lexicon_versions import bundled_lexicon
from hotline.desk.practice import missed_parts
from hotline.practice import practices
from models import AccessEntry, Base, Urgency
from nlp.readable import readable
from nlp.transcription import Word
from tests.hotline.desk.conftest import Desk

GAS = {"text": "煤气漏了", "decision": "confirm", "domain": "安全隐患", "demand_type": "投诉"}


def test_every_practice_case_can_be_solved() -> None:
    domains = {entry.value for entry in bundled_lexicon().domains.entries}
    assert len(practices()) >= 6
    for practice in practices().values():
        assert practice.sample.path.is_file()
        assert {practice.machine.domain, practice.solved.domain} <= domains
        assert {practice.machine.urgency, practice.solved.urgency} <= set(Urgency)
        assert practice.text == practice.sample.text
        assert len(practice.why) > 30


def test_the_words_of_a_practice_case_are_its_text() -> None:
    for practice in practices().values():
        words = [Word(word["word"], word["start"], word["end"], word["confidence"]) for word in practice.words]
        assert readable(words) == practice.heard
        assert words[-1].end < practice.sample.seconds + 0.1


def test_a_solution_is_compared_with_an_experienced_one(desk: Desk) -> None:
    browser = desk.browser("zhiyuan")
    listed = browser.get("/desk/practice").text
    number = next(n for n, practice in practices().items() if practice.sample.key == "gas")
    assert f'href="/desk/practice/{number}"' in listed
    page = browser.get(f"/desk/practice/{number}").text
    assert practices()[number].heard in page
    assert practices()[number].text not in page
    right = browser.post(f"/desk/practice/{number}", **GAS, urgency="emergency", level="A").text
    assert "和有经验的核对员定的一样" in right
    assert practices()[number].why in right
    wrong = browser.post(f"/desk/practice/{number}", **GAS, urgency="normal", level="B").text
    assert "有 2 处和有经验的核对员不一样" in wrong
    assert re.search(r"您交的还有 \d\d 个字不一样", wrong)


def test_a_form_that_is_not_filled_keeps_what_was_typed(desk: Desk) -> None:
    browser = desk.browser("zhiyuan")
    browser.get("/desk/practice/1")
    answer = browser.post("/desk/practice/1", **{**GAS, "domain": ""}, urgency="", level="A")
    assert answer.status_code == 422
    assert "煤气漏了" in answer.text
    assert answer.text.count('class="wrong"') == 2


def test_practice_leaves_no_trace(desk: Desk) -> None:
    tables = [table for table in Base.metadata.sorted_tables if table.name != AccessEntry.__tablename__]

    def rows() -> list[int | None]:
        with desk.database.read() as session:
            return [session.scalar(select(func.count()).select_from(table)) for table in tables]

    browser = desk.browser("zhiyuan")
    before = rows()
    browser.get("/desk/practice/1")
    browser.get("/desk/practice/1.wav")
    assert len(browser.get("/desk/practice/1/peaks").json["peaks"]) > 100
    browser.post("/desk/practice/1", **GAS, urgency="urgent", level="A")
    assert rows() == before


def test_what_was_missed_is_marked_in_what_was_said() -> None:
    parts = missed_parts("煤气漏了，吓人得很！", "煤气漏了下人得很")
    assert [part.text for part in parts if part.missed] == ["，吓"]
    assert "".join(part.text for part in parts) == "煤气漏了，吓人得很！"
    assert [part.missed for part in missed_parts("三栋二单元", "3栋2单元")] == [False]


def test_a_practice_case_that_does_not_exist_is_not_found(desk: Desk) -> None:
    assert desk.browser("zhiyuan").get("/desk/practice/99").status_code == 404
