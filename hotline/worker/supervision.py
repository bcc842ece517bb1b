"""What the clock does with cases: reminders, escalation (督办), the morning's list, planned cases looked at again.

Each deed is a row with a unique key in the same transaction as its event and its notices, so that a worker may be
killed anywhere, and two may do the same round."""

import logging

from sqlalchemy.orm.exc import StaleDataError

from handling.deeds import StaleCase
from handling.digest import is_time_for_digest, send_digests
from handling.looking_again import look_again, to_look_at
from handling.supervision import deeds_due, do_deed
from hotline.worker.context import WorkerContext

log = logging.getLogger(__name__)


def supervise_cases(context: WorkerContext) -> None:
    """Every minute: one transaction for each deed, so that one that fails holds up no other."""
    now = context.clock.now()
    with context.database.read() as session:
        deeds = deeds_due(session, context.scheme, now=now)
    for deed in deeds:
        try:
            with context.database.write() as session:
                do_deed(session, context.scheme, deed, now=now)
        except StaleDataError:
            log.info("%s: the case was changed meanwhile; the next round looks again", deed.key)


def look_at_planned_cases(context: WorkerContext) -> None:
    """Every minute; they come back in the morning of their day."""
    now = context.clock.now()
    with context.database.read() as session:
        cases = to_look_at(session, now=now)
    for suggestion_id in cases:
        try:
            with context.database.write() as session:
                look_again(session, context.scheme, suggestion_id, now=now)
        except StaleCase:
            log.info("suggestion %d was changed meanwhile; the next round looks again", suggestion_id)


def send_morning_list(context: WorkerContext) -> None:
    """Every minute; the list leaves once in a morning. Planned cases come back first, so that they are in it."""
    now = context.clock.now()
    with context.database.read() as session:
        if not is_time_for_digest(session, context.scheme, now=now):
            return
    look_at_planned_cases(context)
    with context.database.write() as session:
        sent = send_digests(session, context.scheme, now=now)
    log.info("%d lists of the day sent", sent)
