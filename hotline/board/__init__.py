"""The board: what became of the residents' suggestions, for everybody, without personal data."""

from flask import Blueprint, Response, render_template, request

from handling.campaign_queries import running_campaigns
from handling.queries import board_page, figures
from hotline.board.campaigns import campaign_page, campaigns_page
from hotline.board.deliberations import deliberations_page
from hotline.board.figures_page import figures_page
from hotline.board.honours import honours_page
from hotline.board.money import money_page
from hotline.board.parts import hotline_number, public_page
from hotline.board.scheme_page import scheme_page
from hotline.current import current

__all__ = ["blueprint", "hotline_number"]

blueprint = Blueprint("board", __name__, url_prefix="/board")
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
        page = board_page(session, page=request.args.get("page", 1, type=int))
        numbers = figures(session)
        asked = running_campaigns(session, hotline.clock.now())
    text = render_template(
        "board/index.html",
        page=page,
        figures=numbers,
        campaigns=asked,
        scheme=hotline.scheme,
        hotline=hotline_number(hotline.settings.twilio_number),
    )
    return public_page(text)
