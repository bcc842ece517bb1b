from sqlalchemy.orm import Session

from handling.community import gazetteer, set_up_community
from handling.scheme import Scheme
from models import Courtyard, Station


def test_the_network_of_the_scheme_is_set_up_once(session: Session, scheme: Scheme) -> None:
    tianfu = session.query(Courtyard).filter_by(name="天福苑").one()
    tianfu.households = 49
    set_up_community(session, scheme)
    assert session.query(Station).count() == 43
    assert session.query(Courtyard).count() == 32
    assert tianfu.households == 49, "what people corrected stays"
    assert tianfu.station is not None
    assert tianfu.station.parent is not None
    assert (tianfu.station.tier, tianfu.station.parent.tier) == ("mobile", "grid")
    assert tianfu.station.parent.parent is not None
    assert tianfu.station.parent.parent.name == "书记工作室"


def test_courtyards_are_places_with_their_other_names(session: Session) -> None:
    places = {place.name: place for place in gazetteer(session)}
    assert len(places) == 32
    assert places["标件厂院落"].aliases == ("标件厂", "标件厂宿舍")
    assert {place.kind for place in places.values()} == {"courtyard"}
