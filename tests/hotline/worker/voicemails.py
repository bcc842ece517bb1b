"""Sound at the carrier, announced to us."""

import io

import numpy as np
import soundfile

from hotline.telephony.inbound import CallFacts, announce_recording, register_call
from tests.hotline.conftest import NUMBER

CALLER = "+8613800138000"
FIRST, SECOND = "RE" + "1" * 32, "RE" + "2" * 32


def speech(seconds=2.0):
    noise = np.random.default_rng(1).normal(0, 0.1, int(8000 * seconds))
    file = io.BytesIO()
    soundfile.write(file, noise, 8000, format="WAV", subtype="PCM_16")
    return file.getvalue()


def announced(context, url, sid=FIRST, call="CA1"):
    now = context.clock.now()
    with context.database.write() as session:
        row = register_call(session, CallFacts(call, CALLER, NUMBER, "completed"), now)
        announce_recording(session, row, sid, url, 2, now)
