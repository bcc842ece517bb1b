"""专项征集“交通出行” (S6) from the desk to the report: pages, worker, signed webhooks, and a carrier that answers.

The clock is the test's own, since invitations keep hours."""

import io
from dataclasses import dataclass

import pytest
from docx import Document
from flask import Flask
from sqlalchemy import select

from handling.casework import take_action
from handling.residents import find_or_add_resident
from handling.residents.consents import give_consent
from handling.scheme import load_scheme
from hotline.settings import Settings
from hotline.telephony.twilio_carrier import TwilioCarrier
from hotline.worker import outbox
from hotline.worker.campaigns import end_campaigns, invite_residents
from hotline.worker.context import WorkerContext
from hotline.worker.recordings import fetch_recording, transcribe_recording
from hotline.worker.texts import process_text
from models import Answer, Campaign, Database, Medium, Participation, ParticipationState, Purpose, Suggestion, User
from tests.fakes.carrier import CarrierFake, carrier_fixture  # noqa: F401 (a fixture)
from tests.fakes.clock import FakeClock
from tests.fakes.speech import FakeSpeech
from tests.hotline.conftest import NUMBER, app, settings  # noqa: F401 (fixtures)
from tests.hotline.desk.conftest import Browser, Desk, desk  # noqa: F401 (a fixture)
from tests.hotline.phone.scripted_hotline import wav

WANG, LI, ZHAO = "+8613800000001", "+8613800000002", "+862885550109"
STRANGER = "+8613900139009"
CAMPAIGN_NUMBER = "+862885550111"


@dataclass
class Town:
    """The desk, the worker and the carrier of one community."""

    app: Flask
    carrier: CarrierFake
    context: WorkerContext
    liu: Browser
    count: int = 0

    def work(self) -> None:
        """What the worker does in a moment."""
        invite_residents(self.context)
        while fetch_recording(self.context) or transcribe_recording(self.context) or process_text(self.context):
            pass
        while outbox.send_notice(self.context):
            pass

    def text(self, sender: str, body: str, to: str = NUMBER) -> None:
        self.context.clock.advance(seconds=40)  # type: ignore[attr-defined]
        self.count += 1
        answer = self.post("/twilio/sms", MessageSid=f"SM{self.count}", From=sender, To=to, Body=body)
        assert answer.status_code == 200
        self.work()

    def post(self, path: str, **params: str):
        return self.carrier.post_webhook(self.app.test_client(), path, params)

    def said_to(self, resident: str) -> list[str]:
        return [message.body for message in self.carrier.messages if message.to == resident]

    def call(self, path: str, sid: str, **params: str) -> str:
        """The hotline's answer on the line that it has rung."""
        facts = {
            "CallSid": sid,
            "From": NUMBER,
            "To": ZHAO,
            "Direction": "outbound-api",
            "CallStatus": "in-progress",
        }
        answer = self.post(path, **{**facts, **params})
        assert answer.status_code == 200, answer.text
        return answer.text


@pytest.fixture
def town(
    app: Flask,
    settings: Settings,
    database: Database,
    clock: FakeClock,
    carrier: CarrierFake,
    desk: Desk,
) -> Town:
    near = settings.model_copy(update={"twilio_api_base": carrier.base_url})
    near.recordings_dir.mkdir(parents=True, exist_ok=True)
    context = WorkerContext(near, database, load_scheme("chengbei"), clock, TwilioCarrier(near), FakeSpeech())
    with database.write() as session:
        for phone in (WANG, LI, ZHAO):
            resident = find_or_add_resident(session, phone, clock.now())
            assert resident is not None
            give_consent(session, resident, Purpose.INVITATIONS, how="当面说", now=clock.now())
        find_or_add_resident(session, STRANGER, clock.now())
    return Town(app, carrier, context, desk.browser("liu"))


def test_the_traffic_campaign_from_the_first_question_to_the_decision(
    town: Town, database: Database, clock: FakeClock, desk: Desk
) -> None:
    liu = town.liu
    # 问卷发布: the bundled questionnaire, the community's own voice, the start.
    liu.get("/desk/campaigns/new?template=traffic")
    page = liu.post(
        "/desk/campaigns/new",
        template="traffic",
        title="交通出行",
        purpose="哪里不好走",
        starts_on="2026-03-09",
        ends_on="2026-03-22",
        number=CAMPAIGN_NUMBER,
        keyword="出行",
        per_minute="10",
        served_days="0",
        way="both",
    ).location
    liu.get(page)
    with database.read() as session:
        questions = session.scalars(select(Campaign)).one().questions
    for question_id in (0, *(question.id for question in questions)):
        voice = (io.BytesIO(wav(26)), "voice.wav")
        assert liu.post(f"{page}/voice/{question_id}", voice=voice).status_code == 302
    listed = liu.get(page).text
    assert "短信 2 人，电话 1 人" in listed
    assert "没有同意接受邀请 1 人" in listed
    liu.post(f"{page}/steps/start")
    liu.post(f"{page}/steps/invite")
    town.work()
    assert [len(town.said_to(phone)) for phone in (WANG, LI, STRANGER)] == [1, 1, 0]
    assert [call.to for call in town.carrier.calls] == [ZHAO]

    # By text: one question at a time, words of every kind.
    for body in ("好", "第二个嘛", "大概五天", "1", "三分"):
        town.text(WANG, body)
    town.text(WANG, "天福苑门口的红绿灯太短了，老年人走不过去")
    assert town.said_to(WANG)[1].endswith(
        "1/5题：您平时出门主要怎么走？请回数字：1走路，2公交，3地铁，4自行车电瓶车，5自己开车"
    )
    assert "您的建议已收到" in town.said_to(WANG)[-1]
    # Another one says no, and hears nothing more.
    town.text(LI, "2")
    assert town.said_to(LI)[-1].endswith("好的，不再问您了。您照样可以打电话、发短信来说事。")
    # A neighbour who was not invited comes by the keyword, is angry about something else, and goes on.
    town.text(STRANGER, "出行")
    town.text(STRANGER, "停车费又涨了，没得道理")
    assert "1/5题" in town.said_to(STRANGER)[-1]
    town.text(STRANGER, "5")

    # By telephone: the landline that was rung.
    ring = town.carrier.calls[0]
    talk = ring.params["Url"].removeprefix(town.carrier.public_url)
    assert "Gather" in town.call(talk, ring.sid)
    with database.read() as session:
        row = session.scalars(select(Participation).where(Participation.medium == Medium.CALL)).one()
    base = f"/twilio/survey/{row.id}"
    town.call(f"{base}/begin", ring.sid)
    for question, digits in zip(questions, ("1", "3", "1", "2"), strict=False):
        town.call(f"{base}/{question.id}/keys/1", ring.sid, Digits=digits)
    audio = town.carrier.recordings.add("RE1", wav(4))
    said = {"RecordingSid": "RE1", "RecordingUrl": audio, "RecordingDuration": "4"}
    assert "thanks.wav" in town.call(f"{base}/{questions[-1].id}/recorded", ring.sid, **said)
    town.context.speech.hears = ["路口没得斑马线"]  # type: ignore[attr-defined]
    town.work()

    # 数据分析: live, then the end of the last day.
    progress = liu.get(f"{page}/progress").text
    assert "<dt>答完了</dt><dd>2</dd>" in progress
    assert "<dt>回收率</dt><dd>67%</dd>" in progress
    with database.read() as session:
        assert (
            session.scalars(select(Answer.text).where(Answer.recording_id.is_not(None))).one() == "路口没得斑马线"
        )
        cases = session.scalars(select(Suggestion).where(Suggestion.campaign_id.is_not(None))).all()
        assert len(cases) == 3
        crossing = next(case.number for case in cases if "红绿灯" in case.text)
    desk.review(crossing, level="A")
    with database.write() as session:
        case = desk.find(session, crossing)
        user = session.get_one(User, desk.users["liu"].id)
        form = {"level": "A", "handler": str(desk.users["wangfang"].id), "instruction": "去看"}
        take_action(session, desk.scheme, case, user, "assign", form, now=clock.now())
        case.converted_at = clock.now()
    clock.advance(days=14)
    end_campaigns(town.context)
    with database.read() as session:
        assert ParticipationState.ANSWERING not in session.scalars(select(Participation.state)).all()

    # 转化运用: the decision, the report, the board.
    liu.get(f"{page}/results")
    liu.post(f"{page}/report", analysis="过马路最难", decision="门口加装红绿灯，11条建议直接采纳")
    liu.post(f"{page}/results/release")
    document = Document(io.BytesIO(liu.get(f"{page}.docx").data))
    words = "\n".join(
        [p.text for p in document.paragraphs]
        + [cell.text for table in document.tables for line in table.rows for cell in line.cells]
    )
    for part in (
        "一、问卷发布",
        "二、数据分析",
        "三、转化运用",
        "门口加装红绿灯",
        "66.7%",
        "已采纳",
        "路口没得斑马线",
    ):
        assert part in words
    for phone in (WANG, ZHAO, STRANGER):
        assert phone[-8:] not in words
    board = liu.get(page.replace("/desk/", "/board/")).text
    assert "门口加装红绿灯" in board
    town.text(STRANGER, "3")
    assert town.said_to(STRANGER)[-1].endswith("这次问卷已经结束了，谢谢您。有话直接发短信来说，或打热线。")
