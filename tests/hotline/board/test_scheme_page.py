"""“我们怎么办理”: residents read the scheme in force."""

import re
from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import update

from handling.scheme import Scheme, bundled_schemes, load_scheme
from hotline.app import create_app
from hotline.settings import Settings
from models import Database, Suggestion
from tests.fakes.clock import FakeClock
from tests.hotline.desk.conftest import Browser, Desk


@pytest.fixture(params=bundled_schemes())
def page(
    request: pytest.FixtureRequest, settings: Settings, database: Database, clock: FakeClock
) -> Iterator[tuple[Scheme, str]]:
    """A bundled scheme and what residents read about it."""
    app = create_app(settings.model_copy(update={"scheme": request.param}), clock)
    yield load_scheme(request.param), Browser(app).get("/board/scheme").text
    app.extensions["hotline"].database.close()


def test_each_level_is_letter_shape_and_word_with_its_time_and_who_is_responsible(
    page: tuple[Scheme, str],
) -> None:
    scheme, text = page
    for level in scheme.levels:
        badge = f'{level.code} <span aria-hidden="true">{level.shape}</span> {level.colour}·{level.name}'
        card = text.split(badge)[1].split("</div>")[0]
        assert f"{level.working_days}个工作日内答复" in card
        assert scheme.tier(level.tier).name in card
        assert ("专家" in card) == level.experts


def test_the_steps_stand_in_order_with_every_action_and_what_is_told(page: tuple[Scheme, str]) -> None:
    scheme, text = page
    headings = re.findall(r"<h3>第 \d+ 步 (.+?)</h3>", text)
    assert headings == [step.name for step in scheme.steps]
    for step, part in zip(scheme.steps, text.split("<h3>第 ")[1:], strict=True):
        assert all(action.name in part for action in step.actions)
        shown = part.count('class="sms"')
        assert shown == sum(bool(action.notice) for action in step.actions) + (step == scheme.first_step)


def test_every_way_of_speaking_up_is_named(page: tuple[Scheme, str]) -> None:
    scheme, text = page
    assert 'href="tel:+862885550000">028 8555 0000</a>' in text
    assert all(channel.name in text for channel in scheme.channels)


def test_the_page_is_for_everybody_without_script_or_cookie(app: Flask) -> None:
    answer = Browser(app).get("/board/scheme")
    assert answer.status_code == 200
    assert "<script" not in answer.text
    assert "style=" not in answer.text
    assert "Set-Cookie" not in answer.headers
    assert answer.headers["Cache-Control"] == "public, max-age=60"


def test_samples_read_like_the_sms_that_residents_get(app: Flask) -> None:
    text = Browser(app).get("/board/scheme").text
    assert "“您的建议已收到，编号1001。志愿者先核对，3月10日前答复您。" in text
    assert "“1001号的事开了坝坝会，〔同意户数〕户同意，通过：〔议定事项〕”" in text
    assert "送您50颗幸福种子" in text, "the points of that very action"


def test_the_board_and_every_case_lead_to_it(desk: Desk) -> None:
    number = desk.handled_case()
    for browser, path in ((Browser(desk.app), "/board/"), (desk.browser("wangfang"), f"/desk/cases/{number}")):
        assert 'href="/board/scheme">我们怎么办理</a>' in browser.get(path).text


def test_a_case_whose_step_is_gone_has_a_page_that_says_so(desk: Desk) -> None:
    number = desk.handled_case()
    with desk.database.write() as session:
        session.execute(update(Suggestion).values(step="old_step"))
    answer = desk.browser("liu").get(f"/desk/cases/{number}")
    assert answer.status_code == 200
    assert "这件事停在“old_step”" in answer.text
    assert "下一步</h2>" not in answer.text


def test_residents_read_who_hears_of_what_is_late(page: tuple[Scheme, str]) -> None:
    scheme, text = page
    assert scheme.supervision is not None
    late = text.split("办晚了也有人管：")[1].split("</p>")[0]
    assert "超期1小时，提醒责任人" in late
    for stage in scheme.supervision.stages[1:]:
        assert f"超期{stage.working_days}个工作日，{scheme.tier(stage.tier).name}督办" in late
