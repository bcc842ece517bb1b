"""积分: the catalogue, what waits to be handed over, redeeming at the desk, honours."""

from collections.abc import Mapping
from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from sqlalchemy import select
from werkzeug.wrappers import Response

from handling.clock import SHANGHAI
from handling.notices import queue_notice
from handling.residents.consents import who_agreed
from handling.residents.honours import awarded, decide, proposals
from handling.residents.points import NotEnoughPoints, account_totals, award, balance_of, reverse, transaction_of
from handling.residents.rewards import (
    RedemptionRefused,
    book,
    cancel,
    catalogue,
    hand_over,
    tell_booked,
    waiting_redemptions,
)
from hotline.current import current
from hotline.desk.access import LEADERS, STAFF, acting_user, allowed, blueprint, note_look
from hotline.desk.residents import known_resident
from models import Account, Priority, Purpose, Redemption, Reward

MOST_POINTS = 100_000


@blueprint.get("/rewards")
@allowed(*STAFF)
def rewards() -> str:
    return _rewards_page()


@blueprint.post("/rewards")
@allowed(*LEADERS)
def save_reward() -> Response | tuple[str, int]:
    """A new one, or new price and stock of a known one."""
    form = request.form
    name, cost, stock = form.get("name", "").strip()[:40], _count(form.get("cost")), form.get("stock", "").strip()
    errors = {}
    if not name:
        errors["name"] = "请写名字"
    if not cost:
        errors["cost"] = "请写要多少积分"
    if stock and _count(stock) is None:
        errors["stock"] = "请写数字，不限就空着"
    if errors:
        return _rewards_page(errors, form), 422
    with current().database.write() as session:
        reward = session.scalar(select(Reward).where(Reward.name == name).with_for_update())
        if reward is None:
            reward = Reward(code=f"desk:{name}", name=name)
            session.add(reward)
        reward.cost, reward.stock = cost or 1, _count(stock) if stock else None
        reward.active = form.get("active") == "1"
    flash(f"{name}记下了。")
    return redirect(url_for("desk.rewards"))


@blueprint.post("/residents/<int:resident_id>/points")
@allowed(*LEADERS)
def give_points(resident_id: int) -> Response:
    """By a rule that is given by hand; the resident is told."""
    hotline, now, form = current(), current().clock.now(), request.form
    rules = {rule.code: rule for rule in hotline.scheme.points if rule.by_hand}
    rule = rules.get(form.get("rule", "")) or abort(422)
    # Two clicks within the same form are one gift.
    key = f"hand:{form.get('form', '')[:40]}"
    with hotline.database.write() as session:
        resident = known_resident(session, resident_id)
        given = award(session, rule, resident, key=key, actor=acting_user(session), now=now)
        if given:
            variables = {"points_for": rule.name, "points": given, "balance": balance_of(session, resident.id)}
            queue_notice(
                session,
                hotline.scheme,
                key=key,
                template="points_given",
                resident=resident,
                priority=Priority.ROUTINE,
                variables=variables,
                now=now,
            )
    flash(f"记了{given}积分，会告诉居民。" if given else "这一次已经记过了。")
    return redirect(url_for("desk.resident_file", resident_id=resident_id))


@blueprint.post("/residents/<int:resident_id>/redeem")
@allowed(*STAFF)
def redeem(resident_id: int) -> Response:
    """At the desk: booked at once, and the resident is told, so that nobody spends another's points unseen."""
    hotline, now = current(), current().clock.now()
    # Two clicks within the same form are one redemption.
    key = f"desk:{request.form.get('form', '')[:40]}"
    with hotline.database.write() as session:
        resident = known_resident(session, resident_id)
        reward = session.get(Reward, request.form.get("reward", 0, type=int)) or abort(404)
        try:
            booked = book(session, resident, reward, key=key, actor=acting_user(session), now=now)
        except RedemptionRefused as error:
            flash(f"没有换成：{error}。", "alert")
            return redirect(url_for("desk.resident_file", resident_id=resident_id))
        if booked is not None:
            tell_booked(session, hotline.scheme, booked, Priority.ROUTINE, now)
    flash("换好了，等居民来领。" if booked else "这一次已经换过了。")
    return redirect(url_for("desk.rewards"))


@blueprint.post("/redemptions/<int:redemption_id>/<any(handed, cancelled):end>")
@allowed(*STAFF)
def end_redemption(redemption_id: int, end: str) -> Response:
    now = current().clock.now()
    try:
        with current().database.write() as session:
            redemption = session.get(Redemption, redemption_id) or abort(404)
            (hand_over if end == "handed" else cancel)(session, redemption, acting_user(session), now)
    except RedemptionRefused as error:
        flash(f"{error}。", "alert")
    else:
        flash("领走了。" if end == "handed" else "退了，积分还给居民。")
    return redirect(url_for("desk.rewards"))


@blueprint.post("/points/<int:transaction_id>/reverse")
@allowed(*LEADERS)
def reverse_points(transaction_id: int) -> Response:
    """An award that was wrong; what was redeemed is given back by its own button."""
    now, reason = current().clock.now(), request.form.get("reason", "").strip()[:120]
    with current().database.write() as session:
        transaction = transaction_of(session, transaction_id) or abort(404)
        owner = next((entry.resident_id for entry in transaction.entries if entry.resident_id), None) or abort(404)
        if not transaction.rule:
            abort(409)
        try:
            with session.begin_nested():
                back = reverse(
                    session, transaction, reason=reason or "发错了", actor=acting_user(session), now=now
                )
            flash("收回了。" if back else "已经收回过了。")
        except NotEnoughPoints:
            flash("收不回来：居民已经用掉了。", "alert")
    return redirect(url_for("desk.resident_file", resident_id=owner))


@blueprint.get("/honours")
@allowed(*LEADERS)
def honours() -> str:
    hotline = current()
    now = hotline.clock.now()
    year = request.args.get("year", now.astimezone(SHANGHAI).year, type=int)
    if not 2000 < year < 3000:
        abort(404)
    with hotline.database.read() as session:
        proposed = proposals(session, hotline.scheme, year=year)
        decided = awarded(session)
        agreed = who_agreed(session, Purpose.HONOURS, {one.resident_id for one in decided})
    note_look(hotline.database, "view", "honours", now)
    return render_template("desk/honours.html", proposed=proposed, decided=decided, agreed=agreed, year=year)


@blueprint.post("/honours/<code>/<int:resident_id>")
@allowed(*LEADERS)
def decide_honour(code: str, resident_id: int) -> Response:
    hotline, form = current(), request.form
    rule = next((rule for rule in hotline.scheme.honours if rule.code == code), None) or abort(404)
    year = form.get("year", type=int) or abort(400)
    with hotline.database.write() as session:
        # Only whom the data name: a person decides, nobody is invented.
        named = next(
            (
                one.resident
                for one in proposals(session, hotline.scheme, year=year)
                if one.rule == rule and one.resident.id == resident_id
            ),
            None,
        )
        if named is None:
            abort(409, "别人刚刚决定过，或者他这一年不够条件")
        award = form.get("award") == "1"
        decide(
            session,
            rule,
            named,
            year=year,
            awarded=award,
            reason=form.get("reason", ""),
            by=acting_user(session),
            now=hotline.clock.now(),
        )
    flash(f"评为{rule.name}。" if award else "这次不评，记下了。")
    return redirect(url_for("desk.honours", year=year))


def _rewards_page(errors: Mapping[str, str] | None = None, form: Mapping[str, str] | None = None) -> str:
    with current().database.read() as session:
        page: dict[str, Any] = {
            "waiting": waiting_redemptions(session),
            "rewards": list(
                session.scalars(select(Reward).order_by(Reward.active.desc(), Reward.cost, Reward.id))
            ),
            "offered": catalogue(session),
            "totals": account_totals(session),
        }
    return render_template("desk/rewards.html", **page, accounts=Account, errors=errors or {}, form=form or {})


def _count(text: str | None) -> int | None:
    plain = (text or "").strip()
    if not (plain.isascii() and plain.isdigit() and len(plain) < 7):
        return None
    return int(plain) if int(plain) <= MOST_POINTS else None
