"""A questionnaire by telephone, heard at a handset that does with our TwiML what a carrier does."""

from collections.abc import Callable
from pathlib import PurePosixPath

import pytest
from sqlalchemy import select

from handling.campaigns.invitations import invite_due
from handling.campaigns.people import put_on_list
from handling.campaigns.running import Target, close_campaign
from handling.campaigns.sounds import keep_sound
from handling.residents import find_or_add_resident
from handling.residents.consents import give_consent, who_agreed
from handling.scheme import load_scheme
from hotline.phone.exchange import Exchange
from hotline.phone.handset import Handset, converse
from hotline.phone.scripted import ScriptedCaller
from hotline.phone.steps import Ended, Prompt, Recorded
from hotline.phone.wire import Line, Wire
from models import (
    Answer,
    AnswerMeans,
    Call,
    CallState,
    Campaign,
    Medium,
    Notice,
    Participation,
    ParticipationState,
    Purpose,
    Recording,
    Role,
    User,
)
from tests.handling.campaigning import CAMPAIGN_NUMBER, DAYS, HOW, MARK, WHERE, running
from tests.hotline.conftest import NUMBER, PUBLIC_URL, only
from tests.hotline.phone.in_process import through
from tests.hotline.phone.scripted_hotline import of, wav

LANDLINE = "+862885550109"


@pytest.fixture
def scheme():
    return load_scheme("chengbei")


@pytest.fixture
def campaign_with(app, database, clock, scheme) -> Callable[..., int]:
    """A running campaign with all its recordings; its id."""

    def make(*questions, silent=False):
        with database.write() as session:
            user = User(
                username="liu", name="刘统筹", role=Role.COORDINATOR, password_hash="", created_at=clock.now()
            )
            session.add(user)
            campaign = running(session, scheme, clock, user, *questions, target=Target(way="both"))
            for question in [None, *campaign.questions]:
                if not silent:
                    keep_sound(session, scheme, campaign, question, wav(2), 2.0)
            return campaign.id

    return make


@pytest.fixture
def exchange(tmp_path, clock):
    return Exchange(tmp_path / "phone", clock)


@pytest.fixture
def handset(app, settings, exchange):
    return Handset(Wire(Line.of(settings), through(app.test_client(), settings.public_url)), exchange, LANDLINE)


@pytest.fixture
def pick_up(database, clock, scheme, handset, exchange):
    """The resident is invited by call and picks up; what happens on the line."""

    def ring(campaign_id, caller):
        with database.write() as session:
            resident = find_or_add_resident(session, LANDLINE, clock.now())
            give_consent(session, resident, Purpose.INVITATIONS, how="当面说", now=clock.now())
            put_on_list(session, scheme, session.get_one(Campaign, campaign_id), clock.now())
            invite_due(session, scheme, clock.now())
            notice = session.scalars(select(Notice).where(Notice.template == "survey_invite")).one()
            assert notice.medium is Medium.CALL
        base = f"{PUBLIC_URL}/twilio/notice/{notice.id}"
        call = exchange.add_call(
            "outbound-api", NUMBER, LANDLINE, status="ringing", url=f"{base}/voice", callback=f"{base}/status"
        )
        return list(converse(handset.pick_up(call), caller.reply))

    return ring


def answers(database):
    with database.read() as session:
        rows = session.scalars(select(Answer).join(Answer.question).order_by(Answer.id)).all()
        return [(row.question.position, row.means, row.value) for row in rows]


def heard(steps):
    return [PurePosixPath(step.url).stem for step in of(steps, Prompt)]


def test_a_resident_who_is_rung_answers_by_key_and_voice(campaign_with, pick_up, database):
    campaign_id = campaign_with(HOW, DAYS, MARK, WHERE)
    # "w": the introduction is heard to its end, and so is the pause behind it.
    steps = pick_up(campaign_id, ScriptedCaller([wav(4)], keys="ww254#"))
    assert heard(steps)[-1] == "thanks"
    assert of(steps, Ended)[0].by == "hotline"
    assert len(of(steps, Recorded)) == 1
    key = AnswerMeans.KEY
    assert answers(database) == [(1, key, 2), (2, key, 5), (3, key, 4), (4, AnswerMeans.VOICE, None)]


def test_each_key_answers_its_question(campaign_with, pick_up, database):
    pick_up(campaign_with(HOW, DAYS, MARK), ScriptedCaller(keys="1254"))
    key = AnswerMeans.KEY
    assert answers(database) == [(1, key, 2), (2, key, 5), (3, key, 4)]
    assert only(database, Participation).state is ParticipationState.DONE


def test_a_call_of_ours_is_never_a_missed_call(campaign_with, pick_up, database):
    pick_up(campaign_with(HOW, WHERE), ScriptedCaller(hang_up_at=6))
    call = only(database, Call)
    assert call.state is CallState.ANSWERED
    assert call.from_number == LANDLINE
    assert only(database, Participation).state is ParticipationState.ANSWERING


def test_nobody_speaks_and_the_call_ends_soon(campaign_with, pick_up, database):
    steps = pick_up(campaign_with(HOW, DAYS, MARK), ScriptedCaller())
    assert heard(steps)[-1] == "callback_bye"
    assert len(of(steps, Prompt)) == 4
    assert only(database, Participation).state is ParticipationState.LAPSED


def test_nine_says_no_for_good(campaign_with, pick_up, database):
    steps = pick_up(campaign_with(HOW), ScriptedCaller(keys="9"))
    assert heard(steps)[-1] == "callback_bye"
    row = only(database, Participation)
    assert row.state is ParticipationState.STOPPED
    with database.read() as session:
        assert not who_agreed(session, Purpose.INVITATIONS, [row.resident_id])


def test_a_wrong_key_is_asked_once_more(campaign_with, pick_up, database):
    pick_up(campaign_with(HOW, MARK), ScriptedCaller(keys="1724"))
    assert answers(database) == [(1, AnswerMeans.KEY, 2), (2, AnswerMeans.KEY, 4)]


def test_a_question_without_an_answer_is_left_out(campaign_with, pick_up, database):
    pick_up(campaign_with(HOW, MARK), ScriptedCaller(keys="12wwww"))
    assert answers(database) == [(1, AnswerMeans.KEY, 2)]
    assert only(database, Participation).state is ParticipationState.DONE


def test_words_spoken_until_they_hang_up_are_kept(campaign_with, pick_up, database):
    pick_up(campaign_with(HOW, WHERE), ScriptedCaller([wav(5)], keys="12"))
    answer = answers(database)[-1]
    assert answer[:2] == (2, AnswerMeans.VOICE)
    recording = only(database, Recording)
    assert recording.announced_seconds == 5


def test_a_call_that_comes_after_the_end_only_says_goodbye(
    campaign_with, pick_up, database, clock, exchange, handset
):
    campaign_id = campaign_with(HOW)
    pick_up(campaign_id, ScriptedCaller(hang_up_at=1))
    with database.write() as session:
        close_campaign(session, session.get_one(Campaign, campaign_id), clock.now())
        notice_id = session.scalars(select(Notice.id)).one()
    url = f"{PUBLIC_URL}/twilio/notice/{notice_id}/voice"
    call = exchange.add_call("outbound-api", NUMBER, LANDLINE, status="ringing", url=url)
    assert heard(list(converse(handset.pick_up(call), ScriptedCaller(keys="11").reply))) == ["callback_bye"]
    assert answers(database) == []


def test_who_rings_the_campaigns_number_hears_the_questions_and_then_the_tone(campaign_with, handset, database):
    campaign_with(HOW, MARK)
    steps = list(converse(handset.call(to=CAMPAIGN_NUMBER)[1], ScriptedCaller([wav(3)], keys="124").reply))
    assert [value for _, _, value in answers(database)] == [2, 4]
    assert heard(steps)[-2:] == ["consent_short", "speak"]
    assert len(of(steps, Recorded)) == 1
    row = only(database, Participation)
    assert (row.state, row.medium) == (ParticipationState.DONE, None)
    # Once answered, the number takes suggestions like any other.
    again = list(converse(handset.call(to=CAMPAIGN_NUMBER)[1], ScriptedCaller([wav(3)]).reply))
    assert "greeting" in heard(again)


def test_without_recordings_the_campaigns_number_takes_voicemail(campaign_with, handset):
    campaign_with(HOW, silent=True)
    steps = list(converse(handset.call(to=CAMPAIGN_NUMBER)[1], ScriptedCaller([wav(3)]).reply))
    assert heard(steps) == ["greeting", "consent", "speak", "thanks"][: len(heard(steps))]
    assert len(of(steps, Recorded)) == 1


def test_webhooks_that_come_twice_change_nothing(campaign_with, carrier_posts, handset, database):
    campaign_with(HOW, MARK)
    list(converse(handset.call(to=CAMPAIGN_NUMBER)[1], ScriptedCaller(keys="1", hang_up_at=9).reply))
    row, call = only(database, Participation), only(database, Call)
    with database.read() as session:
        question = session.get_one(Campaign, row.campaign_id).questions[0]
    params = {"CallSid": call.sid, "From": LANDLINE, "To": CAMPAIGN_NUMBER, "Direction": "inbound", "Digits": "3"}
    path = f"/twilio/survey/{row.id}/{question.id}/keys/1"
    first, second = carrier_posts.post(path, **params), carrier_posts.post(path, **params)
    assert first.data == second.data
    assert answers(database) == [(1, AnswerMeans.KEY, 3)]


def test_the_questions_of_another_campaign_are_not_found(campaign_with, carrier_posts, handset, database):
    campaign_with(HOW)
    list(converse(handset.call(to=CAMPAIGN_NUMBER)[1], ScriptedCaller(hang_up_at=1).reply))
    row = only(database, Participation)
    assert carrier_posts.post(f"/twilio/survey/{row.id}/999/keys/1", CallSid="CA1").status_code == 404
    assert carrier_posts.post("/twilio/survey/999/begin", CallSid="CA1").status_code == 404


def test_an_unsigned_answer_is_refused(app, campaign_with):
    assert app.test_client().post("/twilio/survey/1/begin", data={"CallSid": "CA1"}).status_code == 403
