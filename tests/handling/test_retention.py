"""What is kept how long, what goes at a resident's wish, and that figures stay true."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from handling.intake import open_suggestion
from handling.notices import queue_notice
from handling.queries import figures
from handling.residents import find_or_add_resident, mask
from handling.residents.consents import give_consent, withdraw_consent
from handling.residents.files import add_number
from handling.residents.personal_data import ErasureRefused, erase_resident, resident_data
from handling.residents.points import award, balance_of
from handling.retention import SWEPT, sweep
from handling.scheme import PointsRule, Scheme
from models import (
    Call,
    Channel,
    Erasure,
    Event,
    Notice,
    Priority,
    Purpose,
    Rating,
    Recording,
    RecordingState,
    Resident,
    ResidentPhone,
    Review,
    SearchEntry,
    Suggestion,
    SuggestionState,
    Text,
    Transcript,
)
from nlp.understanding import Understanding
from tests.fakes.clock import FakeClock
from tests.handling.conftest import LANDLINE, MOBILE, People

SECRET = "我是张秀英，住三栋五零一"


class Archive:
    def __init__(self, session: Session, scheme: Scheme, clock: FakeClock, people: People) -> None:
        self.session, self.scheme, self.clock, self.people = session, scheme, clock, people
        self.count = 0

    def resident(self, phone: str = MOBILE) -> Resident:
        resident = find_or_add_resident(self.session, phone, self.clock.now())
        assert resident is not None
        return resident

    def case(self, *, phone: str = MOBILE, closed: bool = True) -> Suggestion:
        """A voicemail with all that hangs on it; done at once when closed."""
        self.count += 1
        now, resident = self.clock.now(), self.resident(phone)
        call = Call(sid=f"CA{self.count}", from_number=phone, resident=resident, started_at=now)
        recording = Recording(
            sid=f"RE{self.count}",
            call=call,
            url="",
            announced_at=now,
            state=RecordingState.DONE,
            path=f"recordings/{self.count}.wav",
        )
        recording.transcript = Transcript(engine="x", text=SECRET, cpu_seconds=0.0, created_at=now)
        case = open_suggestion(
            self.session,
            self.scheme,
            channel=Channel.CALL,
            resident=resident,
            understanding=Understanding(SECRET, SECRET, "环境卫生", "投诉", "normal", "", (), ()),
            received_at=now,
            now=now,
        )
        recording.suggestion = case
        form = {"note": SECRET, "households": 48, "level": "A"}
        self.session.add_all(
            [
                recording,
                Event(suggestion=case, at=now, kind="courtyard_meeting", form=form, note=SECRET),
                Review(
                    suggestion=case,
                    reviewer=self.people.volunteer,
                    text=SECRET,
                    decisions={"domain": "环境卫生", "note": SECRET},
                    proposed={"text": SECRET},
                    created_at=now,
                ),
                Rating(suggestion=case, requested_at=now, score=5),
                Text(sid=f"SM{self.count}", from_number=phone, body=SECRET, received_at=now, suggestion=case),
            ]
        )
        case.place = "三栋"
        if closed:
            case.state, case.done_at = SuggestionState.DONE, now
        self.session.flush()
        return case

    def night(self, **later: float) -> list[str]:
        """The sweep some days later; the files that went."""
        self.clock.advance(**later)
        files: list[str] = []
        for kind in SWEPT:
            while True:
                count, gone = sweep(self.session, self.scheme, kind, self.clock.now())
                files += gone
                if not count:
                    break
        self.session.expire_all()
        return files

    def words(self) -> str:
        """Everything that the tables hold, as one text."""
        rows: list[Any] = []
        for model in (
            Suggestion,
            Event,
            Review,
            Transcript,
            Text,
            Notice,
            Call,
            Resident,
            ResidentPhone,
            SearchEntry,
        ):
            for row in self.session.query(model):
                rows.append({c.name: getattr(row, c.key) for c in row.__table__.columns})
        return str(rows)


@pytest.fixture
def archive(session: Session, scheme: Scheme, clock: FakeClock, people: People) -> Archive:
    return Archive(session, scheme, clock, people)


def test_a_voice_goes_thirty_days_after_closing_and_not_before(archive: Archive) -> None:
    case, still_open = archive.case(), archive.case(closed=False)
    assert archive.night(days=29) == []
    assert archive.night(days=2) == ["recordings/1.wav"]
    assert (case.recordings[0].path, case.recordings[0].transcript) == (None, None)
    assert case.text == SECRET
    assert archive.night(days=400) == []
    assert still_open.recordings[0].path, "an open case keeps what it needs"
    assert still_open.text == SECRET


def test_who_agreed_to_teach_the_recogniser_is_kept_for_half_a_year(archive: Archive) -> None:
    archive.case()
    give_consent(archive.session, archive.resident(), Purpose.TRAINING, how="书面签字", now=archive.clock.now())
    assert archive.night(days=100) == []
    assert archive.night(days=81) == ["recordings/1.wav"]


def test_a_withdrawn_consent_keeps_nothing(archive: Archive) -> None:
    archive.case()
    resident = archive.resident()
    give_consent(archive.session, resident, Purpose.TRAINING, how="书面签字", now=archive.clock.now())
    assert withdraw_consent(archive.session, resident, Purpose.TRAINING, how="电话里说", now=archive.clock.now())
    assert archive.night(days=31) == ["recordings/1.wav"]


def test_after_a_year_the_skeleton_of_a_case_stays(archive: Archive) -> None:
    case = archive.case()
    before = figures(archive.session)
    assert "张秀" in archive.words(), "the search knows it"
    archive.night(days=366)
    assert SECRET not in archive.words()
    assert "张秀" not in archive.words()
    assert MOBILE not in archive.words()
    assert (case.domain, case.demand_type, case.level, case.ratings[0].score) == ("环境卫生", "投诉", "B", 5)
    meeting = next(event for event in case.events if event.kind == "courtyard_meeting")
    assert meeting.form == {"households": 48}
    assert figures(archive.session) == before
    assert archive.session.query(Resident).count() == 0, "nothing belongs to the file any more"
    assert {row.what for row in archive.session.query(Erasure)} >= {"recordings", "cases", "residents"}
    swept = archive.session.query(Erasure).count()
    archive.night(minutes=1)
    assert archive.session.query(Erasure).count() == swept, "once"


def test_a_merged_case_stays_while_the_one_it_is_carried_on_in_is_open(archive: Archive) -> None:
    head, merged = archive.case(closed=False), archive.case(phone=LANDLINE)
    merged.state, merged.done_at, merged.merged_into_id = SuggestionState.MERGED, None, head.id
    archive.session.flush()
    archive.night(days=500)
    assert merged.text == SECRET
    head.state, head.done_at = SuggestionState.DONE, archive.clock.now()
    archive.session.flush()
    archive.night(days=366)
    assert (merged.text, head.text) == ("", "")


def test_calls_and_texts_that_became_no_case_go_after_ninety_days(archive: Archive) -> None:
    now = archive.clock.now()
    archive.session.add(Call(sid="CAx", from_number=LANDLINE, started_at=now))
    archive.session.add(Text(sid="SMx", from_number=LANDLINE, body="进度", received_at=now))
    archive.night(days=89)
    assert LANDLINE in archive.words()
    archive.night(days=2)
    assert LANDLINE not in archive.words()
    assert archive.session.query(Call).count() == 1, "that somebody called stays"


def test_a_resident_who_is_looked_after_is_not_forgotten(archive: Archive) -> None:
    cared, key = archive.resident(), archive.resident(LANDLINE)
    cared.care = ["独居"]
    add_number(archive.session, key, "+8613900000555", is_key=True)
    archive.night(days=800)
    assert archive.session.query(Resident).count() == 2


def test_erasing_waits_for_open_cases(archive: Archive) -> None:
    archive.case(closed=False)
    with pytest.raises(ErasureRefused, match="1001号还没有办完"):
        erase(archive)


def erase(archive: Archive) -> list[str]:
    coordinator, now = archive.people.coordinator, archive.clock.now()
    return erase_resident(archive.session, archive.scheme, archive.resident(), by=coordinator, now=now)


def test_erasing_leaves_nobody_behind_the_figures(archive: Archive, clock: FakeClock) -> None:
    case, resident = archive.case(), archive.resident()
    resident.name, resident.care, resident.address = "张秀英", ["高龄"], "三栋"
    add_number(archive.session, resident, "+8613900000555", is_key=True)
    award(archive.session, PointsRule(code="x", name="x", points=10), resident, now=clock.now())
    consent = give_consent(archive.session, resident, Purpose.HONOURS, how="当面说", now=clock.now())
    before = figures(archive.session)
    assert erase(archive) == ["recordings/1.wav"]
    archive.session.expire_all()
    words = archive.words()
    for secret in (SECRET, MOBILE, "张秀英", "三栋", "13900000555"):
        assert secret not in words
    assert figures(archive.session) == before
    assert balance_of(archive.session, resident.id) == 10
    assert consent.withdrawn_at is not None
    assert mask(resident.phone) == "已删除"
    [note] = archive.session.query(Erasure)
    assert (note.what, note.by_id) == ("resident", archive.people.coordinator.id)
    told = queue_notice(
        archive.session,
        archive.scheme,
        key="k",
        template="help",
        resident=resident,
        priority=Priority.EMERGENCY,
        now=clock.now(),
    )
    assert told is None
    assert case.level == "B"
    again = find_or_add_resident(archive.session, MOBILE, clock.now())
    assert again is not resident, "whoever calls again is somebody new"


def test_a_copy_of_the_data_holds_all_that_is_kept(archive: Archive, clock: FakeClock) -> None:
    archive.case()
    resident = archive.resident()
    resident.care = ["独居"]
    give_consent(archive.session, resident, Purpose.TRAINING, how="短信", now=clock.now())
    award(archive.session, PointsRule(code="x", name="x", points=10), resident, now=clock.now())
    data = resident_data(archive.session, resident)
    assert data["resident"]["phone"] == MOBILE
    assert data["resident"]["care"] == ["独居"]
    assert data["cases"][0]["text"] == SECRET
    assert data["calls"][0]["recordings"][0]["kept"] is True
    assert data["consent"][0]["purpose"] == "training"
    assert data["points_balance"] == [{"resident_id": resident.id, "points": 10}]
    assert data["notices"][0]["body"].startswith("【城北社区】")
    assert datetime.fromisoformat(data["cases"][0]["received_at"]).utcoffset() == timedelta(hours=8)
