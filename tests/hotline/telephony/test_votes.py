"""One household, one vote, by telephone key; nobody waits for the tone because of it."""

from collections.abc import Iterator

import pytest
from sqlalchemy import select

from handling.deliberation.notices import tell_portion
from handling.deliberation.stages import TopicDraft, advance, begin, draft_deliberation
from handling.residents import find_or_add_resident
from handling.scheme import load_scheme
from handling.scheme.deliberation import DeliberationKind, DeliberationStage
from models import (
    Ballot,
    Courtyard,
    Database,
    Deliberation,
    Notice,
    Resident,
    Role,
    TopicSound,
    User,
)
from tests.fakes.clock import FakeClock
from tests.hotline.conftest import NUMBER, PUBLIC_URL, SignedClient

MOBILE, LANDLINE = "+8613800138000", "+862886123456"
KIND = DeliberationKind(
    code="council",
    name="楼栋议事会",
    roles=(Role.COORDINATOR,),
    stages=(DeliberationStage(code="vote", name="表决公示", does="vote", working_days=5),),
)


@pytest.fixture
def vote(database: Database, app: object, clock: FakeClock) -> int:
    """An open vote of 天福苑 with two topics, whose questions were recorded; its id."""
    now = clock.now()
    with database.write() as session:
        courtyard = session.scalars(select(Courtyard).where(Courtyard.name == "天福苑")).one()
        for phone, door in ((MOBILE, "1-1-101"), (LANDLINE, "1栋1单元102")):
            resident = find_or_add_resident(session, phone, now)
            assert resident
            resident.courtyard, resident.address = courtyard, door
        user = User(username="liu", name="刘统筹", role=Role.COORDINATOR, password_hash="", created_at=now)
        session.add(user)
        topics = [TopicDraft("疏通下水道"), TopicDraft("加座椅")]
        made = draft_deliberation(
            session, KIND, title="天福苑", courtyard=courtyard, topics=topics, user=user, now=now
        )
        begin(session, made, user, now)
        for topic in made.topics:
            topic.sound = TopicSound(wav=b"RIFF" + bytes([topic.place]), sha256=f"{topic.place}" * 64, seconds=4.0)
        return made.id


def call(carrier_posts: SignedClient, path: str, sid: str = "CA1", phone: str = MOBILE, **more: str) -> str:
    answer = carrier_posts.post(path, CallSid=sid, From=phone, To=NUMBER, CallStatus="in-progress", **more)
    assert answer.status_code == 200
    return answer.text


def ballots(database: Database) -> Iterator[tuple[str, str, str]]:
    with database.read() as session:
        for ballot in session.scalars(select(Ballot).order_by(Ballot.id)):
            yield ballot.topic.title, ballot.choice, ballot.channel.value


def test_the_2_key_asks_one_question_after_the_other_and_leads_to_the_tone(
    vote: int, carrier_posts: SignedClient, database: Database
) -> None:
    welcome = call(carrier_posts, "/twilio/voice")
    assert "/prompts/topic/" not in welcome, "whoever just wants to speak hears nothing of a vote"
    first = call(carrier_posts, "/twilio/voice/keys", Digits="2")
    assert "/prompts/topic/111111111111/" in first
    second = call(carrier_posts, "/twilio/vote/1/1", Digits="1")
    assert second.index("vote_noted") < second.index("/prompts/topic/222222222222/")
    last = call(carrier_posts, "/twilio/vote/2/1", Digits="2")
    assert last.index("vote_noted") < last.index("<Record")
    assert list(ballots(database)) == [("疏通下水道", "yes", "call"), ("加座椅", "no", "call")]
    with carrier_posts.client as client:
        sound = client.get("/prompts/topic/111111111111/1.wav")
        assert (sound.data, sound.mimetype) == (b"RIFF\x01", "audio/wav")
        assert client.get("/prompts/topic/000000000000/1.wav").status_code == 404


def test_a_wrong_key_is_asked_again_once_and_silence_votes_nothing(
    vote: int, carrier_posts: SignedClient, database: Database
) -> None:
    again = call(carrier_posts, "/twilio/vote/1/1", Digits="7")
    assert "/prompts/topic/111111111111/" in again
    assert f"{PUBLIC_URL}/twilio/vote/1/2" in again
    following = call(carrier_posts, "/twilio/vote/1/2")
    assert "/prompts/topic/222222222222/" in following
    assert "<Record" in call(carrier_posts, "/twilio/vote/2/2")
    assert list(ballots(database)) == []


def test_without_an_open_vote_the_2_key_leads_to_the_tone(
    vote: int, carrier_posts: SignedClient, database: Database
) -> None:
    stranger = call(carrier_posts, "/twilio/voice/keys", sid="CA2", phone="+8613911112222", Digits="2")
    assert "<Record" in stranger
    refused = call(carrier_posts, "/twilio/vote/1/1", sid="CA2", phone="+8613911112222", Digits="1")
    assert "vote_refused" in refused
    with database.write() as session:
        for sound in session.scalars(select(TopicSound)):
            session.delete(sound)
    assert "<Record" in call(carrier_posts, "/twilio/voice/keys", Digits="2")
    assert list(ballots(database)) == []


def test_a_landline_is_rung_and_votes_by_key(
    vote: int, carrier_posts: SignedClient, database: Database, clock: FakeClock
) -> None:
    with database.write() as session:
        tell_portion(session, load_scheme("chengbei"), vote, clock.now())
        landline = session.scalars(select(Resident).where(Resident.phone == LANDLINE)).one()
        rung = session.scalars(select(Notice).where(Notice.resident_id == landline.id)).all()
        assert {notice.medium.value for notice in rung} == {"call"}
        texted = session.scalars(select(Notice).where(Notice.medium == "sms")).all()
        assert len(rung) == len(texted) == 2
        notice_id = rung[1].id
    path = f"/twilio/notice/{notice_id}"

    def outbound(what: str, **more: str) -> str:
        answer = carrier_posts.post(path + what, CallSid="CA9", From=NUMBER, To=LANDLINE, **more)
        return answer.text

    asked = outbound("/voice")
    assert asked.index("callback_greeting") < asked.index("/prompts/topic/222222222222/")
    assert "vote_noted" in outbound("/vote/2/1", Digits="1")
    assert list(ballots(database)) == [("加座椅", "yes", "call")]
    with database.write() as session:
        clock.set(session.get_one(Deliberation, vote).stage_until or clock.now())
        advance(session, load_scheme("chengbei"), vote, clock.now())
    late = outbound("/voice")
    assert "vote_call" in late
    assert "/prompts/topic/" not in late
    assert "vote_refused" in outbound("/vote/2/1", Digits="2")
    assert len(list(ballots(database))) == 1
