"""Is a text message one of the few commands? Only a message that is nothing else: old people write sentences,
and a sentence that merely contains a command word is a suggestion."""

import re
import unicodedata
from dataclasses import dataclass
from typing import Literal

Kind = Literal["progress", "case", "withdraw", "points", "help", "opt_out", "opt_in", "rating", "forget"]


@dataclass(frozen=True)
class Command:
    """number: the case number, or the score of a rating; None for the other kinds."""

    kind: Kind
    number: int | None = None


_POLITE = (
    "请问一下|请问|您好|你好|喂|麻烦您|麻烦你|麻烦|劳烦|帮我|给我|我想要|我想|我要|我来|想|要|请|那个|回复|发送"
)
_ASKING = (
    "查询一下|查询|查一下|查一查|查一哈|查哈|查下|查查|查|问一下|问一哈|问下|问问|问|看一下|看哈|看下|看看|看"
)
_ENDING = "一下|一哈|哈|嘛|吗|呢|啊|呀|哦|噢|喔|吧|哇|了|多谢|谢谢您|谢谢你|谢谢|谢了|拜托"
# 怎么样了, in standard wording and as Sichuan says it
_HOW = (
    r"(?:现在|目前)?(?:是)?(?:办|处理|弄|搞|进行|解决)?(?:得|的|到)?"
    r"(?:怎么样|怎样|咋样|咋个样|啷个样|如何|啥情况|什么情况|啥子情况|哪一步|哪步|哪里|哪儿|好没有|好没得|好|完没有|完)"
)
_MINE = r"(?:我的|我们的|我|俺的)?(?:那个|这个|那件|这件)?"
_THING = r"(?:建议|意见|事情|事|案子|问题|诉求|编号|号码)?(?:的)?"
_PROGRESS = r"(?:办理|处理)?(?:进度|进展|结果|情况)"

_NUMBER = r"(?P<number>\d{1,6})"
_MARK = r"(?:建议编号|案件编号|受理编号|编号是|编号为|编号|案号|案件|号码|单号|no\.?|#|第)"

_WORDINGS: tuple[tuple[Kind, str], ...] = (
    ("progress", rf"{_MINE}{_THING}(?:办理|处理)?(?:进度|进展)(?:情况|{_HOW})?"),
    ("progress", r"(?:办理|处理)(?:情况|结果)"),
    ("progress", rf"(?:我的|我们的)(?:建议|意见|事情|事|案子|问题|诉求){_HOW}"),
    (
        "points",
        r"(?:我的|我有|我)?(?:有)?(?:好多|多少|几个)?(?:积分|幸福种子)(?:余额|情况|(?:还)?(?:有|是)?(?:多少|好多))?",
    ),
    ("help", r"帮助|help|使用帮助|怎么用|咋个用|\?"),
    (
        "opt_out",
        r"td|t|退订|取消订阅|退订短信|取消短信|td退订|t退订|不要短信|不要发短信|不要再发短信|别发短信",
    ),
    ("forget", r"忘记我|忘了我|(?:删除|删掉|注销)(?:我的)?(?:个人)?(?:信息|资料|数据|档案)"),
    ("opt_in", r"恢复|恢复短信|恢复订阅|重新订阅|恢复发短信"),
    ("rating", r"(?:打|给|评|我打|我给|我评)?(?P<score>[1-5一二三四五])(?:分|颗星|星)?"),
)
_PATTERNS = tuple((kind, re.compile(pattern)) for kind, pattern in _WORDINGS)
# A bare number needs four digits, as ours have: "119" is a cry for help and "12" means nothing.
_CASES = tuple(
    re.compile(pattern)
    for pattern in (
        r"(?P<number>\d{4,6})(?:号)?",
        rf"{_MARK}{_NUMBER}(?:号)?",
        rf"(?:{_MARK})?{_NUMBER}(?:号)?(?:的)?(?:建议|事情|事|案子|案件)?(?:的)?(?:{_PROGRESS}|{_HOW})+",
        rf"(?:{_PROGRESS})(?:{_MARK})?{_NUMBER}(?:号)?",
        rf"(?:{_ASKING})(?:{_MARK})?{_NUMBER}(?:号)?(?:建议|案子|案件)?(?:的)?(?:{_PROGRESS})?",
    )
)
# 撤回: only with the number, or with words that can mean nothing else.
_WITHDRAW = r"(?:撤回|撤销|撤消)"
_NO_MORE = r"(?:已经|现在)?(?:不用|不要|不消|不必|莫)(?:再)?(?:办|管|处理|弄|查)"
_SOLVED = r"(?:已经|自己)?(?:解决|弄好|修好)"
_WITHDRAWALS = tuple(
    re.compile(pattern)
    for pattern in (
        rf"{_WITHDRAW}{_MINE}(?:建议)?(?:{_MARK})?{_NUMBER}(?:号)?(?:的)?(?:建议|事情|事|案子|案件)?",
        # A bare number needs four digits here too: “2号不用管了” may be a house.
        rf"(?:把)?{_MINE}(?:{_MARK}|(?=\d{{4}})){_NUMBER}(?:号)?(?:的)?(?:建议|事情|事|案子|案件)?(?:{_WITHDRAW}|{_NO_MORE}|{_SOLVED})",
        rf"{_MINE}(?:建议|事情|事|案子|诉求)?{_WITHDRAW}(?:{_MINE}(?:建议|事情|事|案子|诉求)?)?",
    )
)
# "120到哪里了" asks for the ambulance.
NEVER_CASES = frozenset((0, 110, 119, 120, 122))
_LEADING = re.compile(rf"^(?:{_POLITE})")
_ASK = re.compile(rf"^(?:{_ASKING})")
_TRAILING = re.compile(rf"(?:{_ENDING})$")
_SCORES = {
    digit: value for value, digits in enumerate(("1一", "2二", "3三", "4四", "5五"), start=1) for digit in digits
}


def parse_command(body: str) -> Command | None:
    """None: a suggestion. Full-width forms, case, spaces, end marks and the usual extra words do not matter.

    A rating is only one when the resident was asked for it; that is for the caller to know."""
    for core in _cores(_plain(body)):
        if withdrawal := _withdrawal(core):
            return withdrawal
        for pattern in _CASES:
            if found := pattern.fullmatch(core):
                number = int(found["number"])
                return None if number in NEVER_CASES else Command("case", number)
        for kind, pattern in _PATTERNS:
            if found := pattern.fullmatch(core):
                score = _SCORES[found["score"]] if kind == "rating" else None
                return Command(kind, score)
    return None


def _withdrawal(core: str) -> Command | None:
    for pattern in _WITHDRAWALS:
        if found := pattern.fullmatch(core):
            number = found.groupdict().get("number")
            return (
                None
                if number and int(number) in NEVER_CASES
                else Command("withdraw", int(number) if number else None)
            )
    return None


def _plain(body: str) -> str:
    text = unicodedata.normalize("NFKC", body).casefold()
    text = re.sub(r"[\s,:、]+", "", text)
    if text == "?":
        return text
    # Marks, emoji and variation selectors around the words; # opens a number.
    return re.sub(r"^[^\w#]+|[^\w]+$", "", text)


def _cores(text: str) -> list[str]:
    """The text, then without words of politeness and particles, then without the verb of asking."""
    cores = [text]
    for strip in (_LEADING, _TRAILING, _ASK):
        shorter = _strip(strip, cores[-1])
        if shorter != cores[-1]:
            cores.append(shorter)
    if len(cores) > 1:
        cores.append(_strip(_LEADING, cores[-1]))
    return [core for core in cores if core]


def _strip(pattern: re.Pattern[str], text: str) -> str:
    while (shorter := re.sub(r"^[^\w#]+|[^\w]+$", "", pattern.sub("", text))) != text:
        text = shorter
    return text
