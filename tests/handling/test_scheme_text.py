"""Values written into the text of a scheme; reasons in Chinese; what a notice may say."""

import tomllib

import pytest

from handling.notice_occasions import OCCASIONS
from handling.notice_texts import check_texts, notice_texts
from handling.scheme import SchemeError, bundled_schemes, load_scheme, read_over
from handling.scheme.names import name_of_path
from handling.scheme.notice_variables import SENT_BY_THE_ENGINE, known_in
from handling.scheme.reasons import explained
from handling.scheme.text import Value, limited, written


def test_a_value_is_changed_where_it_stands_and_comments_stay():
    text = 'levels = [\n  { code = "A", hours = 3 }, # soon\n]\n'
    after = written(text, [*limited(("levels", "A"), "working_days", 2), *limited(("levels", "B"), "hours", 5)])
    assert "# soon" in after
    assert tomllib.loads(after) == {"levels": [{"code": "A", "working_days": 2}, {"code": "B", "hours": 5}]}


def test_what_is_not_there_yet_is_added_in_steps_and_their_actions():
    after = written("", [Value(("steps", "handle", "actions", "finish", "roles"), ["handler"])])
    after = written(after, [Value(("steps", "handle", "working_days"), 2), Value(("review_sample_percent",), 5)])
    assert tomllib.loads(after) == {
        "review_sample_percent": 5,
        "steps": [{"code": "handle", "working_days": 2, "actions": [{"code": "finish", "roles": ["handler"]}]}],
    }


def test_a_notice_that_is_called_like_a_list_is_no_list():
    assert tomllib.loads(written("", [Value(("notices", "rewards", "text"), "换")])) == {
        "notices": {"rewards": {"text": "换"}}
    }


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('[[levels]]\ncode = "A"\ntier = "mayor"', "第 3 行 levels[1].tier：没有“mayor”这一级人员"),
        ('[[levels]]\ncode = "A"\nhours = "drei"', "第 3 行 levels[1].hours：要写数字"),
        ('[[levels]]\ncode = "A"\ncolor = "red"', "第 3 行 levels[1].color：没有这个词，请看有没有写错"),
        ("a = = 1", "第 1 行：TOML 写得不对（Invalid value (at line 1, column 5)）"),
        ('[notices.help]\ntext = "去 http://a.b"', "第 2 行 notices.help.text：短信里不能有网址"),
        ('[[channels]]\ncode = "nowhere"\nremove = true', "缺了这一项"),
        ('extends = "jintu"', "第 1 行：写了 extends 就要写 name：这是另一套流程，不再铺在文件上面"),
    ],
)
def test_a_refusal_is_told_in_chinese_with_its_line(text, told):
    with pytest.raises(SchemeError) as refused:
        read_over(text, "minimal")
    assert told in explained(refused.value)


def test_a_path_is_named_as_people_call_it():
    scheme = load_scheme("chengbei")
    assert name_of_path("levels.A.working_days", scheme) == "级别 · A · 时限（工作日）"
    step = scheme.steps[1]
    path = f"steps.{step.code}.actions.{step.actions[0].code}.roles"
    assert name_of_path(path, scheme) == f"步骤 · {step.name} · 动作 · {step.actions[0].name} · 谁可以做"


@pytest.mark.parametrize("name", bundled_schemes())
def test_every_notice_of_a_scheme_may_say_what_it_says_and_fits(name):
    scheme = load_scheme(name)
    check_texts(scheme, scheme, scheme)
    for notice in notice_texts(scheme, scheme):
        meanings = dict(notice.variables)
        assert all(meaning != code for code, meaning in meanings.items()), (notice.name, meanings)
        assert notice.example.startswith(scheme.community.signature)


def test_a_notice_may_only_say_what_is_known_when_it_is_sent():
    scheme = load_scheme("chengbei")
    assert "promise" in known_in(scheme, "received")
    assert "survey" not in known_in(scheme, "received")
    assert known_in(scheme, "opted_out") == {"community"}
    with pytest.raises(SchemeError, match="no variable") as refused:
        read_over('[notices.opted_out]\ntext = "{number}号停了"\n', "chengbei")
    assert "第 2 行 notices.opted_out.text：这条短信里不能写“{number}”" in explained(refused.value)


def test_it_is_told_when_the_engine_sends_each_notice():
    assert OCCASIONS.keys() == SENT_BY_THE_ENGINE.keys()
    scheme = load_scheme("chengbei")
    notices = {one.name: one for one in notice_texts(scheme, scheme)}
    assert notices["received"].occasion == "刚收到建议"
    assert notices["progress"].occasion == "更新进展"


def test_no_notice_loses_what_its_reader_cannot_do_without():
    scheme = load_scheme("chengbei")
    silent = read_over('[notices.received]\ntext = "收到了"\n', "chengbei")
    with pytest.raises(SchemeError, match="is missing"):
        check_texts(scheme, scheme, silent)
