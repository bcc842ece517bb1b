"""Reads for the pages about money."""

from dataclasses import dataclass

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, joinedload, selectinload

from handling.money.accounts import Account, accounts_of
from models import CostLine, EntryKind, MoneyEntry, Project, Receipt, Suggestion

LONGEST_LIST = 20


@dataclass(frozen=True)
class Statement:
    """资金公示: a project in sums, its plan and what was bought. Nobody's name or door is in it."""

    project: Project
    account: Account
    plan: list[CostLine]
    spendings: list[MoneyEntry]


def project_of(session: Session, suggestion_id: int) -> Project | None:
    return session.scalars(select(Project).where(Project.suggestion_id == suggestion_id)).one_or_none()


def entries_of(session: Session, project: Project) -> list[MoneyEntry]:
    """The newest first, with receipts and whoever booked them."""
    booked = select(MoneyEntry).where(MoneyEntry.project_id == project.id).order_by(MoneyEntry.id.desc())
    receipts = selectinload(MoneyEntry.receipts).joinedload(Receipt.attachment)
    return list(session.scalars(booked.options(receipts, joinedload(MoneyEntry.entered_by))))


def plan_of(session: Session, project: Project) -> list[CostLine]:
    """The lines that were not struck."""
    lines = select(CostLine).where(CostLine.project_id == project.id, CostLine.struck_at.is_(None))
    return list(session.scalars(lines.order_by(CostLine.id)))


def statements(session: Session) -> list[Statement]:
    """What was released, the newest first; a confidential case never. Six statements, whatever the length."""
    released = (
        select(Project)
        .join(Suggestion)
        .where(Project.published_at.is_not(None), Suggestion.confidential.is_(False))
        .order_by(Project.published_at.desc())
        .options(joinedload(Project.suggestion).joinedload(Suggestion.courtyard))
        .limit(LONGEST_LIST)
    )
    projects = list(session.scalars(released))
    accounts = accounts_of(session, projects)
    ids = [project.id for project in projects]
    lines = (
        select(CostLine).where(CostLine.project_id.in_(ids), CostLine.struck_at.is_(None)).order_by(CostLine.id)
    )
    plans, spendings = list(session.scalars(lines)), list(session.scalars(_spendings(ids)))
    return [
        Statement(
            project,
            accounts[project.id],
            [line for line in plans if line.project_id == project.id],
            [entry for entry in spendings if entry.project_id == project.id],
        )
        for project in projects
    ]


def _spendings(project_ids: list[int]) -> Select[MoneyEntry]:
    """What was bought; what was corrected, and its correction, cancel each other and are left out."""
    corrected = select(MoneyEntry.corrects_id).where(
        MoneyEntry.project_id.in_(project_ids), MoneyEntry.corrects_id.is_not(None)
    )
    return (
        select(MoneyEntry)
        .where(
            MoneyEntry.project_id.in_(project_ids),
            MoneyEntry.kind == EntryKind.SPENDING,
            MoneyEntry.corrects_id.is_(None),
            MoneyEntry.id.not_in(corrected),
        )
        .order_by(MoneyEntry.id)
    )
