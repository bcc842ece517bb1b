"""What an account comes to: its balance, who has paid, what the fund still adds. In fen."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from handling.scheme import Scheme
from handling.scheme.deliberation import reaches
from models import CostLine, EntryKind, MoneyEntry, Project

RESIDENTS = (EntryKind.SHARE, EntryKind.DONATION)


@dataclass(frozen=True)
class Account:
    """A project in sums. paid: households whose net payments reach their share; raised: by residents."""

    planned: int
    raised: int
    matched: int
    granted: int
    spent: int
    paid: int
    households: int
    share: int

    @property
    def balance(self) -> int:
        return self.raised + self.matched + self.granted - self.spent

    @property
    def agreed(self) -> int:
        """What the households agreed to pay together: 48 × 40 元 = 1,920 元."""
        return self.households * self.share


def account_of(session: Session, project: Project) -> Account:
    return accounts_of(session, [project])[project.id]


def accounts_of(session: Session, projects: Sequence[Project]) -> dict[int, Account]:
    """By project id; three statements, however many and long the accounts are."""
    ids = [project.id for project in projects]
    booked = session.execute(
        select(MoneyEntry.project_id, MoneyEntry.kind, func.sum(MoneyEntry.amount))
        .where(MoneyEntry.project_id.in_(ids))
        .group_by(MoneyEntry.project_id, MoneyEntry.kind)
    )
    amounts = {(project_id, kind): int(amount) for project_id, kind, amount in booked}
    planned = session.execute(
        select(CostLine.project_id, func.sum(CostLine.amount))
        .where(CostLine.project_id.in_(ids), CostLine.struck_at.is_(None))
        .group_by(CostLine.project_id)
    )
    plans = {project_id: int(amount) for project_id, amount in planned}
    paid = _paid_households(session, projects)
    return {
        project.id: Account(
            planned=plans.get(project.id, 0),
            raised=sum(amounts.get((project.id, kind), 0) for kind in RESIDENTS),
            matched=amounts.get((project.id, EntryKind.MATCH), 0),
            granted=amounts.get((project.id, EntryKind.GRANT), 0),
            spent=-amounts.get((project.id, EntryKind.SPENDING), 0),
            paid=paid.get(project.id, 0),
            households=project.households,
            share=project.share,
        )
        for project in projects
    }


def matching_due(scheme: Scheme, account: Account) -> int:
    """What the fund still adds: nothing up to the scheme's share of the plan, then `ratio` times what residents
    raised, as far as the plan still needs it."""
    rule = scheme.money.matching
    if rule is None or not account.planned or not reaches(rule.above, account.raised, account.planned):
        return 0
    matched = int(Fraction(rule.ratio) * account.raised)
    if rule.most_fen is not None:
        matched = min(matched, rule.most_fen)
    needed = account.planned - account.raised - account.granted
    return max(0, min(matched, needed) - account.matched)


def paid_doors(session: Session, project: Project) -> dict[str, int]:
    """Net payments of each named household, in fen."""
    rows = session.execute(
        select(MoneyEntry.household, func.sum(MoneyEntry.amount))
        .where(MoneyEntry.project_id == project.id, MoneyEntry.kind == EntryKind.SHARE, MoneyEntry.household != "")
        .group_by(MoneyEntry.household)
    )
    return {household: int(amount) for household, amount in rows}


def _paid_households(session: Session, projects: Sequence[Project]) -> dict[int, int]:
    """Named households that have paid their share, and those that were only counted."""
    shares = {project.id: max(project.share, 1) for project in projects}
    rows = session.execute(
        select(
            MoneyEntry.project_id,
            MoneyEntry.household,
            func.sum(MoneyEntry.amount),
            func.sum(MoneyEntry.households),
        )
        .where(MoneyEntry.project_id.in_(shares), MoneyEntry.kind == EntryKind.SHARE)
        .group_by(MoneyEntry.project_id, MoneyEntry.household)
    )
    paid: dict[int, int] = {}
    for project_id, household, amount, counted in rows:
        households = int(amount >= shares[project_id]) if household else int(counted)
        paid[project_id] = paid.get(project_id, 0) + households
    return paid
