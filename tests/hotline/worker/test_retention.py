"""The nightly sweep on the disk."""

import os
from datetime import timedelta
from pathlib import Path

from hotline.worker.context import WorkerContext
from hotline.worker.retention import delete_what_is_over
from models import Call, Recording, RecordingState
from tests.fakes.clock import FakeClock


def file_of(context: WorkerContext, name: str, *, days_old: float = 0) -> Path:
    path = context.settings.recordings_dir / name
    path.write_bytes(b"RIFF")
    moment = (context.clock.now() - timedelta(days=days_old)).timestamp()
    os.utime(path, (moment, moment))
    return path


def test_files_go_with_their_rows_and_what_nobody_refers_to_goes_too(
    context: WorkerContext, clock: FakeClock
) -> None:
    old, fresh = file_of(context, "1.wav"), file_of(context, "2.wav")
    orphan, arriving = file_of(context, "9.wav", days_old=-98), file_of(context, "10.part", days_old=-99.9)
    with context.database.write() as session:
        for number, days in ((1, 0), (2, 50)):
            call = Call(sid=f"CA{number}", started_at=clock.now())
            session.add(
                Recording(
                    sid=f"RE{number}",
                    call=call,
                    url="",
                    announced_at=clock.now() + timedelta(days=days),
                    state=RecordingState.LOST,
                    path=f"recordings/{number}.wav",
                )
            )
    clock.advance(days=100)
    delete_what_is_over(context)
    assert [path.exists() for path in (old, fresh, orphan, arriving)] == [False, True, False, True]
    with context.database.read() as session:
        assert [row.path for row in session.query(Recording).order_by(Recording.id)] == [None, "recordings/2.wav"]
