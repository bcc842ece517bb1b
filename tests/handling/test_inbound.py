from datetime import datetime, timedelta

import pytest

from handling.clock import SHANGHAI
from handling.residents.points import award
from models import Priority, Rating, Resident, SuggestionState, TextKind, TextState, Urgency
from tests.handling.conftest import DUTY, LANDLINE, MOBILE, Inbox


def test_a_message_is_a_new_suggestion_with_one_answer(inbox: Inbox) -> None:
    text = inbox.take("天福苑的路灯坏了，晚上看不到路")
    case = text.suggestion
    assert case is not None
    assert (text.kind, text.state) == (TextKind.SUGGESTION, TextState.DONE)
    assert case.channel.value == "sms"
    assert case.resident is not None
    assert case.resident.phone == MOBILE
    [answer] = inbox.answers()
    assert answer.priority is Priority.REPLY
    assert "编号1001" in answer.body


def test_a_message_that_is_handled_again_changes_nothing(inbox: Inbox) -> None:
    text = inbox.take("天福苑的路灯坏了")
    inbox.handle(text)
    assert len(inbox.cases()) == 1
    assert len(inbox.answers()) == 1


@pytest.mark.parametrize("body", ["路灯坏了", "TD", "1001", "👍", "水" * 1600])
def test_whoever_cannot_be_answered_still_files_a_suggestion(inbox: Inbox, body: str) -> None:
    for sender in ("", "+266696687", "CHENGBEI", "10086", "+12345", "sip:x@y", "😀"):
        text = inbox.take(body, sender)
        assert text.suggestion is not None
        assert text.suggestion.text == body
        assert text.suggestion.resident is None
    assert len(inbox.cases()) == 7
    assert inbox.session.query(Resident).count() == 0
    assert [n for n in inbox.answers() if n.to_number != DUTY] == []


def test_an_empty_message_gets_help_once_a_day(inbox: Inbox) -> None:
    first = inbox.take("")
    inbox.take("  \n")
    assert (first.kind, first.state) == (TextKind.COMMAND, TextState.DONE)
    assert [notice.template for notice in inbox.answers()] == ["help"]
    inbox.clock.advance(days=1)
    inbox.take("")
    assert len(inbox.answers()) == 2
    assert inbox.cases() == []


def test_an_empty_message_of_nobody_is_kept_and_done(inbox: Inbox) -> None:
    text = inbox.take("", sender="")
    assert text.state is TextState.DONE
    assert inbox.answers() == []
    assert inbox.cases() == []


def test_messages_of_ten_minutes_are_one_suggestion(inbox: Inbox) -> None:
    inbox.take("天福苑的下水道")
    inbox.clock.advance(minutes=5)
    inbox.take("一直返水")
    inbox.clock.advance(minutes=10)
    third = inbox.take("臭得很")
    [case] = inbox.cases()
    assert third.kind is TextKind.CONTINUATION
    assert case.text == "天福苑的下水道\n一直返水\n臭得很"
    assert case.understanding["text"] == case.text
    assert len(inbox.answers()) == 1
    inbox.clock.advance(minutes=10, seconds=1)
    inbox.take("路灯也坏了")
    assert len(inbox.cases()) == 2


def test_messages_that_arrive_in_the_wrong_order_are_read_in_the_right_one(inbox: Inbox) -> None:
    start = inbox.clock.now()
    inbox.take("一直返水", at=start + timedelta(seconds=30))
    inbox.take("天福苑的下水道", at=start)
    [case] = inbox.cases()
    assert case.text == "天福苑的下水道\n一直返水"


def test_another_sender_or_a_reviewed_suggestion_is_not_continued(inbox: Inbox) -> None:
    inbox.take("路灯坏了")
    inbox.take("我也是，路灯坏了", sender="+8613900000001")
    assert len(inbox.cases()) == 2
    inbox.cases()[0].state = SuggestionState.HANDLING
    inbox.take("还是黑的")
    assert len(inbox.cases()) == 3


def test_two_messages_of_one_bank_are_joined_but_those_of_two_withheld_numbers_are_not(inbox: Inbox) -> None:
    inbox.take("您的验证码", sender="95588")
    inbox.take("请勿告诉他人", sender="95588")
    assert len(inbox.cases()) == 1
    inbox.take("路灯坏了", sender="")
    inbox.take("水管爆了", sender="")
    assert len(inbox.cases()) == 3


def test_a_continuation_that_becomes_an_emergency_wakes_the_duty_phone(inbox: Inbox) -> None:
    inbox.take("天福苑二栋有股味道")
    inbox.clock.advance(minutes=1)
    inbox.take("起火了，快来人")
    [case] = inbox.cases()
    assert case.urgency is Urgency.EMERGENCY
    assert [n.template for n in inbox.answers()] == ["received", "received_ring", "duty_alert"]


def test_a_case_number_is_answered_with_its_state(inbox: Inbox) -> None:
    inbox.take("路灯坏了")
    text = inbox.take("１００１号怎么样了？")
    assert text.kind is TextKind.COMMAND
    assert inbox.answer_to(text) == "【城北社区】1001号建议待核对，3月18日前答复您。"
    inbox.clock.advance(days=30)
    assert "比答应您的日子晚了" in inbox.answer_to(inbox.take("1001"))
    inbox.cases()[0].state = SuggestionState.DONE
    assert inbox.answer_to(inbox.take("1001")) == "【城北社区】1001号建议已经办好。"


def test_somebody_elses_number_is_answered_like_one_that_does_not_exist(inbox: Inbox) -> None:
    inbox.take("我家的事，不要给别人说")
    stranger = "+8613900000001"
    others = inbox.answer_to(inbox.take("1001", sender=stranger))
    nothing = inbox.answer_to(inbox.take("编号9999", sender=stranger))
    assert others == nothing
    assert "1001" not in others


def test_progress_tells_of_every_open_case(inbox: Inbox) -> None:
    assert "还没有登记过建议" in inbox.answer_to(inbox.take("进度"))
    inbox.take("路灯坏了")
    assert inbox.answer_to(inbox.take("查进度")).startswith("【城北社区】1001号建议待核对")
    inbox.clock.advance(hours=1)
    inbox.take("电梯坏了")
    assert inbox.answer_to(inbox.take("进度？")) == "【城北社区】您的建议：1002号待核对，1001号待核对。"
    for number in range(3):
        inbox.clock.advance(hours=1)
        inbox.take(f"第{number}件别的事情")
    assert inbox.answer_to(inbox.take("进度")).endswith("1003号待核对，等5件。")
    for case in inbox.cases():
        case.state = SuggestionState.DONE
    assert inbox.answer_to(inbox.take("进度")) == "【城北社区】1005号建议已经办好。"


def test_points_are_told(inbox: Inbox) -> None:
    text = inbox.take("积分")
    assert inbox.answer_to(text) == "【城北社区】您现在有0颗幸福种子。"
    assert text.resident is not None
    for rule in inbox.scheme.points:
        award(inbox.session, rule, text.resident, now=inbox.clock.now())
    assert "60颗" in inbox.answer_to(inbox.take("我的积分有好多"))


def test_opting_out_is_confirmed_once_and_suggestions_are_still_taken(inbox: Inbox) -> None:
    out = inbox.take("ＴＤ")
    assert "已停发短信" in inbox.answer_to(out)
    inbox.take("退订")
    assert len(inbox.answers()) == 1
    text = inbox.take("路灯坏了")
    assert text.suggestion is not None
    assert len(inbox.answers()) == 1, "no acknowledgement either"
    assert "1001号" in inbox.answer_to(inbox.take("进度")), "but the answer to a question"
    back = inbox.take("恢复")
    assert "已恢复" in inbox.answer_to(back)
    inbox.clock.advance(hours=1)
    inbox.take("电梯坏了")
    assert inbox.answers()[-1].template == "received"


def test_a_rating_counts_only_after_it_was_asked_for(inbox: Inbox) -> None:
    first = inbox.take("路灯坏了")
    inbox.clock.advance(hours=1)
    unasked = inbox.take("5")
    assert unasked.kind is TextKind.SUGGESTION
    case = first.suggestion
    assert case is not None
    inbox.session.add(Rating(suggestion=case, requested_at=inbox.clock.now()))
    inbox.clock.advance(hours=1)
    text = inbox.take("五分。")
    assert (text.kind, text.suggestion) == (TextKind.RATING, case)
    assert [(rating.score, rating.rated_at) for rating in case.ratings] == [(5, inbox.clock.now())]
    assert case.events[-1].kind == "rated"
    assert case.events[-1].form == {"score": 5}
    assert inbox.answer_to(text) == "【城北社区】收到您打的分，谢谢您！"
    inbox.clock.advance(hours=1)
    assert inbox.take("3").kind is TextKind.SUGGESTION, "asked once, answered once"


def test_a_low_rating_is_answered_with_where_to_tell_more(inbox: Inbox) -> None:
    case = inbox.take("路灯坏了").suggestion
    assert case is not None
    inbox.session.add(Rating(suggestion=case, requested_at=inbox.clock.now()))
    assert "没办好的地方" in inbox.answer_to(inbox.take("1"))


def test_somebody_elses_request_for_a_rating_is_not_answered_by_a_neighbour(inbox: Inbox) -> None:
    case = inbox.take("路灯坏了").suggestion
    assert case is not None
    inbox.session.add(Rating(suggestion=case, requested_at=inbox.clock.now()))
    assert inbox.take("5", sender="+8613900000001").kind is TextKind.SUGGESTION
    assert case.ratings[0].score is None


def test_an_old_message_is_not_answered_in_the_night(inbox: Inbox) -> None:
    inbox.clock.set(datetime(2026, 3, 9, 23, 0, tzinfo=SHANGHAI))
    inbox.take("进度", at=inbox.clock.now() - timedelta(minutes=11))
    inbox.take("进度", at=inbox.clock.now() - timedelta(minutes=9))
    late, fresh = inbox.answers()
    assert (late.priority, fresh.priority) == (Priority.ROUTINE, Priority.REPLY)
    assert late.next_try_at == datetime(2026, 3, 10, 8, 0, tzinfo=SHANGHAI)
    assert fresh.next_try_at == inbox.clock.now()


def test_a_clever_landline_that_texts_is_called_back(inbox: Inbox) -> None:
    inbox.take("路灯坏了", sender=LANDLINE)
    [answer] = inbox.answers()
    assert answer.medium.value == "call"
