"""Sheets and listings as docx, to be changed in a word processor before they are printed."""

from collections.abc import Sequence
from datetime import datetime
from io import BytesIO

from docx import Document
from docx.document import Document as Paper
from docx.enum.section import WD_ORIENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.shared import Length, Mm, Pt
from docx.table import _Row
from docx.text.paragraph import Paragraph

from handling.prints.sheets import Line, Listing, Sheet

# On every computer with a Chinese Office, and replaced elsewhere.
FAMILY = "宋体"
BODY, TITLE, HUGE_BODY, HUGE_TITLE, SMALL = 12, 20, 20, 36, 9
MARGIN, PEN_LINE = Mm(15), Mm(11)
LONG, SHORT = Mm(297), Mm(210)


def docx_of(prints: Sequence[Sheet | Listing], *, now: datetime) -> bytes:
    """One document with all of them, each on a new page. now: the date in the document's properties."""
    paper = Document()
    use_font(paper, "Normal")
    paper.core_properties.created = paper.core_properties.modified = now.replace(tzinfo=None)
    paper.core_properties.author = prints[0].community if prints else ""
    for place, one in enumerate(prints):
        _page(paper, lying=isinstance(one, Listing), first=place == 0)
        if isinstance(one, Sheet):
            _sheet(paper, one)
        else:
            _listing(paper, one)
    out = BytesIO()
    paper.save(out)
    return out.getvalue()


def use_font(paper: Paper, *styles: str) -> None:
    """The style's own font is for Latin letters; Chinese ones ask for the East Asian font."""
    for name in styles:
        style = paper.styles[name]
        style.font.name = FAMILY
        style.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), FAMILY)
    paper.styles["Normal"].font.size = Pt(BODY)


def _page(paper: Paper, *, lying: bool, first: bool) -> None:
    section = paper.sections[0] if first else paper.add_section()
    section.orientation = WD_ORIENT.LANDSCAPE if lying else WD_ORIENT.PORTRAIT
    section.page_width, section.page_height = (LONG, SHORT) if lying else (SHORT, LONG)
    section.left_margin = section.right_margin = section.top_margin = section.bottom_margin = MARGIN


def _sheet(paper: Paper, sheet: Sheet) -> None:
    _head(paper, sheet.community, sheet.title, sheet.above, HUGE_TITLE if sheet.huge else TITLE)
    size = HUGE_BODY if sheet.huge else BODY
    table = paper.add_table(rows=0, cols=1 if sheet.huge else 2, style="Table Grid")
    for line in sheet.lines:
        _line(table.add_row(), line, size, stacked=sheet.huge)
    for text in sheet.below:
        _say(paper.add_paragraph(), text, size)


def _line(row: _Row, line: Line, size: int, *, stacked: bool) -> None:
    if not line.value:
        row.height = Length(PEN_LINE * (line.lines + stacked))
    first = row.cells[0]
    _say(first.paragraphs[0], line.name, size)
    if stacked:
        _say(first.add_paragraph(), line.value, size)
    else:
        first.width, row.cells[1].width = Mm(43), Mm(137)
        _say(row.cells[1].paragraphs[0], line.value, size)


def _listing(paper: Paper, listing: Listing) -> None:
    _head(paper, listing.community, listing.title, "", TITLE)
    table = paper.add_table(rows=1, cols=len(listing.header), style="Table Grid")
    table.autofit = False
    # The header again on every page.
    header = table.rows[0]._tr.get_or_add_trPr()
    header.append(header.makeelement(qn("w:tblHeader"), {}))
    width = (LONG - 2 * MARGIN) // sum(listing.widths)
    for values in (listing.header, *listing.rows):
        cells = table.rows[0].cells if values is listing.header else table.add_row().cells
        for cell, value, share in zip(cells, values, listing.widths, strict=True):
            cell.width = width * share
            _say(cell.paragraphs[0], value, SMALL)
    _say(paper.add_paragraph(), listing.below, SMALL)


def _head(paper: Paper, community: str, title: str, above: str, size: int) -> None:
    _say(paper.add_paragraph(), f"{community}　{above}".strip(), BODY)
    heading = paper.add_paragraph()
    heading.alignment = WD_ALIGN_PARAGRAPH.CENTER
    _say(heading, title, size)


def _say(paragraph: Paragraph, text: str, size: int) -> None:
    paragraph.add_run(plain(text)).font.size = Pt(size)


def plain(text: str) -> str:
    """XML holds no control characters but the line break."""
    return "".join(character for character in text if character >= " " or character == "\n")
