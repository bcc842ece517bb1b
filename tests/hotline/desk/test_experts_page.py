"""智囊团 and 专家论证 at the desk."""

from sqlalchemy import select

from handling.experts import give_opinion, stand_aside
from models import Expert, OpinionRequest, Verdict
from tests.hotline.desk.conftest import Desk
from tests.hotline.desk.deeds import WANG


def test_the_directory_names_its_gaps_and_takes_new_people(desk: Desk) -> None:
    liu = desk.browser("liu")
    assert "没有“智慧社区”领域的专家" in liu.get("/desk/experts").text
    refused = liu.post("/desk/experts", **{**WANG, "phone": "12", "fields": " "})
    assert refused.status_code == 422
    assert "这不像电话号码" in refused.text
    assert "请写1到12个领域" in refused.text
    assert liu.post("/desk/experts", **{**WANG, "fields": "智慧社区，电梯"}).status_code == 302
    page = liu.get("/desk/experts").text
    assert "王工" in page
    assert "没有“智慧社区”" not in page
    assert "没有“特色文化”领域的专家" in page
    assert "139****0001" in page
    assert "13900000001" not in page
    # A handler reads the directory and changes nothing.
    worker = desk.browser("wangfang")
    assert "加一位" not in worker.get("/desk/experts").text
    assert worker.post("/desk/experts", **WANG).status_code == 403


def test_conflicts_are_ticked_and_kept(desk: Desk) -> None:
    liu = desk.browser("liu")
    liu.get("/desk/experts")
    liu.post("/desk/experts", **WANG, **{"conflict-courtyard-1": "1", "conflict-unit-99": "1"})
    with desk.database.read() as session:
        expert = session.scalars(select(Expert)).one()
        assert [(c.courtyard_id, c.unit_id) for c in expert.conflicts] == [(1, None)]
    page = liu.get(f"/desk/experts/{expert.id}").text
    assert 'name="conflict-courtyard-1" value="1" checked' in page
    liu.post(f"/desk/experts/{expert.id}", **{**WANG, "active": "0"})
    assert "已经不在智囊团" in liu.get("/desk/experts").text


def test_an_opinion_is_asked_for_and_written_down_on_the_case(desk: Desk) -> None:
    number = desk.handled_case(level="B")
    desk.browser("liu").get("/desk/experts")
    with desk.database.write() as session:
        session.add(Expert(name="王工", fields=["公共设施维护"], created_at=desk.clock.now()))
        session.add(Expert(name="李律师", fields=["法律"], created_at=desk.clock.now()))
    worker = desk.browser("wangfang")
    page = worker.get(f"/desk/cases/{number}").text
    assert "B类要先有专家可行性意见" in page
    assert page.index("王工") < page.index("李律师"), "who knows the field stands first"
    asked = worker.post(f"/desk/cases/{number}/opinions", expert="1", due="2026-03-16", question="管子够不够粗")
    assert asked.status_code == 302
    assert "等意见" in worker.get(f"/desk/cases/{number}").text
    worker.post("/desk/opinions/1", verdict="conditional", reasons="要换粗管子", cost="3,000.50", conditions="")
    assert "有条件可行，要写明条件" in worker.get(f"/desk/cases/{number}").text
    worker.post(
        "/desk/opinions/1", verdict="conditional", reasons="要换粗管子", cost="3,000.50", conditions="先报批"
    )
    page = worker.get(f"/desk/cases/{number}").text
    assert "3,000.50元" in page
    assert "B类要先有专家可行性意见" not in page
    with desk.database.read() as session:
        request = session.scalars(select(OpinionRequest)).one()
        assert (request.verdict, request.cost) == (Verdict.CONDITIONAL, 300050)


def test_only_those_who_work_on_the_case_ask_and_answer(desk: Desk) -> None:
    number = desk.handled_case(level="B")
    with desk.database.write() as session:
        session.add(Expert(name="王工", fields=["公共设施维护"], created_at=desk.clock.now()))
    other = desk.browser("zhang")
    other.get("/desk/experts")
    assert other.post(f"/desk/cases/{number}/opinions", expert="1", due="2026-03-16").status_code == 403
    assert other.post("/desk/cases/9999/opinions", expert="1", due="2026-03-16").status_code == 404
    liu = desk.browser("liu")
    liu.get("/desk/experts")
    liu.post(f"/desk/cases/{number}/opinions", expert="1", due="tomorrow")
    assert "请选一个日期" in liu.get(f"/desk/cases/{number}").text
    liu.post(f"/desk/cases/{number}/opinions", expert="1", due="2026-03-16")
    assert other.post("/desk/opinions/1", verdict="feasible", reasons="x").status_code == 403
    liu.post("/desk/opinions/1/withdraw")
    assert "不再请" in liu.get(f"/desk/cases/{number}").text


def test_what_experts_said_by_text_is_shown_as_theirs(desk: Desk) -> None:
    number = desk.handled_case(level="B")
    with desk.database.write() as session:
        for name in ("王工", "李工"):
            session.add(Expert(name=name, fields=["公共设施维护"], created_at=desk.clock.now()))
    worker = desk.browser("wangfang")
    worker.get(f"/desk/cases/{number}")
    for expert in ("1", "2"):
        worker.post(f"/desk/cases/{number}/opinions", expert=expert, due="2026-03-16")
    with desk.database.write() as session:
        said, aside = session.scalars(select(OpinionRequest).order_by(OpinionRequest.id))
        now, own = desk.clock.now(), {"cost": None, "conditions": "", "user": None}
        give_opinion(session, said, verdict=Verdict.FEASIBLE, reasons="管子够粗", **own, now=now)  # type: ignore[arg-type]
        stand_aside(session, aside, "承包商是我亲戚", user=None, now=now)
    page = worker.get(f"/desk/cases/{number}").text
    assert "管子够粗" in page
    assert "本人短信" in page
    assert "承包商是我亲戚" in page
    assert "不再请李工" not in page, "nothing more to withdraw"
