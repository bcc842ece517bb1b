"""The prompts that come with the product: complete, slow, clear, and short enough before the tone."""

import re
import xml.etree.ElementTree as ET
from datetime import date, timedelta

import pytest

from audio_prompts import check, manifest, telephone
from audio_prompts.keys import REQUIRED_KEYS, STATES, spoken_amount, spoken_date, spoken_number
from audio_prompts.manifest import BUNDLED
from handling.status import WORDING
from hotline.telephony.prompts import Prompts, beep_after, new_caller, open_case, slowest_open_case, welcome
from hotline.telephony.twiml import CallScript


@pytest.fixture(scope="module")
def prompts() -> Prompts:
    return Prompts.load(None)


def spoken_status(number: int, state: str, due: date) -> list[str]:
    return ["your_case", *spoken_number(number), state, "expected", *spoken_date(due), "answer_by"]


def test_the_manifest_holds_what_a_call_can_ask_for_and_nothing_else(prompts: Prompts) -> None:
    assert sorted(prompts.keys) == sorted(REQUIRED_KEYS)


@pytest.mark.parametrize("key", REQUIRED_KEYS)
def test_a_prompt_belongs_to_its_text_and_is_fit_for_the_telephone(prompts: Prompts, key: str) -> None:
    assert check.faults(prompts.by_key[key], BUNDLED) == []


def test_no_file_lies_about_that_no_prompt_uses(prompts: Prompts) -> None:
    files = {path.name for path in (BUNDLED / "wav").glob("*.wav")}
    assert files == {prompts.path(key).name for key in prompts.keys}


def test_all_prompts_are_equally_loud(prompts: Prompts) -> None:
    levels = [telephone.measure(prompts.path(key)).level for key in prompts.keys]
    assert max(levels) - min(levels) < 1.5


@pytest.mark.parametrize("lost_on_the_telephone", ["嘀的一声", "井号", "请按", "[0-9A-Za-z]"])
def test_no_prompt_uses_words_that_get_lost_on_the_telephone(prompts: Prompts, lost_on_the_telephone: str) -> None:
    assert [key for key in prompts.keys if re.search(lost_on_the_telephone, prompts.text(key))] == []


def test_the_greeting_takes_at_most_eight_seconds(prompts: Prompts) -> None:
    assert prompts.seconds("greeting") <= 8


def test_a_new_caller_waits_at_most_nineteen_seconds_for_the_tone(prompts: Prompts) -> None:
    assert beep_after(prompts, new_caller()) <= 19


def test_a_caller_with_an_open_case_waits_at_most_twenty_seconds_for_the_tone(prompts: Prompts) -> None:
    assert beep_after(prompts, slowest_open_case(prompts)) <= 20


def test_no_number_date_and_state_takes_longer_than_the_slowest(prompts: Prompts) -> None:
    slowest = beep_after(prompts, slowest_open_case(prompts))
    days = [date(2028, 1, 1) + timedelta(days=n) for n in range(366)]
    numbers = [10000, 50501, *(digit * 11111 for digit in range(1, 10))]
    sentences = [
        *(spoken_status(10000, "state_review", day) for day in days),
        *(spoken_status(number, state, days[0]) for number in numbers for state in STATES),
    ]
    assert max(beep_after(prompts, open_case(sentence)) for sentence in sentences) <= slowest + 1e-6


def test_the_budget_is_counted_on_what_the_call_really_plays(prompts: Prompts) -> None:
    status = spoken_status(352, "state_handling", date(2026, 11, 27))
    script = CallScript("https://hotline.example", prompts)
    for heard, expected in [([], new_caller()), (status, open_case(status))]:
        gather = ET.fromstring(script.welcome(heard)).find("Gather")
        assert gather is not None
        assert gather.get("timeout") == "1"
        assert [play.text for play in gather] == [prompts.url("https://hotline.example", key) for key in expected]


@pytest.mark.parametrize("offer", ["points_key", "reward_key"])
def test_a_caller_who_is_told_of_a_key_waits_no_longer_for_the_tone(prompts: Prompts, offer: str) -> None:
    assert beep_after(prompts, welcome(prompts, [], offer)) <= beep_after(prompts, new_caller())
    short = ["your_case", *spoken_number(1001), "state_handling"]
    assert offer in welcome(prompts, short, offer)
    slowest = slowest_open_case(prompts)
    status = slowest[1:-2]
    assert welcome(prompts, status, offer) == slowest, "left out where the tone would come too late"


def test_every_state_of_a_case_can_be_said(prompts: Prompts) -> None:
    assert {key for _, key in WORDING.values()} <= prompts.keys


def test_numbers_and_dates_become_prompts(prompts: Prompts) -> None:
    assert spoken_number(40312) == ["digit_4", "digit_0", "digit_3", "digit_1", "digit_2"]
    assert [prompts.text(key) for key in spoken_date(date(2026, 11, 27))] == ["十一月", "二十七日"]


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        (1, "一"),
        (9, "九"),
        (10, "一十"),
        (21, "二十一"),
        (60, "六十"),
        (101, "一百零一"),
        (350, "三百五十"),
        (999, "九百九十九"),
    ],
)
def test_an_amount_becomes_prompts(prompts: Prompts, amount: int, words: str) -> None:
    assert "".join(prompts.text(key) for key in spoken_amount(amount)).replace("，", "") == words


@pytest.mark.parametrize("amount", [0, 1000, 20480])
def test_an_amount_beyond_those_is_said_digit_by_digit(amount: int) -> None:
    assert spoken_amount(amount) == spoken_number(amount)


def test_the_manifest_is_written_as_it_is_read(tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("manifest")
    bundled = manifest.read(BUNDLED)
    manifest.write(folder, bundled.values())
    assert manifest.read(folder) == bundled
    assert (folder / manifest.MANIFEST).read_text() == (BUNDLED / manifest.MANIFEST).read_text()
