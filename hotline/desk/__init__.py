"""The desk: pages of volunteers and staff, one module a page."""

from hotline.desk import (  # noqa: F401 (each module adds its views to the blueprint)
    access_log,
    alarms,
    attachments,
    calendar,
    cases,
    digest,
    hot,
    ledger,
    lexicon,
    lights,
    login,
    missed,
    overview,
    recordings,
    residents,
    review,
    users,
    words,
)
from hotline.desk.access import blueprint

__all__ = ["blueprint"]
