"""The Flask application: one factory, no module-level state."""

from flask import Flask, redirect
from flask_wtf import CSRFProtect
from werkzeug.wrappers import Response

from handling.clock import Clock, SystemClock
from hotline import board, desk, health, in_force, phone, web
from hotline.current import Hotline
from hotline.settings import Settings
from hotline.telephony import prompts, webhooks
from hotline.telephony.prompts import Prompts
from models import Database


def create_app(settings: Settings, clock: Clock | None = None) -> Flask:
    """The database must have its tables already (`hotline.setup.prepare_home`)."""
    app = Flask("hotline")
    app.secret_key = settings.session_secret
    app.config.update(
        # The largest upload: eight photos of a telephone.
        MAX_CONTENT_LENGTH=64 * 1024 * 1024,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.public_url.startswith("https://"),
        TEMPLATES_AUTO_RELOAD=False,
    )
    database = Database(settings.database_url)
    rules = in_force.rules_at_start(database, settings)
    app.extensions["hotline"] = Hotline(
        settings=settings,
        database=database,
        scheme=rules.scheme,
        clock=clock or SystemClock(),
        prompts=Prompts.load(settings.prompts_dir),
    )
    in_force.begin(app, rules)
    csrf = CSRFProtect(app)
    web.secure(app)
    for blueprint in (webhooks.blueprint, prompts.blueprint, desk.blueprint, board.blueprint, health.blueprint):
        app.register_blueprint(blueprint)
    # Carriers sign their requests instead of carrying a token of ours.
    csrf.exempt(webhooks.blueprint)
    if settings.demo:
        csrf.exempt(phone.carrier_blueprint)
        app.register_blueprint(phone.blueprint)
        app.register_blueprint(phone.carrier_blueprint)
    app.add_url_rule("/", view_func=_home)
    return app


def _home() -> Response:
    return redirect("/board/")
