"""The documentation says what the code does."""

import re
from pathlib import Path

import pytest

from hotline.cli import COMMAND_MODULES, main
from hotline.settings import SETTING_NAMES

ROOT = Path(__file__).parent.parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_configuration_table_holds_every_setting_and_no_other():
    table = README.split("<!-- settings")[1].split("\n\n")[0]
    assert set(re.findall(r"^\| `([A-Z_]+)`", table, re.MULTILINE)) == set(SETTING_NAMES)


@pytest.mark.parametrize("command", sorted(COMMAND_MODULES))
def test_every_command_is_in_the_readme(command):
    assert f"`hotline {command}" in README


@pytest.mark.parametrize("command", sorted(COMMAND_MODULES))
def test_every_command_exists_and_says_what_it_does(command):
    found = main.get_command(None, command)
    assert found is not None
    assert found.get_short_help_str()


def test_every_picture_and_page_that_the_readme_names_exists():
    for target in re.findall(r"\]\((?!http|#)([^)]+)\)", README):
        assert (ROOT / target).is_file(), target


def test_no_document_holds_a_path_of_a_machine():
    for path in [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")]:
        assert not re.search(r"(/work/|/tmp/|/root/)", path.read_text(encoding="utf-8")), path
