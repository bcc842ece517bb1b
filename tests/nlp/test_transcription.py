import csv
import shutil
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from nlp.audio import load_audio
from nlp.transcription import TranscriptionError, join_words, layout, open_transcriber
from tests.speech import CLIPS

pytestmark = pytest.mark.speech


def clips() -> list[tuple[Path, str]]:
    with (CLIPS / "clips.tsv").open(encoding="utf-8") as file:
        return [(CLIPS / row["file"], row["transcript"]) for row in csv.DictReader(file, delimiter="\t")]


def distance(left: str, right: str) -> int:
    row = list(range(len(right) + 1))
    for i, one in enumerate(left, start=1):
        previous, row = row, [i]
        for j, other in enumerate(right, start=1):
            row.append(min(previous[j] + 1, row[-1] + 1, previous[j - 1] + (one != other)))
    return row[-1]


def test_real_voices_are_understood(speech_model: Path) -> None:
    transcriber = open_transcriber(speech_model)
    wrong = sum(distance(text, transcriber.transcribe(load_audio(path)).text) for path, text in clips())
    assert wrong / sum(len(text) for _, text in clips()) < 0.2


def test_words_carry_times_and_confidence(speech_model: Path) -> None:
    path, _ = clips()[0]
    audio = load_audio(path)
    result = open_transcriber(speech_model).transcribe(audio)
    assert result.text == "".join(word.word for word in result.words)
    assert " " not in result.text
    times = [time for word in result.words for time in (word.start, word.end)]
    assert times == sorted(times)
    assert 0 <= times[0] <= times[-1] <= audio.seconds + 0.1
    assert all(0 < word.confidence <= 1 for word in result.words)
    assert result.engine == f"vosk:{speech_model.name}"
    assert result.cpu_seconds > 0


def test_the_same_audio_gives_the_same_text_also_in_threads(speech_model: Path) -> None:
    transcriber = open_transcriber(speech_model)
    audio = load_audio(clips()[0][0])
    alone = transcriber.transcribe(audio).text
    assert alone
    with ThreadPoolExecutor(2) as pool:
        assert {result.text for result in pool.map(transcriber.transcribe, [audio] * 4)} == {alone}


def test_silence_gives_no_words(speech_model: Path, tone: Callable[..., Path]) -> None:
    result = open_transcriber(speech_model).transcribe(load_audio(tone("a.wav", loud=0, seconds=3)))
    assert (result.text, result.words) == ("", ())


@pytest.mark.parametrize("part", ["conf/mfcc.conf", "graph/HCLG.fst", "graph/words.txt"])
def test_a_model_that_lacks_a_part_is_refused_before_kaldi_sees_it(
    speech_model: Path, tmp_path: Path, part: str
) -> None:
    damaged = tmp_path / "damaged"
    shutil.copytree(speech_model, damaged)
    (damaged / part).unlink()
    with pytest.raises(TranscriptionError, match=part):
        open_transcriber(damaged)


def test_a_folder_without_a_model_is_refused(tmp_path: Path) -> None:
    assert layout(tmp_path) == ""
    with pytest.raises(TranscriptionError, match="no speech model"):
        open_transcriber(tmp_path)


def test_a_whisper_folder_is_recognised_and_a_broken_one_refused(tmp_path: Path) -> None:
    for name in ("model.bin", "config.json", "tokenizer.json"):
        (tmp_path / name).write_text("{}")
    assert layout(tmp_path) == "whisper"
    with pytest.raises(TranscriptionError):
        open_transcriber(tmp_path)


def test_latin_words_keep_their_spaces_and_chinese_ones_have_none() -> None:
    assert join_words(["我", "想", "听", "happy", "new", "year", "这", "首"]) == "我想听happy new year这首"
    assert join_words([]) == ""
