"""Long lists in pages."""

from flask import request


def page_number() -> int:
    """The page that the address asks for; 1 for what is no number."""
    return request.args.get("page", 1, type=int)
