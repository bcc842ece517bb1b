"""The web application on a fresh database, and a carrier's signed requests to it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from twilio.request_validator import RequestValidator
from werkzeug.test import TestResponse

from handling.community import set_up_community
from handling.scheme import load_scheme
from hotline.settings import Settings
from models import Database
from tests.application import make_app
from tests.fakes.clock import FakeClock

PUBLIC_URL = "https://hotline.example.org"
TOKEN = "a-token-of-the-tests"
NUMBER = "+862885550000"
DUTY_PHONE = "+8613900000110"


@pytest.fixture
def settings(tmp_path: Path, database: Database) -> Settings:
    return Settings.model_validate(
        {
            "HOTLINE_HOME": tmp_path / "home",
            "HOTLINE_DATABASE_URL": database.url.render_as_string(hide_password=False),
            "HOTLINE_PUBLIC_URL": PUBLIC_URL,
            "TWILIO_ACCOUNT_SID": "AC" + "0" * 32,
            "TWILIO_AUTH_TOKEN": TOKEN,
            "TWILIO_NUMBER": NUMBER,
            "HOTLINE_DUTY_PHONES": DUTY_PHONE,
        }
    )


@pytest.fixture
def app(settings: Settings, database: Database, clock: FakeClock) -> Iterator[Flask]:
    with database.write() as session:
        set_up_community(session, load_scheme("chengbei"))
    made = make_app(settings, clock, database)
    yield made
    made.extensions["hotline"].database.close()


class SignedClient:
    """A carrier: posts to the webhooks with a true signature."""

    def __init__(self, client: FlaskClient, token: str = TOKEN) -> None:
        self.client = client
        self.token = token

    def post(self, path: str, token: str | None = None, **params: str) -> TestResponse:
        signature = RequestValidator(token or self.token).compute_signature(PUBLIC_URL + path, params)
        return self.client.post(path, data=params, headers={"X-Twilio-Signature": signature})


@pytest.fixture
def carrier_posts(app: Flask) -> SignedClient:
    return SignedClient(app.test_client())


def only(database: Database, model: type) -> Any:
    """The one row that there is."""
    with database.read() as session:
        return session.scalars(select(model)).one()
