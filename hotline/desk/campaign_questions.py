"""The questions of a campaign and the recordings of them."""

from io import BytesIO
from typing import BinaryIO, cast

from flask import abort, flash, redirect, request, send_file, url_for
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from handling.campaigns.questionnaire import (
    QuestionDraft,
    add_question,
    change_question,
    move_question_up,
    remove_question,
)
from handling.campaigns.running import CampaignInvalid, CampaignNotAllowed
from handling.campaigns.sounds import keep_sound, remove_sound, script_of, sound_of
from hotline.current import current
from hotline.desk.access import LEADERS, allowed, blueprint
from hotline.desk.campaigns import Answer, show_campaign
from hotline.own_voice import VoiceRefused, telephone_voice
from models import Campaign, CampaignState, Question, QuestionKind

# Seconds: the introduction tells who rings, why, and how to say no.
LONGEST_INTRODUCTION = 30.0
LONGEST_QUESTION = 30.0


@blueprint.post("/campaigns/<int:campaign_id>/questions")
@allowed(*LEADERS)
def add_campaign_question(campaign_id: int) -> Answer:
    try:
        with current().database.write() as session:
            found = _campaign(session, campaign_id)
            add_question(session, current().scheme, found, _draft(request.form))
    except CampaignInvalid as error:
        return show_campaign(campaign_id, question="new", form=request.form, errors=error.errors), 422
    except CampaignNotAllowed as error:
        return show_campaign(campaign_id, refused=str(error)), 409
    return _back(campaign_id, "questions")


@blueprint.post("/campaigns/<int:campaign_id>/questions/<int:question_id>/<step>")
@allowed(*LEADERS)
def change_campaign_question(campaign_id: int, question_id: int, step: str) -> Answer:
    if step not in ("change", "up", "remove"):
        abort(404)
    try:
        with current().database.write() as session:
            found = _campaign(session, campaign_id)
            question = _question(found, question_id)
            if step == "up":
                move_question_up(found, question)
            elif step == "remove":
                remove_question(session, found, question)
            else:
                change_question(session, current().scheme, found, question, _draft(request.form))
    except CampaignInvalid as error:
        return show_campaign(campaign_id, question=str(question_id), form=request.form, errors=error.errors), 422
    except CampaignNotAllowed as error:
        return show_campaign(campaign_id, refused=str(error)), 409
    return _back(campaign_id, "questions")


@blueprint.post("/campaigns/<int:campaign_id>/voice/<int:question_id>")
@allowed(*LEADERS)
def upload_voice(campaign_id: int, question_id: int) -> Answer:
    """question_id 0: the introduction."""
    upload = request.files.get("voice")
    if upload is None or not upload.filename:
        return show_campaign(campaign_id, refused="请选一个录音文件"), 422
    with current().database.read() as session:
        found = session.get(Campaign, campaign_id) or abort(404)
        question = _question(found, question_id) if question_id else None
        script = script_of(current().scheme, found, question)
    longest = LONGEST_QUESTION if question_id else LONGEST_INTRODUCTION
    try:
        # Before the transaction: converting takes a while, and everybody who writes would wait for it.
        wav, seconds = telephone_voice(
            cast(BinaryIO, upload.stream), sum("一" <= c <= "鿿" for c in script), longest
        )
    except VoiceRefused as error:
        return show_campaign(campaign_id, refused=f"录音没有用：{error}"), 422
    with current().database.write() as session:
        found = _campaign(session, campaign_id)
        if found.state not in (CampaignState.DRAFT, CampaignState.RUNNING):
            abort(409)
        question = _question(found, question_id) if question_id else None
        keep_sound(session, current().scheme, found, question, wav, seconds)
    flash("录音已经换上。")
    return _back(campaign_id, "voices")


@blueprint.post("/campaigns/<int:campaign_id>/voice/<int:question_id>/remove")
@allowed(*LEADERS)
def remove_voice(campaign_id: int, question_id: int) -> Response:
    with current().database.write() as session:
        found = _campaign(session, campaign_id)
        remove_sound(session, found, _question(found, question_id) if question_id else None)
    return _back(campaign_id, "voices")


@blueprint.get("/campaigns/voice/<int:sound_id>.wav")
@allowed(*LEADERS)
def campaign_voice(sound_id: int) -> Response:
    with current().database.read() as session:
        sound = sound_of(session, sound_id) or abort(404)
        return send_file(BytesIO(sound.wav), mimetype="audio/wav", conditional=True, max_age=0)


def _draft(form: MultiDict[str, str]) -> QuestionDraft:
    """Raises CampaignInvalid."""
    kind = form.get("kind", "")
    if kind not in set(QuestionKind):
        raise CampaignInvalid({"kind": "请选怎么回答"})
    choices = tuple(line.strip() for line in form.get("choices", "").splitlines() if line.strip())
    low, high = form.get("low", 0, type=int), form.get("high", 0, type=int)
    return QuestionDraft(QuestionKind(kind), form.get("text", ""), choices, low, high)


def _campaign(session: Session, campaign_id: int) -> Campaign:
    return session.get(Campaign, campaign_id, with_for_update=True) or abort(404)


def _question(campaign: Campaign, question_id: int) -> Question:
    return next((q for q in campaign.questions if q.id == question_id), None) or abort(404)


def _back(campaign_id: int, part: str) -> Response:
    return redirect(url_for("desk.campaign", campaign_id=campaign_id, _anchor=part))
