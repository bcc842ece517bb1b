"""A community is set up: from the one-time address to the first call."""

import re

import pytest
from flask import Flask
from sqlalchemy import select

from handling.scheme import load_scheme
from handling.scheme.editions import save_edition
from hotline.first_start import setup_token
from hotline.settings import OWN_SCHEME, Settings, read_settings
from models import Courtyard, Database, Role, Station, User
from tests.hotline.conftest import TOKEN
from tests.hotline.desk.conftest import Browser, Desk

FIRST = {"name": "王书记", "username": "wang", "password": "correct horse", "again": "correct horse"}


@pytest.fixture
def token(settings: Settings) -> str:
    settings.home.mkdir(parents=True, exist_ok=True)
    return setup_token(settings.home)


@pytest.fixture
def administrator(app: Flask, token: str) -> Browser:
    browser = Browser(app)
    browser.get(f"/desk/setup/first/{token}")
    assert browser.post(f"/desk/setup/first/{token}", **FIRST).location == "/desk/setup/community"
    browser.get("/desk/setup/community")
    return browser


def test_the_address_works_once(app: Flask, database: Database, settings: Settings, token: str) -> None:
    assert (settings.home / "setup_token").stat().st_mode & 0o777 == 0o600
    stranger = Browser(app)
    assert stranger.get("/desk/setup/first/guessed").status_code == 404
    stranger.get(f"/desk/setup/first/{token}")
    assert stranger.post(f"/desk/setup/first/{token}", **FIRST).status_code == 302
    with database.read() as session:
        [user] = session.scalars(select(User))
    assert (user.username, user.role) == ("wang", Role.ADMINISTRATOR)
    assert not (settings.home / "setup_token").exists()
    again = Browser(app)
    again.get("/desk/login")
    for answer in (again.get(f"/desk/setup/first/{token}"), again.post(f"/desk/setup/first/{token}", **FIRST)):
        assert answer.location == "/desk/login"


@pytest.mark.parametrize(
    ("wrong", "said"),
    [({"again": "other"}, "两次写的密码不一样"), ({"password": "short", "again": "short"}, "密码至少8位")],
)
def test_a_mistake_leaves_the_address_as_it_was(
    app: Flask, database: Database, token: str, wrong: dict[str, str], said: str
) -> None:
    browser = Browser(app)
    browser.get(f"/desk/setup/first/{token}")
    answer = browser.post(f"/desk/setup/first/{token}", **{**FIRST, **wrong})
    assert answer.status_code == 422
    assert said in answer.text
    with database.read() as session:
        assert session.scalar(select(User.id)) is None
    assert browser.post(f"/desk/setup/first/{token}", **FIRST).status_code == 302


def test_without_a_token_nobody_sets_up(app: Flask, settings: Settings) -> None:
    settings.home.mkdir(parents=True, exist_ok=True)
    assert Browser(app).get("/desk/setup/first/x").status_code == 404


def test_name_and_signature_are_used_at_once(administrator: Browser, settings: Settings) -> None:
    answer = administrator.post("/desk/setup/community", name="和平社区", signature="和平热线")
    assert answer.location == "/desk/setup/scheme"
    assert "和平社区" in administrator.get("/desk/setup/scheme").text
    written = load_scheme(str(settings.home / OWN_SCHEME))
    assert (written.community.signature, written.extends) == ("【和平热线】", "chengbei")
    found = read_settings({"HOTLINE_HOME": str(settings.home)})
    assert found.scheme == str(settings.home / OWN_SCHEME)
    assert read_settings({"HOTLINE_HOME": str(settings.home), "HOTLINE_SCHEME": "jintu"}).scheme == "jintu"


def test_odd_names_do_not_break_the_file(administrator: Browser, settings: Settings) -> None:
    name = '"和平"\\社区 # [x]'
    assert administrator.post("/desk/setup/community", name=name, signature="和平").status_code == 302
    assert load_scheme(str(settings.home / OWN_SCHEME)).community.name == name


def test_another_scheme_brings_its_own_places(administrator: Browser, database: Database) -> None:
    assert administrator.post("/desk/setup/scheme", base="jintu").location == "/desk/setup/carrier"
    wanted = load_scheme("jintu").community
    with database.read() as session:
        assert {s.code for s in session.scalars(select(Station))} == {s.code for s in wanted.stations}
        assert {c.name for c in session.scalars(select(Courtyard))} == {c.name for c in wanted.courtyards}
    page = administrator.get("/board/scheme").text
    assert all(step.name in page for step in load_scheme("jintu").steps)


def test_places_that_cases_belong_to_stay(desk: Desk, database: Database) -> None:
    desk.case()
    browser = desk.browser("zhou")
    browser.get("/desk/setup/scheme")
    assert browser.post("/desk/setup/scheme", base="jintu").status_code == 302
    kept = {courtyard.name for courtyard in load_scheme("chengbei").community.courtyards}
    with database.read() as session:
        assert kept <= set(session.scalars(select(Courtyard.name)))


def test_secrets_are_named_and_never_shown(administrator: Browser) -> None:
    page = administrator.get("/desk/setup/carrier").text
    assert "运营商令牌（核对来电是不是真的）：已经填了" in page
    assert TOKEN not in page
    assert "https://hotline.example.org/twilio/sms" in page


def test_several_people_at_once(administrator: Browser, database: Database) -> None:
    rows = {
        "name": ["陈志愿", "王芳", ""],
        "username": ["zhiyuan", "wang", ""],
        "role": ["volunteer", "handler", "volunteer"],
        "tier": ["", "micro_grid", ""],
        "phone": ["138 0013 8000", "", ""],
    }
    answer = administrator.post("/desk/setup/people", **rows)  # type: ignore[arg-type]
    assert answer.status_code == 422
    assert "这个用户名已经有人用了" in answer.text
    assert 'value="王芳"' in answer.text
    with database.read() as session:
        added = session.scalars(select(User).where(User.username == "zhiyuan")).one()
    assert added.phone == "+8613800138000"
    assert "zhiyuan）</dt>" in answer.text


@pytest.mark.parametrize(
    ("opens", "closes", "fits"),
    [
        (["08:30", "13:30"], ["12:00", "17:00"], True),
        (["08:30"], ["07:00"], False),
        (["08:00", "09:00"], ["12:00", "10:00"], False),
        (["8点"], ["12:00"], False),
        ([""], [""], True),
    ],
)
def test_staffed_hours(
    administrator: Browser, settings: Settings, opens: list[str], closes: list[str], fits: bool
) -> None:
    answer = administrator.post("/desk/setup/hours", opens=opens, closes=closes)  # type: ignore[arg-type]
    assert answer.status_code == (302 if fits else 422)
    if fits:
        staffed = load_scheme(str(settings.home / OWN_SCHEME)).community.staffed
        assert [f"{hours.opens:%H:%M}" for hours in staffed] == [time for time in opens if time]


def test_what_is_left_is_said(administrator: Browser) -> None:
    page = administrator.get("/desk/setup").text
    assert ">人员</a>：还没做" in page
    assert "热线号码：好了" in page
    for step in ("community", "scheme", "people", "test"):
        assert "以后再说，下一步" in administrator.get(f"/desk/setup/{step}").text
    for step in ("carrier", "hours", "prompts"):
        page = administrator.get(f"/desk/setup/{step}").text
        assert "下一步" in page
        assert "以后再说" not in page, "there is nothing to be put off"


def test_what_callers_hear_first_can_be_heard(administrator: Browser, app: Flask) -> None:
    page = administrator.get("/desk/setup/prompts").text
    sounds = re.findall(r'<audio[^>]* src="([^"]+)"', page)
    assert len(sounds) == 3
    for sound in sounds:
        answer = app.test_client().get(sound)
        assert (answer.status_code, answer.data[:4]) == (200, b"RIFF")


def test_only_administrators(desk: Desk) -> None:
    assert desk.browser("liu").get("/desk/setup").status_code == 403


def test_a_named_scheme_stays(desk: Desk, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOTLINE_SCHEME", "chengbei")
    browser = desk.browser("zhou")
    assert "这里只能看" in browser.get("/desk/setup/community").text
    assert browser.post("/desk/setup/community", name="和平社区", signature="和平").status_code == 409
    assert not (settings.home / OWN_SCHEME).exists()


def test_what_was_edited_on_the_desk_is_not_undone(desk: Desk, settings: Settings) -> None:
    with desk.database.write() as session:
        author = session.get_one(User, desk.users["zhou"].id)
        text = '[community]\nname = "天福社区"\n'
        save_edition(session, "chengbei", text, base=0, author=author, note="", now=desk.clock.now())
    browser = desk.browser("zhou")
    assert "这里只能看" in browser.get("/desk/setup/community").text
    assert browser.post("/desk/setup/community", name="和平社区", signature="和平").status_code == 409
    assert not (settings.home / OWN_SCHEME).exists()
