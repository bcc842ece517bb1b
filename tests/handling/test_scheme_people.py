"""The parts of a scheme about residents are checked like the others."""

from pathlib import Path

import pytest

from handling.scheme import SchemeError, read_scheme
from handling.scheme.people import Retention

OWN = 'name = "own"\ntitle = "我们社区"\nextends = "chengbei"\n'


@pytest.mark.parametrize(
    ("added", "reason"),
    [
        ('[[honours]]\ncode = "x"\nname = "星"\ncounts = ["nothing"]\nminimum = 1\n', "no points rule “nothing”"),
        ('[[rewards]]\ncode = "rice2"\nname = "大米"\ncost = 0\n', "greater than 0"),
        ('care = ["独居", "独居"]\n', "“独居” is there twice"),
        ("[retention]\nrecordings = 400\n", "less than or equal to 180"),
        ("[notices.alarm]\nremove = true\n", "the notice “alarm” is missing"),
    ],
)
def test_what_does_not_fit_is_refused(added: str, reason: str) -> None:
    with pytest.raises(SchemeError, match=reason):
        read_scheme(OWN + added, Path("own.toml"))


def test_rewards_and_honours_are_joined_by_their_code() -> None:
    scheme = read_scheme(
        OWN + '[[rewards]]\ncode = "rice"\ncost = 45\n\n[[honours]]\ncode = "ideas"\nremove = true\n',
        Path("own.toml"),
    )
    assert {reward.code: reward.cost for reward in scheme.rewards}["rice"] == 45
    assert [honour.code for honour in scheme.honours] == ["adviser"]
    assert scheme.retention == Retention()
