"""The board: what became of the residents' suggestions, for everybody, without personal data."""

from flask import Blueprint, Response, render_template

from handling.campaigns.queries import running_campaigns
from handling.queries import figures
from handling.scheme.words import staffed_words
from handling.stories import public_stories
from hotline.board.campaigns import campaign_page, campaigns_page
from hotline.board.deliberations import deliberations_page
from hotline.board.feeds import feed, stories_json
from hotline.board.figures_page import figures_page
from hotline.board.honours import honours_page
from hotline.board.kiosk import kiosk
from hotline.board.money import money_page
from hotline.board.papers import card, poster
from hotline.board.parts import hotline_number, our_number, public_page, shortened
from hotline.board.scheme_page import scheme_page
from hotline.board.stories import photo, stories_page, story_page
from hotline.current import current

__all__ = ["blueprint", "hotline_number"]

# The rest stands on the page of all stories.
NEWEST = 6

blueprint = Blueprint("board", __name__, url_prefix="/board")
blueprint.add_app_template_filter(shortened)
blueprint.add_url_rule("/stories", view_func=stories_page)
blueprint.add_url_rule("/stories/<int:number>", view_func=story_page)
blueprint.add_url_rule("/photos/<int:attachment_id>/<any(large, small):size>.jpg", view_func=photo)
blueprint.add_url_rule("/stories.json", view_func=stories_json)
blueprint.add_url_rule("/feed.xml", view_func=feed)
blueprint.add_url_rule("/kiosk", view_func=kiosk)
blueprint.add_url_rule("/card.pdf", view_func=card)
blueprint.add_url_rule("/poster.pdf", view_func=poster)
blueprint.add_url_rule("/scheme", view_func=scheme_page)
blueprint.add_url_rule("/figures", view_func=figures_page)
blueprint.add_url_rule("/honours", view_func=honours_page)
blueprint.add_url_rule("/campaigns", view_func=campaigns_page)
blueprint.add_url_rule("/campaigns/<int:campaign_id>", view_func=campaign_page)
blueprint.add_url_rule("/deliberations", view_func=deliberations_page)
blueprint.add_url_rule("/money", view_func=money_page)


@blueprint.get("/")
def index() -> Response:
    hotline = current()
    with hotline.database.read() as session:
        page = public_stories(session, hotline.scheme, per_page=NEWEST)
        numbers = figures(session)
        asked = running_campaigns(session, hotline.clock.now())
    text = render_template(
        "board/index.html",
        page=page,
        figures=numbers,
        campaigns=asked,
        scheme=hotline.scheme,
        staffed=staffed_words(hotline.scheme),
        hotline=our_number(),
    )
    return public_page(text)
