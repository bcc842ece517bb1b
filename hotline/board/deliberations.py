"""“大家在议什么”: deliberations that run and what they came to, for everybody, without names."""

from flask import Response, render_template

from handling.calendar import load_calendar
from handling.deliberation.queries import public_deliberations, stages_of
from handling.deliberation.stages import in_words
from handling.deliberation.votes import rules_of, takes_remote_votes
from handling.scheme.deliberation import share_in_words
from hotline.board.parts import our_number, public_page
from hotline.current import current


def deliberations_page() -> Response:
    hotline = current()
    with hotline.database.read() as session:
        shown = public_deliberations(session, hotline.clock.now())
        calendar = load_calendar(session)
    text = render_template(
        "board/deliberations.html",
        deliberations=shown,
        rules_of=rules_of,
        stages_of=lambda one: stages_of(one, calendar),
        takes_votes=takes_remote_votes,
        in_words=in_words,
        share_in_words=share_in_words,
        scheme=hotline.scheme,
        hotline=our_number(),
    )
    return public_page(text)
