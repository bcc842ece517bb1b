from pathlib import Path

import pytest

from handling.community import set_up_community
from handling.scheme import load_scheme
from hotline.settings import Settings
from hotline.telephony.twilio_carrier import TwilioCarrier
from hotline.worker.context import WorkerContext
from models import Database
from tests.fakes.carrier import CarrierFake, carrier_fixture  # noqa: F401
from tests.fakes.clock import FakeClock
from tests.fakes.speech import FakeSpeech
from tests.hotline.conftest import DUTY_PHONE, NUMBER, PUBLIC_URL


@pytest.fixture
def context(tmp_path: Path, database: Database, clock: FakeClock, carrier: CarrierFake) -> WorkerContext:
    settings = Settings.model_validate(
        {
            "HOTLINE_HOME": tmp_path / "home",
            "HOTLINE_PUBLIC_URL": PUBLIC_URL,
            "TWILIO_ACCOUNT_SID": carrier.account_sid,
            "TWILIO_AUTH_TOKEN": carrier.auth_token,
            "TWILIO_NUMBER": NUMBER,
            "TWILIO_API_BASE": carrier.base_url,
            "HOTLINE_DUTY_PHONES": DUTY_PHONE,
        }
    )
    settings.recordings_dir.mkdir(parents=True)
    scheme = load_scheme("chengbei")
    with database.write() as session:
        set_up_community(session, scheme)
    return WorkerContext(
        settings=settings,
        database=database,
        scheme=scheme,
        clock=clock,
        carrier=TwilioCarrier(settings),
        speech=FakeSpeech(),
    )
