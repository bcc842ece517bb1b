"""The ledger as a file: the contract's keys, safe in every spreadsheet."""

import csv
import io
import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from openpyxl import load_workbook
from sqlalchemy.orm import Session

from handling.casework import take_action
from handling.export import COLUMNS, write_csv, write_json, write_xlsx
from handling.intake import open_suggestion
from handling.ledger import LedgerFilter, ledger_rows
from handling.residents import find_or_add_resident
from handling.review import confirm_review
from handling.scheme import Scheme
from hotline.commands.export import export
from models import Channel, Database, Suggestion
from nlp.understanding import Understanding
from tests.fakes.clock import FakeClock
from tests.handling.conftest import MOBILE, People

KEYS = [
    *("number", "received_at", "channel", "phone", "text", "standard_text", "place", "domain", "demand_type"),
    *("urgency", "level", "colour", "handler", "due", "state"),
]
DANGEROUS = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1+1", "＋1", "－1", "＠x"]


@pytest.fixture
def report(session: Session, scheme: Scheme, clock: FakeClock) -> Callable[..., Suggestion]:
    def made(text: str, phone: str = MOBILE) -> Suggestion:
        now = clock.now()
        return open_suggestion(
            session,
            scheme,
            channel=Channel.SMS,
            resident=find_or_add_resident(session, phone, now),
            understanding=Understanding(text, text, "公共设施维护", "投诉", "urgent", "", (), ()),
            received_at=now - timedelta(minutes=5),
            now=now,
        )

    return made


def exported(session: Session, scheme: Scheme, clock: FakeClock, write: Callable[..., None]) -> io.BytesIO:
    file = io.BytesIO()
    session.flush()
    write(scheme, ledger_rows(session, LedgerFilter(sort="number"), now=clock.now()), file)
    return io.BytesIO(file.getvalue())


def test_json_holds_the_contracts_keys_in_codes(
    session: Session, scheme: Scheme, clock: FakeClock, people: People, report: Callable[..., Suggestion]
) -> None:
    case = report("天福苑的下水道堵了")
    decided = {"domain": case.domain, "demand_type": "投诉", "urgency": case.urgency, "level": "A"}
    confirm_review(
        session,
        scheme,
        case,
        people.volunteer,
        text=case.text,
        **decided,  # type: ignore[arg-type]
        courtyard_id=None,
        place="天福苑大门口",
        valid=True,
        merge_into=None,
        note="",
        now=clock.now(),
    )
    given = {"level": "A", "handler": str(people.worker.id)}
    take_action(session, scheme, case, people.coordinator, "assign", given, now=clock.now())
    (row,) = json.load(exported(session, scheme, clock, write_json))
    assert list(row) == KEYS == list(COLUMNS)
    assert row == {
        "number": 1001,
        "received_at": "2026-03-09T08:55:00+08:00",
        "channel": "sms",
        "phone": "138****8000",
        "text": "天福苑的下水道堵了",
        "standard_text": "天福苑的下水道堵了",
        "place": "天福苑大门口",
        "domain": "公共设施维护",
        "demand_type": "投诉",
        "urgency": "urgent",
        "level": "A",
        "colour": "红",
        "handler": "王芳",
        "due": "2026-03-10T18:00:00+08:00",
        "state": "handling",
    }


def test_an_empty_ledger_is_an_empty_list(session: Session, scheme: Scheme, clock: FakeClock) -> None:
    assert json.load(exported(session, scheme, clock, write_json)) == []


def test_csv_has_the_keys_as_header_and_no_mark_before_them(
    session: Session, scheme: Scheme, clock: FakeClock, report: Callable[..., Suggestion]
) -> None:
    report('第一行，\n第二行“引号”"')
    text = exported(session, scheme, clock, write_csv).read().decode("utf-8")
    assert text.splitlines()[0] == ",".join(KEYS)
    (row,) = csv.DictReader(io.StringIO(text, newline=""))
    assert row["text"] == '第一行，\n第二行“引号”"'
    assert row["phone"] == "138****8000"


def test_no_cell_of_a_csv_begins_like_a_formula(
    session: Session, scheme: Scheme, clock: FakeClock, report: Callable[..., Suggestion]
) -> None:
    for text in DANGEROUS:
        report(text)
    text = exported(session, scheme, clock, write_csv).read().decode("utf-8")
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    assert len(rows) == len(DANGEROUS)
    for row, given in zip(rows, DANGEROUS, strict=True):
        assert row["text"] == f"'{given}"


def test_no_cell_of_an_xlsx_is_a_formula(
    session: Session, scheme: Scheme, clock: FakeClock, report: Callable[..., Suggestion]
) -> None:
    for text in DANGEROUS:
        report(text)
    sheet = load_workbook(exported(session, scheme, clock, write_xlsx)).active
    assert sheet is not None
    cells = [cell for row in sheet.iter_rows(min_row=2) for cell in row]
    assert {cell.data_type for cell in cells if cell.value is not None} == {"s", "n"}
    assert sheet["E2"].value == "'=1+1"


def test_xlsx_speaks_chinese_and_survives_control_characters(
    session: Session, scheme: Scheme, clock: FakeClock, report: Callable[..., Suggestion]
) -> None:
    report("路灯\x0b坏了\x1f")
    sheet = load_workbook(exported(session, scheme, clock, write_xlsx)).active
    assert sheet is not None
    header, row = ([cell.value for cell in line] for line in sheet.iter_rows())
    assert header == list(COLUMNS.values())
    assert header[:4] == ["编号", "收到时间", "建议来源", "电话"]
    assert row[:5] == [1001, "2026-03-09 08:55", "短信", "138****8000", "路灯坏了"]
    assert row[-1] == "待核对"


@pytest.mark.parametrize("ending", ["json", "csv", "xlsx", "JSON"])
def test_the_command_writes_the_file_that_its_ending_names(
    database: Database,
    session: Session,
    report: Callable[..., Suggestion],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    ending: str,
) -> None:
    report("路灯坏了")
    session.commit()
    monkeypatch.setenv("HOTLINE_HOME", str(tmp_path))
    monkeypatch.setenv("HOTLINE_DATABASE_URL", database.url.render_as_string(hide_password=False))
    target = tmp_path / f"ledger.{ending}"
    result = CliRunner().invoke(export, [str(target)])
    assert result.exit_code == 0, result.output
    begins = {"json": b'[\n{"number": 1001', "csv": b"number,received_at", "xlsx": b"PK"}
    assert target.read_bytes().startswith(begins[ending.lower()])
    assert not list(tmp_path.glob(".ledger*")), "no half-written file stays behind"


def test_the_command_refuses_an_ending_that_it_does_not_know(tmp_path: Path) -> None:
    result = CliRunner().invoke(export, [str(tmp_path / "ledger.pdf")])
    assert result.exit_code != 0
    assert ".xlsx, .csv or .json" in result.output
