"""满意度 by key: the call-back after closing, heard at a handset that does with our TwiML what a carrier does."""

from collections.abc import Callable
from pathlib import Path, PurePosixPath

import pytest
from flask import Flask
from sqlalchemy import select

from handling.scheme import load_scheme
from hotline.phone.exchange import Exchange
from hotline.phone.handset import Handset, converse
from hotline.phone.scripted import ScriptedCaller
from hotline.phone.steps import Prompt
from hotline.phone.wire import Line, Wire
from hotline.settings import Settings
from models import Database, Medium, Notice, Rating, Suggestion, SuggestionState
from tests.fakes.clock import FakeClock
from tests.handling.conftest import LANDLINE, add_people
from tests.handling.desk import in_hand
from tests.hotline.conftest import NUMBER, PUBLIC_URL, SignedClient
from tests.hotline.phone.in_process import through

MESSAGE = ["your_case", "digit_1", "digit_0", "digit_0", "digit_1", "state_done"]
Answered = Callable[[str], list[str]]


@pytest.fixture
def notice(app: Flask, database: Database, clock: FakeClock) -> int:
    """The call-back about a closed case of somebody with a landline; its id."""
    with database.write() as session:
        hand = in_hand(session, load_scheme("chengbei"), clock, add_people(session, clock.now()), phone=LANDLINE)
        clock.advance(hours=1)
        hand.close()
        closed = session.scalars(select(Notice).where(Notice.template == "closed")).one()
        assert closed.medium is Medium.CALL
        return closed.id


@pytest.fixture
def answered(app: Flask, settings: Settings, clock: FakeClock, tmp_path: Path, notice: int) -> Answered:
    """Picks the call-back up, presses the keys ("w": lets a question pass); what is heard."""
    exchange = Exchange(tmp_path / "phone", clock)
    handset = Handset(Wire(Line.of(settings), through(app.test_client(), settings.public_url)), exchange, LANDLINE)

    def pick_up(keys: str) -> list[str]:
        url = f"{PUBLIC_URL}/twilio/notice/{notice}/voice"
        call = exchange.add_call("outbound-api", NUMBER, LANDLINE, status="ringing", url=url)
        conversation = handset.pick_up(call)
        assert conversation
        steps = converse(conversation, ScriptedCaller(keys=keys).reply)
        return [PurePosixPath(step.url).stem for step in steps if isinstance(step, Prompt)]

    return pick_up


def scores(database: Database) -> list[int | None]:
    with database.read() as session:
        return list(session.scalars(select(Rating.score).order_by(Rating.id)))


def case(database: Database) -> Suggestion:
    with database.read() as session:
        return session.scalars(select(Suggestion)).one()


def test_a_landline_rates_by_key_after_the_question(answered: Answered, database: Database) -> None:
    before_the_question = "w" * (1 + len(MESSAGE))
    heard = answered(before_the_question + "5")
    assert heard == ["callback_greeting", *MESSAGE, "rate_please", "rate_noted", "callback_bye"]
    assert scores(database) == [5]
    assert case(database).confirmed_at is not None


def test_a_key_need_not_wait_for_the_question(answered: Answered, database: Database) -> None:
    assert answered("4") == ["callback_greeting", "rate_noted", "callback_bye"]
    assert scores(database) == [4]


def test_a_wrong_key_is_asked_once_more(answered: Answered, database: Database) -> None:
    assert answered("73") == ["callback_greeting", "rate_please", "rate_noted", "callback_bye"]
    assert scores(database) == [3]


def test_two_wrong_keys_are_no_rating(answered: Answered, database: Database) -> None:
    assert answered("79") == ["callback_greeting", "rate_please", "callback_bye"]
    assert scores(database) == [None]


def test_silence_hears_the_message_again_and_rates_nothing(answered: Answered, database: Database) -> None:
    heard = answered("")
    message = [*MESSAGE, "rate_please"]
    assert heard == ["callback_greeting", *message, "callback_again", *message, "callback_bye"]
    assert scores(database) == [None]
    assert case(database).confirmed_at is None


def test_an_unhappy_key_opens_the_case_again(answered: Answered, database: Database) -> None:
    assert answered("1")[1:] == ["rate_reopened", "callback_bye"]
    opened = case(database)
    assert (opened.state, opened.reopened) == (SuggestionState.HANDLING, 1)


def test_a_webhook_that_comes_twice_counts_once_and_is_answered_alike(
    notice: int, carrier_posts: SignedClient, database: Database
) -> None:
    path = f"/twilio/notice/{notice}/rating/1"
    posted = {"CallSid": "CA1", "From": NUMBER, "To": LANDLINE, "CallStatus": "in-progress"}
    first = carrier_posts.post(path, **posted, Digits="1").text
    again = carrier_posts.post(path, **posted, Digits="1").text
    assert first == again
    # Not even another key changes it, nor asking the question once more.
    assert carrier_posts.post(path, **posted, Digits="5").text == first
    assert "rate_please" not in carrier_posts.post(f"/twilio/notice/{notice}/voice", **posted).text
    assert scores(database) == [1]
    opened = case(database)
    with database.read() as session:
        kinds = [event.kind for event in session.get_one(Suggestion, opened.id).events]
    assert (kinds.count("rated"), kinds.count("reopened"), opened.reopened) == (1, 1, 1)


def test_who_is_called_back_about_something_else_is_not_asked(
    notice: int, carrier_posts: SignedClient, database: Database
) -> None:
    with database.read() as session:
        other = session.scalars(select(Notice.id).where(Notice.template == "assigned")).first()
    assert other is not None
    heard = carrier_posts.post(f"/twilio/notice/{other}/voice", CallSid="CA1", From=NUMBER, To=LANDLINE).text
    assert "rate_please" not in heard
    refused = carrier_posts.post(f"/twilio/notice/{other}/rating/2", CallSid="CA1", Digits="5").text
    assert "callback_bye" in refused
    assert scores(database) == [None]
