"""The service with real speech on both databases, killed and restarted."""

import threading

import pytest

from hotline.phone.samples import samples
from models import Database, Notice, Recording, RecordingState, Suggestion, Text
from tests.end_to_end.service import count, eventually
from tests.fakes.clock import FakeClock

CALLER = "+8613800138000"


@pytest.mark.speech
def test_a_real_voicemail_becomes_a_case_and_the_caller_is_told(service, carrier):
    drain = samples()["drain"]
    service.leave_voicemail(CALLER, drain.path.read_bytes(), "1" * 32)
    message = eventually(lambda: carrier.messages and carrier.messages[0])
    with service.database.read() as session:
        case = session.query(Suggestion).one()
        [recording] = case.recordings
        assert "下水道" in case.standard_text
        assert case.courtyard.name == "天福苑"
        assert recording.transcript.words[0]["end"] > 0
    assert message.to == CALLER
    assert str(case.number) in message.body
    assert eventually(lambda: carrier.recordings.deleted) == ["RE" + "1" * 32]


@pytest.mark.speech
def test_killed_at_any_moment_nothing_is_lost_and_nothing_is_done_twice(service, carrier):
    """Six voicemails and three texts; the worker dies four times at odd moments."""
    sound = samples()["drain"].path.read_bytes()
    for i in range(6):
        service.leave_voicemail(f"+861380013800{i}", sound, f"{i}" * 32)
    for i in range(3):
        service.webhook("/twilio/sms", MessageSid=f"SM{i}", From=f"+861390013900{i}", Body="院坝头的路灯不亮了")
    # Leases of a killed worker run out after minutes; the test does not wait so long.
    for pause in (0.4, 1.5, 0.9, 2.3):
        threading.Event().wait(pause)
        service.kill_worker()
        _expire_leases(service.database)
    eventually(lambda: count(service.database, Suggestion) == 9, 120)
    eventually(lambda: len(carrier.messages) >= 9, 120)
    threading.Event().wait(2)
    assert count(service.database, Suggestion) == 9
    assert count(service.database, Recording, state=RecordingState.DONE) == 6
    assert sorted(m.to for m in carrier.messages) == sorted(
        [*(f"+861380013800{i}" for i in range(6)), *(f"+861390013900{i}" for i in range(3))]
    )


def _expire_leases(database: Database) -> None:
    """Says that the time of the dead worker's leases is over; while nobody works, it changes nothing else."""
    clock = FakeClock()
    with database.write() as session:
        for model in (Recording, Text, Notice):
            rows = session.query(model).filter(model.lease_until.is_not(None))
            rows.update({model.lease_until: clock.now()})
