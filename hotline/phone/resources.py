"""The exchange's rows in the carrier's JSON. Fields: Twilio's OpenAPI document, api.v2010.account.*."""

from datetime import datetime
from email.utils import format_datetime
from typing import Any

from handling.sms import sms_segments
from hotline.phone.exchange import CALL_OVER, Message, PhoneCall, StoredRecording
from hotline.phone.wire import API_VERSION

Resource = dict[str, Any]


def message_resource(message: Message, account_sid: str) -> Resource:
    uri = _uri(account_sid, "Messages", message.sid)
    sent = message.created_at if message.status not in ("queued", "sending") else None
    return {
        **_common(account_sid, message.sid, message.created_at, uri),
        "body": message.body,
        "num_segments": str(sms_segments(message.body)),
        "num_media": "0",
        "direction": message.direction,
        "from": message.from_number,
        "to": message.to_number,
        "status": message.status,
        "date_sent": _date(sent),
        "error_code": None,
        "error_message": None,
        "messaging_service_sid": None,
        "subresource_uris": {"media": uri.replace(".json", "/Media.json")},
    }


def call_resource(call: PhoneCall, account_sid: str) -> Resource:
    over = call.status in CALL_OVER
    uri = _uri(account_sid, "Calls", call.sid)
    return {
        **_common(account_sid, call.sid, call.created_at, uri),
        "direction": call.direction,
        "from": call.from_number,
        "from_formatted": call.from_number,
        "to": call.to_number,
        "to_formatted": call.to_number,
        "status": call.status,
        "start_time": _date(call.created_at),
        "end_time": _date(call.created_at if over else None),
        "duration": str(call.seconds) if over else None,
        "subresource_uris": {"recordings": uri.replace(".json", "/Recordings.json")},
    }


def recording_resource(recording: StoredRecording, account_sid: str) -> Resource:
    uri = _uri(account_sid, "Recordings", recording.sid)
    return {
        **_common(account_sid, recording.sid, recording.created_at, uri),
        "call_sid": recording.call_sid,
        "start_time": _date(recording.created_at),
        "duration": str(recording.seconds),
        "status": recording.status,
        "channels": 1,
        "source": "RecordVerb",
        "error_code": None,
    }


def page_of(key: str, resources: list[Resource], uri: str) -> Resource:
    """A list that fits one page."""
    return {
        key: resources,
        "page": 0,
        "page_size": len(resources),
        "start": 0,
        "end": max(0, len(resources) - 1),
        "uri": uri,
        "first_page_uri": uri,
        "next_page_uri": None,
        "previous_page_uri": None,
    }


def _common(account_sid: str, sid: str, created_at: datetime, uri: str) -> Resource:
    return {
        "sid": sid,
        "account_sid": account_sid,
        "api_version": API_VERSION,
        "date_created": _date(created_at),
        "date_updated": _date(created_at),
        "price": None,
        "price_unit": None,
        "uri": uri,
    }


def _uri(account_sid: str, kind: str, sid: str) -> str:
    return f"/{API_VERSION}/Accounts/{account_sid}/{kind}/{sid}.json"


def _date(moment: datetime | None) -> str | None:
    """RFC 2822, as the carrier writes dates."""
    return format_datetime(moment) if moment else None
