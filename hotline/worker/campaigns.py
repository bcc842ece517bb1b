"""Campaigns while they run: invitations at their pace, questions that nobody answers, the last day."""

from handling.campaigns.invitations import invite_due, is_anybody_waiting
from handling.campaigns.running import close_finished_campaigns
from handling.campaigns.survey_texts import lapse_unanswered
from hotline.worker.context import WorkerContext


def invite_residents(context: WorkerContext) -> None:
    """What is due in this minute goes to the outbox."""
    with context.database.read() as session:
        if not is_anybody_waiting(session):
            return
    with context.database.write() as session:
        invite_due(session, context.scheme, context.clock.now())


def end_campaigns(context: WorkerContext) -> None:
    """Close what is over, and let go of questions that stayed without an answer."""
    now = context.clock.now()
    with context.database.write() as session:
        lapse_unanswered(session, now)
        close_finished_campaigns(session, now)
