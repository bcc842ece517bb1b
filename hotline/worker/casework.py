"""What the clock does with disputes: a platform whose time is over is marked, once."""

from handling.disputes import flag_platforms
from hotline.worker.context import WorkerContext


def mark_platforms(context: WorkerContext) -> None:
    """Every few minutes; a scheme without platforms costs nothing."""
    if any(step.moves_up for step in context.scheme.steps):
        with context.database.write() as session:
            flag_platforms(session, context.scheme, context.clock.now())
