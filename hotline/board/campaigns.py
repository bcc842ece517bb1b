"""专项征集 for residents: what is being asked and how to take part, and results that were released."""

from flask import Response, abort, render_template

from handling.campaigns.queries import campaigns, running_campaigns
from handling.campaigns.report import report_of
from hotline.board.parts import hotline_number, public_page
from hotline.current import current
from models import Campaign, CampaignState


def campaigns_page() -> Response:
    hotline = current()
    with hotline.database.read() as session:
        ended = campaigns(session, (CampaignState.CLOSED, CampaignState.REPORTED))
        text = render_template(
            "board/campaigns.html",
            scheme=hotline.scheme,
            running=running_campaigns(session, hotline.clock.now()),
            released=[each for each in ended if each.released_at is not None],
            number_of=lambda each: hotline_number(each.number or hotline.settings.twilio_number),
        )
    return public_page(text)


def campaign_page(campaign_id: int) -> Response:
    """404 until the results are released."""
    hotline = current()
    with hotline.database.read() as session:
        found = session.get(Campaign, campaign_id)
        if found is None or found.released_at is None:
            abort(404)
        text = render_template(
            "board/campaign.html", scheme=hotline.scheme, campaign=found, report=report_of(session, found)
        )
    return public_page(text)
