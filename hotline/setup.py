"""Make HOTLINE_HOME ready: folders, tables, the scheme's community."""

from collections import deque

from sqlalchemy import select

from handling.community import add_units, set_up_community
from handling.residents.rewards import set_up_rewards
from handling.scheme.editions import scheme_in_force
from handling.search import is_complete, rebuild
from hotline.settings import Settings
from models import Database, Station
from models.schema import upgrade_schema


def prepare_home(settings: Settings) -> None:
    """Safe to repeat. An empty home gets the scheme's community and no users."""
    # 0700: recordings are personal data.
    settings.home.mkdir(parents=True, exist_ok=True, mode=0o700)
    settings.recordings_dir.mkdir(exist_ok=True, mode=0o700)
    database = Database(settings.database_url)
    upgrade_schema(database)
    with database.write() as session:
        scheme = scheme_in_force(session, settings.scheme)
        if session.scalar(select(Station.id).limit(1)) is None:
            set_up_community(session, scheme)
        # Homes of before units were known get them too.
        add_units(session, scheme)
        set_up_rewards(session, scheme)
    with database.read() as session:
        searchable = is_complete(session)
    if not searchable:
        deque(rebuild(database), maxlen=0)
    database.close()
