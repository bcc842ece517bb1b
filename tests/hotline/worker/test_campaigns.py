"""Invitations and spoken answers in the worker, with a carrier that answers."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from handling.campaigns.people import put_on_list
from handling.campaigns.running import close_campaign, pause_campaign, resume_campaign
from handling.campaigns.survey_texts import PATIENCE
from handling.campaigns.surveys import record_answer, take_part
from handling.queries import failed_notices
from handling.residents import find_or_add_resident
from handling.residents.consents import give_consent
from hotline.telephony import receipts
from hotline.telephony.inbound import CallFacts, announce_recording, register_call
from hotline.worker import outbox
from hotline.worker.campaigns import end_campaigns, invite_residents
from hotline.worker.recordings import fetch_recording, transcribe_recording
from hotline.worker.speech import NoModel
from models import (
    Answer,
    AnswerMeans,
    Campaign,
    CampaignState,
    Notice,
    NoticeState,
    Participation,
    ParticipationState,
    Purpose,
    Recording,
    Role,
    Suggestion,
    User,
)
from tests.handling.campaigning import CAMPAIGN_NUMBER, HOW, WHERE, running
from tests.hotline.conftest import DUTY_PHONE, NUMBER
from tests.hotline.worker.voicemails import FIRST, SECOND, speech

CALLER = "+8613800138000"


@pytest.fixture
def campaign_id(context):
    """A running campaign of two invitations a minute."""
    now = context.clock.now()
    with context.database.write() as session:
        user = User(username="liu", name="刘统筹", role=Role.COORDINATOR, password_hash="", created_at=now)
        session.add(user)
        return running(session, context.scheme, context.clock, user, HOW, WHERE, per_minute=2).id


@pytest.fixture
def listed(context, campaign_id):
    """Five residents on its list."""
    now = context.clock.now()
    with context.database.write() as session:
        for end in range(5):
            resident = find_or_add_resident(session, f"+861390013900{end}", now)
            give_consent(session, resident, Purpose.INVITATIONS, how="当面说", now=now)
        put_on_list(session, context.scheme, session.get_one(Campaign, campaign_id), now)
    return campaign_id


def work(context):
    invite_residents(context)
    while outbox.send_notice(context):
        pass


def change(context, campaign_id, step, *args):
    with context.database.write() as session:
        step(session.get_one(Campaign, campaign_id), *args)


def test_invitations_leave_minute_by_minute_and_each_once(context, carrier, listed):
    sent = []
    for _ in range(5):
        work(context)
        work(context)
        sent.append(len(carrier.messages))
        context.clock.advance(seconds=61)
    assert sent == [2, 4, 5, 5, 5]
    assert len({message.to for message in carrier.messages}) == 5


def test_a_pause_reaches_what_the_outbox_already_has(context, carrier, listed):
    invite_residents(context)
    change(context, listed, pause_campaign, context.clock.now())
    for _ in range(10):
        work(context)
        context.clock.advance(minutes=5)
    assert carrier.messages == []
    change(context, listed, resume_campaign)
    for _ in range(5):
        work(context)
        context.clock.advance(seconds=61)
    assert len(carrier.messages) == 5
    assert len({message.to for message in carrier.messages}) == 5


def test_the_end_drops_what_has_not_left(context, carrier, listed):
    invite_residents(context)
    with context.database.write() as session:
        close_campaign(session, session.get_one(Campaign, listed), context.clock.now())
    work(context)
    assert carrier.messages == []
    with context.database.read() as session:
        assert set(session.scalars(select(Notice.state))) == {NoticeState.CANCELLED}


def test_who_joins_before_the_invitation_leaves_is_not_invited(context, carrier, listed):
    invite_residents(context)
    with context.database.write() as session:
        campaign = session.get_one(Campaign, listed)
        for participation in session.scalars(select(Participation)).all():
            record_answer(
                session,
                participation,
                campaign.questions[0],
                AnswerMeans.SMS,
                context.clock.now(),
                value=1,
            )
    work(context)
    assert carrier.messages == []


def test_an_invitation_that_did_not_arrive_is_nobodys_errand(context, carrier, listed):
    work(context)
    with context.database.write() as session:
        for notice in session.scalars(select(Notice)):
            receipts.apply(notice, "undelivered", "30005", context.clock.now())
        session.flush()
        assert {notice.state for notice in session.scalars(select(Notice))} == {NoticeState.FAILED}
        assert failed_notices(session) == []


def test_the_worker_ends_what_is_over(context, campaign_id):
    with context.database.write() as session:
        campaign = session.get_one(Campaign, campaign_id)
        row = take_part(session, campaign, find_or_add_resident(session, CALLER, context.clock.now()))
        record_answer(session, row, campaign.questions[0], AnswerMeans.KEY, context.clock.now(), value=1)
    context.clock.advance(seconds=PATIENCE.total_seconds() + 60)
    end_campaigns(context)
    with context.database.read() as session:
        assert session.scalars(select(Participation.state)).one() is ParticipationState.LAPSED
    context.clock.advance(days=14)
    end_campaigns(context)
    with context.database.read() as session:
        assert session.get_one(Campaign, campaign_id).state is CampaignState.CLOSED


@pytest.fixture
def spoken(context, carrier, campaign_id):
    """The free question was answered on the telephone; the audio waits at the carrier."""

    def say(sid=FIRST, answered=True, to=NUMBER, call="CA1"):
        now = context.clock.now()
        with context.database.write() as session:
            row = register_call(session, CallFacts(call, CALLER, to, "completed"), now)
            recording = announce_recording(session, row, sid, carrier.recordings.add(sid, speech()), 2, now)
            if answered:
                campaign = session.get_one(Campaign, campaign_id)
                part = take_part(session, campaign, row.resident)
                record_answer(session, part, campaign.questions[1], AnswerMeans.VOICE, now, recording=recording)
        fetch_recording(context)
        transcribe_recording(context)

    return say


def the(context, model):
    with context.database.read() as session:
        return session.scalars(select(model)).one()


def test_a_spoken_answer_is_written_down_and_becomes_a_suggestion(context, spoken, campaign_id):
    context.speech.hears = ["天福苑门口的红绿灯太短了"]
    spoken()
    answer, case = the(context, Answer), the(context, Suggestion)
    assert answer.text == case.text == "天福苑门口的红绿灯太短了"
    assert answer.suggestion_id == case.id
    assert case.campaign_id == campaign_id
    assert the(context, Recording).suggestion_id == case.id


def test_nothing_said_is_an_answer_and_no_case(context, spoken):
    context.speech.hears = ["没得啥子意见"]
    spoken()
    assert the(context, Answer).text == "没得啥子意见"
    with context.database.read() as session:
        assert session.scalars(select(Suggestion)).all() == []


def test_danger_in_a_spoken_answer_alarms_the_duty(context, spoken):
    context.speech.hears = ["屋头着火了快来人"]
    spoken()
    with context.database.read() as session:
        assert session.scalars(select(Notice).where(Notice.to_number == DUTY_PHONE)).one()


def test_without_a_recogniser_a_person_listens(context, spoken, campaign_id):
    context.speech.hears = [NoModel("none")]
    spoken()
    case = the(context, Suggestion)
    assert case.needs_listening
    assert case.campaign_id == campaign_id


def test_the_voicemail_after_the_questions_is_a_matter_of_its_own(context, spoken):
    context.speech.hears = ["红绿灯太短了", "还有楼道的灯不亮"]
    spoken()
    spoken(SECOND, answered=False)
    with context.database.read() as session:
        assert [case.text for case in session.scalars(select(Suggestion).order_by(Suggestion.id))] == [
            "红绿灯太短了",
            "还有楼道的灯不亮",
        ]


@pytest.mark.parametrize(
    ("to", "heard", "belongs"),
    [
        (CAMPAIGN_NUMBER, "公交站太远了", True),
        (NUMBER, "你好我想说一下出行的事情，公交站太远了", True),
        (NUMBER, "楼道的灯不亮", False),
    ],
)
def test_a_voicemail_belongs_to_the_campaign_by_number_or_keyword(
    context, spoken, campaign_id, to, heard, belongs
):
    context.speech.hears = [heard]
    spoken(answered=False, to=to)
    assert the(context, Suggestion).campaign_id == (campaign_id if belongs else None)


def test_nothing_is_marked_after_the_campaign(context, spoken):
    context.clock.set(context.clock.now() + timedelta(days=20))
    context.speech.hears = ["公交站太远了"]
    spoken(answered=False, to=CAMPAIGN_NUMBER)
    assert the(context, Suggestion).campaign_id is None
