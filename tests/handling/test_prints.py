"""What is printed: whole, in Chinese that every machine shows, and without telephone numbers in the open."""

from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import pytest
from docx import Document
from pypdfium2 import PdfDocument
from sqlalchemy.orm import Session

from handling.prints import Listing, Sheet, docx_of, form_sheet, ledger_listing, paper_sheet, pdf_of
from handling.prints.pdf import printable
from handling.prints.sheets import HEADER, MOST_ROWS, Line
from handling.scheme import load_scheme
from models import Suggestion
from tests.fakes.clock import FakeClock
from tests.handling.story import begin

NOW = datetime(2026, 3, 9, 1, tzinfo=UTC)
PRINTS = Path(__file__).parents[2] / "handling" / "prints"


def pages_of(pdf: bytes) -> list[str]:
    return [page.get_textpage().get_text_range() for page in PdfDocument(pdf)]


def words_of(docx: bytes) -> str:
    paper = Document(BytesIO(docx))
    cells = [cell.text for table in paper.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(paragraph.text for paragraph in paper.paragraphs), *cells])


def test_the_three_forms_of_jintu_are_filled_and_named(session: Session, clock: FakeClock) -> None:
    story = begin(session, clock, "jintu", "书香云亭的艺术架松了，要垮下来了", level="B")
    for form in story.scheme.forms:
        sheet = form_sheet(story.scheme, form, story.case)
        [text] = pages_of(pdf_of([sheet], now=NOW))
        written = words_of(docx_of([sheet], now=NOW))
        for words in ("金土社区", form.name, "1001", *(line.name for line in form.lines)):
            assert words in text
            assert words in written
        assert "13800138000" not in text
    record = form_sheet(story.scheme, story.scheme.forms[0], story.case)
    assert "书香云亭的艺术架松了" in pages_of(pdf_of([record], now=NOW))[0].replace("\r\n", "")


def test_the_paper_for_mobile_points_is_one_page_with_the_number() -> None:
    sheet = paper_sheet(load_scheme("chengbei"), hotline="028 8612 3456", station="第一网格1号移动点")
    [text] = pages_of(pdf_of([sheet], now=NOW))
    for words in ("城北社区", "第一网格1号移动点", "028 8612 3456", "您想说什么事", "不留也行"):
        assert words in text
    assert "028 8612 3456" in words_of(docx_of([sheet], now=NOW))
    assert "打电话" not in str(paper_sheet(load_scheme("chengbei"), hotline="").below)


def test_the_ledger_is_printed_over_pages_with_its_header_on_each(session: Session, clock: FakeClock) -> None:
    story = begin(session, clock, "chengbei", "天福苑的下水道堵了", level="B")
    listing = ledger_listing(story.scheme, [story.case] * 60, now=NOW)
    pages = pages_of(pdf_of([listing], now=NOW))
    assert len(pages) > 1
    assert all(HEADER[0] in page and HEADER[3] in page for page in pages)
    assert "共 60 件" in pages[-1]
    assert "13800138000" not in "".join(pages)
    assert words_of(docx_of([listing], now=NOW)).count("天福苑的下水道堵了") == 60


def test_a_ledger_without_end_is_cut_and_says_so(session: Session, clock: FakeClock) -> None:
    story = begin(session, clock, "chengbei", "天福苑的下水道堵了", level="B")
    cases: list[Suggestion] = [story.case] * (MOST_ROWS + 5)
    listing = ledger_listing(story.scheme, cases, now=NOW)
    assert len(listing.rows) == MOST_ROWS
    assert f"只印前 {MOST_ROWS} 件" in listing.below


@pytest.mark.parametrize("text", ["长" * 9000, "a" * 3000, "行\n" * 300, "\x0b控制\x00符", "👍" * 50])
def test_whatever_somebody_wrote_can_be_printed(text: str) -> None:
    sheet = Sheet("社区", "记录单", (Line("内容", text), Line("签字", "")))
    listing = Listing("社区", "台账", ("编号", "原话"), (("1", text),), (10, 90))
    assert len(pages_of(pdf_of([sheet, listing], now=NOW))) >= 2
    assert docx_of([sheet, listing], now=NOW)


def test_the_font_has_dialect_and_names_and_a_box_stands_for_the_rest() -> None:
    assert printable("嬢嬢说旮旯头凼凼垮了，喆堃昇，①②③☎□") == "嬢嬢说旮旯头凼凼垮了，喆堃昇，①②③☎□"
    assert printable("好👍") == "好□"


def test_the_font_is_inside_the_file_and_its_licence_beside_it() -> None:
    pdf = pdf_of([Sheet("社区", "记录单", (Line("签字", ""),))], now=NOW)
    assert b"/FontFile3" in pdf
    assert "SIL OPEN FONT LICENSE" in (PRINTS / "OFL.txt").read_text()
