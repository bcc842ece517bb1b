"""The simulator in a small web server of its own, with a hotline that only takes notes."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace

import pytest
from flask import Flask, Response, request
from twilio.request_validator import RequestValidator
from twilio.rest import Client
from werkzeug.serving import make_server

from hotline.phone import blueprint, carrier_blueprint
from hotline.phone.simulator import Simulator
from hotline.settings import Settings
from hotline.telephony.prompts import Prompts
from hotline.web import secure
from tests.fakes.clock import FakeClock

ACCOUNT = "AC" + "5" * 32
TOKEN = "a-token-of-the-simulator"
NUMBER = "+862885550000"
DUTY_PHONE = "+8613900000119"


@dataclass
class Served:
    """`told`: (path, parameters) of each callback with a true signature. `twiml`: path -> TwiML."""

    app: Flask
    url: str
    settings: Settings
    clock: FakeClock
    told: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    twiml: dict[str, str] = field(default_factory=dict)

    @property
    def simulator(self) -> Simulator:
        made = self.app.extensions["simulator"]
        assert isinstance(made, Simulator)
        return made

    @property
    def client(self) -> Client:
        made = Client(ACCOUNT, TOKEN)
        made.api.base_url = f"{self.url}/phone/carrier"
        return made

    def pass_time(self, seconds: float) -> None:
        """The errands of that time are run here, whatever the thread does."""
        self.clock.advance(seconds=seconds)
        self.simulator.errands.run_due()

    def statuses(self, name: str) -> list[str]:
        return [params[name] for _, params in self.told if name in params]


@pytest.fixture
def served(tmp_path: Path, clock: FakeClock) -> Iterator[Served]:
    app = Flask("hotline")
    server = make_server("127.0.0.1", 0, app, threaded=True)
    url = f"http://127.0.0.1:{server.server_port}"
    settings = Settings.model_validate(
        {
            "HOTLINE_HOME": tmp_path / "home",
            "HOTLINE_PUBLIC_URL": url,
            "TWILIO_ACCOUNT_SID": ACCOUNT,
            "TWILIO_AUTH_TOKEN": TOKEN,
            "TWILIO_NUMBER": NUMBER,
            "TWILIO_API_BASE": f"{url}/phone/carrier",
            "HOTLINE_DUTY_PHONES": DUTY_PHONE,
        }
    )
    app.extensions["hotline"] = SimpleNamespace(
        settings=settings, clock=clock, prompts=Prompts.load(settings.prompts_dir)
    )
    app.secret_key = "test"
    # The page's template asks for one; the real application has flask-wtf's.
    app.jinja_env.globals["csrf_token"] = lambda: "token"
    secure(app)
    app.register_blueprint(blueprint)
    app.register_blueprint(carrier_blueprint)
    made = Served(app, url, settings, clock)
    app.add_url_rule("/twilio/<path:path>", view_func=lambda path: _hotline(made, path), methods=["POST"])
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    yield made
    server.shutdown()
    server.server_close()
    thread.join()


def _hotline(served: Served, path: str) -> Response:
    signature = request.headers.get("X-Twilio-Signature", "")
    if not RequestValidator(TOKEN).validate(served.url + request.path, request.form, signature):
        return Response(status=403)
    served.told.append((request.path, request.form.to_dict()))
    twiml = served.twiml.get(request.path, "")
    return Response(f"<Response>{twiml}</Response>", mimetype="text/xml")
