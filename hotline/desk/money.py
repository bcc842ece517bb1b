"""资金: the account of a case, its plan, who has paid, what was spent, with receipts."""

import secrets
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from handling.deliberation.votes import doors_in
from handling.forms import fen_of, show_fen
from handling.money.accounts import account_of, matching_due
from handling.money.booking import (
    KINDS,
    NotBooked,
    agree_shares,
    book,
    correct,
    open_project,
    plan_cost,
    publish,
    receive_shares,
    strike_cost,
)
from handling.money.queries import entries_of, plan_of, project_of
from handling.scheme.deliberation import share_in_words
from hotline.attachments import ACCEPT, Prepared, UploadRefused, prepare_upload, store_file
from hotline.current import current
from hotline.desk.access import LEADERS, STAFF, acting_user, allowed, blueprint, me
from hotline.desk.case_at_work import case_at_work, may_work_on
from hotline.desk.deliberation_forms import whole
from hotline.desk.panels import Looking, panel
from models import AttachmentKind, CostLine, EntryKind, MoneyEntry, Project, Receipt, User

Answer = str | tuple[str, int] | Response
Change = Callable[[Session, Project, User, datetime], None]
# What a handler may book; the rest is for coordinators.
EVERYDAY = (EntryKind.DONATION, EntryKind.SPENDING)


@panel("money", "资金", "desk/case_money.html")
def money_panel(looking: Looking) -> dict[str, Any] | None:
    project = project_of(looking.session, looking.case.id)
    may_book = may_work_on(looking.case)
    if project is None:
        return {"project": None} if may_book else None
    return {
        "project": project,
        "account": account_of(looking.session, project),
        "fen": show_fen,
        "may_open": may_book,
    }


@blueprint.get("/cases/<int:number>/money")
@allowed(*STAFF)
def money(number: int) -> Answer:
    return _page(number)


@blueprint.post("/cases/<int:number>/money/shares")
@allowed(*STAFF)
def set_shares(number: int) -> Answer:
    def change(session: Session, project: Project, user: User, now: datetime) -> None:
        households = whole(request.form, "households", "分摊户数")
        share = fen_of(request.form.get("share", ""), "每户金额")
        agree_shares(session, project.suggestion, households=households, share=share, user=user, now=now)

    return _change(number, change, "分摊定好了。")


@blueprint.post("/cases/<int:number>/money/plan")
@allowed(*STAFF)
def add_cost(number: int) -> Answer:
    def change(session: Session, project: Project, _user: User, now: datetime) -> None:
        plan_cost(
            session, project, request.form.get("item", ""), fen_of(request.form.get("cost", ""), "预算"), now
        )

    return _change(number, change, "预算加上了。")


@blueprint.post("/cases/<int:number>/money/plan/<int:line_id>/strike")
@allowed(*STAFF)
def strike_line(number: int, line_id: int) -> Answer:
    def change(session: Session, project: Project, _user: User, now: datetime) -> None:
        line = session.get(CostLine, line_id)
        if line is None or line.project_id != project.id:
            abort(404)
        strike_cost(line, now)

    return _change(number, change, "这一项预算划掉了。")


@blueprint.post("/cases/<int:number>/money/paid")
@allowed(*STAFF)
def take_shares(number: int) -> Answer:
    def change(session: Session, project: Project, user: User, now: datetime) -> None:
        form = request.form
        paid = form.get("each", "").strip()
        receive_shares(
            session,
            project,
            key=_key(),
            doors=doors_in(form.get("doors", "")),
            households=whole(form, "households", "户数"),
            amount=fen_of(paid, "每户交的") if paid else None,
            user=user,
            now=now,
        )

    return _change(number, change, "收款记下了。")


@blueprint.post("/cases/<int:number>/money/entries")
@allowed(*STAFF)
def book_entry(number: int) -> Answer:
    form, hotline = request.form, current()
    kinds = set(EntryKind) - {EntryKind.SHARE} if me().role in LEADERS else set(EVERYDAY)
    if form.get("kind") not in kinds:
        abort(403 if form.get("kind") in set(EntryKind) else 400)
    kind = EntryKind(form["kind"])
    upload = request.files.get("receipt")
    try:
        prepared = prepare_upload(upload) if upload is not None and upload.filename else None
    except UploadRefused as refusal:
        return _page(number, form=form, wrong=f"票据没有收下：{refusal}"), 422

    def change(session: Session, project: Project, user: User, now: datetime) -> None:
        entry = book(
            session,
            hotline.scheme,
            project,
            key=_key(),
            kind=kind,
            amount=fen_of(form.get("amount", ""), "金额"),
            source=form.get("source", ""),
            note=form.get("note", ""),
            user=user,
            now=now,
        )
        if entry is not None and prepared is not None:
            _attach(session, entry, prepared, user, now)

    return _change(number, change, f"{KINDS[kind]}记下了。")


@blueprint.post("/cases/<int:number>/money/entries/<int:entry_id>/correct")
@allowed(*LEADERS)
def correct_entry(number: int, entry_id: int) -> Answer:
    def change(session: Session, project: Project, user: User, now: datetime) -> None:
        entry = _entry(session, project, entry_id)
        correct(session, entry, reason=request.form.get("reason", ""), user=user, now=now)

    return _change(number, change, "冲正记下了，原来的记录还在。")


@blueprint.post("/cases/<int:number>/money/entries/<int:entry_id>/receipt")
@allowed(*STAFF)
def add_receipt(number: int, entry_id: int) -> Answer:
    try:
        prepared = prepare_upload(request.files.get("receipt"))
    except UploadRefused as refusal:
        return _page(number, wrong=f"票据没有收下：{refusal}"), 422

    def change(session: Session, project: Project, user: User, now: datetime) -> None:
        _attach(session, _entry(session, project, entry_id), prepared, user, now)

    return _change(number, change, "票据收下了。")


@blueprint.post("/cases/<int:number>/money/publish")
@allowed(*LEADERS)
def publish_money(number: int) -> Answer:
    public = "withdraw" not in request.form

    def change(session: Session, project: Project, user: User, now: datetime) -> None:
        publish(session, project, public, user=user, now=now)

    return _change(number, change, "公示了，只有户数，没有姓名。" if public else "从公示栏撤下了。")


def _change(number: int, change: Change, said: str) -> Answer:
    """One change of the case's account in one transaction; what is refused is shown with the text kept."""
    hotline = current()
    try:
        with hotline.database.write() as session:
            case = case_at_work(session, number)
            user, now = acting_user(session), hotline.clock.now()
            project = open_project(session, case, user, now)
            change(session, project, user, now)
    except (NotBooked, ValueError) as refusal:
        return _page(number, form=request.form, wrong=str(refusal)), 422
    flash(said)
    return redirect(url_for("desk.money", number=number))


def _page(number: int, *, form: Mapping[str, str] | None = None, wrong: str = "") -> str:
    hotline = current()
    with hotline.database.read() as session:
        case = case_at_work(session, number)
        project = project_of(session, case.id)
        page: dict[str, Any] = {"case": case, "project": project}
        if project is not None:
            account = account_of(session, project)
            page |= {
                "account": account,
                "plan": plan_of(session, project),
                "entries": entries_of(session, project),
                "matching": matching_due(hotline.scheme, account),
            }
    corrected = {entry.corrects_id for entry in page.get("entries", ())}
    return render_template(
        "desk/money.html",
        **page,
        corrected=corrected,
        form=form or {},
        wrong=wrong,
        kinds=KINDS,
        fen=show_fen,
        key=secrets.token_hex(16),
        leads=me().role in LEADERS,
        accept=ACCEPT,
        share_in_words=share_in_words,
    )


def _key() -> str:
    """The form's own, so that a second press books nothing twice."""
    key = request.form.get("key", "")
    return f"form:{key[:40]}" if key else abort(400)


def _entry(session: Session, project: Project, entry_id: int) -> MoneyEntry:
    entry = session.get(MoneyEntry, entry_id)
    if entry is None or entry.project_id != project.id:
        abort(404)
    return entry


def _attach(session: Session, entry: MoneyEntry, prepared: Prepared, user: User, now: datetime) -> None:
    attachment = store_file(
        session,
        current().settings.home,
        prepared,
        case=entry.project.suggestion,
        user=user,
        kind=AttachmentKind.RECEIPT,
        now=now,
    )
    session.add(Receipt(entry=entry, attachment=attachment))
