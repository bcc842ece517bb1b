"""A questionnaire by text: one question at a time, the answer, then the next.

Whatever is not clearly an answer goes its usual way (a command, a suggestion, a cry for help); the question is
then asked once more, and not again.
"""

from datetime import datetime, timedelta

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from handling.asking import Asking, OpenQuestion
from handling.campaigns.queries import campaign_of_number, campaign_of_words, open_participation
from handling.campaigns.survey_answers import only_number, plain, read_answer, says_nothing, says_start, says_stop
from handling.campaigns.survey_notices import TOPIC, campaign_variables, question_variables
from handling.campaigns.surveys import finish, next_question, record_answer, take_part
from handling.commands import NEVER_CASES, parse_command
from handling.intake import open_suggestion
from handling.notices import queue_notice, reply_priority
from models import (
    AnswerMeans,
    Campaign,
    CampaignState,
    Channel,
    Participation,
    ParticipationState,
    Question,
    QuestionKind,
    Text,
    TextKind,
    Urgency,
)

# Behind this a question is no longer open: “1” may then mean anything.
PATIENCE = timedelta(days=3)
# So long after its end a questionnaire still explains that it is over.
ECHO = timedelta(days=14)
# “参加” may stand before the keyword.
JOIN_WITHIN = 2
_ASKED = (ParticipationState.INVITED, ParticipationState.ANSWERING)


def open_questionnaire(asking: Asking) -> OpenQuestion | None:
    """The claimant for `handling.open_questions`."""
    participation = open_participation(asking.session, asking.resident, *_ASKED)
    if participation is not None:
        asked_at = participation.asked_at or participation.invited_at or asking.now
        return OpenQuestion(asked_at, lambda: _take(asking, participation))
    over = _over(asking)
    return None if over is None else OpenQuestion(over, lambda: _say_over(asking))


def joins_campaign(asking: Asking) -> bool:
    """The keyword alone, or a yes to the campaign's own number: the first question, or how to speak up."""
    campaign = _joined(asking)
    if campaign is None:
        return False
    asking.text.kind = TextKind.COMMAND
    participation = take_part(asking.session, campaign, asking.resident)
    if participation.state is ParticipationState.STOPPED:
        # They changed their mind.
        participation.state = ParticipationState.WAITING
    question = next_question(participation)
    if question is not None:
        ask(asking, participation, question)
    elif campaign.questions:
        asking.reply("survey_thanks")
    else:
        asking.reply(TOPIC, campaign_variables(campaign))
    return True


def after_suggestion(session: Session, text: Text, asking: Asking | None, now: datetime) -> None:
    """A text has become a suggestion: mark whose campaign it came with, and ask an open question once more.

    asking: None for a sender who cannot be answered."""
    suggestion = text.suggestion
    assert suggestion is not None
    participation = open_participation(session, asking.resident, *_ASKED) if asking else None
    suggestion.campaign = (
        campaign_of_number(session, text.to_number, now)
        or campaign_of_words(session, text.body, now, within=0)
        or (participation.campaign if participation and _fresh(participation, now) else None)
    )
    if asking is None or participation is None or participation.question is None:
        return
    if suggestion.urgency is Urgency.EMERGENCY:
        # Who is in danger is asked nothing.
        finish(participation, ParticipationState.LAPSED, now)
    elif not participation.asked_again:
        ask(asking, participation, participation.question, again=True)


def _fresh(participation: Participation, now: datetime) -> bool:
    asked_at = participation.asked_at or participation.invited_at
    return asked_at is not None and now - asked_at <= PATIENCE


def ask(asking: Asking, participation: Participation, question: Question, *, again: bool = False) -> None:
    participation.state, participation.question = ParticipationState.ANSWERING, question
    participation.asked_at, participation.asked_again = asking.now, again
    queue_notice(
        asking.session,
        asking.scheme,
        # A text asks each question at most once, also when it is handled again.
        key=f"survey:{participation.id}:{question.id}:{asking.text.id}",
        template="survey_question",
        resident=asking.resident,
        priority=reply_priority(asking.text.received_at, asking.now),
        variables=question_variables(participation.campaign, question),
        now=asking.now,
    )


def lapse_unanswered(session: Session, now: datetime) -> int:
    """Questions that nobody answered in time are closed without a word. How many."""
    late = (
        update(Participation)
        .where(Participation.state == ParticipationState.ANSWERING, Participation.asked_at < now - PATIENCE)
        .values(state=ParticipationState.LAPSED, question_id=None, finished_at=now)
        .returning(Participation.id)
    )
    return len(session.scalars(late).all())


def _take(asking: Asking, participation: Participation) -> bool:
    asking.session.refresh(participation, with_for_update=True)
    body, question = asking.text.body, participation.question
    invited = participation.state is ParticipationState.INVITED
    if says_stop(body, invited=invited and bool(participation.campaign.questions)):
        finish(participation, ParticipationState.STOPPED, asking.now)
        asking.text.kind = TextKind.COMMAND
        asking.reply("survey_stopped")
        return True
    if invited:
        first = next_question(participation)
        if first is None or not says_start(body):
            return False
        asking.text.kind = TextKind.ANSWER
        ask(asking, participation, first)
        return True
    if question is None:
        return False  # they are answering by telephone
    if question.kind is QuestionKind.SPEECH:
        return _take_words(asking, participation, question)
    return _take_value(asking, participation, question)


def _take_value(asking: Asking, participation: Participation, question: Question) -> bool:
    value = read_answer(question, asking.text.body)
    if value is None:
        return _take_wrong_number(asking, participation, question)
    asking.text.kind = TextKind.ANSWER
    record_answer(asking.session, participation, question, AnswerMeans.SMS, asking.now, value=value)
    _go_on(asking, participation, question)
    return True


def _take_wrong_number(asking: Asking, participation: Participation, question: Question) -> bool:
    """6 on a scale of 5 is a try: asked once more, then left out. 119 is none."""
    tried = only_number(asking.text.body)
    if tried is None or tried in NEVER_CASES - {0} or parse_command(asking.text.body) is not None:
        return False
    asking.text.kind = TextKind.ANSWER
    if participation.asked_again:
        _go_on(asking, participation, question)
    else:
        ask(asking, participation, question, again=True)
    return True


def _take_words(asking: Asking, participation: Participation, question: Question) -> bool:
    """Free words are an answer and a suggestion at once, with number, promise and alarms like any other."""
    command = parse_command(asking.text.body)
    if command is not None and command.kind != "rating":
        return False
    words, suggestion = asking.text.body.strip(), None
    asking.text.kind = TextKind.ANSWER
    if not says_nothing(words) and len(plain(words)) > 1:
        suggestion = open_suggestion(
            asking.session,
            asking.scheme,
            channel=Channel.SMS,
            resident=asking.resident,
            understanding=asking.understand(words),
            received_at=asking.text.received_at,
            now=asking.now,
            duty_phones=asking.duty_phones,
        )
        suggestion.campaign = participation.campaign
        # More of it may follow within ten minutes, as with every suggestion.
        asking.text.kind, asking.text.suggestion = TextKind.SUGGESTION, suggestion
    record_answer(
        asking.session, participation, question, AnswerMeans.SMS, asking.now, text=words, suggestion=suggestion
    )
    if suggestion is not None and suggestion.urgency is Urgency.EMERGENCY:
        finish(participation, ParticipationState.LAPSED, asking.now)
    else:
        # The acknowledgement of the suggestion thanks already.
        _go_on(asking, participation, question, thank=suggestion is None)
    return True


def _go_on(asking: Asking, participation: Participation, question: Question, *, thank: bool = True) -> None:
    following = next_question(participation, after=question.position)
    if following is not None:
        ask(asking, participation, following)
        return
    finish(participation, ParticipationState.DONE, asking.now)
    if thank:
        asking.reply("survey_thanks")


def _joined(asking: Asking) -> Campaign | None:
    words = plain(asking.text.body)
    own = campaign_of_number(asking.session, asking.text.to_number, asking.now)
    if own is not None and says_start(asking.text.body):
        return own
    found = campaign_of_words(asking.session, asking.text.body, asking.now, within=JOIN_WITHIN)
    said = plain(found.keyword) if found is not None else ""
    return found if found is not None and words in (said, f"参加{said}", f"{said}参加") else None


def _over(asking: Asking) -> datetime | None:
    """When the newest questionnaire that ended lately asked this resident its last open question."""
    ended = (
        select(Participation.asked_at)
        .join(Campaign)
        .where(
            Participation.resident_id == asking.resident.id,
            Participation.state == ParticipationState.LAPSED,
            Participation.finished_at > asking.now - ECHO,
            or_(Campaign.state != CampaignState.RUNNING, Participation.asked_at < asking.now - PATIENCE),
            Participation.asked_at.is_not(None),
        )
        .order_by(Participation.asked_at.desc())
    )
    return asking.session.scalar(ended.limit(1))


def _say_over(asking: Asking) -> bool:
    """Only to what would have been an answer by number, and would else be a suggestion that says “2”."""
    number = only_number(asking.text.body)
    command = parse_command(asking.text.body)
    if number is None or number in NEVER_CASES - {0} or (command is not None and command.kind != "rating"):
        return False
    asking.text.kind = TextKind.ANSWER
    asking.reply("survey_over")
    return True
