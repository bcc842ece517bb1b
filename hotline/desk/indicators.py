"""Where a case stands with each of the scheme's measured times (四早四快)."""

from typing import Any

from handling.calendar import load_calendar
from handling.scheme.indicators import standings
from hotline.desk.panels import Looking, panel


@panel("indicators", "时间指标", "desk/case_indicators.html")
def case_indicators(looking: Looking) -> dict[str, Any] | None:
    if not looking.scheme.indicators:
        return None
    calendar = load_calendar(looking.session)
    return {"standings": standings(looking.scheme, looking.case, calendar, looking.now)}
