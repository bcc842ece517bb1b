"""While nobody is there, everybody is alerted again."""

from handling.residents.alarms import alert_again, due_alarms
from hotline.worker.context import WorkerContext


def repeat_alarms(context: WorkerContext) -> None:
    """Every few seconds: one more round for each alarm whose pause is over."""
    now = context.clock.now()
    with context.database.read() as session:
        due = due_alarms(session, now)
    for alarm_id in due:
        with context.database.write() as session:
            alert_again(session, context.scheme, alarm_id, now=now, duty_phones=context.settings.duty_phones)
