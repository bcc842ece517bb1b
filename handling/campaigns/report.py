"""The report of a campaign as a Word document: 问卷发布 — 数据分析 — 转化运用, and every suggestion's outcome."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import BinaryIO

from docx import Document
from docx.document import Document as DocumentType
from sqlalchemy.orm import Session

from handling.campaigns.results import (
    OUTCOMES,
    Outcomes,
    Progress,
    QuestionResult,
    Table,
    campaign_suggestions,
    outcome_of,
    outcomes_of,
    progress_of,
    question_results,
)
from handling.clock import SHANGHAI
from handling.prints.docx import plain, use_font
from handling.quotes import quotable
from handling.scheme import Scheme
from models import Campaign, Suggestion

QUOTES_SHOWN = 20


@dataclass(frozen=True)
class Report:
    """Everything that the document and the exports say."""

    campaign: Campaign
    progress: Progress
    questions: list[QuestionResult]
    suggestions: list[Suggestion]
    outcomes: Outcomes


def report_of(session: Session, campaign: Campaign) -> Report:
    suggestions = campaign_suggestions(session, campaign.id)
    return Report(
        campaign,
        progress_of(session, campaign.id),
        question_results(session, campaign),
        suggestions,
        outcomes_of(suggestions),
    )


def write_report(scheme: Scheme, report: Report, file: BinaryIO, now: datetime) -> None:
    campaign = report.campaign
    document = Document()
    use_font(document, "Normal", "Title", "Heading 1", "Heading 2", "List Bullet")
    title = plain(campaign.title)
    document.core_properties.title = f"“{title}”专项征集报告"
    document.core_properties.author = scheme.community.name
    document.add_heading(f"“{title}”人民建议专项征集报告", level=0)
    document.add_paragraph(f"{scheme.community.name}　{chinese_day(now.astimezone(SHANGHAI).date())}")
    document.add_heading("一、问卷发布", level=1)
    _published(document, report)
    document.add_heading("二、数据分析", level=1)
    for result in report.questions:
        _question(document, result)
    if campaign.analysis:
        document.add_heading("分析意见", level=2)
        _paragraphs(document, campaign.analysis)
    document.add_heading("三、转化运用", level=1)
    _paragraphs(document, campaign.decision or "（还没有写）")
    document.add_heading("四、建议的去向", level=1)
    _outcomes(document, report)
    document.save(file)


def percent(share: float | None) -> str:
    return "—" if share is None else f"{share * 100:.1f}%"


def chinese_day(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def figures_of(report: Report) -> list[tuple[str, str]]:
    """Name and value of each figure, in the order of the report."""
    progress, outcomes = report.progress, report.outcomes
    return [
        ("在邀请名单里", f"{progress.listed} 人"),
        ("已经邀请", f"{progress.invited} 人"),
        ("没有送到", f"{progress.undelivered} 人"),
        ("自己来参加的", f"{progress.joined} 人"),
        ("回答了的（至少一题）", f"{progress.answered} 人"),
        ("全部答完", f"{progress.done} 人"),
        ("说不参加", f"{progress.stopped} 人"),
        ("回收率（收到邀请的人里回答了的）", percent(progress.response_rate)),
        ("收到建议", f"{outcomes.total} 条"),
        ("采纳的建议", f"{outcomes.adopted} 条"),
        ("采纳率（采纳 ÷ 有效建议）", percent(outcomes.adoption_rate)),
    ]


def _published(document: DocumentType, report: Report) -> None:
    campaign = report.campaign
    if campaign.purpose:
        _paragraphs(document, campaign.purpose)
    own = [f"专用号码{campaign.number}"] if campaign.number else []
    own += [f"短信暗号“{campaign.keyword}”"] if campaign.keyword else []
    document.add_paragraph(
        f"征集时间：{chinese_day(campaign.starts_on)}至{chinese_day(campaign.ends_on)}。"
        f"参加方式：{'，'.join(['短信和电话', *own])}。问卷共{len(campaign.questions)}题。"
    )
    _grid(document, ["项目", "数量"], figures_of(report))


def _question(document: DocumentType, result: QuestionResult) -> None:
    question = result.question
    document.add_heading(plain(f"第{question.position}题　{question.text}"), level=2)
    document.add_paragraph(f"回答 {result.answered} 人。")
    if result.lines:
        _grid(document, ["回答", "人数", "占比"], [(li.label, li.count, percent(li.share)) for li in result.lines])
    if (numbers := result.numbers) is not None:
        document.add_paragraph(
            f"平均 {numbers.mean:.1f}，中位数 {numbers.median:g}，最小 {numbers.lowest}，最大 {numbers.highest}。"
        )
    for table in result.tables:
        _cross(document, table, [line.label for line in result.lines] or ["平均"])
    for quote in result.quotes[:QUOTES_SHOWN]:
        document.add_paragraph(plain(f"“{quote}”"), style="List Bullet")


def _cross(document: DocumentType, table: Table, labels: Sequence[str]) -> None:
    document.add_paragraph(table.title)
    _grid(document, ["", "人数", *labels], [(name, size, *cells) for name, size, cells in table.groups])


def _outcomes(document: DocumentType, report: Report) -> None:
    counts = report.outcomes
    document.add_paragraph(
        f"共收到建议 {counts.total} 条：采纳 {counts.adopted} 条，正在办 {counts.handling} 条，"
        f"待核对 {counts.waiting} 条，没有采纳 {counts.refused} 条。"
    )
    rows = [
        (case.number, case.domain, quotable(case.text), OUTCOMES[outcome_of(case)], quotable(case.feedback))
        for case in report.suggestions
    ]
    if rows:
        _grid(document, ["编号", "领域", "建议", "去向", "公开的答复"], rows)


def _grid(document: DocumentType, header: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    grid = document.add_table(rows=1, cols=len(header), style="Table Grid")
    for cell, name in zip(grid.rows[0].cells, header, strict=True):
        cell.text = name
        for run in cell.paragraphs[0].runs:
            run.bold = True
    for row in rows:
        for cell, value in zip(grid.add_row().cells, row, strict=True):
            cell.text = f"{value:g}" if isinstance(value, float) else plain(str(value))
    document.add_paragraph()


def _paragraphs(document: DocumentType, text: str) -> None:
    for line in text.strip().splitlines():
        if line.strip():
            document.add_paragraph(plain(line.strip()))
