"""Running cases that began with older rules, and what becomes of them under the rules in force."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from handling.deeds import StepNotAllowed, check_leading, recorded
from handling.forms import FormInvalid
from handling.scheme import Scheme
from handling.scheme.versions import scheme_of, version_of
from handling.status import OPEN_STATES
from models import SchemeVersion, Suggestion, SuggestionState, User


@dataclass(frozen=True)
class Move:
    """What becomes of one case. `lost`: the old step or level is no longer there, so that `step` or `level` is a
    proposal."""

    case: Suggestion
    old_step: str
    step: str
    level: str
    step_lost: bool
    level_lost: bool

    @property
    def lost(self) -> bool:
        return self.step_lost or self.level_lost


def preview(session: Session, scheme: Scheme) -> list[Move]:
    """Every open case that does not follow `scheme`, those first that need a decision. Three statements, and one
    for each older version."""
    others = (
        select(Suggestion)
        .outerjoin(SchemeVersion, SchemeVersion.id == Suggestion.scheme_version_id)
        .where(Suggestion.state.in_(OPEN_STATES))
        .where(SchemeVersion.digest.is_distinct_from(scheme.digest))
        .order_by(Suggestion.number)
        .options(joinedload(Suggestion.handler))
    )
    moves = [_move(session, scheme, case) for case in session.scalars(others)]
    return sorted(moves, key=lambda move: (not move.lost, move.case.number))


def _move(session: Session, scheme: Scheme, case: Suggestion) -> Move:
    old = scheme_of(session, case, scheme)
    known = old.find_step(case.step)
    return Move(
        case=case,
        old_step=known.name if known else case.step,
        step=proposed_step(old, scheme, case),
        level=case.level if scheme.find_level(case.level) else scheme.proposed_level(case.urgency).code,
        step_lost=scheme.find_step(case.step) is None,
        level_lost=scheme.find_level(case.level) is None,
    )


def proposed_step(old: Scheme, new: Scheme, case: Suggestion) -> str:
    """The same step; else the nearest before it that both have; else where a reviewed case begins."""
    if case.state is SuggestionState.REVIEW:
        return new.first_step.code
    codes = [step.code for step in old.steps]
    before = codes[: codes.index(case.step) + 1] if case.step in codes else [case.step]
    same = [code for code in reversed(before) if code != new.first_step.code and new.find_step(code) is not None]
    return same[0] if same else after_review(new)


def after_review(scheme: Scheme) -> str:
    confirm = scheme.first_step.action("confirm")
    assert confirm is not None, "a scheme is refused without it"
    return confirm.next


def migrate(
    session: Session,
    scheme: Scheme,
    numbers: Collection[int],
    user: User,
    *,
    steps: Mapping[int, str] | None = None,
    levels: Mapping[int, str] | None = None,
    now: datetime,
) -> list[Suggestion]:
    """Let these cases follow `scheme` from now on; what was promised stays. steps, levels: other than proposed, by
    case number. Raises StepNotAllowed, StaleCase, FormInvalid; then none of them moved."""
    check_leading(user)
    moves = {move.case.number: move for move in preview(session, scheme)}
    version = version_of(session, scheme, now)
    moved: list[Suggestion] = []
    for number in numbers:
        move = moves.get(number)
        if move is None:
            raise StepNotAllowed(f"{number}号已经按现在的流程办，或者办完了")
        step = (steps or {}).get(number, move.step)
        level = (levels or {}).get(number, move.level)
        _check(scheme, move.case, step, level)
        form = {"from_step": move.old_step}
        with recorded(session, move.case, "migrated", actor=user, now=now, form=form):
            move.case.scheme, move.case.scheme_version = scheme.name, version
            move.case.step, move.case.level = step, level
        moved.append(move.case)
    return moved


def _check(scheme: Scheme, case: Suggestion, step: str, level: str) -> None:
    reviewed = case.state is not SuggestionState.REVIEW
    if scheme.find_step(step) is None or (step == scheme.first_step.code) is reviewed:
        raise FormInvalid({f"step-{case.number}": f"{case.number}号：请从列表里选步骤"})
    if scheme.find_level(level) is None:
        raise FormInvalid({f"level-{case.number}": f"{case.number}号：请从列表里选级别"})
