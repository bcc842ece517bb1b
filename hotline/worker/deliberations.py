"""What the clock does with deliberations: stages that are over, households that are to be told of a vote."""

from handling.deliberation import advance, stages_over
from handling.deliberation_notices import invite_households, votes_to_announce
from hotline.worker.context import WorkerContext


def move_deliberations_on(context: WorkerContext) -> None:
    """Every minute: one transaction for each, so that one that fails holds up no other."""
    now = context.clock.now()
    with context.database.read() as session:
        over = stages_over(session, now)
    for deliberation_id in over:
        with context.database.write() as session:
            advance(session, context.scheme, deliberation_id, now)


def invite_voters(context: WorkerContext) -> None:
    """A portion of the households of each open vote."""
    now = context.clock.now()
    with context.database.read() as session:
        waiting = votes_to_announce(session)
    for deliberation_id in waiting:
        with context.database.write() as session:
            invite_households(session, context.scheme, deliberation_id, now)
