"""The phone simulator: a small exchange that speaks the carrier's language, and handsets on it.

`carrier_blueprint` is the exchange's REST interface, `blueprint` the page with the keypad. Both are registered
in the demonstration only."""

from hotline.phone.carrier import carrier_blueprint
from hotline.phone.page import blueprint

__all__ = ["blueprint", "carrier_blueprint"]
