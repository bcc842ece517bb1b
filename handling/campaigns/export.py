"""The results of a campaign for spreadsheets and programs. Nobody is named in them."""

import csv
import io
import json
from collections.abc import Iterator
from typing import Any, BinaryIO

from openpyxl import Workbook
from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from handling.campaigns.report import Report, figures_of
from handling.campaigns.results import MEANS, OUTCOMES, Table, outcome_of
from handling.export import safe_cell
from handling.quotes import quotable
from models import Answer, Campaign, Participation, QuestionKind


def answer_rows(session: Session, campaign: Campaign) -> Iterator[list[str]]:
    """A header, then one line for each participant who answered anything, in no telling order: by their answers.

    No name, number or courtyard: several answers together could tell who somebody is."""
    header = ["参加方式", *(f"{question.position}. {question.text}" for question in campaign.questions)]
    yield header
    rows = session.scalars(
        select(Participation)
        .where(Participation.campaign_id == campaign.id, Participation.answers.any())
        .options(selectinload(Participation.answers).options(joinedload(Answer.suggestion)))
    )
    yield from sorted(_answers(campaign, row) for row in rows)


def write_answers_csv(session: Session, campaign: Campaign, file: BinaryIO) -> None:
    """UTF-8 with the mark that makes Excel read it as such."""
    out = io.TextIOWrapper(file, encoding="utf-8-sig", newline="")
    csv.writer(out).writerows([[safe_cell(cell) for cell in row] for row in answer_rows(session, campaign)])
    out.detach()


def write_results_json(report: Report, file: BinaryIO) -> None:
    file.write(json.dumps(results_object(report), ensure_ascii=False, indent=1).encode())


def results_object(report: Report) -> dict[str, Any]:
    """Shares are numbers from 0 to 1; days are ISO 8601."""
    campaign, progress = report.campaign, report.progress
    return {
        "title": campaign.title,
        "state": campaign.state.value,
        "starts_on": campaign.starts_on.isoformat(),
        "ends_on": campaign.ends_on.isoformat(),
        "progress": {**vars(progress), "response_rate": progress.response_rate},
        "questions": [
            {
                "position": result.question.position,
                "kind": result.question.kind.value,
                "text": result.question.text,
                "answered": result.answered,
                "lines": [vars(line) for line in result.lines],
                "numbers": vars(result.numbers) if result.numbers else None,
                "tables": [_table_object(table) for table in result.tables],
                "quotes": result.quotes,
            }
            for result in report.questions
        ],
        "suggestions": {**vars(report.outcomes), "adoption_rate": report.outcomes.adoption_rate},
        "analysis": campaign.analysis,
        "decision": campaign.decision,
    }


def write_results_xlsx(session: Session, report: Report, file: BinaryIO) -> None:
    """Sheets: 概况, 每题, 交叉表, 原话, 答卷, 建议."""
    book = Workbook(write_only=True)
    _sheet(book, "概况", [["项目", "数量"], *figures_of(report)])
    _sheet(book, "每题", _question_rows(report))
    _sheet(book, "交叉表", _cross_rows(report))
    quotes = [[r.question.position, quote] for r in report.questions for quote in r.quotes]
    _sheet(book, "原话", [["题号", "原话"], *quotes])
    _sheet(book, "答卷", list(answer_rows(session, report.campaign)))
    cases = [[c.number, c.domain, quotable(c.text), OUTCOMES[outcome_of(c)]] for c in report.suggestions]
    _sheet(book, "建议", [["编号", "领域", "建议", "去向"], *cases])
    book.save(file)


def _answers(campaign: Campaign, row: Participation) -> list[str]:
    given = {answer.question_id: answer for answer in row.answers}
    cells = []
    for question in campaign.questions:
        answer = given.get(question.id)
        if answer is None:
            cells.append("")
        elif question.kind is QuestionKind.SPEECH:
            cells.append(quotable(answer.suggestion.text if answer.suggestion else answer.text))
        elif question.kind is QuestionKind.CHOICE:
            cells.append(question.choices[(answer.value or 1) - 1])
        else:
            cells.append(str(answer.value))
    return [MEANS[row.answers[0].means], *cells]


def _question_rows(report: Report) -> list[list[Any]]:
    rows: list[list[Any]] = [["题号", "问题", "回答", "人数", "占比", "平均", "中位数"]]
    for result in report.questions:
        question, numbers = result.question, result.numbers
        rows.append(
            [
                question.position,
                question.text,
                "合计",
                result.answered,
                None,
                round(numbers.mean, 2) if numbers else None,
                numbers.median if numbers else None,
            ]
        )
        rows += [[question.position, "", line.label, line.count, round(line.share, 4)] for line in result.lines]
    return rows


def _cross_rows(report: Report) -> list[list[Any]]:
    rows: list[list[Any]] = []
    for result in report.questions:
        labels = [line.label for line in result.lines] or ["平均"]
        for table in result.tables:
            rows.append([f"{result.question.position}. {result.question.text}", table.title])
            rows.append(["", "人数", *labels])
            rows += [[name, size, *cells] for name, size, cells in table.groups]
            rows.append([])
    return rows


def _table_object(table: Table) -> dict[str, Any]:
    return {
        "title": table.title,
        "groups": [{"name": name, "answered": size, "cells": cells} for name, size, cells in table.groups],
    }


def _sheet(book: Workbook, title: str, rows: list[Any]) -> None:
    sheet = book.create_sheet(title)
    sheet.column_dimensions["B"].width = 40
    for row in rows:
        sheet.append([safe_cell(cell) if isinstance(cell, str) else cell for cell in row])
