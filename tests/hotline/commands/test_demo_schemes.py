"""The demonstration with another community's way of working."""

from pathlib import Path

import pytest
from sqlalchemy import select

from handling.community import set_up_community
from handling.scheme import load_scheme
from hotline.demo.home import add_people, demo_settings
from hotline.demo.story import fits
from models import Database, User


@pytest.mark.parametrize(
    ("scheme", "whole"),
    [
        ("chengbei", True),
        ("gongzhi", True),
        ("jintu", False),
        ("shiniuyan", False),
        ("jinbi", False),
        ("minimal", False),
    ],
)
def test_the_story_is_told_where_its_steps_are_known(scheme: str, whole: bool) -> None:
    assert fits(load_scheme(scheme)) is whole


def test_its_people_have_only_ranks_that_the_scheme_knows(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOTLINE_HOME", str(tmp_path))
    monkeypatch.setenv("HOTLINE_SCHEME", "shiniuyan")
    scheme = load_scheme("shiniuyan")
    with database.write() as session:
        set_up_community(session, scheme)
    add_people(demo_settings(8000), database)
    with database.read() as session:
        ranks = set(session.scalars(select(User.tier)))
    assert ranks == {"", "micro_grid", "secretary"}
