"""The community's own words: list, change with a preview on past cases, history, proposals from reviews."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from handling.learning.proposals import (
    accept_proposals,
    addition_of,
    open_proposals,
    proposals_of,
    refuse_proposals,
)
from handling.lexicon_versions import (
    StaleLexicon,
    changed_words,
    community_words,
    number_in_force,
    possible_values,
    preview,
    restorable_words,
    restore_version,
    save_version,
    understander_in_force,
    understander_with,
    versions,
)
from hotline.current import current
from hotline.desk.access import LEADERS, acting_user, allowed, blueprint, read_ids
from nlp.lexicon.additions import (
    KINDS,
    URGENCIES,
    WEIGHTS,
    WITHOUT_WEIGHT,
    Addition,
    AdditionsInvalid,
    read_additions,
    why_not,
)

Answer = str | tuple[str, int] | Response


@dataclass(frozen=True)
class Change:
    """What a form asks for: words to add, keys to remove, proposals to accept, or a version to restore."""

    add: tuple[Addition, ...] = ()
    remove: tuple[str, ...] = ()
    accept: tuple[int, ...] = ()
    restore: int | None = None

    @property
    def lines(self) -> str:
        return "\n".join(addition.line() for addition in self.add)

    @property
    def is_empty(self) -> bool:
        return not (self.add or self.remove or self.accept) and self.restore is None


class FieldsWrong(Exception):
    """The form for one word: messages by field."""

    def __init__(self, errors: Mapping[str, str]) -> None:
        self.errors = dict(errors)


@dataclass(frozen=True)
class Problem:
    """What the list page says about a form that was not taken."""

    form: Mapping[str, str] = field(default_factory=dict)
    errors: Mapping[str, str] = field(default_factory=dict)
    mistakes: Sequence[str] = ()
    refused: str = ""


@blueprint.get("/lexicon")
@allowed(*LEADERS)
def lexicon() -> str:
    with current().database.read() as session:
        return _page(session, Problem(form=_form_of(session, request.args.get("edit", ""))))


@blueprint.post("/lexicon/preview")
@allowed(*LEADERS)
def preview_words() -> Answer:
    with current().database.read() as session:
        try:
            change = _change(session, request.form)
            if change.is_empty:
                return _page(session, Problem(refused="没有要改的")), 422
            return _preview(session, change)
        except FieldsWrong as error:
            return _page(session, Problem(request.form, errors=error.errors)), 422
        except AdditionsInvalid as error:
            return _page(session, Problem(request.form, mistakes=_lines_of(error))), 422
        except StaleLexicon as error:
            return _page(session, Problem(refused=str(error))), 409


@blueprint.post("/lexicon/save")
@allowed(*LEADERS)
def save_words() -> Answer:
    note, base = request.form.get("note", ""), request.form.get("base", -1, type=int)
    try:
        with current().database.write() as session:
            number = _save(session, _change(session, request.form), base=base, note=note)
    except (AdditionsInvalid, FieldsWrong, StaleLexicon) as error:
        with current().database.read() as session:
            return _page(session, Problem(request.form, refused=str(error))), 409
    flash(f"词表第 {number} 版已经启用，新的来电和短信按它分类。")
    return redirect(url_for("desk.lexicon"))


@blueprint.post("/lexicon/refuse")
@allowed(*LEADERS)
def refuse_words() -> Response:
    with current().database.write() as session:
        user, now = acting_user(session), current().clock.now()
        count = refuse_proposals(session, read_ids(request.form.getlist("accept")), user=user, now=now)
    flash(f"{count} 个词不要了，以后不会再提。")
    return redirect(url_for("desk.lexicon"))


def _change(session: Session, form: MultiDict[str, str]) -> Change:
    """Raises FieldsWrong for the form of one word, AdditionsInvalid for many lines."""
    values = possible_values(session)
    add = read_additions(form.get("lines", ""), values)
    if form.get("one"):
        add.append(_one_word(form, values))
    restore = form.get("restore", type=int)
    accept = tuple(read_ids(form.getlist("accept")))
    return Change(tuple(add), tuple(filter(None, form.getlist("remove"))), accept, restore)


def _one_word(form: Mapping[str, str], values: Mapping[str, Sequence[str]]) -> Addition:
    kind, _, value = form.get("target", "").partition(":")
    if kind not in KINDS:
        raise FieldsWrong({"target": "请选归到哪里"})
    weight = form.get("weight", "")
    if kind not in WITHOUT_WEIGHT and weight not in {str(known) for known in WEIGHTS}:
        raise FieldsWrong({"weight": "请选分量"})
    standard = form.get("standard", "").strip()
    addition = Addition(
        kind,
        standard if kind == "wording" else value,
        form.get("word", "").strip(),
        1 if kind in WITHOUT_WEIGHT else int(weight),
    )
    if reason := why_not(addition, values):
        about_standard = kind == "wording" and not why_not(Addition(kind, "标准", addition.word, 1), values)
        raise FieldsWrong({"standard" if about_standard else "word": reason})
    return addition


def _save(session: Session, change: Change, *, base: int, note: str) -> int:
    author, now = acting_user(session), current().clock.now()
    if change.restore is not None:
        return restore_version(session, change.restore, base=base, author=author, now=now).number
    if change.accept:
        version = accept_proposals(session, change.accept, base=base, user=author, now=now)
        if version is None:
            raise StaleLexicon
        return version.number
    words = changed_words(community_words(session), add=change.add, remove=change.remove)
    return save_version(session, words, base=base, author=author, note=note or _told(change), now=now).number


def _told(change: Change) -> str:
    """The note of whoever writes none."""
    removed = [key.rsplit(":", 1)[-1] for key in change.remove]
    added = [addition.word for addition in change.add]
    parts = [f"去掉{'、'.join(removed)}" if removed else "", f"加上{'、'.join(added)}" if added else ""]
    return "；".join(part for part in parts if part)[:200]


def _preview(session: Session, change: Change) -> str:
    words = community_words(session)
    if change.restore is not None:
        proposed = restorable_words(session, change.restore)
    else:
        accepted = [addition_of(proposal) for proposal in proposals_of(session, change.accept)]
        proposed = changed_words(words, add=[*change.add, *accepted], remove=change.remove)
    before, after = understander_in_force(session), understander_with(session, proposed)
    return render_template(
        "desk/lexicon_preview.html",
        change=change,
        added=[word for word in proposed if word not in words],
        removed=[word for word in words if word not in proposed],
        shown=preview(session, before.understand, after.understand),
        base=request.form.get("base", number_in_force(session), type=int),
        **_names(),
    )


def _page(session: Session, problem: Problem) -> str:
    words = community_words(session)
    return render_template(
        "desk/lexicon.html",
        words=sorted(words, key=lambda word: (list(KINDS).index(word.kind), word.value, word.word)),
        values=possible_values(session),
        history=versions(session),
        proposals=open_proposals(session),
        base=number_in_force(session),
        form=problem.form,
        errors=problem.errors,
        mistakes=problem.mistakes,
        refused=problem.refused,
        **_names(),
    )


def _names() -> dict[str, Any]:
    return {
        "kinds": KINDS,
        "weights": WEIGHTS,
        "without_weight": WITHOUT_WEIGHT,
        "value_name": lambda value: URGENCIES.get(value, value),
    }


def _form_of(session: Session, key: str) -> dict[str, str]:
    """The form filled with a word that is to be changed."""
    word = next((word for word in community_words(session) if word.key == key), None)
    if word is None:
        return {}
    wording = word.kind == "wording"
    return {
        "remove": key,
        "target": "wording:" if wording else f"{word.kind}:{word.value}",
        "word": word.word,
        "standard": word.value if wording else "",
        "weight": str(word.weight),
    }


def _lines_of(error: AdditionsInvalid) -> list[str]:
    return [f"第 {mistake.line} 行：{mistake.reason}" for mistake in error.mistakes]
