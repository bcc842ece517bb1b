"""One scheme extends another: what is taken over, what wins, and where a mistake is looked for."""

from pathlib import Path

import pytest

from handling.scheme import Scheme, SchemeError, load_scheme, read_scheme

HEAD = 'name = "own"\ntitle = "自己的"\nextends = "minimal"\n'


def own(text: str, folder: Path = Path()) -> Scheme:
    return read_scheme(HEAD + text, folder / "own.toml")


def refusal(text: str, path: Path = Path("own.toml")) -> SchemeError:
    with pytest.raises(SchemeError) as caught:
        read_scheme(text, path)
    return caught.value


def action_codes(scheme: Scheme, step: str) -> list[str]:
    return [action.code for action in scheme.step(step).actions]


def test_a_file_of_three_lines_is_a_whole_scheme() -> None:
    scheme, base = own(""), load_scheme("minimal")
    assert (scheme.name, scheme.title, scheme.extends) == ("own", "自己的", "minimal")
    assert (scheme.steps, scheme.levels, scheme.notices) == (base.steps, base.levels, base.notices)


def test_the_name_is_never_taken_over() -> None:
    error = refusal('extends = "minimal"\ntitle = "自己的"\n')
    assert (error.line, error.reason) == (1, "name: Field required")


def test_tables_are_joined_key_by_key_and_the_own_value_wins() -> None:
    scheme = own('[community]\nname = "和平社区"\n[notices.progress]\ntext = "{number}号：{note}"\n')
    base = load_scheme("minimal")
    assert scheme.community.name == "和平社区"
    assert scheme.community.staffed == base.community.staffed
    assert scheme.notices["progress"].text == "{number}号：{note}"
    assert scheme.notices["progress"].spoken == base.notices["progress"].spoken


def test_the_same_code_changes_an_entry_where_it_stands() -> None:
    scheme = own('levels = [\n  { code = "A", working_days = 2 },\n]\n')
    assert [(level.code, level.name, level.working_days) for level in scheme.levels] == [
        ("A", "马上办", 2),
        ("B", "研究办", 7),
    ]


def test_a_new_entry_stands_behind_the_one_above_it_or_last() -> None:
    first = '[[steps]]\ncode = "handle"\n[[steps.actions]]\ncode = "progress"\n'
    new = '[[steps.actions]]\ncode = "check"\nname = "现场核实"\nroles = ["handler"]\n'
    after = action_codes(own(first + new), "handle")
    assert after == ["assign", "progress", "check", "finish", "refuse"]
    last = action_codes(own('[[steps]]\ncode = "handle"\n' + new), "handle")
    assert last == ["assign", "progress", "finish", "refuse", "check"]


def test_other_lists_are_replaced_as_a_whole() -> None:
    scheme = own('[community]\nstation_tiers = [{ code = "box", name = "箱" }]\nstations = []\n')
    assert [tier.code for tier in scheme.community.station_tiers] == ["box"]
    assert scheme.community.stations == ()


def test_an_entry_is_removed_and_what_is_not_there_cannot_be() -> None:
    without = '[[steps]]\ncode = "handle"\n[[steps.actions]]\ncode = "assign"\nremove = true\n'
    assert action_codes(own(without), "handle") == ["progress", "finish", "refuse"]
    error = refusal(HEAD + without.replace('"assign"', '"asign"'))
    assert (error.line, error.reason) == (6, "there is no “asign” to remove")
    error = refusal(HEAD + "[notices.farewell]\nremove = true\n")
    assert (error.line, error.reason) == (4, "there is no “farewell” to remove")


def test_a_mistake_is_found_in_the_file_that_made_it(tmp_path: Path) -> None:
    base = tmp_path / "base.toml"
    base.write_text(HEAD + '[proposals]\nurgent = "Z"\n', encoding="utf-8")
    heir = tmp_path / "heir.toml"
    text = 'name = "heir"\ntitle = "继承的"\nextends = "base.toml"\n[proposals]\nnormal = "Y"\n'
    error = refusal(text, heir)
    assert (error.file, error.line) == (str(base), 5)
    base.write_text(HEAD, encoding="utf-8")
    error = refusal(text, heir)
    assert (error.file, error.line) == (str(heir), 5)
    assert error.reason == "proposals.normal: no level “Y”"


def test_a_removed_step_that_an_action_leads_to_is_missed_there() -> None:
    error = refusal(HEAD + '[[steps]]\ncode = "close"\nremove = true\n')
    assert error.file.endswith("minimal.toml")
    assert error.reason == "steps[2].actions[3].next: no step “close”"


def test_a_circle_is_refused_with_file_and_line(tmp_path: Path) -> None:
    for name, other in (("a", "b"), ("b", "c"), ("c", "a")):
        text = f'name = "{name}"\ntitle = "{name}"\nextends = "{other}.toml"\n'
        (tmp_path / f"{name}.toml").write_text(text, encoding="utf-8")
    with pytest.raises(SchemeError) as caught:
        load_scheme(str(tmp_path / "a.toml"))
    assert caught.value.reason == "extends itself: a → b → c → a"
    assert (Path(caught.value.file).name, caught.value.line) == ("c.toml", 3)
    alone = tmp_path / "alone.toml"
    alone.write_text('name = "x"\ntitle = "x"\nextends = "./alone.toml"\n', encoding="utf-8")
    with pytest.raises(SchemeError, match="alone → alone"):
        load_scheme(str(alone))


def test_what_is_extended_must_exist() -> None:
    error = refusal(HEAD.replace('"minimal"', '"maximal"'))
    assert error.line == 3
    assert "bundled are: chengbei" in error.reason
    error = refusal(HEAD.replace('"minimal"', '"nowhere.toml"'))
    assert error.line == 3
    assert "there is no file nowhere.toml" in error.reason


def test_a_time_limit_takes_the_place_of_one_in_another_unit() -> None:
    level = own('levels = [{ code = "A", hours = 24 }]').level("A")
    assert (level.hours, level.working_days) == (24, None)
