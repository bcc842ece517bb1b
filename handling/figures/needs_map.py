"""需求地图: the courtyards under their grids, shaded by how many needs came from each. Schematic: the tree of
stations is the map, no coordinates are needed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from handling.figures.counts import measure_by
from handling.figures.lists import Measured
from handling.figures.parts import Scope
from handling.scheme import Scheme
from models import Courtyard, Station

# 0: none; the others by share of the largest number.
SHADES = 5


@dataclass(frozen=True)
class Plot:
    """A courtyard. needs: valid suggestions; shade: 0 to 4."""

    id: int
    name: str
    needs: int
    shade: int
    open: int


@dataclass
class Block:
    """A grid (网格): a station below the main one, with the courtyards of all stations below it."""

    id: int | None
    name: str
    plots: list[Plot] = field(default_factory=list)

    @property
    def needs(self) -> int:
        return sum(plot.needs for plot in self.plots)


@dataclass(frozen=True)
class NeedsMap:
    """elsewhere: needs without a courtyard."""

    blocks: list[Block]
    largest: int
    elsewhere: int


def needs_map(session: Session, scheme: Scheme, scope: Scope, *, now: datetime) -> NeedsMap:
    """A fixed number of statements. Grids in the order of the scheme, courtyards by their number of needs."""
    rows = {row.key: row for row in measure_by(session, scheme, "courtyard", scope, now=now)}
    parents = {row[0]: row[1] for row in session.execute(select(Station.id, Station.parent_id))}
    names = {row[0]: row[1] for row in session.execute(select(Station.id, Station.name).order_by(Station.id))}
    courtyards = session.execute(select(Courtyard.id, Courtyard.name, Courtyard.station_id)).all()
    largest = max((rows[c.id].counts["valid"] for c in courtyards if c.id in rows), default=0)
    blocks: dict[int | None, Block] = {}
    for courtyard in courtyards:
        grid = grid_of(courtyard.station_id, parents)
        block = blocks.setdefault(grid, Block(grid, names.get(grid, "其他") if grid else "其他"))
        block.plots.append(_plot(courtyard.id, courtyard.name, rows.get(courtyard.id), largest))
    order = {station: place for place, station in enumerate(names)}
    found = sorted(blocks.values(), key=lambda block: order.get(block.id or 0, len(order)))
    for block in found:
        block.plots.sort(key=lambda plot: (-plot.needs, plot.name))
    nowhere = rows.get(None)
    return NeedsMap(found, largest, nowhere.counts["valid"] if nowhere else 0)


def grid_of(station_id: int | None, parents: Mapping[int, int | None]) -> int | None:
    """The station right below the main one, or the only one there is; None without any."""
    if station_id is None:
        return None
    while (parent := parents.get(station_id)) is not None and parents.get(parent) is not None:
        station_id = parent
    return station_id


def _plot(key: int, name: str, row: Measured | None, largest: int) -> Plot:
    needs = row.counts["valid"] if row else 0
    shade = 0 if not needs else 1 + min(SHADES - 2, (needs * (SHADES - 1) - 1) // largest)
    return Plot(key, name, needs, shade, row.counts["open"] if row else 0)
