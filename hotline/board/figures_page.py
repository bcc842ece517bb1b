"""“办得怎么样”: the figures of the last twelve months with the community's goals, for everybody."""

from flask import Response, render_template

from handling.figures.assessment import quarter_of
from handling.figures.counts import measure
from handling.figures.lists import FIGURES, light_of_target, shown_value
from handling.figures.parts import Scope
from handling.lights import SIGNS
from handling.scheme.indicators import indicator_figures
from handling.scheme.words import time_limit
from hotline.board.parts import public_page
from hotline.current import current


def figures_page() -> Response:
    """The measured times are those of the last whole quarter and the present one."""
    hotline = current()
    now, scheme = hotline.clock.now(), hotline.scheme
    quarter = quarter_of(now).before()
    year = quarter.before().before().before()
    with hotline.database.read() as session:
        whole = measure(session, scheme, Scope(received_from=year.begins), now=now)
        indicators = indicator_figures(session, scheme, Scope(received_from=quarter.begins), now=now)
    values = [(figure, figure.value(whole)) for figure in FIGURES]
    text = render_template(
        "board/figures.html",
        scheme=scheme,
        whole=whole,
        since=year,
        indicators_since=quarter,
        shown=[
            (figure, shown_value(figure, value), light_of_target(scheme, figure, value))
            for figure, value in values
            if value is not None
        ],
        indicators=[one for one in indicators if one.rate is not None],
        shown_value=shown_value,
        time_limit=time_limit,
        signs=SIGNS,
    )
    return public_page(text)
