"""The figures as tables: what the pages show, with plain numbers."""

from collections.abc import Iterable, Sequence

from handling.figures.assessment import MEASURES, Assessed
from handling.figures.deliberations import DELIBERATION_FIGURES, HeldTogether
from handling.figures.lists import COUNTED, FIGURES, Figure, Measured
from handling.figures.needs_map import NeedsMap
from handling.figures.satisfaction import QuarterScores, Scores
from handling.lights import SIGNS
from handling.scheme import Scheme
from handling.scheme.indicators import IndicatorFigure
from handling.scheme.words import time_limit
from handling.tables import Cell, Table

COUNT_NAMES = {
    "received": "收到",
    "valid": "有效",
    "open": "还没答复",
    "done": "办结",
    "converted": "转化",
    "answered": "已答复",
    "in_time": "及时答复",
    "owed": "应答复",
    "late": "超期",
}


def figures_table(title: str, rows: Iterable[Measured]) -> Table:
    """Shares are of 1, times are elapsed days."""
    columns = {"name": title, **{name: COUNT_NAMES[name] for name in COUNTED}, "residents": "提建议的居民"}
    columns |= {"households": "户数", "scores": "评分数"}
    columns |= {_key(figure): figure.name for figure in FIGURES}
    columns |= {"first_answer_p90": "首次答复（九成）", "closing_p90": "办结用时（九成）"}
    return Table(f"按{title}", columns, [_figures_row(row) for row in rows])


def _figures_row(row: Measured) -> Sequence[Cell]:
    counts = [row.counts[name] for name in COUNTED]
    values = [_rounded(figure.value(row)) for figure in FIGURES]
    p90 = [_rounded(times.p90 if times else None) for times in (row.first_answer, row.closing)]
    return [row.name, *counts, row.residents, row.households, row.scores, *values, *p90]


def indicators_table(figures: Iterable[IndicatorFigure]) -> Table:
    columns = {"name": "指标", "limit": "时限", "met": "做到", "missed": "没做到", "running": "还在时限内"}
    columns |= {"rate": "做到的比例", "target": "目标", "median_hours": "一半不超过（小时）", "light": "灯"}
    rows = [
        (
            *(one.indicator.name, time_limit(one.indicator), one.met, one.missed, one.running),
            *(_rounded(one.rate), one.indicator.target, _rounded(one.median_hours)),
            SIGNS[one.light].word if one.light else "",
        )
        for one in figures
    ]
    return Table("时间指标", columns, rows)


def assessment_table(scheme: Scheme, title: str, judged: Iterable[Assessed]) -> Table:
    assert scheme.assessment is not None
    weights = scheme.assessment.weights
    named = {code: MEASURES[code].name for code in weights}
    columns = {"name": title, "valid": "有效", **named, "points": "得分", "grade": "等次"}
    rows = [
        (
            *(one.row.name, one.row.counts["valid"]),
            *(_rounded(one.parts[code]) for code in named),
            *(_rounded(one.points), one.grade),
        )
        for one in judged
    ]
    return Table("考核", columns, rows)


def satisfaction_table(quarters: Iterable[QuarterScores]) -> Table:
    """Scores after closing, then answers to the questionnaire."""
    columns = {"quarter": "季度", "scores": "办结评分数", "average": "办结平均分", "satisfied": "办结满意率"}
    columns |= {"surveyed": "问卷评分数", "survey_average": "问卷平均分", "survey_satisfied": "问卷满意率"}
    rows = [(one.quarter.code, *_scores_row(one.rated), *_scores_row(one.surveyed)) for one in quarters]
    return Table("满意度测评", columns, rows)


def _scores_row(scores: Scores) -> Sequence[Cell]:
    return scores.number, _rounded(scores.average), _rounded(scores.satisfied)


def deliberations_table(title: str, rows: Iterable[HeldTogether]) -> Table:
    """Shares are of 1."""
    columns = {"name": title, **{figure.code: figure.name for figure in DELIBERATION_FIGURES}}
    values = [(row.name, *(_rounded(figure.value(row)) for figure in DELIBERATION_FIGURES)) for row in rows]
    return Table(f"议事按{title}", columns, values)


def map_table(found: NeedsMap) -> Table:
    columns = {"grid": "网格", "courtyard": "院落", "needs": "有效建议", "open": "还没答复"}
    rows: list[Sequence[Cell]] = [
        (block.name, plot.name, plot.needs, plot.open) for block in found.blocks for plot in block.plots
    ]
    return Table("需求地图", columns, [*rows, ("", "没有写院落", found.elsewhere, None)])


def _key(figure: Figure) -> str:
    """Counts have the same names without the ending."""
    return f"{figure.code}_share" if figure.kind == "share" else figure.code


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)
