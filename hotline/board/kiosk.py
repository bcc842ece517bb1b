"""The screen in the community hall: turns by itself, read from three metres away, for days."""

from flask import Response, render_template

from handling.campaigns.queries import running_campaigns
from handling.deliberation.queries import public_deliberations
from handling.queries import figures
from handling.residents.honours import public_honours
from handling.scheme.words import staffed_words
from handling.stories import public_stories
from hotline.board.parts import hotline_number, our_number, public_page
from hotline.current import current
from models import DeliberationState

MOST_STORIES = 8
MOST_NAMES = 6
MOST_TOPICS = 4


def kiosk() -> Response:
    hotline = current()
    now, scheme = hotline.clock.now(), hotline.scheme
    with hotline.database.read() as session:
        stories = public_stories(session, scheme, per_page=MOST_STORIES).rows
        numbers = figures(session)
        honours = [(one.resident.name, one.name, one.year) for one in public_honours(session, limit=MOST_NAMES)]
        deliberations = [
            one for one in public_deliberations(session, now) if one.state is DeliberationState.RUNNING
        ]
        campaigns = running_campaigns(session, now)
    text = render_template(
        "board/kiosk.html",
        stories=stories,
        figures=numbers,
        honours=honours,
        deliberations=deliberations[:MOST_TOPICS],
        campaigns=campaigns[:MOST_TOPICS],
        scheme=scheme,
        staffed=staffed_words(scheme),
        hotline=our_number(),
        number_of=lambda campaign: hotline_number(campaign.number) if campaign.number else our_number(),
    )
    return public_page(text)
