"""What we asked a resident and what a short text may answer: a rating, a vote, a questionnaire, a topic.

Each kind of question has one claimant here. The newest question is offered the text first; a claimant takes only
what clearly answers it, so that no suggestion and no cry for help is ever swallowed.
"""

from handling.asking import Asking, Claimant
from handling.campaigns.survey_texts import open_questionnaire
from handling.deliberation.comment_texts import open_comment
from handling.deliberation.vote_texts import open_vote
from handling.ratings import open_rating
from handling.residents.alarms import open_alarm
from handling.residents.reward_texts import open_redemption

CLAIMANTS: tuple[Claimant, ...] = (
    open_alarm,
    open_redemption,
    open_rating,
    open_questionnaire,
    open_vote,
    open_comment,
)


def answers_open_question(asking: Asking) -> bool:
    """Offer the text to what is open, the newest question first. True when one took it."""
    open_now = [question for claimant in CLAIMANTS if (question := claimant(asking)) is not None]
    open_now.sort(key=lambda question: question.asked_at, reverse=True)
    return any(question.take() for question in open_now)
