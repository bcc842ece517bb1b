"""A community and its people, for stories: residents at the telephone, staff at the real pages, the real worker
steps between them. Only the carrier, the clock and what the recogniser hears are made up."""

from __future__ import annotations

import io
import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit
from xml.etree import ElementTree

import numpy as np
import soundfile
from docx import Document
from flask import Flask
from PIL import Image
from pypdfium2 import PdfDocument
from sqlalchemy import select
from webtest import Form, TestApp, TestResponse, Upload

from handling.community import set_up_community
from handling.residents.rewards import set_up_rewards
from handling.scheme import Scheme, load_scheme
from hotline.settings import Settings
from hotline.telephony.twilio_carrier import TwilioCarrier
from hotline.worker.campaigns import end_campaigns, invite_residents
from hotline.worker.casework import mark_platforms
from hotline.worker.context import WorkerContext
from hotline.worker.deliberations import move_deliberations_on, tell_households
from hotline.worker.outbox import send_notice
from hotline.worker.recordings import fetch_recording, transcribe_recording
from hotline.worker.supervision import look_at_planned_cases, send_morning_list, supervise_cases
from hotline.worker.texts import process_text
from models import Database, Role, Station, Suggestion, Unit, User
from tests.application import make_app
from tests.fakes.carrier import PUBLIC_URL, CarrierFake
from tests.fakes.clock import FakeClock
from tests.fakes.speech import FakeSpeech
from tests.passwords import HASH, PASSWORD

NUMBER = "+862885551234"
DUTY_PHONE = "+8613900000110"
STEPS: tuple[Callable[[WorkerContext], bool], ...] = (
    fetch_recording,
    transcribe_recording,
    process_text,
    send_notice,
)
# What the worker does each minute.
ROUNDS: tuple[Callable[[WorkerContext], object], ...] = (
    invite_residents,
    end_campaigns,
    move_deliberations_on,
    tell_households,
    mark_platforms,
    supervise_cases,
    look_at_planned_cases,
    send_morning_list,
)


@dataclass
class Town:
    """`speech.hears` is what the recogniser will write down; see `calls`."""

    scheme: Scheme
    database: Database
    clock: FakeClock
    carrier: CarrierFake
    home: Path
    speech: FakeSpeech = field(default_factory=FakeSpeech)
    # username -> id
    users: dict[str, int] = field(default_factory=dict)
    _pages: dict[str, TestApp] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.settings = Settings.model_validate(
            {
                "HOTLINE_HOME": self.home,
                "HOTLINE_DATABASE_URL": self.database.url.render_as_string(hide_password=False),
                "HOTLINE_PUBLIC_URL": PUBLIC_URL,
                "HOTLINE_SCHEME": self.scheme.name,
                "TWILIO_ACCOUNT_SID": self.carrier.account_sid,
                "TWILIO_AUTH_TOKEN": self.carrier.auth_token,
                "TWILIO_NUMBER": NUMBER,
                "TWILIO_API_BASE": self.carrier.base_url,
                "HOTLINE_DUTY_PHONES": DUTY_PHONE,
            }
        )
        self.settings.recordings_dir.mkdir(parents=True, exist_ok=True)
        with self.database.write() as session:
            set_up_community(session, self.scheme)
            set_up_rewards(session, self.scheme)
        self.app: Flask = make_app(self.settings, self.clock, self.database)
        self.worker = WorkerContext(
            settings=self.settings,
            database=self.database,
            scheme=self.scheme,
            clock=self.clock,
            carrier=TwilioCarrier(self.settings),
            speech=self.speech,
        )

    def close(self) -> None:
        self.app.extensions["hotline"].database.close()

    # people at the desk

    def person(
        self,
        username: str,
        name: str,
        role: Role,
        tier: str = "",
        *,
        phone: str | None = None,
        station: str = "",
        unit: str = "",
    ) -> None:
        """A new account."""
        with self.database.write() as session:
            user = User(
                username=username,
                name=name,
                role=role,
                tier=self.scheme.tier(tier).code if tier else "",
                phone=phone,
                password_hash=HASH,
                created_at=self.clock.now(),
                station=session.scalars(select(Station).where(Station.code == station)).one() if station else None,
                unit=session.scalars(select(Unit).where(Unit.code == unit)).one() if unit else None,
            )
            session.add(user)
            session.flush()
            self.users[username] = user.id

    def at(self, username: str) -> TestApp:
        """The browser of this person, logged in."""
        if username not in self._pages:
            where = urlsplit(PUBLIC_URL)
            page = TestApp(
                self.app, extra_environ={"HTTP_HOST": where.netloc, "wsgi.url_scheme": where.scheme, **_SEEN}
            )
            form = page.get("/desk/login").forms[0]
            form["username"], form["password"] = username, PASSWORD
            assert form.submit(headers=_REFERER).status_code == 302
            self._pages[username] = page
        return self._pages[username]

    def board(self) -> TestApp:
        return TestApp(self.app, extra_environ=_SEEN)

    def fills(self, username: str, page: str, action: str, press: str = "", **values: object) -> TestResponse:
        """Open the page, fill the form that posts to `action` (the end of its address) and send it."""
        shown = self.at(username).get(page)
        posts = [form for form in shown.forms.values() if form.method == "post"]
        form = next((form for form in posts if str(form.action or page).endswith(action)), None)
        assert form is not None, f"no form for {action} on {page}: {[str(f.action) for f in shown.forms.values()]}"
        return self.sends(form, press, **values)

    def sends(self, form: Form, press: str = "", **values: object) -> TestResponse:
        """Fill what a person fills; the rest stays as the page proposes it. press: “name=value” of the button,
        where there are several."""
        button, _, says = press.partition("=")
        for name, value in values.items():
            form[name] = value
        answer = form.submit(button or None, value=says or None, headers=_REFERER, status="*")
        assert answer.status_code in (200, 302, 303), f"{answer.status_code}: {_errors(answer)}"
        self.work()
        return answer.follow() if answer.status_code in (302, 303) else answer

    def types(self, username: str, *, station: str = "", **values: str) -> int:
        """Types in what came on paper or was said to somebody (代录); the number of the case."""
        form = next(f for f in self.at(username).get("/desk/new").forms.values() if "source" in f.fields)
        if station:
            form["station_id"].select(text=station)
        self.sends(form, **values)
        return self.newest()

    def prints(self, username: str, path: str) -> str:
        """The words on a paper that the desk prints, as PDF or Word."""
        paper = self.at(username).get(path).body
        if path.split("?")[0].endswith(".docx"):
            document = Document(io.BytesIO(paper))
            lines = [p.text for p in document.paragraphs]
            cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
            return "\n".join(lines + cells)
        return "\n".join(page.get_textpage().get_text_range() for page in PdfDocument(paper))

    def acts(self, username: str, number: int, action: str, **values: object) -> TestResponse:
        """An action of the scheme on the case page, an hour later."""
        self.clock.advance(hours=1)
        return self.fills(username, f"/desk/cases/{number}", f"/actions/{action}", **values)

    def photographs(self, username: str, number: int, kind: str, name: str) -> TestResponse:
        """A photo from the album, put to the case. kind: `models.AttachmentKind`."""
        shown = self.at(username).get(f"/desk/cases/{number}")
        albums = [
            f for f in shown.forms.values() if str(f.action).endswith("/files") and len(f.fields["files"]) == 1
        ]
        taken = photo(name)
        return self.sends(albums[0], kind=kind, files=[(taken.filename, taken.content, taken.content_type)])

    def reviews(self, username: str, number: int, **values: object) -> TestResponse:
        """Take it, correct what is given, confirm."""
        self.clock.advance(minutes=10)
        self.fills(username, f"/desk/review/{number}", "/take")
        return self.fills(username, f"/desk/review/{number}", "/finish", **values)

    # residents at the telephone

    def texts(self, sender: str, body: str) -> None:
        sid = "SM" + secrets.token_hex(16)
        self.post("/twilio/sms", MessageSid=sid, From=sender, To=NUMBER, Body=body)
        self.work()

    def calls(self, caller: str, said: str) -> list[str]:
        """Calls, hears the prompts (their keys), speaks after the tone and hangs up."""
        sid, recording = "CA" + secrets.token_hex(16), "RE" + secrets.token_hex(16)
        who = {"CallSid": sid, "From": caller, "To": NUMBER}
        answer = self.post("/twilio/voice", **who, CallStatus="ringing")
        prompts = re.findall(r"/prompts/[^<]*?([a-z0-9_]+)\.wav", answer)
        assert next(ElementTree.fromstring(answer).iter("Record"), None) is not None
        self.speech.hears = [said]
        url = self.carrier.recordings.add(recording, _noise())
        told = {"RecordingSid": recording, "RecordingUrl": url, "RecordingDuration": "3"}
        self.post("/twilio/recording", **who, **told, RecordingStatus="completed")
        self.post("/twilio/voice/status", **who, CallStatus="completed")
        self.work()
        return prompts

    def presses(self, caller: str, path: str, key: str) -> tuple[list[str], str]:
        """A key in a call; the prompts that answer it, and where the next key goes ("" for none)."""
        who = {"CallSid": "CA" + caller[1:], "From": caller, "To": NUMBER, "CallStatus": "in-progress"}
        answer = self.post(path, **who, Digits=key)
        self.work()
        gather = next(ElementTree.fromstring(answer).iter("Gather"), None)
        following = urlsplit(gather.get("action", "")).path if gather is not None else ""
        return re.findall(r"/prompts/[^<]*?([a-z0-9_]+)\.wav", answer), following

    def reads(self, username: str, path: str) -> str:
        """The words of a page, as a person sees them."""
        return self.at(username).get(path).html.select_one("main").get_text(" ", strip=True)

    def inbox(self, number: str) -> list[str]:
        """The texts that this number got, without the signature, the oldest first."""
        signature = self.scheme.community.signature
        return [sent.body.removeprefix(signature) for sent in self.carrier.messages if sent.to == number]

    def heard(self, number: str) -> int:
        """How many call-backs rang this number."""
        return sum(sent.to == number for sent in self.carrier.calls)

    # the machine

    def post(self, path: str, **params: str) -> str:
        answer = self.carrier.post_webhook(self.app.test_client(), path, params)
        assert answer.status_code in (200, 204), answer.status
        return answer.text

    def work(self) -> None:
        """All that the worker finds to do now."""
        while any(step(self.worker) for step in STEPS):
            pass

    def waits(self, until: datetime | None = None, **time: float) -> None:
        """Time passes, until a moment or by so much; then come the worker's rounds, as each minute."""
        self.clock.advance(**time) if until is None else self.clock.set(until)
        for sweep in ROUNDS:
            sweep(self.worker)
        self.work()

    def case(self, number: int) -> Suggestion:
        with self.database.read() as session:
            return session.scalars(select(Suggestion).where(Suggestion.number == number)).one()

    def newest(self) -> int:
        """The number of the case that came last."""
        with self.database.read() as session:
            return session.scalars(select(Suggestion.number).order_by(Suggestion.id.desc()).limit(1)).one()


_SEEN = {"HTTP_ACCEPT": "text/html"}
_REFERER = {"Referer": PUBLIC_URL + "/desk/"}


def town(scheme: str, database: Database, clock: FakeClock, carrier: CarrierFake, home: Path) -> Town:
    return Town(load_scheme(scheme), database, clock, carrier, home)


def words(page: TestResponse, part: str = "main") -> str:
    """What one reads on the page, or on the part with this selector, in one line."""
    shown = page.html.select_one(part)
    assert shown is not None, f"no {part} on {page.request.path}"
    return shown.get_text(" ", strip=True)


def photo(name: str) -> Upload:
    taken = io.BytesIO()
    Image.new("RGB", (640, 480), (120, 90, 60)).save(taken, "JPEG")
    return Upload(name, taken.getvalue(), "image/jpeg")


def _errors(answer: TestResponse) -> list[str]:
    soup = answer.html
    return [e.get_text(" ", strip=True) for e in soup.select('[role="alert"], .error, .alert, .wrong')]


def _noise() -> bytes:
    """Three seconds in which something is to be heard; what, `Town.speech` says."""
    sound = np.random.default_rng(1).normal(0, 0.1, 3 * 8000)
    file = io.BytesIO()
    soundfile.write(file, sound, 8000, format="WAV", subtype="PCM_16")
    return file.getvalue()
