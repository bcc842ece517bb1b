"""A campaign from draft to report, its questions, and who is invited when."""

from datetime import date, timedelta

import pytest

from handling.campaigns.invitations import Standing, invite_due, is_anybody_waiting, standing_of
from handling.campaigns.people import draw_people, put_on_list
from handling.campaigns.questionnaire import (
    QuestionDraft,
    add_question,
    bundled_questionnaires,
    change_question,
    move_question_up,
    remove_question,
)
from handling.campaigns.running import (
    CampaignInvalid,
    CampaignNotAllowed,
    Target,
    change_campaign,
    close_campaign,
    close_finished_campaigns,
    create_campaign,
    pause_campaign,
    release_results,
    report_campaign,
    resume_campaign,
    start_campaign,
)
from handling.campaigns.sounds import can_be_rung, keep_sound
from handling.intake import open_suggestion
from handling.residents import find_or_add_resident, opt_out
from handling.residents.consents import give_consent, withdraw_consent
from handling.scheme import bundled_schemes, load_scheme
from handling.sms import sms_segments
from models import (
    CampaignState,
    Channel,
    Courtyard,
    Medium,
    Notice,
    Participation,
    ParticipationState,
    Purpose,
    QuestionKind,
    SuggestionState,
)
from tests.handling.campaigning import DAYS, HOW, MARK, WHERE, plan, running
from tests.handling.conftest import LANDLINE, MOBILE

OTHER = "+8613900139000"


@pytest.fixture
def draft(session, people, clock):
    return create_campaign(session, plan(), people.coordinator, clock.now())


@pytest.fixture
def willing(session, clock):
    """A resident who agreed to be invited."""

    def add(phone=MOBILE, **known):
        resident = find_or_add_resident(session, phone, clock.now())
        for name, value in known.items():
            setattr(resident, name, value)
        session.flush()
        give_consent(session, resident, Purpose.INVITATIONS, how="电话里说", now=clock.now())
        return resident

    return add


def wrong(error):
    return set(error.value.errors)


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"title": ""}, "title"),
        ({"title": "一个实在是太长了的征集题目"}, "title"),
        ({"ends_on": date(2026, 3, 8)}, "ends_on"),
        ({"ends_on": date(2027, 6, 1)}, "ends_on"),
        ({"number": "12"}, "number"),
        ({"keyword": "进度"}, "keyword"),
        ({"keyword": "1234"}, "keyword"),
        ({"keyword": "出"}, "keyword"),
        ({"per_minute": 0}, "per_minute"),
        ({"target": Target(way="pigeon")}, "way"),
    ],
)
def test_a_plan_that_cannot_be_is_refused_at_its_field(session, people, clock, changed, field):
    with pytest.raises(CampaignInvalid) as error:
        create_campaign(session, plan(**changed), people.coordinator, clock.now())
    assert wrong(error) == {field}


def test_two_campaigns_at_one_time_share_neither_number_nor_keyword(session, people, clock, draft):
    with pytest.raises(CampaignInvalid) as error:
        create_campaign(session, plan(title="蓉漂"), people.coordinator, clock.now())
    assert wrong(error) == {"number", "keyword"}
    later = plan(title="蓉漂", starts_on=date(2026, 4, 1), ends_on=date(2026, 4, 30))
    assert create_campaign(session, later, people.coordinator, clock.now()).number == draft.number


def test_from_draft_to_report_in_order(session, clock, draft):
    with pytest.raises(CampaignNotAllowed):
        pause_campaign(draft, clock.now())
    with pytest.raises(CampaignNotAllowed):
        report_campaign(draft, analysis="", decision="用", now=clock.now())
    start_campaign(draft, clock.now())
    with pytest.raises(CampaignNotAllowed):
        start_campaign(draft, clock.now())
    close_campaign(session, draft, clock.now())
    with pytest.raises(CampaignInvalid):
        report_campaign(draft, analysis="好", decision=" ", now=clock.now())
    report_campaign(draft, analysis="过马路最难", decision="门口加装红绿灯", now=clock.now())
    assert draft.state is CampaignState.REPORTED
    release_results(draft, True, clock.now())
    assert draft.released_at is not None


def test_a_running_campaign_may_last_longer_and_go_slower_and_nothing_else(session, clock, draft):
    start_campaign(draft, clock.now())
    change_campaign(session, draft, plan(title="别的", ends_on=date(2026, 3, 29), per_minute=2))
    assert (draft.title, draft.ends_on, draft.per_minute) == ("交通出行", date(2026, 3, 29), 2)


def test_it_closes_itself_after_its_last_day(session, clock, draft):
    start_campaign(draft, clock.now())
    clock.advance(days=13)
    assert close_finished_campaigns(session, clock.now()) == 0
    clock.advance(days=1)
    assert close_finished_campaigns(session, clock.now()) == 1
    assert draft.state is CampaignState.CLOSED


def test_questions_are_written_moved_and_removed_in_a_draft_only(session, scheme, clock, draft):
    for question in (HOW, DAYS, WHERE):
        add_question(session, scheme, draft, question)
    move_question_up(draft, draft.questions[2])
    assert [(q.position, q.kind) for q in draft.questions] == [
        (1, QuestionKind.CHOICE),
        (2, QuestionKind.SPEECH),
        (3, QuestionKind.NUMBER),
    ]
    remove_question(session, draft, draft.questions[0])
    assert [q.position for q in draft.questions] == [1, 2]
    session.flush()
    start_campaign(draft, clock.now())
    with pytest.raises(CampaignNotAllowed):
        add_question(session, scheme, draft, MARK)


@pytest.mark.parametrize(
    ("question", "field"),
    [
        (QuestionDraft(QuestionKind.CHOICE, "好不好？", ("好",)), "choices"),
        (QuestionDraft(QuestionKind.CHOICE, "好不好？", ("好", "好")), "choices"),
        (QuestionDraft(QuestionKind.CHOICE, "好不好？", tuple("一二三四五六七八九")), "choices"),
        (QuestionDraft(QuestionKind.SCALE, "几分？", low=1, high=10), "high"),
        (QuestionDraft(QuestionKind.SCALE, "几分？", low=5, high=1), "high"),
        (QuestionDraft(QuestionKind.SPEECH, "？"), "text"),
        (QuestionDraft(QuestionKind.CHOICE, "长" * 40, tuple(f"很长很长很长的选项{n}" for n in range(8))), "text"),
    ],
)
def test_a_question_that_cannot_be_answered_is_refused(session, scheme, draft, question, field):
    with pytest.raises(CampaignInvalid) as error:
        add_question(session, scheme, draft, question)
    assert wrong(error) == {field}
    assert draft.questions == []


def test_an_edited_question_needs_a_new_recording(session, scheme, draft):
    question = add_question(session, scheme, draft, MARK)
    keep_sound(session, scheme, draft, None, b"intro", 5.0)
    keep_sound(session, scheme, draft, question, b"question", 3.0)
    assert can_be_rung(scheme, draft)
    change_question(session, scheme, draft, question, QuestionDraft(QuestionKind.SCALE, "打几分？", low=1, high=5))
    session.expire(draft, ["sounds"])
    assert not can_be_rung(scheme, draft)


def test_an_introduction_that_names_another_number_of_questions_is_recorded_again(session, scheme, draft):
    question = add_question(session, scheme, draft, MARK)
    keep_sound(session, scheme, draft, None, b"intro", 5.0)
    keep_sound(session, scheme, draft, question, b"question", 3.0)
    keep_sound(session, scheme, draft, add_question(session, scheme, draft, DAYS), b"question", 3.0)
    assert not can_be_rung(scheme, draft)


@pytest.mark.parametrize("name", bundled_schemes())
@pytest.mark.parametrize("questionnaire", sorted(bundled_questionnaires()))
def test_every_bundled_questionnaire_fits_into_every_scheme(session, people, clock, name, questionnaire):
    bundled, scheme = bundled_questionnaires()[questionnaire], load_scheme(name)
    campaign = create_campaign(session, plan(title=bundled.title), people.coordinator, clock.now())
    for entry in bundled.questions:
        add_question(session, scheme, campaign, entry.draft)
    assert len(campaign.questions) == len(bundled.questions)


def test_only_who_agreed_is_invited(session, scheme, clock, draft, willing):
    willing()
    find_or_add_resident(session, OTHER, clock.now())
    drawn = draw_people(session, scheme, draft, clock.now())
    assert [medium for _, medium in drawn.chosen] == [Medium.SMS]
    assert drawn.left_out == {"no_consent": 1}


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda s, r, now: opt_out(s, r, now), "opted_out"),
        (lambda s, r, now: withdraw_consent(s, r, Purpose.INVITATIONS, how="短信", now=now), "no_consent"),
        (lambda s, r, now: setattr(r, "reach_by", "person"), "in_person"),
        (lambda s, r, now: setattr(r, "sms_capable", False), "no_way"),
    ],
)
def test_who_is_left_out_and_why(session, scheme, clock, draft, willing, change, reason):
    change(session, willing(), clock.now())
    session.flush()
    drawn = draw_people(session, scheme, draft, clock.now())
    assert drawn.chosen == []
    assert drawn.left_out == {reason: 1}


def test_a_no_counts_half_a_year_for_other_campaigns(session, scheme, clock, draft, willing, people):
    resident = willing()
    earlier = running(session, scheme, clock, people.coordinator, title="蓉漂", number="", keyword="蓉漂")
    stopped = ParticipationState.STOPPED
    session.add(Participation(campaign=earlier, resident=resident, state=stopped, finished_at=clock.now()))
    session.flush()
    assert draw_people(session, scheme, draft, clock.now()).left_out == {"refused": 1}
    assert draw_people(session, scheme, draft, clock.now() + timedelta(days=181)).count(Medium.SMS) == 1


def test_the_target_narrows_by_place_and_care(session, scheme, clock, people, willing):
    yards = session.query(Courtyard).order_by(Courtyard.id).limit(2).all()
    willing(courtyard=yards[0], care=["独居"])
    willing(OTHER, courtyard=yards[1], care=["高龄"])
    for target, count in (
        (Target(), 2),
        (Target(courtyards=[yards[0].id]), 1),
        (Target(stations=[yards[0].station_id]), 2 if yards[0].station_id == yards[1].station_id else 1),
        (Target(care=["高龄", "残疾"]), 1),
        (Target(courtyards=[yards[0].id], care=["高龄"]), 0),
    ):
        campaign = create_campaign(
            session, plan(number="", keyword="", target=target), people.coordinator, clock.now()
        )
        assert len(draw_people(session, scheme, campaign, clock.now()).chosen) == count, target


def test_whose_matter_was_closed_may_be_asked_about_it_without_another_consent(session, scheme, clock, people):
    resident = find_or_add_resident(session, MOBILE, clock.now())
    case = open_suggestion(
        session,
        scheme,
        channel=Channel.CALL,
        resident=resident,
        understanding=None,
        received_at=clock.now(),
        now=clock.now(),
    )
    campaign = create_campaign(session, plan(target=Target(served_days=92)), people.coordinator, clock.now())
    assert draw_people(session, scheme, campaign, clock.now()).chosen == []
    case.state, case.done_at = SuggestionState.DONE, clock.now()
    session.flush()
    assert len(draw_people(session, scheme, campaign, clock.now()).chosen) == 1
    assert draw_people(session, scheme, campaign, clock.now() + timedelta(days=93)).chosen == []


def test_landlines_are_rung_only_where_everything_is_recorded(session, scheme, clock, people, willing):
    willing(LANDLINE)
    campaign = create_campaign(session, plan(target=Target(way="both")), people.coordinator, clock.now())
    question = add_question(session, scheme, campaign, MARK)
    assert draw_people(session, scheme, campaign, clock.now()).left_out == {"no_way": 1}
    keep_sound(session, scheme, campaign, None, b"intro", 5.0)
    keep_sound(session, scheme, campaign, question, b"question", 3.0)
    assert [medium for _, medium in draw_people(session, scheme, campaign, clock.now()).chosen] == [Medium.CALL]


@pytest.fixture
def listed(session, scheme, clock, people, willing):
    """A running campaign of three invitations a minute, and seven residents on its list."""
    campaign = running(session, scheme, clock, people.coordinator, MARK, per_minute=3)
    for end in range(7):
        willing(f"+861390013900{end}")
    put_on_list(session, scheme, campaign, clock.now())
    return campaign


def invitations(session):
    return session.query(Notice).filter_by(template="survey_invite").all()


def test_invitations_leave_at_the_campaigns_pace_each_once(session, scheme, clock, listed):
    counts = []
    for _ in range(5):
        counts.append(invite_due(session, scheme, clock.now()))
        counts.append(invite_due(session, scheme, clock.now()))
        for notice in invitations(session):
            notice.sent_at = notice.sent_at or clock.now()
        clock.advance(seconds=61)
    assert counts == [3, 0, 3, 0, 1, 0, 0, 0, 0, 0]
    assert len({notice.to_number for notice in invitations(session)}) == 7
    assert not is_anybody_waiting(session)
    assert {sms_segments(notice.body) for notice in invitations(session)} == {1}


def test_the_same_list_twice_invites_nobody_twice(session, scheme, clock, listed):
    again = put_on_list(session, scheme, listed, clock.now())
    assert again.chosen == []
    assert again.left_out == {"listed": 7}


def test_no_invitation_at_night_and_no_call_at_lunch(session, scheme, clock, listed):
    for row in session.query(Participation).limit(2):
        row.medium = Medium.CALL
    clock.advance(hours=12)  # 21:00
    assert invite_due(session, scheme, clock.now()) == 0
    clock.advance(hours=11, minutes=10)  # 08:10
    assert invite_due(session, scheme, clock.now()) == 3
    assert {notice.medium for notice in invitations(session)} == {Medium.SMS}
    for notice in invitations(session):
        notice.sent_at = clock.now()
    clock.advance(minutes=52)  # 09:02
    invite_due(session, scheme, clock.now())
    assert Medium.CALL in {notice.medium for notice in invitations(session)}


def test_a_pause_holds_what_waits_and_what_is_in_the_outbox(session, scheme, clock, listed):
    invite_due(session, scheme, clock.now())
    pause_campaign(listed, clock.now())
    session.flush()
    clock.advance(minutes=5)
    assert invite_due(session, scheme, clock.now()) == 0
    assert {standing_of(session, notice) for notice in invitations(session)} == {Standing.HOLD}
    resume_campaign(listed)
    session.flush()
    assert {standing_of(session, notice) for notice in invitations(session)} == {Standing.GO}
    close_campaign(session, listed, clock.now())
    assert {standing_of(session, notice) for notice in invitations(session)} == {Standing.DROP}
    assert {row.state for row in session.query(Participation).populate_existing()} == {ParticipationState.LAPSED}


def test_who_opts_out_meanwhile_is_not_invited(session, scheme, clock, listed):
    for row in session.query(Participation).limit(3):
        opt_out(session, row.resident, clock.now())
    assert invite_due(session, scheme, clock.now()) == 0
    assert invite_due(session, scheme, clock.now()) == 3
