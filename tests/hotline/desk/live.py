"""The desk as a browser sees it: a server in a thread, cases with real voices, a signed-in volunteer."""

import logging
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page
from sqlalchemy import select
from werkzeug.serving import make_server

from handling.community import set_up_community
from handling.scheme import load_scheme
from hotline.practice import Practice, practices
from hotline.settings import Settings
from models import Call, Database, Recording, RecordingState, Transcript, User
from tests.application import make_app
from tests.fakes.clock import FakeClock
from tests.hotline.desk.conftest import PEOPLE, Desk
from tests.passwords import HASH, PASSWORD


class LiveDesk(Desk):
    url = ""

    def voice(self, practice: Practice, *, minutes_ago: int = 5, phone: str = "+8613800138000") -> int:
        """A voicemail that waits for review, with its sound and the words of a real recogniser; its number."""
        given = {"domain": practice.machine.domain, "urgency": practice.machine.urgency}
        number = self.case(practice.heard, minutes_ago=minutes_ago, phone=phone, **given)  # type: ignore[arg-type]
        settings = self.app.extensions["hotline"].settings
        settings.recordings_dir.mkdir(parents=True, exist_ok=True)
        path = settings.recordings_dir / f"{number}.wav"
        shutil.copy(practice.sample.path, path)
        with self.database.write() as session:
            case = self.find(session, number)
            recording = Recording(
                sid=f"RE{number}",
                call=Call(sid=f"CA{number}", started_at=case.received_at, resident_id=case.resident_id),
                url="",
                announced_at=case.received_at,
                state=RecordingState.DONE,
                path=str(path.relative_to(settings.home)),
                suggestion=case,
                transcript=Transcript(
                    engine="vosk:practice",
                    text=practice.heard,
                    words=list(practice.words),
                    cpu_seconds=1.0,
                    created_at=case.received_at,
                ),
            )
            session.add(recording)
        return number


@contextmanager
def live_desk(folder: Path, migrated: Path, clock: FakeClock, *, demo: bool = False) -> Iterator[LiveDesk]:
    """SQLite alone: what a browser shows does not depend on the database. demo: with the telephone's page."""
    file = folder / "hotline.sqlite3"
    shutil.copy(migrated, file)
    database = Database(f"sqlite:///{file}")
    scheme = load_scheme("chengbei")
    with database.write() as session:
        set_up_community(session, scheme)
        for username, name, role, tier in PEOPLE:
            session.add(
                User(
                    username=username, name=name, role=role, tier=tier, password_hash=HASH, created_at=clock.now()
                )
            )
    settings = Settings.model_validate(
        {
            "HOTLINE_HOME": folder,
            "HOTLINE_DATABASE_URL": f"sqlite:///{file}",
            "HOTLINE_PUBLIC_URL": "http://127.0.0.1",
            "TWILIO_ACCOUNT_SID": "AC" + "0" * 32,
            "TWILIO_AUTH_TOKEN": "a-token-of-the-tests",
            "TWILIO_NUMBER": "+862885550000",
            "demo": demo,
        }
    )
    app = make_app(settings, clock, database)
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    desk = LiveDesk(app, database, clock, scheme)
    desk.url = f"http://127.0.0.1:{server.server_port}"
    with database.read() as session:
        desk.users = {user.username: user for user in session.scalars(select(User))}
    try:
        yield desk
    finally:
        server.shutdown()
        thread.join()
        app.extensions["hotline"].database.close()
        database.close()


@pytest.fixture
def live(tmp_path: Path, migrated_sqlite: Path, clock: FakeClock) -> Iterator[LiveDesk]:
    with live_desk(tmp_path, migrated_sqlite, clock) as made:
        yield made


@contextmanager
def watched_page(
    browser: Browser, *, width: int, height: int, touch: bool = False, network_goes: bool = False
) -> Iterator[Page]:
    """A page that fails the test when a script of ours fails or the policy refuses something. network_goes: the
    console may say so."""
    context = browser.new_context(viewport={"width": width, "height": height}, locale="zh-CN", has_touch=touch)
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    if not network_goes:
        page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    yield page
    context.close()
    assert errors == []


def sign_in(page: Page, desk: LiveDesk, username: str) -> None:
    page.context.clear_cookies()
    page.goto(f"{desk.url}/desk/login")
    page.fill("input[name=username]", username)
    page.fill("input[name=password]", PASSWORD)
    with page.expect_navigation():
        page.keyboard.press("Enter")


def practice(key: str) -> Practice:
    return next(found for found in practices().values() if found.sample.key == key)
