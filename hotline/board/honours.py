"""The honours of those who agreed to be named."""

from itertools import groupby

from flask import Response, render_template

from handling.residents.honours import public_honours
from hotline.board.parts import public_page
from hotline.current import current


def honours_page() -> Response:
    hotline = current()
    with hotline.database.read() as session:
        honours = public_honours(session)
    years = [
        (year, [(one.name, one.resident.name or "") for one in group])
        for year, group in groupby(honours, key=lambda one: one.year)
    ]
    return public_page(render_template("board/honours.html", scheme=hotline.scheme, years=years))
