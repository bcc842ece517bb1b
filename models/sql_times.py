"""Times inside SQL, on both databases: what the figures group by and measure."""

from typing import Any

from sqlalchemy import Float, String
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

# SQLite keeps UTC as text; Shanghai has had no summer time since 1991.
SHANGHAI_OFFSET = "+8 hours"


class seconds_between(FunctionElement[float]):  # noqa: N801 (SQL functions are written small)
    """seconds_between(earlier, later): elapsed seconds, NULL when either is."""

    type = Float()
    inherit_cache = True


@compiles(seconds_between, "sqlite")
def _seconds_sqlite(element: Any, compiler: Any, **kw: Any) -> str:
    earlier, later = (compiler.process(clause, **kw) for clause in element.clauses)
    return f"((julianday({later}) - julianday({earlier})) * 86400.0)"


@compiles(seconds_between, "postgresql")
def _seconds_postgresql(element: Any, compiler: Any, **kw: Any) -> str:
    earlier, later = (compiler.process(clause, **kw) for clause in element.clauses)
    return f"EXTRACT(EPOCH FROM ({later} - {earlier}))"


class shanghai_month(FunctionElement[str]):  # noqa: N801
    """shanghai_month(moment): "2026-03"."""

    type = String()
    inherit_cache = True


@compiles(shanghai_month, "sqlite")
def _month_sqlite(element: Any, compiler: Any, **kw: Any) -> str:
    moment = compiler.process(element.clauses, **kw)
    return f"strftime('%Y-%m', {moment}, '{SHANGHAI_OFFSET}')"


@compiles(shanghai_month, "postgresql")
def _month_postgresql(element: Any, compiler: Any, **kw: Any) -> str:
    moment = compiler.process(element.clauses, **kw)
    return f"to_char({moment} AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM')"
