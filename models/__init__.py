"""The tables: SQLAlchemy 2 typed models, engine, session and migrations. Knows no web and no carrier."""

from models.base import Base, UTCDateTime, utc
from models.contact import (
    Call,
    CallState,
    Recording,
    RecordingState,
    Text,
    TextKind,
    TextState,
    Transcript,
)
from models.engine import Database
from models.learning import KeywordProposal, LexiconVersion, ProposalState
from models.ledger import (
    Channel,
    Event,
    PointsEntry,
    Rating,
    Review,
    Suggestion,
    SuggestionState,
    Urgency,
    next_number,
)
from models.notices import Medium, Notice, NoticeState, Priority
from models.people import Courtyard, Resident, Role, Station, Unit, User
from models.record import AccessEntry, CalendarOverride, Counter
from models.rules import SchemeVersion
from models.work import Leased, claim, claim_next, find_or_add, is_due, release

__all__ = [
    "AccessEntry",
    "Base",
    "CalendarOverride",
    "Call",
    "CallState",
    "Channel",
    "Counter",
    "Courtyard",
    "Database",
    "Event",
    "KeywordProposal",
    "Leased",
    "LexiconVersion",
    "Medium",
    "Notice",
    "NoticeState",
    "PointsEntry",
    "Priority",
    "ProposalState",
    "Rating",
    "Recording",
    "RecordingState",
    "Resident",
    "Review",
    "Role",
    "SchemeVersion",
    "Station",
    "Suggestion",
    "SuggestionState",
    "Text",
    "TextKind",
    "TextState",
    "Transcript",
    "UTCDateTime",
    "Unit",
    "Urgency",
    "User",
    "claim",
    "claim_next",
    "find_or_add",
    "is_due",
    "next_number",
    "release",
    "utc",
]
