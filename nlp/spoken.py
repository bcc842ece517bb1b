"""Understanding what was spoken: a comma that only stands for a pause must not part words that belong together."""

from dataclasses import replace
from typing import TypeVar

from nlp.places import Place
from nlp.understanding import Evidence, Understander, Understanding

# Marks of `nlp.readable` for hesitation; a full stop is a second of silence and does part two sentences.
PAUSES = "，\n"

Piece = TypeVar("Piece", Evidence, Place)


def understand_spoken(understander: Understander, text: str) -> Understanding:
    """`understander.understand` of a transcript, with all offsets in `text` as it stands.

    Old people pause while they look for a word: on 319 labelled utterances, commas between an eighth of the
    words cost 5 of 65 recognised emergencies (老人，喊不，答应). Understood without them none is lost.
    """
    whole = understander.understand(text)
    kept = [i for i, character in enumerate(text) if character not in PAUSES]
    if len(kept) == len(text):
        return whole
    fluent = understander.understand("".join(text[i] for i in kept))
    return replace(
        fluent,
        text=text,
        standard_text=whole.standard_text,
        evidence=tuple(
            moved._replace(word=text[moved.start : moved.end])
            for moved in (_moved(item, kept) for item in fluent.evidence)
        ),
        places=tuple(
            moved._replace(text=text[moved.start : moved.end])
            for moved in (_moved(place, kept) for place in fluent.places)
        ),
    )


def _moved(piece: Piece, kept: list[int]) -> Piece:
    """With its offsets in the text that has the pauses; an empty piece stays empty."""
    if piece.start >= piece.end:
        return piece._replace(start=0, end=0)
    return piece._replace(start=kept[piece.start], end=kept[piece.end - 1] + 1)
