"""The simulator inside the web server: one exchange, its errands, and the calls held on the page."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self, cast
from urllib.parse import urlsplit

from flask import abort, current_app, request
from flask.blueprints import BlueprintSetupState

from hotline.phone.errands import ErrandRunner
from hotline.phone.exchange import Exchange
from hotline.phone.held_calls import HeldCalls
from hotline.phone.wire import Line, Wire
from hotline.settings import LOOPBACK, Settings
from hotline.telephony.prompts import Prompts

if TYPE_CHECKING:
    from hotline.current import Hotline


@dataclass(frozen=True)
class Simulator:
    settings: Settings
    prompts: Prompts
    wire: Wire
    exchange: Exchange
    errands: ErrandRunner
    held: HeldCalls

    @classmethod
    def of(cls, hotline: "Hotline") -> Self:
        exchange = Exchange(hotline.settings.home / "phone", hotline.clock)
        wire = Wire(Line.of(hotline.settings), watch=exchange.add_webhook)
        return cls(
            settings=hotline.settings,
            prompts=hotline.prompts,
            wire=wire,
            exchange=exchange,
            errands=ErrandRunner(exchange, wire),
            held=HeldCalls(hotline.clock),
        )


def simulator() -> Simulator:
    return cast(Simulator, current_app.extensions["simulator"])


def set_up(state: BlueprintSetupState) -> None:
    """Both blueprints of the simulator share what the first one registered brings."""
    extensions = state.app.extensions
    if "simulator" not in extensions:
        extensions["simulator"] = Simulator.of(extensions["hotline"])


def only_this_machine() -> None:
    """The simulator can ring as anybody: it is for whoever sits at this machine, under its own name (a page
    elsewhere could point its own name here)."""
    name = urlsplit(f"//{request.host}").hostname
    if request.remote_addr not in LOOPBACK or name not in LOOPBACK:
        abort(403)


def start_errands() -> None:
    simulator().errands.start()
