"""Words to find cases by. Text and question are brought to one form: 三栋 is 3栋, 前天 is its date, １３８ is 138.

The text is indexed by pairs of neighbouring characters, since jieba cuts the same words otherwise in another
sentence; a number counts as one character, so that 3栋 does not find 13栋. The question is cut by jieba, and each
of its words is looked up by its pairs. Initials of the text's words (tfy for 天福苑) are terms of their own.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from datetime import date
from functools import cache, lru_cache
from itertools import pairwise

from pypinyin import Style, lazy_pinyin

from nlp.numbers import days, in_digits, phones
from nlp.places import PlaceFinder
from nlp.segmentation import Segmenter

# One letter finds everything.
SHORTEST_INITIALS = 2
LONGEST_INITIALS = 8
LONGEST_NAME = 4
PHONE_END = 4
MOST_WORDS = 12
_UNIT = re.compile(r"[a-z]+|[0-9]+|[㐀-鿿]")
_HAN = re.compile(r"[㐀-鿿]+")
_INITIALS = re.compile(r"[a-z]{2,8}")
_ISO_DAY = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})")

Term = str
"""Ends with * in a question that accepts every term with this beginning."""


def text_terms(text: str, today: date, names: Iterable[str] = ()) -> list[Term]:
    """All terms of a text said on `today` and of what belongs to it by `names` (place, courtyard), sorted.

    Without blanks and quotation marks, at most some 20 characters each."""
    parts = [part for part in (text, *names) if part]
    found: set[Term] = set()
    for part in parts:
        found.update(_pairs(normal(part)))
        found.update(_initials(part))
        found.update(_pairs(normal("，".join(place.name for place in _places().find(part)))))
        for phone in phones(part):
            found.update((phone.number, phone.number[-PHONE_END:]))
    found.update(_day_term(day.day) for day in days(text, today))
    return sorted(found)


def question_terms(question: str, today: date) -> list[list[list[Term]]]:
    """What is asked for: each word of the question is a list of ways to find it, each way a list of terms that
    must all be there. Nothing to ask for: an empty list."""
    words = [way for word in question.split()[:MOST_WORDS] for way in _ways(word, today)]
    return [ways for ways in words if ways][:MOST_WORDS]


def normal(text: str) -> str:
    """Half-width, lower case, numbers in digits."""
    return in_digits(unicodedata.normalize("NFKC", text).lower())


def _ways(word: str, today: date) -> Iterator[list[list[Term]]]:
    plain = normal(word)
    named = _days_asked(word, today)
    if named:
        yield [*([_day_term(day)] for day in named), *filter(None, [_asked(plain)])]
        return
    if _INITIALS.fullmatch(plain):
        yield [[f"{plain}*"]]
        return
    called = [phone.number for phone in phones(plain)]
    if called:
        yield [[number] for number in called]
        return
    for part in _words(plain):
        if terms := _asked(part):
            yield [terms]


def _words(plain: str) -> Iterator[str]:
    """As jieba cuts them, but 3 and 栋 or the characters of a name are one word."""
    joined = ""
    for word in _segmenter().cut(plain):
        if len(_UNIT.findall(word)) == 1:
            joined += word
            continue
        yield from (part for part in (joined, word) if part)
        joined = ""
    if joined:
        yield joined


def _asked(word: str) -> list[Term]:
    """The terms of a word that must all be there. A single character also begins a pair."""
    units = _UNIT.findall(word)
    if len(units) == 1:
        return [units[0] if units[0].isdecimal() else f"{units[0]}*"]
    return sorted({one + other for one, other in pairwise(units)})


def _pairs(plain: str) -> Iterator[Term]:
    """Pairs of each run of characters without a mark between; numbers and the run's last character also alone."""
    for run in re.findall(r"[a-z0-9㐀-鿿]+", plain):
        units = _UNIT.findall(run)
        yield from (one + other for one, other in pairwise(units))
        yield from (unit for unit in units if not _HAN.match(unit))
        yield units[-1]


def _initials(text: str) -> Iterator[Term]:
    """Of each word, and of a word with a single character after it: jieba does not know the 苑 of 天福苑."""
    for run in _HAN.findall(text):
        words = [run, *_segmenter().cut(run)] if len(run) <= LONGEST_NAME else _segmenter().cut(run)
        words += [word + after for word, after in pairwise(words) if len(after) == 1]
        yield from (initials(word) for word in words if SHORTEST_INITIALS <= len(word) <= LONGEST_INITIALS)


@lru_cache(50_000)
def initials(word: str) -> str:
    """天福苑 -> tfy"""
    return "".join(lazy_pinyin(word, style=Style.FIRST_LETTER))


def _days_asked(word: str, today: date) -> list[date]:
    found = [day.day for day in days(word, today)]
    for year, month, day in _ISO_DAY.findall(word):
        try:
            found.append(date(int(year), int(month), int(day)))
        except ValueError:
            continue
    return found


def _day_term(day: date) -> Term:
    # A letter before it: 20261121 may also be the beginning of a number.
    return f"d{day:%Y%m%d}"


@cache
def _segmenter() -> Segmenter:
    return Segmenter(())


@cache
def _places() -> PlaceFinder:
    return PlaceFinder(())
