"""Sichuanese wording to standard wording, with the way back to every character of the original."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import ahocorasick


@dataclass(frozen=True)
class Standard:
    """`text` in standard wording; its character i stands for the half-open span `origin[i]` of the original."""

    text: str
    origin: tuple[tuple[int, int], ...]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Where the characters start..end (at least one) were in the original."""
        return self.origin[start][0], self.origin[end - 1][1]


class Dialect:
    """Replaces the longest entry at each place, from left to right."""

    def __init__(self, wording: Mapping[str, str]) -> None:
        self._empty = not wording
        self._automaton = ahocorasick.Automaton()
        for word, standard in wording.items():
            self._automaton.add_word(word, (len(word), standard))
        self._automaton.make_automaton()

    def standardise(self, text: str) -> Standard:
        pieces: list[str] = []
        origin: list[tuple[int, int]] = []
        position = 0
        for last, (length, standard) in () if self._empty else self._automaton.iter_long(text):
            start = last - length + 1
            if start < position:
                continue
            pieces.append(text[position:start])
            origin.extend(_each(position, start))
            pieces.append(standard)
            origin.extend(_origins(standard, start, last + 1))
            position = last + 1
        pieces.append(text[position:])
        origin.extend(_each(position, len(text)))
        return Standard("".join(pieces), tuple(origin))


def _origins(standard: str, start: int, end: int) -> Iterable[tuple[int, int]]:
    # Same length: character for character. Otherwise each character stands for the whole dialect word.
    if len(standard) == end - start:
        return _each(start, end)
    return [(start, end)] * len(standard)


def _each(start: int, end: int) -> Iterable[tuple[int, int]]:
    return zip(range(start, end), range(start + 1, end + 1), strict=True)
