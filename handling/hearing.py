"""The words of a transcript with what a volunteer needs to correct them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy.orm import Session

from handling.community import gazetteer
from handling.lexicon_versions import bundled_lexicon, community_words, dialect_in_force
from nlp.alternatives import Alternative, Vocabulary, alternatives, keywords_of
from nlp.dialect import Dialect
from nlp.lexicon.additions import Addition, with_additions, with_place_names
from nlp.places import PlaceEntry
from nlp.transcription import DOUBTFUL


@dataclass(frozen=True)
class HeardWord:
    """`start` and `end` in seconds. `options`: for a doubtful word, the likeliest first. `hint`: what a Sichuanese
    word means, or ""."""

    word: str
    start: float
    end: float
    confidence: float
    options: tuple[Alternative, ...] = ()
    hint: str = ""
    # Why the word counted for the machine's proposal, in Chinese.
    reason: str = ""

    @property
    def doubtful(self) -> bool:
        return self.confidence < DOUBTFUL


@dataclass(frozen=True)
class Ear:
    """What this community would say, and what its dialect means."""

    vocabulary: Vocabulary
    dialect: Dialect

    def listen(self, words: Iterable[Mapping[str, Any]]) -> list[HeardWord]:
        """`words` as a transcript keeps them."""
        heard = list(words)
        return [
            HeardWord(
                word["word"],
                word["start"],
                word["end"],
                word["confidence"],
                tuple(alternatives(heard, i, self.vocabulary)) if word["confidence"] < DOUBTFUL else (),
                self._meaning(word["word"]),
            )
            for i, word in enumerate(heard)
        ]

    def _meaning(self, word: str) -> str:
        standard = self.dialect.standardise(word).text
        return standard if standard != word else ""


def ear_in_force(session: Session) -> Ear:
    """With the community's words and places as they are now; made once for each state of them."""
    words = tuple(community_words(session))
    return Ear(_vocabulary(words, tuple(gazetteer(session))), dialect_in_force(session))


@lru_cache(maxsize=1)
def _vocabulary(words: tuple[Addition, ...], places: tuple[PlaceEntry, ...]) -> Vocabulary:
    lexicon = with_additions(bundled_lexicon(), words)
    names = (name for place in with_place_names(places, words) for name in (place.name, *place.aliases))
    return Vocabulary(keywords_of(lexicon), names, lexicon.wording)
