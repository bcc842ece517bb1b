"""The prompts in force: the bundled ones, over them `hotline prompts import`, over those the desk's recordings.
Each web machine keeps the desk's sound in a folder of its own, so that calls need no database for it."""

from pathlib import Path

from sqlalchemy.orm import Session

from audio_prompts.manifest import MANIFEST, Prompt, spoken_by
from handling.prompt_recordings import recordings_in_force
from hotline.telephony.prompts import Prompts
from models import PromptRecording

FOLDER = "desk"


def prompts_in_force(session: Session, prompts_dir: Path) -> Prompts:
    """Files are named by their content: a call in progress keeps what it plays."""
    prompts = Prompts.load(prompts_dir)
    own = [_kept(recording, prompts_dir / FOLDER) for recording in recordings_in_force(session)]
    return prompts.with_own(own, prompts_dir / FOLDER)


def imported_at(prompts_dir: Path) -> int:
    """When `hotline prompts import` was last used, in nanoseconds; 0 for never."""
    try:
        return (prompts_dir / MANIFEST).stat().st_mtime_ns
    except FileNotFoundError:
        return 0


def _kept(recording: PromptRecording, folder: Path) -> Prompt:
    file = folder / f"{recording.key}.{recording.sha256[:12]}.wav"
    if not file.exists():
        folder.mkdir(parents=True, exist_ok=True)
        draft = file.with_suffix(".new")
        draft.write_bytes(recording.wav or b"")
        draft.replace(file)
    return spoken_by(
        recording.voice,
        recording.key,
        recording.text,
        file=file.name,
        seconds=recording.seconds,
        sha256=recording.sha256,
    )
