"""The same matter, told by several residents: by shared words and by shared sounds."""

import re
import sys
from collections.abc import Sequence
from typing import Any

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

# A pair in more texts than this is common: multiplying them all beats going through each two of its texts.
COMMON = 20

NO_PAIRS = np.empty(0, dtype=np.int64)
LARGEST_CHARACTER = sys.maxunicode + 1

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
    rows, pairs, weights = _weighed([text, *others])
    number = len(others) + 1
    here = np.zeros(len(rows) and pairs.max() + 1)
    here[pairs[rows == 0]] = weights[rows == 0]
    dots = np.bincount(rows, weights * here[pairs], number)
    shared = np.bincount(rows, here[pairs] > 0, number)
    squares = np.bincount(rows, np.square(weights), number)
    return _likeness(dots, shared, squares[:1], squares)[1:]


def likeness_table(texts: Sequence[str]) -> NDArray[np.float32]:
    """How alike each two texts are, (n, n), 0 to 1. Five hundred texts take about a thirtieth of a second."""
    cells = _weighed(texts)
    dots, shared = _products(*cells, len(texts))
    squares = np.bincount(cells[0], np.square(cells[2]), len(texts))
    return _likeness(dots, shared, squares[:, None], squares[None, :])


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


def _weighed(texts: Sequence[str]) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    """Which text has which pair of syllables, the pairs in their order: the text's place, the pair's number, and
    how often it occurs times how rare it is."""
    told = [_pairs(text) for text in texts]
    of_text = np.repeat(np.arange(len(texts)), [len(pairs) for pairs in told])
    known, numbers = np.unique(np.concatenate([NO_PAIRS, *told]), return_inverse=True)
    cells, counts = np.unique(numbers * len(texts) + of_text, return_counts=True)
    pairs, rows = np.divmod(cells, max(1, len(texts)))
    texts_with = np.bincount(pairs, minlength=len(known))
    return rows, pairs, counts * np.log((len(texts) + IMAGINED_TEXTS) / (texts_with[pairs] + 1))


def _products(
    rows: NDArray[np.int64], pairs: NDArray[np.int64], weights: NDArray[np.float64], number: int
) -> tuple[NDArray[Any], NDArray[Any]]:
    """Of each two texts the sum of their weights' products, and how many pairs they share, (n, n). Nearly all
    pairs are in few texts, and a matrix of them would be nearly empty: only common ones are multiplied as one."""
    sizes = np.bincount(pairs)
    common = sizes[pairs] > COMMON
    columns = np.cumsum(sizes > COMMON) - 1
    dense = np.zeros((number, int((sizes > COMMON).sum())), dtype=np.float32)
    dense[rows[common], columns[pairs[common]]] = weights[common]
    one, other = _meetings(sizes[sizes <= COMMON])
    rows, weights = rows[~common], weights[~common]
    at = rows[one] * number + rows[other]
    dots = np.bincount(at, weights[one] * weights[other], number * number).reshape(number, number)
    shared = np.bincount(at, minlength=number * number).reshape(number, number)
    return dots + _squared(dense), shared + _squared((dense > 0).astype(np.float32))


def _squared(matrix: NDArray[np.float32]) -> NDArray[np.float32]:
    """Times its own transpose; without BLAS, whose threads take longer to meet on a busy machine than this."""
    return np.asarray(np.einsum("ik,jk->ij", matrix, matrix))


def _meetings(sizes: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Groups of these sizes stand one behind the other: the places of each two that are in one group."""
    of_cell = np.repeat(sizes, sizes)
    starts = np.repeat(np.cumsum(sizes) - sizes, sizes)
    one = np.repeat(np.arange(len(of_cell)), of_cell)
    within = np.arange(len(one)) - np.repeat(np.cumsum(of_cell) - of_cell, of_cell)
    return one, starts[one] + within


def _pairs(text: str) -> NDArray[np.int64]:
    """Each two syllables that follow each other, as a number."""
    told = "".join(character for character in _without_fillers(text) if character.isalnum())
    sounds = np.frombuffer(sound(told).encode("utf-32-le"), dtype=np.uint32).astype(np.int64)
    return sounds[:-1] * LARGEST_CHARACTER + sounds[1:]


def _likeness(
    dots: NDArray[Any], shared: NDArray[Any], left: NDArray[Any], right: NDArray[Any]
) -> NDArray[np.float32]:
    """Between the cosine, which wants equal length, and the share of the shorter text that the longer has. left,
    right: the texts' sums of squares; shared: how many pairs both have."""
    cosine = dots / np.maximum(np.sqrt(left * right), 1e-9)
    share = np.minimum(1.0, dots / np.maximum(np.minimum(left, right), 1e-9))
    return np.asarray((cosine + share) / 2 * np.minimum(1.0, shared / ENOUGH_PAIRS), dtype=np.float32)


def _without_fillers(text: str) -> str:
    """Of the same length, so that offsets stay."""
    return _FILLERS.sub(lambda match: "，" * len(match[0]), text)


def _is_word(text: str) -> bool:
    return all(character.isalnum() for character in text)
