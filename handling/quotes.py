"""Residents' own words where others read them: without names, numbers, and doors."""

import re

from nlp.callers import SURNAMES, caller
from nlp.numbers import NUMERAL, phones

_IDENTITY = re.compile(r"(?<!\d)\d{6,}[xX]?(?!\d)")
TITLES = "婆婆|大爷|孃孃|嬢嬢|阿姨|大妈|大娘|大叔|爷爷|奶奶|老师|师傅|书记|主任|医生"
_PERSON = re.compile(rf"(?:[老小][{SURNAMES}](?![一-鿿]{{0,1}}(?:路|街|院|桥|层|树))|[{SURNAMES}](?={TITLES}))")
# A whole address down to the door; the courtyard's name stays, a public place like 二号门 does too.
_DOOR = re.compile(
    rf"{NUMERAL}+(?:栋|幢|号楼)(?:{NUMERAL}+(?:单元|门))?(?:{NUMERAL}+(?:楼|层))?(?:{NUMERAL}+(?:号|室)?)?"
    rf"|{NUMERAL}+单元(?:{NUMERAL}+(?:楼|层))?(?:{NUMERAL}+(?:号|室)?)?"
)
LONGEST = 120


def quotable(text: str) -> str:
    """The words without what tells who said them or about whom, at most LONGEST characters."""
    plain = " ".join(text.split())
    while (named := caller(plain)) is not None and named.name not in ("某", "某某"):
        plain = f"{plain[: named.start]}某某{plain[named.end :]}"
    for phone in reversed(phones(plain)):
        plain = f"{plain[: phone.start]}（号码略）{plain[phone.end :]}"
    plain = _IDENTITY.sub("（号码略）", plain)
    plain = _PERSON.sub("某", plain)
    plain = _DOOR.sub("某栋", plain)
    return plain if len(plain) <= LONGEST else plain[: LONGEST - 1] + "…"
