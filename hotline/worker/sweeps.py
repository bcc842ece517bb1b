"""What no webhook and no person will do: late and forgotten rows."""

from datetime import timedelta

from sqlalchemy import select

from hotline.telephony.inbound import end_call
from hotline.worker.context import WorkerContext
from models import Call, CallState

# Longer than any call of ours: greeting, two tries of 180 s, a conversation with the duty phone.
CALL_LASTS_AT_MOST = timedelta(hours=1)


def end_forgotten_calls(context: WorkerContext) -> None:
    """Calls whose end the carrier never told: without a recording they are missed calls."""
    now = context.clock.now()
    with context.database.write() as session:
        forgotten = select(Call).where(
            Call.state == CallState.IN_PROGRESS, Call.started_at <= now - CALL_LASTS_AT_MOST
        )
        for call in session.scalars(forgotten):
            end_call(session, call, now)
