"""四早四快 on the page of a case, by the case's own rules."""

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from handling.community import set_up_community
from handling.scheme import load_scheme
from hotline.app import create_app
from hotline.settings import Settings
from models import Database, User
from tests.fakes.clock import FakeClock
from tests.handling.story import begin
from tests.hotline.desk.conftest import Browser
from tests.passwords import HASH


@pytest.fixture
def jintu_app(settings: Settings, database: Database, clock: FakeClock) -> Any:
    with database.write() as session:
        set_up_community(session, load_scheme("jintu"))
    made = create_app(settings.model_copy(update={"scheme": "jintu"}), clock)
    made.testing = True
    yield made
    made.extensions["hotline"].database.close()


def test_a_case_says_which_times_were_kept(jintu_app: Flask, database: Database, clock: FakeClock) -> None:
    with database.write() as session:
        story = begin(session, clock, "jintu", "书香云亭的路灯坏了", level="C")
        clock.advance(days=2)
        story.act(story.coordinator, "assign", handler=str(story.handler.id))
        user = session.scalars(select(User).where(User.username == "liu")).one()
        user.password_hash = HASH
        number = story.case.number
    page = Browser(jintu_app, "liu").get(f"/desk/cases/{number}").text
    panel = page.split('id="indicators-title"')[1].split("</section>")[0]
    assert "做到了" in panel.split("早受理")[1].split("</li>")[0]
    assert "没做到" in panel.split("早响应")[1].split("</li>")[0]
    assert "还没开始" in panel.split("快研判")[1].split("</li>")[0]
    assert panel.count("<li>") == 8


def test_the_page_of_measured_times_leads_to_the_cases_that_missed_one(
    jintu_app: Flask, database: Database, clock: FakeClock
) -> None:
    with database.write() as session:
        story = begin(session, clock, "jintu", "书香云亭的路灯坏了", level="C")
        clock.advance(days=2)
        story.act(story.coordinator, "assign", handler=str(story.handler.id))
        session.scalars(select(User).where(User.username == "liu")).one().password_hash = HASH
        number = story.case.number
    browser = Browser(jintu_app, "liu")
    page = browser.get("/desk/figures/indicators").text
    assert "从“收到”到“派人调研”或“记录调研”" in page
    assert "/desk/figures/indicators/early_accept?" not in page, "it was kept"
    missed = browser.get("/desk/figures/indicators/early_answer").text
    assert f"{number} 号" in missed
    assert "24小时内" in missed
    assert browser.get("/desk/figures/indicators/nothing").status_code == 404
