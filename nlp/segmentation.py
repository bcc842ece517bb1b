"""Words of a Chinese sentence, by a jieba of our own."""

import logging
from collections.abc import Iterable

import jieba

# It announces its loading on standard error, among the messages of the command line.
jieba.setLogLevel(logging.WARNING)


# Times in the corpus behind jieba's dictionary (60 million words).
COMMON = 20


class Segmenter:
    """A private tokenizer that knows the lexicon's words besides its own dictionary.

    The dictionary is read directly: jieba's cache has a fixed name in the shared temporary folder, where
    another user could plant one, and saves a tenth of a second only. Its rare words (mostly names) are left
    out: they take more than half of the memory.
    """

    def __init__(self, words: Iterable[str]) -> None:
        self._tokenizer = jieba.Tokenizer()
        self._common = _common_words(self._tokenizer)
        self._tokenizer.FREQ, self._tokenizer.total = _with_beginnings(self._common)
        self._tokenizer.initialized = True
        for word in words:
            self._tokenizer.add_word(word)

    def cut(self, text: str) -> list[str]:
        return list(self._tokenizer.cut(text, HMM=False))

    def is_common(self, word: str) -> bool:
        """Whether the word stands in a dictionary of written Chinese, so that it was probably meant."""
        return len(word) > 1 and word in self._common


def _common_words(tokenizer: jieba.Tokenizer) -> dict[str, int]:
    words = {}
    with tokenizer.get_dict_file() as lines:
        for line in lines:
            word, times = line.split(b" ", 2)[:2]
            if (count := int(times)) >= COMMON:
                words[word.decode("utf-8")] = count
    return words


def _with_beginnings(words: dict[str, int]) -> tuple[dict[str, int], int]:
    """What jieba walks along: each word, and with the frequency 0 everything that only begins a word."""
    known = dict(words)
    for word in words:
        for end in range(1, len(word)):
            known.setdefault(word[:end], 0)
    return known, sum(words.values())
