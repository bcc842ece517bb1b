"""“1023 办结 已疏通”: a case handled by text, from the telephone of the person who handles it."""

from collections.abc import Callable

import pytest
from sqlalchemy.orm import Session

from handling.inbound import handle_text
from handling.scheme import Scheme, SchemeError, load_scheme
from handling.sms import sms_segments
from models import Notice, Role, Suggestion, SuggestionState, Text, TextKind, User
from nlp.understanding import Understanding
from tests.fakes.clock import FakeClock
from tests.handling.conftest import MOBILE, received_text
from tests.handling.story import Story, begin

WANG = "+8613900000021"
COORDINATOR = "+8613900000022"


@pytest.fixture
def story(session: Session, clock: FakeClock) -> Story:
    """A small community's case, in the hands of a grid worker."""
    story = begin(session, clock, "minimal", "3栋门口的下水道堵了，污水流出来了", level="B")
    story.act(story.coordinator, "assign", handler=str(story.handler.id))
    story.handler.phone, story.coordinator.phone = WANG, COORDINATOR
    session.flush()
    return story


@pytest.fixture
def text(story: Story, understand: Callable[[str], Understanding]) -> Callable[..., Text]:
    def send(body: str, sender: str = WANG) -> Text:
        text = received_text(story.session, body.replace("N", str(story.case.number)), story.clock.now(), sender)
        handle_text(story.session, story.scheme, text, understand, now=story.clock.now())
        story.session.flush()
        return text

    return send


def answers(story: Story, sender: str = WANG) -> list[str]:
    rows = story.session.query(Notice).filter_by(to_number=sender).order_by(Notice.id).all()
    assert {sms_segments(row.body) for row in rows} <= {1}
    return [row.body.removeprefix(story.scheme.community.signature) for row in rows]


@pytest.mark.parametrize("body", ["N 办结 已疏通", "N号办好，已疏通", "N办结已疏通", "＃N　办完：已疏通。"])
def test_a_worker_finishes_a_case_by_text(story: Story, text: Callable[..., Text], body: str) -> None:
    assert text(body).kind is TextKind.COMMAND
    event = story.case.events[-1]
    assert (event.kind, event.form["result"], event.actor, event.note) == (
        "finish",
        "已疏通",
        story.handler,
        "短信办理",
    )
    assert (story.case.step, story.case.state) == ("close", SuggestionState.HANDLING)
    [answer] = answers(story)
    assert f"{story.case.number}号“办理完成”已记下，现在是“办结”" in answer


def test_progress_reaches_the_resident_once_however_often_it_comes(
    story: Story, text: Callable[..., Text], understand: Callable[[str], Understanding]
) -> None:
    first = text("N 进展 已联系师傅")
    handle_text(story.session, story.scheme, first, understand, now=story.clock.now())
    text("N 进展 已联系师傅")
    assert [event.kind for event in story.case.events].count("progress") == 1
    assert story.told().count(f"{story.case.number}号有新进展：已联系师傅") == 1
    assert len(answers(story)) == 1
    story.clock.advance(hours=2)
    text("N 进展 已联系师傅")
    assert [event.kind for event in story.case.events].count("progress") == 2


def test_what_is_missing_is_answered(story: Story, text: Callable[..., Text]) -> None:
    text("N 办结")
    assert story.case.step == "handle"
    assert "还要填办理结果" in answers(story)[-1]
    text("9999 办结 好了")
    assert "没有您能办的9999号" in answers(story)[-1]
    text("N 办结 已疏通")
    text("N 进展 还在看")
    assert "现在不在这一步" in answers(story)[-1]


def test_what_needs_more_than_words_is_done_on_the_page(
    session: Session, clock: FakeClock, understand: Callable[[str], Understanding]
) -> None:
    story = begin(session, clock, "chengdu", "公交站牌坏了", level="B")
    story.case.step, story.case.handler, story.handler.phone = "supervise", story.handler, WANG
    message = received_text(session, f"{story.case.number} 答复 已经修好", clock.now(), WANG)
    handle_text(session, story.scheme, message, understand, now=clock.now())
    assert "还要填" in answers(story)[-1]
    assert "网页" in answers(story)[-1]
    assert story.case.events[-1].kind != "answer"


def test_the_page_s_permissions_hold(story: Story, text: Callable[..., Text]) -> None:
    other = story.person("李网格", "worker")
    other.phone = "+8613900000023"
    text("N 办结 已疏通", sender=other.phone)
    assert story.case.step == "handle"
    assert "这件事不是您的" in answers(story, other.phone)[-1]
    story.handler.active = False
    text("N 办结 已疏通")
    assert story.case.step == "handle"


def test_confidential_cases_are_like_none(story: Story, text: Callable[..., Text]) -> None:
    story.case.confidential = True
    other = story.person("李网格", "worker")
    other.phone = "+8613900000023"
    text("N 进展 看了", sender=other.phone)
    assert "没有您能办的" in answers(story, other.phone)[-1]


def test_two_people_share_a_telephone(story: Story, text: Callable[..., Text]) -> None:
    user = User(
        username="a", name="刘值班", role=Role.HANDLER, password_hash="", created_at=story.clock.now(), phone=WANG
    )
    story.session.add(user)
    text("N 办结 已疏通")
    assert story.case.events[-1].actor is story.handler


def test_staff_are_residents_too(story: Story, text: Callable[..., Text]) -> None:
    words = "桂花路的路灯坏了，晚上看不见"
    assert text(words).kind is TextKind.SUGGESTION
    assert text("我们楼里有人家办喜事占了车位").kind is not TextKind.COMMAND
    before = story.session.query(Suggestion).count()
    text("N 办结 已疏通", sender=MOBILE)  # the resident's own telephone is nobody's at the desk
    assert story.case.step == "handle"
    assert story.session.query(Suggestion).count() == before + 1


def test_a_worker_asks_after_the_own_matter_as_a_resident(story: Story, text: Callable[..., Text]) -> None:
    own = text("桂花路的路灯坏了，晚上看不见").suggestion
    assert own is not None
    text(f"{own.number} 进展")
    assert "待核对" in answers(story)[-1]


def test_the_list_of_what_is_to_be_done(story: Story, text: Callable[..., Text]) -> None:
    text("待办")
    assert answers(story)[-1].startswith(f"您的待办1件：{story.case.number}号")
    story.clock.advance(days=40)
    text("待办。")
    assert f"{story.case.number}号已超期" in answers(story)[-1]
    text("N 办结 已疏通")
    story.case.handler = None
    text("待办")
    assert answers(story)[-1] == "您的待办0件。"


@pytest.mark.parametrize(
    ("words", "fault"),
    [
        ('sms = ["办结"]\nstate = "done"', "it ends the case"),
        ('sms = ["OK"]', "Chinese characters"),
        ('sms = ["进展"]', "another action"),
    ],
)
def test_a_scheme_cannot_trust_a_number_with_more(tmp_path, words: str, fault: str) -> None:  # type: ignore[no-untyped-def]
    path = tmp_path / "own.toml"
    step = '[[steps]]\ncode = "handle"\n[[steps.actions]]\ncode = "finish"\n'
    path.write_text(f'name = "own"\ntitle = "自己的"\nextends = "minimal"\n{step}{words}\n')
    with pytest.raises(SchemeError, match=fault):
        load_scheme(str(path))


def test_every_bundled_scheme_lets_the_yard_report() -> None:
    for name in ("chengbei", "minimal", "jintu", "jinbi", "shiniuyan", "chengdu", "gongzhi"):
        scheme: Scheme = load_scheme(name)
        assert any("进展" in action.sms for step in scheme.steps for action in step.actions), name
