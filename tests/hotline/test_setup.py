"""What a start makes ready."""

from sqlalchemy import delete

from handling.search import is_complete
from hotline.settings import Settings
from hotline.setup import prepare_home
from models import SearchEntry
from tests.hotline.desk.conftest import Desk, desk  # noqa: F401 (a fixture)


def test_cases_of_an_earlier_version_can_be_searched_after_the_start(desk: Desk, settings: Settings) -> None:
    desk.case()
    with desk.database.write() as session:
        session.execute(delete(SearchEntry))
    prepare_home(settings)
    with desk.database.read() as session:
        assert is_complete(session)
