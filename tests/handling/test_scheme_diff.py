from pathlib import Path

import pytest

from handling.scheme import Scheme, bundled_schemes, load_scheme, read_scheme
from handling.scheme.diff import differences

HEAD = 'name = "minimal"\ntitle = "简易流程：收集，办理，办结"\nextends = "minimal"\n'


def changed(text: str) -> list[str]:
    own = read_scheme(HEAD + text, Path("own.toml"))
    return [str(difference) for difference in differences(load_scheme("minimal"), own)][1:]


@pytest.mark.parametrize("name", bundled_schemes())
def test_a_scheme_does_not_differ_from_itself(name: str) -> None:
    assert list(differences(load_scheme(name), load_scheme(name))) == []


def test_what_changed_came_and_went_is_named_by_code() -> None:
    assert changed('levels = [\n  { code = "A", working_days = 2 },\n]\n') == ["~ levels.A.working_days: 1 → 2"]
    assert changed('points = [{ code = "valid", name = "有效建议", points = 5 }]\n') == [
        "+ points.valid = 有效建议"
    ]
    gone = '[[steps]]\ncode = "handle"\n[[steps.actions]]\ncode = "assign"\nremove = true\n'
    assert changed(gone) == ["- steps.handle.actions.assign = 交办"]
    assert changed('[notices.rated]\ntext = "谢谢！"\n') == [
        "~ notices.rated.text: 收到您打的分，谢谢您！ → 谢谢！"
    ]


def test_another_order_of_steps_is_a_difference() -> None:
    one = load_scheme("minimal")
    other: Scheme = one.model_copy(update={"steps": tuple(reversed(one.steps))})
    assert [str(difference) for difference in differences(one, other)] == [
        "~ steps (order): collect、handle、close → close、handle、collect"
    ]
