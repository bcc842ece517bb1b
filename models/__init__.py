"""The tables: SQLAlchemy 2 typed models, engine, session and migrations. Knows no web and no carrier."""

from models.alarms import Alarm, AlarmCall
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
    Rating,
    Review,
    Suggestion,
    SuggestionState,
    Urgency,
    next_number,
)
from models.notices import Medium, Notice, NoticeState, Priority
from models.people import Courtyard, Resident, Role, Station, Unit, User
from models.points import (
    Account,
    Honour,
    PointsBalance,
    PointsEntry,
    PointsTransaction,
    Redemption,
    RedemptionState,
    Reward,
)
from models.quality import SecondReview
from models.record import AccessEntry, CalendarOverride, Counter
from models.residents import Consent, Erasure, Purpose, Relative, ResidentPhone
from models.rules import SchemeVersion
from models.search import SearchEntry
from models.work import Leased, claim, claim_next, find_or_add, is_due, release

__all__ = [
    "AccessEntry",
    "Account",
    "Alarm",
    "AlarmCall",
    "Assistance",
    "Attachment",
    "AttachmentKind",
    "Base",
    "CalendarOverride",
    "Call",
    "CallState",
    "CaseLink",
    "Channel",
    "Consent",
    "Counter",
    "Courtyard",
    "Database",
    "Erasure",
    "Event",
    "Honour",
    "Inspection",
    "KeywordProposal",
    "Leased",
    "LexiconVersion",
    "Medium",
    "Notice",
    "NoticeState",
    "PointsBalance",
    "PointsEntry",
    "PointsTransaction",
    "Priority",
    "ProposalState",
    "Purpose",
    "Rating",
    "Recording",
    "RecordingState",
    "Redemption",
    "RedemptionState",
    "Relative",
    "Resident",
    "ResidentPhone",
    "Review",
    "Reward",
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
