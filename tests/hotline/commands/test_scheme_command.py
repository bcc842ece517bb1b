"""`hotline scheme`, as somebody who writes a scheme uses it."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from handling.people import add_user
from handling.scheme import bundled_schemes, load_scheme
from hotline.commands.scheme import scheme
from hotline.settings import read_settings
from hotline.setup import prepare_home
from models import Database, Role
from tests.fakes.clock import FakeClock
from tests.handling.desk import opened


def run(*words: str) -> Result:
    return CliRunner().invoke(scheme, words)


def test_list_names_every_bundled_scheme() -> None:
    lines = run("list").output.splitlines()
    assert [line.split("\t") for line in lines] == [[n, load_scheme(n).title] for n in bundled_schemes()]


def test_check_accepts_a_good_file_and_names_the_line_of_a_mistake(tmp_path: Path) -> None:
    own = tmp_path / "own.toml"
    own.write_text('name = "own"\ntitle = "自己的"\nextends = "minimal"\n', encoding="utf-8")
    assert run("check", str(own)).output.startswith("own 可以用: 3 steps")
    own.write_text('name = "own"\ntitle = "自己的"\nextends = "minimal"\ncolour = "red"\n', encoding="utf-8")
    refused = run("check", str(own))
    assert refused.exit_code == 1
    assert f"{own}:4: colour:" in refused.output
    assert "第 4 行 colour：没有这个词，请看有没有写错" in refused.output


@pytest.mark.parametrize("name", bundled_schemes())
def test_show_says_every_step_action_level_notice_and_form(name: str) -> None:
    shown, found = run("show", name).output, load_scheme(name)
    parts = [*found.levels, *found.steps, *(a for s in found.steps for a in s.actions), *found.forms]
    assert all(part.name in shown for part in [*parts, *found.channels, *found.indicators])
    assert all(f"\n  {notice} " in shown for notice in found.notices)


def test_show_counts_the_words_of_each_notice() -> None:
    # 【城北社区】 and 号有新进展： are 6 units each.
    assert "\n  progress 12/70 note number\n" in run("show", "chengbei").output


def test_diff_and_graph_print_for_other_programs() -> None:
    assert "~ levels.A.working_days: 1 → 5" in run("diff", "minimal", "chengdu").output.splitlines()
    assert run("diff", "jintu", "jintu").output == ""
    assert run("graph", "jintu").output.startswith("flowchart TD\n")
    assert run("graph", "nowhere").exit_code == 1


def test_running_names_the_cases_of_older_rules_and_moves_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOTLINE_HOME", str(tmp_path))
    monkeypatch.setenv("HOTLINE_SCHEME", "minimal")
    settings = read_settings()
    prepare_home(settings)
    database = Database(settings.database_url)
    clock = FakeClock()
    with database.write() as session:
        opened(session, load_scheme("chengbei"), clock)
        add_user(
            session,
            username="liu",
            name="刘统筹",
            password="correct horse",
            role=Role.COORDINATOR,
            now=clock.now(),
        )
    database.close()
    assert run("running").output.splitlines() == [
        "1001  精准收集 → 收集",
        "1 cases follow older rules 件事按旧流程办",
    ]
    assert "没有这个用户" in run("running", "--move-as", "nobody").output
    assert "1 cases moved" in run("running", "--move-as", "liu").output
    assert run("running").output.startswith("0 cases")
