"""资金 at the desk and 资金公示 on the board."""

from collections.abc import Callable
from io import BytesIO

import pytest
from PIL import Image
from sqlalchemy import select

from handling.money.booking import agree_shares
from hotline.settings import Settings
from models import MoneyEntry, Project, Suggestion
from tests.hotline.desk.conftest import Desk
from tests.hotline.desk.deeds import books, key_of, pays


@pytest.fixture
def photo() -> bytes:
    file = BytesIO()
    Image.new("RGB", (60, 40), "white").save(file, "JPEG")
    return file.getvalue()


def test_48_times_40_yuan_from_the_share_to_the_public_statement(desk: Desk, photo: bytes) -> None:
    number = desk.handled_case()
    worker, lead = desk.browser("wangfang"), desk.browser("liu")
    assert "建立账目" in worker.get(f"/desk/cases/{number}").text
    worker.get(f"/desk/cases/{number}/money")
    worker.post(f"/desk/cases/{number}/money/shares", households="48", share="40")
    assert "48 户 × 40元 = <strong>1,920元</strong>" in worker.get(f"/desk/cases/{number}/money").text
    pays(worker, number, doors="1-1-101 1-1-102，1-1-103")
    pays(worker, number, households="45")
    worker.get(f"/desk/cases/{number}/money")
    worker.post(f"/desk/cases/{number}/money/plan", item="疏通下水道", cost="1,900")
    assert books(worker, number, photo, kind="spending", amount="1900", note="管道疏通公司").status_code == 302
    page = worker.get(f"/desk/cases/{number}").text
    assert "48 户 × 40元 = 1,920元，已交 48 户" in page
    assert "20元" in page
    assert "票据.jpg" in worker.get(f"/desk/cases/{number}/money").text

    board = desk.app.test_client()
    assert "1,920元" not in board.get("/board/money").text
    assert worker.post(f"/desk/cases/{number}/money/publish").status_code == 403
    lead.get(f"/desk/cases/{number}/money")
    lead.post(f"/desk/cases/{number}/money/publish")
    public = board.get("/board/money").text
    for shown in ("48 户商量好每户 40元", "1,920元", "已经交了 48 户", "管道疏通公司：1,900元", "20元"):
        assert shown in public
    assert "1-1-101" not in public, "households by their number, never which"
    lead.post(f"/desk/cases/{number}/money/publish", withdraw="1")
    assert "1,920元" not in board.get("/board/money").text


def test_what_is_refused_is_said_and_the_text_is_kept(desk: Desk) -> None:
    number = desk.handled_case()
    worker = desk.browser("wangfang")
    answer = books(worker, number, kind="spending", amount="5", note="铁锹")
    assert answer.status_code == 422
    assert "账上只有0元" in answer.text
    assert 'value="铁锹"' in answer.text
    assert "金额要写成40或40.50的样子" in books(worker, number, kind="donation", amount="很多").text
    assert "只收照片" in books(worker, number, b"<script>", kind="donation", amount="5").text
    assert books(worker, number, kind="match", amount="5").status_code == 403
    assert books(worker, number, kind="bribe", amount="5").status_code == 400
    with desk.database.read() as session:
        assert session.scalars(select(MoneyEntry)).all() == []


def test_a_second_press_books_nothing_twice_and_a_mistake_is_taken_back(desk: Desk) -> None:
    number = desk.handled_case()
    worker, lead = desk.browser("wangfang"), desk.browser("liu")
    key = key_of(worker.get(f"/desk/cases/{number}/money").text, "p")
    for _ in range(2):
        worker.post(f"/desk/cases/{number}/money/paid", key=key, households="4", each="40")
    assert worker.post(f"/desk/cases/{number}/money/entries/1/correct", reason="数错").status_code == 403
    lead.get(f"/desk/cases/{number}/money")
    assert "要写明为什么冲正" in lead.post(f"/desk/cases/{number}/money/entries/1/correct", reason=" ").text
    lead.post(f"/desk/cases/{number}/money/entries/1/correct", reason="数错，是3户")
    page = lead.get(f"/desk/cases/{number}/money").text
    assert "冲正：居民分摊 4 户，数错，是3户" in page
    assert "已冲正" in page
    with desk.database.read() as session:
        assert [entry.amount for entry in session.scalars(select(MoneyEntry))] == [16000, -16000]


def test_only_those_who_work_on_the_case_see_its_money(desk: Desk) -> None:
    number = desk.handled_case()
    assert desk.browser("zhang").get(f"/desk/cases/{number}/money").status_code == 403
    assert desk.browser("zhiyuan").get(f"/desk/cases/{number}/money").status_code == 403
    other = desk.handled_case()
    lead = desk.browser("liu")
    pays(lead, number, households="1", each="40")
    assert lead.post(f"/desk/cases/{other}/money/entries/1/correct", reason="x").status_code == 404


def test_the_public_statement_costs_the_same_for_many_projects(
    desk: Desk, count_statements: Callable[[Callable[[], object]], int]
) -> None:
    board = desk.app.test_client()

    def add() -> None:
        number = desk.handled_case()
        with desk.database.write() as session:
            case = session.scalars(select(Suggestion).where(Suggestion.number == number)).one()
            user = case.handler
            assert user
            agree_shares(session, case, households=3, share=100, user=user, now=desk.clock.now())
            for project in session.scalars(select(Project)):
                project.published_at = desk.clock.now()

    add()
    few = count_statements(lambda: board.get("/board/money"))
    for _ in range(4):
        add()
    assert count_statements(lambda: board.get("/board/money")) == few <= 6


class TestMatching:
    @pytest.fixture
    def settings(self, settings: Settings) -> Settings:
        return settings.model_copy(update={"scheme": "gongzhi"})

    def test_the_fund_adds_as_much_as_residents_raised(self, desk: Desk) -> None:
        number = desk.handled_case()
        lead = desk.browser("liu")
        lead.get(f"/desk/cases/{number}/money")
        lead.post(f"/desk/cases/{number}/money/plan", item="加装扶手", cost="4000")
        pays(lead, number, households="30", each="40")
        assert "现在最多 <strong>0元</strong>" in lead.get(f"/desk/cases/{number}/money").text
        pays(lead, number, households="1", each="0.01")
        assert "现在最多 <strong>1,200.01元</strong>" in lead.get(f"/desk/cases/{number}/money").text
        assert "最多配套1,200.01元" in books(lead, number, kind="match", amount="1300").text
        assert books(lead, number, kind="match", amount="1200").status_code == 302
        assert "公益创投" in lead.get(f"/desk/cases/{number}/money").text
        assert books(lead, number, kind="grant", amount="500", source="venture").status_code == 302
