"""What the second opinion learns from in this community, and what it says about a case."""

from collections.abc import Collection, Iterable
from functools import lru_cache
from pathlib import Path

from handling.learning.keywords import Confirmed
from nlp.second_opinion import BadModel, Example, Opinion, SecondOpinion, model_file

# What is decided at the review and can be learned.
QUESTIONS = ("domain", "urgency")


def folder_of(home: Path) -> Path:
    return home / "second_opinion"


def examples_of(reviews: Iterable[Confirmed], question: str, places: Collection[str] = ()) -> list[Example]:
    """What volunteers wrote down and decided, without the names of places."""
    return [
        Example(_without(places, review.text), review.decided[question])
        for review in reviews
        if review.decided[question]
    ]


def second_opinion(
    home: Path, question: str, text: str, choices: Collection[str], places: Collection[str] = ()
) -> Opinion | None:
    """None where nothing was learned that beats the keywords, or something else than these choices."""
    text = _without(places, text)
    file = model_file(folder_of(home), question)
    try:
        changed = file.stat().st_mtime_ns
        machine = _opened(file, changed)
    except (OSError, BadModel):
        return None
    if not text.strip() or not set(machine.labels) <= set(choices):
        return None
    return machine.opinion(text)


def _without(places: Iterable[str], text: str) -> str:
    """A courtyard that had much rubbish last year does not make the next report one about rubbish."""
    for name in places:
        text = text.replace(name, "，") if name else text
    return text


@lru_cache(maxsize=len(QUESTIONS))
def _opened(file: Path, changed: int) -> SecondOpinion:
    """`changed` makes a newly trained model take the place of the old one."""
    return SecondOpinion.load(file)
