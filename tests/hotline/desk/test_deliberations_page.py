"""议事 at the desk, from the agenda to the result, and what everybody may read of it."""

import re
from collections.abc import Callable

import pytest
from sqlalchemy import select

from handling.deliberation.comments import add_comment
from handling.deliberation.stages import advance, stages_over
from handling.residents import find_or_add_resident
from handling.scheme import load_scheme
from hotline.settings import Settings
from models import Channel, Courtyard, Deliberation, DeliberationState, Outcome, Suggestion
from tests.hotline.desk.conftest import Desk
from tests.hotline.desk.deeds import TOPIC, started, topic_id

DRAIN = "天福苑的下水道堵了，臭水到处流"


def test_a_meeting_from_the_case_to_the_result(desk: Desk) -> None:
    number = desk.handled_case(text=DRAIN)
    liu = desk.browser("liu")
    assert f"/desk/deliberations/new?case={number}" in liu.get(f"/desk/cases/{number}").text
    one = started(desk, number)
    page = liu.get(f"/desk/deliberations/{one}").text
    assert "记会议" in page
    assert "一共 48 户" in page
    topic = topic_id(page)
    form = {"held_on": "2026-03-09", "attended": "49", f"yes-{topic}": "40", "minutes": "议了很久"}
    refused = liu.post(f"/desk/deliberations/{one}/meeting", **form)
    assert refused.status_code == 422
    assert "到会要在1和48之间" in refused.text
    assert "议了很久" in refused.text, "nothing that was typed is lost"
    held = {**form, "attended": "45", f"no-{topic}": "3", f"resolution-{topic}": "下周动工"}
    assert liu.post(f"/desk/deliberations/{one}/meeting", **held).status_code == 302
    said = "通过，48户里45户参与，40户同意、3户不同意、2户弃权。下周动工"
    assert said in liu.get(f"/desk/deliberations/{one}").text
    assert said in liu.get(f"/desk/cases/{number}").text
    assert said in liu.get("/desk/deliberations").text
    again = liu.post(f"/desk/deliberations/{one}/meeting", **held)
    assert "这不是一次等着开的会" in again.text


def test_what_is_wrong_in_a_draft_is_said_and_kept(desk: Desk) -> None:
    liu = desk.browser("liu")
    liu.get("/desk/deliberations/new")
    for change, wrong in (
        ({"kind": "nothing"}, "请选一种议事"),
        ({"title-0": " "}, "还没有写议题"),
        ({"case-0": "abc"}, "不是案件编号"),
        ({"entitled": "many"}, "要写整数"),
    ):
        answer = liu.post("/desk/deliberations", **{"kind": "courtyard_meeting", **TOPIC, **change})
        assert answer.status_code == 422
        assert wrong in answer.text
        assert "每户40元，合计1,920元" in answer.text
    with desk.database.read() as session:
        assert session.scalars(select(Deliberation)).all() == []


def test_who_may_not_convene_reads_and_writes_remarks_only(desk: Desk) -> None:
    number = desk.handled_case(text=DRAIN)
    one = started(desk, number)
    stranger = desk.browser("zhiyuan")
    assert stranger.get("/desk/deliberations").status_code == 403
    with desk.database.write() as session:
        found = session.get_one(Deliberation, one)
        found.rules = {**found.rules, "roles": ["coordinator"]}
    worker = desk.browser("wangfang")
    page = worker.get(f"/desk/deliberations/{one}").text
    assert "记会议" not in page
    assert worker.post(f"/desk/deliberations/{one}/meeting", held_on="2026-03-09", attended="1").status_code == 403
    assert worker.post(f"/desk/deliberations/{one}/remarks", text="听到有人说太贵").status_code == 302
    assert worker.post(f"/desk/deliberations/{one}/remarks", text=" ").status_code == 422
    assert "听到有人说太贵" in worker.get(f"/desk/deliberations/{one}").text


def test_it_is_stopped_with_a_reason(desk: Desk) -> None:
    one = started(desk, desk.handled_case(text=DRAIN))
    liu = desk.browser("liu")
    liu.get("/desk/deliberations")
    assert "请写明为什么取消" in liu.post(f"/desk/deliberations/{one}/stop", reason=" ").text
    liu.post(f"/desk/deliberations/{one}/stop", reason="政府来修了")
    assert "取消：政府来修了" in liu.get("/desk/deliberations").text


def test_the_agenda_becomes_a_draft(desk: Desk) -> None:
    for n in range(3):
        desk.case(DRAIN, phone=f"+861380013800{n}")
    liu = desk.browser("liu")
    page = liu.get("/desk/agenda").text
    assert "3 户" in page
    form = dict(re.findall(r'name="((?:case|title)-\d+)"[^>]* value="([^"]*)"', page))
    form |= {"text-0": "改过的说明", "kind": "courtyard_meeting"}
    liu.post("/desk/agenda", **form)
    assert "请勾上议题" in liu.get("/desk/agenda").text
    made = liu.post("/desk/agenda", **form, **{"take-0": "1"})
    assert made.location.startswith("/desk/deliberations/")
    draft = liu.get(made.location).text
    assert "改过的说明" in draft
    assert 'value="48"' in draft, "the courtyard's households"
    assert "已经在议" in liu.get("/desk/agenda").text


class TestFourSteps:
    """楼栋议事会 of `gongzhi`."""

    @pytest.fixture
    def settings(self, settings: Settings) -> Settings:
        return settings.model_copy(update={"scheme": "gongzhi"})

    @pytest.fixture
    def council(self, desk: Desk) -> int:
        desk.scheme = load_scheme("gongzhi")
        number = desk.handled_case(text=DRAIN)
        return started(desk, number, kind="building_council", observer="李观察")

    @pytest.fixture(autouse=True)
    def four_steps(self, monkeypatch: pytest.MonkeyPatch) -> None:
        # `started` asks for the kind by this name.
        monkeypatch.setitem(TOPIC, "kind", "building_council")

    def to_the_vote(self, desk: Desk, one: int) -> None:
        for _ in range(2):
            with desk.database.write() as session:
                found = session.get_one(Deliberation, one)
                desk.clock.set(found.stage_until or desk.clock.now())
                for over in stages_over(session, desk.clock.now()):
                    advance(session, desk.scheme, over, desk.clock.now())

    def test_hands_are_entered_while_the_vote_runs(self, desk: Desk, council: int) -> None:
        liu = desk.browser("liu")
        page = liu.get(f"/desk/deliberations/{council}").text
        assert "议题公示（到3月12日）" in page
        assert "意见征集（约到3月19日）" in page
        assert "记举手的票" not in page
        self.to_the_vote(desk, council)
        page = liu.get(f"/desk/deliberations/{council}").text
        assert "记举手的票" in page
        topic = topic_id(page)
        refused = liu.post(f"/desk/deliberations/{council}/hands", **{f"yes-{topic}": "49"})
        assert "多过有表决权的48户" in refused.text
        unread = liu.post(f"/desk/deliberations/{council}/hands", **{f"doors-yes-{topic}": "老张家"})
        assert "“老张家”不像门牌号" in unread.text
        hands = {f"yes-{topic}": "30", f"doors-no-{topic}": "1-1-101，1-1-102"}
        liu.post(f"/desk/deliberations/{council}/hands", **hands)
        assert "已经有 32 户表决：举手 32" in liu.get(f"/desk/deliberations/{council}").text
        assert (
            "只能往后延"
            in liu.post(f"/desk/deliberations/{council}/prolong", until="2026-03-10", reason="人不齐").text
        )
        liu.post(f"/desk/deliberations/{council}/prolong", until="2026-04-30", reason="人不齐")
        assert "“表决公示”延长：人不齐" in liu.get(f"/desk/deliberations/{council}").text
        with desk.database.write() as session:
            desk.clock.set(session.get_one(Deliberation, council).stage_until or desk.clock.now())
            advance(session, desk.scheme, council, desk.clock.now())
            decision = session.get_one(Deliberation, council).topics[0].decisions[0]
            assert (decision.outcome, decision.yes, decision.no) == (Outcome.PASSED, 30, 2)

    def test_what_households_texted_is_shown_and_becomes_a_case_once(self, desk: Desk, council: int) -> None:
        with desk.database.write() as session:
            found = session.get_one(Deliberation, council)
            neighbour = find_or_add_resident(session, "+8613800138077", desk.clock.now())
            assert neighbour
            for key, said in (("text:1", "40块太贵了"), ("text:2", "楼梯的扶手松了")):
                add_comment(
                    session,
                    found.topics[0],
                    neighbour,
                    key=key,
                    channel=Channel.SMS,
                    at=desk.clock.now(),
                    text=said,
                )
        worker = desk.browser("wangfang")
        page = worker.get(f"/desk/deliberations/{council}").text
        assert page.index("40块太贵了") < page.index("楼梯的扶手松了")
        assert "短信 · 138****8077" in page
        assert "8613800138077" not in page
        assert worker.post(f"/desk/deliberations/{council}/comments/9/suggestion").status_code == 404
        assert worker.post("/desk/deliberations/99/comments/2/suggestion").status_code == 404
        made = worker.post(f"/desk/deliberations/{council}/comments/2/suggestion")
        page = worker.get(made.location).text
        with desk.database.read() as session:
            case = session.scalars(select(Suggestion).where(Suggestion.text == "楼梯的扶手松了")).one()
        assert f"转成了{case.number}号建议" in page
        assert f'href="/desk/cases/{case.number}"' in page
        assert page.count("转成建议") == 1, "the other comment's"
        worker.post(f"/desk/deliberations/{council}/comments/2/suggestion")
        assert "已经转成建议" in worker.get(f"/desk/deliberations/{council}").text

    def test_the_board_shows_what_runs_without_names(self, desk: Desk, council: int) -> None:
        liu = desk.browser("liu")
        liu.post(f"/desk/deliberations/{council}/remarks", text="王婆婆说太贵")
        public = desk.app.test_client().get("/board/deliberations").text
        assert "全院疏通下水道" in public
        assert "议题公示（到3月12日）" in public
        assert "李观察" not in public
        assert "王婆婆" not in public
        assert "发短信“同意”" not in public
        self.to_the_vote(desk, council)
        public = desk.app.test_client().get("/board/deliberations").text
        assert "发短信“同意”或“不同意”到" in public
        with desk.database.write() as session:
            case = session.get_one(Deliberation, council).topics[0].suggestion
            assert case
            case.confidential = True
        assert "全院疏通下水道" not in desk.app.test_client().get("/board/deliberations").text


def test_the_lists_cost_the_same_however_long_they_are(
    desk: Desk, count_statements: Callable[[Callable[[], object]], int]
) -> None:
    liu = desk.browser("liu")
    started(desk, desk.handled_case(text=DRAIN))
    few = count_statements(lambda: liu.get("/desk/deliberations"))
    with desk.database.write() as session:
        one = session.scalars(select(Deliberation)).first()
        assert one
        place = session.scalars(select(Courtyard)).first()
        for n in range(10):
            session.add(
                Deliberation(
                    kind=one.kind,
                    rules=one.rules,
                    title=f"第{n}次",
                    state=DeliberationState.RUNNING,
                    courtyard=place,
                    entitled=48,
                    convened_by_id=one.convened_by_id,
                    created_at=desk.clock.now(),
                )
            )
    assert count_statements(lambda: liu.get("/desk/deliberations")) == few
