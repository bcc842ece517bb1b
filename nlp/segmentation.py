"""Words of a Chinese sentence, by a jieba of our own."""

import logging
import re
from collections.abc import Collection, Iterable
from math import inf, log

import jieba

# It announces its loading on standard error, among the messages of the command line.
jieba.setLogLevel(logging.WARNING)


# Times in the corpus behind jieba's dictionary (60 million words).
COMMON = 20
# A line of the dictionary: the word, how often, what kind of word. Less than two digits are less than COMMON.
_LINE = re.compile(r"^(\S+) (\d{2,}) ", re.MULTILINE)
# No word goes beyond such a run (jieba's own definition).
_RUN = re.compile(r"[\u4e00-\u9fd5a-zA-Z0-9+#&._%-]+")

Route = dict[int, tuple[float, int]]


class _Tokenizer(jieba.Tokenizer):  # type: ignore[misc]  # jieba has no types
    """jieba's two steps before it cuts, all words that may stand in a sentence and the likeliest row of them, in
    one loop: the same words in half of the time."""

    def get_DAG(self, sentence: str) -> None:  # noqa: N802
        """Nothing: `calc`, which is called next, looks for the words itself."""

    def calc(self, sentence: str, DAG: None, route: Route) -> None:  # noqa: N803
        """route[i]: how likely the rest of the sentence from character i on is, and the last character of the word
        that begins there."""
        times, all_times, length = self.FREQ, log(self.total), len(sentence)
        rest = [0.0] * (length + 1)
        for start in range(length - 1, -1, -1):
            best, last, end = -inf, start, start + 1
            while end <= length and (often := times.get(sentence[start:end])) is not None:
                if often and (likely := log(often) - all_times + rest[end]) >= best:
                    best, last = likely, end - 1
                end += 1
            if best == -inf:
                best = log(1) - all_times + rest[start + 1]
            rest[start] = best
            route[start] = (best, last)


class Segmenter:
    """A private tokenizer that knows the lexicon's words besides its own dictionary.

    The dictionary is read directly: jieba's cache has a fixed name in the shared temporary folder, where
    another user could plant one, and saves a tenth of a second only. Its rare words (mostly names) are left
    out: they take more than half of the memory.
    """

    def __init__(self, words: Iterable[str]) -> None:
        self._tokenizer = _Tokenizer()
        self._common = _common_words(self._tokenizer)
        self._tokenizer.FREQ, self._tokenizer.total = _with_beginnings(self._common)
        self._tokenizer.initialized = True
        for word in words:
            self._tokenizer.add_word(word)

    def cut(self, text: str) -> list[str]:
        return list(self._tokenizer.cut(text, HMM=False))

    def ordinary_words(self, text: str, around: Collection[int]) -> list[int]:
        """For each character: the number of the ordinary word that it belongs to, 0 for none. An ordinary word
        stands in a dictionary of written Chinese, so that it was probably meant. Only the clauses in which a
        character of `around` stands are looked at."""
        numbers = [0] * len(text)
        for run in _RUN.finditer(text):
            begin, end = run.span()
            if any(begin <= place < end for place in around):
                self._number(run[0], begin, numbers)
        return numbers

    def _number(self, run: str, begin: int, numbers: list[int]) -> None:
        route: Route = {}
        self._tokenizer.calc(run, None, route)
        start = 0
        while start < len(run):
            end = route[start][1] + 1
            if end - start > 1 and run[start:end] in self._common:
                numbers[begin + start : begin + end] = [begin + end] * (end - start)
            start = end


def _common_words(tokenizer: jieba.Tokenizer) -> dict[str, int]:
    with tokenizer.get_dict_file() as file:
        lines = _LINE.finditer(file.read().decode("utf-8"))
        return {line[1]: count for line in lines if (count := int(line[2])) >= COMMON}


def _with_beginnings(words: dict[str, int]) -> tuple[dict[str, int], int]:
    """What jieba walks along: each word, and with the frequency 0 everything that only begins a word."""
    known = dict(words)
    for word in words:
        for end in range(1, len(word)):
            known.setdefault(word[:end], 0)
    return known, sum(words.values())
