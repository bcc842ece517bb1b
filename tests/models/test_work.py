import threading
from datetime import timedelta

from models import Call, Recording, RecordingState, claim_next, next_number, release

LEASE = timedelta(minutes=5)


def announced(database, clock, sid="RE1"):
    with database.write() as session:
        call = Call(sid=f"CA{sid}", started_at=clock.now())
        session.add(Recording(sid=sid, call=call, url="http://x", announced_at=clock.now()))


def take(database, clock):
    with database.write() as session:
        row = claim_next(session, Recording, [RecordingState.ANNOUNCED], now=clock.now(), lease=LEASE)
        return row and (row.sid, row.tries)


def test_a_claimed_row_is_not_claimed_again_until_its_lease_runs_out(database, clock):
    announced(database, clock)
    assert take(database, clock) == ("RE1", 1)
    assert take(database, clock) is None
    clock.advance(minutes=5)
    assert take(database, clock) == ("RE1", 2)


def test_a_row_put_off_is_claimed_only_when_its_time_has_come(database, clock):
    announced(database, clock)
    with database.write() as session:
        row = claim_next(session, Recording, [RecordingState.ANNOUNCED], now=clock.now(), lease=LEASE)
        release(row, RecordingState.ANNOUNCED, next_try_at=clock.now() + timedelta(seconds=30))
    assert take(database, clock) is None
    clock.advance(seconds=30)
    assert take(database, clock) == ("RE1", 2)


def test_of_many_workers_exactly_one_gets_each_row(database, clock):
    for i in range(6):
        announced(database, clock, f"RE{i}")
    taken, errors = [], []

    def work():
        try:
            while got := take(database, clock):
                taken.append(got[0])
        except Exception as error:
            errors.append(error)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert errors == []
    assert sorted(taken) == [f"RE{i}" for i in range(6)]


def test_parallel_callers_get_different_case_numbers_without_gaps(database):
    numbers, errors = [], []

    def draw():
        try:
            with database.write() as session:
                numbers.append(next_number(session))
        except Exception as error:
            errors.append(error)

    threads = [threading.Thread(target=draw) for _ in range(8)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert errors == []
    assert sorted(numbers) == list(range(1001, 1009))
