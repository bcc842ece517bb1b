"""The same matter, told by several residents: by shared words and by shared sounds."""

import re
from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from nlp.phonetics import sound

SHOWN_WORDS = 6
# So many shared pairs of syllables make a likeness; fewer make a part of one.
ENOUGH_PAIRS = 3
# A passage that is only heard alike needs this length: two syllables sound like too much else.
HEARD_LENGTH = 3

# Among a few texts chance would decide which pairs are rare: so many others without them are imagined.
IMAGINED_TEXTS = 50

# What callers say around any matter.
_FILLERS = re.compile(
    "喂+|你好|您好|请问|麻烦(你们|您|你)?|谢谢(你们|您|你)?|我(们)?(想|要)?(反映|反应|说|问)(一下|一哈|哈)?"
    "|就是说?|那个|这个|我们|你们|他们|有没有|能不能|可不可以|社区|小区|同志|师傅|帮忙|问题|事情"
)
_EDGES = "的了是在我你他她们也都就又还很这那个一不没有起得着过去来到和跟把被给让嘛吗呢啊哦哈"


def likeness(text: str, others: Sequence[str]) -> NDArray[np.float32]:
    """How alike the text is to each of the others, (n,), 0 to 1; below 0.2 nobody would call two reports alike.

    Pairs of syllables are compared, so that a mishearing of one word does not hide the rest; pairs that many
    texts share (的时候, 我们小区) count little.
    """
    vectors = _vectors([text, *others])
    return np.asarray(_likeness(vectors[:1], vectors[1:])[0])


def likeness_table(texts: Sequence[str]) -> NDArray[np.float32]:
    """How alike each two texts are, (n, n), 0 to 1. Five hundred texts take about a fifth of a second."""
    vectors = _vectors(texts)
    return _likeness(vectors, vectors)


def shared_passages(text: str, other: str) -> tuple[tuple[str, ...], tuple[tuple[str, str], ...]]:
    """The longest passages that both contain, and pairs of those that only sound the same."""
    text, other = _without_fillers(text), _without_fillers(other)
    here, there = sound(text), sound(other)
    shared: list[str] = []
    heard: list[tuple[str, str]] = []
    start = 0
    while start < len(here) - 1:
        end = start + 2
        if not _is_word(text[start:end]) or here[start:end] not in there:
            start += 1
            continue
        while end < len(here) and _is_word(text[end]) and here[start : end + 1] in there:
            end += 1
        at = there.index(here[start:end])
        told = text[start:end]
        if told in other:
            shared.append(told.strip(_EDGES))
        elif end - start >= HEARD_LENGTH:
            heard.append((told, other[at : at + end - start]))
        start = end
    passages = sorted((word for word in dict.fromkeys(shared) if len(word) > 1), key=len, reverse=True)
    return tuple(passages[:SHOWN_WORDS]), tuple(dict.fromkeys(heard))[:SHOWN_WORDS]


def _vectors(texts: Sequence[str]) -> NDArray[np.float32]:
    """A row a text, a column a pair of syllables: how often it occurs, times how rare it is."""
    counted = [_pairs(text) for text in texts]
    columns: dict[str, int] = {}
    for pairs in counted:
        for pair in pairs:
            columns.setdefault(pair, len(columns))
    vectors = np.zeros((len(texts), max(1, len(columns))), dtype=np.float32)
    for row, pairs in enumerate(counted):
        for pair, count in pairs.items():
            vectors[row, columns[pair]] = count
    spread = (vectors > 0).sum(axis=0) + 1
    return np.asarray(vectors * np.log((len(texts) + IMAGINED_TEXTS) / spread), dtype=np.float32)


def _pairs(text: str) -> Counter[str]:
    told = "".join(character for character in _without_fillers(text) if character.isalnum())
    sounds = sound(told)
    return Counter(sounds[i : i + 2] for i in range(len(sounds) - 1))


def _likeness(left: NDArray[np.float32], right: NDArray[np.float32]) -> NDArray[np.float32]:
    """Between the cosine, which wants equal length, and the share of the shorter text that the longer has."""
    dots = left @ right.T
    squares = np.square(left).sum(axis=1)[:, None], np.square(right).sum(axis=1)[None, :]
    cosine = dots / np.maximum(np.sqrt(squares[0] * squares[1]), 1e-9)
    share = np.minimum(1.0, dots / np.maximum(np.minimum(*squares), 1e-9))
    pairs = (left > 0).astype(np.float32) @ (right > 0).astype(np.float32).T
    return np.asarray((cosine + share) / 2 * np.minimum(1.0, pairs / ENOUGH_PAIRS), dtype=np.float32)


def _without_fillers(text: str) -> str:
    """Of the same length, so that offsets stay."""
    return _FILLERS.sub(lambda match: "，" * len(match[0]), text)


def _is_word(text: str) -> bool:
    return all(character.isalnum() for character in text)
