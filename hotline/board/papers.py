"""The card and the poster, to print."""

from flask import Response, abort, request

from handling.clock import SHANGHAI
from handling.prints.card import CallUs, sheet_pdf
from handling.scheme.words import staffed_words
from hotline.board.parts import our_number, public_page
from hotline.current import current

PAPERS = {"a4": "A4", "a3": "A3"}


def card() -> Response:
    """A4, large print, for beside the telephone."""
    return _printed("card", "A4")


def poster() -> Response:
    """A3, or `?paper=a4`."""
    wanted = request.args.get("paper", "a3")
    return _printed("poster", PAPERS.get(wanted) or abort(404))


def _printed(drawing: str, paper: str) -> Response:
    hotline, number = current(), our_number()
    call_us = CallUs(hotline.scheme.community.name, number.shown if number else "", staffed_words(hotline.scheme))
    today = hotline.clock.now().astimezone(SHANGHAI).date()
    return public_page(sheet_pdf(drawing, call_us, paper, today), "application/pdf")
