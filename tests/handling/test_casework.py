from collections.abc import Mapping
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy.orm import Session

from handling.casework import (
    FormInvalid,
    StaleCase,
    StepNotAllowed,
    actions_for,
    blocked_actions,
    due_warnings,
    take_action,
)
from handling.clock import SHANGHAI
from handling.forms import read_form, show_fen, show_value
from handling.intake import open_cases_of
from handling.scheme import Field, Scheme
from handling.status import state_name
from models import Event, Notice, PointsEntry, SuggestionState, User
from tests.fakes.clock import FakeClock
from tests.handling.conftest import People
from tests.handling.desk import NEIGHBOUR, confirm, opened

MEETING = {
    "held_on": "2026-03-09",
    "households": "48",
    "agreed": "48",
    "share": "40",
    "resolution": "全院疏通下水道",
}


class Desk:
    """One case that the people of the community act on."""

    def __init__(self, session: Session, scheme: Scheme, clock: FakeClock, people: People) -> None:
        self.session, self.scheme, self.clock, self.people = session, scheme, clock, people
        self.case = opened(session, scheme, clock)

    def review(self, level: str) -> None:
        confirm(self.session, self.scheme, self.case, self.people.volunteer, self.clock, level=level)

    def act(self, user: User, action: str, form: Mapping[str, str] | None = None, **extra: Any) -> Event:
        return take_action(
            self.session, self.scheme, self.case, user, action, form or {}, now=self.clock.now(), **extra
        )

    def assign(self, level: str = "A") -> Event:
        form = {"level": level, "handler": str(self.people.worker.id)}
        return self.act(self.people.coordinator, "assign", form)

    def may(self, user: User) -> list[str]:
        return [action.code for action in actions_for(self.scheme, self.case, user)]

    def told(self) -> list[str]:
        rows = self.session.query(Notice).filter_by(suggestion_id=self.case.id).order_by(Notice.id)
        return [notice.body for notice in rows]


@pytest.fixture
def desk(session: Session, scheme: Scheme, clock: FakeClock, people: People) -> Desk:
    return Desk(session, scheme, clock, people)


def test_nobody_works_a_case_before_its_review_or_after_its_end(desk: Desk) -> None:
    assert desk.may(desk.people.administrator) == []
    desk.review("A")
    assert desk.may(desk.people.administrator) == ["assign", "answer_now", "refuse"]
    desk.act(desk.people.coordinator, "refuse", {"reason": "归区里管"})
    assert desk.may(desk.people.administrator) == []


def test_each_person_may_do_what_the_scheme_says(desk: Desk) -> None:
    desk.review("A")
    assert desk.may(desk.people.volunteer) == []
    assert desk.may(desk.people.worker) == []
    assert desk.may(desk.people.coordinator) == ["assign", "answer_now", "refuse"]
    desk.assign()
    own = ["check_on_site", "report", "courtyard_meeting", "progress", "finish", "return_to_triage"]
    assert desk.may(desk.people.worker) == own
    assert desk.may(desk.people.secretary) == [], "somebody else's case"
    assert set(desk.may(desk.people.coordinator)) == {*own, "reassign", "extend", "refuse"}
    with pytest.raises(StepNotAllowed, match="不是您的"):
        desk.act(desk.people.secretary, "progress", {"note": "去看了"})
    with pytest.raises(StepNotAllowed, match="角色"):
        desk.act(desk.people.worker, "refuse", {"reason": "不想办"})
    with pytest.raises(StepNotAllowed, match="不在这一步"):
        desk.act(desk.people.worker, "publish", {"feedback": "好了"})
    desk.people.worker.active = False
    assert desk.may(desk.people.worker) == []


def test_an_assignment_sets_level_handler_and_day_and_tells_the_resident(desk: Desk) -> None:
    desk.review("A")
    event = desk.assign("B")
    assert (desk.case.level, desk.case.handler) == ("B", desk.people.worker)
    assert desk.case.due == datetime(2026, 3, 18, 18, 0, tzinfo=SHANGHAI)
    assert event.changes["level"] == ["A", "B"]
    assert event.changes["handler"] == ["", "王芳"]
    assert event.changes["step"] == ["triage", "handle"]
    assert event.changes["due"] == ["2026-03-10T10:00:00+00:00", "2026-03-18T10:00:00+00:00"]
    assert event.form == {"level": "B", "handler": "王芳", "instruction": None}
    assert desk.told()[-1] == "【城北社区】1001号建议交给王芳办理，3月18日前答复您。"


def test_the_day_counts_from_the_day_that_the_resident_spoke(desk: Desk) -> None:
    desk.clock.advance(days=2)
    desk.review("B")
    desk.assign("A")
    assert desk.case.due == datetime(2026, 3, 10, 18, 0, tzinfo=SHANGHAI)
    assert desk.told()[-1].endswith("会尽快答复您。"), "a day that is over is no promise"


@pytest.mark.parametrize("level", ["B", "C"])
def test_experts_speak_before_a_b_or_c_case_is_finished_or_planned(desk: Desk, level: str) -> None:
    desk.review(level)
    desk.assign(level)
    blocked = {
        action.code: reason for action, reason in blocked_actions(desk.scheme, desk.case, desk.people.worker)
    }
    expected = {"finish"} if level == "B" else {"finish", "plan"}
    assert set(blocked) == expected
    assert blocked["finish"] == f"{level}类要先有专家可行性意见"
    with pytest.raises(StepNotAllowed, match="专家"):
        desk.act(desk.people.worker, "finish", {"result": "修好了"})
    opinion = {"expert": "赵工", "feasible": "有条件可行", "opinion": "先测管径"}
    desk.act(desk.people.worker, "expert_opinion", opinion)
    assert expected <= set(desk.may(desk.people.worker))
    desk.act(desk.people.worker, "finish", {"result": "修好了"})
    assert desk.case.step == "feedback"


def test_an_a_case_needs_no_expert(desk: Desk) -> None:
    desk.review("A")
    desk.assign("A")
    assert "expert_opinion" not in desk.may(desk.people.worker)
    assert "finish" in desk.may(desk.people.worker)


def test_a_planned_case_is_told_as_planned_until_its_end(desk: Desk) -> None:
    desk.review("C")
    desk.assign("C")
    worker = desk.people.worker
    desk.act(worker, "expert_opinion", {"expert": "赵工", "feasible": "可行", "opinion": "好"})
    desk.act(worker, "plan", {"plan": "明年修", "look_again": "2026-09-01"})
    assert desk.told()[-1] == "【城北社区】1001号已列入计划：明年修。9月1日前再给您回话。"
    assert desk.case.due == datetime(2026, 9, 1, 18, 0, tzinfo=SHANGHAI)
    assert state_name(desk.scheme, desk.case) == "已列入计划"
    desk.act(desk.people.coordinator, "keep_private", {"reason": "还没有定"})
    assert state_name(desk.scheme, desk.case) == "已列入计划"
    desk.act(desk.people.coordinator, "close")
    assert desk.case.state is SuggestionState.DONE
    assert state_name(desk.scheme, desk.case) == "已列入计划"


def test_a_case_that_comes_back_is_being_handled_again(desk: Desk) -> None:
    desk.review("A")
    desk.assign("A")
    desk.act(desk.people.worker, "finish", {"result": "修好了"})
    assert state_name(desk.scheme, desk.case) == "已经办好"
    desk.act(desk.people.coordinator, "return_to_handling", {"reason": "没有修好"})
    assert (desk.case.step, state_name(desk.scheme, desk.case)) == ("handle", "正在办理")
    desk.act(desk.people.worker, "return_to_triage", {"reason": "不归我管"})
    assert (desk.case.step, desk.case.state) == ("triage", SuggestionState.HANDLING)


def test_an_extension_is_told_with_its_reason_and_survives_the_next_assignment(desk: Desk) -> None:
    desk.review("A")
    desk.assign("A")
    coordinator = desk.people.coordinator
    desk.act(coordinator, "extend", {"new_due": "2026-03-20", "reason": "等材料"})
    assert desk.case.due == datetime(2026, 3, 20, 18, 0, tzinfo=SHANGHAI)
    assert desk.told()[-1] == "【城北社区】1001号要多办几天，3月20日前答复您。原因：等材料"
    form = {"handler": str(desk.people.secretary.id), "reason": "王芳请假"}
    desk.act(coordinator, "reassign", form)
    assert desk.case.handler == desk.people.secretary
    assert desk.case.due == datetime(2026, 3, 20, 18, 0, tzinfo=SHANGHAI)
    with pytest.raises(FormInvalid) as caught:
        desk.act(coordinator, "extend", {"new_due": "2026-03-08", "reason": "x"})
    assert caught.value.errors == {"new_due": "新期限不能是过去的日子"}


def test_a_refusal_is_heard_with_its_reason(desk: Desk) -> None:
    desk.review("A")
    with pytest.raises(FormInvalid) as caught:
        desk.act(desk.people.coordinator, "refuse", {"reason": "  "})
    assert caught.value.errors == {"reason": "请填写原因（会告诉居民）"}
    desk.act(desk.people.coordinator, "refuse", {"reason": "这条路归区里管，已转告"})
    assert desk.case.state is SuggestionState.INVALID
    assert desk.case.done_at == desk.clock.now()
    assert "没有办成：这条路归区里管，已转告。" in desk.told()[-1]


def test_money_is_typed_in_yuan_and_the_product_is_reckoned(desk: Desk) -> None:
    desk.review("A")
    desk.assign("A")
    event = desk.act(desk.people.worker, "courtyard_meeting", MEETING | {"total": "1"})
    assert (event.form["share"], event.form["total"]) == (4000, 192000)
    action = desk.scheme.step("handle").action("courtyard_meeting")
    assert action is not None
    shown = {code: show_value(action, code, value) for code, value in event.form.items()}
    assert shown == {
        "held_on": "3月9日",
        "households": "48",
        "agreed": "48",
        "share": "40元",
        "total": "1,920元",
        "resolution": "全院疏通下水道",
    }
    half = desk.act(desk.people.worker, "courtyard_meeting", MEETING | {"share": "４０．５元"})
    assert half.form["total"] == 48 * 4050
    free = desk.act(desk.people.worker, "courtyard_meeting", MEETING | {"share": ""})
    assert (free.form["share"], free.form["total"]) == (None, None)
    assert show_value(action, "total", None) == ""


def test_fen_are_shown_as_yuan() -> None:
    assert [show_fen(fen) for fen in (0, 5, 4050, 192000)] == ["0元", "0.05元", "40.50元", "1,920元"]


@pytest.mark.parametrize(
    ("field", "typed", "message"),
    [
        ("held_on", "昨天", "2026-03-09"),
        ("held_on", "2026-02-30", "2026-03-09"),
        ("households", "很多", "整数"),
        ("households", "0", "不能少于1"),
        ("households", "-3", "整数"),
        ("households", "9" * 30, "整数"),
        ("agreed", "49", "不能多于48"),
        ("share", "40.505", "40.50"),
        ("share", "-1", "40.50"),
        ("share", "1e3", "40.50"),
        ("resolution", "", "请填写"),
        ("resolution", "长" * 201, "最多200字"),
    ],
)
def test_a_wrong_field_is_named_and_nothing_happens(desk: Desk, field: str, typed: str, message: str) -> None:
    desk.review("A")
    desk.assign("A")
    before = (desk.case.version, len(desk.case.events), len(desk.told()))
    with pytest.raises(FormInvalid) as caught:
        desk.act(desk.people.worker, "courtyard_meeting", MEETING | {field: typed})
    assert list(caught.value.errors) == [field]
    assert message in caught.value.errors[field]
    assert (desk.case.version, len(desk.case.events), len(desk.told())) == before


@pytest.mark.parametrize("who", ["0", "99999", "abc", "volunteer", "locked"])
def test_a_case_is_given_only_to_somebody_who_handles(desk: Desk, who: str) -> None:
    desk.review("A")
    desk.people.secretary.active = False
    handler = {"volunteer": desk.people.volunteer.id, "locked": desk.people.secretary.id}.get(who, who)
    with pytest.raises(FormInvalid) as caught:
        desk.act(desk.people.coordinator, "assign", {"level": "Z", "handler": str(handler)})
    assert caught.value.errors == {"level": "级别请从列表里选", "handler": "责任人请从列表里选"}


def test_points_are_given_once(desk: Desk) -> None:
    desk.review("A")
    desk.act(desk.people.coordinator, "answer_now", {"result": "灯已经亮了"})
    desk.act(desk.people.coordinator, "publish", {"feedback": "路灯修好了"})
    desk.act(desk.people.coordinator, "award")
    assert desk.told()[-1] == "【城北社区】谢谢您的建议！送您10颗幸福种子，现在一共有10颗。"
    assert "award" not in desk.may(desk.people.coordinator)
    with pytest.raises(StepNotAllowed, match="已经发过"):
        desk.act(desk.people.coordinator, "award")
    desk.act(desk.people.coordinator, "best_idea", {"merit": "省电"})
    assert sorted(entry.points for entry in desk.session.query(PointsEntry)) == [-50, -10, 10, 50]
    given, invited = desk.told()[-2:]
    assert given.endswith("送您50颗幸福种子，现在一共有60颗。")
    assert "请您来监督和评议" in invited


def test_a_page_that_is_out_of_date_is_refused_even_when_nothing_visible_changed(desk: Desk) -> None:
    desk.review("A")
    desk.assign("A")
    shown = desk.case.version
    desk.act(desk.people.worker, "progress", {"note": "材料到了"}, version=shown)
    assert desk.case.version > shown
    with pytest.raises(StaleCase):
        desk.act(desk.people.coordinator, "progress", {"note": "材料到了"}, version=shown)


def test_whoever_reported_the_same_matter_hears_its_end_and_may_rate(desk: Desk) -> None:
    second = opened(desk.session, desk.scheme, desk.clock, phone=NEIGHBOUR)
    confirm(desk.session, desk.scheme, second, desk.people.volunteer, desk.clock, merge_into=desk.case.number)
    again = opened(desk.session, desk.scheme, desk.clock, phone=NEIGHBOUR)
    confirm(desk.session, desk.scheme, again, desk.people.volunteer, desk.clock, merge_into=second.number)

    def neighbour() -> list[str]:
        rows = desk.session.query(Notice).filter_by(to_number=NEIGHBOUR).order_by(Notice.id)
        return [notice.template for notice in rows]

    before = neighbour()
    desk.review("A")
    desk.assign("A")
    desk.act(desk.people.worker, "progress", {"note": "在修"})
    assert neighbour() == before, "only the end is told to everybody"
    assert second.resident is not None
    assert open_cases_of(desk.session, second.resident.id) == [again, second]
    desk.act(desk.people.worker, "finish", {"result": "修好了"})
    desk.act(desk.people.coordinator, "publish", {"feedback": "修好了"})
    desk.act(desk.people.coordinator, "close")
    assert neighbour() == [*before, "finished", "closed"], "once, though reported twice"
    assert [len(case.ratings) for case in (desk.case, second, again)] == [1, 1, 0]
    assert open_cases_of(desk.session, second.resident.id) == []


def test_a_case_of_nobody_can_be_worked_to_its_end(
    session: Session, scheme: Scheme, clock: FakeClock, people: People
) -> None:
    desk = Desk(session, scheme, clock, people)
    desk.case = opened(session, scheme, clock, phone="")
    desk.review("A")
    desk.assign("A")
    desk.act(people.worker, "finish", {"result": "修好了"})
    desk.act(people.coordinator, "publish", {"feedback": "修好了"})
    desk.act(people.coordinator, "award")
    desk.act(people.coordinator, "close")
    assert desk.case.state is SuggestionState.DONE
    assert desk.told() == []
    assert desk.case.ratings == []
    assert session.query(PointsEntry).count() == 0


def test_the_page_warns_where_the_calendar_is_not_known(desk: Desk) -> None:
    desk.review("A")
    assert due_warnings(desk.session, desk.case) == []
    desk.case.due = datetime(2049, 1, 4, 18, 0, tzinfo=SHANGHAI)
    [warning] = due_warnings(desk.session, desk.case)
    assert "2049年" in warning


def test_a_case_whose_step_is_gone_is_shown_and_answered_clearly(desk: Desk) -> None:
    desk.review("A")
    desk.case.step = "gone"
    desk.case.level = "Z"
    assert desk.may(desk.people.coordinator) == []
    assert blocked_actions(desk.scheme, desk.case, desk.people.coordinator) == []
    with pytest.raises(StepNotAllowed, match="没有“gone”这一步"):
        desk.act(desk.people.coordinator, "assign")


def test_a_step_with_a_time_of_its_own_promises_anew(desk: Desk) -> None:
    slow = desk.scheme.step("handle").model_copy(update={"working_days": 3})
    steps = tuple(slow if step.code == "handle" else step for step in desk.scheme.steps)
    desk.scheme = desk.scheme.model_copy(update={"steps": steps})
    desk.review("A")
    assert desk.case.due == datetime(2026, 3, 10, 18, 0, tzinfo=SHANGHAI)
    desk.clock.advance(days=2)
    desk.assign("A")
    assert desk.case.due == datetime(2026, 3, 16, 18, 0, tzinfo=SHANGHAI)
    assert desk.told()[-1].endswith("3月16日前答复您。")


def test_money_over_a_limit_is_refused_in_yuan(desk: Desk) -> None:
    fields = (
        Field(code="asked", name="申请", type="money"),
        Field(code="given", name="批准", type="money", at_most="asked"),
    )
    handle = desk.scheme.step("handle")
    grant = handle.actions[0].model_copy(update={"fields": fields})
    with pytest.raises(FormInvalid) as caught:
        read_form(desk.session, desk.scheme, grant, {"asked": "500", "given": "500.01"}, desk.clock.now())
    assert caught.value.errors == {"given": "批准不能多于500元"}
