"""The review page shows the second opinion beside the keywords where they differ."""

import pytest

from handling.learning.second_opinions import folder_of
from hotline.settings import Settings
from nlp.second_opinion import forget, keep, train
from tests.hotline.desk.conftest import Desk
from tests.nlp.test_second_opinion import EXAMPLES


@pytest.fixture
def learned(settings: Settings) -> None:
    keep(folder_of(settings.home), "domain", train(EXAMPLES), {})


def page_of(desk: Desk, text: str, domain: str) -> str:
    number = desk.case(text, domain=domain)
    return desk.browser("zhiyuan").get(f"/desk/review/{number}").text


@pytest.mark.usefixtures("learned")
def test_a_different_second_opinion_is_shown_with_its_reason_and_decides_nothing(desk: Desk) -> None:
    number = desk.case("西门那个垃圾桶满了", domain="公共设施维护")
    page = desk.browser("zhiyuan").get(f"/desk/review/{number}").text
    assert "按词：公共设施维护" in page
    assert "<strong>环境卫生</strong>（因为说到" in page
    assert "<option selected>公共设施维护</option>" in page
    assert desk.read(number).domain == "公共设施维护"


@pytest.mark.usefixtures("learned")
def test_the_same_opinion_is_not_worth_a_line(desk: Desk) -> None:
    assert "另有看法" not in page_of(desk, "西门那个垃圾桶满了", "环境卫生")


@pytest.mark.usefixtures("learned")
def test_after_it_lost_against_the_keywords_nothing_is_shown(desk: Desk, settings: Settings) -> None:
    forget(folder_of(settings.home), "domain")
    assert "另有看法" not in page_of(desk, "西门那个垃圾桶满了", "公共设施维护")


def test_a_broken_model_keeps_nobody_from_reviewing(desk: Desk, settings: Settings) -> None:
    folder_of(settings.home).mkdir(parents=True)
    (folder_of(settings.home) / "domain.npz").write_bytes(b"broken")
    assert "核对" in page_of(desk, "西门那个垃圾桶满了", "公共设施维护")
