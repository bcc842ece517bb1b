"""代录 and prints on the desk."""

from handling.scheme import load_scheme
from models import Suggestion
from tests.hotline.desk.conftest import Browser, Desk


def test_many_notes_of_one_box_are_typed_in_a_row(desk: Desk) -> None:
    worker = desk.browser("wangfang")
    page = worker.get("/desk/new")
    for name in ("移动征集点", "坝坝会", "当面说的、其他"):
        assert name in page.text
    first = worker.post("/desk/new", source="courtyard_meeting", text="天福苑的下水道堵了", said_on="")
    assert first.status_code == 302
    assert "source=courtyard_meeting" in first.location
    again = worker.get(first.location).text
    assert "1001 号，录好了" in again
    assert 'value="courtyard_meeting" checked' in again
    worker.post("/desk/new", source="courtyard_meeting", text="天福苑的下水道又堵了，臭得很")
    text = worker.get("/desk/new").text
    assert "今天录了 2 条" in text
    assert "可能和这些是同一件事" in text
    assert "坝坝会" in desk.browser("liu").get("/desk/cases/1001").text
    assert "坝坝会" in desk.browser("liu").get("/desk/ledger").text
    with desk.database.read() as session:
        assert {case.source for case in session.query(Suggestion)} == {"courtyard_meeting"}


def test_a_mistake_keeps_what_was_typed(desk: Desk) -> None:
    worker = desk.browser("wangfang")
    worker.get("/desk/new")
    answer = worker.post("/desk/new", source="mobile_point", text="路灯坏了", phone="123", said_on="x")
    assert answer.status_code == 422
    assert "请选一个日期" in answer.text
    assert "路灯坏了</textarea>" in answer.text
    with desk.database.read() as session:
        assert session.query(Suggestion).count() == 0


def test_the_empty_form_and_the_ledger_are_printed(desk: Desk) -> None:
    desk.case()
    lead = desk.browser("liu")
    assert "印哪个征集点的名字" in lead.get("/desk/paper").text
    for path in ("/desk/paper.pdf?station=all", "/desk/paper.pdf", "/desk/ledger/print.pdf?state=review"):
        answer = lead.get(path)
        assert answer.mimetype == "application/pdf"
        assert answer.data.startswith(b"%PDF-")
    for path in ("/desk/paper.docx?station=1", "/desk/ledger/print.docx"):
        assert lead.get(path).data.startswith(b"PK")
    assert lead.get("/desk/paper.txt").status_code == 404
    assert desk.browser("wangfang").get("/desk/ledger/print.pdf").status_code == 403


def test_a_scheme_with_forms_offers_them_on_the_case_page(desk: Desk) -> None:
    number = desk.handled_case()
    lead = desk.browser("liu")
    assert "打印表单" not in lead.get(f"/desk/cases/{number}").text, "chengbei has none"
    assert lead.get(f"/desk/cases/{number}/forms/record.pdf").status_code == 404
    hotline = desk.app.extensions["hotline"]
    desk.app.extensions["hotline"] = hotline.__class__(**{**hotline.__dict__, "scheme": load_scheme("jintu")})
    other: Browser = desk.browser("liu")
    other.get("/desk/new")
    other.post("/desk/new", source="box", text="书香云亭的架子松了")
    page = other.get("/desk/cases/1002").text
    assert "建议征集记录单" in page
    answer = other.get("/desk/cases/1002/forms/record.pdf")
    assert answer.mimetype == "application/pdf"
    assert other.get("/desk/cases/1002/forms/record.docx").data.startswith(b"PK")
    assert desk.browser("zhiyuan").get("/desk/cases/1002/forms/record.pdf").status_code == 403
