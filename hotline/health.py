"""GET /healthz for whoever restarts us, GET /metrics for whoever watches us."""

from datetime import timedelta

from flask import Blueprint, Response, jsonify
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Gauge, generate_latest
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError

from hotline.current import current
from models import Call, Notice, NoticeState, Recording, RecordingState, Suggestion, Text

blueprint = Blueprint("health", __name__)

# A recording that waits longer than this tells that no worker is at work.
WORKER_PATIENCE = timedelta(minutes=30)
COUNTED = {
    "calls": Call.state,
    "recordings": Recording.state,
    "texts": Text.state,
    "notices": Notice.state,
    "suggestions": Suggestion.state,
}


@blueprint.get("/healthz")
def healthz() -> tuple[Response, int]:
    """200 when the database answers and work gets done, else 503 with the reason."""
    now = current().clock.now()
    stale = select(func.count()).where(
        Recording.state == RecordingState.STORED, Recording.announced_at < now - WORKER_PATIENCE
    )
    try:
        with current().database.read() as session:
            waiting = session.scalar(stale)
    except SQLAlchemyError:
        return jsonify(status="down", reason="the database does not answer"), 503
    if waiting:
        return jsonify(status="down", reason=f"{waiting} recordings wait too long: is a worker running?"), 503
    return jsonify(status="ok"), 200


@blueprint.get("/metrics")
def metrics() -> Response:
    """Counts by state; no personal data. Read from the database, so every process tells the same."""
    registry = CollectorRegistry()
    with current().database.read() as session:
        for name, state in COUNTED.items():
            gauge = Gauge(f"hotline_{name}", f"{name} by state", ["state"], registry=registry)
            for value, count in session.execute(select(state, func.count()).group_by(state)):
                gauge.labels(value.value).set(count)
        overdue = select(func.count()).where(
            Notice.state == NoticeState.QUEUED, Notice.next_try_at < current().clock.now() - timedelta(minutes=5)
        )
        Gauge("hotline_notices_overdue", "notices that should have left", registry=registry).set(
            session.scalar(overdue) or 0
        )
    return Response(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)
