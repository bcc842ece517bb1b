"""The acceptance story of the community's own report (天福苑), through the functions that the pages call."""

from collections.abc import Callable
from itertools import pairwise

from sqlalchemy.orm import Session

from handling.casework import take_action
from handling.clock import SHANGHAI
from handling.forms import show_value
from handling.inbound import handle_text
from handling.intake import open_suggestion
from handling.residents import find_or_add_resident
from handling.residents.points import balance_of
from handling.review import claim_for_review, confirm_review
from handling.scheme import Scheme
from handling.sms import sms_segments
from handling.status import status_prompts
from models import Channel, Courtyard, Event, Notice, SuggestionState, User
from nlp.understanding import Understanding
from tests.fakes.clock import FakeClock
from tests.handling.conftest import MOBILE, People, received_text


def test_the_drain_of_tianfuyuan_from_the_call_to_the_public_feedback(
    session: Session,
    scheme: Scheme,
    people: People,
    clock: FakeClock,
    understand: Callable[[str], Understanding],
) -> None:
    # 精准收集: the resident calls, the machine reads.
    resident = find_or_add_resident(session, MOBILE, clock.now())
    assert resident is not None
    case = open_suggestion(
        session,
        scheme,
        channel=Channel.CALL,
        resident=resident,
        understanding=understand("我是天福苑的，屋头下水道返水，臭得很，麻烦你们来看一哈"),
        received_at=clock.now(),
        now=clock.now(),
    )
    assert case.domain == "公共设施维护"
    assert case.courtyard is not None
    assert (case.courtyard.name, case.courtyard.households) == ("天福苑", 48)

    # A volunteer listens and confirms.
    clock.advance(minutes=20)
    assert claim_for_review(session, case, people.volunteer, clock.now())
    confirm_review(
        session,
        scheme,
        case,
        people.volunteer,
        text="我是天福苑的，屋里下水道返水，臭得很，麻烦你们来看一下",
        domain="公共设施维护",
        demand_type="公共利益关联型",
        urgency=case.urgency,
        level="A",
        courtyard_id=session.query(Courtyard.id).filter_by(name="天福苑").scalar(),
        place="天福苑",
        valid=True,
        merge_into=None,
        note="",
        now=clock.now(),
        version=case.version,
    )

    def act(user: User, action: str, **form: str) -> Event:
        clock.advance(hours=1)
        return take_action(session, scheme, case, user, action, form, now=clock.now(), version=case.version)

    # 分级研判: A, red, to the micro-grid worker.
    act(people.coordinator, "assign", level="A", handler=str(people.worker.id), instruction="今天就去看")
    assert scheme.level(case.level).colour == "红"
    assert case.handler is not None
    assert case.handler.tier == scheme.level("A").tier == "micro_grid"
    assert case.due is not None
    assert f"{case.due.astimezone(SHANGHAI):%m-%d %H:%M}" == "03-10 18:00"

    # 联动办理: checked, reported and argued, agreed by 48 households, worked.
    act(people.worker, "check_on_site", checked_on="2026-03-09", note="三户返水，主管道堵塞")
    act(people.worker, "report", finding="不只一户，要全院疏通", proposal="开坝坝会议费用")
    meeting = act(
        people.worker,
        "courtyard_meeting",
        held_on="2026-03-09",
        households="48",
        agreed="48",
        share="40",
        resolution="每户40元疏通全院下水道",
    )
    form = scheme.step("handle").action("courtyard_meeting")
    assert form is not None
    assert show_value(form, "total", meeting.form["total"]) == "1,920元"
    act(people.worker, "progress", note="施工队今天进场")
    act(people.worker, "progress", note="已清淤三分之二")
    act(people.worker, "finish", result="全院下水道清淤完成，不再返水", upkeep="居民")

    # 公开反馈, 激励引导.
    act(people.coordinator, "publish", feedback="天福苑48户共议，每户40元，全院下水道已疏通。")
    assert case.published_at == clock.now()
    assert case.feedback.startswith("天福苑48户共议")
    act(people.coordinator, "award")
    assert balance_of(session, resident.id) == 10
    act(people.coordinator, "close")
    assert (case.state, case.done_at) == (SuggestionState.DONE, clock.now())
    assert status_prompts(scheme, case)[-1] == "state_done"

    # 满意度 by SMS.
    text = received_text(session, "５分", clock.advance(hours=1))
    handle_text(session, scheme, text, understand, now=clock.now())
    assert [rating.score for rating in case.ratings] == [5]

    told = session.query(Notice).filter_by(resident_id=resident.id).order_by(Notice.id).all()
    assert [notice.body.removeprefix("【城北社区】") for notice in told] == [
        "您的建议已收到，编号1001。志愿者先核对，3月10日前答复您。回“进度”可查办理情况。",
        "1001号建议已核对，定为A类，3月10日前答复您。",
        "1001号建议交给王芳办理，3月10日前答复您。",
        "1001号的事开了坝坝会，48户同意，通过：每户40元疏通全院下水道",
        "1001号有新进展：施工队今天进场",
        "1001号有新进展：已清淤三分之二",
        "1001号办好了：全院下水道清淤完成，不再返水",
        "谢谢您的建议！送您10颗幸福种子，现在一共有10颗。",
        "1001号已办结。您满意吗？请回1到5的数字，5是最满意。谢谢您！",
        "收到您打的分，谢谢您！",
    ]
    assert {sms_segments(notice.body) for notice in told} == {1}

    session.expire(case, ["events"])
    assert [(event.step, event.kind) for event in case.events] == [
        ("collect", "received"),
        ("collect", "reviewed"),
        ("triage", "assign"),
        ("handle", "check_on_site"),
        ("handle", "report"),
        ("handle", "courtyard_meeting"),
        ("handle", "deliberation_passed"),
        ("handle", "money"),
        ("handle", "progress"),
        ("handle", "progress"),
        ("handle", "finish"),
        ("feedback", "publish"),
        ("incentive", "award"),
        ("incentive", "close"),
        ("incentive", "rated"),
    ]
    for column, value in (("state", "done"), ("step", "incentive"), ("level", "A"), ("handler", "王芳")):
        steps = [event.changes[column] for event in case.events if column in event.changes]
        assert all(a[1] == b[0] for a, b in pairwise(steps)), "history has no gaps"
        assert not steps or steps[-1][1] == value
