"""Listening: recordings in a form that every browser plays, each look noted."""

from io import BytesIO
from pathlib import Path

import soundfile
from flask import abort, send_file
from sqlalchemy.orm import joinedload
from werkzeug.wrappers import Response

from hotline.current import current
from hotline.desk.access import EVERYBODY, allowed, blueprint, may_listen, note_look
from models import Recording


@blueprint.get("/recordings/<int:recording_id>.wav")
@allowed(*EVERYBODY)
def recording(recording_id: int) -> Response:
    with current().database.read() as session:
        found = session.get(Recording, recording_id, options=[joinedload(Recording.suggestion)])
        if found is None or found.path is None:
            abort(404)
        if not may_listen(found.suggestion):
            abort(403)
        path = current().settings.home / found.path
    if not path.is_file():
        abort(404)
    note_look(current().database, "listen", f"recording:{recording_id}", current().clock.now())
    # conditional: a player seeks with Range requests.
    return send_file(playable(path), mimetype="audio/wav", conditional=True, max_age=0)


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
