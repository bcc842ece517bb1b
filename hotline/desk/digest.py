"""The day's list (每日清单) as it stands now: what the SMS at eight counts, with the cases."""

from flask import render_template, request

from handling.digest import Digest, digest_for, digests
from handling.notices import compose
from handling.queries import handlers
from hotline.current import current
from hotline.desk.access import LEADERS, STAFF, allowed, blueprint, me
from models import User

# What stands above each list, in the order of the SMS.
PARTS = (
    ("today", "今天到期"),
    ("late", "已经超期"),
    ("waiting", "在等别人"),
    ("new", "新来的"),
    ("again", "计划的事，今天再看"),
)


@blueprint.get("/digest")
@allowed(*STAFF)
def digest() -> str:
    """Leaders may look at anybody's."""
    hotline = current()
    wanted = request.args.get("person", type=int) if me().role in LEADERS else None
    with hotline.database.read() as session:
        person = (session.get(User, wanted) if wanted else None) or me()
        shown = digest_for(digests(session, now=hotline.clock.now()), person)
        people = handlers(session) if me().role in LEADERS else []
    shown = shown or Digest()
    return render_template(
        "desk/digest.html", digest=shown, parts=PARTS, person=person, people=people, sms=_sms(shown)
    )


def _sms(digest: Digest) -> str:
    """The text that is sent, "" when the scheme sends none."""
    scheme = current().scheme
    if scheme.supervision is None or scheme.supervision.digest is None or digest.is_empty:
        return ""
    return compose(scheme, scheme.notices["staff_digest"], {"community": scheme.community.name, **digest.counts})
