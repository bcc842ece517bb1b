"""The community as the scheme describes it: stations (征集点) and courtyards (院落)."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from handling.scheme import Scheme
from models import Courtyard, Station, Unit
from nlp.understanding import PlaceEntry


def set_up_community(session: Session, scheme: Scheme) -> None:
    """Add the scheme's stations and courtyards that are not there yet. What people changed stays."""
    stations = {station.code: station for station in session.scalars(select(Station))}
    for entry in scheme.community.stations:
        if entry.code not in stations:
            parent = stations[entry.parent] if entry.parent else None
            station = Station(code=entry.code, name=entry.name, tier=entry.tier, parent=parent)
            session.add(station)
            stations[entry.code] = station
    known = set(session.scalars(select(Courtyard.name)))
    for courtyard in scheme.community.courtyards:
        if courtyard.name not in known:
            session.add(
                Courtyard(
                    name=courtyard.name,
                    aliases=list(courtyard.aliases),
                    households=courtyard.households,
                    station=stations.get(courtyard.station),
                )
            )
    add_units(session, scheme)
    session.flush()


def add_units(session: Session, scheme: Scheme) -> None:
    """The scheme's departments and partners that are not there yet. What people changed stays."""
    known = set(session.scalars(select(Unit.code)))
    session.add_all(
        Unit(code=entry.code, name=entry.name, kind=entry.kind, phone=entry.phone or None)
        for entry in scheme.units
        if entry.code not in known
    )


def gazetteer(session: Session) -> list[PlaceEntry]:
    """The courtyards as places that `nlp` finds in what people say."""
    courtyards = session.scalars(select(Courtyard).where(Courtyard.active).order_by(Courtyard.id))
    return [PlaceEntry(name=c.name, aliases=tuple(c.aliases), kind="courtyard") for c in courtyards]
