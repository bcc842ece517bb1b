"""`hotline export-speech DIR` over a real database: what may leave, and that nothing tells whose voice it is."""

import csv
import json
import shutil
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import soundfile
from click.testing import CliRunner, Result

from handling.clock import SystemClock
from hotline.commands.export_speech import PRIVATE_NUMBER, SAYS_NAME, export_speech
from hotline.evaluation.speech import read_manifest
from hotline.settings import Settings
from models import (
    Call,
    Channel,
    Consent,
    Database,
    Purpose,
    Recording,
    RecordingState,
    Resident,
    Review,
    Role,
    Suggestion,
    SuggestionState,
    Transcript,
    User,
)
from models.schema import upgrade_schema
from tests.speech import CLIPS

CLIP = CLIPS / "SSB00570140.wav"
NOW = SystemClock().now()
WORDS = [{"word": "路灯", "start": 0.3, "end": 0.7, "confidence": 0.5, "alternatives": ["绿灯"]}]


class Community:
    """A home with a database, to which voicemails are added."""

    def __init__(self, home: Path) -> None:
        self.home = home
        (home / "recordings").mkdir(parents=True)
        self.database = Database(Settings(home=home).database_url)
        upgrade_schema(self.database)
        with self.database.write() as session:
            session.add(User(username="a", name="甲", password_hash="x", role=Role.VOLUNTEER, created_at=NOW))
        self.count = 0

    def voicemail(self, corrected: str = "路灯坏了", machine: str = "绿灯坏了", **rest: Any) -> None:
        self.count += 1
        number, age = self.count, timedelta(days=rest.get("days_ago", 1))
        shutil.copy(CLIP, self.home / f"recordings/{number}.wav")
        known = rest.get("known", True)
        resident = Resident(
            phone=f"+861380013800{number}",
            name=rest.get("name"),
            opted_out_at=NOW if rest.get("opted_out") else None,
            created_at=NOW,
        )
        call = Call(sid=f"CA{number}", from_number="+8613800138000", started_at=NOW - age)
        recording = Recording(
            sid=f"RE{number}",
            state=RecordingState.DONE,
            call=call,
            url="https://carrier.example/RE",
            announced_at=NOW - age,
            path=None if rest.get("deleted") else f"recordings/{number}.wav",
        )
        recording.transcript = Transcript(
            engine="vosk:small", text=machine, words=WORDS, cpu_seconds=1.0, created_at=NOW
        )
        case = Suggestion(
            number=1000 + number,
            channel=Channel.CALL,
            received_at=NOW - age,
            resident=resident if known else None,
            text=corrected,
            state=rest.get("state", SuggestionState.HANDLING),
            scheme="chengbei",
            step="assign",
            recordings=[recording],
        )
        if rest.get("second"):
            case.recordings.append(
                Recording(sid=f"REB{number}", call=call, url="https://carrier.example/REB", announced_at=NOW)
            )
        with self.database.write() as session:
            if rest.get("reviewed", True):
                case.reviews.append(
                    Review(reviewer_id=1, text=corrected, decisions={}, proposed={}, created_at=NOW)
                )
            session.add(case)
            if known and rest.get("agreed", True):
                withdrawn = NOW if rest.get("withdrawn") else None
                session.add(
                    Consent(
                        resident=resident,
                        purpose=Purpose.TRAINING,
                        given_at=NOW,
                        given_how="书面签字",
                        withdrawn_at=withdrawn,
                    )
                )

    def export(self, folder: Path, *arguments: str) -> Result:
        return CliRunner().invoke(
            export_speech, [str(folder), *arguments], env={"HOTLINE_HOME": str(self.home)}, catch_exceptions=False
        )


@pytest.fixture
def community(tmp_path: Path) -> Community:
    return Community(tmp_path / "home")


def rows(folder: Path) -> list[dict[str, str]]:
    with (folder / "manifest.tsv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


def test_audio_machine_text_corrected_text_and_word_times_stay_together(
    community: Community, tmp_path: Path
) -> None:
    community.voicemail(corrected="路灯坏了，\n好黑")
    done = community.export(tmp_path / "out")
    assert done.exit_code == 0
    [row] = rows(tmp_path / "out")
    assert (row["transcript"], row["machine"], row["engine"]) == ("路灯坏了， 好黑", "绿灯坏了", "vosk:small")
    assert json.loads(row["words"]) == WORDS
    assert float(row["seconds"]) == pytest.approx(3.6, abs=0.1)
    sound = soundfile.info(tmp_path / "out" / row["path"])
    assert sound.duration == pytest.approx(float(row["seconds"]), abs=0.01)
    [clip] = read_manifest(tmp_path / "out" / "manifest.tsv")
    assert clip.transcript == row["transcript"]


def test_nothing_tells_whose_voice_it_is_or_when_it_was(community: Community, tmp_path: Path) -> None:
    community.voicemail()
    community.voicemail()
    community.export(tmp_path / "out")
    # Without the random names, which may hold any digits.
    text = str([{**row, "path": ""} for row in rows(tmp_path / "out")])
    for trace in ("13800", "CA1", "RE1", "1001", "recordings/", str(NOW.year)):
        assert trace not in text
    names = {path.name for path in (tmp_path / "out" / "clips").iterdir()}
    assert len(names) == 2
    assert not names & {"1.wav", "2.wav"}
    assert (tmp_path / "out").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    "case",
    [
        {"opted_out": True},
        {"agreed": False},
        {"withdrawn": True},
        {"known": False},
        {"deleted": True},
        {"days_ago": 200},
        {"reviewed": False},
        {"state": SuggestionState.REVIEW},
        {"state": SuggestionState.INVALID},
        {"second": True},
        {"corrected": "我的电话是13800138000"},
        {"machine": "我的电话是幺三八零零一三八"},
        {"corrected": "请打 028-8765 4321"},
        {"corrected": "我叫王秀英，路灯坏了"},
        {"corrected": "王秀英的路灯坏了", "name": "王秀英"},
    ],
    ids=str,
)
def test_what_may_not_leave_stays(community: Community, tmp_path: Path, case: dict[str, Any]) -> None:
    community.voicemail()
    community.voicemail(**case)
    done = community.export(tmp_path / "out")
    assert done.exit_code == 0
    assert len(rows(tmp_path / "out")) == 1
    assert len(list((tmp_path / "out" / "clips").iterdir())) == 1


@pytest.mark.parametrize(
    "said", ["天福苑三栋二单元十二楼一零二室", "交了一百二十块", "打12345也没得用", "二零二六年"]
)
def test_house_numbers_and_short_numbers_are_no_private_numbers(said: str) -> None:
    assert not PRIVATE_NUMBER.search(said)


@pytest.mark.parametrize("said", ["路灯叫了人来修", "我是天福苑的", "我叫了几次没人来", "喊我们姓李的邻居"])
def test_who_names_nobody_may_stay(said: str) -> None:
    assert not SAYS_NAME.search(said)


def test_days_may_be_given_and_a_full_folder_is_not_touched(community: Community, tmp_path: Path) -> None:
    community.voicemail(days_ago=40)
    assert community.export(tmp_path / "out", "--days", "30").exit_code == 0
    assert rows(tmp_path / "out") == []
    before = (tmp_path / "out" / "manifest.tsv").read_bytes()
    refused = community.export(tmp_path / "out")
    assert refused.exit_code == 1
    assert "not empty" in refused.output
    assert (tmp_path / "out" / "manifest.tsv").read_bytes() == before


def test_a_recording_that_cannot_be_read_is_named_and_the_others_go(community: Community, tmp_path: Path) -> None:
    community.voicemail()
    community.voicemail()
    (community.home / "recordings/1.wav").write_bytes(b"no audio")
    done = community.export(tmp_path / "out")
    assert "recording 1: not_audio" in done.output
    assert len(rows(tmp_path / "out")) == 1
