"""A campaign for tests: drafted, with questions, running since this morning."""

from datetime import date

from sqlalchemy.orm import Session

from handling.campaigns.questionnaire import QuestionDraft, add_question
from handling.campaigns.running import Plan, Target, create_campaign, start_campaign
from handling.scheme import Scheme
from models import Campaign, QuestionKind, User
from tests.fakes.clock import FakeClock

CAMPAIGN_NUMBER = "+862885550111"
HOW = QuestionDraft(QuestionKind.CHOICE, "您平时出门主要怎么走？", ("走路", "公交", "自己开车"))
DAYS = QuestionDraft(QuestionKind.NUMBER, "您一个星期大概出门几天？", low=0, high=7)
MARK = QuestionDraft(QuestionKind.SCALE, "家附近的交通，您打几分？", low=1, high=5)
WHERE = QuestionDraft(QuestionKind.SPEECH, "哪个路口最该改？怎么改？")


def plan(**changed: object) -> Plan:
    values = {
        "title": "交通出行",
        "purpose": "",
        "starts_on": date(2026, 3, 9),
        "ends_on": date(2026, 3, 22),
        "number": CAMPAIGN_NUMBER,
        "keyword": "出行",
        "target": Target(),
        **changed,
    }
    return Plan(**values)  # type: ignore[arg-type]


def running(
    session: Session,
    scheme: Scheme,
    clock: FakeClock,
    user: User,
    *questions: QuestionDraft,
    **changed: object,
) -> Campaign:
    campaign = create_campaign(session, plan(**changed), user, clock.now())
    for draft in questions:
        add_question(session, scheme, campaign, draft)
    start_campaign(campaign, clock.now())
    return campaign
