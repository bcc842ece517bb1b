"""`hotline call`, `hotline text`: a handset in the terminal, against the running demonstration."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
import requests

from handling.clock import SystemClock
from hotline.phone.audio import NotAudio, read_telephone
from hotline.phone.captions import described
from hotline.phone.carrier import IDENTITY_HEADER
from hotline.phone.exchange import Exchange, Message
from hotline.phone.handset import VOICE_FALLBACK, Conversation, Handset, converse
from hotline.phone.live_call import WebhookFailed
from hotline.phone.numbers import SAMPLE_RESIDENTS
from hotline.phone.scripted import ScriptedCaller
from hotline.phone.twiml import InvalidTwiml
from hotline.phone.wire import API_VERSION, ForeignUrl, Line, NobodyAnswers, Wire
from hotline.settings import Settings, read_settings
from hotline.telephony.prompts import Prompts

BEFORE_BEEP = "before-beep"
# After an SMS came, another one may follow for so long, seconds.
LULL = 3

from_option = click.option(
    "--from", "number", default=SAMPLE_RESIDENTS[0].number, show_default=True,
    help="The handset's own number, or anonymous.",
)  # fmt: skip
to_option = click.option(
    "--to", "dialled", default="", help="Another number of the hotline, such as a campaign's (E.164)."
)
wait_option = click.option(
    "--wait", default=0.0, help="Seconds to stay at the handset for the answer: SMS and call-backs."
)


@click.command()
@click.option(
    "--wav", "sounds", multiple=True, type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="What the caller says (any sound file); given twice: at the second attempt, too.",
)  # fmt: skip
@from_option
@to_option
@click.option(
    "--keys", default="",
    help='Pressed one by one where the hotline takes keys; "w" lets one chance pass, "#" at the end ends the '
    "recording instead of hanging up.",
)  # fmt: skip
@click.option("--hang-up-at", help=f"Seconds after pick-up, or {BEFORE_BEEP}.")
@wait_option
def call(
    sounds: tuple[Path, ...], number: str, dialled: str, keys: str, hang_up_at: str | None, wait: float
) -> None:
    """Call the hotline and say a sound file. 打一次热线"""
    caller = ScriptedCaller(
        says=[_sound(path) for path in sounds],
        keys=keys,
        hang_up_before_beep=hang_up_at == BEFORE_BEEP,
        hang_up_at=_seconds(hang_up_at),
    )
    desk = _Desk(read_settings(), number)
    with _plain_errors():
        _, conversation = desk.handset.call(to=dialled)
        desk.narrate(conversation, caller)
        desk.wait(wait)


@click.command()
@from_option
@to_option
@wait_option
@click.argument("body")
def text(number: str, dialled: str, body: str, wait: float) -> None:
    """Send a text to the hotline. 给热线发一条短信"""
    desk = _Desk(read_settings(), number)
    with _plain_errors():
        message = desk.handset.send_text(body, to=dialled)
        click.echo(f"短信已发出 {message.sid}")
        desk.wait(wait)


@click.command()
@click.option(
    "--wav", "sounds", multiple=True, type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="What the resident says where the hotline records (any sound file).",
)  # fmt: skip
@from_option
@click.option("--keys", default="", help="As with `hotline call`.")
@click.option("--wait", default=60.0, show_default=True, help="Seconds until the hotline rings.")
def answer(sounds: tuple[Path, ...], number: str, keys: str, wait: float) -> None:
    """Pick up when the hotline rings this handset, and answer. 接热线打来的电话"""
    desk = _Desk(read_settings(), number)
    with _plain_errors():
        if not desk.pick_up(ScriptedCaller(says=[_sound(path) for path in sounds], keys=keys), wait):
            raise click.ClickException(f"The hotline did not ring {number} in {wait:g} s. 没有电话打来。")


class _Desk:
    """A handset on the table, its exchange, and what was on its screen before."""

    def __init__(self, settings: Settings, number: str) -> None:
        self._exchange = _exchange_of(settings)
        self._prompts = Prompts.load(settings.prompts_dir)
        self._number = number
        self._seen = {m.sid for m in self._inbox()}
        wire = Wire(Line.of(settings), watch=self._exchange.add_webhook)
        self.handset = Handset(wire, self._exchange, number, fallback_path=VOICE_FALLBACK)

    def narrate(self, conversation: Conversation, caller: ScriptedCaller) -> None:
        for step in converse(conversation, caller.reply):
            click.echo(f"{step.at:6.1f} s  {described(step, self._prompts)}")

    def pick_up(self, caller: ScriptedCaller, seconds: float) -> bool:
        """False when nobody rang."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            for ringing in self._exchange.calls(to=self._number, status="ringing"):
                if conversation := self.handset.pick_up(ringing):
                    click.echo(f"来电 {ringing.from_number}，接听：")
                    self.narrate(conversation, caller)
                    return True
            time.sleep(0.2)
        return False

    def wait(self, seconds: float) -> None:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            for message in self._new_messages():
                click.echo(f"短信 {message.from_number} → {message.to_number}：{message.body}")
                end = min(end, time.monotonic() + LULL)
            for ringing in self._exchange.calls(to=self._number, status="ringing"):
                if conversation := self.handset.pick_up(ringing):
                    click.echo(f"来电 {ringing.from_number}，接听：")
                    self.narrate(conversation, ScriptedCaller())
                    end = min(end, time.monotonic() + LULL)
            time.sleep(0.2)

    def _inbox(self) -> list[Message]:
        return [m for m in self._exchange.messages_of(self._number) if m.to_number == self._number]

    def _new_messages(self) -> Iterator[Message]:
        for message in self._inbox():
            if message.sid not in self._seen:
                self._seen.add(message.sid)
                yield message


def _exchange_of(settings: Settings) -> Exchange:
    """The exchange that the running server has. Raises click.ClickException where there is none: a recording
    made here could not be fetched there."""
    if not (settings.public_url and settings.auth_tokens and settings.twilio_number):
        raise click.ClickException(
            f"No hotline is set up in {settings.home}: start `hotline demo` first. 请先运行 hotline demo。"
        )
    account = f"{settings.public_url}/phone/carrier/{API_VERSION}/Accounts/{settings.twilio_account_sid}.json"
    try:
        answer = requests.get(account, auth=(settings.twilio_account_sid, settings.auth_tokens[0]), timeout=10)
    except requests.RequestException as error:
        raise click.ClickException(
            f"No answer at {settings.public_url}: is `hotline demo` running? 热线没有启动。"
        ) from error
    if answer.status_code == 401:
        raise click.ClickException(
            f"{settings.public_url} has another TWILIO_AUTH_TOKEN or account. 令牌或账号与服务器的不同。"
        )
    if answer.status_code != 200:
        raise click.ClickException(
            f"{settings.public_url} has no pretend exchange: the handset works with `hotline demo` alone, since "
            "a real carrier could not fetch our recordings. 只有演示模式才有模拟电话。"
        )
    exchange = Exchange(settings.home / "phone", SystemClock())
    if answer.headers.get(IDENTITY_HEADER) != exchange.identity:
        raise click.ClickException(
            f"The server at {settings.public_url} has another HOTLINE_HOME than {settings.home}. "
            "服务器用的是另一个 HOTLINE_HOME。"
        )
    return exchange


@contextmanager
def _plain_errors() -> Iterator[None]:
    """What went wrong on the hotline's side, without a traceback."""
    try:
        yield
    except (WebhookFailed, InvalidTwiml, ForeignUrl, NobodyAnswers) as error:
        raise click.ClickException(f"A carrier would end this here 电话会在这里中断: {error}") from error


def _sound(path: Path) -> bytes:
    sound = path.read_bytes()
    try:
        read_telephone(sound)
    except NotAudio as error:
        raise click.ClickException(f"{path}: not a sound file 不是声音文件: {error}") from error
    return sound


def _seconds(value: str | None) -> float | None:
    if value is None or value == BEFORE_BEEP:
        return None
    try:
        return float(value)
    except ValueError:
        raise click.BadParameter(f"seconds or {BEFORE_BEEP}, not {value!r}", param_hint="--hang-up-at") from None


COMMANDS = (call, text, answer)
