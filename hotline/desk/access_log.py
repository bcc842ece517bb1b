"""Who looked at what: the administrator's page."""

from collections.abc import Mapping

from flask import render_template

from handling.queries import access_page, suggestions_by_id
from hotline.current import current
from hotline.desk.access import allowed, blueprint
from hotline.paging import page_number
from models import Role

ACTIONS = {"view": "看", "listen": "听录音", "number": "看号码", "export": "导出", "search": "查居民"}
CASE = "suggestion:"
SUBJECTS = {
    "recording": "录音",
    "call": "漏接来电",
    "notice": "通知",
    "ledger": "台账",
    "resident": "居民档案",
    "residents": "居民档案",
    "honours": "评选荣誉",
    "expert": "专家",
    "attachment": "照片或材料",
    "campaign": "专项征集",
    "figures": "统计",
}


@blueprint.get("/access")
@allowed(Role.ADMINISTRATOR)
def access_log() -> str:
    with current().database.read() as session:
        page = access_page(session, page=page_number())
        ids = {int(entry.subject.split(":")[1]) for entry, _ in page.rows if entry.subject.startswith(CASE)}
        numbers = {id_: case.number for id_, case in suggestions_by_id(session, ids).items()}
    return render_template(
        "desk/access_log.html",
        page=page,
        action_names=ACTIONS,
        subject_name=lambda subject: subject_name(subject, numbers),
    )


def subject_name(subject: str, numbers: Mapping[int, int]) -> str:
    """recording:12 -> 录音 12; a case by its number, which people know, not by its row."""
    kind, _, key = subject.partition(":")
    if subject.startswith(CASE) and int(key) in numbers:
        return f"{numbers[int(key)]} 号建议"
    return f"{SUBJECTS.get(kind, kind)} {key}".strip()
