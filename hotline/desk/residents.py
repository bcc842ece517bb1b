"""居民档案 (一人一档): finding a resident, the file, and what is written into it."""

import json
import secrets
from collections.abc import Mapping
from typing import Any

from flask import Response as FlaskResponse
from flask import abort, flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from handling.queries import courtyards
from handling.residents.consents import PURPOSES, WAYS, consents_of, give_consent, withdraw_consent
from handling.residents.files import (
    LANGUAGES,
    WAYS_TO_REACH,
    FileEntries,
    FormInvalid,
    MergeRefused,
    add_number,
    add_relative,
    make_main_number,
    may_open_file,
    numbers_of,
    proposed_names,
    remove_number,
    save_file,
)
from handling.residents.personal_data import ErasureRefused, erase_resident, resident_data
from handling.residents.points import balance_of, statement
from handling.residents.queries import cases_of, find_residents, relatives_of
from handling.residents.rewards import catalogue, redemptions_of
from hotline.current import current
from hotline.desk.access import LEADERS, STAFF, acting_user, allowed, blueprint, me, note_look
from hotline.desk.panels import Looking, panel
from hotline.kept_files import delete_files
from hotline.paging import page_number
from models import Purpose, Relative, Resident, ResidentPhone

LONGEST_SEARCH = 40
Answer = str | tuple[str, int] | Response


@panel("resident", "居民", "desk/panel_resident.html")
def resident_panel(looking: Looking) -> dict[str, Any] | None:
    """For those who may open the file: a volunteer who reviews need not know who is alone or ill."""
    resident = looking.case.resident
    if resident is None or not may_open_file(looking.session, resident, looking.user):
        return None
    wish = WAYS_TO_REACH.get(resident.reach_by, "")
    return {"resident": resident, "reach": f"希望{wish}" if wish else ""}


@blueprint.get("/residents")
@allowed(*STAFF)
def residents() -> str:
    hotline, given = current(), request.args
    search = given.get("search", "")[:LONGEST_SEARCH]
    if search:
        note_look(hotline.database, "search", "residents", hotline.clock.now())
    with hotline.database.read() as session:
        page = find_residents(
            session,
            acting_user(session),
            search=search,
            courtyard_id=given.get("courtyard", type=int),
            asked_to_go="asked" in given,
            page=page_number(),
        )
        places = courtyards(session)
    query = {name: given[name] for name in ("search", "courtyard", "asked") if given.get(name)}
    return render_template("desk/residents.html", page=page, courtyards=places, query=query)


@blueprint.get("/residents/<int:resident_id>")
@allowed(*STAFF)
def resident_file(resident_id: int) -> Answer:
    return show_file(resident_id)


@blueprint.post("/residents/<int:resident_id>")
@allowed(*STAFF)
def save_resident(resident_id: int) -> Answer:
    form = request.form
    entries = FileEntries(
        name=form.get("name", ""),
        address=form.get("address", ""),
        courtyard_id=form.get("courtyard_id", type=int),
        language=form.get("language", ""),
        care=form.getlist("care"),
        care_note=form.get("care_note", ""),
        reach_by=form.get("reach_by", ""),
        reach_from=form.get("reach_from", ""),
        reach_until=form.get("reach_until", ""),
    )
    return _write(resident_id, lambda session, resident: save_file(session, current().scheme, resident, entries))


@blueprint.post("/residents/<int:resident_id>/number")
@allowed(*STAFF)
def show_resident_number(resident_id: int) -> Answer:
    page = show_file(resident_id, revealed=True)
    note_look(current().database, "number", f"resident:{resident_id}", current().clock.now())
    return page


@blueprint.post("/residents/<int:resident_id>/numbers")
@allowed(*STAFF)
def add_resident_number(resident_id: int) -> Answer:
    phone, label, key = (request.form.get(name, "") for name in ("phone", "label", "is_key"))

    def add(session: Session, resident: Resident) -> None:
        add_number(session, resident, phone, label=label, is_key=bool(key))

    return _write(resident_id, add)


@blueprint.post("/residents/<int:resident_id>/numbers/<int:entry_id>/<any(main, remove):change>")
@allowed(*STAFF)
def change_resident_number(resident_id: int, entry_id: int, change: str) -> Answer:
    def apply(session: Session, resident: Resident) -> None:
        entry = session.get(ResidentPhone, entry_id)
        if entry is None or entry.resident_id != resident.id:
            abort(404)
        (make_main_number if change == "main" else remove_number)(session, entry)

    return _write(resident_id, apply)


@blueprint.post("/residents/<int:resident_id>/relatives")
@allowed(*STAFF)
def add_resident_relative(resident_id: int) -> Answer:
    name, relation, phone = (request.form.get(f"relative_{key}", "") for key in ("name", "relation", "phone"))

    def add(session: Session, resident: Resident) -> None:
        add_relative(session, resident, name=name, relation=relation, phone=phone)

    return _write(resident_id, add)


@blueprint.post("/residents/<int:resident_id>/relatives/<int:relative_id>/remove")
@allowed(*STAFF)
def remove_resident_relative(resident_id: int, relative_id: int) -> Answer:
    def remove(session: Session, resident: Resident) -> None:
        relative = session.get(Relative, relative_id)
        if relative is None or relative.resident_id != resident.id:
            abort(404)
        session.delete(relative)

    return _write(resident_id, remove)


@blueprint.post("/residents/<int:resident_id>/consents/<purpose>")
@allowed(*STAFF)
def note_consent(resident_id: int, purpose: str) -> Answer:
    if purpose not in set(Purpose):
        abort(404)
    how, given = request.form.get("how", ""), request.form.get("given") == "1"
    if how not in WAYS:
        return show_file(resident_id, errors={purpose: "请选居民是怎么说的"}), 422

    def note(session: Session, resident: Resident) -> None:
        change = give_consent if given else withdraw_consent
        change(session, resident, Purpose(purpose), how=how, now=current().clock.now(), to=acting_user(session))

    return _write(resident_id, note)


@blueprint.get("/residents/<int:resident_id>/data.json")
@allowed(*LEADERS)
def resident_copy(resident_id: int) -> Response:
    """PIPL article 45: a copy of everything, for the resident."""
    hotline = current()
    note_look(hotline.database, "export", f"resident:{resident_id}", hotline.clock.now())
    with hotline.database.read() as session:
        data = resident_data(session, known_resident(session, resident_id))
    answer = FlaskResponse(json.dumps(data, ensure_ascii=False, indent=2), mimetype="application/json")
    answer.headers["Content-Disposition"] = f"attachment; filename=resident-{resident_id}.json"
    return answer


@blueprint.post("/residents/<int:resident_id>/erase")
@allowed(*LEADERS)
def erase(resident_id: int) -> Answer:
    hotline = current()
    if request.form.get("sure") != "1":
        return show_file(resident_id, errors={"sure": "请先打勾：删除以后找不回来"}), 422
    try:
        with hotline.database.write() as session:
            resident, user = known_resident(session, resident_id), acting_user(session)
            files = erase_resident(session, hotline.scheme, resident, by=user, now=hotline.clock.now())
    except ErasureRefused as error:
        return show_file(resident_id, errors={"sure": str(error)}), 409
    delete_files(hotline.settings.home, files)
    flash("已经删除。案件只留下统计要用的，看不出是谁。")
    return redirect(url_for("desk.residents"))


def _write(resident_id: int, change: Any) -> Answer:
    """Change the file and show it; what is wrong stands at its field, with what was typed."""
    try:
        with current().database.write() as session:
            resident = known_resident(session, resident_id)
            change(session, resident)
    except FormInvalid as error:
        return show_file(resident_id, errors=error.errors, form=request.form), 422
    except MergeRefused as error:
        return show_file(resident_id, errors={"phone": str(error)}, form=request.form), 409
    flash("记下了。")
    return redirect(url_for("desk.resident_file", resident_id=resident_id))


def known_resident(session: Session, resident_id: int) -> Resident:
    """404 for nobody, 403 where the reader need not know."""
    resident = session.get(Resident, resident_id)
    if resident is None or resident.erased_at is not None:
        abort(404)
    if not may_open_file(session, resident, acting_user(session)):
        abort(403)
    return resident


def show_file(
    resident_id: int,
    *,
    revealed: bool = False,
    errors: Mapping[str, str] | None = None,
    form: Mapping[str, str] | None = None,
) -> str:
    hotline = current()
    with hotline.database.read() as session:
        resident = known_resident(session, resident_id)
        page: dict[str, Any] = {
            "resident": resident,
            "courtyard": resident.courtyard,
            "numbers": numbers_of(session, resident),
            "relatives": relatives_of(session, resident.id),
            "cases": cases_of(session, resident.id, acting_user(session)),
            "balance": balance_of(session, resident.id),
            "entries": statement(session, resident.id),
            "redemptions": redemptions_of(session, resident.id),
            "consents": consents_of(session, resident.id),
            "names": proposed_names(session, resident),
            "offered": catalogue(session),
            "courtyards": courtyards(session),
        }
    note_look(hotline.database, "view", f"resident:{resident_id}", hotline.clock.now())
    return render_template(
        "desk/resident.html",
        **page,
        revealed=revealed,
        errors=errors or {},
        form=form or {},
        languages=LANGUAGES,
        ways_to_reach=WAYS_TO_REACH,
        purposes=PURPOSES,
        ways=WAYS,
        leads=me().role in LEADERS,
        given_by_hand=[rule for rule in hotline.scheme.points if rule.by_hand],
        nonce=secrets.token_hex(8),
    )
