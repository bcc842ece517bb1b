"""Whoever is to handle a case hears of it at once by text: with a day's time, tomorrow morning's list is late."""

from datetime import datetime

from sqlalchemy.orm import Session

from handling.notices import queue_notice
from handling.scheme import Scheme
from handling.status import day_text, promised_day
from models import Event, Priority, Suggestion, User

# What others may read over a shoulder says nothing of a dispute.
CONFIDENTIAL = "内容保密，请在网页上看"


def tell_handler(
    session: Session, scheme: Scheme, case: Suggestion, event: Event, actor: User | None, now: datetime
) -> None:
    """When this event gave the case to somebody else than the actor who has a telephone."""
    handler = case.handler
    if "handler" not in event.changes or handler is None or handler is actor or not handler.phone:
        return
    promised = promised_day(scheme, case, now)
    queue_notice(
        session,
        scheme,
        key=f"event:{event.id}:handler",
        template="staff_assigned",
        suggestion=case,
        to_number=handler.phone,
        priority=Priority.EMERGENCY if case.urgency == "emergency" else Priority.ROUTINE,
        variables={
            "soon": f"{day_text(promised, now)}前" if promised else "尽快",
            "quote": CONFIDENTIAL if case.confidential else case.standard_text or case.text,
        },
        now=now,
    )
