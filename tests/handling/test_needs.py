from typing import get_args

from handling.needs import QUESTIONS
from handling.scheme.parts import Need


def test_every_need_that_a_scheme_may_name_has_its_question() -> None:
    assert set(QUESTIONS) == set(get_args(Need))
