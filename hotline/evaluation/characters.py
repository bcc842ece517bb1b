"""Character error rate (CER, 字错率): how far what was heard is from what was said."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

RESAMPLES = 2_000
CONFIDENCE = 0.95

DIGITS = "零一二三四五六七八九"
UNITS = ("", "十", "百", "千")
LARGE_UNITS = ("", "万", "亿")

_NUMBER = re.compile(r"(\d+)(?:\.(\d+))?([%年]?)")


@dataclass(frozen=True)
class Errors:
    """Of one clip or of many: characters said, and how many were heard as others, missed, or invented."""

    characters: int = 0
    substitutions: int = 0
    deletions: int = 0
    insertions: int = 0

    @property
    def total(self) -> int:
        return self.substitutions + self.deletions + self.insertions

    @property
    def rate(self) -> float:
        """Errors by character said; above 1 when more was invented than said."""
        return self.total / self.characters if self.characters else 0.0

    def __add__(self, other: "Errors") -> "Errors":
        return Errors(
            self.characters + other.characters,
            self.substitutions + other.substitutions,
            self.deletions + other.deletions,
            self.insertions + other.insertions,
        )


def compare(said: str, heard: str) -> Errors:
    """Errors of the best alignment of both texts, each normalised first.

    Arabic digits do not tell how they were read (12345 is a hotline or a sum), so the kinder reading counts.
    """
    if not any(char.isdigit() for char in said + heard):
        return _align(normalised(said), normalised(heard))
    readings = [(normalised(said, by_digit=flag), normalised(heard, by_digit=flag)) for flag in (False, True)]
    return min((_align(*pair) for pair in readings), key=lambda errors: errors.rate)


def _align(said: str, heard: str) -> Errors:
    # Each cell: (errors, substitutions, deletions, insertions) of said[:i] against heard[:j].
    row = [(j, 0, 0, j) for j in range(len(heard) + 1)]
    for i, one in enumerate(said, start=1):
        previous, row = row, [(i, 0, i, 0)]
        for j, other in enumerate(heard, start=1):
            wrong = one != other
            a, b, c = previous[j - 1], previous[j], row[-1]
            row.append(
                min(
                    (a[0] + wrong, a[1] + wrong, a[2], a[3]),
                    (b[0] + 1, b[1], b[2] + 1, b[3]),
                    (c[0] + 1, c[1], c[2], c[3] + 1),
                )
            )
    _, substitutions, deletions, insertions = row[-1]
    return Errors(len(said), substitutions, deletions, insertions)


def normalised(text: str, *, by_digit: bool = False) -> str:
    """What two people would write alike: full-width folded, Latin in lower case, no punctuation, no spaces,
    Arabic digits as they are read aloud (29 -> 二十九, or 二九 `by_digit`; 3.5 -> 三点五; 5% -> 百分之五;
    2026年 and a leading zero always digit by digit), 幺 as 一, 〇 as 零."""
    text = unicodedata.normalize("NFKC", text).lower().replace("〇", "零").replace("幺", "一")
    text = _NUMBER.sub(lambda match: _read_aloud(match, by_digit), text)
    return "".join(char for char in text if unicodedata.category(char)[0] in "LN")


def interval(clips: Sequence[Errors], *, seed: int = 1) -> tuple[float, float] | None:
    """95 % confidence interval of the pooled CER: percentile bootstrap over clips, the same at every run.
    None for a single clip, which tells nothing about others.

    Clips of one speaker are alike, so for few speakers the truth is wider than this.
    """
    if len(clips) < 2:
        return None
    counts = np.array([(clip.total, clip.characters) for clip in clips], dtype=np.float64)
    drawn = np.random.default_rng(seed).integers(len(clips), size=(RESAMPLES, len(clips)))
    sums = counts[drawn].sum(axis=1)
    rates = sums[:, 0] / np.maximum(sums[:, 1], 1)
    low, high = np.quantile(rates, [(1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2])
    return float(low), float(high)


def summary(clips: Sequence[Errors]) -> dict[str, Any]:
    """Pooled counts and rate of some clips, with the interval."""
    pooled = sum(clips, Errors())
    low, high = interval(clips) or (None, None)
    return {
        "clips": len(clips),
        "characters": pooled.characters,
        "substitutions": pooled.substitutions,
        "deletions": pooled.deletions,
        "insertions": pooled.insertions,
        "cer": round(pooled.rate, 4),
        "low": low and round(low, 4),
        "high": high and round(high, 4),
    }


def _read_aloud(match: re.Match[str], by_digit: bool) -> str:
    whole, fraction, after = match.groups()
    always = (whole[0] == "0" and len(whole) > 1) or (len(whole) == 4 and after == "年") or len(whole) > 12
    read = _one_by_one(whole) if by_digit or always else cardinal(int(whole))
    if fraction:
        read += "点" + _one_by_one(fraction)
    return "百分之" + read if after == "%" else read + after


def _one_by_one(digits: str) -> str:
    return "".join(DIGITS[int(digit)] for digit in digits)


def cardinal(number: int) -> str:
    """A number below 10**12 as it is read: 14 -> 十四, 305 -> 三百零五, 3281138 -> 三百二十八万一千一百三十八."""
    if number == 0:
        return DIGITS[0]
    read = ""
    for power in (2, 1, 0):
        group = number // 10_000**power % 10_000
        if group:
            gap = "零" if read and group < 1_000 else ""
            read += gap + _below_ten_thousand(group) + LARGE_UNITS[power]
    return read.removeprefix("一") if read.startswith("一十") else read


def _below_ten_thousand(number: int) -> str:
    read, skipped = "", False
    for power in (3, 2, 1, 0):
        digit = number // 10**power % 10
        if digit:
            read += ("零" if skipped and read else "") + DIGITS[digit] + UNITS[power]
        skipped = not digit
    return read
