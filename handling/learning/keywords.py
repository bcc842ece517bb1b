"""The words in which the cases of a class stand out from all others."""

import math
import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from models import Urgency
from nlp.lexicon import Entry, Lexicon
from nlp.lexicon.additions import Addition
from nlp.segmentation import Segmenter

# So many residents must have said the word.
MINIMUM_SUPPORT = 3
# Standard deviations above the other classes. Three voices in the class and none outside reach 2.
MINIMUM_SCORE = 1.96
# Of the cases that contain the word, the share that belongs to the class.
MINIMUM_SHARE = 0.6
# The prior weighs as much as this many cases.
PRIOR_CASES = 10.0
EXAMPLES = 5
LONGEST_WORD = 6
# Groups of the lexicon whose words are in what everybody says.
PEOPLE = ("老人", "亲人", "娃娃", "旁人", "当事人")
# What a review decides and words can speak for.
LEARNED = ("domain", "demand_type", "urgency")
_CHINESE = re.compile(r"[一-鿿]+")
# No keyword begins or ends with these.
_EDGES = frozenset(
    "的了着过是在和跟与或把被给让对向从到往就也都还又很太最更不没别要会能可想说讲问看请有我你他她它您们这那哪谁什么怎啥几个些点"
    "一二三四五六七八九十两下上里头边儿子吗呢吧啊呀嘛哦哈喂嗯得地之其及等每各再才只"
)


@dataclass(frozen=True)
class Confirmed:
    """A volunteer's last word on a case. `voice`: two cases of one resident speak with one voice."""

    number: int
    voice: str
    text: str
    decided: dict[str, str]
    proposed: dict[str, str]


@dataclass(frozen=True)
class Candidate:
    kind: str
    value: str
    word: str
    score: float
    weight: int
    evidence: dict[str, Any]

    @property
    def key(self) -> str:
        return f"{self.kind}:{self.value}:{self.word}"


@dataclass
class _Counts:
    """Voices by class, and by class and word."""

    of: Counter[str] = field(default_factory=Counter)
    words: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))

    @property
    def all(self) -> int:
        return sum(self.of.values())


def candidates(
    reviews: Sequence[Confirmed],
    lexicon: Lexicon,
    words: Sequence[Addition] = (),
    *,
    places: Collection[str] = (),
) -> list[Candidate]:
    """Words whose log-odds for a class stand out (Monroe, Colaresi and Quinn, "Fightin' Words", 2008:
    informative Dirichlet prior, z-score), the strongest first, without those that the lexicon has."""
    segmenter = Segmenter(())
    said = [(review, words_said(segmenter, review.text, places)) for review in reviews]
    people = {word for name in PEOPLE if name in lexicon.concepts for word in lexicon.expand("{" + name + "}")}
    found: list[Candidate] = []
    for kind in LEARNED:
        labelled = [(review, told) for review, told in said if _learnable(kind, review)]
        counts = _count(kind, labelled)
        for entry in _entries(lexicon, kind):
            known = _known_words(lexicon, kind, entry, words)
            scored = _scored(kind, entry.value, counts, labelled, known)
            found += _without_overlaps(candidate for candidate in scored if candidate.word not in people)
    return sorted(found, key=lambda candidate: (-candidate.score, candidate.key))


def words_said(segmenter: Segmenter, text: str, places: Collection[str] = ()) -> set[str]:
    """Words, and neighbours of which jieba made single characters or short words: 潲水 + 桶."""
    said: set[str] = set()
    for passage in _CHINESE.findall(text):
        tokens = segmenter.cut(passage)
        for start in range(len(tokens)):
            word = ""
            for token in tokens[start : start + 4]:
                word += token
                if len(word) > LONGEST_WORD:
                    break
                if len(word) > 1 and not {word[0], word[-1]} & _EDGES:
                    said.add(word)
    return {word for word in said if not any(word in place or place in word for place in places)}


def _learnable(kind: str, review: Confirmed) -> bool:
    # A word of danger is added by a person on purpose; its cases say nothing against "urgent" either.
    return kind != "urgency" or review.decided[kind] != Urgency.EMERGENCY


def _entries(lexicon: Lexicon, kind: str) -> list[Entry]:
    """Without the fallback: nothing needs to speak for 其他."""
    file = {"domain": lexicon.domains, "demand_type": lexicon.demand_types, "urgency": lexicon.urgency}[kind]
    return [entry for entry in file.entries if entry.value != file.fallback]


def _count(kind: str, labelled: Iterable[tuple[Confirmed, set[str]]]) -> _Counts:
    counts = _Counts()
    seen: set[tuple[str, str, str]] = set()
    for review, said in labelled:
        value = review.decided[kind]
        for word in ("", *said):
            if (review.voice, value, word) in seen:
                continue
            seen.add((review.voice, value, word))
            if word:
                counts.words[word][value] += 1
            else:
                counts.of[value] += 1
    return counts


def _scored(
    kind: str,
    value: str,
    counts: _Counts,
    labelled: Sequence[tuple[Confirmed, set[str]]],
    known: Collection[str],
) -> Iterator[Candidate]:
    of, of_others = counts.of[value], counts.all - counts.of[value]
    for word, by_value in counts.words.items():
        here, elsewhere = by_value[value], by_value.total() - by_value[value]
        if here < MINIMUM_SUPPORT or here < MINIMUM_SHARE * (here + elsewhere) or not of_others:
            continue
        if any(old in word for old in known):
            continue
        score = log_odds(here, of, elsewhere, of_others)
        if score >= MINIMUM_SCORE:
            cases = [review for review, said in labelled if word in said and review.decided[kind] == value]
            evidence = {
                "with": here,
                "of": of,
                "elsewhere": elsewhere,
                "of_others": of_others,
                "corrected": sum(review.proposed[kind] != value for review in cases),
                "examples": [review.number for review in cases[:EXAMPLES]],
            }
            yield Candidate(kind, value, word, round(score, 2), _weight(here, elsewhere), evidence)


def log_odds(here: int, of: int, elsewhere: int, of_others: int) -> float:
    """The z-score of a word's log-odds ratio: said by `here` of the `of` voices of the class, and by
    `elsewhere` of the `of_others` of all other classes."""
    share = (here + elsewhere) / (of + of_others)
    prior = max(PRIOR_CASES * share, 0.01)
    inside, outside = here + prior, elsewhere + prior
    difference = math.log(inside / (of + PRIOR_CASES - here - prior + 0.01)) - math.log(
        outside / (of_others + PRIOR_CASES - elsewhere - prior + 0.01)
    )
    return difference / math.sqrt(1 / inside + 1 / outside)


def _weight(here: int, elsewhere: int) -> int:
    share = (here + 1) / (here + elsewhere + 2)
    return 3 if share >= 0.9 else 2 if share >= 0.75 else 1


def _known_words(lexicon: Lexicon, kind: str, entry: Entry, words: Sequence[Addition]) -> set[str]:
    """What already speaks for or against the value, or was weighed by the community."""
    known = {word for _, template in entry.weighted() for word in lexicon.expand(template)}
    known = {word for word in known if len(word) > 1}
    return known | {word.word for word in words if (word.kind, word.value) == (kind, entry.value)}


def _without_overlaps(scored: Iterable[Candidate]) -> list[Candidate]:
    """Of words that contain each other the strongest; when equal, three characters before a longer phrase,
    which few will repeat, and before a piece of a word."""
    chosen: list[Candidate] = []
    for candidate in sorted(scored, key=lambda c: (-c.score, abs(len(c.word) - 3), c.word)):
        if not any(candidate.word in other.word or other.word in candidate.word for other in chosen):
            chosen.append(candidate)
    return chosen
