"""What staff type about deliberations, as it comes in."""

from datetime import date

import pytest

from hotline.desk.deliberation_forms import day, scores_in, topic_rows, whole


def test_scores_are_one_member_a_line() -> None:
    assert scores_in("王老师 85\n 李主任：90分\n\n张三　７０\n评委4,60") == {
        "王老师": 85,
        "李主任": 90,
        "张三": 70,
        "评委4": 60,
    }


@pytest.mark.parametrize("line", ["王老师", "85", "王老师 很好", "王老师 8.5"])
def test_a_line_without_a_member_and_points_is_refused(line: str) -> None:
    with pytest.raises(ValueError, match="看不懂"):
        scores_in(line)


def test_numbers_and_days_say_which_field_is_wrong() -> None:
    assert [whole({"a": typed}, "a", "到会") for typed in ("", " ４８ ", "0")] == [0, 48, 0]
    for typed in ("-1", "4.5", "many", "1000000"):
        with pytest.raises(ValueError, match="“到会”要写整数"):
            whole({"a": typed}, "a", "到会")
    assert day({"d": "2026-03-09"}, "d", "日期") == date(2026, 3, 9)
    with pytest.raises(ValueError, match="“日期”请选一个日期"):
        day({"d": "明天"}, "d", "日期")


def test_a_topic_needs_a_title_and_a_number_is_a_number() -> None:
    form = {"title-0": " 加 座椅 ", "title-2": "修灯", "case-2": "1023", "text-2": " 路口 "}
    assert topic_rows(form) == [(0, "加 座椅", ""), (1023, "修灯", "路口")]
    with pytest.raises(ValueError, match="1023号还没有写议题"):
        topic_rows({"case-0": "1023"})
    with pytest.raises(ValueError, match="不是案件编号"):
        topic_rows({"title-0": "x", "case-0": "１０２三"})
