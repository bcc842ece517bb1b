"""数据保存: what is kept how long, what went, and who asked to be forgotten."""

from flask import render_template
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from handling.residents.queries import asked_to_be_forgotten
from handling.retention import KINDS, rules_in_words
from hotline.current import current
from hotline.desk.access import LEADERS, allowed, blueprint
from models import Erasure

SHOWN = 200


@blueprint.get("/retention")
@allowed(*LEADERS)
def retention() -> str:
    rows = select(Erasure).options(joinedload(Erasure.by)).order_by(Erasure.id.desc()).limit(SHOWN)
    with current().database.read() as session:
        gone, asked = list(session.scalars(rows)), asked_to_be_forgotten(session)
    rules = rules_in_words(current().scheme.retention)
    return render_template("desk/retention.html", gone=gone, asked=asked, rules=rules, kinds=KINDS)
