"""The ledger (电子台账): filters, search, export."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from tempfile import SpooledTemporaryFile
from typing import Any, BinaryIO, cast

from flask import abort, render_template, request, send_file
from werkzeug.wrappers import Response

from handling.bulk import DEEDS
from handling.clock import SHANGHAI
from handling.disputes import readable_by
from handling.export import CHANNELS, STATES, URGENCIES, write_csv, write_json, write_xlsx
from handling.figures.parts import TRACKS
from handling.ledger import LedgerFilter, ledger_page, ledger_rows
from handling.queries import handlers
from handling.saved_filters import courtyards_and_filters
from hotline.current import current
from hotline.desk.access import LEADERS, STAFF, allowed, blueprint, me, note_look, read_id
from hotline.desk.proposals import domain_names
from hotline.paging import page_number
from models import Channel, SuggestionState, Urgency

NAMES = (
    *("search", "state", "due", "level", "domain", "urgency", "handler", "channel", "courtyard", "track"),
    *("from", "until", "sort"),
)
# More than anybody asks; a pasted page is no question.
LONGEST_SEARCH = 200
MIMETYPES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv",
    "json": "application/json",
}


@blueprint.get("/ledger")
@allowed(*STAFF)
def ledger() -> str:
    hotline = current()
    query = wanted_query(request.args)
    with hotline.database.read() as session:
        page = ledger_page(
            session,
            filter_of(query),
            now=hotline.clock.now(),
            page=page_number(),
            readable=readable_by(me().id, leads=me().role in LEADERS),
        )
        people = handlers(session)
        places, kept = courtyards_and_filters(session, me().id)
    return render_template(
        "desk/ledger.html",
        page=page,
        query=query,
        kept=kept,
        deeds=DEEDS,
        may_export=me().role in LEADERS,
        state_choices=_named(STATES),
        urgency_choices=_named(URGENCIES),
        channel_choices=_named(CHANNELS),
        level_choices=[
            (level.code, f"{level.code} {level.colour}·{level.name}") for level in hotline.scheme.levels
        ],
        domain_choices=[(name, name) for name in domain_names()],
        handler_choices=[(person.id, person.name) for person in people],
        track_choices=[*TRACKS.items(), *_one_campaign(query.get("track", ""))],
        courtyard_choices=[(place.id, place.name) for place in places],
    )


@blueprint.get("/ledger.<kind>")
@allowed(*LEADERS)
def export(kind: str) -> Response:
    if kind not in MIMETYPES:
        abort(404)
    hotline = current()
    now = hotline.clock.now()
    note_look(hotline.database, "export", "ledger", now)
    # Large ledgers go through the disk, not through the memory.
    file = cast(BinaryIO, SpooledTemporaryFile(max_size=4 << 20))  # noqa: SIM115 (the answer closes it)
    with hotline.database.read() as session:
        cases = ledger_rows(session, filter_of(wanted_query(request.args)), now=now)
        if kind == "xlsx":
            write_xlsx(hotline.scheme, cases, file)
        elif kind == "json":
            write_json(hotline.scheme, cases, file)
        else:
            write_csv(hotline.scheme, cases, file, bom=True)
    file.seek(0)
    name = f"台账{now.astimezone(SHANGHAI):%Y%m%d-%H%M}.{kind}"
    return send_file(file, mimetype=MIMETYPES[kind], as_attachment=True, download_name=name)


def wanted_query(args: Mapping[str, str]) -> dict[str, str]:
    """The filters that are set, as they stand in the address: links keep them."""
    return {name: args[name].strip() for name in NAMES if args.get(name, "").strip()}


def filter_of(query: Mapping[str, str]) -> LedgerFilter:
    """A value that makes no sense does not narrow: an old bookmark still opens the ledger."""
    return LedgerFilter(
        search=query.get("search", "")[:LONGEST_SEARCH],
        state=_member(SuggestionState, query.get("state")),
        level=query.get("level", ""),
        domain=query.get("domain", ""),
        urgency=_member(Urgency, query.get("urgency")),
        channel=_member(Channel, query.get("channel")),
        handler_id=read_id(query.get("handler")),
        courtyard_id=read_id(query.get("courtyard")),
        received_from=midnight_of(query.get("from"), timedelta()),
        received_until=midnight_of(query.get("until"), timedelta(days=1)),
        due=query.get("due", ""),
        track=_track(query.get("track", "")),
        sort=query.get("sort", "-number"),
    )


def _named(names: Mapping[Any, str]) -> list[tuple[str, str]]:
    return [(member.value, name) for member, name in names.items()]


def _member(kind: Any, value: str | None) -> Any:
    return kind(value) if value in set(kind) else None


def _track(value: str) -> str:
    return value if value in TRACKS or read_id(value) is not None else ""


def _one_campaign(track: str) -> list[tuple[str, str]]:
    """The choice of whoever came from a campaign's page."""
    return [(track, "只看这次专项")] if track not in TRACKS and _track(track) else []


def midnight_of(day: str | None, later: timedelta) -> datetime | None:
    """The beginning of an ISO day in Shanghai, moved by whole days; None for what is no day."""
    try:
        wanted = date.fromisoformat(day or "") + later
    except (ValueError, OverflowError):
        return None
    # The first and the last year of the calendar do not survive the change to UTC.
    return datetime.combine(wanted, time(), SHANGHAI) if 1 < wanted.year < 9999 else None
