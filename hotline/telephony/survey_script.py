"""The questions of a campaign as TwiML, with the verbs that Somleng executes."""

from collections.abc import Mapping

from twilio.twiml.voice_response import Gather, VoiceResponse

from handling.campaigns.survey_calls import keys_of
from hotline.telephony.twiml import FOR_A_KEY, ask_for_key, record
from models import CampaignSound, Participation, Question, QuestionKind

# After the introduction: time to find the 9.
AFTER_INTRODUCTION = 3
BETWEEN_DIGITS = 4


class SurveyScript:
    """Writes TwiML with absolute URLs under `public_url`. sounds: by question id, None for the introduction."""

    def __init__(
        self,
        public_url: str,
        participation: Participation,
        sounds: Mapping[int | None, CampaignSound],
    ) -> None:
        self._public_url = public_url
        self._base = f"{public_url}/twilio/survey/{participation.id}"
        self._sounds = sounds

    def introduce(self) -> str:
        """Who rings and why; a 9 ends it, silence and every other key begin."""
        response = VoiceResponse()
        ask_for_key(response, [self._sound(None)], action=f"{self._base}/begin", timeout=AFTER_INTRODUCTION)
        return str(response)

    def ask(self, question: Question, *, attempt: int = 1) -> str:
        response = VoiceResponse()
        here = f"{self._base}/{question.id}"
        if question.kind is QuestionKind.SPEECH:
            response.play(self._sound(question.id))
            record(response, action=f"{here}/recorded", callback=f"{here}/recording")
        else:
            keys = keys_of(question)
            gather = Gather(
                num_digits=keys,
                timeout=FOR_A_KEY if keys == 1 else BETWEEN_DIGITS,
                action=f"{here}/keys/{attempt}",
                method="POST",
            )
            gather.play(self._sound(question.id))
            response.append(gather)
        response.redirect(f"{here}/silent/{attempt}", method="POST")
        return str(response)

    def _sound(self, question_id: int | None) -> str:
        return sound_url(self._public_url, self._sounds[question_id])


def sound_url(public_url: str, sound: CampaignSound) -> str:
    """Where the carrier gets a recording of the community; another recording has another address."""
    return f"{public_url}/prompts/campaign/{sound.sha256[:12]}/{sound.id}.wav"
