"""What a resident said: matter, kind of demand, urgency, danger and place, each with its evidence."""

import gc
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from operator import attrgetter
from pathlib import Path
from typing import Any, NamedTuple

from nlp.classifier import Classifier, Decision
from nlp.dialect import Dialect, Standard
from nlp.experience import Experience
from nlp.guarding import denied_before
from nlp.judgement import EMERGENCY, judge, signs
from nlp.lexicon import DEFAULT, FOLDER, Lexicon, load_lexicon
from nlp.matcher import Hit, Matcher
from nlp.places import Place, PlaceEntry, PlaceFinder
from nlp.segmentation import Segmenter
from nlp.tables import Sign

__all__ = ["Evidence", "Place", "PlaceEntry", "Understander", "Understanding"]

# Why a passage counts that no rule names.
HEARD_BEFORE = "这样说的，多半是"
# A longer message is understood by its beginning; 180 s of speech are about 900 characters.
MAX_TEXT = 2_000
# How much a heard word counts where the sentence reads well as it is; one of two syllables only within a rule.
READS_WELL, SHORT_READS_WELL = 0.7, 0.5


class Evidence(NamedTuple):
    """`word` stands at start..end of the original text and speaks for `value` of `kind` with `weight`.

    `note` tells what it was taken for, when that is not what is written: "听成: 煤气".
    """

    kind: str
    value: str
    word: str
    start: int
    end: int
    weight: float
    note: str = ""

    def to_json(self) -> dict[str, Any]:
        return self._asdict()


@dataclass(frozen=True)
class Understanding:
    """`urgency`: emergency, urgent, normal or planning. `ring`: 119, 120, 110 or empty.

    `matters`: every domain that the message clearly speaks for, with its weight, the strongest first; `domain` is
    the one that leads (in an emergency the danger's).
    """

    text: str
    standard_text: str
    domain: str
    demand_type: str
    urgency: str
    ring: str
    evidence: tuple[Evidence, ...]
    places: tuple[Place, ...]
    matters: tuple[tuple[str, float], ...] = ()

    def to_json(self) -> dict[str, Any]:
        return {
            "text": self.text,
            "standard_text": self.standard_text,
            "domain": self.domain,
            "demand_type": self.demand_type,
            "urgency": self.urgency,
            "ring": self.ring,
            "evidence": [item.to_json() for item in self.evidence],
            "places": [place.to_json() for place in self.places],
        }


class Understander:
    """Loads in about a second; then a message takes about a millisecond. Safe to share between threads."""

    def __init__(self, lexicon: Lexicon, gazetteer: Sequence[PlaceEntry] = ()) -> None:
        self.lexicon = lexicon
        self._dialect = Dialect(lexicon.wording)
        self._classifier = Classifier(lexicon, cache(self._variants))
        vocabulary = self._classifier.vocabulary()
        self._matcher = Matcher(vocabulary, as_written=lexicon.as_written.split())
        self._segmenter = Segmenter(word for word in sorted(vocabulary) if 2 <= len(word) <= 4)
        self._places = PlaceFinder(gazetteer)
        self._own_words = frozenset(v for word in lexicon.own_words for v in self._variants(word))
        self._experience = experience_of(lexicon.taxonomy)

    @classmethod
    def load(
        cls, taxonomy: str | Path = DEFAULT, gazetteer: Sequence[PlaceEntry] = (), home: Path | None = None
    ) -> "Understander":
        """A taxonomy by name (see taxonomy_folder), or any folder of lexicon files. Raises LexiconError."""
        with _without_collector():
            return cls(load_lexicon(taxonomy, home), gazetteer)

    def understand(self, text: str) -> Understanding:
        standard = self._dialect.standardise(text)
        beginning = standard.text[:MAX_TEXT]
        decision = self._classifier.classify(beginning, self._hits(beginning))
        heard: list[Evidence] = []
        if self._experience:
            leading = max(decision.emergency_signs, key=_telling, default=None)
            where = standard.span(leading.start, leading.end) if leading else None
            reading = self._experience.read(self._to_be_heard(text, standard, decision, leading))
            answer = reading.answer()
            danger = reading.most_alarming(answer, where)
            decision = judge(decision, answer, danger, self._own_words)
            heard = [
                Evidence(s.kind, s.label, text[s.start : s.end], s.start, s.end, s.weight, HEARD_BEFORE)
                for s in signs(decision, answer)
            ]
        return Understanding(
            text=text,
            standard_text=standard.text,
            domain=decision.domain,
            demand_type=decision.demand_type,
            urgency=decision.urgency,
            ring=decision.ring,
            evidence=(*_evidence(text, standard, decision), *heard),
            places=tuple(self._places.find(text[:MAX_TEXT])),
            matters=decision.matters,
        )

    def _to_be_heard(self, text: str, standard: Standard, decision: Decision, leading: Sign | None) -> str:
        """With blanks for the words that the community does not want to count, and for what is denied: experience
        would hear the drill in 不是演习, and our home in 不是我家，是对门着火了."""
        denied = denied_before(standard.text, leading.start) if leading else None
        for span in (*decision.earnest, *decision.figurative, *([denied] if denied else ())):
            start, end = standard.span(*span)
            text = text[:start] + " " * (end - start) + text[end:]
        for word in self.lexicon.silenced:
            text = text.replace(word, " " * len(word))
        return text

    def _variants(self, word: str) -> Sequence[str]:
        """A word of the lexicon as it stands in standard text, and as it is."""
        return sorted({word, self._dialect.standardise(word).text})

    def _hits(self, text: str) -> list[Hit]:
        hits = self._matcher.find(text)
        heard = [hit.start for hit in hits if hit.quality < 1.0]
        if not heard:
            return hits
        words = self._segmenter.ordinary_words(text, heard)
        return [hit if hit.quality == 1.0 else _doubted(hit, text, words) for hit in hits]


@contextmanager
def _without_collector() -> Iterator[None]:
    """Python's garbage collector, looking again and again at a hundred thousand objects that all stay, takes a
    seventh of the loading."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


@cache
def experience_of(taxonomy: str) -> Experience | None:
    """What was learned for a bundled taxonomy, if anything was."""
    file = FOLDER / taxonomy / "experience.npz"
    return Experience.load(file) if file.is_file() else None


def _doubted(hit: Hit, text: str, words: Sequence[int]) -> Hit:
    """A word that was only heard counts less where the sentence reads well as it is: 嘛始终 is hardly 妈失踪,
    and 问一 of 问一下 hardly 文艺."""
    start, end, word, quality = hit
    cuts = _same_word(words, start - 1, start) or _same_word(words, end - 1, end)
    if cuts or all(words[i] or text[i] == meant for i, meant in enumerate(word, start)):
        return Hit(start, end, word, quality * (SHORT_READS_WELL if len(word) == 2 else READS_WELL))
    return hit


def _same_word(words: Sequence[int], left: int, right: int) -> bool:
    return left >= 0 and right < len(words) and words[left] != 0 and words[left] == words[right]


def _telling(sign: Sign) -> tuple[float, int]:
    """The strongest sign, of equally strong ones the shortest: it says best where the danger stands."""
    return sign.weight, sign.start - sign.end


def _evidence(text: str, standard: Standard, decision: Decision) -> Iterator[Evidence]:
    if decision.urgency == EMERGENCY:
        yield from _of_kind("emergency", decision.emergency_signs, text, standard)
    yield from _of_kind("urgency", decision.urgency_signs, text, standard)
    yield from _of_kind("domain", decision.domain_signs, text, standard)
    yield from _of_kind("demand_type", decision.demand_signs, text, standard)


def _of_kind(kind: str, signs: Iterable[Sign], text: str, standard: Standard) -> Iterator[Evidence]:
    said: set[tuple[str, int, int]] = set()
    for sign in sorted(signs, key=attrgetter("start", "end", "value")):
        start, end = standard.span(sign.start, sign.end)
        # Several rules may have found the same words.
        if (sign.value, start, end) not in said:
            said.add((sign.value, start, end))
            yield Evidence(kind, sign.value, text[start:end], start, end, round(sign.weight, 2), _note(sign))


def _note(sign: Sign) -> str:
    if sign.literal:
        return sign.note
    return f"{sign.note}；听成: {sign.word}" if sign.note else f"听成: {sign.word}"
