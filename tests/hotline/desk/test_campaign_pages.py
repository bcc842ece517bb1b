"""专项征集 on the desk and on the board, in a browser without JavaScript."""

import io
import re
from datetime import date

import pytest
from docx import Document
from sqlalchemy import select

from handling.campaigns.invitations import invite_due
from handling.campaigns.surveys import record_answer, take_part
from handling.residents import find_or_add_resident
from handling.residents.consents import give_consent
from models import AnswerMeans, Campaign, CampaignSound, CampaignState, Event, Notice, Purpose
from tests.hotline.conftest import only
from tests.hotline.desk.conftest import MOBILE, asks_once
from tests.hotline.desk.deeds import PLAN
from tests.hotline.phone.scripted_hotline import wav


@pytest.fixture
def liu(desk):
    return desk.browser("liu")


@pytest.fixture
def campaign(liu):
    """A draft from the bundled questionnaire about traffic; its page."""
    liu.get("/desk/campaigns/new?template=traffic")
    return liu.post("/desk/campaigns/new", template="traffic", **PLAN).location


def test_a_bundled_questionnaire_is_a_campaign_in_one_form(liu, database):
    page = liu.get("/desk/campaigns/new?template=satisfaction").text
    assert 'value="办事满意度"' in page
    assert 'value="92"' in page
    answer = liu.post("/desk/campaigns/new", **{**PLAN, "template": "satisfaction", "title": "办事满意度"})
    page = liu.get(answer.location).text
    assert "您反映的事，总的来说您满意吗？" in page
    assert only(database, Campaign).number == "+862885550111"


def test_mistakes_stand_at_their_fields_and_nothing_typed_is_lost(liu):
    liu.get("/desk/campaigns/new")
    answer = liu.post("/desk/campaigns/new", **{**PLAN, "keyword": "进度", "ends_on": "2026-03-01"})
    assert answer.status_code == 422
    assert 'id="keyword-wrong"' in answer.text
    assert 'id="ends_on-wrong"' in answer.text
    assert "看看哪里不好走" in answer.text
    assert liu.post("/desk/campaigns/new", **{**PLAN, "starts_on": "gestern"}).status_code == 422


def test_questions_are_added_changed_moved_and_removed(liu, campaign, database):
    liu.get(campaign)
    bad = liu.post(f"{campaign}/questions", kind="choice", text="好不好？", choices="好")
    assert bad.status_code == 422
    assert "2 到 8 个不同的选项" in bad.text
    liu.post(f"{campaign}/questions", kind="choice", text="灯够不够亮？", choices="够\n不够")
    with database.read() as session:
        last = session.scalars(select(Campaign)).one().questions[-1]
    assert last.text == "灯够不够亮？"
    liu.post(f"{campaign}/questions/{last.id}/change", kind="scale", text="灯亮不亮？", low="1", high="5")
    liu.post(f"{campaign}/questions/{last.id}/up")
    with database.read() as session:
        questions = session.scalars(select(Campaign)).one().questions
        assert [(q.position, q.text) for q in questions][-2][1] == "灯亮不亮？"
        assert questions[-2].choices == []
    assert asks_once(liu.get(campaign).text, f"{campaign}/questions/{last.id}/remove")
    liu.post(f"{campaign}/questions/{last.id}/remove")
    page = liu.get(campaign).text
    assert "灯亮不亮？" not in page


def test_recordings_are_taken_heard_and_refused_with_the_reason(liu, campaign, database):
    liu.get(campaign)

    def upload(audio: bytes):
        return liu.post(f"{campaign}/voice/0", voice=(io.BytesIO(audio), "a.wav"))

    assert "太快" in upload(wav(2)).text
    assert "没有声音" in upload(wav(20, loud=False)).text
    assert "读不出声音" in upload(b"no sound at all").text
    assert "太长" in upload(wav(45)).text
    assert upload(wav(25, rate=44100)).status_code == 302
    sound = only(database, CampaignSound)
    assert sound.seconds == pytest.approx(25, abs=0.5)
    answer = liu.get(f"/desk/campaigns/voice/{sound.id}.wav")
    assert answer.data[:4] == b"RIFF"
    public = liu.client.get(f"/prompts/campaign/{sound.sha256[:12]}/{sound.id}.wav")
    assert public.status_code == 200
    assert "immutable" in public.headers["Cache-Control"]
    assert liu.client.get(f"/prompts/campaign/000000000000/{sound.id}.wav").status_code == 404


def test_from_the_start_to_the_report_and_the_board(liu, campaign, database, clock, desk):
    with database.write() as session:
        resident = find_or_add_resident(session, MOBILE, clock.now())
        give_consent(session, resident, Purpose.INVITATIONS, how="当面说", now=clock.now())
        find_or_add_resident(session, "+8613900139000", clock.now())
    page = liu.get(campaign).text
    assert "<strong>1 人</strong>" in page
    assert "没有同意接受邀请 1 人" in page
    liu.post(f"{campaign}/steps/start")
    liu.post(f"{campaign}/steps/invite")
    assert "马上停发邀请" in liu.get(campaign).text
    liu.post(f"{campaign}/steps/pause")
    assert "邀请停发中" in liu.get(campaign).text
    liu.post(f"{campaign}/steps/resume")
    board = liu.get("/board/campaigns").text
    assert "出行" in board
    assert "028 8555 0111" in board
    with database.write() as session:
        invite_due(session, desk.scheme, clock.now())
        assert session.scalars(select(Notice).where(Notice.template == "survey_invite")).one()
        row = take_part(session, session.scalars(select(Campaign)).one(), resident)
        row.notice.sent_at = clock.now()
        record_answer(session, row, row.campaign.questions[0], AnswerMeans.SMS, clock.now(), value=2)
        number = row.campaign_id
    progress = liu.get(f"{campaign}/progress").text
    assert re.search(r"回收率</dt><dd>100%", progress)
    assert liu.get(f"/board/campaigns/{number}").status_code == 404
    assert asks_once(liu.get(campaign).text, f"{campaign}/steps/close")
    liu.post(f"{campaign}/steps/close")
    liu.get(f"{campaign}/results")
    assert liu.post(f"{campaign}/report", decision=" ").status_code == 422
    liu.post(f"{campaign}/report", analysis="公交最难等", decision="加一个公交站")
    liu.post(f"{campaign}/results/release")
    assert only(database, Campaign).state is CampaignState.REPORTED
    results = liu.get(f"{campaign}/results").text
    assert "1 人" in results
    shown = liu.get(f"/board/campaigns/{number}").text
    assert "加一个公交站" in shown
    assert MOBILE not in shown


@pytest.mark.parametrize("kind", ["docx", "xlsx", "csv", "json"])
def test_results_are_files_too(liu, campaign, kind):
    answer = liu.get(f"{campaign}.{kind}")
    assert answer.status_code == 200
    assert answer.headers["Content-Disposition"].endswith(f".{kind}")
    if kind == "docx":
        assert "转化运用" in "".join(p.text for p in Document(io.BytesIO(answer.data)).paragraphs)


def test_a_step_at_the_wrong_time_is_refused_in_words(liu, campaign):
    liu.get(campaign)
    answer = liu.post(f"{campaign}/steps/pause")
    assert answer.status_code == 409
    assert "不在进行中" in answer.text


def test_a_running_campaign_keeps_its_questions(liu, campaign, database):
    liu.get(campaign)
    liu.post(f"{campaign}/steps/start")
    assert liu.post(f"{campaign}/questions", kind="speech", text="还有吗？").status_code == 409
    liu.post(f"{campaign}/plan", ends_on="2026-03-29", per_minute="3", purpose="改了")
    changed = only(database, Campaign)
    assert (changed.ends_on, changed.per_minute, changed.title) == (date(2026, 3, 29), 3, "交通出行")


def test_a_case_shows_its_track_and_a_volunteer_may_change_it(desk, liu, campaign, database):
    liu.get(campaign)
    liu.post(f"{campaign}/steps/start")
    number = desk.case()
    browser = desk.browser("zhiyuan")
    assert "常态征集" in browser.get(f"/desk/cases/{number}").text
    browser.post(f"/desk/cases/{number}/campaign", campaign=str(only(database, Campaign).id))
    assert "专项征集“交通出行”" in browser.get(f"/desk/cases/{number}").text
    with database.read() as session:
        event = session.scalars(select(Event).where(Event.kind == "campaign_marked")).one()
        assert event.note == "常态 → 专项“交通出行”"
        assert event.actor.name == "陈志愿"
    assert desk.browser("wangfang").post(f"/desk/cases/{number}/campaign", campaign="0").status_code in (400, 403)


def test_lists_cost_few_statements(liu, campaign, count_statements):
    for path in ("/desk/campaigns", f"{campaign}/progress"):
        assert count_statements(lambda path=path: liu.get(path)) <= 6
    assert count_statements(lambda: liu.get(f"{campaign}/results")) <= 12


def test_the_ledger_is_narrowed_to_a_track_or_a_campaign(desk, liu, campaign, database):
    liu.get(campaign)
    liu.post(f"{campaign}/steps/start")
    everyday, special = desk.case(phone="+8613900139001"), desk.case(phone="+8613900139002")
    chosen = only(database, Campaign).id
    liu.get(f"/desk/cases/{special}")
    liu.post(f"/desk/cases/{special}/campaign", campaign=str(chosen))
    for track, shown, hidden in (
        ("routine", everyday, special),
        ("campaign", special, everyday),
        (str(chosen), special, everyday),
    ):
        page = liu.get(f"/desk/ledger?track={track}").text
        assert f"{shown} 号" in page
        assert f"{hidden} 号" not in page
    assert f"{everyday} 号" in liu.get("/desk/ledger?track=nonsense").text
