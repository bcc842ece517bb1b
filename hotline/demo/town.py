"""What the demonstration has beside its two calls: a vote, a questionnaire, a key-phone, an account, rewards."""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from handling.calendar import load_calendar
from handling.campaigns.questionnaire import QuestionDraft, add_question
from handling.campaigns.running import Plan, create_campaign, start_campaign
from handling.campaigns.surveys import finish, record_answer, take_part
from handling.clock import SHANGHAI
from handling.deliberation.stages import TopicDraft, advance, begin, draft_deliberation
from handling.deliberation.votes import cast, household_at
from handling.money.booking import book, open_project, receive_shares
from handling.residents import find_or_add_resident
from handling.residents.files import add_number, add_relative
from handling.residents.rewards import book as book_reward
from handling.residents.rewards import catalogue, find_reward
from handling.scheme import Scheme, load_scheme
from handling.scheme.deliberation import DeliberationKind
from hotline.phone.numbers import SAMPLE_RESIDENTS
from models import (
    AnswerMeans,
    BallotChannel,
    Campaign,
    Courtyard,
    EntryKind,
    Expert,
    ExpertKind,
    ParticipationState,
    QuestionKind,
    Resident,
    Suggestion,
    User,
)

KEYWORD = "出行"
QUESTIONS = (
    QuestionDraft(QuestionKind.CHOICE, "您平时出门主要怎么走？", ("走路", "公交", "自己开车")),
    QuestionDraft(QuestionKind.SCALE, "家附近的交通，您打几分？", low=1, high=5),
    QuestionDraft(QuestionKind.SPEECH, "哪个路口最该改？怎么改？"),
)
# Of neighbours who have answered already: how they go, their mark, what they said.
ANSWERS = (
    (1, 3, "菜市场门口没有斑马线"),
    (1, 2, "小学门口放学的时候太挤"),
    (2, 4, ""),
    (1, 3, "菜市场那边红绿灯太短"),
    (3, 2, "院子门口停满了车"),
    (2, 5, ""),
)
YES_VOTES, NO_VOTES, VOTED_ON_PAPER = 19, 4, 23


class Town:
    """Everything belongs to the resident of the first story, 王婆婆, and to the neighbours of 天福苑."""

    def __init__(self, session: Session, scheme: Scheme, people: dict[str, User], now: datetime) -> None:
        self._session = session
        self._scheme = scheme
        self._people = people
        self._now = now
        self._yard = session.scalars(select(Courtyard).where(Courtyard.name == "天福苑")).one()

    def furnish(self, number: int) -> None:
        """number: the case of the first story."""
        case = self._session.scalars(select(Suggestion).where(Suggestion.number == number)).one()
        self._give_homes()
        self._keep_account(case)
        self._invite_experts()
        self._reward(case.resident)
        self._open_vote()
        self._ask_questions()

    def _give_homes(self) -> None:
        for handset, door in zip(SAMPLE_RESIDENTS, ("2栋1单元101", "1栋2单元302"), strict=False):
            resident = self._known(handset.number)
            resident.name, resident.courtyard, resident.address = handset.name, self._yard, door
        alone = self._known("+862885550131")
        alone.name, alone.courtyard, alone.address = "刘婆婆", self._yard, "3栋2单元501"
        alone.care = [flag for flag in ("独居", "高龄") if flag in self._scheme.care]
        key_phone = next(handset for handset in SAMPLE_RESIDENTS if handset.key_phone)
        add_number(self._session, alone, key_phone.number, label="床头一键呼叫", is_key=True)
        add_relative(self._session, alone, name="刘敏", relation="女儿", phone="+8613900000301")

    def _keep_account(self, case: Suggestion) -> None:
        """46 of 48 households have paid 40 yuan each; the team has its first half."""
        user = self._people["coordinator"]
        project = open_project(self._session, case, user, self._now)
        receive_shares(self._session, project, key="demo-shares", user=user, now=self._now, households=46)
        book(
            self._session,
            self._scheme,
            project,
            key="demo-half",
            kind=EntryKind.SPENDING,
            amount=96000,
            user=user,
            now=self._now,
            note="疏通队首付款",
        )

    def _invite_experts(self) -> None:
        """Two who are asked, and the gaps that the community itself names."""
        known = (
            ("陈工", "+8613900000401", ExpertKind.EXPERT, ["公共设施维护", "安全隐患"]),
            ("李医生", "+8613900000402", ExpertKind.ADVISER, ["养老助老", "医疗健康"]),
        )
        for name, phone, kind, fields in known:
            self._session.add(Expert(name=name, phone=phone, kind=kind, fields=fields, created_at=self._now))

    def _reward(self, resident: Resident | None) -> None:
        soap = find_reward(catalogue(self._session), "香皂")
        if resident is not None and soap is not None:
            coordinator = self._people["coordinator"]
            book_reward(self._session, resident, soap, key="demo-soap", actor=coordinator, now=self._now)

    def _open_vote(self) -> None:
        """楼栋议事会 in its third step, where households vote by text too."""
        rules = next(kind for kind in load_scheme("gongzhi").deliberations if kind.code == "building_council")
        user, began = self._people["coordinator"], self._so_that_they_vote(rules)
        council = draft_deliberation(
            self._session,
            rules,
            title="天福苑车棚和长椅",
            courtyard=self._yard,
            topics=[TopicDraft("在院坝边上搭一个充电车棚", "每户出20元，其余由社区补。")],
            user=user,
            now=began,
        )
        council.observer = "退休教师陈老师"
        begin(self._session, council, user, began)
        while council.stage != "vote" and council.stage_until and council.stage_until <= self._now:
            advance(self._session, self._scheme, council.id, council.stage_until)
        for place in range(VOTED_ON_PAPER):
            cast(
                self._session,
                council.topics[0],
                stage=council.stage,
                voter=household_at(self._yard.id, f"4栋{1 + place // 12}单元{101 + place % 12}"),
                choice="yes" if place < YES_VOTES else "no",
                channel=BallotChannel.HANDS,
                now=self._now,
                entered_by=user,
            )

    def _so_that_they_vote(self, rules: DeliberationKind) -> datetime:
        """The latest beginning with which the steps before the vote are over now, whatever the holidays."""
        calendar = load_calendar(self._session)
        for days in range(60):
            over = began = self._now - timedelta(days=days)
            for stage in rules.stages[: [stage.does for stage in rules.stages].index("vote")]:
                over = calendar.due(over, stage.working_days)
            if over <= self._now:
                return began
        raise AssertionError("two months have working days")

    def _ask_questions(self) -> None:
        today = self._now.astimezone(SHANGHAI).date()
        plan = Plan("交通出行", "听听大家怎么出门", today, today + timedelta(days=13), keyword=KEYWORD)
        campaign = create_campaign(self._session, plan, self._people["coordinator"], self._now)
        for question in QUESTIONS:
            add_question(self._session, self._scheme, campaign, question)
        start_campaign(campaign, self._now)
        self._session.flush()
        for place, answers in enumerate(ANSWERS):
            self._answer(campaign, self._known(f"+86138000010{11 + place}"), answers)

    def _answer(self, campaign: Campaign, resident: Resident, answers: tuple[int, int, str]) -> None:
        participation = take_part(self._session, campaign, resident)
        how, mark, words = campaign.questions
        record_answer(self._session, participation, how, AnswerMeans.SMS, self._now, value=answers[0])
        record_answer(self._session, participation, mark, AnswerMeans.SMS, self._now, value=answers[1])
        if answers[2]:
            record_answer(self._session, participation, words, AnswerMeans.SMS, self._now, text=answers[2])
        finish(participation, ParticipationState.DONE, self._now)

    def _known(self, phone: str) -> Resident:
        resident = find_or_add_resident(self._session, phone, self._now)
        assert resident
        return resident
