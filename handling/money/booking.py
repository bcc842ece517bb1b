"""What is written into the account of a case: the plan, the households' shares, matching funds, grants, spending.

Amounts are integer fen. The account is append-only: whoever was wrong adds an entry of the opposite amount. The
balance is the sum of the entries and never falls below zero."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from handling.deeds import note_event
from handling.deliberation.votes import household_at
from handling.forms import show_fen
from handling.money.accounts import account_of, matching_due, paid_doors
from handling.scheme import Scheme
from models import CostLine, EntryKind, MoneyEntry, Project, Suggestion, User, find_or_add

LARGEST = 100_000_000_00
KINDS = {
    EntryKind.SHARE: "居民分摊",
    EntryKind.DONATION: "捐助",
    EntryKind.MATCH: "配套资金",
    EntryKind.GRANT: "资助",
    EntryKind.SPENDING: "支出",
}


class NotBooked(Exception):
    """The message says in Chinese why not."""


def open_project(session: Session, case: Suggestion, user: User, now: datetime) -> Project:
    """The case's account; the same one when there is one. Locked."""
    project, _ = find_or_add(
        session,
        Project,
        key="suggestion_id",
        value=case.id,
        title=f"{case.courtyard.name if case.courtyard else ''}{case.domain or '居民建议'}"[:120],
        opened_at=now,
        opened_by_id=user.id,
    )
    return project


def agree_shares(
    session: Session, case: Suggestion, *, households: int, share: int, user: User, now: datetime
) -> Project:
    """So many households pay so much each, as a meeting resolved."""
    if households < 1 or not 0 < households * share <= LARGEST:
        raise NotBooked("户数和每户金额都要大于零")
    project = open_project(session, case, user, now)
    project.households, project.share = households, share
    _note(
        session, project, f"{households}户，每户{show_fen(share)}，合计{show_fen(households * share)}", user, now
    )
    session.flush()
    return project


def plan_cost(session: Session, project: Project, item: str, amount: int, now: datetime) -> CostLine:
    if not item.strip() or not 0 < amount <= LARGEST:
        raise NotBooked("要写明项目和大于零的金额")
    line = CostLine(project=project, item=item.strip()[:120], amount=amount, added_at=now)
    session.add(line)
    session.flush()
    return line


def strike_cost(line: CostLine, now: datetime) -> None:
    """The line no longer counts; it stays readable."""
    line.struck_at = line.struck_at or now


def receive_shares(
    session: Session,
    project: Project,
    *,
    key: str,
    user: User,
    now: datetime,
    doors: Sequence[str] = (),
    households: int = 0,
    amount: int | None = None,
) -> list[MoneyEntry]:
    """Households paid their share: named doors, or so many of whom only the number is known. amount: what each
    paid, when it is not the whole share. key: the form's own, so that sending it twice books it once."""
    each = project.share if amount is None else amount
    if not 0 < each * max(households, 1) <= LARGEST or (not doors and households < 1):
        raise NotBooked("要写明户数和金额")
    _lock(session, project)
    if session.scalar(select(MoneyEntry.id).where(MoneyEntry.key == f"{key}:0")) is not None:
        return []
    _refuse_too_much(session, project, doors, len(doors) or households, each)
    payers = [(household_at(project.suggestion.courtyard_id, door), 1) for door in doors] or [("", households)]
    entries = []
    for place, (household, count) in enumerate(payers):
        entry, is_new = find_or_add(
            session,
            MoneyEntry,
            key="key",
            value=f"{key}:{place}",
            project_id=project.id,
            kind=EntryKind.SHARE,
            amount=each * count,
            households=count,
            household=household,
            note="",
            source="",
            at=now,
            entered_by_id=user.id,
        )
        entries += [entry] if is_new else []
    if entries:
        paid = sum(entry.households for entry in entries)
        text = f"{paid}户各交{show_fen(each)}，合计{show_fen(sum(entry.amount for entry in entries))}"
        _note(session, project, text, user, now)
    return entries


def book(
    session: Session,
    scheme: Scheme,
    project: Project,
    *,
    key: str,
    kind: EntryKind,
    amount: int,
    user: User,
    now: datetime,
    source: str = "",
    note: str = "",
) -> MoneyEntry | None:
    """One entry; `amount` is positive, whatever the kind. None when this key is booked already."""
    if not 0 < amount <= LARGEST:
        raise NotBooked("金额要大于零")
    _lock(session, project)
    if session.scalar(select(MoneyEntry.id).where(MoneyEntry.key == key)) is not None:
        return None
    reason = _reason_against(session, scheme, project, kind, amount, source)
    if reason:
        raise NotBooked(reason)
    entry, is_new = find_or_add(
        session,
        MoneyEntry,
        key="key",
        value=key,
        project_id=project.id,
        kind=kind,
        amount=-amount if kind is EntryKind.SPENDING else amount,
        households=0,
        household="",
        source=source[:40],
        note=note.strip()[:200],
        at=now,
        entered_by_id=user.id,
    )
    if not is_new:
        return None
    _note(session, project, f"{KINDS[kind]}{show_fen(amount)}{f'：{entry.note}' if entry.note else ''}", user, now)
    return entry


def correct(session: Session, entry: MoneyEntry, *, reason: str, user: User, now: datetime) -> MoneyEntry | None:
    """Take an entry back by its opposite. None when that was done already; a correction itself stays."""
    if entry.corrects_id is not None:
        raise NotBooked("冲正的记录不能再冲正")
    if not reason.strip():
        raise NotBooked("要写明为什么冲正")
    _lock(session, entry.project)
    if session.scalar(select(MoneyEntry.id).where(MoneyEntry.corrects_id == entry.id)) is not None:
        return None
    if account_of(session, entry.project).balance - entry.amount < 0:
        raise NotBooked("这笔钱已经用掉了，不能冲正")
    counter = MoneyEntry(
        key=f"correct:{entry.id}",
        project_id=entry.project_id,
        kind=entry.kind,
        amount=-entry.amount,
        households=-entry.households,
        household=entry.household,
        source=entry.source,
        note=reason.strip()[:200],
        at=now,
        entered_by_id=user.id,
        corrects_id=entry.id,
    )
    session.add(counter)
    session.flush()
    text = f"冲正{KINDS[entry.kind]}{show_fen(abs(entry.amount))}：{counter.note}"
    _note(session, entry.project, text, user, now)
    return counter


def _refuse_too_much(session: Session, project: Project, doors: Iterable[str], households: int, each: int) -> None:
    """No household pays twice, and no more households than agreed."""
    if not project.share:
        return
    paid = paid_doors(session, project)
    already = account_of(session, project).paid
    if not doors and already + households > project.households:
        raise NotBooked(f"分摊的一共{project.households}户，已经交了{already}户")
    courtyard = project.suggestion.courtyard_id
    again = [door for door in doors if paid.get(household_at(courtyard, door), 0) + each > project.share]
    if again:
        raise NotBooked(f"{'、'.join(again)}已经交过了（或者交得比分摊的多）")


def _reason_against(
    session: Session, scheme: Scheme, project: Project, kind: EntryKind, amount: int, source: str
) -> str:
    account = account_of(session, project)
    if kind is EntryKind.SPENDING and amount > account.balance:
        return f"账上只有{show_fen(account.balance)}"
    if kind is EntryKind.MATCH and amount > matching_due(scheme, account):
        return f"按规定现在最多配套{show_fen(matching_due(scheme, account))}"
    if kind is EntryKind.GRANT:
        grant = next((grant for grant in scheme.money.grants if grant.code == source), None)
        if grant is None:
            return "请选一种资助"
        given = select(func.coalesce(func.sum(MoneyEntry.amount), 0)).where(
            MoneyEntry.project_id == project.id, MoneyEntry.source == source
        )
        if grant.most_fen is not None and session.scalars(given).one() + amount > grant.most_fen:
            return f"“{grant.name}”一个项目最多{show_fen(grant.most_fen)}"
    return ""


def _lock(session: Session, project: Project) -> None:
    """Two people who book at once are taken one after the other: the balance is looked at behind the lock."""
    session.flush()
    session.refresh(project, with_for_update=True)


def publish(session: Session, project: Project, public: bool, *, user: User, now: datetime) -> None:
    """On the board by number of households, or taken from it."""
    project.published_at = now if public else None
    _note(session, project, "账目公示了" if public else "账目从公示栏撤下了", user, now)


def _note(session: Session, project: Project, note: str, user: User, now: datetime) -> None:
    note_event(session, project.suggestion, "money", actor=user, now=now, note=note)
