"""Files of a case: photos, receipts, papers. Looked at by those who may read the case, each look noted."""

from flask import abort, flash, redirect, request, send_file, url_for
from markupsafe import Markup, escape
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from handling.attachments import KINDS, attachments_of, remove_attachment, removed_from, restore_attachment
from handling.disputes import may_read
from hotline.attachments import ACCEPT, UploadRefused, prepare_upload, store_file
from hotline.current import current
from hotline.desk.access import EVERYBODY, LEADERS, STAFF, acting_user, allowed, blueprint, me, note_look
from hotline.desk.panels import Looking, panel
from hotline.desk.submissions import done, submitted
from models import Attachment, AttachmentKind, Suggestion

# What one form may bring at once.
MOST_FILES = 8
# Even a picture of ours goes out as if it were not to be trusted.
POLICY = "default-src 'none'; sandbox"


@panel("attachments", "照片和材料", "desk/attachments.html")
def attachments_panel(looking: Looking) -> dict[str, object]:
    may_add = looking.user.role in STAFF
    removed = removed_from(looking.session, looking.case.id) if may_add else []
    return {
        "files": attachments_of(looking.session, looking.case.id),
        "removed": [file for file in removed if may_change(file)],
        "kinds": KINDS,
        "may_add": may_add,
        "may_change": may_change,
        "accept": ACCEPT,
    }


@blueprint.post("/cases/<int:number>/files")
@allowed(*STAFF)
def add_files(number: int) -> Response:
    hotline = current()
    with hotline.database.read() as session:
        case = session.scalar(select(Suggestion).where(Suggestion.number == number)) or abort(404)
        if not may_see(session, case):
            abort(403)
    wanted = request.form.get("kind", "")
    kind = AttachmentKind(wanted) if wanted in set(AttachmentKind) else AttachmentKind.OTHER
    uploads = [upload for upload in request.files.getlist("files") if upload.filename]
    if not uploads:
        flash("请先选照片或者 PDF。", "alert")
    kept = 0
    for part, upload in enumerate(uploads[:MOST_FILES]):
        try:
            prepared = prepare_upload(upload)
        except UploadRefused as refusal:
            flash(f"“{upload.filename}”没有收下：{refusal}。", "alert")
            continue
        with hotline.database.write() as session:
            if submitted(session, part)[1]:
                user, home = acting_user(session), hotline.settings.home
                store_file(session, home, prepared, case=case, user=user, kind=kind, now=hotline.clock.now())
        kept += 1
    if uploads[MOST_FILES:]:
        flash(f"一次最多 {MOST_FILES} 个文件，其余的请再传一次。", "alert")
    if kept:
        flash(f"收下了 {kept} 个文件。")
    return done(url_for("desk.case_page", number=number, _anchor="attachments"))


@blueprint.get("/files/<int:attachment_id>")
@allowed(*EVERYBODY)
def attachment(attachment_id: int) -> Response:
    """The file; `?small=1` the little picture."""
    with current().database.read() as session:
        found = session.get(Attachment, attachment_id) or abort(404)
        case = session.get(Suggestion, found.suggestion_id) if found.suggestion_id else None
        if not may_see(session, case):
            abort(403)
    if found.removed_at is not None and not may_change(found):
        abort(404)
    path = current().settings.home / (
        found.small_path if "small" in request.args and found.small_path else found.path
    )
    if not path.is_file():
        abort(404)
    note_look(current().database, "view", f"attachment:{attachment_id}", current().clock.now())
    answer = send_file(
        path, mimetype=found.content_type, as_attachment=not found.is_picture, download_name=found.name, max_age=0
    )
    answer.headers["Content-Security-Policy"] = POLICY
    return answer


@blueprint.post("/files/<int:attachment_id>/remove")
@allowed(*STAFF)
def remove_file(attachment_id: int) -> Response:
    with current().database.write() as session:
        found = _changeable(session.get(Attachment, attachment_id))
        remove_attachment(session, found, acting_user(session), current().clock.now())
        return _back(session.get(Suggestion, found.suggestion_id) if found.suggestion_id else None)


@blueprint.post("/files/<int:attachment_id>/restore")
@allowed(*STAFF)
def restore_file(attachment_id: int) -> Response:
    with current().database.write() as session:
        found = _changeable(session.get(Attachment, attachment_id))
        restore_attachment(session, found, acting_user(session), current().clock.now())
        return _back(session.get(Suggestion, found.suggestion_id) if found.suggestion_id else None)


def may_see(session: Session, case: Suggestion | None) -> bool:
    """Whoever may read the case; a file without a case is for staff."""
    if case is None:
        return me().role in STAFF
    return may_read(session, case, acting_user(session))


def may_change(file: Attachment) -> bool:
    return me().role in LEADERS or file.uploaded_by_id == me().id


def attachment_link(file: Attachment) -> Markup:
    """A link for any page of the desk."""
    address = url_for("desk.attachment", attachment_id=file.id)
    return Markup('<a href="{}">{}</a>').format(address, escape(file.name))


def _changeable(found: Attachment | None) -> Attachment:
    if found is None:
        abort(404)
    if not may_change(found):
        abort(403)
    return found


def _back(case: Suggestion | None) -> Response:
    if case is None:
        return redirect(url_for("desk.home"))
    return redirect(url_for("desk.case_page", number=case.number, _anchor="attachments"))


@blueprint.context_processor
def words_of_attachments() -> dict[str, object]:
    return {"attachment_link": attachment_link, "upload_accept": ACCEPT}
