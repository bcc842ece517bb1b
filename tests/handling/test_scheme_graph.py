import re

import pytest

from handling.scheme import bundled_schemes, load_scheme
from handling.scheme.graph import mermaid


def test_steps_are_boxes_and_actions_that_move_a_case_are_arrows() -> None:
    assert mermaid(load_scheme("minimal")) == (
        "flowchart TD\n"
        '    step_collect["收集"]\n'
        '    step_handle["办理"]\n'
        '    step_close["办结"]\n'
        '    state_done(["办结"])\n'
        '    state_invalid(["不办"])\n'
        '    state_merged(["并案"])\n'
        '    step_collect -->|"核对无误"| step_handle\n'
        '    step_collect -->|"不是建议"| state_invalid\n'
        '    step_collect -->|"并案"| state_merged\n'
        '    step_handle -->|"办理完成"| step_close\n'
        '    step_handle -->|"不予办理"| state_invalid\n'
        '    step_close -->|"办结并公开<br>办结，不公开"| state_done\n'
    )


@pytest.mark.parametrize("name", bundled_schemes())
def test_every_arrow_ends_at_a_box_that_is_drawn(name: str) -> None:
    picture = mermaid(load_scheme(name))
    drawn = set(re.findall(r"^    (\w+)[\[(]", picture, re.MULTILINE))
    ends = set(re.findall(r"^    (\w+) -->.*\| (\w+)$", picture, re.MULTILINE))
    assert ends
    assert {end for arrow in ends for end in arrow} == drawn


def test_names_cannot_break_the_picture() -> None:
    scheme = load_scheme("minimal")
    quoted = scheme.steps[0].model_copy(update={"name": 'a"b<c'})
    picture = mermaid(scheme.model_copy(update={"steps": (quoted, *scheme.steps[1:])}))
    assert '    step_collect["a#quot;b#lt;c"]\n' in picture
