"""话音: what callers hear, prompt by prompt, and the community's own voice in its place."""

from collections.abc import Mapping
from dataclasses import replace
from io import BytesIO
from typing import BinaryIO, cast

from flask import abort, current_app, flash, redirect, render_template, request, send_file, url_for
from sqlalchemy import select
from sqlalchemy.orm import undefer
from werkzeug.wrappers import Response

from audio_prompts import check
from audio_prompts.keys import AMOUNTS, CALL, CALL_BACK, DAYS, DIGITS, MONTHS, POINTS, REQUIRED_KEYS, STATUS
from audio_prompts.manifest import Prompt
from handling.prompt_recordings import keep_recording, recordings, restore_recording
from hotline.current import current
from hotline.desk.access import LEADERS, acting_user, allowed, blueprint
from hotline.desk.deeds import Answer, typed
from hotline.in_force import take_up
from hotline.own_voice import VoiceRefused, telephone_voice
from hotline.telephony.prompts import LATEST_BEEP, beeps
from models import PromptRecording

GROUPS = {
    "接电话时": CALL,
    "说进展": STATUS,
    "打回去时": CALL_BACK,
    "积分和兑换": POINTS,
    "数字": DIGITS,
    "多少分": AMOUNTS,
    "月份": MONTHS,
    "日子": DAYS,
}
LONGEST_TEXT = 120


@blueprint.get("/prompts")
@allowed(*LEADERS)
def prompts_page() -> str:
    return _page()


@blueprint.post("/prompts/<key>")
@allowed(*LEADERS)
def record_prompt(key: str) -> Answer:
    hotline = current()
    if key not in REQUIRED_KEYS:
        abort(404)
    text, voice = " ".join(typed("text", LONGEST_TEXT).split()), typed("voice", 40).strip()
    upload = request.files.get("sound")
    errors = {}
    if not text:
        errors["text"] = "写上录音里说的话"
    if not voice:
        errors["voice"] = "写上是谁的声音"
    if upload is None or not upload.filename:
        errors["sound"] = "请选一个录音文件，或者现录一段"
    if errors or upload is None:
        return _page(key, errors), 422
    try:
        # Before the transaction: converting takes a while, and everybody who writes would wait for it.
        wav, seconds = _checked(key, text, cast(BinaryIO, upload.stream))
    except VoiceRefused as error:
        return _page(key, {"sound": f"录音没有用：{error}"}), 422
    with hotline.database.write() as session:
        author, now = acting_user(session), hotline.clock.now()
        keep_recording(session, key, wav, seconds, text=text, voice=voice, author=author, now=now)
    take_up(current_app)
    flash("换上了，下一个来电就听到。")
    return _back(key)


@blueprint.post("/prompts/<key>/restore")
@allowed(*LEADERS)
def restore_prompt(key: str) -> Response:
    """`recording` 0: the one that came with the program."""
    hotline = current()
    if key not in REQUIRED_KEYS:
        abort(404)
    with hotline.database.write() as session:
        chosen = request.form.get("recording", -1, type=int)
        if not restore_recording(session, key, chosen, author=acting_user(session), now=hotline.clock.now()):
            abort(404)
    take_up(current_app)
    flash("换回来了，下一个来电就听到。")
    return _back(key)


@blueprint.get("/prompts/recordings/<int:recording_id>.wav")
@allowed(*LEADERS)
def former_prompt(recording_id: int) -> Response:
    with current().database.read() as session:
        chosen = select(PromptRecording).where(PromptRecording.id == recording_id)
        found = session.scalars(chosen.options(undefer(PromptRecording.wav))).one_or_none()
    if found is None or found.wav is None:
        abort(404)
    return send_file(BytesIO(found.wav), mimetype="audio/wav", conditional=True, max_age=0)


def _checked(key: str, text: str, upload: BinaryIO) -> tuple[bytes, float]:
    """Telephone WAV and seconds, as strict as `hotline prompts import`. Raises VoiceRefused."""
    prompts = current().prompts
    said = Prompt(key, text, "", 1.0, "")
    measurable = said.characters if said.characters >= check.FEWEST_TO_MEASURE else 0
    wav, seconds = telephone_voice(upload, measurable, check.longest_seconds(said))
    if seconds < check.SHORTEST_SECONDS:
        raise VoiceRefused(f"太短：{seconds:.1f} 秒")
    proposed = prompts.with_own([replace(said, seconds=seconds)], prompts.folders[key])
    before = beeps(prompts)
    for name, latest in beeps(proposed).items():
        if latest > max(LATEST_BEEP[name], before[name]):
            raise VoiceRefused(
                f"太长：居民要等 {latest:.1f} 秒才听到提示音，最多 {LATEST_BEEP[name]:g} 秒，请读短一些"
            )
    return wav, seconds


def _page(tried: str = "", errors: Mapping[str, str] | None = None) -> str:
    with current().database.read() as session:
        history = recordings(session)
    return render_template(
        "desk/prompts.html",
        groups=GROUPS,
        prompts=current().prompts,
        history=history,
        tried=tried,
        errors=errors or {},
        form=request.form,
        longest_text=LONGEST_TEXT,
    )


def _back(key: str) -> Response:
    return redirect(url_for("desk.prompts_page", _anchor=f"prompt-{key}"))
