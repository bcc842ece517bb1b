"""Practice for new volunteers: sample voices to review; afterwards the page tells what an experienced reviewer
decided, and why. Nothing is kept."""

from collections.abc import Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher

from flask import abort, render_template, request, send_file, url_for
from werkzeug.wrappers import Response

from handling.hearing import Ear, ear_in_force
from handling.quality import COMPARED, differences
from hotline.current import current
from hotline.desk.access import EVERYBODY, allowed, blueprint
from hotline.desk.proposals import demand_type_names, domain_names
from hotline.desk.quality import decisions_of, shown
from hotline.desk.recordings import PEAKS_PER_SECOND, peaks_of, playable
from hotline.desk.review import with_current
from hotline.desk.voices import Voice
from hotline.evaluation.characters import compare
from hotline.practice import Decided, Practice, practices
from models import Urgency
from nlp.numbers import DIGITS

_DIGITS = str.maketrans({numeral: str(value) for numeral, value in DIGITS.items()})


@dataclass(frozen=True)
class Part:
    """A run of the right text; `missed`: the volunteer's text has it otherwise."""

    text: str
    missed: bool


@blueprint.get("/practice")
@allowed(*EVERYBODY)
def practice_list() -> str:
    return render_template("desk/practice_list.html", practices=practices().values())


@blueprint.get("/practice/<int:practice_id>")
@allowed(*EVERYBODY)
def practice(practice_id: int) -> str:
    return show_practice(practice_id)


@blueprint.post("/practice/<int:practice_id>")
@allowed(*EVERYBODY)
def solve_practice(practice_id: int) -> str | tuple[str, int]:
    solved, form = _find(practice_id), request.form
    decisions, errors = decisions_of(form)
    if errors:
        return show_practice(practice_id, form=form, errors=errors), 422
    expected, proposed = decisions_as_compared(solved.solved), decisions_as_compared(solved.machine)
    text = form.get("text", "")
    return render_template(
        "desk/practice_solved.html",
        practice=solved,
        following=practices().get(practice_id + 1),
        different=differences(decisions, expected),
        table=[
            (title, *(shown(name, given[name]) for given in (decisions, expected, proposed)))
            for name, title in COMPARED.items()
        ],
        parts=missed_parts(solved.text, text),
        wrong=compare(solved.text, text).total,
        machine_wrong=compare(solved.text, solved.heard).total,
    )


@blueprint.get("/practice/<int:practice_id>.wav")
@allowed(*EVERYBODY)
def practice_sound(practice_id: int) -> Response:
    sound = playable(_find(practice_id).sample.path)
    return send_file(sound, mimetype="audio/wav", conditional=True, max_age=0)


@blueprint.get("/practice/<int:practice_id>/peaks")
@allowed(*EVERYBODY)
def practice_peaks(practice_id: int) -> dict[str, object]:
    return {"per_second": PEAKS_PER_SECOND, "peaks": peaks_of(_find(practice_id).sample.path)}


def show_practice(
    practice_id: int, *, form: Mapping[str, str] | None = None, errors: Mapping[str, str] | None = None
) -> str:
    wanted = _find(practice_id)
    with current().database.read() as session:
        ear = ear_in_force(session)
    return render_template(
        "desk/practice.html",
        practice=wanted,
        voice=practice_voice(wanted, ear),
        form=form or proposed_form(wanted),
        errors=errors or {},
        domains=with_current(domain_names(), wanted.machine.domain),
        demand_types=with_current(demand_type_names(), wanted.machine.demand_type),
        second_opinions={},
    )


def practice_voice(wanted: Practice, ear: Ear) -> Voice:
    return Voice(
        audio=url_for("desk.practice_sound", practice_id=wanted.number),
        peaks=url_for("desk.practice_peaks", practice_id=wanted.number),
        words=ear.listen(wanted.words),
        engine="练习",
        correctable=True,
    )


def proposed_form(wanted: Practice) -> dict[str, str]:
    """As the machine proposed it; the level follows the scheme."""
    machine = wanted.machine
    return {
        "text": wanted.heard,
        "decision": machine.decision,
        "domain": machine.domain,
        "demand_type": machine.demand_type,
        "urgency": machine.urgency,
        "level": current().scheme.proposed_level(Urgency(machine.urgency)).code,
    }


def decisions_as_compared(decided: Decided) -> dict[str, object]:
    level = current().scheme.proposed_level(Urgency(decided.urgency)).code
    valid = decided.decision == "confirm"
    return {"valid": valid, "domain": decided.domain, "urgency": decided.urgency, "level": level}


def missed_parts(right: str, written: str) -> list[Part]:
    """The right text, cut where the written one differs; marks do not count, and 三栋 is 3栋."""
    same = SequenceMatcher(None, right.translate(_DIGITS), written.translate(_DIGITS), autojunk=False)
    parts = [
        Part(
            right[start:end], missed=tag != "equal" and any(character.isalnum() for character in right[start:end])
        )
        for tag, start, end, _, _ in same.get_opcodes()
    ]
    return [part for part in parts if part.text]


def _find(practice_id: int) -> Practice:
    return practices().get(practice_id) or abort(404)
