"""What takes the force out of a word: 没有着火, 去年晕倒过, 万一着火, 电视上说, 火锅, 气死了."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from nlp.lexicon import Guard, Lexicon
from nlp.matcher import Hit
from nlp.tables import Found, Variants, concept_words, words_of

Span = tuple[int, int]
FULL_STOPS = "。！？!?\n"
COMMAS = FULL_STOPS + "，,；;、"
# A guard that was only heard must be long, or stand right before the sign (没有 as 煤油): silencing a true
# danger is worse than a false alarm.
HEARD, HEARD_BEFORE, RIGHT_BEFORE = 0.75, 0.5, 4
# 不是我家，是对门: what is denied tells nothing about what happens instead.
_INSTEAD = re.compile(rf"[^{COMMAS}]*(?:不是|没|不)[^{COMMAS}]*[，,](?=但|可是|不过|而是|是|就是)")
# 不是演习 says that it is none, 是不是演习 asks.
ASKED = "是"
_CLAUSE = re.compile(f"[^{COMMAS}]*")
CONFIRMS_WITHIN = 24
# 不是烧秸秆，是房子着火了: the harmless thing is just what it is not.
_NOT_BUT = re.compile(rf"不是[^{COMMAS}]*[，,](?=而?是|就是)")
# 上次是假的，这次是真的: what was none then hides nothing now. Looked for only where a clause begins: at each
# character it would take seconds in a long text without a pause.
_ONCE = re.compile(
    rf"(?<![^{COMMAS}])[^{COMMAS}]*(?:假的|演习|演练|误报|误会|虚惊|装的|(?:说起|说着|闹起|闹着)[耍玩]|开玩笑|骗人|吓人|吓唬|乱报|谎报|搞错)"
    rf"[^{COMMAS}]*[{COMMAS}]+(?=[^{COMMAS}]{{0,6}}(?:[这今]|现在)[^{COMMAS}]{{0,5}}真)"
)
# 再不来人，他就要跳了 is no supposition but a threat.
_THREAT = re.compile(
    rf"(?:要是|如果|假如|若是|倘若|再不|再敢)[^{FULL_STOPS}]{{1,20}}?(?=[他她我]?就[^{COMMAS}]{{0,8}}"
    r"(?:跳(?![舞绳槽脚闸操广])|死给|打死人|杀|砍|捅|割腕|割脉|自杀|上吊|吊颈|不活|喝农?药|安眠药|同归于尽|点火|放火))"
)
# 是不是要地震 and 会不会是以后漏气 ask for what may come.
_NOT_YET = re.compile("[^，,。]?(?:要|会|该|应该|得|都|以后|将来|哪天)")
NOW = "此刻"
# A word for "now" this near (characters) to the sign says that it is happening.
NOW_WITHIN = 14


@dataclass(frozen=True)
class GuardedText:
    """The guards that stand in one text."""

    text: str
    masks: tuple[Span, ...]
    standing: tuple[tuple[Guard, Hit], ...]
    now: tuple[Span, ...]
    # Where somebody says that it is no drill and no joke, or as good as says so: start, end.
    earnest: tuple[Span, ...]
    figurative: tuple[Span, ...]

    def unmasked(self, found: list[Found]) -> list[Found]:
        """Hits that are not part of a harmless longer expression (火 of 火锅)."""
        if not self.masks:
            return found
        return [one for one in found if not _overlaps(one[0], self.masks)]

    def effect(self, value: str, spans: Iterable[Span]) -> str:
        """What the guards do to a sign for `value` whose words stand at these spans: "", "drop" or "risk"."""
        effects = {
            guard.effect
            for start, end in spans
            for guard, hit in self.standing
            if (not guard.only or value in guard.only.split()) and self._applies(guard, hit, start, end)
        }
        return "drop" if "drop" in effects else "risk" if effects else ""

    def _applies(self, guard: Guard, hit: Hit, start: int, end: int) -> bool:
        if hit.start < end and start < hit.end:
            return False
        if guard.side == "before":
            between = self.text[hit.end : start] if hit.end <= start else None
        elif guard.side == "after":
            between = self.text[end : hit.start] if end <= hit.start else None
        else:
            between = ""
        if between is None or len(between) > guard.within:
            return False
        if any(stop in between for stop in (COMMAS if guard.comma else FULL_STOPS)):
            return False
        return not (guard.now_lifts and self._now(guard, hit, start))

    def _now(self, guard: Guard, hit: Hit, start: int) -> bool:
        """A "now" shortly before the sign, and after a guard that stands before it: 去年没事，今天晕倒了."""
        since = hit.end if guard.side == "before" else 0
        return any(since <= begin <= start <= end + NOW_WITHIN for begin, end in self.now)


def _least(guard: Guard) -> float:
    return HEARD_BEFORE if guard.side == "before" and guard.within <= RIGHT_BEFORE else HEARD


def denied_before(text: str, start: int) -> Span | None:
    """Of a sign of danger that begins at `start`: the clause before its own, where that says what is not."""
    own = _clause_start(text, start)
    match = _INSTEAD.match(text, _clause_start(text, max(0, own - 1)))
    return match.span() if match and match.end() == own else None


def _clause_start(text: str, place: int) -> int:
    return max(text.rfind(stop, 0, place) for stop in COMMAS) + 1


class Guarding:
    """The lexicon's guards, ready to look at texts."""

    def __init__(self, lexicon: Lexicon, variants: Variants) -> None:
        self._masks = _vocabulary(lexicon, lexicon.masks, variants)
        self._earnest = _vocabulary(lexicon, lexicon.earnest, variants)
        self._figurative = _vocabulary(lexicon, lexicon.figurative, variants)
        self._doubts = _vocabulary(lexicon, lexicon.doubts, variants)
        self._confirms = _vocabulary(lexicon, lexicon.confirms, variants)
        self._now = concept_words(lexicon, NOW, variants)
        # Each with the least quality of a hit that makes it stand.
        self._guards: dict[str, list[tuple[Guard, float]]] = {}
        for guard in lexicon.guards:
            for word in _vocabulary(lexicon, guard.words, variants):
                self._guards.setdefault(word, []).append((guard, _least(guard)))
        self._masks |= self._figurative
        self._words = self._masks | self._now | self._earnest | self._doubts | self._confirms | set(self._guards)

    def vocabulary(self) -> set[str]:
        return self._words

    def of(self, text: str, own: Sequence[Hit], hits: Sequence[Hit]) -> GuardedText:
        """`own`: those of the hits whose words stand in `vocabulary()`."""
        earnest = tuple(self._earnestly(text, own))
        denied = tuple(match.span() for match in _NOT_BUT.finditer(text)) if "不是" in text else ()
        return GuardedText(
            text=text,
            # An expression that only sounds like a harmless one must not hide a danger.
            masks=_written(own, self._masks),
            standing=tuple(
                (guard, hit)
                for hit in own
                for guard, least in self._guards.get(hit.word, ())
                if hit.quality >= least
                and not self._inside(hit, hits)
                and not _overlaps(hit, earnest)
                and not (guard.side == "anywhere" and _overlaps(hit, denied))
            ),
            now=_written(own, self._now),
            earnest=earnest,
            figurative=_written(own, self._figurative),
        )

    def _earnestly(self, text: str, own: Sequence[Hit]) -> Iterator[Span]:
        """What means that the danger told beside it is real."""
        for hit in own:
            if hit.literal and (
                (hit.word in self._earnest and text[max(0, hit.start - 1) : hit.start] != ASKED)
                or (hit.word in self._doubts and self._confirmed(text, hit, own))
            ):
                yield hit.start, hit.end
        if "真" in text:
            yield from (match.span() for match in _ONCE.finditer(text))
        if "就" in text:
            yield from (match.span() for match in _THREAT.finditer(text))

    def _confirmed(self, text: str, doubt: Hit, own: Iterable[Hit]) -> bool:
        """是不是煤气漏了，脑壳昏: another clause tells what comes of it."""
        if _NOT_YET.match(text, doubt.end):
            return False
        signs = (hit for hit in own if hit.literal and hit.word in self._confirms)
        between = (text[min(doubt.end, sign.end) : max(doubt.start, sign.start)] for sign in signs)
        return any(len(words) <= CONFIRMS_WITHIN and not _CLAUSE.fullmatch(words) for words in between)

    def _inside(self, hit: Hit, hits: Sequence[Hit]) -> bool:
        """没有 in 没有反应 denies nothing."""
        longer = (other for other in hits if other.start == hit.start and other.end > hit.end)
        return any(
            other.end - other.start >= 3 and other.literal and other.word not in self._guards for other in longer
        )


def _written(hits: Iterable[Hit], words: set[str]) -> tuple[Span, ...]:
    """Where one of the words stands as written."""
    return tuple((hit.start, hit.end) for hit in hits if hit.word in words and hit.literal)


def _overlaps(hit: Hit, spans: Iterable[Span]) -> bool:
    return any(start < hit.end and hit.start < end for start, end in spans)


def _vocabulary(lexicon: Lexicon, words: str, variants: Variants) -> set[str]:
    return {word for template in words.split() for word in words_of(lexicon, template, variants)}
