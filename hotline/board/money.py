"""资金公示: what was collected and spent, for everybody: households by their number, never by name."""

from flask import Response, render_template

from handling.forms import show_fen
from handling.money.queries import statements
from hotline.board.parts import our_number, public_page
from hotline.current import current


def money_page() -> Response:
    hotline = current()
    with hotline.database.read() as session:
        shown = statements(session)
    text = render_template(
        "board/money.html",
        statements=shown,
        fen=show_fen,
        scheme=hotline.scheme,
        hotline=our_number(),
    )
    return public_page(text)
