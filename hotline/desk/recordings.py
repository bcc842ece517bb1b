"""Listening: recordings in a form that every browser plays, each look noted."""

from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import soundfile
from flask import abort, send_file
from sqlalchemy.orm import joinedload
from werkzeug.wrappers import Response

from hotline.current import current
from hotline.desk.access import EVERYBODY, allowed, blueprint, may_listen, note_look
from models import Recording

# Lines of the waveform's picture for each second of sound.
PEAKS_PER_SECOND = 40


@blueprint.get("/recordings/<int:recording_id>.wav")
@allowed(*EVERYBODY)
def recording(recording_id: int) -> Response:
    path = _path_of(recording_id)
    note_look(current().database, "listen", f"recording:{recording_id}", current().clock.now())
    # conditional: a player seeks with Range requests.
    return send_file(playable(path), mimetype="audio/wav", conditional=True, max_age=0)


@blueprint.get("/recordings/<int:recording_id>/peaks")
@allowed(*EVERYBODY)
def peaks(recording_id: int) -> dict[str, Any]:
    """The picture of the sound, for the player; who draws it also listens."""
    return {"per_second": PEAKS_PER_SECOND, "peaks": peaks_of(_path_of(recording_id))}


def peaks_of(path: Path) -> list[int]:
    """How loud each fortieth of a second is, 0 to 100, the loudest of the recording 100; empty for what cannot be
    decoded."""
    try:
        samples, rate = soundfile.read(path, dtype="float32", always_2d=True)
    except (soundfile.SoundFileError, RuntimeError):
        return []
    size = max(1, rate // PEAKS_PER_SECOND)
    loud = np.abs(samples).max(axis=1)
    steps = np.pad(loud, (0, -len(loud) % size)).reshape(-1, size).max(axis=1)
    most = float(steps.max(initial=0.0)) or 1.0
    return [int(step) for step in np.rint(steps / most * 100)]


def playable(path: Path) -> BytesIO:
    """16-bit PCM WAV. Carriers also deliver µ-law and MP3, which not every browser plays as .wav;
    what cannot be decoded goes out as it is: somebody may still make sense of it."""
    out = BytesIO()
    try:
        samples, rate = soundfile.read(path, dtype="int16")
        soundfile.write(out, samples, rate, format="WAV", subtype="PCM_16")
    except (soundfile.SoundFileError, RuntimeError):
        return BytesIO(path.read_bytes())
    out.seek(0)
    return out


def _path_of(recording_id: int) -> Path:
    """Where the recording lies, if it is there and this person may hear it."""
    with current().database.read() as session:
        found = session.get(Recording, recording_id, options=[joinedload(Recording.suggestion)])
        if found is None or found.path is None:
            abort(404)
        if not may_listen(found.suggestion):
            abort(403)
        path = current().settings.home / found.path
    if not path.is_file():
        abort(404)
    return path
