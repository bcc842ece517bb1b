"""Points by telephone key, heard at a handset that does with our TwiML what a carrier does."""

from collections.abc import Callable
from pathlib import Path, PurePosixPath

import pytest
from flask import Flask
from sqlalchemy import select

from handling.residents import find_or_add_resident
from handling.residents.points import award, balance_of
from handling.residents.rewards import ask_for, set_up_rewards
from handling.scheme import PointsRule, load_scheme
from hotline.phone.exchange import Exchange
from hotline.phone.handset import Handset, converse
from hotline.phone.scripted import ScriptedCaller
from hotline.phone.steps import Beep, Prompt
from hotline.phone.wire import Line, Wire
from hotline.settings import Settings
from models import Call, CallState, Database, Notice, Redemption, RedemptionState, Resident, Reward
from tests.application import make_app
from tests.fakes.clock import FakeClock
from tests.hotline.conftest import NUMBER, SignedClient
from tests.hotline.phone.in_process import through

MOBILE, OTHER = "+8613800138000", "+8613911112222"
TONE = ["consent_short", "speak"]
# 62 points; rice costs 50.
BALANCE, PRICE = ["points_are", "number_60", "digit_2"], ["reward_costs", "number_50"]
Rings = Callable[..., list[str]]


@pytest.fixture
def rings(app: Flask, settings: Settings, clock: FakeClock, tmp_path: Path) -> Rings:
    """Rings the hotline, presses the keys ("w": lets a prompt pass), hangs up at the tone; what is heard."""
    wire = Wire(Line.of(settings), through(app.test_client(), settings.public_url))

    def ring(keys: str = "", phone: str = MOBILE) -> list[str]:
        handset = Handset(wire, Exchange(tmp_path / "phone", clock), phone)
        heard = []
        for step in converse(handset.call()[1], ScriptedCaller(keys=keys).reply):
            if isinstance(step, Beep):
                break
            heard += [PurePosixPath(step.url).stem] if isinstance(step, Prompt) else []
        return heard

    return ring


@pytest.fixture
def saver(app: Flask, database: Database, clock: FakeClock) -> int:
    """The resident's id."""
    with database.write() as session:
        set_up_rewards(session, load_scheme("chengbei"))
        resident = find_or_add_resident(session, MOBILE, clock.now())
        assert resident
        award(session, PointsRule(code="x", name="x", points=62), resident, now=clock.now())
        return resident.id


@pytest.fixture
def asked(saver: int, database: Database, clock: FakeClock) -> int:
    """“兑换 大米” came by text; the redemption's id."""
    with database.write() as session:
        rice = session.scalars(select(Reward).where(Reward.code == "rice")).one()
        resident = session.get_one(Resident, saver)
        return ask_for(session, resident, rice, key="text:1", now=clock.now()).id


def booked(database: Database, resident_id: int) -> tuple[int, list[RedemptionState]]:
    with database.read() as session:
        states = session.scalars(select(Redemption.state).order_by(Redemption.id))
        return balance_of(session, resident_id), list(states)


def test_who_has_points_is_told_of_the_key_and_nobody_else(rings: Rings, saver: int) -> None:
    assert rings() == ["greeting_short", "points_key", "consent", "speak"]
    assert rings(phone=OTHER) == ["greeting", "consent", "speak"]


def test_the_3_key_says_how_many_and_leads_to_the_tone(rings: Rings, saver: int, database: Database) -> None:
    assert rings("w3")[2:] == [*BALANCE, *TONE]
    assert rings("3", phone=OTHER)[1:] == ["points_none", *TONE]
    with database.read() as session:
        assert {call.state for call in session.scalars(select(Call))} == {CallState.ANSWERED}


def test_a_withheld_number_is_told_where_to_ask(rings: Rings, saver: int) -> None:
    assert rings("3", phone="anonymous")[1:] == ["points_unknown", *TONE]


def test_what_was_asked_for_by_text_is_confirmed_by_key_and_said_in_a_text(
    rings: Rings, asked: int, saver: int, database: Database
) -> None:
    heard = rings("w3" + "w" * 5 + "1")
    assert heard[:2] == ["greeting_short", "reward_key"]
    assert heard[2:] == [
        *BALANCE,
        *PRICE,
        "reward_confirm",
        "reward_booked",
        "points_are",
        "number_10",
        "digit_2",
        *TONE,
    ]
    assert booked(database, saver) == (12, [RedemptionState.BOOKED])
    with database.read() as session:
        notice = session.scalars(select(Notice)).one()
        assert notice.body == "【城北社区】换好了：大米，用了50颗种子，还有12颗种子。带这部电话到社区来领。"
    assert rings()[1] == "points_key", "nothing waits any more"


def test_no_key_exchanges_nothing_and_a_wrong_one_is_asked_once_more(
    rings: Rings, asked: int, saver: int, database: Database
) -> None:
    question = [*BALANCE, *PRICE, "reward_confirm"]
    assert rings("w3")[2:] == [*question, *TONE]
    assert rings("w3" + "w" * 5 + "78")[2:] == [*question, "reward_confirm", *TONE]
    assert booked(database, saver) == (62, [RedemptionState.ASKED])


def test_a_webhook_that_comes_twice_books_once_and_is_answered_alike(
    asked: int, saver: int, carrier_posts: SignedClient, database: Database
) -> None:
    path, posted = f"/twilio/reward/{asked}/1", {"CallSid": "CA1", "To": NUMBER, "CallStatus": "in-progress"}
    first = carrier_posts.post(path, **posted, From=MOBILE, Digits="1").text
    assert "reward_booked" in first
    assert carrier_posts.post(path, **posted, From=MOBILE, Digits="1").text == first
    assert booked(database, saver) == (12, [RedemptionState.BOOKED])
    with database.read() as session:
        assert len(session.scalars(select(Notice)).all()) == 1


def test_nobody_confirms_for_another_nor_a_day_later_nor_what_has_gone(
    asked: int, saver: int, carrier_posts: SignedClient, database: Database, clock: FakeClock
) -> None:
    def press(sid: str, phone: str) -> str:
        more = {"CallSid": sid, "To": NUMBER, "From": phone, "CallStatus": "in-progress", "Digits": "1"}
        return carrier_posts.post(f"/twilio/reward/{asked}/1", **more).text

    assert "reward_refused" in press("CA1", OTHER)
    with database.write() as session:
        session.scalars(select(Reward).where(Reward.code == "rice")).one().stock = 0
    assert "reward_refused" in press("CA2", MOBILE)
    with database.write() as session:
        session.scalars(select(Reward).where(Reward.code == "rice")).one().stock = 5
    clock.advance(days=1, minutes=1)
    assert "reward_refused" in press("CA3", MOBILE)
    assert booked(database, saver) == (62, [RedemptionState.ASKED])


def test_a_scheme_without_points_has_no_such_key(
    saver: int, settings: Settings, clock: FakeClock, database: Database
) -> None:
    app = make_app(settings.model_copy(update={"scheme": "minimal"}), clock, database)
    posts = SignedClient(app.test_client())
    call = {"CallSid": "CA1", "To": NUMBER, "From": MOBILE, "CallStatus": "in-progress"}
    assert "points_key" not in posts.post("/twilio/voice", **call).text
    answer = posts.post("/twilio/voice/keys", **call, Digits="3").text
    assert "points_are" not in answer
    assert "<Record" in answer
