"""The contents of a print, apart from paper and file formats."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from handling.clock import SHANGHAI
from handling.export import STATES, channel_of, place_of
from handling.scheme import PaperForm, Scheme
from handling.scheme.forms import filled_form
from models import Suggestion

# A line without a value is left to the pen.
PEN = ""
# Longer than this the paper is for a printer that runs all day; the rest is in the spreadsheet.
MOST_ROWS = 2000


@dataclass(frozen=True)
class Line:
    """lines: how much room a pen gets where the value is empty."""

    name: str
    value: str
    lines: int = 1


@dataclass(frozen=True)
class Sheet:
    """One page. huge: for eyes that read large type only."""

    community: str
    title: str
    lines: tuple[Line, ...]
    above: str = ""
    below: tuple[str, ...] = ()
    huge: bool = False


@dataclass(frozen=True)
class Listing:
    """A table over many pages, lying. widths: shares of the page."""

    community: str
    title: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    widths: tuple[int, ...]
    below: str = ""


def form_sheet(scheme: Scheme, form: PaperForm, case: Suggestion) -> Sheet:
    """One of the community's forms, filled as far as the case knows."""
    filled = filled_form(scheme, form, case)
    return Sheet(
        community=scheme.community.name,
        title=form.name,
        above=f"第 {case.number} 号",
        lines=tuple(Line(name, value, lines=1 if _is_short(name) else 3) for name, value in filled),
    )


def _is_short(name: str) -> bool:
    """Names, dates and ticks; contents and opinions get more room."""
    return not any(word in name for word in ("内容", "情况", "意见", "措施", "结果", "建议", "原因", "方案"))


def paper_sheet(scheme: Scheme, *, hotline: str, station: str = "") -> Sheet:
    """The simple form for mobile points and boxes: four questions, the number of the hotline. hotline: as people
    here dial it, "" while nobody knows."""
    by_phone = (f"也可以打电话来说：{hotline}", "不方便写，请工作人员帮您写。")
    return Sheet(
        community=scheme.community.name,
        title="有话想说，写在这里",
        above=station,
        lines=(
            Line("您想说什么事", PEN, lines=6),
            Line("在哪里（院落、几栋）", PEN, lines=2),
            Line("您的电话（不留也行）", PEN),
            Line("哪天写的", PEN),
        ),
        below=(*(by_phone if hotline else by_phone[1:]), "留了电话，办得怎么样我们告诉您。"),
        huge=True,
    )


HEADER = ("编号", "收到", "来源", "原话", "地点", "领域", "级别", "责任人", "期限", "状态")
WIDTHS = (7, 9, 9, 32, 12, 10, 6, 9, 9, 8)


def ledger_listing(scheme: Scheme, cases: Iterable[Suggestion], *, now: datetime) -> Listing:
    """The ledger (电子台账) on paper, without telephone numbers."""
    rows: list[tuple[str, ...]] = []
    for case in cases:
        if len(rows) == MOST_ROWS:
            break
        rows.append(_ledger_row(scheme, case))
    cut = f"，只印前 {MOST_ROWS} 件" if len(rows) == MOST_ROWS else ""
    return Listing(
        community=scheme.community.name,
        title="建议征集台账",
        header=HEADER,
        rows=tuple(rows),
        widths=WIDTHS,
        below=f"{now.astimezone(SHANGHAI):%Y-%m-%d %H:%M} 打印，共 {len(rows)} 件{cut}",
    )


def _ledger_row(scheme: Scheme, case: Suggestion) -> tuple[str, ...]:
    return (
        str(case.number),
        _day(case.received_at),
        channel_of(scheme, case),
        case.text,
        place_of(case),
        case.domain,
        case.level,
        case.handler.name if case.handler else "",
        _day(case.due),
        STATES[case.state],
    )


def _day(moment: datetime | None) -> str:
    return f"{moment.astimezone(SHANGHAI):%Y-%m-%d}" if moment else ""
