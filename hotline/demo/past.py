"""Six weeks of a made-up community, so that figures, lights and the ledger have something to show.

Every case goes through the same functions as a real one, with the hour at which it is said to have happened.
What residents were told then counts as delivered: nobody is texted today about last month."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from handling.casework import take_action
from handling.clock import SHANGHAI
from handling.ratings import newest_request
from handling.review import claim_for_review, confirm_review
from handling.scheme import Scheme
from handling.staff_entries import Entry, take_down
from handling.visits import take_score
from models import Courtyard, Notice, NoticeState, Suggestion, User
from nlp.understanding import Understanding

Understand = Callable[[str], Understanding]


@dataclass(frozen=True)
class Past:
    """days_ago: when it was said; took: days until it was closed, None while it is still handled. score: 1 to 5,
    None when nobody answered. phone: the last two digits of a made-up number, "" for a note in the box."""

    text: str
    courtyard: str
    days_ago: int
    took: int | None
    level: str = "A"
    score: int | None = None
    phone: str = ""
    source: str = ""
    told: str = ""


PAST = (
    Past("楼梯间的灯不亮，晚上看不见路", "东方嘉苑", 41, 1, score=5, phone="11", told="楼梯间换了声控灯。"),
    Past("院子里的健身器材松了，怕把人摔到", "天福苑", 40, 2, score=4, phone="12", told="健身器材加固好了。"),
    Past("垃圾桶旁边臭得很，几天没有人收", "标件厂院落", 38, 1, score=4, phone="13"),
    Past("想在院子里头加两把椅子，老年人好歇脚", "天福苑", 37, 9, "B", 5, "14", told="院子里添了两把椅子。"),
    Past("车子停到消防通道上，救护车进不来", "粮站大院", 35, 2, score=3, phone="15"),
    Past("高龄补贴去哪里办，要带哪些东西", "", 34, 1, score=5, phone="16"),
    Past("三楼漏水漏到我们家，说了几回都没人管", "关帝庙大院", 33, 6, score=2, phone="17"),
    Past("希望活动室晚上也开门，好跳舞", "", 31, 12, "C", source="chat"),
    Past("井盖松了，走上去响得很", "东方嘉苑", 29, 1, score=5, phone="18", told="松动的井盖换好了。"),
    Past("小区门口的路烂了，下雨积水", "粮站大院", 27, 5, "B", 4, "19"),
    Past("楼上打麻将打到半夜，睡不着", "标件厂院落", 25, 4, source="courtyard_meeting"),
    Past("电线垂下来了，看着吓人", "天福苑", 24, 1, score=5, phone="12", told="垂下来的电线收好了。"),
    Past("一个人做饭难，社区有没得老年食堂", "关帝庙大院", 22, 14, "C", 4, "20"),
    Past("单元门锁坏了，哪个都可以进来", "东方嘉苑", 20, 2, score=5, phone="18"),
    Past("绿化带的树枝挡到窗子了", "标件厂院落", 17, 3, source="mobile_point", told="挡窗的树枝修剪了。"),
    Past("电动车在楼道里头充电，危险得很", "粮站大院", 15, 1, score=4, phone="15"),
    Past("希望给老年人讲一哈怎么防诈骗", "", 12, 7, "B", 5, "16", told="请民警来讲了一次防诈骗。"),
    Past("水管接头漏水，水表一直走", "天福苑", 9, 1, score=5, phone="14"),
    # Still in hand, one of them late: the lights have all colours.
    Past("二单元的扶手松了，老年人上楼不方便", "关帝庙大院", 6, None, phone="17"),
    Past("想在门口装一个报箱", "东方嘉苑", 4, None, "B", phone="11"),
    Past("院坝里头晚上太黑，想多装一盏灯", "粮站大院", 1, None, "B", phone="19"),
)


class PastWeeks:
    """people: accounts of the demonstration by username."""

    def __init__(
        self, session: Session, scheme: Scheme, people: dict[str, User], understand: Understand, now: datetime
    ) -> None:
        self._session = session
        self._scheme = scheme
        self._people = people
        self._understand = understand
        self._now = now

    def tell(self, past: Past) -> None:
        case = self._case(past)
        self._session.flush()
        self._session.execute(
            update(Notice)
            .where(Notice.suggestion_id == case.id, Notice.state == NoticeState.QUEUED)
            .values(
                state=NoticeState.DELIVERED,
                sent_at=Notice.created_at,
                finished_at=Notice.created_at,
                next_try_at=None,
            )
        )

    def _case(self, past: Past) -> Suggestion:
        said = self._at(past.days_ago, time(9, 20))
        case = self._taken_down(past, said)
        self._reviewed(case, past, said + timedelta(hours=1))
        handler = self._people["handler" if past.level == "A" else "committee"]
        form = {"level": past.level, "handler": str(handler.id)}
        self._act(case, "coordinator", "assign", form, said + timedelta(hours=2))
        if past.took is None:
            return case
        done = self._at(past.days_ago - past.took, time(15, 30))
        self._act(case, handler.username, "progress", {"note": "已到现场看过"}, said + timedelta(hours=4))
        if self._scheme.level(past.level).experts:
            opinion = {"expert": "退休工程师陈工", "feasible": "可行", "opinion": "可以办，注意安全"}
            self._act(case, handler.username, "expert_opinion", opinion, said + timedelta(hours=5))
        self._act(case, handler.username, "finish", {"result": past.told or "已办好", "upkeep": "社区"}, done)
        if past.told:
            self._act(case, "coordinator", "publish", {"feedback": past.told}, done + timedelta(minutes=20))
        else:
            self._act(case, "coordinator", "keep_private", {"reason": "个别事项"}, done + timedelta(minutes=20))
        if past.phone:
            self._act(case, "coordinator", "award", {}, done + timedelta(minutes=30))
        self._act(case, "coordinator", "close", {}, done + timedelta(minutes=40))
        self._rated(case, past, done + timedelta(hours=1))
        return case

    def _taken_down(self, past: Past, said: datetime) -> Suggestion:
        yard = self._session.scalars(select(Courtyard).where(Courtyard.name == past.courtyard)).one_or_none()
        entry = Entry(
            source=past.source,
            text=past.text,
            phone=f"+86138000010{past.phone}" if past.phone else "",
            courtyard_id=yard.id if yard else None,
        )
        volunteer = self._people["volunteer"]
        case, _ = take_down(self._session, self._scheme, entry, self._understand, by=volunteer, now=said)
        return case

    def _reviewed(self, case: Suggestion, past: Past, now: datetime) -> None:
        volunteer = self._people["volunteer2"]
        claim_for_review(self._session, case, volunteer, now)
        confirm_review(
            self._session,
            self._scheme,
            case,
            volunteer,
            text=case.text,
            domain=case.domain,
            demand_type=case.demand_type,
            urgency=case.urgency,
            level=past.level,
            courtyard_id=case.courtyard_id,
            place=case.place,
            valid=True,
            merge_into=None,
            note="",
            now=now,
        )

    def _rated(self, case: Suggestion, past: Past, now: datetime) -> None:
        rating = newest_request(self._session, case.resident) if case.resident else None
        if rating is not None and past.score is not None:
            take_score(self._session, self._scheme, rating, past.score, now)

    def _act(self, case: Suggestion, username: str, action: str, form: dict[str, str], now: datetime) -> None:
        self._session.flush()
        take_action(self._session, self._scheme, case, self._people[username], action, form, now=now)

    def _at(self, days_ago: int, hour: time) -> datetime:
        day = self._now.astimezone(SHANGHAI).date() - timedelta(days=days_ago)
        return datetime.combine(day, hour, SHANGHAI).astimezone(self._now.tzinfo)
