"""The phone's wire to a hotline in the same process."""

from collections.abc import Mapping

from flask.testing import FlaskClient

from hotline.phone.wire import Answer, Transport


def through(client: FlaskClient, public_url: str) -> Transport:
    def carry(method: str, url: str, form: Mapping[str, str] | None, headers: Mapping[str, str]) -> Answer:
        path = url.removeprefix(public_url)
        answer = client.open(path, method=method, data=form, headers=dict(headers))
        return Answer(answer.status_code, answer.content_type or "", answer.data, dict(answer.headers))

    return carry
