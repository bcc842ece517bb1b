from pathlib import Path

import pytest

from audio_prompts.keys import REQUIRED_KEYS
from handling.scheme import SchemeError, bundled_schemes, load_scheme, read_scheme
from handling.scheme import parts as scheme_parts
from handling.scheme.parts import Part
from handling.sms import sms_units
from models import Urgency

CHENGBEI = (Path(__file__).parents[2] / "handling/schemes/chengbei.toml").read_text(encoding="utf-8")


def refusal(text: str) -> SchemeError:
    with pytest.raises(SchemeError) as caught:
        read_scheme(text, Path("own.toml"))
    return caught.value


def line_with(text: str, part: str) -> int:
    return next(n for n, line in enumerate(text.splitlines(), start=1) if part in line)


def test_the_reference_scheme_is_the_community_of_the_report() -> None:
    scheme = load_scheme("chengbei")
    tiers = [station.tier for station in scheme.community.stations]
    assert (tiers.count("main"), tiers.count("grid"), tiers.count("mobile")) == (1, 7, 35)
    assert len(scheme.community.courtyards) == 32
    assert next(c.households for c in scheme.community.courtyards if c.name == "天福苑") == 48
    assert [step.name for step in scheme.steps] == ["精准收集", "分级研判", "联动办理", "公开反馈", "激励引导"]
    assert [(level.code, level.colour, level.name, level.shape) for level in scheme.levels] == [
        ("A", "红", "立行立改", "●"),
        ("B", "黄", "研究推进", "▲"),
        ("C", "蓝", "规划参考", "■"),
    ]
    assert [level.working_days for level in scheme.levels] == [1, 7, 15]
    assert [level.experts for level in scheme.levels] == [False, True, True]
    assert scheme.proposed_level(Urgency.EMERGENCY).code == "A"


@pytest.mark.parametrize("name", bundled_schemes())
def test_every_bundled_scheme_is_usable_and_speaks_with_prompts_that_exist(name: str) -> None:
    scheme = load_scheme(name)
    spoken = {part for template in scheme.notices.values() for part in template.spoken if part[0] != "{"}
    assert spoken <= set(REQUIRED_KEYS)


def test_a_small_community_runs_a_and_b_alone() -> None:
    scheme = load_scheme("minimal")
    assert [level.code for level in scheme.levels] == ["A", "B"]
    assert len(scheme.steps) == 3


def test_a_community_reads_its_own_file(tmp_path: Path) -> None:
    own = tmp_path / "own.toml"
    own.write_text(CHENGBEI.replace("【城北社区】", "【金土社区】"), encoding="utf-8")
    assert load_scheme(str(own)).community.signature == "【金土社区】"


def test_an_unknown_name_is_refused_with_the_names_that_exist() -> None:
    with pytest.raises(SchemeError, match="chengbei, chengdu, gongzhi, jinbi, jintu, minimal, shiniuyan"):
        load_scheme("nowhere")
    with pytest.raises(SchemeError, match="cannot be read"):
        load_scheme("./nowhere.toml")


def test_a_syntax_error_is_refused_with_its_line() -> None:
    text = CHENGBEI.replace('name = "精准收集"', "name = 精准收集", 1)
    error = refusal(text)
    assert error.line == line_with(text, "name = 精准收集")
    assert error.file == "own.toml"
    assert "not TOML" in error.reason
    unfinished = 'name = "x"\nlevels = ['
    assert refusal(unfinished).line == 2


@pytest.mark.parametrize(
    ("right", "wrong", "line", "reason"),
    [
        ('next = "triage"', 'next = "nirvana"', 'next = "nirvana"', "no step “nirvana”"),
        ('notice = "assigned"', 'notice = "asigned"', 'notice = "asigned"', "no notice “asigned”"),
        ('levels = ["C"]', 'levels = ["D"]', 'levels = ["D"]', "no level “D”"),
        ('points = "best_idea"', 'points = "nothing"', 'points = "nothing"', "no points rule “nothing”"),
        ('"agreed", "share"]', '"heads", "share"]', '"heads", "share"]', "no field “heads”"),
        ('"agreed", "share"]', '"held_on", "share"]', '"held_on", "share"]', "“held_on” is no number"),
        ('urgent = "A"', 'urgent = "Z"', 'urgent = "Z"', "no level “Z”"),
        ('planning = "C"\n', "", "[proposals]", "no level is proposed for “planning”"),
        ('tier = "secretary", experts', 'tier = "king", experts', 'tier = "king"', "no tier “king”"),
        ('parent = "grid7"', 'parent = "grid8"', 'parent = "grid8"', "no station “grid8”"),
        ('station = "mobile11"', 'station = "moon"', 'station = "moon"', "no station “moon”"),
        ("working_days = 7", 'working_days = "seven"', 'working_days = "seven"', "valid integer"),
        ("working_days = 7", "working_hours = 7", "working_hours = 7", "working_hours"),
        ("working_days = 7", "hours = 7, working_days = 7", "working_days = 7", "one time limit"),
        ("working_days = 7, ", "", "研究推进", "a time limit is missing"),
        ('roles = ["coordinator"]', 'roles = ["king"]', 'roles = ["king"]', "volunteer"),
        ('code = "extend"', 'code = "reassign"', 'name = "延期"', "“reassign” is there twice"),
        ('code = "finding"', 'code = "place"', 'code = "place"', "already means something"),
        ('code = "extend"', 'code = "received"', 'code = "received"', "an event of the engine"),
        ('code = "C", name', 'code = "B", name', 'name = "规划参考"', "“B” is there twice"),
        ("{agreed}户同意", "{yes}户同意", "{yes}户同意", "no variable “{yes}”"),
        # Known in other notices, not in this one.
        ("有新进展：{note}", "有新进展：{survey}", "有新进展：{survey}", "no variable “{survey}”"),
        ("有新进展：{note}", "得{points}分：{note}", "得{points}分", "no variable “{points}”"),
        ("{agreed}户同意", "{agreed户同意", "{agreed户同意", "braces"),
        ("有新进展：{note}", "有新进展：{note}" + "很" * 60, "很很很", "units without its variables"),
        ("已恢复，", "见 https://example.org，", "https://example.org", "a link in an SMS"),
        ("【城北社区】", "城北社区", 'signature = "城北社区"', "pattern"),
        ('sets = "level"', 'sets = "handler"', 'sets = "handler"', "has the type “handler”"),
        ('at_most = "households"', 'at_most = "held_on"', 'at_most = "held_on"', "of the same type above"),
        ('spoken = ["{case}", "{state}"]', 'spoken = ["{cases}"]', '"{cases}"', "no token “{cases}”"),
    ],
)
def test_a_scheme_that_does_not_fit_together_is_refused_with_its_line(
    right: str, wrong: str, line: str, reason: str
) -> None:
    assert right in CHENGBEI
    text = CHENGBEI.replace(right, wrong, 1)
    error = refusal(text)
    assert reason in error.reason
    # The line of the key, or of the table that it stands in.
    assert abs(error.line - line_with(text, line)) <= 2


def test_a_step_that_no_action_leads_to_is_refused() -> None:
    island = '[[steps]]\ncode = "island"\nname = "孤岛"\n\n[[steps.actions]]\ncode = "leave"\nname = "走"\n'
    text = CHENGBEI.replace(
        "[notices.received]", island + 'roles = ["handler"]\nnext = "handle"\n\n[notices.received]'
    )
    error = refusal(text)
    assert error.reason.endswith("no action leads to the step “island”")
    assert error.line == line_with(text, 'code = "island"') - 1


def test_a_scheme_in_which_a_case_can_never_end_is_refused() -> None:
    text = CHENGBEI.replace('state = "done"\n', "")
    assert "no way leads from “collect”" in refusal(text).reason


def test_a_missing_notice_of_the_engine_is_refused() -> None:
    text = CHENGBEI.replace("[notices.opted_out]", "[notices.opted_away]")
    assert "the notice “opted_out” is missing" in refusal(text).reason


FORM = '[[forms]]\ncode = "f"\nname = "单子"\nlines = [\n  { name = "编号", value = "VALUE" },\n]\n'
INDICATOR = (
    'indicators = [\n  { code = "i", name = "早", start = ["received"], end = ["END"], working_days = 1 },\n]\n'
)


def test_a_paper_form_shows_what_a_case_or_an_action_has() -> None:
    for value in ("number", "courtyard_meeting.total"):
        assert read_scheme(CHENGBEI + FORM.replace("VALUE", value), Path("own.toml")).form("f")
    text = CHENGBEI + FORM.replace("VALUE", "courtyard_meeting.sum")
    error = refusal(text)
    assert error.reason.endswith("“courtyard_meeting.sum” is no value of a case or an action")
    assert error.line == line_with(text, "courtyard_meeting.sum")


def test_an_indicator_measures_between_events_that_happen() -> None:
    assert read_scheme(INDICATOR.replace("END", "publish") + CHENGBEI, Path("own.toml")).indicators
    text = INDICATOR.replace("END", "publishing") + CHENGBEI
    assert refusal(text).reason.endswith("no event “publishing”")
    # The review page writes “reviewed”, whatever the volunteer decided.
    assert refusal(INDICATOR.replace("END", "merge") + CHENGBEI).reason.endswith("no event “merge”")


def test_sms_units_count_as_a_phone_counts() -> None:
    assert sms_units("【城北社区】好") == 7
    assert sms_units("👍") == 2


def test_the_page_about_schemes_names_every_key() -> None:
    page = (Path(__file__).parents[2] / "handling/schemes/README.md").read_text(encoding="utf-8")
    parts = [part for part in vars(scheme_parts).values() if isinstance(part, type) and issubclass(part, Part)]
    keys = {key for part in parts for key in part.model_fields}
    assert len(keys) > 40
    assert {key for key in keys if f"`{key}`" not in page} == set()
