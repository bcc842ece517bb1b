"""积分兑换 and 评选荣誉 on the desk, and the honours on the board."""

import re
from collections.abc import Callable

from handling.residents import find_or_add_resident
from handling.residents.consents import give_consent
from handling.residents.points import award, balance_of
from models import Honour, Notice, PointsTransaction, Purpose, Redemption, Resident, Reward
from tests.hotline.desk.conftest import Desk
from tests.hotline.desk.deeds import saver


def balance(desk: Desk, resident_id: int) -> int:
    with desk.database.read() as session:
        return balance_of(session, resident_id)


def reward_id(desk: Desk, code: str) -> str:
    with desk.database.read() as session:
        return str(session.query(Reward).filter_by(code=code).one().id)


def test_redeeming_at_the_desk_tells_the_resident_and_happens_once_a_form(desk: Desk) -> None:
    resident, lead = saver(desk), desk.browser("liu")
    page = lead.get(f"/desk/residents/{resident}").text
    nonce = re.search(r'name="form" value="(\w+)"', page)
    assert nonce
    form = {"form": nonce[1], "reward": reward_id(desk, "towel")}
    for _ in range(2):
        assert lead.post(f"/desk/residents/{resident}/redeem", **form).status_code == 302
    assert balance(desk, resident) == 10
    with desk.database.read() as session:
        [told] = session.query(Notice)
        assert told.body == "【城北社区】换好了：毛巾，用了20颗种子，还有10颗种子。带这部电话到社区来领。"
        redemption = session.query(Redemption).one()
    refused = lead.post(f"/desk/residents/{resident}/redeem", form="other", reward=reward_id(desk, "towel"))
    assert "没有换成：要20分，只有10分" in lead.get(refused.location).text
    assert "毛巾" in lead.get("/desk/rewards").text
    lead.post(f"/desk/redemptions/{redemption.id}/cancelled")
    assert balance(desk, resident) == 30
    late = lead.post(f"/desk/redemptions/{redemption.id}/handed")
    assert "已经领走或者退掉了" in lead.get(late.location).text


def test_the_desk_keeps_prices_and_stock(desk: Desk) -> None:
    saver(desk)
    lead, worker = desk.browser("liu"), desk.browser("wangfang")
    lead.get("/desk/rewards")
    assert lead.post("/desk/rewards", name="大米", cost="45", stock="3", active="1").status_code == 302
    assert lead.post("/desk/rewards", name="菜油", cost="40", stock="", active="1").status_code == 302
    wrong = lead.post("/desk/rewards", name="", cost="-1", stock="x")
    assert wrong.status_code == 422
    assert wrong.text.count("✕") == 3
    with desk.database.read() as session:
        rice = session.query(Reward).filter_by(name="大米").one()
        assert (rice.cost, rice.stock) == (45, 3)
        assert session.query(Reward).filter_by(name="菜油").one().stock is None
    assert "加一样" not in worker.get("/desk/rewards").text
    assert worker.post("/desk/rewards", name="大米", cost="1").status_code == 403


def test_a_wrong_award_is_taken_back_by_a_leader(desk: Desk) -> None:
    resident, lead = saver(desk, 1), desk.browser("liu")
    with desk.database.read() as session:
        wrong = session.query(PointsTransaction).one().id
    lead.get(f"/desk/residents/{resident}")
    for _ in range(2):
        lead.post(f"/desk/points/{wrong}/reverse")
    assert balance(desk, resident) == 0
    assert desk.browser("wangfang").post(f"/desk/points/{wrong}/reverse").status_code in (400, 403)


def test_an_honour_is_decided_by_a_person_and_named_on_the_board_with_consent(desk: Desk) -> None:
    resident, lead = saver(desk), desk.browser("liu")
    page = lead.get("/desk/honours").text
    assert "金点子达人" in page
    assert "3 次" in page
    path = f"/desk/honours/ideas/{resident}"
    assert lead.post(path, year="2026", award="1", reason="点子多").status_code == 302
    assert lead.post(path, year="2026", award="1").status_code == 409
    assert "没有同意公开" in lead.get("/desk/honours").text
    with desk.database.write() as session:
        assert session.query(Honour).one().awarded
        person = session.get_one(Resident, resident)
        person.name = "王秀英"
    assert "王秀英" not in lead.get("/board/honours").text
    with desk.database.write() as session:
        person = session.get_one(Resident, resident)
        give_consent(session, person, Purpose.HONOURS, how="书面签字", now=desk.clock.now())
    shown = lead.get("/board/honours").text
    assert "王秀英" in shown
    assert "金点子达人" in shown
    assert "公示栏上有" in lead.get("/desk/honours").text


def test_a_list_of_honours_costs_the_same_however_long(
    desk: Desk, count_statements: Callable[[Callable[[], object]], int]
) -> None:
    saver(desk)
    lead = desk.browser("liu")
    one = count_statements(lambda: lead.get("/desk/honours"))
    with desk.database.write() as session:
        for number in range(4):
            resident = find_or_add_resident(session, f"+861390013900{number}", desk.clock.now())
            assert resident is not None
            for turn in range(3):
                key = f"{number}:{turn}"
                award(session, desk.scheme.points_rule("valid"), resident, key=key, now=desk.clock.now())
    assert count_statements(lambda: lead.get("/desk/honours")) <= one
