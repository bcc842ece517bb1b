"""A recording for the player: where its sound and its picture come from, and the words that go with it."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, replace

from flask import url_for

from handling.hearing import Ear, HeardWord
from hotline.desk.access import blueprint
from hotline.desk.evidence import reasons_by_word
from models import Recording, Suggestion
from nlp.alternatives import Alternative


@dataclass(frozen=True)
class Voice:
    """`audio` and `peaks`: addresses. `words`: empty where no machine wrote any; then there may be a `text`.
    `correctable`: whether doubtful words may be changed here."""

    audio: str
    peaks: str
    words: list[HeardWord]
    text: str = ""
    engine: str = ""
    correctable: bool = False


def voice_of(recording: Recording, ear: Ear | None = None) -> Voice:
    """ear: where doubtful words may be corrected; without it they are only marked."""
    audio = url_for("desk.recording", recording_id=recording.id)
    peaks = url_for("desk.peaks", recording_id=recording.id)
    transcript = recording.transcript
    if transcript is None:
        return Voice(audio, peaks, [])
    if ear is not None:
        return Voice(
            audio, peaks, ear.listen(transcript.words), transcript.text, transcript.engine, correctable=True
        )
    words = [HeardWord(w["word"], w["start"], w["end"], w["confidence"]) for w in transcript.words]
    return Voice(audio, peaks, words, transcript.text, transcript.engine)


def voices_of(case: Suggestion, ear: Ear) -> list[Voice]:
    """The recordings of a case for correcting, each word with the reason for which it counted."""
    voices = [voice_of(recording, ear) for recording in case.recordings if recording.path]
    reasons = iter(reasons_by_word(case.understanding, [word.word for voice in voices for word in voice.words]))
    return [
        replace(voice, words=[replace(word, reason=next(reasons)) for word in voice.words]) for voice in voices
    ]


def options_json(options: Iterable[Alternative]) -> str:
    """For the player's script."""
    return json.dumps([vars(option) for option in options], ensure_ascii=False)


@blueprint.context_processor
def words_of_voices() -> dict[str, object]:
    return {"voice_of": voice_of, "options_json": options_json}
