"""A telephone in the yard sends again what it has sent: it is done once."""

from io import BytesIO

import pytest
from PIL import Image
from sqlalchemy import func, select

from models import Attachment, Notice, Submission
from tests.hotline.conftest import PUBLIC_URL
from tests.hotline.desk.conftest import Browser, Desk

KEY = "0f8fad5b-d9cb-469f-a165-70867728950e"


def progress(browser: Browser, number: int, version: int, key: str = KEY, **more: str):  # type: ignore[no-untyped-def]
    form = {"csrf_token": browser.token, "submission": key, "version": str(version), "note": "师傅下午来", **more}
    return browser.client.post(
        f"/desk/cases/{number}/actions/progress",
        base_url=PUBLIC_URL,
        data=form,
        headers={"Accept": "application/json", "Referer": PUBLIC_URL + f"/desk/cases/{number}"},
    )


def test_the_same_key_does_nothing_twice(desk: Desk) -> None:
    number = desk.handled_case()
    browser = desk.browser("wangfang")
    version = desk.read(number).version
    first = progress(browser, number, version)
    assert (first.status_code, first.json) == (200, {"to": f"/desk/cases/{number}", "version": version + 1})
    # The telephone never heard the answer: its page still has the old version, and that is no conflict.
    again = progress(browser, number, version)
    assert (again.status_code, again.json) == (200, first.json)
    with desk.database.read() as session:
        case = desk.find(session, number)
        assert [event.kind for event in case.events].count("progress") == 1
        assert session.scalar(select(func.count()).where(Notice.template == "progress")) == 1


def test_what_was_refused_may_be_sent_again_with_its_key(desk: Desk) -> None:
    number = desk.handled_case()
    browser = desk.browser("wangfang")
    version = desk.read(number).version
    stale = progress(browser, number, version - 1)
    assert stale.status_code == 409
    assert "别人改过" in stale.json["why"]
    empty = progress(browser, number, version, note="")
    assert (empty.status_code, empty.json) == (422, {"why": "请填写进展（会告诉居民）"})
    assert progress(browser, number, version).status_code == 200
    with desk.database.read() as session:
        assert [event.kind for event in desk.find(session, number).events].count("progress") == 1


def test_another_person_s_key_is_another(desk: Desk) -> None:
    number = desk.handled_case()
    for username in ("wangfang", "liu"):
        browser = desk.browser(username)
        assert progress(browser, number, desk.read(number).version).status_code == 200
    with desk.database.read() as session:
        assert session.scalar(select(func.count(Submission.id))) == 2


@pytest.mark.parametrize("key", ["x", "'; drop table", "0" * 80])
def test_a_key_that_no_page_of_ours_makes_is_refused(desk: Desk, key: str) -> None:
    number = desk.handled_case()
    browser = desk.browser("wangfang")
    assert progress(browser, number, desk.read(number).version, key=key).status_code == 400


def test_photos_arrive_once(desk: Desk) -> None:
    number = desk.handled_case()
    browser = desk.browser("wangfang")
    for _ in range(2):
        answer = browser.client.post(
            f"/desk/cases/{number}/files",
            base_url=PUBLIC_URL,
            data={
                "csrf_token": browser.token,
                "submission": KEY,
                "kind": "before",
                "files": [(picture(colour), "a.jpg") for colour in ("red", "blue")],
            },
            headers={"Accept": "application/json", "Referer": PUBLIC_URL + "/desk/"},
        )
        assert answer.json == {"to": f"/desk/cases/{number}#attachments", "version": None}
    with desk.database.read() as session:
        assert session.scalar(select(func.count(Attachment.id))) == 2


def picture(colour: str) -> BytesIO:
    made = BytesIO()
    Image.new("RGB", (8, 8), colour).save(made, "JPEG")
    made.seek(0)
    return made
