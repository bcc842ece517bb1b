"""Make HOTLINE_HOME ready: folders, tables, the scheme's community."""

from sqlalchemy import select

from handling.community import set_up_community
from handling.scheme import load_scheme
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
        if session.scalar(select(Station.id).limit(1)) is None:
            set_up_community(session, load_scheme(settings.scheme))
    database.close()
