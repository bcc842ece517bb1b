"""The desk: pages of volunteers and staff, one module a page."""

from hotline.desk import (  # noqa: F401 (each module adds its views to the blueprint)
    access_log,
    agenda,
    alarms,
    attachments,
    calendar,
    cases,
    deliberations,
    digest,
    experts,
    hot,
    ledger,
    lexicon,
    lights,
    login,
    missed,
    new,
    opinions,
    overview,
    prints,
    recordings,
    residents,
    review,
    users,
    voices,
    words,
)
from hotline.desk.access import blueprint

__all__ = ["blueprint"]
