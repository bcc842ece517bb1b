"""兑换: points become goods and services, asked for by SMS and confirmed, or entered at the desk."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import CursorResult, select, update
from sqlalchemy.orm import Session, joinedload

from handling.notices import queue_notice
from handling.residents import can_receive_sms
from handling.residents.points import Line, NotEnoughPoints, balance_of, move, reverse, transaction_of
from handling.scheme import Scheme
from models import Account, Priority, Redemption, RedemptionState, Resident, Reward, User

__all__ = [
    "RedemptionRefused",
    "ask_for",
    "book",
    "booked_variables",
    "cancel",
    "catalogue",
    "confirm_asked",
    "confirm_by_key",
    "find_reward",
    "hand_over",
    "set_up_rewards",
    "tell_booked",
    "waiting_redemptions",
]

# A resident who was asked “要换请回‘确认’” answers within this time, or asks anew.
CONFIRM_WITHIN = timedelta(hours=24)


class RedemptionRefused(Exception):
    """The message says in Chinese why not."""


def set_up_rewards(session: Session, scheme: Scheme) -> None:
    """Add the scheme's rewards that are not there yet. What the desk changed stays."""
    known = set(session.scalars(select(Reward.code)))
    for entry in scheme.rewards:
        if entry.code not in known:
            session.add(Reward(code=entry.code, name=entry.name, cost=entry.cost, stock=entry.stock))
    session.flush()


def catalogue(session: Session) -> list[Reward]:
    """What can be had now, the cheapest first."""
    offered = select(Reward).where(Reward.active, Reward.stock.is_(None) | (Reward.stock > 0))
    return list(session.scalars(offered.order_by(Reward.cost, Reward.id)))


def find_reward(rewards: Sequence[Reward], said: str) -> Reward | None:
    """The one that is meant: its whole name, else the only one whose name holds what was said or is held by it."""
    named = [reward for reward in rewards if reward.name == said]
    near = named or [reward for reward in rewards if said and (said in reward.name or reward.name in said)]
    return near[0] if len(near) == 1 else None


def ask_for(session: Session, resident: Resident, reward: Reward, *, key: str, now: datetime) -> Redemption:
    """Nothing is booked until the resident confirms; an earlier question is forgotten."""
    session.execute(
        update(Redemption)
        .where(Redemption.resident_id == resident.id, Redemption.state == RedemptionState.ASKED)
        .values(state=RedemptionState.CANCELLED, finished_at=now)
    )
    redemption = Redemption(
        key=key,
        resident_id=resident.id,
        reward=reward,
        cost=reward.cost,
        state=RedemptionState.ASKED,
        asked_at=now,
    )
    session.add(redemption)
    session.flush()
    return redemption


def asked_by(session: Session, resident: Resident, now: datetime) -> Redemption | None:
    """What this resident was asked to confirm."""
    asked = select(Redemption).where(
        Redemption.resident_id == resident.id,
        Redemption.state == RedemptionState.ASKED,
        Redemption.asked_at > now - CONFIRM_WITHIN,
    )
    return session.scalars(asked.order_by(Redemption.id.desc()).limit(1)).one_or_none()


def confirm_asked(session: Session, redemption: Redemption, *, now: datetime) -> None:
    """RedemptionRefused when the goods or the points have gone meanwhile."""
    _book(session, redemption, now, None)


def confirm_by_key(
    session: Session, scheme: Scheme, resident: Resident, redemption_id: int, now: datetime
) -> None:
    """By telephone key, what this resident was asked by text; the text that follows says what it was. Pressed
    twice, it is booked once. RedemptionRefused when nothing waits, or the goods or the points have gone."""
    # As for a text: what one resident does at two telephones is done one after the other.
    session.refresh(resident, with_for_update=True)
    redemption = session.get(Redemption, redemption_id, populate_existing=True)
    if redemption is None or redemption.resident_id != resident.id:
        raise RedemptionRefused("没有问过您")
    if redemption.state in (RedemptionState.BOOKED, RedemptionState.HANDED_OVER):
        return
    if redemption.state is not RedemptionState.ASKED or redemption.asked_at <= now - CONFIRM_WITHIN:
        raise RedemptionRefused("问过的已经过时了")
    confirm_asked(session, redemption, now=now)
    if can_receive_sms(resident):
        tell_booked(session, scheme, redemption, Priority.REPLY, now)


def tell_booked(
    session: Session, scheme: Scheme, redemption: Redemption, priority: Priority, now: datetime
) -> None:
    """What was not booked by text is told by one, so that nobody spends another's points unseen."""
    queue_notice(
        session,
        scheme,
        key=f"redeemed:{redemption.id}",
        template="reward_booked",
        resident=redemption.resident,
        priority=priority,
        variables=booked_variables(session, redemption),
        now=now,
    )


def booked_variables(session: Session, redemption: Redemption) -> dict[str, Any]:
    """What the notice `reward_booked` says."""
    balance = balance_of(session, redemption.resident_id)
    return {"reward": redemption.reward.name, "price": redemption.cost, "balance": balance}


def book(
    session: Session, resident: Resident, reward: Reward, *, key: str, actor: User, now: datetime
) -> Redemption | None:
    """Entered at the desk: booked at once. None when this key was booked already (a form sent twice)."""
    if session.scalar(select(Redemption.id).where(Redemption.key == key)) is not None:
        return None
    redemption = Redemption(
        key=key,
        resident_id=resident.id,
        reward=reward,
        cost=reward.cost,
        state=RedemptionState.ASKED,
        asked_at=now,
        actor=actor,
    )
    with session.begin_nested():
        session.add(redemption)
        session.flush()
        _book(session, redemption, now, actor)
    return redemption


def _book(session: Session, redemption: Redemption, now: datetime, actor: User | None) -> None:
    try:
        with session.begin_nested():
            _take_from_stock(session, redemption.reward_id)
            transaction = move(
                session,
                f"redeem:{redemption.id}",
                (
                    Line(Account.RESIDENT, -redemption.cost, redemption.resident_id),
                    Line(Account.REDEEMED, redemption.cost),
                ),
                reason=f"兑换{redemption.reward.name}",
                actor=actor,
                now=now,
            )
            if transaction is None:
                raise RedemptionRefused("已经换过了")
    except NotEnoughPoints as error:
        raise RedemptionRefused(str(error)) from error
    redemption.transaction_id = transaction.id
    redemption.state = RedemptionState.BOOKED
    redemption.booked_at = now
    session.flush()


def _take_from_stock(session: Session, reward_id: int) -> None:
    """Compare and set: the last one goes to one resident."""
    there = Reward.stock.is_(None) | (Reward.stock > 0)
    result = session.execute(
        update(Reward)
        .where(Reward.id == reward_id, Reward.active, there)
        .values(stock=Reward.stock - 1)
        .execution_options(synchronize_session=False)
    )
    assert isinstance(result, CursorResult)
    if result.rowcount != 1:
        raise RedemptionRefused("已经换完了")


def hand_over(session: Session, redemption: Redemption, user: User, now: datetime) -> None:
    """The resident has it. RedemptionRefused when it is not booked (any more)."""
    _finish(session, redemption, RedemptionState.HANDED_OVER, user, now)


def cancel(session: Session, redemption: Redemption, user: User, now: datetime) -> None:
    """Points and goods go back. RedemptionRefused when it was handed over or cancelled already."""
    _finish(session, redemption, RedemptionState.CANCELLED, user, now)
    assert redemption.transaction_id is not None
    transaction = transaction_of(session, redemption.transaction_id)
    assert transaction is not None
    reverse(session, transaction, reason=f"退回{redemption.reward.name}", actor=user, now=now)
    session.execute(
        update(Reward)
        .where(Reward.id == redemption.reward_id)
        .values(stock=Reward.stock + 1)
        .execution_options(synchronize_session=False)
    )


def _finish(session: Session, redemption: Redemption, state: RedemptionState, user: User, now: datetime) -> None:
    booked = (Redemption.id == redemption.id) & (Redemption.state == RedemptionState.BOOKED)
    result = session.execute(
        update(Redemption)
        .where(booked)
        .values(state=state, finished_at=now, finished_by_id=user.id)
        .execution_options(synchronize_session=False)
    )
    assert isinstance(result, CursorResult)
    if result.rowcount != 1:
        raise RedemptionRefused("已经领走或者退掉了")
    session.refresh(redemption)


def waiting_redemptions(session: Session, limit: int = 200) -> list[Redemption]:
    """Booked and not handed over, the oldest first."""
    booked = select(Redemption).where(Redemption.state == RedemptionState.BOOKED).order_by(Redemption.id)
    together = (joinedload(Redemption.resident), joinedload(Redemption.reward))
    return list(session.scalars(booked.options(*together).limit(limit)))


def redemptions_of(session: Session, resident_id: int) -> list[Redemption]:
    own = select(Redemption).where(
        Redemption.resident_id == resident_id, Redemption.state != RedemptionState.ASKED
    )
    return list(session.scalars(own.options(joinedload(Redemption.reward)).order_by(Redemption.id.desc())))
