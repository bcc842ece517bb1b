"""Every outward message is sent once, whatever the carrier does."""

import itertools
from datetime import UTC, datetime, timedelta

import pytest

from handling.residents import find_or_add_resident
from hotline.telephony import receipts
from hotline.worker import outbox
from models import Medium, Notice, NoticeState, Priority, Resident
from tests.fakes.carrier_behaviour import (
    TOO_MANY_REQUESTS,
    UNAUTHORISED,
    AnswerLost,
    NeverArrived,
    Refuse,
)

MOBILE = "+8613800138000"
PROMPTS = ["callback_greeting", "your_case", "digit_1", "state_done", "callback_bye"]


@pytest.fixture
def queued(context):
    def queue(key="n1", medium=Medium.SMS, priority=Priority.ROUTINE, prompts=PROMPTS, body="【城北社区】收到"):
        now = context.clock.now()
        with context.database.write() as session:
            notice = Notice(
                key=key,
                resident=find_or_add_resident(session, MOBILE, now),
                to_number=MOBILE,
                medium=medium,
                priority=priority,
                template="received",
                body=body,
                prompts=prompts,
                created_at=now,
            )
            session.add(notice)
            session.flush()
            return notice.id

    return queue


def the(context):
    with context.database.read() as session:
        return session.query(Notice).one()


def receipt(context, status, code="", clock=None):
    with context.database.write() as session:
        receipts.apply(session.query(Notice).one(), status, code, context.clock.now())


def send_until_quiet(context, most=60, hours=48):
    """Send and look up, moving the clock to each next try, as a worker does over hours."""
    end = context.clock.now() + timedelta(hours=hours)
    for _ in range(most):
        while outbox.send_notice(context) or outbox.look_up_notice(context):
            pass
        waiting = the(context)
        if waiting.state not in (NoticeState.QUEUED, NoticeState.SENDING) or waiting.next_try_at is None:
            return
        if waiting.next_try_at > end:
            return
        context.clock.set(max(waiting.next_try_at, context.clock.now()))


def test_a_queued_text_is_sent_once_and_delivered(context, carrier, queued):
    queued()
    assert outbox.send_notice(context)
    assert not outbox.send_notice(context)
    [message] = carrier.messages
    assert (message.to, message.body) == (MOBILE, "【城北社区】收到")
    assert the(context).state is NoticeState.SENT
    receipt(context, "delivered")
    assert the(context).state is NoticeState.DELIVERED


@pytest.mark.parametrize(
    "trouble",
    [TOO_MANY_REQUESTS, Refuse(503), Refuse(500), AnswerLost(), NeverArrived(), Refuse(502, 0), UNAUTHORISED],
    ids=["429", "503", "500", "answer lost", "never arrived", "502", "401"],
)
def test_trouble_at_the_carrier_neither_loses_nor_repeats_a_text(context, carrier, queued, trouble):
    queued()
    carrier.script("messages", trouble, trouble)
    send_until_quiet(context)
    assert len(carrier.messages) == 1
    assert the(context).state is NoticeState.SENT
    assert the(context).carrier_sid == carrier.messages[0].sid


def test_a_worker_killed_between_sending_and_writing_it_down_does_not_send_again(context, carrier, queued):
    class Killed(BaseException):
        pass

    queued()
    accepted, outbox._accepted = outbox._accepted, lambda *_: (_ for _ in ()).throw(Killed)
    try:
        with pytest.raises(Killed):
            outbox.send_notice(context)
    finally:
        outbox._accepted = accepted
    assert not outbox.look_up_notice(context)
    context.clock.advance(seconds=outbox.LEASE.total_seconds())
    assert outbox.look_up_notice(context)
    assert not outbox.send_notice(context)
    assert len(carrier.messages) == 1
    assert the(context).carrier_sid == carrier.messages[0].sid


def test_two_equal_texts_in_doubt_are_both_sent_and_not_mistaken_for_each_other(context, carrier, queued):
    queued("n1")
    outbox.send_notice(context)
    queued("n2")
    carrier.script("messages", NeverArrived())
    for _ in range(10):
        outbox.send_notice(context)
        outbox.look_up_notice(context)
        context.clock.advance(minutes=3)
    assert len(carrier.messages) == 2


def test_a_carrier_that_can_neither_take_nor_list_is_asked_again_later(context, carrier, queued):
    queued()
    carrier.script("messages", AnswerLost())
    carrier.script("message list", Refuse(503), Refuse(503))
    send_until_quiet(context)
    assert len(carrier.messages) == 1
    assert the(context).state is NoticeState.SENT


@pytest.mark.parametrize("code", [21614, 21635, 30006])
def test_a_landline_gets_a_call_instead_and_is_remembered(context, carrier, queued, code):
    queued()
    if code < 30000:
        carrier.script("messages", Refuse(400, code))
        outbox.send_notice(context)
    else:
        outbox.send_notice(context)
        receipt(context, "undelivered", str(code))
    assert the(context).medium is Medium.CALL
    send_until_quiet(context)
    [call] = carrier.calls
    assert call.to == MOBILE
    assert call.params["Url"].endswith(f"/twilio/notice/{the(context).id}/voice")
    with context.database.read() as session:
        assert session.query(Resident).one().sms_capable is False


def test_an_opted_out_number_is_left_in_peace(context, carrier, queued):
    queued()
    carrier.script("messages", Refuse(400, 21610))
    send_until_quiet(context)
    assert the(context).state is NoticeState.CANCELLED
    with context.database.read() as session:
        assert session.query(Resident).one().opted_out_at is not None


def test_who_opts_out_before_a_queued_text_leaves_does_not_get_it(context, carrier, queued):
    queued()
    context.clock.advance(minutes=1)
    with context.database.write() as session:
        session.query(Resident).one().opted_out_at = context.clock.now()
    outbox.send_notice(context)
    assert carrier.messages == []
    assert the(context).state is NoticeState.CANCELLED


@pytest.mark.parametrize("code", ["30004", "30005", "30007", "99999"])
def test_where_repeating_is_no_use_a_person_is_asked(context, carrier, queued, code):
    queued()
    outbox.send_notice(context)
    receipt(context, "undelivered", code)
    send_until_quiet(context)
    assert the(context).state is NoticeState.FAILED
    assert the(context).error_code == code
    assert len(carrier.messages) == 1


def test_a_handset_out_of_reach_is_tried_three_times_over_hours_then_called(context, carrier, queued):
    queued()
    for _ in range(3):
        outbox.send_notice(context)
        receipt(context, "undelivered", "30003")
        waiting = the(context)
        if waiting.medium is Medium.SMS:
            assert waiting.next_try_at - context.clock.now() >= timedelta(hours=3)
        context.clock.set(waiting.next_try_at)
    assert len(carrier.messages) == 3
    assert the(context).medium is Medium.CALL


def test_a_call_back_that_nobody_takes_is_tried_in_another_half_of_the_day(context, carrier, queued):
    queued(medium=Medium.CALL)
    moments = []
    for _ in range(3):
        outbox.send_notice(context)
        moments.append(context.clock.now())
        receipt(context, "no-answer")
        if the(context).next_try_at:
            context.clock.set(the(context).next_try_at)
    assert len(carrier.calls) == 3
    assert all(later - earlier >= timedelta(hours=4) for earlier, later in itertools.pairwise(moments))
    assert the(context).state is NoticeState.FAILED


def test_receipts_never_move_a_notice_back(context, carrier, queued):
    queued()
    outbox.send_notice(context)
    for status in ("delivered", "sent", "queued", "undelivered", "delivered", "failed"):
        receipt(context, status, "30003")
    assert the(context).state is NoticeState.DELIVERED
    assert the(context).error_code == ""


def test_a_receipt_that_overtakes_the_answer_is_kept(context, carrier, queued):
    queued()
    send = context.carrier.send_sms

    def overtaken(*args):
        delivery = send(*args)
        receipt(context, "delivered")
        return delivery

    context.carrier.send_sms = overtaken
    outbox.send_notice(context)
    assert the(context).state is NoticeState.DELIVERED
    assert the(context).carrier_sid == carrier.messages[0].sid


def test_a_receipt_that_never_comes_is_asked_for_once(context, carrier, queued):
    queued()
    outbox.send_notice(context)
    carrier.messages[0].status = "delivered"
    outbox.ask_for_receipts(context)
    assert the(context).state is NoticeState.SENT
    context.clock.advance(minutes=31)
    outbox.ask_for_receipts(context)
    assert the(context).state is NoticeState.DELIVERED


def test_where_even_the_carrier_does_not_know_we_say_so(context, carrier, queued):
    queued()
    outbox.send_notice(context)
    context.clock.advance(minutes=31)
    outbox.ask_for_receipts(context)
    assert the(context).state is NoticeState.UNKNOWN


def test_a_notice_waits_for_its_hour(context, carrier, queued):
    context.clock.set(datetime(2026, 3, 9, 13, 0, tzinfo=UTC))
    queued()
    while outbox.send_notice(context):
        pass
    assert carrier.messages == []
    context.clock.set(datetime(2026, 3, 10, 0, 0, tzinfo=UTC))
    assert outbox.send_notice(context)
    assert len(carrier.messages) == 1


@pytest.mark.parametrize("medium", [Medium.SMS, Medium.CALL])
def test_who_just_called_is_answered_at_any_hour_but_not_when_the_answer_has_become_late(
    context, carrier, queued, medium
):
    context.clock.set(datetime(2026, 3, 9, 15, 0, tzinfo=UTC))
    queued(priority=Priority.REPLY, medium=medium)
    outbox.send_notice(context)
    assert len(carrier.messages + carrier.calls) == 1
    queued("n2", priority=Priority.REPLY, medium=medium)
    context.clock.advance(minutes=11)
    while outbox.send_notice(context):
        pass
    assert len(carrier.messages + carrier.calls) == 1


def test_an_emergency_overtakes_what_waits(context, carrier, queued):
    for i in range(5):
        queued(f"n{i}", body=f"【城北社区】{i}")
    queued("alarm", priority=Priority.EMERGENCY, body="【城北社区】紧急")
    outbox.send_notice(context)
    assert [m.body for m in carrier.messages] == ["【城北社区】紧急"]
