"""A questionnaire by text, message by message, through the way that every text takes."""

from datetime import timedelta

import pytest

from handling.campaigns.queries import open_participation
from handling.campaigns.running import close_campaign, pause_campaign
from handling.campaigns.survey_texts import PATIENCE, lapse_unanswered
from handling.inbound import handle_text
from handling.residents import find_or_add_resident
from handling.sms import sms_segments
from models import (
    Answer,
    AnswerMeans,
    Medium,
    Notice,
    Participation,
    ParticipationState,
    Priority,
    Rating,
    Suggestion,
    SuggestionState,
    TextKind,
)
from tests.handling.campaigning import CAMPAIGN_NUMBER, DAYS, HOW, MARK, WHERE, running
from tests.handling.conftest import MOBILE, received_text


@pytest.fixture
def campaign(session, scheme, clock, people):
    return running(session, scheme, clock, people.coordinator, HOW, DAYS, WHERE)


@pytest.fixture
def invited(session, clock, campaign):
    resident = find_or_add_resident(session, MOBILE, clock.now())
    row = Participation(
        campaign=campaign,
        resident=resident,
        state=ParticipationState.INVITED,
        medium=Medium.SMS,
        invited_at=clock.now(),
        notice=Notice(
            key="survey-invitation",
            to_number=MOBILE,
            medium=Medium.SMS,
            priority=Priority.ROUTINE,
            template="survey_invite",
            body="",
            created_at=clock.now(),
            sent_at=clock.now(),
        ),
    )
    session.add(row)
    session.flush()
    return row


def test_an_invitation_that_nobody_has_read_takes_no_answer(invited, send):
    invited.notice.sent_at = None
    assert send("1").kind is not TextKind.ANSWER
    assert invited.state is ParticipationState.INVITED


def test_who_is_to_be_rung_answers_no_invitation_by_text(invited, send):
    invited.medium = Medium.CALL
    assert send("1").kind is not TextKind.ANSWER
    assert invited.state is ParticipationState.INVITED


@pytest.fixture
def send(session, scheme, clock, understand):
    def say(body, *, to="", after=1):
        clock.advance(minutes=after)
        text = received_text(session, body, clock.now())
        text.to_number = to or text.to_number
        handle_text(session, scheme, text, understand, now=clock.now())
        session.flush()
        return text

    return say


@pytest.fixture
def told(session, scheme):
    def read():
        rows = session.query(Notice).filter_by(to_number=MOBILE).order_by(Notice.id).all()
        return [row.body.removeprefix(scheme.community.signature) for row in rows]

    return read


def answers(session):
    return [(a.question.position, a.value if a.value is not None else a.text) for a in session.query(Answer)]


def test_yes_and_three_answers_make_a_whole_questionnaire(session, invited, send, told):
    assert send("好").kind is TextKind.ANSWER
    assert told()[-1] == "1/3题：您平时出门主要怎么走？请回数字：1走路，2公交，3自己开车"
    send("第二个")
    assert told()[-1] == "2/3题：您一个星期大概出门几天？请回一个数字"
    send("大概五天")
    assert told()[-1].startswith("3/3题：")
    send("没有")
    assert told()[-1].startswith("都答完了")
    assert answers(session) == [(1, 2), (2, 5), (3, "没有")]
    assert invited.state is ParticipationState.DONE
    assert session.query(Suggestion).count() == 0
    assert {a.means for a in session.query(Answer)} == {AnswerMeans.SMS}
    assert {sms_segments(body) for body in told()} <= {1, 2}


def test_free_words_are_an_answer_and_a_suggestion_of_the_campaign(session, invited, send, told, campaign):
    for body in ("1", "1", "3"):
        send(body)
    text = send("天福苑门口的红绿灯太短了，老年人走不过去")
    assert text.suggestion.campaign is campaign
    assert text.suggestion.state is SuggestionState.REVIEW
    assert session.query(Answer).filter(Answer.suggestion_id.is_not(None)).one().text.startswith("天福苑")
    assert invited.state is ParticipationState.DONE
    assert told()[-1].startswith("您的建议已收到")
    more = send("还有就是没得斑马线")
    assert more.kind is TextKind.CONTINUATION
    assert more.suggestion is text.suggestion


def test_a_sentence_instead_of_a_number_is_a_suggestion_and_the_question_comes_once_more(
    session, invited, send, told, campaign
):
    send("好")
    text = send("等公交车要半个小时，站台也没得遮阳棚")
    assert text.kind is TextKind.SUGGESTION
    assert text.suggestion.campaign is campaign
    assert told()[-1].startswith("1/3题：")
    before = len(told())
    send("天福苑的垃圾桶也满了", after=20)
    assert [body for body in told()[before:] if body.startswith("1/3题")] == []
    send("2")
    assert answers(session) == [(1, 2)]


def test_a_cry_for_help_is_never_an_answer_and_ends_the_questions(invited, send, told):
    send("好")
    text = send("着火了，天福苑二栋，快来人")
    assert text.suggestion.ring == "119"
    assert invited.state is ParticipationState.LAPSED
    assert not told()[-1].startswith("1/3题")


def test_danger_in_a_free_answer_raises_the_alarm(session, invited, send, told):
    for body in ("1", "1", "3"):
        send(body)
    text = send("厨房漏煤气了，味道好大，人都晕了")
    assert text.suggestion.ring
    assert session.query(Notice).filter_by(template="received_ring").count() == 1
    assert not any(body.startswith("都答完") for body in told())


def test_a_number_off_the_scale_is_asked_once_more_and_then_left_out(session, invited, send, told):
    send("好")
    send("7")
    assert told()[-1].startswith("1/3题")
    send("8")
    assert told()[-1].startswith("2/3题")
    assert answers(session) == []
    assert session.query(Suggestion).count() == 0


@pytest.mark.parametrize("word", ["停", "不答了", "算了。"])
def test_stop_ends_it_at_once(invited, send, told, word):
    send("好")
    send(word)
    assert invited.state is ParticipationState.STOPPED
    assert told()[-1].startswith("好的，不再问您了")
    count = len(told())
    send("1")
    assert not any(body.startswith(("1/3题", "2/3题")) for body in told()[count:])


def test_no_to_the_invitation(session, invited, send, told):
    send("2")
    assert invited.state is ParticipationState.STOPPED
    assert session.query(Suggestion).count() == 0


def test_opting_out_of_texts_ends_the_questionnaire_too(session, invited, send, told):
    send("好")
    send("退订")
    session.refresh(invited)
    assert invited.state is ParticipationState.STOPPED
    assert told()[-1].startswith("已停发短信")


def test_commands_work_in_the_middle_of_a_questionnaire(session, invited, send, told):
    for body in ("1", "1", "3"):
        send(body)
    assert send("进度").kind is TextKind.COMMAND
    assert answers(session) == [(1, 1), (2, 3)]
    assert invited.state is ParticipationState.ANSWERING


def test_the_newest_question_takes_the_score(session, clock, invited, send, people):
    """A request for a rating came after the question of the campaign; then the other way round."""
    send("好")
    case = send("路灯坏了，天福苑三栋", after=30).suggestion
    session.add(Rating(suggestion=case, requested_at=clock.now() + timedelta(minutes=1)))
    assert send("1", after=5).kind is TextKind.RATING
    assert send("1").kind is TextKind.ANSWER


def test_the_keyword_alone_begins_the_questions(session, campaign, send, told):
    send("出行")
    assert told()[-1].startswith("1/3题")
    send("3")
    row = session.query(Participation).one()
    assert row.medium is None
    assert answers(session) == [(1, 3)]


def test_a_yes_to_the_campaigns_own_number_begins_them_too(campaign, send, told):
    send("1", to=CAMPAIGN_NUMBER)
    assert told()[-1].startswith("1/3题")


def test_what_comes_to_the_number_or_begins_with_the_keyword_is_the_campaigns(campaign, send):
    assert send("公交站太远", to=CAMPAIGN_NUMBER).suggestion.campaign is campaign
    assert send("出行 天福苑门口没有斑马线", after=20).suggestion.campaign is campaign
    assert send("楼道里堆了很多杂物", after=20).suggestion.campaign is None


def test_nothing_is_marked_after_the_period(campaign, send, clock):
    clock.advance(days=14)
    assert send("公交站太远", to=CAMPAIGN_NUMBER).suggestion.campaign is None


def test_a_pause_stops_no_answers(session, campaign, invited, send, clock):
    pause_campaign(campaign, clock.now())
    send("好")
    send("1")
    assert answers(session) == [(1, 1)]


def test_an_answer_after_the_end_hears_that_it_is_over(session, campaign, invited, send, told, clock):
    send("好")
    close_campaign(session, campaign, clock.now())
    session.expire_all()
    assert send("2").kind is TextKind.ANSWER
    assert told()[-1].startswith("这次问卷已经结束")
    assert answers(session) == []
    assert session.query(Suggestion).count() == 0
    assert send("天福苑的灯不亮").suggestion is not None


def test_a_question_does_not_stay_open_for_ever(session, invited, send, clock):
    send("好")
    clock.advance(seconds=PATIENCE.total_seconds())
    assert lapse_unanswered(session, clock.now()) == 0
    clock.advance(minutes=1)
    assert lapse_unanswered(session, clock.now()) == 1
    session.refresh(invited)
    assert open_participation(session, invited.resident, ParticipationState.ANSWERING) is None


def test_a_text_handled_again_asks_nothing_again(session, scheme, invited, send, told, understand, clock):
    text = send("好")
    before = told()
    handle_text(session, scheme, text, understand, now=clock.now())
    assert told() == before


def test_a_campaign_of_suggestions_alone_says_how_to_speak_up(session, scheme, clock, people, send, told):
    running(session, scheme, clock, people.coordinator)
    send("出行")
    assert "有想法请直接回短信" in told()[-1]


def test_the_questions_on_a_scale(session, scheme, clock, people, send, told):
    running(session, scheme, clock, people.coordinator, MARK)
    send("出行")
    assert told()[-1] == "1/1题：家附近的交通，您打几分？请回1到5的数字，5最好"
    send("打四分")
    assert answers(session) == [(1, 4)]
