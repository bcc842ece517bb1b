"""docs/board.md says what the code does."""

from pathlib import Path

from handling.stories import PER_PAGE
from handling.story_release import LONGEST
from hotline.attachments import LARGEST_SIDE, SMALL_SIDE
from hotline.board.parts import SECONDS_CACHED
from hotline.board.stories import SECONDS_OF_A_PHOTO
from tests.hotline.conftest import app, settings
from tests.hotline.desk.conftest import Browser, Desk, desk
from tests.hotline.desk.deeds import publish

__all__ = ["app", "desk", "settings"]

TEXT = (Path(__file__).parents[2] / "docs" / "board.md").read_text(encoding="utf-8")


def test_its_numbers_are_the_codes_numbers() -> None:
    assert (SECONDS_CACHED, SECONDS_OF_A_PHOTO) == (60, 300)
    for said in (
        f"at most {LONGEST} characters each",
        f"the {PER_PAGE} newest stories",
        f"{PER_PAGE} stories a page",
        f"at most {LARGEST_SIDE} and {SMALL_SIDE} pixels",
    ):
        assert said in TEXT


def test_every_field_of_the_json_is_described(desk: Desk) -> None:
    publish(desk, "疏通了")
    found = Browser(desk.app).get("/board/stories.json").get_json()
    for name in (*found, *found["figures"], *found["stories"][0]):
        assert f"`{name}`" in TEXT or f"stories[].{name}" in TEXT or name == "stories", name
