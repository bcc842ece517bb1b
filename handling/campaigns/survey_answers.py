"""Is a text the answer to this question? Only when it can mean nothing else: a sentence stays a suggestion."""

import re
import unicodedata

from handling.commands import NEVER_CASES
from models import Question, QuestionKind
from nlp.numbers import NUMERAL, number

_NUMERAL = rf"(?P<number>{NUMERAL}+|[a-h])"
_BEFORE = (
    r"(?:请|我|就|要|想|选择|选|答案是|答案|答|是|按|打|给|评|回复|回|填|大概|大约|差不多|可能|每天|每周"
    r"|一般|有|第)*"
)
_UNIT = r"(?:个选项|个|号|项|种|分|颗星|星|题|次|天|回|人|岁|年|层|户|辆|台|元|块|公里|里|分钟|小时|点)?"
_AFTER = r"(?:钟|左右|上下|多|吧|嘛|哈|哦|噢|啊|呀|呢|的|了|那个|选项|谢谢|谢谢你|谢谢您)*"
_ONE_NUMBER = re.compile(f"{_BEFORE}{_NUMERAL}{_UNIT}{_AFTER}")
_START = frozenset(
    ["好", "好的", "好嘛", "好哇", "好吧", "要得", "可以", "愿意", "行", "开始", "参加", "同意", "1", "一"]
)
_STOP = frozenset(
    ("停", "停止", "不", "不了", "不答", "不答了", "不想答", "不愿意", "不要", "不参加", "不要问了")
) | {"别问了", "算了", "2", "二"}
_STOP_ANY_TIME = _STOP - {"2", "二", "不", "不要"}
# Said instead of an answer: nothing that anybody could handle.
_NOTHING = re.compile(
    r"(?:我)?(?:暂时|目前|现在)?(?:没有|没得|没啥|没什么|莫得|无|都好|都可以|都要得|很好|挺好|满意|不晓得|不知道|不清楚|说不上来)"
    r"(?:什么|啥子|啥)?(?:意见|建议|想法|要说的|说的)?(?:了|吧|嘛|哈|的)*"
)


def plain(body: str) -> str:
    """Full-width forms, case, spaces and marks do not matter."""
    text = unicodedata.normalize("NFKC", body).casefold()
    return re.sub(r"[\W_]+", "", text)


def says_start(body: str) -> bool:
    """Yes to the invitation."""
    return plain(body) in _START


def says_stop(body: str, *, invited: bool = False) -> bool:
    """No more questions. invited: to the invitation, 不要 and 不 say no as well."""
    return plain(body) in (_STOP if invited else _STOP_ANY_TIME)


def says_nothing(body: str) -> bool:
    """没有, 不晓得: an answer, and no suggestion."""
    return _NOTHING.fullmatch(plain(body)) is not None


def read_answer(question: Question, body: str) -> int | None:
    """The choice's place from 1, the score or the number; None when the text is no answer to this question.

    SPEECH questions are answered by any words and are not read here."""
    value = _choice_by_name(question, plain(body)) if question.kind is QuestionKind.CHOICE else None
    if value is None:
        value = only_number(body)
    return value if value is not None and accepts(question, value) else None


def only_number(body: str) -> int | None:
    """The one number that the text consists of, politeness and units aside; 三四次 and 3-4 are two."""
    if re.search(r"\d[\W_]+\d", unicodedata.normalize("NFKC", body)):
        return None
    found = _ONE_NUMBER.fullmatch(plain(body))
    return _value(found["number"]) if found else None


def accepts(question: Question, value: int) -> bool:
    """Is it one of the choices, or within the scale? 119, 120 and 110 are cries for help, never numbers."""
    if question.kind is QuestionKind.CHOICE:
        return 1 <= value <= len(question.choices)
    if question.kind is QuestionKind.NUMBER and value in NEVER_CASES - {0}:
        return False
    return question.kind is not QuestionKind.SPEECH and question.low <= value <= question.high


def _choice_by_name(question: Question, text: str) -> int | None:
    """The choice itself, or one that only polite words surround."""
    named = [place for place, choice in enumerate(question.choices, start=1) if plain(choice) == text]
    if not named:
        inner = re.sub(rf"^{_BEFORE}|{_AFTER}$", "", text)
        named = [place for place, choice in enumerate(question.choices, start=1) if plain(choice) == inner]
    return named[0] if len(named) == 1 else None


def _value(spoken: str) -> int | None:
    if spoken in "abcdefgh":
        return "abcdefgh".index(spoken) + 1
    alone = len(spoken) == 1 or spoken.isdecimal() or any(scale in spoken for scale in "十百千万")
    return number(spoken) if alone else None
