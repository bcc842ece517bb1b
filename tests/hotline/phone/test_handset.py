"""The handset does with the hotline's TwiML what a carrier does."""

from pathlib import Path

import numpy as np
import pytest

from hotline.phone.audio import as_wav, read_telephone
from hotline.phone.live_call import WebhookFailed
from hotline.phone.scripted import ScriptedCaller
from hotline.phone.steps import Beep, Dialling, Ended, NothingHeard, Prompt, Recorded, Request, WaitForKey
from hotline.phone.twiml import InvalidTwiml
from hotline.phone.wire import ForeignUrl
from tests.hotline.phone.scripted_hotline import LINE, RESIDENT, of, scene, wav

RECORD = (
    '<Record action="/done" maxLength="180" timeout="10" finishOnKey="#" recordingStatusCallback="/recording"'
    ' recordingStatusCallbackEvent="completed absent" />'
)
WELCOME = (
    '<Gather numDigits="1" timeout="1" action="/keys"><Play>/a.wav</Play><Play>/b.wav</Play></Gather>'
    + RECORD
    + '<Redirect method="POST">/silent</Redirect>'
)
THANKS = "<Play>/thanks.wav</Play><Hangup/>"


def test_the_beep_comes_after_the_prompts_and_the_wait_for_a_key(tmp_path: Path) -> None:
    steps = scene(tmp_path, {"/twilio/voice": WELCOME, "/done": THANKS}).ring(ScriptedCaller([wav(4)]))

    assert [p.at for p in of(steps, Prompt)][:2] == [0.0, 2.0]
    assert of(steps, WaitForKey)[0].at == 4.0
    assert of(steps, Beep)[0].at == 5.0


def test_a_caller_who_speaks_and_hangs_up_leaves_a_recording(tmp_path: Path) -> None:
    s = scene(tmp_path, {"/twilio/voice": WELCOME, "/done": THANKS})

    steps = s.ring(ScriptedCaller([wav(4.2)]))

    sid = of(steps, Recorded)[0].sid
    assert s.hotline.paths() == ["/twilio/voice", "/done", "/recording", "/twilio/voice/status"]
    assert s.hotline.params("/twilio/voice")["CallStatus"] == "ringing"
    assert s.hotline.params("/done") | {
        "Digits": "hangup", "CallStatus": "completed", "RecordingSid": sid, "RecordingDuration": "4",
    } == s.hotline.params("/done")  # fmt: skip
    assert s.hotline.params("/recording")["RecordingStatus"] == "completed"
    assert s.hotline.params("/twilio/voice/status")["CallStatus"] == "completed"
    assert steps[-1] == Ended(of(steps, Recorded)[0].at, "caller", "completed")
    assert s.exchange.sound(sid) is not None


def test_the_recording_is_telephone_sound_whatever_the_caller_brings(tmp_path: Path) -> None:
    s = scene(tmp_path, {"/twilio/voice": RECORD, "/done": THANKS})

    steps = s.ring(ScriptedCaller([wav(2, rate=44100)]))

    sound = s.exchange.sound(of(steps, Recorded)[0].sid) or b""
    assert int.from_bytes(sound[24:28], "little") == 8000
    assert int.from_bytes(sound[34:36], "little") == 16


def test_a_caller_who_ends_with_the_hash_key_hears_the_thanks(tmp_path: Path) -> None:
    s = scene(tmp_path, {"/twilio/voice": WELCOME, "/done": THANKS})

    steps = s.ring(ScriptedCaller([wav(3)], keys="#"))

    assert s.hotline.params("/done")["Digits"] == "#"
    assert s.hotline.params("/done")["CallStatus"] == "in-progress"
    assert of(steps, Prompt)[-1].url.endswith("/thanks.wav")
    assert of(steps, Ended)[0].by == "hotline"


def test_a_key_pressed_during_a_prompt_interrupts_it(tmp_path: Path) -> None:
    s = scene(tmp_path, {"/twilio/voice": WELCOME, "/keys": THANKS})

    steps = s.ring(ScriptedCaller(keys="1"))

    assert s.hotline.params("/keys")["Digits"] == "1"
    assert [p.url.rsplit("/")[-1] for p in of(steps, Prompt)] == ["a.wav", "thanks.wav"]
    assert of(steps, Prompt)[1].at == 1.0


def test_keys_are_collected_until_the_finish_key(tmp_path: Path) -> None:
    gather = '<Gather action="/keys" finishOnKey="*" timeout="3"><Say>请输入编号</Say></Gather>'
    s = scene(tmp_path, {"/twilio/voice": gather, "/keys": "<Hangup/>"})

    s.ring(ScriptedCaller(keys="123*"))

    assert s.hotline.params("/keys")["Digits"] == "123"
    assert s.hotline.params("/keys")["FinishedOnKey"] == "*"


def test_without_a_key_gather_goes_on_with_the_next_verb(tmp_path: Path) -> None:
    s = scene(tmp_path, {"/twilio/voice": WELCOME, "/done": THANKS})

    s.ring(ScriptedCaller([wav(1)]))

    assert "/keys" not in s.hotline.paths()


def test_without_a_key_gather_asks_the_action_where_it_says_so(tmp_path: Path) -> None:
    gather = '<Gather action="/keys" actionOnEmptyResult="true" timeout="2" />'
    s = scene(tmp_path, {"/twilio/voice": gather, "/keys": "<Hangup/>"})

    steps = s.ring(ScriptedCaller())

    assert s.hotline.params("/keys")["Digits"] == ""
    assert of(steps, Ended)[0].at == 2.0


def test_keys_outside_a_gather_are_not_heard(tmp_path: Path) -> None:
    s = scene(tmp_path, {"/twilio/voice": "<Play>/a.wav</Play><Play>/b.wav</Play>"})

    steps = s.ring(ScriptedCaller(keys="11"))

    assert of(steps, Ended)[0].at == 4.0


@pytest.mark.parametrize("said", [[], [wav(30, loud=False)]])
def test_an_empty_recording_goes_on_with_the_next_verb(tmp_path: Path, said: list[bytes]) -> None:
    s = scene(tmp_path, {"/twilio/voice": WELCOME, "/silent": "<Play>/c.wav</Play><Hangup/>"})

    steps = s.ring(ScriptedCaller(said))

    assert s.hotline.paths() == ["/twilio/voice", "/recording", "/silent", "/twilio/voice/status"]
    assert s.hotline.params("/recording")["RecordingStatus"] == "absent"
    assert s.hotline.params("/recording")["ErrorCode"] == "16102"
    assert of(steps, NothingHeard)[0].at == 15.5


def test_nothing_is_told_of_an_empty_recording_unless_asked_for(tmp_path: Path) -> None:
    record = '<Record action="/done" recordingStatusCallback="/recording" />'
    s = scene(tmp_path, {"/twilio/voice": record})

    s.ring(ScriptedCaller())

    assert s.hotline.paths() == ["/twilio/voice", "/twilio/voice/status"]


def test_hanging_up_before_the_beep_leaves_no_recording(tmp_path: Path) -> None:
    s = scene(tmp_path, {"/twilio/voice": WELCOME})

    steps = s.ring(ScriptedCaller([wav(3)], hang_up_before_beep=True))

    assert s.hotline.paths() == ["/twilio/voice", "/twilio/voice/status"]
    assert of(steps, Ended)[0] == Ended(5.0, "caller", "completed")


def test_hanging_up_in_the_middle_of_a_prompt(tmp_path: Path) -> None:
    s = scene(tmp_path, {"/twilio/voice": WELCOME})

    steps = s.ring(ScriptedCaller([wav(3)], hang_up_at=2.5))

    assert of(steps, Ended)[0].at == 2.5
    assert s.hotline.params("/twilio/voice/status")["CallDuration"] == "3"


def test_hanging_up_while_speaking_keeps_what_was_said(tmp_path: Path) -> None:
    s = scene(tmp_path, {"/twilio/voice": WELCOME, "/done": THANKS})

    steps = s.ring(ScriptedCaller([wav(30)], hang_up_at=5.5 + 7))

    assert of(steps, Recorded)[0].seconds == 7.0
    assert s.hotline.params("/recording")["RecordingDuration"] == "7"


def test_hanging_up_while_silent_after_the_beep_is_absent(tmp_path: Path) -> None:
    s = scene(tmp_path, {"/twilio/voice": WELCOME})

    steps = s.ring(ScriptedCaller(hang_up_at=8.0))

    assert s.hotline.paths() == ["/twilio/voice", "/recording", "/twilio/voice/status"]
    assert of(steps, Ended)[0].at == 8.0


def test_a_long_speech_is_cut_at_the_longest_length_and_the_call_goes_on(tmp_path: Path) -> None:
    record = '<Record action="/done" maxLength="5" />'
    s = scene(tmp_path, {"/twilio/voice": record, "/done": THANKS})

    steps = s.ring(ScriptedCaller([wav(20)]))

    assert of(steps, Recorded)[0].seconds == 5.0
    assert s.hotline.params("/done")["Digits"] == ""
    assert of(steps, Ended)[0].by == "hotline"


def test_a_pause_longer_than_the_timeout_ends_the_recording(tmp_path: Path) -> None:
    record = '<Record action="/done" timeout="3" />'
    s = scene(tmp_path, {"/twilio/voice": record, "/done": THANKS})
    speech = _joined(wav(2), wav(4, loud=False), wav(2))

    steps = s.ring(ScriptedCaller([speech]))

    assert of(steps, Recorded)[0].seconds == pytest.approx(5.0, abs=0.1)


def test_a_pause_shorter_than_the_timeout_does_not_end_it(tmp_path: Path) -> None:
    s = scene(tmp_path, {"/twilio/voice": RECORD, "/done": THANKS})
    speech = _joined(wav(2), wav(8, loud=False), wav(2))

    assert of(s.ring(ScriptedCaller([speech])), Recorded)[0].seconds == 12.0


def test_the_callers_second_try_is_said_at_the_second_recording(tmp_path: Path) -> None:
    silent = "<Play>/not_heard.wav</Play>" + RECORD
    s = scene(tmp_path, {"/twilio/voice": WELCOME, "/silent": silent, "/done": THANKS})

    steps = s.ring(ScriptedCaller([wav(12, loud=False), wav(2)]))

    assert len(of(steps, NothingHeard)) == 1
    assert len(of(steps, Recorded)) == 1


@pytest.mark.parametrize(("answers", "status"), [(True, "completed"), (False, "no-answer")])
def test_a_dialled_person_picks_up_or_not(tmp_path: Path, answers: bool, status: str) -> None:
    dial = '<Dial action="/dialled" timeout="20"><Number>+8613900000000</Number></Dial>'
    s = scene(tmp_path, {"/twilio/voice": dial, "/dialled": "<Hangup/>"})

    steps = s.ring(ScriptedCaller(duty_phone_answers=answers))

    assert of(steps, Dialling)[0].number == "+8613900000000"
    assert s.hotline.params("/dialled")["DialCallStatus"] == status


def test_a_rejected_call_ends_at_once(tmp_path: Path) -> None:
    s = scene(tmp_path, {"/twilio/voice": '<Reject reason="busy"/>'})

    steps = s.ring(ScriptedCaller())

    assert of(steps, Ended)[0] == Ended(0.0, "hotline", "busy")
    assert s.hotline.params("/twilio/voice/status")["CallStatus"] == "busy"


def test_a_document_that_ends_ends_the_call(tmp_path: Path) -> None:
    s = scene(tmp_path, {"/twilio/voice": "<Say>您好您好</Say>"})

    assert of(s.ring(ScriptedCaller()), Ended)[0] == Ended(1.0, "hotline", "completed")


@pytest.mark.parametrize(
    "twiml",
    [
        '<Pause length="1"/>',
        "<Sms>hello</Sms>",
        '<Gather input="speech"/>',
        '<Gather><Pause length="1"/></Gather>',
        '<Record maxlength="5"/>',
        '<Gather timeout="soon"/>',
        "<Dial>+8613900000000</Dial>",
        "<Play>ftp://elsewhere/a.wav</Play>",
        "<Unclosed>",
    ],
)
def test_what_a_carrier_cannot_execute_is_refused_loudly(tmp_path: Path, twiml: str) -> None:
    s = scene(tmp_path, {"/twilio/voice": twiml})

    with pytest.raises(InvalidTwiml):
        s.ring(ScriptedCaller())
    assert s.hotline.params("/twilio/voice/status")["CallStatus"] == "failed"


def test_an_error_page_ends_the_call_unless_there_is_a_fallback(tmp_path: Path) -> None:
    with pytest.raises(WebhookFailed, match="HTTP 500"):
        scene(tmp_path / "a", {"/twilio/voice": 500}).ring(ScriptedCaller())

    s = scene(tmp_path / "b", {"/twilio/voice": 500, "/fallback": THANKS}, fallback_path="/fallback")
    steps = s.ring(ScriptedCaller())
    assert [r.status for r in of(steps, Request)] == [500, 200]
    assert s.hotline.params("/fallback")["ErrorUrl"] == LINE.url("/twilio/voice")


def test_an_answer_that_is_not_xml_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(WebhookFailed, match="not XML"):
        scene(tmp_path, {"/twilio/voice": THANKS}, content_type="text/plain").ring(ScriptedCaller())


def test_documents_in_a_circle_are_an_error(tmp_path: Path) -> None:
    s = scene(tmp_path, {"/twilio/voice": "<Redirect>/twilio/voice</Redirect>"})

    with pytest.raises(WebhookFailed, match="documents"):
        s.ring(ScriptedCaller())


def test_the_simulator_speaks_to_the_hotline_alone(tmp_path: Path) -> None:
    s = scene(tmp_path, {"/twilio/voice": "<Redirect>https://elsewhere.test/x</Redirect>"})

    with pytest.raises(ForeignUrl):
        s.ring(ScriptedCaller())


def test_get_requests_are_signed_with_their_query_and_without_the_fragment(tmp_path: Path) -> None:
    s = scene(
        tmp_path,
        {"/twilio/voice": '<Redirect method="GET">/next?v=%E4%BD%A0#rc=2</Redirect>', "/next": THANKS},
    )

    s.ring(ScriptedCaller())

    assert s.hotline.heard[1].method == "GET"
    assert s.hotline.params("/next")["v"] == "你"


def test_a_call_of_the_hotline_is_picked_up_and_told(tmp_path: Path) -> None:
    s = scene(tmp_path, {"/notice/1/voice": "<Play>/a.wav</Play>"})
    call = s.exchange.add_call(
        "outbound-api", LINE.number, RESIDENT, status="ringing", url=LINE.url("/notice/1/voice"),
        callback=LINE.url("/notice/1/status"), events="initiated ringing answered completed",
    )  # fmt: skip

    steps = s.answer(call, ScriptedCaller())

    assert s.hotline.paths() == ["/notice/1/status", "/notice/1/voice", "/notice/1/status"]
    assert [h.params["CallStatus"] for h in s.hotline.heard] == ["in-progress", "in-progress", "completed"]
    assert s.hotline.params("/notice/1/voice")["Direction"] == "outbound-api"
    assert of(steps, Ended)[0].at == 2.0
    assert s.handset.pick_up(call) is None


def test_a_call_with_twiml_of_its_own_needs_no_url(tmp_path: Path) -> None:
    s = scene(tmp_path, {})
    call = s.exchange.add_call(
        "outbound-api", LINE.number, RESIDENT, status="ringing",
        twiml="<Response><Say>您好</Say><Hangup/></Response>", url=LINE.url("/"),
    )  # fmt: skip

    assert of(s.answer(call, ScriptedCaller()), Prompt)[0].text == "您好"


def test_dropping_the_handset_ends_the_call(tmp_path: Path) -> None:
    s = scene(tmp_path, {"/twilio/voice": WELCOME})
    call, conversation = s.handset.call()
    next(conversation)

    conversation.close()

    assert s.hotline.params("/twilio/voice/status")["CallStatus"] == "completed"
    stored = s.exchange.call(call.sid)
    assert stored is not None
    assert stored.status == "completed"


def test_a_text_arrives_with_its_sid_and_body_untouched(tmp_path: Path) -> None:
    s = scene(tmp_path, {"/twilio/sms": "<Message>收到。</Message>"})

    message = s.handset.send_text(" 路灯坏了 😀 ")

    assert s.hotline.params("/twilio/sms")["MessageSid"] == message.sid
    assert s.hotline.params("/twilio/sms")["Body"] == " 路灯坏了 😀 "
    assert [m.body for m in s.exchange.messages_of(RESIDENT)] == [" 路灯坏了 😀 ", "收到。"]


def test_a_text_that_the_hotline_refuses_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(WebhookFailed, match="500"):
        scene(tmp_path, {"/twilio/sms": 500}).handset.send_text("你好")


def _joined(*sounds: bytes) -> bytes:
    return as_wav(np.concatenate([read_telephone(s) for s in sounds]))
