"""The tables: SQLAlchemy 2 typed models, engine, session and migrations. Knows no web and no carrier."""

from models.attachments import Attachment, AttachmentKind
from models.base import Base, UTCDateTime, utc
from models.casework import (
    Assistance,
    CaseLink,
    Inspection,
    Upkeep,
    Visit,
    VisitKind,
    VisitOutcome,
    Wish,
    WishKind,
)
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
from models.quality import SecondReview
from models.record import AccessEntry, CalendarOverride, Counter
from models.rules import SchemeVersion
from models.search import SearchEntry
from models.work import Leased, claim, claim_next, find_or_add, is_due, release

__all__ = [
    "AccessEntry",
    "Attachment",
    "AttachmentKind",
    "Assistance",
    "Base",
    "CalendarOverride",
    "Call",
    "CallState",
    "CaseLink",
    "Channel",
    "Counter",
    "Courtyard",
    "Database",
    "Event",
    "Inspection",
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
    "SearchEntry",
    "SecondReview",
    "Station",
    "Suggestion",
    "SuggestionState",
    "Text",
    "TextKind",
    "TextState",
    "Transcript",
    "UTCDateTime",
    "Unit",
    "Upkeep",
    "Urgency",
    "User",
    "Visit",
    "VisitKind",
    "VisitOutcome",
    "Wish",
    "WishKind",
    "claim",
    "claim_next",
    "find_or_add",
    "is_due",
    "next_number",
    "release",
    "utc",
]
