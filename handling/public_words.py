"""What people wrote for the board, without what they should not have written there.

A coordinator releases each text; this is the net below: numbers, and the names and addresses that the community's
own files know in connection with the case."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, literal, or_, select, union_all
from sqlalchemy.orm import Session

from handling.quotes import TITLES
from models import Relative, Resident, Suggestion, User
from nlp.callers import SURNAMES

NUMBERS = re.compile(r"(?:\+?86[ -]?)?1[3-9]\d[ -]?\d{4}[ -]?\d{4}|0\d{2,3}[ -]\d{7,8}|\d{7,}[xX]?")
NUMBER_HIDDEN, ADDRESS_HIDDEN = "（号码已隐去）", "（住址已隐去）"
SOMEBODY, STAFF = "一位居民", "工作人员"
_SURNAME_WITH_TITLE = re.compile(rf"[{SURNAMES}](?={TITLES})")
# A name of one character, or a house number alone, stands in too many other words.
SHORTEST_NAME, SHORTEST_ADDRESS = 2, 4


def without_numbers(text: str) -> str:
    """Phones and identity cards do not belong on a public page, whoever wrote them there."""
    return NUMBERS.sub(NUMBER_HIDDEN, text)


@dataclass(frozen=True)
class Known:
    """What the files know of those around some cases: text -> what stands on the board instead."""

    replacements: dict[str, str]

    def clean(self, text: str) -> str:
        """Without numbers, known names and addresses, and surnames before a title (王婆婆)."""
        for said in sorted(self.replacements, key=len, reverse=True):
            text = text.replace(said, self.replacements[said])
        return _SURNAME_WITH_TITLE.sub("某", without_numbers(text)).strip()


def known_around(session: Session, case_ids: Iterable[int]) -> Known:
    """Residents of the cases and of those merged into them, their relatives, and all staff: one statement."""
    ids = list(case_ids)
    about: ColumnElement[bool] = or_(Suggestion.id.in_(ids), Suggestion.merged_into_id.in_(ids))
    of_cases = select(Suggestion.resident_id).where(about, Suggestion.resident_id.is_not(None))
    rows: Iterable[Any] = session.execute(
        union_all(
            select(literal(STAFF), User.name),
            select(literal(SOMEBODY), Resident.name).where(Resident.id.in_(of_cases), Resident.name.is_not(None)),
            select(literal(ADDRESS_HIDDEN), Resident.address).where(Resident.id.in_(of_cases)),
            select(literal(SOMEBODY), Relative.name).where(Relative.resident_id.in_(of_cases)),
        )
    )
    shortest = {ADDRESS_HIDDEN: SHORTEST_ADDRESS}
    return Known(
        {said: instead for instead, said in rows if len(said.strip()) >= shortest.get(instead, SHORTEST_NAME)}
    )
