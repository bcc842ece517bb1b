"""The sweep that alerts again, and what is said in the call of an alarm."""

from handling.residents import find_or_add_resident
from handling.residents.alarms import raise_alarm
from handling.residents.files import add_number
from hotline.worker.alarms import repeat_alarms
from hotline.worker.context import WorkerContext
from hotline.worker.recordings import transcribe_recording
from models import Alarm, Call, Notice, Recording, RecordingState, Suggestion
from tests.fakes.clock import FakeClock

KEY = "+8613900000555"


def pressed(context: WorkerContext) -> int:
    """The id of the call that raised the alarm."""
    now = context.clock.now()
    with context.database.write() as session:
        resident = find_or_add_resident(session, "+862886000001", now)
        assert resident is not None
        add_number(session, resident, KEY, is_key=True)
        call = Call(sid="CA1", from_number=KEY, resident=resident, started_at=now)
        session.add(call)
        session.flush()
        raise_alarm(session, context.scheme, call, now=now, duty_phones=context.settings.duty_phones)
        return call.id


def test_the_sweep_alerts_again_after_five_minutes(context: WorkerContext, clock: FakeClock) -> None:
    pressed(context)
    repeat_alarms(context)
    clock.advance(minutes=5)
    repeat_alarms(context)
    repeat_alarms(context)
    with context.database.read() as session:
        assert [notice.template for notice in session.query(Notice).order_by(Notice.id)] == [
            "alarm",
            "alarm_again",
        ]


def test_what_is_said_belongs_to_the_case_of_the_alarm(context: WorkerContext, clock: FakeClock) -> None:
    call_id = pressed(context)
    context.speech.hears = ["我绊倒了爬不起来"]  # type: ignore[attr-defined]
    path = context.settings.recordings_dir / "1.wav"
    path.write_bytes(b"RIFF")
    with context.database.write() as session:
        recording = Recording(
            sid="RE1",
            call_id=call_id,
            url="https://x/RE1",
            announced_at=clock.now(),
            state=RecordingState.STORED,
            path=str(path.relative_to(context.settings.home)),
        )
        session.add(recording)
    assert transcribe_recording(context)
    with context.database.read() as session:
        case = session.query(Suggestion).one()
        assert case.text == "一键呼叫。我绊倒了爬不起来"
        assert case.urgency == "emergency"
        assert session.query(Alarm).one().arrived_at is None
