"""Numbers, telephone numbers and days as people say them, for search and forms. The text itself stays as it is."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

DIGITS = {character: value for value, character in enumerate("零一二三四五六七八九")} | {
    "〇": 0,
    "两": 2,
    "幺": 1,
    "洞": 0,
}
_SCALES = {"十": 10, "百": 100, "千": 1000, "万": 10_000}
_SPOKEN = "零〇一二两三四五六七八九幺"
NUMERAL = rf"[0-9０-９{_SPOKEN}十百千万]"
# What is counted or numbered: a single numeral before one of these is meant as a number (三栋, but not 一下).
_COUNTED = "栋幢单元楼号层室门块元毛角岁点月日年天个户家辆台盏斤米次回遍条位路分度"
_NUMBER = re.compile(rf"{NUMERAL}{{2,}}|{NUMERAL}(?=[{_COUNTED}])")
_NO_NUMBERS = frozenset(["万一", "千万", "一一", "十万"])


def number(spoken: str) -> int:
    """Chinese or Arabic digits to a number: 十二 -> 12, 三百零二 -> 302, 幺零三 -> 103, 两千五 -> 2500."""
    if spoken.isdecimal():
        return int(spoken)
    if not any(character in _SCALES for character in spoken):
        return int(digits(spoken) or "0")
    total, section, current, last = 0, 0, 0, 1
    for character in spoken:
        scale = _SCALES.get(character)
        if scale == 10_000:
            total, section, current, last = (total + section + current or 1) * scale, 0, 0, scale
        elif scale:
            section, current, last = section + (current or 1) * scale, 0, scale
        else:
            current = _digit(character)
            last = 1 if character in "零〇" else last
    # 两千五 is 2500, 一百二 is 120; 十二 is 12 and 一百零二 is 102.
    return total + section + current * (last // 10 if last >= 100 and not spoken[-1].isdecimal() else 1)


def digits(spoken: str) -> str:
    """Digit by digit: 五零二 -> 502."""
    return "".join(str(_digit(character)) for character in spoken if character in DIGITS or character.isdecimal())


def _digit(character: str) -> int:
    return int(character) if character.isdecimal() else DIGITS.get(character, 0)


def in_digits(text: str) -> str:
    """The text with its numbers in digits, so that 三栋五零二 is found by 3栋502: 二十三号 -> 23号."""
    return _NUMBER.sub(lambda match: match[0] if match[0] in _NO_NUMBERS else str(_value(match[0])), text)


def _value(spoken: str) -> int | str:
    plain = not any(character in _SCALES for character in spoken)
    return digits(spoken) if plain else number(spoken)


@dataclass(frozen=True)
class Phone:
    """A telephone number said at start..end of the text; `number` in digits, with area code where it was said."""

    text: str
    start: int
    end: int
    number: str


_PHONE_DIGIT = rf"[0-9０-９{_SPOKEN}]"
_PAUSE = r"[\s\-—，,、·]{0,2}"
_PHONE_RUN = re.compile(rf"(?:\+86{_PAUSE})?{_PHONE_DIGIT}(?:{_PAUSE}{_PHONE_DIGIT}){{6,}}")
_PIECE = re.compile(rf"\+86|{_PHONE_DIGIT}+")
_MOBILE = re.compile(r"1[3-9]\d{9}")
_LANDLINE = re.compile(r"(?:0\d{2,3})?[2-8]\d{6,7}")
_LONGEST_PHONE = 12


def phones(text: str) -> list[Phone]:
    """Mobile and landline numbers of mainland China, in digits or spoken (幺三八...), with pauses between."""
    return [phone for run in _PHONE_RUN.finditer(text) for phone in _phones(text, run)]


def _phones(text: str, run: re.Match[str]) -> Iterator[Phone]:
    """A run of digits that is a number as a whole, or the mobile numbers before or after others in it: 五零二，
    幺三八... Digits without a pause between them are never parted: an identity number holds no telephone's."""
    said = 0
    pieces = [piece.span() for piece in _PIECE.finditer(text, *run.span())]
    for first, (start, _) in enumerate(pieces):
        for last, (_, end) in enumerate(pieces[first:], start=first):
            plain = digits(text[start:end].removeprefix("+86"))
            if start < said or len(plain) > _LONGEST_PHONE:
                break
            whole = (first, last) == (0, len(pieces) - 1)
            if _MOBILE.fullmatch(plain) or (whole and _LANDLINE.fullmatch(plain)):
                yield Phone(text[start:end], start, end, plain)
                said = end
                break


@dataclass(frozen=True)
class Day:
    """A day named at start..end of the text. `hour` 0 to 23 where a time was said, `part`: 上午, 晚上 or empty."""

    text: str
    start: int
    end: int
    day: date
    part: str = ""
    hour: int | None = None


_RELATIVE = {
    word: offset
    for offset, words in {
        -3: "大前天",
        -2: "前天 前儿 前日",
        -1: "昨天 昨日 昨儿 昨晚 昨夜",
        0: "今天 今日 今儿 今早 今晚 今晨",
        1: "明天 明日 明儿 明早 明晚",
        3: "大后天",
        2: "后天 后儿",
    }.items()
    for word in words.split()
}
_WEEKS = {"上上": -2, "上": -1, "这": 0, "本": 0, "下": 1, "下下": 2}
_WEEKDAY = {character: day for day, character in enumerate("一二三四五六日")} | {"天": 6}
_YEARS = {"前年": -2, "去年": -1, "今年": 0, "明年": 1}
_PARTS = "凌晨|早上|早晨|清早|清晨|大清早|上午|中午|晌午|下午|傍晚|擦黑|晚上|晚黑|夜里|夜头|半夜|深夜"
_NIGHT = frozenset(["晚上", "晚黑", "夜里", "夜头", "半夜", "深夜"])
# Which hours count from noon: 下午三点 is 15, 半夜十一点 23, 半夜两点 2.
_FROM_NOON = (
    dict.fromkeys(["下午", "傍晚", "擦黑"], range(12))
    | dict.fromkeys(["中午", "晌午"], range(6))
    | dict.fromkeys(_NIGHT, range(5, 12))
)
_N = rf"{NUMERAL}{{1,4}}"
_DAY = re.compile(
    rf"(?P<relative>{'|'.join(_RELATIVE)})"
    rf"|(?<!{NUMERAL})(?P<ago>{_N})(?:天|日)(?P<side>以前|之前|前|以后|之后|后)"
    rf"|(?P<week>上上|下下|上|这|本|下)(?:个)?(?:星期|周|礼拜)(?P<weekday>[一二三四五六日天])"
    rf"|(?:(?P<year>前年|去年|今年|明年|{NUMERAL}{{4}}年))?(?P<month>{_N})月(?:份)?(?P<date>{_N})(?:号|日)"
    rf"|(?P<near>上个月|这个月|本月|下个月)(?P<monthday>{_N})(?:号|日)"
)
_TIME = re.compile(
    rf"(?:的)?(?P<part>{_PARTS})?(?:的)?(?:(?P<hour>{NUMERAL}{{1,2}})(?:点(?:钟|半|多)?|时)(?!水|儿水))?"
)


def days(text: str, today: date) -> list[Day]:
    """Days as they are meant on `today`: 前天下午, 上个星期三, 三天前, 三月五号早上八点."""
    found = []
    for match in _DAY.finditer(text):
        day = _day(match, today)
        if day is not None:
            time = _TIME.match(text, match.end())
            end = time.end() if time and (time["part"] or time["hour"]) else match.end()
            part = (time["part"] if time else None) or (match[0][-1] == "晚" and "晚上") or ""
            hour = _hour(time["hour"], part) if time and time["hour"] else None
            found.append(Day(text[match.start() : end], match.start(), end, day, part, hour))
    return found


def _day(match: re.Match[str], today: date) -> date | None:
    if match["relative"]:
        return today + timedelta(days=_RELATIVE[match["relative"]])
    if match["ago"]:
        return _shifted(today, number(match["ago"]) * (1 if "后" in match["side"] else -1))
    if match["week"]:
        monday = today - timedelta(days=today.weekday())
        return monday + timedelta(weeks=_WEEKS[match["week"]], days=_WEEKDAY[match["weekday"]])
    if match["near"]:
        months = today.year * 12 + today.month - 1 + {"上": -1, "下": 1}.get(match["near"][0], 0)
        return _date(months // 12, months % 12 + 1, number(match["monthday"]))
    return _date(_year(match["year"], today), number(match["month"]), number(match["date"]))


def _year(said: str | None, today: date) -> int:
    if said is None:
        return today.year
    return today.year + _YEARS[said] if said in _YEARS else int(digits(said))


def _shifted(today: date, by: int) -> date | None:
    try:
        return today + timedelta(days=by)
    except OverflowError:
        return None


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _hour(spoken: str, part: str) -> int | None:
    hour = number(spoken)
    # To which of two days 半夜十二点 belongs, people do not agree.
    if hour >= 24 or (hour == 12 and part in _NIGHT):
        return None
    return hour + 12 if hour in _FROM_NOON.get(part, ()) else hour
