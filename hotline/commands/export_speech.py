"""`hotline export-speech DIR`: reviewed voicemails as training data, with nothing that says whose they are."""

import json
import re
import secrets
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import click
from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from handling.clock import SystemClock
from handling.residents.consents import in_force
from hotline.settings import read_settings
from models import Channel, Consent, Database, Purpose, Recording, Suggestion, SuggestionState

COLUMNS = ("path", "transcript", "dialect", "group", "seconds", "machine", "engine", "words")
GROUP = "voicemail"
# Longer than this nobody expects their voice to be kept for other ends than their own matter.
KEPT_DAYS = 180

NUMERALS = "0-9０-９零〇一二三四五六七八九幺两"
# A telephone or identity number however it is written or grouped; a house number is shorter.
PRIVATE_NUMBER = re.compile(rf"(?:[{NUMERALS}][\s\-－,，、]*){{7,}}")
# Who says so tells a name: 我叫王秀英, 免贵姓张, 我是李婆婆.
SAYS_NAME = re.compile(
    "我(?:的名字)?叫(?!了|你|他|她|人|过|救|不)|名字(?:是|叫)|我姓|免贵姓|我是[^的，。]{1,2}(?:婆婆|大爷|爷爷|孃孃|嬢嬢|老师|阿姨)"
)


@click.command("export-speech")
@click.argument("folder", metavar="DIR", type=click.Path(file_okay=False, path_type=Path))
@click.option("--days", default=KEPT_DAYS, show_default=True, help="Only recordings of the last so many days.")
def export_speech(folder: Path, days: int) -> None:
    """Write reviewed voicemails to DIR: clips and manifest.tsv, for `hotline evaluate speech`. 导出语音样本

    Only of residents who agreed that the recogniser learns from their recordings; silence is no consent, because
    training is another purpose than the caller's own matter (PIPL articles 14 and 29). Left out too is every
    recording in which a number or a name is said. Clips have random names, no time and no other trace of a person.
    """
    if folder.exists() and any(folder.iterdir()):
        raise click.ClickException(f"{folder} is not empty 文件夹不是空的")
    settings = read_settings()
    database = Database(settings.database_url)
    try:
        with database.read() as session:
            found = reviewed_recordings(session, since=SystemClock().now() - timedelta(days=days))
            fit = [recording for recording in found if tells_nobody(recording)]
            count = write(folder, settings.home, fit)
    finally:
        database.close()
    if not found:
        click.echo("nobody has agreed to it yet: 居民档案里记下“同意录音教机器”的，才能导出", err=True)
    click.echo(f"{count} clips 条; left out {len(found) - count} 条未导出: {folder / 'manifest.tsv'}")


def reviewed_recordings(session: Session, *, since: datetime) -> list[Recording]:
    """Recordings of residents who agreed, with a machine transcript and a text of this recording alone."""
    query = (
        select(Recording)
        .join(Recording.suggestion)
        .where(
            Recording.path.is_not(None),
            Recording.announced_at >= since,
            Suggestion.channel == Channel.CALL,
            Suggestion.state.not_in([SuggestionState.REVIEW, SuggestionState.INVALID]),
            Suggestion.resident_id.in_(select(Consent.resident_id).where(in_force(Purpose.TRAINING))),
        )
        .options(
            selectinload(Recording.transcript),
            selectinload(Recording.suggestion).selectinload(Suggestion.reviews),
            selectinload(Recording.suggestion).selectinload(Suggestion.recordings),
            selectinload(Recording.suggestion).selectinload(Suggestion.texts),
            selectinload(Recording.suggestion).selectinload(Suggestion.resident),
        )
        .order_by(Recording.id)
    )
    return [recording for recording in session.scalars(query) if _has_own_text(recording)]


def _has_own_text(recording: Recording) -> bool:
    case = recording.suggestion
    # A text of several recordings or messages does not tell which words were said in which.
    alone = case is not None and len(case.recordings) == 1 and not case.texts
    return bool(alone and case and recording.transcript and case.reviews and case.reviews[-1].text.strip())


def tells_nobody(recording: Recording) -> bool:
    """Whether neither the text nor the sound tells who speaks.

    What is said is heard in the clip, so masking the text would hide nothing: the recording stays here.
    """
    case = recording.suggestion
    assert case is not None
    assert recording.transcript is not None
    resident = case.resident
    # Who wants no texts from us is not asked whether the consent was meant to last.
    if resident is None or resident.opted_out_at is not None:
        return False
    texts = (
        case.reviews[-1].text,
        recording.transcript.text,
        "".join(w["word"] for w in recording.transcript.words),
    )
    named = any(resident.name in text for text in texts) if resident.name else False
    return not named and not any(PRIVATE_NUMBER.search(text) or SAYS_NAME.search(text) for text in texts)


def write(folder: Path, home: Path, recordings: list[Recording]) -> int:
    """Clips and manifest.tsv in the folder, readable by us alone; how many."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    (folder / "clips").mkdir(mode=0o700)
    # Sorted by random name: the order must not tell when somebody called.
    lines = sorted(_lines(folder, home, recordings))
    # Last, and in one piece: a manifest stands only beside all of its clips.
    (folder / "manifest.tsv").write_text("\n".join(["\t".join(COLUMNS), *lines]) + "\n", encoding="utf-8")
    return len(lines)


def _lines(folder: Path, home: Path, recordings: list[Recording]) -> Iterator[str]:
    import soundfile

    from nlp.audio import AudioError, load_audio

    for recording in recordings:
        case, transcript = recording.suggestion, recording.transcript
        assert recording.path
        assert case
        assert transcript
        try:
            # Written anew, as the recogniser hears it: the carrier's file may carry tags of the call.
            audio = load_audio(home / recording.path)
        except AudioError as error:
            click.echo(f"recording {recording.id}: {error}", err=True)
            continue
        name = f"clips/{secrets.token_hex(8)}.wav"
        soundfile.write(folder / name, audio.samples, audio.rate, subtype="PCM_16")
        words = json.dumps(transcript.words, ensure_ascii=False)
        fields = (
            name,
            case.reviews[-1].text,
            "",
            GROUP,
            f"{audio.seconds:.2f}",
            transcript.text,
            transcript.engine,
        )
        yield "\t".join([*(" ".join(field.split()) for field in fields), words])


COMMANDS = (export_speech,)
