import pytest

from handling.quotes import LONGEST, quotable


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("我叫李桂芳，住天福苑三栋二单元501，门口灯坏了", "我叫某某，住天福苑某栋，门口灯坏了"),
        ("王婆婆家漏水，电话13800138000", "某婆婆家漏水，电话（号码略）"),
        ("打给我幺三八零零幺三八零零零", "打给我（号码略）"),
        ("身份证510107195001011234", "身份证（号码略）"),
        ("公交站在二号门，等十分钟", "公交站在二号门，等十分钟"),
        ("老路灯坏了", "老路灯坏了"),
    ],
)
def test_names_numbers_and_doors_are_left_out(said, shown):
    assert quotable(said) == shown


def test_a_long_story_is_cut():
    assert len(quotable("说" * 500)) == LONGEST
