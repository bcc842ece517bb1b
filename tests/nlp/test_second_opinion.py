"""The second opinion: learned from labelled texts, kept only where it beats the keywords."""

import sys
from pathlib import Path

import numpy as np
import pytest

from nlp.second_opinion import (
    BadModel,
    Example,
    SecondOpinion,
    TrainingError,
    compare,
    forget,
    keep,
    model_file,
    score,
    train,
)

THINGS = {
    "环境卫生": ("垃圾没人收", "垃圾桶满了", "到处是垃圾", "臭得很", "苍蝇多得很"),
    "停车交通": ("车子乱停", "停车没有位子", "车子堵在门口", "路口没有红绿灯", "停车收费太贵"),
    "邻里纠纷": ("楼上太吵", "邻居吵架", "隔壁半夜唱歌", "楼上天天跳绳", "邻居占了过道"),
}
PLACES = ("天福苑", "三栋", "后门", "花园", "东门", "院坝")
EXAMPLES = [
    Example(f"{place}{thing}", label) for label, things in THINGS.items() for thing in things for place in PLACES
]


@pytest.fixture(scope="module")
def machine() -> SecondOpinion:
    return train(EXAMPLES)


def test_it_answers_on_sentences_that_it_never_saw_and_says_why(machine: SecondOpinion) -> None:
    opinion = machine.opinion("西边那个垃圾桶满了几天")
    assert opinion.label == "环境卫生"
    assert opinion.margin > 0
    assert opinion.reasons
    assert all(reason in "西边那个垃圾桶满了几天" for reason in opinion.reasons)
    assert machine.answer("他们天天把车子乱停") == "停车交通"


def test_a_model_of_longer_runs_answers_by_them() -> None:
    ones = np.ones(1, dtype=np.float32)
    weights, bias = np.array([[1.0], [-1.0]], dtype=np.float32), np.array([0.0, 0.5], dtype=np.float32)
    machine = SecondOpinion(["环境卫生", "其他"], ["垃圾桶"], ones, weights, bias)
    assert machine.answer("门口的垃圾桶") == "环境卫生"
    assert machine.answer("门口的垃圾") == "其他"


def test_any_text_has_an_answer(machine: SecondOpinion) -> None:
    for text in ("", " ", "ABC", "\U0001f600", "龘" * 5000):
        assert machine.opinion(text).label in machine.labels


def test_two_labels_are_enough() -> None:
    two = train([example for example in EXAMPLES if example.label != "邻里纠纷"])
    assert two.answer("垃圾没人收") == "环境卫生"
    assert two.answer("车子乱停") == "停车交通"


def test_a_kept_model_answers_the_same_and_is_read_without_pickle(machine: SecondOpinion, tmp_path: Path) -> None:
    keep(tmp_path / "new", "domain", machine, {"examples": 90})
    file = model_file(tmp_path / "new", "domain")
    again = SecondOpinion.load(file)
    assert [again.opinion(e.text) for e in EXAMPLES] == [machine.opinion(e.text) for e in EXAMPLES]
    with np.load(file, allow_pickle=False) as arrays:
        assert all(arrays[name].dtype != object for name in arrays.files)
    assert forget(tmp_path / "new", "domain")
    assert list((tmp_path / "new").iterdir()) == []


def test_a_planted_or_broken_file_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "domain.npz"
    file.write_bytes(b"not a model")
    with pytest.raises(BadModel):
        SecondOpinion.load(file)
    np.savez(file, labels=np.array([{"a": 1}], dtype=object))
    with pytest.raises(BadModel):
        SecondOpinion.load(file)
    pair, floats = np.array(["a", "b"]), np.zeros((2, 2), dtype=np.float32)
    np.savez(file, labels=pair, grams=pair, idf=floats, weights=floats, bias=floats)
    with pytest.raises(BadModel):
        SecondOpinion.load(file)


def test_a_name_is_no_path(tmp_path: Path) -> None:
    with pytest.raises(TrainingError):
        model_file(tmp_path, "../domain")


def test_it_is_compared_with_the_keywords_on_texts_that_it_has_not_seen() -> None:
    worse = compare(EXAMPLES, lambda text: "环境卫生")
    assert worse.is_better
    assert worse.second_opinion.macro_f1 > 0.8
    truth = {example.text: example.label for example in EXAMPLES}
    assert not compare(EXAMPLES, truth.__getitem__).is_better


def test_what_cannot_be_learned_is_not_known_in_cross_validation() -> None:
    """Unique nonsense: whoever tests on what was trained on would find it easy."""
    noise = [Example(f"说{chr(0x4E00 + 7 * i)}{chr(0x6000 + 3 * i)}", "ab"[i % 3 % 2]) for i in range(90)]
    assert compare(noise, lambda text: "a").second_opinion.accuracy < 0.8


def test_the_same_text_twice_never_stands_on_both_sides() -> None:
    twice = [
        Example(f"{chr(0x4E00 + 7 * (i // 2))}{chr(0x6000 + 3 * (i // 2))}", "ab"[i // 2 % 2]) for i in range(120)
    ]
    assert compare(twice, lambda text: "a").second_opinion.accuracy < 0.8


def test_a_longer_text_teaches_but_is_not_asked_about() -> None:
    lessons = [
        Example(f"{place}{'一二三四五'[i % 5]}", label, (things[0],))
        for i, place in enumerate(PLACES * 4)
        for label, things in THINGS.items()
    ]
    assert train(lessons).answer("垃圾没人收") == "环境卫生"
    assert compare(lessons, lambda text: "").examples == len(lessons)


def test_too_few_examples_and_one_label_are_refused_with_the_reason() -> None:
    with pytest.raises(TrainingError, match="60"):
        compare(EXAMPLES[:59], lambda text: "")
    with pytest.raises(TrainingError, match="只有一个类别"):
        train([Example("垃圾没人收", "环境卫生")] * 60)


def test_without_scikit_learn_the_message_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("sklearn", "sklearn.svm", "sklearn.feature_extraction.text"):
        monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(TrainingError, match=r"xiangyin-hotline\[train\]"):
        train(EXAMPLES)


def test_macro_f1_counts_each_label_the_same() -> None:
    assert score(["a", "a", "a", "b"], ["a", "a", "a", "a"]).macro_f1 == pytest.approx(0.4286, abs=1e-4)
    assert score(["a", "b"], ["b", "b"]).accuracy == 0.5
