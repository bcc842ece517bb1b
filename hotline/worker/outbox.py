"""Send what the outbox holds, once."""

import logging
from datetime import timedelta

from sqlalchemy import select

from handling.campaigns.invitations import Standing, standing_of
from handling.notices import leaves_at
from hotline.telephony import receipts
from hotline.telephony.carrier import CarrierError, Delivery
from hotline.worker.context import WorkerContext
from models import Medium, Notice, NoticeState, Priority, claim_next, is_due, release

log = logging.getLogger(__name__)

LEASE = timedelta(minutes=2)
# How long an invitation of a paused campaign rests until the next look.
HOLD = timedelta(minutes=1)
# A carrier that sends no receipt within this time is asked once.
RECEIPT_PATIENCE = timedelta(minutes=30)


def send_notice(context: WorkerContext) -> bool:
    """Hand one notice to the carrier. False when none is due.

    `sending` is committed first: whoever finds it there after a crash knows that the carrier may have it."""
    now = context.clock.now()
    if not is_due(context.database, Notice, [NoticeState.QUEUED], now=now):
        return False
    with context.database.write() as session:
        urgent = Notice.priority == Priority.EMERGENCY
        notice = claim_next(session, Notice, [NoticeState.QUEUED], now=now, lease=LEASE, first=urgent)
        if notice is None:
            return False
        # Queued in the day, but the worker was down until night.
        if (hour := leaves_at(notice, now)) > now:
            release(notice, NoticeState.QUEUED, next_try_at=hour)
            return True
        standing = standing_of(session, notice)
        if standing is Standing.HOLD:
            release(notice, NoticeState.QUEUED, next_try_at=now + HOLD)
            return True
        if standing is Standing.DROP:
            notice.finished_at = now
            release(notice, NoticeState.CANCELLED)
            return True
        if notice.medium is Medium.PERSON or _opted_out_since(notice):
            notice.finished_at = now
            release(notice, NoticeState.FAILED if notice.medium is Medium.PERSON else NoticeState.CANCELLED)
            return True
        notice.state = NoticeState.SENDING
        notice.sent_at = now
    try:
        delivery = _send(context, notice)
    except CarrierError as error:
        _refused(context, notice.id, error)
    else:
        _accepted(context, notice.id, delivery)
    return True


def look_up_notice(context: WorkerContext) -> bool:
    """A notice left in `sending`: does the carrier have it? If not, it is queued again. False when none is due."""
    now = context.clock.now()
    if not is_due(context.database, Notice, [NoticeState.SENDING], now=now):
        return False
    with context.database.write() as session:
        notice = claim_next(session, Notice, [NoticeState.SENDING], now=now, lease=LEASE)
    if notice is None:
        return False
    try:
        found = _find(context, notice)
    except CarrierError as error:
        log.warning("cannot look notice %s up: %s", notice.id, error.code)
        with context.database.write() as session:
            row = session.get_one(Notice, notice.id)
            release(row, NoticeState.SENDING, next_try_at=now + receipts.LONGEST_PAUSE)
        return True
    with context.database.write() as session:
        row = session.get_one(Notice, notice.id, with_for_update=True)
        known = set(session.scalars(select(Notice.carrier_sid).where(Notice.carrier_sid.is_not(None))))
        ours = next((d for d in found if d.sid not in known), None)
        if row.state is not NoticeState.SENDING:
            return True  # its receipt came meanwhile
        if ours:
            row.carrier_sid = ours.sid
            release(row, NoticeState.SENT)
        else:
            release(row, NoticeState.QUEUED, next_try_at=now)
    return True


def ask_for_receipts(context: WorkerContext) -> None:
    """Receipts get lost; ask once, then say honestly that we do not know."""
    now = context.clock.now()
    with context.database.read() as session:
        silent = select(Notice).where(Notice.state == NoticeState.SENT, Notice.sent_at <= now - RECEIPT_PATIENCE)
        notices = session.scalars(silent.order_by(Notice.id).limit(100)).all()
    for notice in notices:
        delivery = _status(context, notice)
        with context.database.write() as session:
            row = session.get_one(Notice, notice.id, with_for_update=True)
            if delivery:
                receipts.apply(row, delivery.status, delivery.error_code, now)
            if row.state is NoticeState.SENT:
                row.finished_at = now
                release(row, NoticeState.UNKNOWN)


def _opted_out_since(notice: Notice) -> bool:
    """Opted out after the notice was queued. The confirmation of the opt-out itself still goes."""
    resident = notice.resident
    return bool(
        resident
        and resident.opted_out_at
        and notice.medium is Medium.SMS
        and notice.created_at < resident.opted_out_at
    )


def _send(context: WorkerContext, notice: Notice) -> Delivery:
    base = f"{context.settings.public_url}/twilio/notice/{notice.id}"
    if notice.medium is Medium.CALL:
        return context.carrier.place_call(notice.to_number, f"{base}/voice", f"{base}/status")
    return context.carrier.send_sms(notice.to_number, notice.body, f"{base}/status")


def _find(context: WorkerContext, notice: Notice) -> list[Delivery]:
    assert notice.sent_at
    if notice.medium is Medium.CALL:
        return context.carrier.find_calls(notice.to_number, notice.sent_at)
    return context.carrier.find_sms(notice.to_number, notice.body, notice.sent_at)


def _status(context: WorkerContext, notice: Notice) -> Delivery | None:
    assert notice.carrier_sid
    try:
        if notice.medium is Medium.CALL:
            return context.carrier.call_status(notice.carrier_sid)
        return context.carrier.sms_status(notice.carrier_sid)
    except CarrierError as error:
        log.warning("no status for notice %s: %s", notice.id, error.code)
        return None


def _accepted(context: WorkerContext, notice_id: int, delivery: Delivery) -> None:
    with context.database.write() as session:
        row = session.get_one(Notice, notice_id, with_for_update=True)
        row.carrier_sid = delivery.sid
        row.carrier_status = delivery.status
        # The receipt may have overtaken the answer to our request.
        if row.state is NoticeState.SENDING:
            release(row, NoticeState.SENT)
        # Some carriers refuse in the answer itself.
        if row.state is NoticeState.SENT and delivery.status in receipts.FAILED:
            receipts.apply(row, delivery.status, delivery.error_code, context.clock.now())


def _refused(context: WorkerContext, notice_id: int, error: CarrierError) -> None:
    # The code alone: the carrier's words may hold the number.
    log.warning("notice %s was not taken: %s", notice_id, error.code)
    with context.database.write() as session:
        row = session.get_one(Notice, notice_id, with_for_update=True)
        if row.state is NoticeState.SENDING:
            receipts.refused(row, error, context.clock.now())
