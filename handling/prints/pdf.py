"""Sheets and listings as PDF, with the font inside."""

import re
from collections.abc import Sequence
from datetime import datetime
from functools import cache
from pathlib import Path

from fontTools.ttLib import TTFont
from fpdf import FPDF
from fpdf.enums import MethodReturnValue, WrapMode, XPos, YPos
from fpdf.fonts import FontFace

from handling.prints.sheets import Line, Listing, Sheet

FONT = Path(__file__).parent / "NotoSansSC-print.otf"
FAMILY = "print"
MARGIN = 15
# Points; a pen needs a line of 11 mm.
BODY, TITLE, HUGE_BODY, HUGE_TITLE, SMALL = 12, 20, 20, 36, 9
PEN_LINE = 11
CHARACTERS_OF_A_SHARE = 10


def pdf_of(prints: Sequence[Sheet | Listing], *, now: datetime) -> bytes:
    """One file with all of them, each on a new page. now: the date in the file's properties."""
    paper = FPDF(format="A4")
    paper.set_creation_date(now)
    paper.set_title("，".join(dict.fromkeys(one.title for one in prints)))
    paper.set_lang("zh-CN")
    paper.add_font(FAMILY, fname=FONT)
    paper.set_margins(MARGIN, MARGIN)
    paper.set_auto_page_break(True, MARGIN)
    for one in prints:
        if isinstance(one, Sheet):
            _sheet(paper, one)
        else:
            _listing(paper, one)
    return bytes(paper.output())


def _sheet(paper: FPDF, sheet: Sheet) -> None:
    paper.add_page(orientation="portrait")
    _head(paper, sheet.community, sheet.title, sheet.above, HUGE_TITLE if sheet.huge else TITLE)
    size = HUGE_BODY if sheet.huge else BODY
    for line in sheet.lines:
        _box(paper, line, size, sheet.huge)
    paper.ln(4)
    for place, text in enumerate(sheet.below):
        # The number to ring is the largest thing on the page.
        _say(paper, text, size * 1.5 if sheet.huge and place == 0 else size)


def _head(paper: FPDF, community: str, title: str, above: str, size: float) -> None:
    _say(paper, f"{community}　{above}".strip(), BODY)
    _say(paper, title, size, align="C")
    paper.ln(3)


def _say(paper: FPDF, text: str, size: float, align: str = "L") -> None:
    paper.set_font(FAMILY, size=size)
    paper.multi_cell(
        0,
        size * 0.55,
        printable(text),
        align=align,
        wrapmode=WrapMode.CHAR,
        new_x=XPos.LMARGIN,
        new_y=YPos.NEXT,
    )


def _box(paper: FPDF, line: Line, size: float, stacked: bool) -> None:
    """Name and value side by side in a frame, or above each other where the type is huge."""
    paper.set_font(FAMILY, size=size)
    left, step, full = paper.l_margin, size * 0.55, paper.epw
    name_width = full if stacked else full * 0.24
    value_width = full if stacked else full - name_width
    name, value = printable(line.name), printable(line.value)
    name_height, value_height = _height(paper, name, name_width, step), _height(paper, value, value_width, step)
    if not value:
        value_height = max(value_height, PEN_LINE * line.lines)
    height = name_height + value_height if stacked else max(name_height, value_height)
    if paper.will_page_break(height) and height < paper.eph:
        paper.add_page(same=True)
    top = paper.get_y()
    if height < paper.eph:
        paper.rect(left, top, full, height)
        if not stacked:
            paper.line(left + name_width, top, left + name_width, top + height)
    _write(paper, name, name_width, step)
    paper.set_xy(left if stacked else left + name_width, top + name_height if stacked else top)
    _write(paper, value, value_width, step)
    if height < paper.eph:
        paper.set_xy(left, top + height)


def _write(paper: FPDF, text: str, width: float, step: float) -> None:
    paper.multi_cell(
        width,
        step,
        text,
        align="L",
        wrapmode=WrapMode.CHAR,
        padding=2,
        new_x=XPos.LMARGIN,
        new_y=YPos.NEXT,
    )


def _height(paper: FPDF, text: str, width: float, step: float) -> float:
    measured = paper.multi_cell(
        width,
        step,
        text or "　",
        padding=2,
        wrapmode=WrapMode.CHAR,
        dry_run=True,
        output=MethodReturnValue.HEIGHT,
    )
    assert isinstance(measured, float)
    return measured


def _listing(paper: FPDF, listing: Listing) -> None:
    paper.add_page(orientation="landscape")
    _head(paper, listing.community, listing.title, "", TITLE)
    paper.set_font(FAMILY, size=SMALL)
    heading = FontFace(fill_color=(230, 230, 230))
    with paper.table(
        col_widths=listing.widths,
        text_align="LEFT",
        line_height=SMALL * 0.5,
        padding=1,
        headings_style=heading,
        wrapmode=WrapMode.CHAR,
    ) as table:
        for row in (listing.header, *listing.rows):
            line = table.row()
            for value, share in zip(row, listing.widths, strict=True):
                line.cell(_in_one_cell(value, share))
    paper.ln(3)
    _say(paper, listing.below, SMALL)


def _in_one_cell(text: str, share: int) -> str:
    """In one piece, and not so long that its row is higher than a page."""
    flat, most = " ".join(printable(text).split()), share * CHARACTERS_OF_A_SHARE
    return flat if len(flat) <= most else flat[: most - 1] + "…"


def printable(text: str) -> str:
    """Without what the font cannot show (emoji, very rare characters): a box stands for it."""
    known = _characters()
    return re.sub(r"[^\n]", lambda found: found[0] if ord(found[0]) in known else "□", text.replace("\r", ""))


@cache
def _characters() -> frozenset[int]:
    with TTFont(FONT) as font:
        return frozenset(font.getBestCmap())
