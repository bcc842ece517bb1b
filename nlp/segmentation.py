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
    another user could plant one, and saves a tenth of a second only.
    """

    def __init__(self, words: Iterable[str]) -> None:
        self._tokenizer = jieba.Tokenizer()
        frequencies, total = self._tokenizer.gen_pfdict(self._tokenizer.get_dict_file())
        self._common = {word for word, frequency in frequencies.items() if frequency >= COMMON and len(word) > 1}
        self._tokenizer.FREQ, self._tokenizer.total = frequencies, total
        self._tokenizer.initialized = True
        for word in words:
            self._tokenizer.add_word(word)

    def cut(self, text: str) -> list[str]:
        return list(self._tokenizer.cut(text, HMM=False))

    def is_common(self, word: str) -> bool:
        """Whether the word stands in a dictionary of written Chinese, so that it was probably meant."""
        return word in self._common
