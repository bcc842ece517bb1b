"""`hotline prompts`: what callers hear."""

import hashlib
import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import click
import soundfile

from audio_prompts import check, manifest, telephone
from audio_prompts.keys import REQUIRED_KEYS
from audio_prompts.manifest import BUNDLED, ManifestError, Prompt
from hotline.settings import read_settings
from hotline.telephony.prompts import LATEST_BEEP, Prompts, beeps

FORMATS = (".wav", ".mp3", ".ogg", ".oga", ".opus", ".flac")
# A recording longer than this is not decoded to its end: it is no prompt.
LONGEST_READ = 30
OWN_VOICE = "own recording 自己录制"


class Refused(Exception):
    """This recording is not taken; the message says why."""


@click.group()
def prompts() -> None:
    """What callers hear: list, check, replace by recordings of your own. 语音提示"""


@prompts.command("list")
def list_prompts() -> None:
    """Show every prompt and whose voice it is."""
    loaded = Prompts.load(read_settings().prompts_dir)
    for key in REQUIRED_KEYS:
        prompt = loaded.by_key[key]
        click.echo(f"{key:<18} {prompt.seconds:5.2f} s  {prompt.voice:<12}  {prompt.text}")


@prompts.command("check")
def check_prompts() -> None:
    """Prove that every prompt that a call can ask for is there and good. 检查全部语音提示"""
    folder = read_settings().prompts_dir
    found = list(problems(folder))
    if found:
        raise click.ClickException("\n".join(["not fit for callers 有问题:", *found]))
    click.echo(f"{len(REQUIRED_KEYS)} prompts are in order 全部合格")


def problems(folder: Path) -> Iterator[str]:
    """Prints the table; yields what is wrong with the bundled prompts and with the community's own."""
    bundled = manifest.read(BUNDLED)
    try:
        own = manifest.read(folder)
    except ManifestError as error:
        own = {}
        yield str(error)
    yield from (f"{key}: not in the manifest 缺少此提示" for key in REQUIRED_KEYS if key not in bundled)
    for prompt, home in [*((p, BUNDLED) for p in bundled.values()), *((p, folder) for p in own.values())]:
        found = check.faults(prompt, home)
        click.echo(row(prompt, bool(found)))
        yield from (f"{prompt.key}: {fault}" for fault in found)
    if set(REQUIRED_KEYS) <= set(bundled):
        loaded = Prompts.load(folder)
        for name, seconds in beeps(loaded).items():
            click.echo(f"beep after 提示音最晚: {name} {seconds:.1f} s")
        yield from late_beeps(loaded)


def row(prompt: Prompt, bad: bool) -> str:
    pace = f"{prompt.characters / prompt.seconds:.1f}/s" if prompt.seconds else "-"
    return f"{'BAD' if bad else 'ok':<4}{prompt.key:<18} {prompt.seconds:5.2f} s {pace:>6}  {prompt.text}"


def late_beeps(loaded: Prompts) -> list[str]:
    return [
        f"the beep would come after {seconds:.1f} s, at most {LATEST_BEEP[name]:g} s 提示音来得太晚 ({name})"
        for name, seconds in beeps(loaded).items()
        if seconds > LATEST_BEEP[name]
    ]


@prompts.command("import")
@click.argument("source", metavar="DIR", type=click.Path(exists=True, file_okay=False, path_type=Path))
def import_prompts(source: Path) -> None:
    """Take a community's own recordings, KEY.wav, KEY.mp3 or KEY.ogg, from DIR. 换成自己录的声音

    A file KEY.txt beside a recording gives its words where they differ from the bundled ones. Bad recordings are
    refused with the reason; all other prompts stay as they are."""
    folder = read_settings().prompts_dir
    recordings = sorted(path for path in source.iterdir() if path.suffix.lower() != ".txt")
    if not recordings:
        raise click.ClickException(f"{source}: no recordings 没有录音文件")
    session = Import.begin(folder)
    for path in recordings:
        try:
            prompt = session.take(path)
            click.echo(f"taken 已采用   {path.name} ({prompt.seconds:.1f} s)")
        except Refused as reason:
            click.echo(f"refused 未采用 {path.name}: {reason}")
            session.refused.append(path.name)
    session.finish()
    if session.taken:
        click.echo("Callers hear them within seconds, but for those recorded on the desk. 几秒钟后生效")
    if session.refused:
        raise click.ClickException(f"{len(session.refused)} not taken 个录音未采用")


@dataclass
class Import:
    """Recordings on their way into `folder`. Files are named by their content and the manifest is replaced
    last: a call in progress keeps what it plays, and a broken import changes nothing."""

    folder: Path
    before: dict[str, Prompt]
    taken: dict[str, Prompt] = field(default_factory=dict)
    refused: list[str] = field(default_factory=list)

    @classmethod
    def begin(cls, folder: Path) -> "Import":
        folder.mkdir(parents=True, exist_ok=True)
        try:
            return cls(folder, manifest.read(folder))
        except ManifestError as error:
            raise click.ClickException(str(error)) from error

    def take(self, path: Path) -> Prompt:
        """Convert, check and keep one recording. Raises Refused."""
        key = path.stem
        if path.suffix.lower() not in FORMATS:
            raise Refused(f"not one of {' '.join(FORMATS)} 格式不支持，请转成 WAV 或 MP3")
        if key not in REQUIRED_KEYS:
            raise Refused("no prompt of this name; see `hotline prompts list` 没有这个名字的提示")
        if key in self.taken:
            raise Refused("a second recording of the same prompt 同一提示有两个录音")
        prompt = self.store(key, path)
        found = check.faults(prompt, self.folder) or late_beeps(self.with_prompt(prompt))
        if found:
            raise Refused("; ".join(found))
        self.taken[key] = prompt
        return prompt

    def store(self, key: str, path: Path) -> Prompt:
        audio = telephone_wav(path)
        sha256 = hashlib.sha256(audio).hexdigest()
        file = f"{key}.{sha256[:12]}.wav"
        draft = self.folder / f"{file}.new"
        draft.write_bytes(audio)
        draft.replace(self.folder / file)
        seconds = round(soundfile.info(io.BytesIO(audio)).duration, 3)
        return manifest.spoken_by(OWN_VOICE, key, words(key, path), file=file, seconds=seconds, sha256=sha256)

    def with_prompt(self, prompt: Prompt) -> Prompts:
        """All prompts as they would be."""
        own = self.before | self.taken | {prompt.key: prompt}
        return Prompts.load(None).with_own(own.values(), self.folder)

    def finish(self) -> None:
        """Put the new recordings in force; drop files that neither the new nor the last manifest names."""
        after = self.before | self.taken
        if self.taken:
            manifest.write(self.folder, after.values())
        named = {prompt.file for prompt in [*self.before.values(), *after.values()]}
        for path in self.folder.glob("*.wav"):
            if path.name not in named:
                path.unlink()


def telephone_wav(path: Path) -> bytes:
    """Any recording as a telephone WAV. Raises Refused."""
    try:
        samples, rate = telephone.read(path, LONGEST_READ)
        out = io.BytesIO()
        telephone.write(out, telephone.to_telephone(samples, rate))
    except soundfile.LibsndfileError as error:
        raise Refused(f"no readable audio 无法读取 ({error})") from error
    except telephone.SilentError as error:
        raise Refused("nothing is heard in it 没有声音") from error
    return out.getvalue()


def words(key: str, path: Path) -> str:
    """What the recording says: its KEY.txt, or the bundled words. Raises Refused."""
    script = path.with_suffix(".txt")
    try:
        own = script.read_text(encoding="utf-8-sig") if script.exists() else ""
    except UnicodeDecodeError as error:
        raise Refused(f"{script.name} is not UTF-8 文字文件请存为 UTF-8") from error
    return " ".join(own.split()) or Prompts.load(None).text(key)


COMMANDS = (prompts,)
