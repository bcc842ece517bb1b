"""Every page names who may open it."""

import pytest
from flask import Flask
from werkzeug.routing import AnyConverter, Rule

from tests.hotline.desk.conftest import Browser, Desk

VOLUNTEERS = {"zhiyuan", "liu", "zhou"}
STAFF = {"wangfang", "liu", "zhou"}
LEADERS = {"liu", "zhou"}
ADMINISTRATOR = {"zhou"}
ONE_OF_EACH_ROLE = ("zhiyuan", "wangfang", "liu", "zhou")


@pytest.mark.parametrize(
    ("method", "path", "who"),
    [
        ("get", "/desk/review", VOLUNTEERS),
        ("get", "/desk/review/{number}", VOLUNTEERS),
        ("post", "/desk/review/next", VOLUNTEERS),
        ("post", "/desk/review/{number}/take", VOLUNTEERS),
        ("get", "/desk/mine", STAFF),
        ("get", "/desk/cases/{number}", {*ONE_OF_EACH_ROLE}),
        ("get", "/desk/ledger", STAFF),
        ("get", "/desk/ledger.csv", LEADERS),
        ("get", "/desk/lights", STAFF),
        ("get", "/desk/digest", STAFF),
        ("get", "/desk/figures", STAFF),
        ("get", "/desk/figures/cases", STAFF),
        ("get", "/desk/figures/map", STAFF),
        ("get", "/desk/figures/figures.csv", LEADERS),
        ("get", "/desk/campaigns", LEADERS),
        ("get", "/desk/campaigns/new", LEADERS),
        ("post", "/desk/campaigns/new", LEADERS),
        ("get", "/desk/experts", STAFF),
        ("post", "/desk/experts", LEADERS),
        ("get", "/desk/deliberations", STAFF),
        ("get", "/desk/deliberations/new", STAFF),
        ("get", "/desk/agenda", STAFF),
        ("get", "/desk/calendar", LEADERS),
        ("post", "/desk/calendar", LEADERS),
        ("get", "/desk/users", ADMINISTRATOR),
        ("post", "/desk/users", ADMINISTRATOR),
        ("get", "/desk/access", ADMINISTRATOR),
    ],
)
def test_a_page_opens_for_its_roles_and_says_why_not_to_the_others(
    desk: Desk, method: str, path: str, who: set[str]
) -> None:
    number = desk.case()
    opened = set()
    for username in ONE_OF_EACH_ROLE:
        browser = desk.browser(username)
        answer = getattr(browser, method)(path.format(number=number))
        if answer.status_code == 403:
            assert "您的身份不能看这一页" in answer.text
        else:
            assert answer.status_code in (200, 302, 422)
            opened.add(username)
    assert opened == who


def example(rule: Rule, name: str) -> object:
    """A value that fits this part of the address."""
    converter = rule._converters[name]
    return next(iter(converter.items)) if isinstance(converter, AnyConverter) else "1"


def test_no_view_of_the_desk_is_open_to_strangers(desk: Desk, app: Flask) -> None:
    rules = [rule for rule in app.url_map.iter_rules() if rule.endpoint.startswith("desk.")]
    assert len(rules) > 20
    for rule in rules:
        if rule.endpoint in ("desk.login", "desk.try_login"):
            continue
        path = rule.build({name: example(rule, name) for name in rule.arguments})[1]
        stranger = Browser(app)
        stranger.get("/desk/login")
        answer = stranger.get(path) if "GET" in (rule.methods or ()) else stranger.post(path)
        assert answer.status_code == 302, path
        assert answer.location.startswith("/desk/login"), path


def test_the_menu_shows_only_what_the_role_may_open(desk: Desk) -> None:
    menu = desk.browser("zhiyuan").get("/desk/review").text.split("</nav>")[0]
    assert "待核对" in menu
    assert "电子台账" not in menu
    assert "访问记录" not in menu
