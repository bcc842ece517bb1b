"""智囊团: who can judge what, who is asked, and what they said. 特约建议人 are experts of their own kind."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session, joinedload, selectinload

from handling.clock import SHANGHAI
from handling.deeds import note_event
from handling.forms import show_fen
from handling.notices import queue_notice
from handling.residents import number_takes_sms
from handling.scheme import Scheme
from handling.scheme.versions import scheme_of
from handling.status import day_text
from models import (
    Expert,
    ExpertConflict,
    ExpertKind,
    OpinionRequest,
    Priority,
    Suggestion,
    User,
    Verdict,
)

EXPERT_KINDS = {ExpertKind.EXPERT: "专家", ExpertKind.ADVISER: "特约建议人"}
VERDICTS = {Verdict.FEASIBLE: "可行", Verdict.CONDITIONAL: "有条件可行", Verdict.NOT_FEASIBLE: "不可行"}

# What is asked when nobody says more.
QUESTION = "可不可行、要花多少"
# The reasons of a withdrawn request say why the expert stands aside.
STOOD_ASIDE = "有利益关系，回避"

# As `OpinionRequest.is_open`, for queries.
_OPEN = and_(OpinionRequest.answered_at.is_(None), OpinionRequest.withdrawn_at.is_(None))


class NotAsked(Exception):
    """The message says in Chinese why not."""


@dataclass(frozen=True)
class Proposal:
    """An expert for a case. why: the fields that speak for it. against: why not, in Chinese, or "".
    waiting: how many opinions this expert owes already."""

    expert: Expert
    why: tuple[str, ...]
    against: str
    waiting: int


@dataclass(frozen=True)
class Coverage:
    """A field that the community needs, and how many can judge it now."""

    field: str
    experts: int


def directory(session: Session) -> list[Expert]:
    """Active ones first; two statements."""
    everybody = select(Expert).order_by(Expert.active.desc(), Expert.name, Expert.id)
    conflicts = selectinload(Expert.conflicts)
    return list(
        session.scalars(
            everybody.options(
                conflicts.joinedload(ExpertConflict.courtyard), conflicts.joinedload(ExpertConflict.unit)
            )
        )
    )


def coverage(wanted: Sequence[str], experts: Sequence[Expert], today: date) -> list[Coverage]:
    """Each wanted field once, the gaps (nobody) first."""
    able = [expert for expert in experts if not absence(expert, today)]
    found = [Coverage(field, sum(field in expert.fields for expert in able)) for field in dict.fromkeys(wanted)]
    return sorted(found, key=lambda one: one.experts)


def absence(expert: Expert, today: date) -> str:
    """Why nobody can be asked now, whatever the case; "" when they can."""
    if not expert.active:
        return "已经不在智囊团"
    if expert.away_until is not None and expert.away_until >= today:
        return f"{expert.away_until.month}月{expert.away_until.day}日前不在"
    return ""


def propose_experts(session: Session, case: Suggestion, now: datetime) -> list[Proposal]:
    """Everybody in the directory, the best to ask first: who may, who knows the field, who owes the fewest
    opinions. Those who may not stand last, with the reason. Three statements."""
    today = now.astimezone(SHANGHAI).date()
    waiting = (
        select(OpinionRequest.expert_id, func.count().label("owed"))
        .where(_OPEN)
        .group_by(OpinionRequest.expert_id)
    )
    owed = {row.expert_id: row.owed for row in session.execute(waiting)}
    proposals = [
        Proposal(expert, known_fields(expert, case), reason_against(expert, case, today), owed.get(expert.id, 0))
        for expert in directory(session)
    ]
    return sorted(proposals, key=lambda p: (bool(p.against), -len(p.why), p.waiting, p.expert.name))


def known_fields(expert: Expert, case: Suggestion) -> tuple[str, ...]:
    """The expert's fields that are the case's domain or stand in its words."""
    text = f"{case.text}\n{case.standard_text}"
    return tuple(field for field in expert.fields if field == case.domain or field in text)


def reason_against(expert: Expert, case: Suggestion, today: date) -> str:
    """Absence, or a conflict of interest (利益冲突), in Chinese; "" when the expert may judge this case."""
    for conflict in expert.conflicts:
        if conflict.courtyard_id is not None and conflict.courtyard_id == case.courtyard_id:
            return f"和{conflict.courtyard.name if conflict.courtyard else '这个院落'}有利益关系，要回避"
        if conflict.unit_id is not None and conflict.unit_id == case.unit_id:
            return f"和{conflict.unit.name if conflict.unit else '承办单位'}有利益关系，要回避"
    if expert.phone and case.resident is not None and expert.phone == case.resident.phone:
        return "建议是本人提的，要回避"
    if expert.phone and case.handler is not None and expert.phone == case.handler.phone:
        return "是这件事的责任人，要回避"
    return absence(expert, today)


def ask_opinion(
    session: Session,
    scheme: Scheme,
    case: Suggestion,
    expert: Expert,
    *,
    question: str,
    due: datetime,
    user: User,
    now: datetime,
) -> OpinionRequest:
    """Ask for a feasibility opinion until `due`. Raises NotAsked."""
    against = reason_against(expert, case, now.astimezone(SHANGHAI).date())
    if against:
        raise NotAsked(f"{expert.name}{against}")
    if due <= now:
        raise NotAsked("日期要在今天以后")
    open_one = select(OpinionRequest.id).where(
        OpinionRequest.suggestion_id == case.id, OpinionRequest.expert_id == expert.id, _OPEN
    )
    if session.scalar(open_one) is not None:
        raise NotAsked(f"已经请{expert.name}论证了，还在等")
    request = OpinionRequest(
        suggestion=case, expert=expert, question=question, asked_at=now, asked_by=user, due=due
    )
    session.add(request)
    session.flush()
    until = day_text(due.astimezone(SHANGHAI), now)
    note_event(session, case, "opinion_asked", actor=user, now=now, note=f"{expert.name}，{until}前")
    template = "expert_asked_private" if case.confidential else "expert_asked"
    told = expert.phone and number_takes_sms(expert.phone)
    if told and template in scheme_of(session, case, scheme).notices:
        queue_notice(
            session,
            scheme,
            key=f"opinion:{request.id}",
            template=template,
            suggestion=case,
            to_number=expert.phone,
            priority=Priority.ROUTINE,
            # Not the resident's words: they may name people.
            variables={
                "expert": expert.name,
                "matter": _matter(case),
                "question": question.strip().rstrip("。？?") or QUESTION,
                "until": until,
            },
            now=now,
        )
    return request


def give_opinion(
    session: Session,
    request: OpinionRequest,
    *,
    verdict: Verdict,
    reasons: str,
    cost: int | None,
    conditions: str,
    user: User | None,
    now: datetime,
) -> None:
    """What the expert said, as `user` wrote it down; None: in a text of their own. cost: fen. Raises NotAsked."""
    _must_be_open(request)
    if not reasons.strip():
        raise NotAsked("请写论证意见")
    if verdict is Verdict.CONDITIONAL and not conditions.strip():
        raise NotAsked("有条件可行，要写明条件")
    request.verdict, request.reasons = verdict, reasons.strip()
    request.cost, request.conditions = cost, conditions.strip()
    request.answered_at, request.entered_by = now, user
    parts = [f"{_who(request, user)}：{VERDICTS[verdict]}", request.reasons]
    parts.append(f"估计费用{show_fen(cost)}" if cost is not None else "")
    parts.append(f"条件：{request.conditions}" if request.conditions else "")
    note = "。".join(part.rstrip("。") for part in parts if part)
    note_event(session, request.suggestion, "opinion_given", actor=user, now=now, note=note)


def stand_aside(session: Session, request: OpinionRequest, why: str, *, user: User | None, now: datetime) -> None:
    """回避: the expert has an interest in it and gives no opinion, somebody else is to. Raises NotAsked."""
    _must_be_open(request)
    request.withdrawn_at, request.reasons = now, why.strip() or STOOD_ASIDE
    note = f"{_who(request, user)}：{request.reasons}"
    note_event(session, request.suggestion, "opinion_aside", actor=user, now=now, note=note)


def withdraw_request(session: Session, request: OpinionRequest, user: User, now: datetime) -> None:
    """No longer needed, or the expert cannot. Raises NotAsked."""
    _must_be_open(request)
    request.withdrawn_at = now
    note_event(session, request.suggestion, "opinion_withdrawn", actor=user, now=now, note=request.expert.name)


def requests_of(session: Session, suggestion_id: int) -> list[OpinionRequest]:
    """The oldest first; one statement."""
    asked = select(OpinionRequest).where(OpinionRequest.suggestion_id == suggestion_id)
    people = (joinedload(OpinionRequest.expert), joinedload(OpinionRequest.entered_by))
    return list(session.scalars(asked.options(*people).order_by(OpinionRequest.id)))


def open_requests(session: Session, limit: int = 100) -> list[OpinionRequest]:
    """Whose answers are waited for, the earliest due first; one statement."""
    waiting = select(OpinionRequest).where(_OPEN)
    wanted = (joinedload(OpinionRequest.expert), joinedload(OpinionRequest.suggestion))
    return list(session.scalars(waiting.options(*wanted).order_by(OpinionRequest.due).limit(limit)))


def _must_be_open(request: OpinionRequest) -> None:
    if request.answered_at is not None:
        raise NotAsked("这位专家的意见已经记下了")
    if request.withdrawn_at is not None:
        raise NotAsked("已经不再请这位专家论证")


def _who(request: OpinionRequest, user: User | None) -> str:
    return request.expert.name if user is not None else f"{request.expert.name}（短信）"


def _matter(case: Suggestion) -> str:
    return f"{case.courtyard.name if case.courtyard else ''}{case.domain or '居民建议'}"
