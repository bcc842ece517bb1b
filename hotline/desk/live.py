"""What is new, told to open pages without a reload: server-sent events."""

import json
import logging
import threading
from collections.abc import Iterator
from time import monotonic
from typing import cast

from flask import Response, current_app
from flask.blueprints import BlueprintSetupState
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hotline.current import current
from hotline.desk.access import EVERYBODY, allowed, blueprint
from models import (
    Call,
    CallState,
    Database,
    Event,
    Notice,
    NoticeState,
    Recording,
    RecordingState,
    Suggestion,
    SuggestionState,
)

log = logging.getLogger(__name__)

# Seconds between two looks at the database; one thread looks for all pages, and only while one is open.
LOOK = 1.0
# A sign of life for proxies that end silent connections, and to notice who has gone.
STILL_HERE = 20.0
# A browser comes back by itself; a login that has ended is noticed then.
LONGEST = 600.0
# Each open page holds a thread of the web server (`hotline.server.THREADS`); who comes later asks now and then.
MOST_STREAMS = 24

# What a page shows, and a mark that differs when that differs.
Marks = dict[str, str]


class Live:
    """One for each application. Listeners wait on a condition; a thread renews the marks."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._changed = threading.Condition()
        self._marks: Marks = {}
        self._listeners = 0
        self._looking = False

    def stream(self) -> Iterator[str] | None:
        """The events of one page, text/event-stream, until it says `leave`; None when too many are open."""
        with self._changed:
            if self._listeners >= MOST_STREAMS:
                return None
            self._listeners += 1
            if not self._looking:
                self._looking = True
                threading.Thread(target=self._look, name="live", daemon=True).start()
        return self._events()

    def leave(self) -> None:
        with self._changed:
            self._listeners -= 1

    def _events(self) -> Iterator[str]:
        told: Marks = {}
        end = monotonic() + LONGEST
        while monotonic() < end:
            marks = self._other_than(told)
            for topic in [topic for topic in marks if marks[topic] != told.get(topic)]:
                yield f"event: {topic}\ndata: {json.dumps(marks[topic])}\n\n"
            if marks == told:
                yield ": still here\n\n"
            told = marks

    def _other_than(self, told: Marks) -> Marks:
        """The marks as soon as they differ; the same ones after a while in which nothing happened."""
        with self._changed:
            self._changed.wait_for(lambda: self._marks != told, STILL_HERE)
            return self._marks

    def _look(self) -> None:
        pause = threading.Event()
        while self._is_wanted():
            try:
                with self._database.read() as session:
                    self._tell(marks_of(session))
            except Exception:
                # A database that starts anew: pages hear of news when it is back.
                log.exception("what is new could not be read")
            pause.wait(LOOK)

    def _tell(self, marks: Marks) -> None:
        with self._changed:
            if marks != self._marks:
                self._marks = marks
                self._changed.notify_all()

    def _is_wanted(self) -> bool:
        with self._changed:
            self._looking = self._listeners > 0
            return self._looking


def marks_of(session: Session) -> Marks:
    """One statement, whatever the number of cases."""
    review = Suggestion.state == SuggestionState.REVIEW
    in_work = Recording.state.in_((RecordingState.ANNOUNCED, RecordingState.STORED))
    asked = (
        select(func.count(Suggestion.id)).where(review),
        select(func.max(Suggestion.id)).where(review),
        select(func.sum(Suggestion.version)).where(review),
        # Who has taken which one: a hold is no new version.
        select(func.sum(Suggestion.id * Suggestion.claimed_by_id)).where(review),
        select(func.count(Recording.id)).where(in_work),
        select(func.sum(Recording.decoded_seconds)).where(in_work),
        select(func.count(Call.id)).where(Call.state == CallState.MISSED),
        select(func.count(Notice.id)).where(Notice.state == NoticeState.FAILED),
        select(func.max(Event.id)),
    )
    *queue, last_event = session.execute(select(*(one.scalar_subquery() for one in asked))).one()
    return {"queue": " ".join(map(str, queue)), "cases": str(last_event)}


@blueprint.get("/live")
@allowed(*EVERYBODY)
def live() -> Response | tuple[str, int]:
    """503: too many pages are open; the page asks `live_now` then."""
    events = _live().stream()
    if events is None:
        return "", 503
    # A proxy must not collect the events before it passes them on.
    answer = Response(events, mimetype="text/event-stream", headers={"X-Accel-Buffering": "no"})
    # Also when nobody reads a word of it, as for HEAD.
    answer.call_on_close(_live().leave)
    return answer


@blueprint.get("/live/now")
@allowed(*EVERYBODY)
def live_now() -> Marks:
    with current().database.read() as session:
        return marks_of(session)


def _live() -> Live:
    return cast(Live, current_app.extensions["hotline-live"])


def _set_up(state: BlueprintSetupState) -> None:
    extensions = state.app.extensions
    extensions["hotline-live"] = Live(extensions["hotline"].database)


blueprint.record_once(_set_up)
