"""The report and the exports of a campaign, read back."""

import csv
import io
import json

import pytest
from docx import Document
from openpyxl import load_workbook

from handling.campaigns.export import (
    results_object,
    write_answers_csv,
    write_results_json,
    write_results_xlsx,
)
from handling.campaigns.report import report_of, write_report
from handling.campaigns.running import close_campaign, report_campaign
from handling.campaigns.surveys import finish, record_answer, take_part
from handling.intake import open_suggestion
from handling.residents import find_or_add_resident
from models import AnswerMeans, Channel, Courtyard, ParticipationState
from tests.handling.campaigning import DAYS, HOW, WHERE, running
from tests.handling.conftest import MOBILE

PRIVATE = (MOBILE, "138****8000", "李桂芳", "三栋")


@pytest.fixture
def campaign(session, scheme, clock, people):
    """Thirteen people have answered; one of them with words that became a suggestion and a measure."""
    campaign = running(session, scheme, clock, people.coordinator, HOW, DAYS, WHERE)
    yards = session.query(Courtyard).order_by(Courtyard.id).limit(2).all()
    for number in range(13):
        phone = MOBILE if number == 0 else f"+861390013{number:04d}"
        resident = find_or_add_resident(session, phone, clock.now())
        resident.courtyard = yards[number % 2]
        session.flush()
        row = take_part(session, campaign, resident)
        for question, value in zip(campaign.questions, (number % 3 + 1, number % 7), strict=False):
            record_answer(session, row, question, AnswerMeans.SMS, clock.now(), value=value)
        if number == 0:
            case = open_suggestion(
                session,
                scheme,
                channel=Channel.SMS,
                resident=resident,
                understanding=None,
                received_at=clock.now(),
                now=clock.now(),
            )
            case.text, case.campaign = "我叫李桂芳，三栋门口加个红绿灯，电话13800138000", campaign
            case.converted_at, case.domain = clock.now(), "停车交通"
            record_answer(
                session, row, campaign.questions[2], AnswerMeans.SMS, clock.now(), text=case.text, suggestion=case
            )
        finish(row, ParticipationState.DONE, clock.now())
    close_campaign(session, campaign, clock.now())
    report_campaign(campaign, analysis="过马路最难。", decision="门口加红绿灯，\n下半年装。", now=clock.now())
    session.flush()
    return campaign


@pytest.fixture
def report(session, campaign):
    return report_of(session, campaign)


def words_of(document):
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(p.text for p in document.paragraphs), *cells])


def test_the_document_tells_from_publication_to_use(scheme, report, clock):
    file = io.BytesIO()
    write_report(scheme, report, file, clock.now())
    document = Document(io.BytesIO(file.getvalue()))
    headings = [p.text for p in document.paragraphs if p.style.name == "Heading 1"]
    assert headings == ["一、问卷发布", "二、数据分析", "三、转化运用", "四、建议的去向"]
    words = words_of(document)
    for part in (
        "“交通出行”",
        "13 人",
        "您平时出门主要怎么走？",
        "按院落",
        "过马路最难。",
        "下半年装。",
        "已采纳",
    ):
        assert part in words
    for secret in PRIVATE:
        assert secret not in words
    assert "某某" in words


def test_the_workbook_has_a_sheet_for_each_part(session, report):
    file = io.BytesIO()
    write_results_xlsx(session, report, file)
    book = load_workbook(file)
    assert book.sheetnames == ["概况", "每题", "交叉表", "原话", "答卷", "建议"]
    assert next(cell.value for cell in book["答卷"][1]) == "参加方式"
    assert book["答卷"].max_row == 14
    everything = str([[cell.value for cell in row] for sheet in book for row in sheet.iter_rows()])
    assert "红绿灯" in everything
    for secret in PRIVATE:
        assert secret not in everything


def test_each_line_of_the_csv_is_one_participant_and_nobody(session, campaign):
    file = io.BytesIO()
    write_answers_csv(session, campaign, file)
    rows = list(csv.reader(io.StringIO(file.getvalue().decode("utf-8-sig"))))
    assert len(rows) == 14
    assert rows[0][1] == "1. 您平时出门主要怎么走？"
    assert {row[1] for row in rows[1:]} == {"走路", "公交", "自己开车"}
    assert rows[1:] == sorted(rows[1:])


def test_the_json_says_the_same(report):
    file = io.BytesIO()
    write_results_json(report, file)
    told = json.loads(file.getvalue())
    assert told == json.loads(json.dumps(results_object(report)))
    assert told["questions"][0]["lines"][0] == {"label": "走路", "count": 5, "share": pytest.approx(5 / 13)}
    assert told["suggestions"]["adopted"] == 1
    assert told["progress"]["joined"] == 13
