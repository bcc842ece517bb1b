"""Who looked at what: the administrator's page."""

from flask import render_template, request

from handling.queries import access_page
from hotline.app import current
from hotline.desk.access import allowed, blueprint
from models import Role

ACTIONS = {"view": "看案件", "listen": "听录音", "number": "看号码", "export": "导出台账"}
SUBJECTS = {"recording": "录音", "suggestion": "建议", "call": "漏接来电", "notice": "通知", "ledger": "台账"}


@blueprint.get("/access")
@allowed(Role.ADMINISTRATOR)
def access_log() -> str:
    with current().database.read() as session:
        page = access_page(session, page=request.args.get("page", 1, type=int))
    return render_template("desk/access_log.html", page=page, action_names=ACTIONS, subject_name=subject_name)


def subject_name(subject: str) -> str:
    """ "recording:12" -> 录音 12"""
    kind, _, number = subject.partition(":")
    return f"{SUBJECTS.get(kind, kind)} {number}".strip()
