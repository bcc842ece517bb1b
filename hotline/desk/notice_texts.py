"""短信用语: every notice with what it may say, how long it is and how it reads; an edition like all rules."""

from collections.abc import Mapping

from flask import abort, render_template, request

from handling.notice_texts import NoticeText, notice_texts
from handling.scheme.editions import in_force
from handling.scheme.notice_variables import variables_of
from handling.scheme.samples import SAMPLE
from handling.scheme.text import Value
from handling.sms import ONE_SEGMENT, SEGMENT_OF_MANY, sms_units
from hotline.current import current
from hotline.desk.access import LEADERS, allowed, blueprint
from hotline.desk.deeds import Answer
from hotline.desk.scheme import ground_of, look_at

MOST_SEGMENTS = 8


@blueprint.get("/notices")
@allowed(*LEADERS)
def notice_texts_page() -> str:
    return _page("", {})


@blueprint.post("/notices/<name>")
@allowed(*LEADERS)
def change_notice(name: str) -> Answer:
    hotline = current()
    with hotline.database.read() as session:
        known = in_force(session, hotline.settings.scheme)
    shown = {one.name: one for one in notice_texts(known.scheme, ground_of(hotline.settings.scheme, known.scheme))}
    if name not in shown:
        abort(404)
    text = " ".join(request.form.get("text", "").split())
    segments = request.form.get("segments", shown[name].template.segments, type=int)
    errors = _errors(known.scheme.community.signature, shown[name], text, segments)
    if errors:
        return _page(name, errors), 422
    before = shown[name].template
    values = []
    if text != before.text:
        values.append(Value(("notices", name, "text"), text))
    if segments != before.segments:
        values.append(Value(("notices", name, "segments"), segments))
    return look_at(known, values, back="notice_texts")


def _errors(signature: str, shown: NoticeText, text: str, segments: int) -> dict[str, str]:
    if not text:
        return {"text": "短信不能是空的"}
    if not 1 <= segments <= MOST_SEGMENTS:
        return {"segments": f"写 1 到 {MOST_SEGMENTS}"}
    try:
        used = variables_of(text)
        fixed = sms_units(signature + text.format_map(dict.fromkeys(used, "")))
    except (ValueError, KeyError, IndexError, AttributeError):
        return {"text": "花括号没有成对"}
    if unknown := sorted(used - {code for code, _ in shown.variables}):
        return {"text": f"这条短信里不能写 {{{unknown[0]}}}，能写的在下面"}
    if missing := [code for code in shown.essential if code not in used]:
        return {"text": f"少了 {{{missing[0]}}}，没有它，收到短信的人不知道怎么办"}
    if "://" in text or "www." in text:
        return {"text": "短信里不能有网址"}
    room = ONE_SEGMENT if segments == 1 else SEGMENT_OF_MANY * segments
    if fixed > room:
        return {"text": f"不算花括号里的内容已有 {fixed} 个字，{segments} 条短信最多 {room} 个字"}
    return {}


def _page(tried: str, errors: Mapping[str, str]) -> str:
    hotline = current()
    with hotline.database.read() as session:
        known = in_force(session, hotline.settings.scheme)
    ground = ground_of(hotline.settings.scheme, known.scheme)
    return render_template(
        "desk/notice_texts.html",
        notices=notice_texts(known.scheme, ground),
        of_file={name: template.text for name, template in ground.notices.items()},
        signature=known.scheme.community.signature,
        known=known,
        tried=tried,
        errors=errors,
        form=request.form,
        samples=SAMPLE | {"community": known.scheme.community.name},
        most_segments=MOST_SEGMENTS,
    )
