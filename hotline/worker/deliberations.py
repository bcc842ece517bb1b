"""What the clock does with deliberations: stages that are over, households that are to be told."""

from handling.deliberation.notices import tell_portion, waiting_to_be_told
from handling.deliberation.stages import advance, stages_over
from hotline.worker.context import WorkerContext


def move_deliberations_on(context: WorkerContext) -> None:
    """Every minute: one transaction for each, so that one that fails holds up no other."""
    now = context.clock.now()
    with context.database.read() as session:
        over = stages_over(session, now)
    for deliberation_id in over:
        with context.database.write() as session:
            advance(session, context.scheme, deliberation_id, now)


def tell_households(context: WorkerContext) -> None:
    """A portion of the households of each deliberation that has begun or is voted on."""
    now = context.clock.now()
    with context.database.read() as session:
        waiting = waiting_to_be_told(session)
    for deliberation_id in waiting:
        with context.database.write() as session:
            tell_portion(session, context.scheme, deliberation_id, now)
