"""A table that leaves the desk as a file: xlsx for people, csv and json for programs."""

import csv
import io
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import BinaryIO

from openpyxl import Workbook
from openpyxl.utils import get_column_letter

from handling.export import safe_cell

Cell = str | int | float | None


@dataclass(frozen=True)
class Table:
    """columns: key -> name for people, in their order. rows: one value for each; None for nothing to count."""

    title: str
    columns: dict[str, str]
    rows: Sequence[Sequence[Cell]]


def write_table_xlsx(table: Table, file: BinaryIO) -> None:
    book = Workbook(write_only=True)
    sheet = book.create_sheet(table.title)
    sheet.freeze_panes = "B2"
    for index in range(1, len(table.columns) + 1):
        sheet.column_dimensions[get_column_letter(index)].width = 22 if index == 1 else 12
    sheet.append(list(table.columns.values()))
    for row in table.rows:
        sheet.append([_cell(value) for value in row])
    book.save(file)


def write_table_csv(table: Table, file: BinaryIO) -> None:
    """With the mark that lets Excel read UTF-8; the header has the keys."""
    file.write(b"\xef\xbb\xbf")
    text = io.TextIOWrapper(file, encoding="utf-8", newline="", write_through=True)
    writer = csv.writer(text)
    writer.writerow(table.columns)
    for row in table.rows:
        writer.writerow(["" if value is None else _cell(value) for value in row])
    text.detach()


def write_table_json(table: Table, file: BinaryIO) -> None:
    """A list of objects; null for nothing to count."""
    rows = [dict(zip(table.columns, row, strict=True)) for row in table.rows]
    file.write(json.dumps(rows, ensure_ascii=False, indent=1).encode() + b"\n")


TABLE_WRITERS: dict[str, Callable[[Table, BinaryIO], None]] = {
    "xlsx": write_table_xlsx,
    "csv": write_table_csv,
    "json": write_table_json,
}


def _cell(value: Cell) -> Cell:
    return safe_cell(value) if isinstance(value, str) else value
