"""An expert's opinion by text: “1023 可行 费用2000元 先增容”, “1023 不可行 原因”, “1023 回避”.

Only from the telephone that stands in the directory; the answer goes back to it, where a forged text is noticed,
and names nothing of the case but its number."""

import re
import unicodedata
from dataclasses import dataclass

from sqlalchemy import select

from handling.asking import Asking
from handling.experts import VERDICTS, NotAsked, give_opinion, stand_aside
from handling.forms import fen_of
from handling.status import OPEN_STATES
from models import Expert, OpinionRequest, TextKind, Verdict

_NUMBERED = re.compile(
    r"(?:(?:第|#|编号|no\.?)?\s*(?P<number>\d{4,6})\s*号?[\s,:;、。.-]*)?(?P<rest>.*)", re.DOTALL | re.IGNORECASE
)
_MARKS = " \t\r\n,:;、。.-!"
# The longest that fits counts: “不可行” is no “可行”. None: the expert stays away (回避).
_WORDS: tuple[tuple[str, Verdict | None], ...] = (
    ("有条件可行", Verdict.CONDITIONAL),
    ("不可行", Verdict.NOT_FEASIBLE),
    ("可行", Verdict.FEASIBLE),
    ("回避", None),
)
_COST = re.compile(
    r"(?:费用|造价|预算|花费)(?:大概|大约|估计|约|要|是|为|:|\s)*(?P<amount>\d[\d,]{0,11}(?:\.\d{1,2})?)\s*(?P<wan>万)?元?"
)
_CONDITIONS = re.compile(r"条件(?:是|为|:|\s)*(?P<said>.+)", re.DOTALL)
EXAMPLE = "请在“可行”“不可行”后面写上理由"


@dataclass(frozen=True)
class OpinionText:
    """number: of the case, None where it was left out. verdict: None for 回避."""

    number: int | None
    verdict: Verdict | None
    said: str


def parse_opinion(body: str) -> OpinionText | None:
    """None: no opinion, whoever wrote it."""
    found = _NUMBERED.fullmatch(unicodedata.normalize("NFKC", body).strip(_MARKS))
    assert found
    for word, verdict in _WORDS:
        if found["rest"].startswith(word):
            number = int(found["number"]) if found["number"] else None
            return OpinionText(number, verdict, found["rest"].removeprefix(word).strip(_MARKS))
    return None


def takes_opinion(asking: Asking) -> bool:
    """True when the sender is in the directory and the text was an opinion, now noted or answered."""
    wanted = parse_opinion(asking.text.body)
    if wanted is None or "opinion_noted" not in asking.scheme.notices:
        return False
    requests = _requests_to(asking)
    if wanted.number is None:
        # Without a number only the one opinion that is owed can be meant; else it is a word to a neighbour.
        waiting = [one for one in requests if one.is_open]
        if len(waiting) != 1:
            return False
        requests = waiting
    elif not requests and not _is_expert(asking):
        return False
    asking.text.kind = TextKind.COMMAND
    _answer_for(asking, wanted, [r for r in requests if wanted.number in (None, r.suggestion.number)])
    return True


def cost_in(said: str) -> int | None:
    """“费用2000元”, “造价约1.5万”: fen; None where no cost is named as such."""
    found = _COST.search(said)
    if found is None:
        return None
    fen = fen_of(found["amount"].replace(",", ""), "费用")
    return fen * 10_000 if found["wan"] else fen


def conditions_in(said: str) -> str:
    """What stands behind “条件”, or all of it."""
    found = _CONDITIONS.search(said)
    return (found["said"] if found else said).strip(_MARKS)


def _is_expert(asking: Asking) -> bool:
    here = select(Expert.id).where(Expert.phone == asking.phone, Expert.active.is_(True))
    return asking.session.scalar(here.limit(1)) is not None


def _requests_to(asking: Asking) -> list[OpinionRequest]:
    """What the experts with this telephone were ever asked, the newest first; locked."""
    asked = (
        select(OpinionRequest)
        .join(Expert, Expert.id == OpinionRequest.expert_id)
        .where(Expert.phone == asking.phone)
        .order_by(OpinionRequest.id.desc())
        .with_for_update(of=OpinionRequest)
    )
    return list(asking.session.scalars(asked))


def _answer_for(asking: Asking, wanted: OpinionText, requests: list[OpinionRequest]) -> None:
    """No answer is a notice of the case: it may have begun under rules that did not know of such texts."""
    request = next((one for one in requests if one.is_open), requests[0] if requests else None)
    if request is None:
        return asking.reply_to_phone(
            "opinion_refused", {"number": wanted.number, "why": "没有请您提意见，请看看编号"}
        )
    case = request.suggestion
    late = request.due < asking.now
    try:
        if case.state not in OPEN_STATES:
            raise NotAsked("这件事已经不用再论证了")
        if wanted.verdict is None:
            stand_aside(asking.session, request, wanted.said, user=None, now=asking.now)
            return asking.reply_to_phone("opinion_aside", {"number": case.number})
        give_opinion(
            asking.session,
            request,
            verdict=wanted.verdict,
            reasons=wanted.said,
            cost=cost_in(wanted.said),
            conditions=conditions_in(wanted.said) if wanted.verdict is Verdict.CONDITIONAL else "",
            user=None,
            now=asking.now,
        )
    except NotAsked as refusal:
        why = str(refusal) if wanted.said or wanted.verdict is None else EXAMPLE
        return asking.reply_to_phone("opinion_refused", {"number": case.number, "why": why})
    template = "opinion_late" if late else "opinion_noted"
    return asking.reply_to_phone(template, {"number": case.number, "verdict": VERDICTS[wanted.verdict]})
