"""`hotline train`: from confirmed cases and from a labelled file."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from handling.clock import SystemClock
from handling.community import set_up_community
from handling.intake import open_suggestion
from handling.learning.second_opinions import second_opinion
from handling.lexicon_versions import understander_in_force
from handling.review import confirm_review
from handling.scheme import load_scheme
from hotline.cli import main
from models import Channel, Database, Role, Urgency, User
from models.schema import upgrade_schema
from tests.nlp.test_second_opinion import EXAMPLES
from tests.passwords import HASH

LABELS = ["停车交通", "环境卫生", "邻里纠纷"]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HOTLINE_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("HOTLINE_DATABASE_URL", raising=False)
    return tmp_path / "home"


@pytest.fixture
def table(tmp_path: Path) -> Path:
    """Labels that no keyword knows."""
    file = tmp_path / "labelled.tsv"
    rows = [f"{LABELS.index(example.label)}\t{example.text}" for example in EXAMPLES]
    file.write_text("\n".join(["label\ttitle", *rows]) + "\n", encoding="utf-8")
    return file


def train(*options: str) -> Result:
    return CliRunner().invoke(main, ["train", *options])


def test_a_labelled_file_is_compared_and_kept_where_it_wins(home: Path, table: Path) -> None:
    columns = ("--text-column", "title", "--label-column", "label")
    told = train("--file", str(table), *columns, "--test", str(table), "--json")
    assert told.exit_code == 0, told.output
    report = json.loads(told.stdout)
    assert report["kept"]
    assert report["second_opinion"]["macro_f1"] > 0.8 > report["keywords"]["macro_f1"]
    assert report["unseen"]["examples"] == len(EXAMPLES)
    opinion = second_opinion(home, "label", "垃圾桶满了", ["0", "1", "2"])
    assert opinion is not None
    assert LABELS[int(opinion.label)] == "环境卫生"
    assert second_opinion(home, "label", "垃圾桶满了", ["0", "1"]) is None


def test_what_the_keywords_do_better_is_removed_and_said(home: Path, tmp_path: Path) -> None:
    file = tmp_path / "noise.tsv"
    # The keywords know a street lamp; nothing else in these texts tells the labels apart.
    rows = [f"公共设施维护\t路灯{chr(0x4E00 + 7 * i)}" for i in range(40)]
    rows += [f"停车交通\t停车{chr(0x4E00 + 7 * i)}" for i in range(40)]
    file.write_text("\n".join(["domain\ttext", *rows]) + "\n", encoding="utf-8")
    (home / "second_opinion").mkdir(parents=True)
    (home / "second_opinion" / "domain.npz").write_bytes(b"an older model")
    told = train("--file", str(file))
    assert told.exit_code == 0, told.output
    assert "没有启用" in told.output
    assert not (home / "second_opinion" / "domain.npz").exists()


def test_a_body_is_learned_from_unless_another_column_is_named(home: Path, tmp_path: Path) -> None:
    file = tmp_path / "petitions.tsv"
    # The titles say nothing; the bodies, which are never asked about, would.
    rows = [f"{example.label}\t第{number}号\t{example.text}" for number, example in enumerate(EXAMPLES)]
    file.write_text("\n".join(["label\ttitle\tbody", *rows]) + "\n", encoding="utf-8")
    options = ("--file", str(file), "--text-column", "title", "--label-column", "label", "--json")
    told = train(*options)
    assert told.exit_code == 0, told.output
    opinion = second_opinion(home, "label", "垃圾桶满了", LABELS)
    assert opinion is not None
    assert opinion.label == "环境卫生"


def test_a_missing_column_is_named(home: Path, table: Path) -> None:
    told = train("--file", str(table), "--text-column", "nowhere")
    assert told.exit_code == 1
    assert "nowhere" in told.output


def test_confirmed_cases_teach_both_questions(home: Path) -> None:
    confirm_examples(Database(f"sqlite:///{home / 'hotline.sqlite3'}"))
    told = train("--json")
    assert told.exit_code == 0, told.output
    reports = [json.loads(line) for line in told.stdout.splitlines()]
    assert [report["name"] for report in reports] == ["domain", "urgency"]
    assert reports[0]["examples"] == len(EXAMPLES)
    assert reports[0]["labels"] == LABELS


def test_too_few_cases_say_how_many_are_needed(home: Path) -> None:
    told = train()
    assert told.exit_code == 1
    assert "至少要 60 条" in told.output


def confirm_examples(database: Database) -> None:
    scheme, now = load_scheme("chengbei"), SystemClock().now()
    upgrade_schema(database)
    with database.write() as session:
        set_up_community(session, scheme)
        user = User(
            username="zhiyuan",
            name="陈志愿",
            role=Role.VOLUNTEER,
            password_hash=HASH,
            created_at=now,
        )
        session.add(user)
        understand = understander_in_force(session).understand
        for number, example in enumerate(EXAMPLES):
            case = open_suggestion(
                session,
                scheme,
                channel=Channel.CALL,
                resident=None,
                understanding=understand(example.text),
                received_at=now,
                now=now,
            )
            confirm_review(
                session,
                scheme,
                case,
                user,
                text=example.text,
                domain=example.label,
                demand_type=case.demand_type,
                urgency=Urgency.URGENT if number % 2 else Urgency.NORMAL,
                level=case.level,
                courtyard_id=None,
                place="",
                valid=True,
                merge_into=None,
                note="",
                now=now,
            )
    database.close()
