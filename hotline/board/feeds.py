"""The stories for other programs: RSS for readers, JSON for websites. docs/board.md has the fields."""

import json
import re
from datetime import datetime
from email.utils import format_datetime
from typing import Any
from xml.etree import ElementTree

from flask import Response

from handling.clock import SHANGHAI
from handling.queries import figures
from handling.stories import PublicStory, public_stories
from hotline.board.parts import absolute, our_number, public_page
from hotline.current import current
from hotline.paging import page_number

ATOM = "http://www.w3.org/2005/Atom"
# XML 1.0, section 2.2: these have no place in a document, not even escaped.
_UNWRITABLE = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def feed() -> Response:
    hotline = current()
    with hotline.database.read() as session:
        stories = public_stories(session, hotline.scheme).rows
    name = hotline.scheme.community.name
    ElementTree.register_namespace("atom", ATOM)
    rss = ElementTree.Element("rss", version="2.0")
    channel = ElementTree.SubElement(rss, "channel")
    _add(channel, "title", f"{name}：办好的事")
    _add(channel, "link", absolute("board.index"))
    _add(channel, "description", f"{name}居民提的建议，办得怎么样")
    _add(channel, "language", "zh-cn")
    ElementTree.SubElement(
        channel, f"{{{ATOM}}}link", rel="self", type="application/rss+xml", href=absolute("board.feed")
    )
    for story in stories:
        _item(channel, story)
    text = ElementTree.tostring(rss, encoding="utf-8", xml_declaration=True)
    return public_page(text, "application/rss+xml")


def _item(channel: ElementTree.Element, story: PublicStory) -> None:
    address = absolute("board.story_page", number=story.number)
    item = ElementTree.SubElement(channel, "item")
    _add(item, "title", story.title)
    _add(item, "link", address)
    _add(item, "guid", address)
    _add(item, "pubDate", format_datetime(story.published_at))
    asked = f"提的事：{story.asked}\n" if story.asked else ""
    _add(item, "description", f"{asked}办的事：{story.done}\n{story.days_in_words}，{'、'.join(story.by)}办理")


def _add(parent: ElementTree.Element, name: str, text: str) -> None:
    ElementTree.SubElement(parent, name).text = _UNWRITABLE.sub("", text)


def stories_json() -> Response:
    hotline = current()
    with hotline.database.read() as session:
        page = public_stories(session, hotline.scheme, page=page_number())
        numbers = figures(session)
    number = our_number()
    answer = {
        "community": hotline.scheme.community.name,
        "hotline": number.shown if number else None,
        "figures": {
            "valid": numbers.valid,
            "done": numbers.done,
            "done_rate": numbers.done_rate,
            "satisfaction": numbers.satisfaction,
        },
        "page": page.number,
        "pages": page.count,
        "total": page.total,
        "stories": [story_in_json(story) for story in page.rows],
    }
    response = public_page(json.dumps(answer, ensure_ascii=False, indent=1), "application/json")
    # It is for other sites to show.
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response


def story_in_json(story: PublicStory) -> dict[str, Any]:
    return {
        "number": story.number,
        "url": absolute("board.story_page", number=story.number),
        "domain": story.domain,
        "place": story.place,
        "asked": story.asked,
        "done": story.done,
        "days": story.days,
        "by": list(story.by),
        "received_on": _day(story.received_at),
        "published_on": _day(story.published_at),
        "photos": [_photo("before", one) for one in story.before] + [_photo("after", one) for one in story.after],
    }


def _photo(kind: str, attachment_id: int) -> dict[str, str]:
    sizes = {size: absolute("board.photo", attachment_id=attachment_id, size=size) for size in ("large", "small")}
    return {"kind": kind, **sizes}


def _day(moment: datetime) -> str:
    return moment.astimezone(SHANGHAI).date().isoformat()
