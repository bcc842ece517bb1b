import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from hotline.evaluation.scores import Confusion, Share, found
from hotline.evaluation.text import text

TABLE = """id\ttext\tgarbled\tdomain\turgency\tring
1\t厨房着火了快来人\t厨房早火了快来人\t安全隐患\temergency\t119
2\t楼道灯不亮\t楼道灯不亮\t公共设施维护\tnormal\t
3\t垃圾桶没人清\t垃圾桶没人清\t停车交通\tnormal\t
"""


@pytest.fixture(autouse=True)
def at_home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOTLINE_HOME", str(tmp_path / "home"))


def measured(file: Path, *options: str) -> dict[str, object]:
    result = CliRunner().invoke(text, [str(file), "--json", *options])
    assert result.exit_code == 0, result.output
    return dict(json.loads(result.output))


def test_shares_carry_an_interval_that_stays_between_nought_and_one() -> None:
    low, high = Share(35, 35).interval()
    assert 0.89 < low < 0.91
    assert high == 1.0
    assert Share(0, 0).interval() == (0.0, 1.0)


def test_precision_recall_and_f1_are_counted_by_class() -> None:
    confusion = Confusion([("a", "a"), ("a", "b"), ("b", "b"), ("b", "b")])
    first, second = confusion.by_class()
    assert (first.precision, first.recall, first.support) == (1.0, 0.5, 2)
    assert second.f1 == pytest.approx(0.8)
    assert confusion.macro_f1() == pytest.approx((2 / 3 + 0.8) / 2)


def test_what_was_found_and_what_was_taken_for_it() -> None:
    recall, false = found([("x", "x"), ("x", "y"), ("y", "x"), ("y", "y"), ("y", "y")], "x")
    assert (recall.hits, recall.total, false.hits, false.total) == (1, 2, 1, 3)


def test_a_file_of_utterances_is_measured(tmp_path: Path) -> None:
    (tmp_path / "some.tsv").write_text(TABLE, encoding="utf-8")
    result = measured(tmp_path / "some.tsv")
    assert result["rows"] == 3
    assert result["emergency"]["recall"]["hits"] == 1  # type: ignore[index]
    assert result["domain"]["accuracy"]["hits"] == 2  # type: ignore[index]
    assert measured(tmp_path / "some.tsv", "--column", "garbled")["column"] == "garbled"


def test_petitions_are_measured_with_their_own_taxonomy_by_name(tmp_path: Path) -> None:
    (tmp_path / "petitions.tsv").write_text(
        "label\ttitle\tbody\n交通运输\t出租车拒载\t司机拒载\n", encoding="utf-8"
    )
    result = measured(tmp_path / "petitions.tsv", "--taxonomy", "petitions")
    assert result["domain"]["accuracy"]["hits"] == 1  # type: ignore[index]


def test_the_tables_name_each_class(tmp_path: Path) -> None:
    (tmp_path / "some.tsv").write_text(TABLE, encoding="utf-8")
    result = CliRunner().invoke(text, [str(tmp_path / "some.tsv")])
    assert "emergencies found 1.000" in result.output
    assert "公共设施维护" in result.output


def test_a_missing_column_is_said(tmp_path: Path) -> None:
    (tmp_path / "some.tsv").write_text("text\turgency\n停水\tnormal\n", encoding="utf-8")
    result = CliRunner().invoke(text, [str(tmp_path / "some.tsv"), "--column", "garbled"])
    assert result.exit_code == 1
    assert "garbled" in result.output
