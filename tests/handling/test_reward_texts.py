"""兑换 by text: asked back, confirmed, booked."""

import pytest
from sqlalchemy.orm import Session

from handling.residents.points import award, balance_of
from handling.residents.rewards import catalogue, set_up_rewards
from handling.scheme import PointsRule, Scheme
from models import Redemption, RedemptionState, Reward
from tests.handling.conftest import Inbox


@pytest.fixture
def saver(inbox: Inbox, scheme: Scheme) -> Inbox:
    """Sixty points, and the scheme's rewards."""
    set_up_rewards(inbox.session, scheme)
    resident = inbox.take("积分").resident
    assert resident is not None
    award(inbox.session, PointsRule(code="x", name="x", points=60), resident, now=inbox.clock.now())
    return inbox


def balance(inbox: Inbox) -> int:
    resident = inbox.take("帮助").resident
    assert resident is not None
    return balance_of(inbox.session, resident.id)


def test_the_scheme_fills_the_catalogue_once_and_the_desk_keeps_what_it_changed(
    session: Session, scheme: Scheme
) -> None:
    set_up_rewards(session, scheme)
    soap = session.query(Reward).filter_by(code="soap").one()
    soap.cost, soap.stock = 12, 0
    session.flush()
    set_up_rewards(session, scheme)
    assert (soap.cost, session.query(Reward).count()) == (12, len(scheme.rewards))
    assert soap not in catalogue(session)


@pytest.mark.parametrize("words", ["兑换 大米", "我要兑换大米", "用积分兑换一袋大米。"])
def test_the_resident_is_asked_and_confirms(saver: Inbox, words: str) -> None:
    assert saver.answer_to(saver.take(words)) == "【城北社区】大米要50颗种子，您有60颗种子。要换请回“确认”。"
    assert balance(saver) == 60
    booked = saver.answer_to(saver.take("确认"))
    assert booked == "【城北社区】换好了：大米，用了50颗种子，还有10颗种子。带这部电话到社区来领。"
    [redemption] = saver.session.query(Redemption)
    assert redemption.state is RedemptionState.BOOKED
    again = saver.take("确认")
    assert again.suggestion is not None, "nothing is open any more"
    assert balance(saver) == 10


def test_too_few_points_and_what_there_is_are_said(saver: Inbox) -> None:
    saver.take("兑换大米")
    saver.take("好的")
    assert saver.answer_to(saver.take("兑换 大米")).endswith("现在换不了：大米要50。您有10颗种子。")
    listed = saver.answer_to(saver.take("兑换"))
    assert "香皂10" in listed
    assert "大米50" in listed


def test_a_confirmation_a_day_later_confirms_nothing(saver: Inbox) -> None:
    saver.take("兑换大米")
    saver.clock.advance(days=1, minutes=1)
    assert saver.take("确认").suggestion is not None
    assert balance(saver) == 60


def test_goods_that_went_meanwhile_are_refused(saver: Inbox) -> None:
    saver.take("兑换大米")
    saver.session.query(Reward).filter_by(code="rice").one().stock = 0
    saver.session.flush()
    assert "已经换完了" in saver.answer_to(saver.take("确认"))
    assert balance(saver) == 60


@pytest.mark.parametrize("words", ["兑换点的人态度不好", "换灯泡", "大米兑换点关门了"])
def test_a_sentence_about_the_exchange_is_a_suggestion(saver: Inbox, words: str) -> None:
    assert saver.take(words).suggestion is not None


def test_forget_me_is_noted_for_a_person(inbox: Inbox) -> None:
    text = inbox.take("忘记我")
    assert text.resident is not None
    assert text.resident.erasure_asked_at == inbox.clock.now()
    assert "30天内办好" in inbox.answer_to(text)
