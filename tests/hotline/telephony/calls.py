"""The carrier's webhooks of a call, and the verbs that answer them."""

from xml.etree import ElementTree

from tests.hotline.conftest import NUMBER

CALLER = "+8613800138000"


def ring(carrier_posts, sid="CA1", path="/twilio/voice", **more):
    return carrier_posts.post(
        path, **{"CallSid": sid, "From": CALLER, "To": NUMBER, "CallStatus": "ringing", **more}
    )


def verbs(response):
    assert response.status_code == 200
    assert response.mimetype == "text/xml"
    return list(ElementTree.fromstring(response.data))
