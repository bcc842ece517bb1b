"""流程: the rules in force, forms for what is changed often, and the whole text for everything else;
every change is looked at before it takes force, and every edition can come back."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from io import BytesIO

from flask import abort, current_app, flash, redirect, render_template, request, send_file, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from handling.notice_texts import check_texts
from handling.scheme import Scheme, SchemeError, load_scheme, text_of_ground
from handling.scheme.diff import differences
from handling.scheme.editions import (
    LONGEST,
    InForce,
    StaleScheme,
    edition_number,
    editions,
    find_edition,
    in_force,
    save_edition,
    scheme_with,
)
from handling.scheme.migration import preview
from handling.scheme.names import name_of_path
from handling.scheme.reasons import explained, is_of_desk
from handling.scheme.text import Value, written
from hotline.current import current
from hotline.desk.access import LEADERS, acting_user, allowed, blueprint
from hotline.desk.deeds import Answer
from hotline.desk.scheme_forms import LIGHTS, PARTS, UNITS, SchemeFormInvalid, percent, unit_of, values_of
from hotline.in_force import take_up

# Where “不改了” leads, and where one is after saving.
BACK = {"rules": "desk.rules", "rules_text": "desk.rules_text", "notice_texts": "desk.notice_texts_page"}


@dataclass(frozen=True)
class Tried:
    """A form that was not taken: which part, what was typed, what is wrong."""

    part: str = ""
    form: Mapping[str, str] = field(default_factory=dict)
    errors: Mapping[str, str] = field(default_factory=dict)


@blueprint.get("/scheme")
@allowed(*LEADERS)
def rules() -> str:
    return _page(Tried())


@blueprint.post("/scheme/change/<part>")
@allowed(*LEADERS)
def change_rules(part: str) -> Answer:
    if part not in PARTS:
        abort(404)
    with current().database.read() as session:
        known = _in_force(session)
    try:
        values = values_of(part, known.scheme, request.form)
    except SchemeFormInvalid as error:
        return _page(Tried(part, request.form, error.errors)), 422
    return look_at(known, values, back="rules")


@blueprint.get("/scheme/text")
@allowed(*LEADERS)
def rules_text() -> str:
    with current().database.read() as session:
        known = _in_force(session)
    return _editor(known.text, known.number)


@blueprint.post("/scheme/preview")
@allowed(*LEADERS)
def preview_rules() -> Answer:
    """The text of the editor, an uploaded file, or an older edition (`restore`; 0: the file alone)."""
    restore = request.form.get("restore", type=int)
    with current().database.read() as session:
        base = request.form.get("base", edition_number(session), type=int)
        if restore is not None:
            edition = find_edition(session, restore)
            if edition is None and restore != 0:
                abort(404)
            note = f"恢复第 {restore} 版" if restore else "回到文件里的流程"
            return _preview(edition.text if edition else "", base, "rules", note)
    try:
        text = _typed_text()
    except UnicodeDecodeError:
        return _editor(request.form.get("text", ""), base, "文件不是 UTF-8 文字，请另存为 UTF-8"), 422
    return _preview(text, base, request.form.get("back", "rules_text"))


@blueprint.post("/scheme/save")
@allowed(*LEADERS)
def save_rules() -> Answer:
    hotline, form = current(), request.form
    text, base = _lines(form.get("text", "")), form.get("base", -1, type=int)
    try:
        with hotline.database.write() as session:
            author, now = acting_user(session), hotline.clock.now()
            note = form.get("note", "")
            ground = hotline.settings.scheme
            before = _in_force(session).scheme
            check_texts(ground_of(ground, before), before, scheme_with(text, ground))
            edition = save_edition(session, ground, text, base=base, author=author, note=note, now=now)
            number = edition.number
    except SchemeError as error:
        return _editor(text, base, explained(error), error.line if is_of_desk(error) else 0), 422
    except StaleScheme as error:
        return _editor(text, base, str(error)), 409
    take_up(current_app)
    flash(f"流程第 {number} 版已经启用。正在办的事按原来的流程办完，新的事按它办。")
    return redirect(url_for(BACK.get(form.get("back", ""), "desk.rules")))


@blueprint.get("/scheme/<any(own, file):which>.toml")
@allowed(*LEADERS)
def download_rules(which: str) -> Response:
    """own: what the desk wrote; file: what it lies over."""
    with current().database.read() as session:
        known = _in_force(session)
    text = known.text if which == "own" else text_of_ground(current().settings.scheme)
    name = f"{known.scheme.name}-{which}.toml"
    return send_file(BytesIO(text.encode()), "application/toml", as_attachment=True, download_name=name)


def look_at(known: InForce, values: list[Value], *, back: str) -> Answer:
    """The preview of single values over the desk's text."""
    return _preview(written(known.text, values), known.number, back)


def _preview(text: str, base: int, back: str, note: str = "") -> Answer:
    hotline = current()
    if len(text) > LONGEST:
        return _editor(text[:LONGEST], base, f"最多 {LONGEST} 个字"), 422
    try:
        proposed = scheme_with(text, hotline.settings.scheme)
        with hotline.database.read() as session:
            before = _in_force(session).scheme
        check_texts(ground_of(hotline.settings.scheme, before), before, proposed)
    except SchemeError as error:
        return _editor(text, base, explained(error), error.line if is_of_desk(error) else 0), 422
    with hotline.database.read() as session:
        moves = preview(session, proposed)
    return render_template(
        "desk/scheme_preview.html",
        text=text,
        base=base,
        note=note,
        back=back if back in BACK else "rules",
        back_url=url_for(BACK.get(back, "desk.rules")),
        changes=list(differences(before, proposed)),
        named=lambda path: name_of_path(path, before),
        running=len(moves),
        lost=[move for move in moves if move.lost],
    )


def ground_of(ground: str, otherwise: Scheme) -> Scheme:
    """The file's rules; those in force where the file has become bad."""
    try:
        return load_scheme(ground)
    except SchemeError:
        return otherwise


def _editor(text: str, base: int, refused: str = "", line: int = 0) -> str:
    try:
        ground = text_of_ground(current().settings.scheme)
    except SchemeError as error:
        ground = f"# {error}"
    return render_template(
        "desk/scheme_text.html",
        text=text,
        base=base,
        refused=refused,
        line=line,
        at_fault=text.splitlines()[line - 1] if 0 < line <= text.count("\n") + 1 else "",
        ground=ground,
        ground_name=current().settings.scheme,
    )


def _page(tried: Tried) -> str:
    with current().database.read() as session:
        known, history = _in_force(session), editions(session)
    return render_template(
        "desk/scheme.html",
        rules=known.scheme,
        known=known,
        history=history,
        tried=tried,
        ground_name=current().settings.scheme,
        units=UNITS,
        lights=LIGHTS,
        unit_of=unit_of,
        percent=percent,
    )


def _in_force(session: Session) -> InForce:
    return in_force(session, current().settings.scheme)


def _typed_text() -> str:
    """Raises UnicodeDecodeError."""
    upload = request.files.get("file")
    if upload is not None and upload.filename:
        return _lines(upload.stream.read(4 * LONGEST).decode("utf-8-sig"))
    return _lines(request.form.get("text", ""))


def _lines(text: str) -> str:
    """Browsers send CR LF; TOML counts its lines either way, but a line's end in a long string would differ."""
    return text.replace("\r\n", "\n")
