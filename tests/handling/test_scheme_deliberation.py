"""Shares and kinds of deliberation, as a scheme writes them."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handling.scheme import SchemeError, bundled_schemes, load_scheme, read_scheme
from handling.scheme.deliberation import reaches, share_in_words

OWN = """
name = "own"
title = "自己的流程"
extends = "minimal"
"""
KIND = """
[[deliberations]]
code = "council"
name = "楼栋议事会"
roles = ["coordinator"]
"""


def read(text: str) -> object:
    return read_scheme(OWN + text, Path("own.toml"))


@pytest.mark.parametrize(
    ("share", "part", "whole", "enough"),
    [
        (">1/2", 24, 48, False),
        (">1/2", 25, 48, True),
        ("2/3", 32, 48, True),
        ("2/3", 31, 48, False),
        ("1/3", 16, 48, True),
        (">3/10", 30, 100, False),
        (">3/10", 31, 100, True),
        ("1/1", 48, 48, True),
    ],
)
def test_a_share_is_exact(share: str, part: int, whole: int, enough: bool) -> None:
    assert reaches(share, part, whole) is enough


@given(part=st.integers(0, 500), whole=st.integers(1, 500))
def test_more_than_half_and_at_least_half_differ_only_at_the_half(part: int, whole: int) -> None:
    assert reaches("1/2", part, whole) == (reaches(">1/2", part, whole) or 2 * part == whole)


def test_shares_are_said_in_words() -> None:
    assert [share_in_words(s) for s in (">1/2", "2/3", ">3/10", "1/1")] == [
        "过半数",
        "2/3以上",
        "超过3/10",
        "全部",
    ]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (KIND + 'quorum = "3/2"', "no share between 0 and 1"),
        (KIND + 'quorum = "half"', "should match pattern"),
        (KIND + "pass_score = 60", 'belong to voters = "members"'),
        (KIND + 'voters = "members"\nchoose = 2', "pass_score is missing"),
        (KIND + 'stages = [{ code = "a", name = "公示", does = "tell", working_days = 3 }]', "nobody votes"),
        (
            '[[steps]]\ncode = "handle"\n[[steps.actions]]\ncode = "finish"\ndeliberation = "council"',
            "no deliberation “council”",
        ),
        (
            KIND
            + '[[steps]]\ncode = "handle"\n[[steps.actions]]\ncode = "finish"\n'
            + 'deliberation = "council"\nfields = ['
            + '{ code = "day", name = "日期", type = "date", records = "held_on" },'
            + '{ code = "came", name = "到会", type = "integer", minimum = 1, records = "attended" },'
            + '{ code = "agreed", name = "同意", type = "integer", records = "agreed" },'
            + '{ code = "what", name = "议定", type = "text", records = "resolution" }]',
            'more may agree than came: at_most = "came"',
        ),
    ],
)
def test_what_does_not_fit_together_is_refused_with_the_reason(text: str, reason: str) -> None:
    with pytest.raises(SchemeError, match=reason.replace("(", r"\(")):
        read(text)


def test_a_vote_from_home_needs_its_notices() -> None:
    stage = 'stages = [{ code = "v", name = "表决", does = "vote", working_days = 3 }]\n'
    with pytest.raises(SchemeError, match="the notice “topic_open” is missing"):
        read(KIND + stage + "[notices.topic_open]\nremove = true\n")


def test_what_a_vote_says_names_no_case() -> None:
    with pytest.raises(SchemeError, match=r"no variable “\{number\}”"):
        read('[notices.vote_open]\ntext = "{number}号请表决：{matter}"\n')


def test_the_communities_deliberate_in_their_own_ways() -> None:
    kinds = {name: {kind.code for kind in load_scheme(name).deliberations} for name in bundled_schemes()}
    assert kinds["chengbei"] >= {"courtyard_meeting"}
    assert kinds["shiniuyan"] >= {"council", "five_party"}
    assert kinds["jinbi"] >= {"committee", "review_board"}
    assert [stage.name for stage in load_scheme("chengdu").deliberation("small_project").stages] == [
        "征集",
        "确定",
        "实施",
        "评议",
        "监督",
    ]
