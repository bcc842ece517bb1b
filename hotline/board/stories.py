"""Finished cases as short stories, each at its own address, and their photos."""

from flask import Response, abort, render_template, send_file

from handling.forms import show_fen
from handling.stories import public_photo, public_stories, public_story
from hotline.board.parts import kept_for_all, our_number, public_page
from hotline.current import current
from hotline.paging import page_number

# What a coordinator withholds is gone within minutes, also from a cache on the way.
SECONDS_OF_A_PHOTO = 300
POLICY = "default-src 'none'; sandbox"


def stories_page() -> Response:
    hotline = current()
    with hotline.database.read() as session:
        page = public_stories(session, hotline.scheme, page=page_number())
    return public_page(
        render_template("board/stories.html", page=page, scheme=hotline.scheme, hotline=our_number())
    )


def story_page(number: int) -> Response:
    hotline = current()
    with hotline.database.read() as session:
        story = public_story(session, hotline.scheme, number) or abort(404)
    text = render_template(
        "board/story.html", story=story, fen=show_fen, scheme=hotline.scheme, hotline=our_number()
    )
    return public_page(text)


def photo(attachment_id: int, size: str) -> Response:
    hotline = current()
    with hotline.database.read() as session:
        found = public_photo(session, attachment_id) or abort(404)
    path = hotline.settings.home / (found.small_path if size == "small" and found.small_path else found.path)
    if not path.is_file():
        abort(404)
    answer = send_file(path, mimetype=found.content_type, conditional=True)
    answer.headers["Content-Security-Policy"] = POLICY
    answer.cache_control.no_cache = None
    return kept_for_all(answer, SECONDS_OF_A_PHOTO)
