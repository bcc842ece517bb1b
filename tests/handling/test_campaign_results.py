"""What a campaign brought, counted from its answers."""

import pytest

from handling.campaigns.people import put_on_list
from handling.campaigns.results import (
    TOGETHER,
    campaign_suggestions,
    listed_campaigns,
    outcome_of,
    outcomes_of,
    progress_of,
    question_results,
)
from handling.campaigns.surveys import finish, record_answer, take_part
from handling.intake import open_suggestion
from handling.residents import find_or_add_resident
from handling.residents.consents import give_consent
from models import (
    AnswerMeans,
    Channel,
    Courtyard,
    Notice,
    NoticeState,
    Participation,
    ParticipationState,
    Priority,
    Purpose,
    SuggestionState,
)
from tests.handling.campaigning import DAYS, HOW, MARK, WHERE, running


@pytest.fixture
def campaign(session, scheme, clock, people):
    return running(session, scheme, clock, people.coordinator, HOW, DAYS, MARK, WHERE)


@pytest.fixture
def resident(session, clock):
    yards = session.query(Courtyard).order_by(Courtyard.id).limit(3).all()

    def make(number, yard=None, **known):
        found = find_or_add_resident(session, f"+861390013{number:04d}", clock.now())
        found.courtyard = yards[yard] if yard is not None else None
        for name, value in known.items():
            setattr(found, name, value)
        session.flush()
        return found

    return make


def answered(session, campaign, resident, clock, *values):
    row = take_part(session, campaign, resident)
    for question, value in zip(campaign.questions, values, strict=False):
        if isinstance(value, str):
            record_answer(session, row, question, AnswerMeans.SMS, clock.now(), text=value)
        else:
            record_answer(session, row, question, AnswerMeans.KEY, clock.now(), value=value)
    return row


def test_choices_scores_and_numbers_are_counted(session, campaign, resident, clock):
    for number, values in enumerate([(1, 3, 5), (2, 7, 4), (2, 5, 3)]):
        answered(session, campaign, resident(number), clock, *values)
    how, days, mark, where = question_results(session, campaign)
    assert [(line.label, line.count) for line in how.lines] == [("走路", 1), ("公交", 2), ("自己开车", 0)]
    assert how.lines[1].share == pytest.approx(2 / 3)
    assert how.numbers is None
    assert (days.numbers.mean, days.numbers.median, days.numbers.lowest, days.numbers.highest) == (5, 5, 3, 7)
    assert days.lines == []
    assert [line.count for line in mark.lines] == [0, 0, 1, 1, 1]
    assert where.answered == 0


def test_free_words_are_quoted_without_names_and_as_they_were_corrected(
    session, scheme, campaign, resident, clock
):
    answered(session, campaign, resident(1), clock, 1, 1, 1, "我叫李桂芳，路口太宽了")
    said = resident(2)
    case = open_suggestion(
        session,
        scheme,
        channel=Channel.SMS,
        resident=said,
        understanding=None,
        received_at=clock.now(),
        now=clock.now(),
    )
    case.text = "门口要一个红绿灯"
    row = take_part(session, campaign, said)
    record_answer(
        session, row, campaign.questions[3], AnswerMeans.SMS, clock.now(), text="门口要一个红路灯", suggestion=case
    )
    assert question_results(session, campaign)[3].quotes == ["我叫某某，路口太宽了", "门口要一个红绿灯"]


def test_a_table_by_courtyard_tells_nothing_about_few_people(session, campaign, resident, clock):
    for number in range(6):
        answered(session, campaign, resident(number, 0), clock, 1)
    for number in range(6, 13):
        answered(session, campaign, resident(number, 1), clock, 2)
    answered(session, campaign, resident(20, 2), clock, 3)
    table = next(t for t in question_results(session, campaign)[0].tables if t.title == "按院落")
    # The single one of the third courtyard is counted with the smaller of the others.
    assert [(name, size, cells) for name, size, cells in table.groups[1:]] == [(TOGETHER, 7, [6, 0, 1])]
    assert table.groups[0][1:] == (7, [0, 7, 0])


def test_a_table_by_age_appears_where_ages_are_known(session, campaign, resident, clock):
    for number in range(12):
        answered(session, campaign, resident(number, care=["高龄"] if number < 6 else []), clock, number % 2 + 1)
    titles = [table.title for table in question_results(session, campaign)[0].tables]
    assert "按年龄" in titles
    assert "按院落" not in titles


def test_progress_and_response_rate(session, scheme, campaign, resident, clock):
    for number in range(5):
        give_consent(session, resident(number), Purpose.INVITATIONS, how="当面说", now=clock.now())
    put_on_list(session, scheme, campaign, clock.now())
    rows = session.query(Participation).order_by(Participation.id).all()
    for row, state in zip(rows, ("delivered", "delivered", "failed", "queued"), strict=False):
        row.state, row.invited_at = ParticipationState.INVITED, clock.now()
        row.notice = Notice(
            key=f"k{row.id}",
            to_number="+8613900130000",
            medium=row.medium,
            priority=Priority.ROUTINE,
            template="survey_invite",
            body="",
            state=NoticeState(state),
            created_at=clock.now(),
            sent_at=None if state == "queued" else clock.now(),
        )
    answered(session, campaign, rows[0].resident, clock, 1)
    finish(rows[1], ParticipationState.STOPPED, clock.now())
    answered(session, campaign, resident(99), clock, 2)
    session.flush()
    told = progress_of(session, campaign.id)
    assert (told.listed, told.waiting, told.invited, told.undelivered, told.joined) == (5, 1, 3, 1, 1)
    assert (told.answering, told.stopped, told.answered, told.answered_invited) == (2, 1, 2, 1)
    assert told.response_rate == pytest.approx(1 / 2)


def test_nobody_invited_has_no_rate(session, campaign):
    assert progress_of(session, campaign.id).response_rate is None


def test_suggestions_are_followed_to_their_outcome(session, scheme, campaign, resident, clock):
    states = (
        (SuggestionState.REVIEW, False, "waiting"),
        (SuggestionState.HANDLING, False, "handling"),
        (SuggestionState.HANDLING, True, "adopted"),
        (SuggestionState.DONE, False, "adopted"),
        (SuggestionState.INVALID, False, "refused"),
    )
    for number, (state, converted, _) in enumerate(states):
        case = open_suggestion(
            session,
            scheme,
            channel=Channel.SMS,
            resident=resident(number),
            understanding=None,
            received_at=clock.now(),
            now=clock.now(),
        )
        case.campaign, case.state = campaign, state
        case.converted_at = clock.now() if converted else None
    session.flush()
    found = campaign_suggestions(session, campaign.id)
    assert [outcome_of(case) for case in found] == [outcome for _, _, outcome in states]
    totals = outcomes_of(found)
    assert (totals.total, totals.adopted, totals.handling, totals.waiting, totals.refused) == (5, 2, 1, 1, 1)
    assert totals.adoption_rate == pytest.approx(2 / 4)
    found[0].confidential = True
    session.flush()
    assert len(campaign_suggestions(session, campaign.id)) == 4
    assert [(row[0].id, row[1], row[2]) for row in listed_campaigns(session)] == [(campaign.id, 0, 5)]
