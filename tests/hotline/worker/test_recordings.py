"""From a recording at the carrier to a suggestion, with a carrier that behaves as carriers do."""

from datetime import timedelta

import pytest

from hotline.telephony.inbound import CallFacts, announce_recording, register_call
from hotline.worker import recordings as work
from hotline.worker.speech import NoModel
from models import Notice, Recording, RecordingState, Suggestion
from nlp.transcription import TranscriptionError
from tests.fakes.carrier_behaviour import NOT_THERE_YET, UNAUTHORISED, Content, Huge, Ok, Refuse, Truncated
from tests.hotline.conftest import DUTY_PHONE, NUMBER
from tests.hotline.worker.voicemails import CALLER, FIRST, SECOND, announced, speech


@pytest.fixture
def voicemail(context, carrier):
    """Sound at the carrier, announced to us."""
    announced(context, carrier.recordings.add(FIRST, speech()))


def row(context):
    with context.database.read() as session:
        return session.query(Recording).one()


def case(context):
    with context.database.read() as session:
        found = session.query(Suggestion).one()
        _ = found.recordings
        return found


def texts(context, to=CALLER):
    with context.database.read() as session:
        return [n.body for n in session.query(Notice).filter_by(to_number=to).order_by(Notice.id)]


def until_settled(context, step, most=60):
    """Runs the step again and again, with the clock moving on to the next try."""
    for _ in range(most):
        if not step(context):
            waiting = row(context).next_try_at
            if row(context).state is not RecordingState.ANNOUNCED or waiting is None:
                return
            context.clock.set(max(waiting, context.clock.now()))


def test_a_voicemail_becomes_a_suggestion_with_transcript_and_acknowledgement(context, carrier, voicemail):
    assert work.fetch_recording(context)
    stored = row(context)
    assert stored.state is RecordingState.STORED
    assert (context.settings.home / stored.path).read_bytes() == carrier.recordings.files[FIRST]
    assert work.transcribe_recording(context)
    made = case(context)
    assert made.text == "天福苑二栋的下水道堵了"
    assert made.courtyard_id is not None
    with context.database.read() as session:
        transcript = session.get(Recording, stored.id).transcript
        assert {"word": "天", "start": 0.0, "end": 0.2, "confidence": 0.9}.items() <= transcript.words[0].items()
    [acknowledgement] = texts(context)
    assert str(made.number) in acknowledgement
    assert not work.fetch_recording(context)
    assert not work.transcribe_recording(context)


def test_the_copy_at_the_carrier_is_deleted_only_after_ours_is_committed(context, carrier, voicemail):
    work.delete_at_carrier(context)
    assert carrier.recordings.deleted == []
    work.fetch_recording(context)
    work.delete_at_carrier(context)
    work.delete_at_carrier(context)
    assert carrier.recordings.deleted == [FIRST]
    assert row(context).deleted_at_carrier_at is not None


def test_a_copy_that_the_carrier_has_lost_already_counts_as_deleted(context, carrier, voicemail):
    work.fetch_recording(context)
    carrier.script("recording removal", Refuse(404, 20404))
    work.delete_at_carrier(context)
    assert row(context).deleted_at_carrier_at is not None


def test_a_refused_deletion_is_tried_again(context, carrier, voicemail):
    work.fetch_recording(context)
    carrier.script("recording removal", Refuse(503))
    work.delete_at_carrier(context)
    assert row(context).deleted_at_carrier_at is None
    work.delete_at_carrier(context)
    assert row(context).deleted_at_carrier_at is not None


@pytest.mark.parametrize(
    "trouble",
    [NOT_THERE_YET, UNAUTHORISED, Refuse(503), Refuse(429, 20429), Truncated(), Content(b"<html>busy</html>")],
    ids=["404", "401", "503", "429", "truncated", "not audio"],
)
def test_audio_that_is_not_good_yet_is_fetched_again_with_growing_pauses(context, carrier, voicemail, trouble):
    carrier.script("recordings", trouble, trouble, Ok())
    assert work.fetch_recording(context)
    first_pause = row(context).next_try_at - context.clock.now()
    assert not work.fetch_recording(context)
    context.clock.advance(seconds=first_pause.total_seconds())
    assert work.fetch_recording(context)
    assert row(context).next_try_at - context.clock.now() > first_pause
    until_settled(context, work.fetch_recording)
    assert row(context).state is RecordingState.STORED


def test_audio_that_never_comes_is_a_case_that_asks_for_a_person(context, carrier):
    announced(context, carrier.recordings.url(FIRST))
    until_settled(context, work.fetch_recording)
    assert row(context).state is RecordingState.LOST
    assert case(context).needs_listening
    assert len(texts(context)) == 1


def test_a_carrier_that_is_down_for_a_day_loses_no_voice(context, carrier, voicemail):
    carrier.script("recordings", *[Refuse(503)] * 150)
    until_settled(context, work.fetch_recording, most=400)
    assert row(context).state is RecordingState.STORED


def test_what_cannot_be_decoded_is_kept_for_a_person_to_hear(context, carrier):
    announced(context, carrier.recordings.add(FIRST, b"RIFF" + b"\0" * 400))
    until_settled(context, work.fetch_recording)
    kept = row(context)
    assert kept.state is RecordingState.NEEDS_LISTENING
    assert (context.settings.home / kept.path).read_bytes() == carrier.recordings.files[FIRST]
    assert case(context).needs_listening


def test_a_file_without_end_is_cut_off(context, carrier, voicemail):
    carrier.script("recordings", Huge(megabytes=40))
    work.fetch_recording(context)
    assert row(context).state is RecordingState.LOST
    kept = sum(f.stat().st_size for f in context.settings.recordings_dir.rglob("*") if f.is_file())
    assert kept < 30 * 2**20


@pytest.mark.parametrize("url", ["http://127.0.0.1:1/x", "https://evil.example/RE", "file:///etc/passwd"])
def test_our_token_goes_to_nobody_but_the_configured_carrier(context, carrier, url):
    announced(context, url)
    until_settled(context, work.fetch_recording)
    assert row(context).state is RecordingState.LOST
    assert "not our carrier" in row(context).error
    assert carrier.recordings.requested == []


@pytest.mark.parametrize("error", [NoModel("no model"), TranscriptionError("crashed")], ids=["no model", "crash"])
def test_a_voice_that_no_machine_can_read_is_a_case_for_a_person(context, carrier, voicemail, error):
    context.speech.hears = [error]
    work.fetch_recording(context)
    for _ in range(5):
        work.transcribe_recording(context)
        context.clock.advance(seconds=10)
    assert row(context).state is RecordingState.NEEDS_LISTENING
    assert case(context).needs_listening
    assert len(texts(context)) == 1


def test_a_recogniser_that_crashes_once_costs_one_try(context, carrier, voicemail):
    context.speech.hears = [TranscriptionError("crashed"), "路灯坏了"]
    work.fetch_recording(context)
    work.transcribe_recording(context)
    assert row(context).state is RecordingState.STORED
    context.clock.advance(seconds=10)
    work.transcribe_recording(context)
    assert case(context).text == "路灯坏了"


def test_silence_on_the_recording_is_a_case_for_a_person(context, carrier, voicemail):
    context.speech.hears = [""]
    work.fetch_recording(context)
    work.transcribe_recording(context)
    assert case(context).needs_listening


def test_an_emergency_alerts_the_duty_phone_and_tells_the_caller_whom_to_ring(context, carrier, voicemail):
    context.speech.hears = ["我闻到煤气味道好大，厨房里头煤气漏了"]
    work.fetch_recording(context)
    work.transcribe_recording(context)
    made = case(context)
    assert made.urgency.value == "emergency"
    assert made.ring == "119"
    [alert] = texts(context, DUTY_PHONE)
    assert CALLER in alert or CALLER.removeprefix("+86") in alert
    assert "119" in texts(context)[0]


def test_two_recordings_of_one_call_are_one_case(context, carrier, voicemail):
    announced(context, carrier.recordings.add(SECOND, speech(3.0)), sid=SECOND)
    context.speech.hears = ["路灯坏了", "在天福苑门口"]
    for _ in range(2):
        work.fetch_recording(context)
    for _ in range(2):
        work.transcribe_recording(context)
    made = case(context)
    assert "路灯坏了" in made.text
    assert "天福苑" in made.text
    assert len(texts(context)) == 1


def test_a_worker_killed_in_the_middle_leaves_work_that_is_done_once(context, carrier, voicemail):
    class Killed(BaseException):
        pass

    def die(path, on_progress=None):
        raise Killed

    work.fetch_recording(context)
    context.speech.transcribe, whole = die, context.speech.transcribe
    with pytest.raises(Killed):
        work.transcribe_recording(context)
    context.speech.transcribe = whole
    assert not work.transcribe_recording(context)
    context.clock.advance(seconds=work.TRANSCRIBE_LEASE.total_seconds())
    assert work.transcribe_recording(context)
    assert case(context).text == "天福苑二栋的下水道堵了"


def test_a_slow_worker_whose_lease_ran_out_makes_no_second_case(context, carrier, voicemail):
    work.fetch_recording(context)
    heard = context.speech.transcribe

    def slow(path, on_progress=None):
        context.clock.advance(seconds=work.TRANSCRIBE_LEASE.total_seconds() + 1)
        context.speech.transcribe = heard
        work.transcribe_recording(context)
        return heard(path)

    context.speech.transcribe = slow
    work.transcribe_recording(context)
    case(context)
    assert len(texts(context)) == 1


def test_a_recording_whose_caller_is_not_known_yet_waits_a_little(context, carrier):
    url = carrier.recordings.add(FIRST, speech())
    now = context.clock.now()
    with context.database.write() as session:
        call = register_call(session, CallFacts("CA1", "", "", ""), now)
        announce_recording(session, call, FIRST, url, 2, now)
    assert not work.fetch_recording(context)
    with context.database.write() as session:
        register_call(session, CallFacts("CA1", CALLER, NUMBER, "completed"), now)
    context.clock.advance(seconds=timedelta(seconds=20).total_seconds())
    work.fetch_recording(context)
    work.transcribe_recording(context)
    assert len(texts(context)) == 1
