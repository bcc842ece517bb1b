"""The ledger as a file: xlsx for people, csv and json for programs. Phones are masked in all of them."""

import csv
import io
import json
from collections.abc import Callable, Iterable, Iterator
from typing import BinaryIO

from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.utils import get_column_letter

from handling.clock import SHANGHAI
from handling.residents import mask
from handling.scheme import Scheme
from models import Channel, Suggestion, SuggestionState, Urgency

# The contract's keys (order too), and what people read above the columns.
COLUMNS = {
    "number": "编号",
    "received_at": "收到时间",
    "channel": "建议来源",
    "phone": "电话",
    "text": "原话",
    "standard_text": "普通话写法",
    "place": "地点",
    "domain": "领域",
    "demand_type": "诉求类型",
    "urgency": "紧急程度",
    "level": "等级",
    "colour": "颜色",
    "handler": "责任人",
    "due": "办理期限",
    "state": "状态",
}
WIDE = {"text": 60, "standard_text": 60, "received_at": 18, "due": 18, "place": 24}

CHANNELS = {Channel.CALL: "电话", Channel.SMS: "短信", Channel.STAFF: "工作人员代录"}
URGENCIES = {
    Urgency.EMERGENCY: "紧急危险",
    Urgency.URGENT: "急",
    Urgency.NORMAL: "一般",
    Urgency.PLANNING: "规划建议",
}
STATES = {
    SuggestionState.REVIEW: "待核对",
    SuggestionState.HANDLING: "办理中",
    SuggestionState.DONE: "已办结",
    SuggestionState.INVALID: "无效",
    SuggestionState.MERGED: "并案",
    SuggestionState.WITHDRAWN: "已撤回",
}

# What a spreadsheet takes for a formula, full-width forms included (Chinese Excel reads ＝ as =).
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")

Row = dict[str, str | int]


def ledger_row(scheme: Scheme, case: Suggestion) -> Row:
    """One line of the ledger with the contract's keys: codes for enumerations, times as ISO 8601 in
    Shanghai time, "" for what is not known."""
    return {
        "number": case.number,
        "received_at": case.received_at.astimezone(SHANGHAI).isoformat(timespec="seconds"),
        "channel": case.channel.value,
        "phone": mask(case.resident.phone) if case.resident else "",
        "text": case.text,
        "standard_text": case.standard_text,
        "place": place_of(case),
        "domain": case.domain,
        "demand_type": case.demand_type,
        "urgency": case.urgency.value,
        "level": case.level,
        "colour": colour_of(scheme, case.level),
        "handler": case.handler.name if case.handler else "",
        "due": case.due.astimezone(SHANGHAI).isoformat(timespec="seconds") if case.due else "",
        "state": case.state.value,
    }


def place_of(case: Suggestion) -> str:
    """The place as told, else the courtyard."""
    return case.place or (case.courtyard.name if case.courtyard else "")


def channel_of(scheme: Scheme, case: Suggestion) -> str:
    """建议来源 in words: 电话, 短信, or the scheme's own channel of what staff typed in."""
    named = {channel.code: channel.name for channel in scheme.channels}
    return named.get(case.source) or CHANNELS[case.channel]


def colour_of(scheme: Scheme, level: str) -> str:
    """ "" for a case without a level, or with one that an earlier scheme knew."""
    return next((known.colour for known in scheme.levels if known.code == level), "")


def write_json(scheme: Scheme, cases: Iterable[Suggestion], file: BinaryIO) -> None:
    """A JSON array, one object a line."""
    between = b"[\n"
    for case in cases:
        file.write(between + json.dumps(ledger_row(scheme, case), ensure_ascii=False).encode())
        between = b",\n"
    file.write(b"\n]\n" if between == b",\n" else b"[]\n")


def write_csv(scheme: Scheme, cases: Iterable[Suggestion], file: BinaryIO, *, bom: bool = False) -> None:
    """UTF-8 with the contract's keys as header.

    bom: Excel takes a file without the mark for GBK and shows rubbish, while a program would find the mark
    in its first key. So what a person downloads from the desk has it, and `hotline export` has not."""
    file.write(b"\xef\xbb\xbf" if bom else b"")
    text = io.TextIOWrapper(file, encoding="utf-8", newline="", write_through=True)
    writer = csv.DictWriter(text, COLUMNS)
    writer.writeheader()
    for case in cases:
        writer.writerow({key: safe_cell(value) for key, value in ledger_row(scheme, case).items()})
    text.detach()


def write_xlsx(scheme: Scheme, cases: Iterable[Suggestion], file: BinaryIO) -> None:
    """For people: Chinese header and words, times as they are written here, the header frozen."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("电子台账")
    sheet.freeze_panes = "B2"
    for index, key in enumerate(COLUMNS, start=1):
        sheet.column_dimensions[get_column_letter(index)].width = WIDE.get(key, 12)
    sheet.append(list(COLUMNS.values()))
    for values in _in_words(scheme, cases):
        sheet.append(values)
    book.save(file)


WRITERS: dict[str, Callable[[Scheme, Iterable[Suggestion], BinaryIO], None]] = {
    ".json": write_json,
    ".csv": write_csv,
    ".xlsx": write_xlsx,
}


def _in_words(scheme: Scheme, cases: Iterable[Suggestion]) -> Iterator[list[str | int]]:
    for case in cases:
        row = ledger_row(scheme, case)
        row["received_at"] = f"{case.received_at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"
        row["due"] = f"{case.due.astimezone(SHANGHAI):%Y-%m-%d %H:%M}" if case.due else ""
        row["channel"], row["urgency"] = channel_of(scheme, case), URGENCIES[case.urgency]
        row["state"] = STATES[case.state]
        yield [safe_cell(value) for value in row.values()]


def safe_cell(value: str | int) -> str | int:
    """A resident's text must never run as a formula, not even after the xlsx is saved as csv."""
    if isinstance(value, int):
        return value
    plain = ILLEGAL_CHARACTERS_RE.sub("", value)
    return f"'{plain}" if plain.startswith(FORMULA) else plain
