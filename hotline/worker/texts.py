"""Find out what a text message is, and answer it."""

from datetime import timedelta

from handling.inbound import handle_text
from hotline.worker.context import WorkerContext
from models import Text, TextState, claim_next, is_due, release

LEASE = timedelta(minutes=1)


def process_text(context: WorkerContext) -> bool:
    """One message, oldest first, in one transaction. False when none is due."""
    now = context.clock.now()
    if not is_due(context.database, Text, [TextState.RECEIVED], now=now):
        return False
    with context.database.write() as session:
        text = claim_next(session, Text, [TextState.RECEIVED], now=now, lease=LEASE)
        if text is None:
            return False
        handle_text(
            session,
            context.scheme,
            text,
            context.understander.understand,
            now=now,
            duty_phones=context.settings.duty_phones,
        )
        release(text, TextState.DONE)
    return True
