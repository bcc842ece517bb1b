"""积分 (幸福种子) by telephone key: 3 says how many there are, and 1 confirms what the caller asked for by text.

The menu tells of the key only those who have points or whose 兑换 waits; a withheld number is told where to ask.
The points are the number's: whoever shares it hears them, as whoever shares a telephone reads its texts."""

from flask import Blueprint, Response
from sqlalchemy.orm import Session

from handling.residents.points import balance_of
from handling.residents.rewards import RedemptionRefused, asked_by, confirm_by_key
from hotline.current import current
from hotline.telephony import inbound, posted
from hotline.telephony.prompts import spoken_amount
from models import Call, Redemption, Resident

YES = "1"


def add_to(blueprint: Blueprint) -> None:
    """Under the carrier's webhooks, where signatures are checked."""
    blueprint.add_url_rule("/reward/<int:redemption_id>/<int:attempt>", "reward_key", pressed, methods=["POST"])


def offer(session: Session, call: Call) -> str:
    """The prompt that tells of the 3 key; "" for whom it is of no use."""
    if call.resident is None or not _gives_points():
        return ""
    if asked_by(session, call.resident, current().clock.now()) is not None:
        return "reward_key"
    return "points_key" if balance_of(session, call.resident.id) else ""


def ask_caller(session: Session, call: Call) -> Response | None:
    """The 3 key: the points, and the question where a redemption waits. None in a scheme without points."""
    if not _gives_points():
        return None
    inbound.answered(call)
    if call.resident is None:
        return posted.to_the_tone(["points_unknown"])
    asked = asked_by(session, call.resident, current().clock.now())
    if asked is None:
        return posted.to_the_tone(_points(session, call.resident))
    price = ["reward_costs", *spoken_amount(asked.cost)]
    return _ask(asked, [*_points(session, call.resident), *price], attempt=1)


def pressed(redemption_id: int, attempt: int) -> Response:
    """A key, or none: the Gather was left alone, and nothing is exchanged."""
    digits, now = posted.value("Digits"), current().clock.now()
    with current().database.write() as session:
        call = posted.call(session)
        asked = asked_by(session, call.resident, now) if call.resident is not None else None
        if digits == YES and call.resident is not None:
            return posted.to_the_tone(_confirm(session, call.resident, redemption_id))
        if digits and attempt < 2 and asked is not None and asked.id == redemption_id:
            return _ask(asked, [], attempt=2)
    return posted.to_the_tone()


def _confirm(session: Session, resident: Resident, redemption_id: int) -> list[str]:
    try:
        confirm_by_key(session, current().scheme, resident, redemption_id, current().clock.now())
    except RedemptionRefused:
        return ["reward_refused"]
    return ["reward_booked", *_points(session, resident)]


def _points(session: Session, resident: Resident) -> list[str]:
    balance = balance_of(session, resident.id)
    return ["points_are", *spoken_amount(balance)] if balance else ["points_none"]


def _gives_points() -> bool:
    scheme = current().scheme
    return bool(scheme.points or scheme.rewards)


def _ask(asked: Redemption, words: list[str], *, attempt: int) -> Response:
    return posted.ask([*words, "reward_confirm"], f"/twilio/reward/{asked.id}/{attempt}")
