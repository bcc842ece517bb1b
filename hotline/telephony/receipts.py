"""What the carrier tells of our own messages and calls.

A receipt may only move a notice forward from a state that is not final (GOV.UK Notify's rule); duplicates and
late comers change nothing.
"""

import logging
from datetime import datetime, timedelta

from handling.notices import not_before
from hotline.telephony.carrier import OUTCOMES, CarrierError, Outcome
from models import Medium, Notice, NoticeState, Priority, release

log = logging.getLogger(__name__)

FINAL = {NoticeState.DELIVERED, NoticeState.FAILED, NoticeState.CANCELLED}
DELIVERED = {"delivered", "read", "completed"}
FAILED = {"undelivered", "failed", "busy", "no-answer", "canceled"}
# A handset that is off, a call that nobody takes: three tries, each in another half of the day.
LATER_TRIES = 3
LATER = timedelta(hours=4)
# Growing pauses while the carrier is busy or away.
LONGEST_PAUSE = timedelta(minutes=10)
MOST_TRIES = 40
ALARM_PAUSE = timedelta(minutes=10)


def apply(notice: Notice, status: str, error_code: str, now: datetime) -> None:
    """One receipt. `status`: the carrier's word for a message or a call."""
    if notice.state in FINAL or notice.state is NoticeState.QUEUED:
        log.info("receipt %s for notice %s in state %s: duplicate or late", status, notice.id, notice.state)
        return
    if status in DELIVERED:
        notice.carrier_status = status
        notice.finished_at = now
        release(notice, NoticeState.DELIVERED)
    elif status in FAILED:
        notice.carrier_status = status
        outcome = OUTCOMES.get(error_code, _without_code(notice))
        follow(notice, outcome, error_code or status, now)


def _without_code(notice: Notice) -> Outcome:
    return Outcome.RETRY_LATER if notice.medium is Medium.CALL else Outcome.PERSON


def refused(notice: Notice, error: CarrierError, now: datetime) -> None:
    """The carrier did not take it."""
    notice.error = str(error)
    follow(notice, error.outcome, error.code, now)


def follow(notice: Notice, outcome: Outcome, code: str, now: datetime) -> None:
    """Do what the outcome asks, for a notice that did not get through."""
    notice.error_code = code[:24]
    match outcome:
        case Outcome.RETRY if notice.tries < MOST_TRIES:
            pause = min(timedelta(seconds=2.0 ** min(notice.tries, 12)), LONGEST_PAUSE)
            _again(notice, now + pause)
        case Outcome.ALARM:
            log.error("the carrier refuses our account or configuration (%s); notice %s waits", code, notice.id)
            _again(notice, now + ALARM_PAUSE)
        case Outcome.LOOK_UP:
            # Stays in `sending`; the sender looks it up at the carrier before anything is repeated.
            release(notice, NoticeState.SENDING, next_try_at=now + timedelta(seconds=15))
        case Outcome.RETRY_LATER if notice.tries < LATER_TRIES:
            _again(notice, not_before(notice.priority, now + LATER, notice.medium))
        case Outcome.RETRY_LATER if notice.medium is Medium.SMS and notice.prompts:
            _call_instead(notice, now)
        case Outcome.CALL_INSTEAD if notice.medium is Medium.SMS and notice.prompts:
            if notice.resident:
                notice.resident.sms_capable = False
            _call_instead(notice, now)
        case Outcome.OPTED_OUT:
            if notice.resident and notice.resident.opted_out_at is None:
                notice.resident.opted_out_at = now
            notice.finished_at = now
            release(notice, NoticeState.CANCELLED)
        case _:
            notice.finished_at = now
            release(notice, NoticeState.FAILED)


def _again(notice: Notice, moment: datetime) -> None:
    notice.carrier_sid = None
    release(notice, NoticeState.QUEUED, next_try_at=moment)


def _call_instead(notice: Notice, now: datetime) -> None:
    notice.medium = Medium.CALL
    notice.tries = 0
    urgent = notice.priority is Priority.EMERGENCY
    _again(notice, now if urgent else not_before(notice.priority, now, Medium.CALL))
