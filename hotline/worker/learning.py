"""What the community taught meanwhile: its words come into force, and its reviews propose new ones."""

import logging

from handling.learning.proposals import add_proposals, find_keywords
from handling.lexicon_versions import understander_in_force
from handling.scheme.editions import edition_number, scheme_in_force
from hotline.worker.context import WorkerContext

log = logging.getLogger(__name__)


def reload_words(context: WorkerContext) -> None:
    """Every few seconds: a coordinator's new version is used without a restart. Three small reads, and the
    same object again, when nothing has changed."""
    with context.database.read() as session:
        context.understander = understander_in_force(session)


def reload_rules(context: WorkerContext) -> None:
    """Every few seconds: what the desk changed in the rules is used without a restart. One small read when nothing
    has changed."""
    with context.database.read() as session:
        number = edition_number(session)
        if number != context.edition:
            context.scheme = scheme_in_force(session, context.settings.scheme)
            context.edition = number


def learn_keywords(context: WorkerContext) -> None:
    """Once a week: words that confirmed reviews speak for wait for a coordinator."""
    with context.database.read() as session:
        found = find_keywords(session)
    with context.database.write() as session:
        proposed = add_proposals(session, found, now=context.clock.now())
    log.info("%d keywords proposed", len(proposed))
