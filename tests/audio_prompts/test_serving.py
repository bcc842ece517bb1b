"""Carriers fetch prompts without login and keep them."""

from pathlib import Path
from types import SimpleNamespace

import pytest
from flask import Flask
from flask.testing import FlaskClient

from audio_prompts.manifest import BUNDLED
from hotline.telephony.prompts import Prompts, blueprint

BASE = "https://hotline.example"


@pytest.fixture(scope="module")
def prompts() -> Prompts:
    return Prompts.load(None)


@pytest.fixture(scope="module")
def carrier(prompts: Prompts) -> FlaskClient:
    app = Flask("hotline")
    app.extensions["hotline"] = SimpleNamespace(prompts=prompts)
    app.register_blueprint(blueprint)
    return app.test_client()


def path_of(prompts: Prompts, key: str) -> str:
    return prompts.url(BASE, key).removeprefix(BASE)


def test_a_prompt_is_served_as_wav_to_be_kept_for_good(carrier: FlaskClient, prompts: Prompts) -> None:
    answer = carrier.get(path_of(prompts, "greeting"))
    assert answer.status_code == 200
    assert answer.content_type == "audio/wav"
    assert answer.data == (BUNDLED / "wav" / "greeting.wav").read_bytes()
    assert {*answer.headers["Cache-Control"].split(", ")} == {"public", "max-age=31536000", "immutable"}
    assert "Set-Cookie" not in answer.headers


def test_an_unchanged_prompt_is_not_sent_again(carrier: FlaskClient, prompts: Prompts) -> None:
    first = carrier.get(path_of(prompts, "speak"))
    again = carrier.get(path_of(prompts, "speak"), headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    other = carrier.get(path_of(prompts, "speak"), headers={"If-None-Match": '"another"'})
    assert other.status_code == 200


@pytest.mark.parametrize("path", ["/prompts/greeting.wav", "/prompts/0123456789ab/greeting.wav"])
def test_an_address_without_the_present_hash_is_asked_for_again(carrier: FlaskClient, path: str) -> None:
    answer = carrier.get(path)
    assert answer.status_code == 200
    assert "immutable" not in answer.headers["Cache-Control"]
    assert answer.cache_control.no_cache


@pytest.mark.parametrize("path", ["/prompts/unknown.wav", "/prompts/manifest.toml", "/prompts/..%2fmanifest.wav"])
def test_there_is_nothing_else_to_be_had(carrier: FlaskClient, path: str) -> None:
    assert carrier.get(path).status_code == 404


def test_an_address_ends_in_wav_for_telephone_switches(prompts: Prompts) -> None:
    url = prompts.url(BASE, "digit_7")
    assert url.startswith(f"{BASE}/prompts/")
    assert url.endswith("/digit_7.wav")


def test_a_broken_manifest_of_the_community_does_not_silence_the_hotline(tmp_path: Path) -> None:
    (tmp_path / "manifest.toml").write_text("greeting = 3")
    assert Prompts.load(tmp_path).path("greeting").is_relative_to(BUNDLED)


def test_a_lost_recording_of_the_community_is_replaced_by_the_bundled_one(tmp_path: Path) -> None:
    text = (BUNDLED / "manifest.toml").read_text()
    (tmp_path / "manifest.toml").write_text(text)
    assert Prompts.load(tmp_path).path("greeting").is_relative_to(BUNDLED)
