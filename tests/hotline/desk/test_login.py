"""Who comes in, who does not, and when a session ends."""

from hotline.app import create_app
from hotline.settings import Settings
from models import User
from tests.hotline.desk.conftest import Browser, Desk
from tests.passwords import PASSWORD


def test_the_right_password_opens_the_desk(desk: Desk) -> None:
    browser = Browser(desk.app)
    assert browser.log_in("zhiyuan").location == "/desk/"
    assert "陈志愿" in browser.get("/desk/review").text


def test_a_wrong_password_and_an_unknown_name_get_the_same_answer(desk: Desk) -> None:
    wrong = Browser(desk.app).log_in("zhiyuan", "wrong password")
    unknown = Browser(desk.app).log_in("nobody", "wrong password")
    assert (wrong.status_code, unknown.status_code) == (401, 401)
    assert "用户名或密码不对" in wrong.text
    assert wrong.text.replace("zhiyuan", "").replace(_token(wrong.text), "") == unknown.text.replace(
        "nobody", ""
    ).replace(_token(unknown.text), "")


def test_a_locked_account_does_not_get_in(desk: Desk) -> None:
    with desk.database.write() as session:
        session.get_one(User, desk.users["zhiyuan"].id).active = False
    assert Browser(desk.app).log_in("zhiyuan").status_code == 401


def test_the_sixth_failure_has_to_wait_even_with_the_right_password(desk: Desk) -> None:
    browser = Browser(desk.app)
    for _ in range(5):
        assert browser.log_in("zhiyuan", "guess").status_code == 401
    refused = browser.log_in("zhiyuan", PASSWORD)
    assert refused.status_code == 429
    assert "试的次数太多了" in refused.text
    assert Browser(desk.app).log_in("lihong").status_code == 302, "others at the same address still get in"


def test_successful_logins_do_not_use_up_the_attempts(desk: Desk) -> None:
    for _ in range(7):
        assert Browser(desk.app).log_in("zhiyuan").status_code == 302


def test_a_form_without_its_token_is_refused_in_words(desk: Desk) -> None:
    browser = desk.browser("zhiyuan")
    refused = browser.post("/desk/review/next", csrf_token="")
    assert refused.status_code == 400
    assert "页面放得太久了" in refused.text


def test_a_token_of_another_session_is_refused(desk: Desk) -> None:
    mine, other = desk.browser("zhiyuan"), desk.browser("lihong")
    assert mine.post("/desk/review/next", csrf_token=other.token).status_code == 400


def test_a_raised_session_version_ends_every_session(desk: Desk) -> None:
    browser = desk.browser("zhiyuan")
    with desk.database.write() as session:
        session.get_one(User, desk.users["zhiyuan"].id).session_version += 1
    assert browser.get("/desk/review").location.startswith("/desk/login")


def test_logout_ends_the_session(desk: Desk) -> None:
    browser = desk.browser("zhiyuan")
    assert browser.post("/desk/logout").location == "/desk/login"
    assert browser.get("/desk/review").status_code == 302


def test_an_answer_that_arrives_after_the_logout_does_not_log_in_again(desk: Desk) -> None:
    browser = desk.browser("zhiyuan")
    assert "Set-Cookie" not in browser.get("/desk/review").headers


def test_login_leads_back_to_the_page_that_was_asked_for(desk: Desk) -> None:
    browser = Browser(desk.app)
    asked = browser.get("/desk/ledger?state=handling").location
    assert browser.log_in("liu", path=asked).location == "/desk/ledger?state=handling"


def test_login_never_leads_to_another_site(desk: Desk) -> None:
    for target in ("https://evil.example/desk/", "//evil.example/desk/", "/\\evil.example", "javascript:alert(1)"):
        path = f"/desk/login?next={target}"
        assert Browser(desk.app).log_in("zhiyuan", path=path).location == "/desk/"


def test_the_cookie_is_out_of_reach_for_scripts_and_other_sites(desk: Desk) -> None:
    browser = Browser(desk.app)
    cookie = browser.get("/desk/login").headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Secure" in cookie


def test_on_this_machine_alone_plain_http_can_log_in(desk: Desk, settings: Settings) -> None:
    local = settings.model_copy(update={"public_url": "http://127.0.0.1:8000"})
    app = create_app(local, desk.clock)
    cookie = app.test_client().get("/desk/login").headers["Set-Cookie"]
    app.extensions["hotline"].database.close()
    assert "Secure" not in cookie


def test_a_handler_begins_with_the_own_cases_and_a_volunteer_with_the_queue(desk: Desk) -> None:
    assert desk.browser("wangfang").get("/desk/").location == "/desk/mine"
    assert desk.browser("zhiyuan").get("/desk/").location == "/desk/review"


def _token(page: str) -> str:
    return page.split('name="csrf_token" value="')[1].split('"')[0]
