"""流程 and 短信用语: looked at before it takes force, refused at the field or the line, undone with one button."""

import re
from html import unescape
from io import BytesIO

import pytest

from handling.scheme import load_scheme


@pytest.fixture
def liu(desk):
    browser = desk.browser("liu")
    browser.get("/desk/scheme")
    return browser


def save(browser, preview):
    """What the preview's button does."""
    text = unescape(re.search(r'<textarea name="text" hidden>\n(.*?)</textarea>', preview.text, re.DOTALL)[1])
    base = re.search(r'name="base" value="(\d+)"', preview.text)[1]
    return browser.post("/desk/scheme/save", text=text, base=base, note="试试", back="rules")


def in_force(desk):
    return desk.app.extensions["hotline"].scheme


def level_form(**changes):
    form = {}
    for level in load_scheme("chengbei").levels:
        unit = next(u for u in ("working_days", "hours", "staffed_hours") if getattr(level, u) is not None)
        form |= {f"unit-{level.code}": unit, f"limit-{level.code}": str(getattr(level, unit))}
    return form | changes


def test_a_time_limit_is_changed_looked_at_and_at_once_in_force(desk, liu):
    preview = liu.post("/desk/scheme/change/levels", **level_form(**{"limit-A": "9", "unit-A": "working_days"}))
    assert "级别 · A · 时限（工作日）" in preview.text
    assert in_force(desk).level("A").working_days != 9
    assert save(liu, preview).status_code == 302
    assert in_force(desk).level("A").working_days == 9
    assert "第 1 版" in liu.get("/desk/scheme").text
    assert in_force(desk).levels[1:] == load_scheme("chengbei").levels[1:]


def test_going_back_to_the_file_and_to_an_edition_are_new_editions(desk, liu):
    save(liu, liu.post("/desk/scheme/change/levels", **level_form(**{"limit-A": "9", "unit-A": "working_days"})))
    save(liu, liu.post("/desk/scheme/preview", restore="0"))
    assert in_force(desk) == load_scheme("chengbei")
    save(liu, liu.post("/desk/scheme/preview", restore="1"))
    assert in_force(desk).level("A").working_days == 9
    page = liu.get("/desk/scheme").text
    assert "第 3 版" in page
    assert "刘统筹" in page


def test_a_wrong_field_is_told_at_the_field(liu):
    answer = liu.post("/desk/scheme/change/levels", **level_form(**{"limit-A": "soon"}))
    assert answer.status_code == 422
    assert "时限要写数字" in answer.text
    assert liu.post("/desk/scheme/change/staffed", staffed="12:00-9:00").status_code == 422
    assert liu.post("/desk/scheme/change/channels", **{"new-code": "Kasten", "new-name": "箱"}).status_code == 422
    assert liu.post("/desk/scheme/change/nothing").status_code == 404


def test_who_acts_hours_points_channels_and_lights(desk, liu):
    scheme = in_force(desk)
    step = scheme.steps[-1]
    forms = {
        "staffed": {"staffed": "8:30-11:30\n14:00～17:00"},
        "points": {f"points-{scheme.points[0].code}": "77"},
        "channels": {"new-code": "tea", "new-name": "茶馆", "new-note": "每天上午"},
        "lights": {"yellow": "50", "red": "10", "team_yellow": "1", "team_red": "25", "target_yellow": "90"},
    }
    for part, form in forms.items():
        preview = liu.post(f"/desk/scheme/change/{part}", **form)
        assert preview.status_code == 200, (part, re.findall(r"(?s)role=.alert.*?</div>", preview.text))
        assert save(liu, preview).status_code == 302
    now = in_force(desk)
    assert [f"{one.opens:%H:%M}" for one in now.community.staffed] == ["08:30", "14:00"]
    assert (now.points[0].points, now.channels[-1].name, now.lights.yellow) == (77, "茶馆", 0.5)
    roles = {
        f"roles-{one.code}-{action.code}": [role.value for role in action.roles]
        for one in now.steps
        for action in one.actions
    }
    roles[f"roles-{step.code}-{step.actions[0].code}"] = ["administrator"]
    save(liu, liu.post("/desk/scheme/change/steps", **roles))
    assert [role.value for role in in_force(desk).steps[-1].actions[0].roles] == ["administrator"]


def test_the_text_is_refused_at_its_line_and_an_uploaded_file_is_read(desk, liu):
    answer = liu.post("/desk/scheme/preview", text='# a\n[[levels]]\ncode = "A"\ntier = "mayor"\n', base="0")
    assert answer.status_code == 422
    assert "第 4 行 levels[1].tier：没有“mayor”这一级人员" in answer.text
    assert 'data-line="4"' in answer.text
    file = (BytesIO(b'[[levels]]\ncode = "A"\nhours = 5\n'), "ours.toml")
    answer = liu.post("/desk/scheme/preview", file=file, base="0")
    save(liu, answer)
    assert in_force(desk).level("A").hours == 5
    assert "hours = 5" in liu.get("/desk/scheme/own.toml").text
    assert 'name = "chengbei"' in liu.get("/desk/scheme/file.toml").text


def test_who_comes_second_keeps_the_text_and_is_told(liu):
    preview = liu.post("/desk/scheme/preview", text='[[levels]]\ncode = "A"\nhours = 5\n', base="0")
    save(liu, preview)
    answer = save(liu, preview)
    assert answer.status_code == 409
    assert "别人刚刚改过流程" in answer.text
    assert "hours = 5" in answer.text


def test_running_cases_are_counted_and_keep_their_rules(desk, liu):
    number = desk.handled_case()
    preview = liu.post("/desk/scheme/change/levels", **level_form(**{"limit-A": "9", "unit-A": "working_days"}))
    assert "1 件" in preview.text
    save(liu, preview)
    assert str(number) in liu.get("/desk/migration").text


def test_a_notice_is_changed_and_the_next_resident_gets_it(desk, liu):
    assert "您的建议已收到" in liu.get("/desk/notices").text
    preview = liu.post("/desk/notices/received", text="收到啦，编号{number}，{promise}。", segments="1")
    save(liu, preview)
    assert in_force(desk).notices["received"].text == "收到啦，编号{number}，{promise}。"
    assert "和文件不一样" in liu.get("/desk/notices").text


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("received", "收到了", "少了 {number}"),
        ("received", "{number}号{survey}", "不能写 {survey}"),
        ("received", "{number", "花括号没有成对"),
        ("received", "{number.x!r:>3}{}", "花括号没有成对"),
        ("received", "{number}" + "很" * 70, "1 条短信最多 70 个字"),
        ("help", "请看 www.example.org", "不能有网址"),
        ("help", " ", "不能是空的"),
    ],
    ids=["number", "survey", "open", "format", "long", "link", "empty"],
)
def test_a_notice_that_could_not_be_sent_is_refused_at_its_field(liu, name, text, told):
    answer = liu.post(f"/desk/notices/{name}", text=text, segments="1")
    assert answer.status_code == 422
    assert told in unescape(answer.text)


def test_a_notice_that_nobody_can_send_is_refused_in_the_text_too(liu):
    text = '[notices.opted_out]\ntext = "{number}号停了"\n'
    assert liu.post("/desk/scheme/preview", text=text, base="0").status_code == 422
    assert liu.post("/desk/scheme/save", text=text, base="0").status_code == 422


def test_the_pages_cost_few_statements(liu, count_statements):
    assert count_statements(lambda: liu.get("/desk/scheme")) <= 6
    assert count_statements(lambda: liu.get("/desk/notices")) <= 6
