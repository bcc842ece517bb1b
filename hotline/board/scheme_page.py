"""“我们怎么办理”: the scheme in force, in plain words for residents."""

from flask import Response, render_template

from handling.scheme.deliberation import share_in_words
from handling.scheme.words import responsible, supervision_words, time_limit, told_in, who_acts
from hotline.board.parts import our_number, public_page
from hotline.current import current


def scheme_page() -> Response:
    hotline = current()
    scheme = hotline.scheme
    text = render_template(
        "board/scheme.html",
        scheme=scheme,
        hotline=our_number(),
        time_limit=time_limit,
        responsible=lambda level: responsible(scheme, level),
        who_acts=who_acts,
        when_late=supervision_words(scheme),
        told_in=lambda step: told_in(scheme, step),
        share_in_words=share_in_words,
    )
    return public_page(text)
