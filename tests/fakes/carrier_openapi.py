"""Holds every request of ours, and every answer of our pretend carriers, against the carrier's own document.

tests/data/twilio_api_v2010.json is a trimmed copy of twilio-oai's spec/json/twilio_api_v2010.json (commit
d50069b): the paths of Messages, Calls and Recordings and the schemas that they use, without descriptions,
examples and tags. Licence: beside it."""

import json
from functools import cache
from pathlib import Path
from typing import Any

from openapi_core import OpenAPI
from openapi_core.contrib.werkzeug import WerkzeugOpenAPIRequest, WerkzeugOpenAPIResponse
from openapi_core.exceptions import OpenAPIError
from werkzeug.wrappers import Request, Response

DOCUMENT = Path(__file__).parent.parent / "data" / "twilio_api_v2010.json"
PREFIX = "/2010-04-01/Accounts/{AccountSid}/"


def request_fault(request: Request, path: str) -> str:
    """Why the carrier would not understand this request; "" when it is as documented. `path` begins with
    /2010-04-01."""
    openapi = _WithPath(request, path)
    try:
        _api().validate_request(openapi)
    except OpenAPIError as error:
        return f"{request.method} {path}: {error} {error.__cause__ or ''}"
    unknown = {*request.form, *request.args} - _known_names(request.method.lower(), path)
    return f"{request.method} {path}: no such parameter: {', '.join(sorted(unknown))}" if unknown else ""


def answer_fault(request: Request, path: str, response: Response) -> str:
    """Why this is not what the carrier would answer; error answers are not in the document and pass."""
    if response.status_code >= 400:
        return ""
    try:
        _api().validate_response(_WithPath(request, path), WerkzeugOpenAPIResponse(response))
    except OpenAPIError as error:
        return f"{request.method} {path}: {error} {error.__cause__ or ''}"
    return ""


class _WithPath(WerkzeugOpenAPIRequest):
    """Below another prefix than the carrier's own."""

    def __init__(self, request: Request, path: str) -> None:
        super().__init__(request)
        self._path = path

    @property
    def path(self) -> str:
        return self._path


@cache
def _document() -> dict[str, Any]:
    document: dict[str, Any] = json.loads(DOCUMENT.read_text(encoding="utf-8"))
    # Wherever the fake happens to listen.
    document["servers"] = [{"url": "/"}]
    for path in document["paths"].values():
        path.pop("servers")
    return document


@cache
def _api() -> OpenAPI:
    return OpenAPI.from_dict(_document())


def _known_names(method: str, path: str) -> set[str]:
    kind, *sid = path.split("/")[4:]
    template = PREFIX + (f"{kind}/{{Sid}}.json" if sid else kind)
    operation = _document()["paths"][template][method]
    names = {p["name"] for p in operation.get("parameters", [])}
    body = operation.get("requestBody", {}).get("content", {}).get("application/x-www-form-urlencoded", {})
    return names | set(body.get("schema", {}).get("properties", {}))
