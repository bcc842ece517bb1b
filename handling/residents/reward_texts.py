"""兑换 by text: “兑换 大米” is asked back, “确认” books it."""

import re
import unicodedata

from handling.asking import Asking, OpenQuestion
from handling.residents.points import balance_of
from handling.residents.rewards import (
    RedemptionRefused,
    ask_for,
    asked_by,
    booked_variables,
    catalogue,
    confirm_asked,
    find_reward,
)
from models import Redemption, Reward, TextKind

_ASKS = re.compile(
    r"^(?:我想|我要|想要|想|要)?(?:用?(?:积分|幸福种子|种子))?兑换(?:一个|一袋|一条|一瓶|个)?(?P<said>\w{0,12})$"
)
_YES = frozenset(["确认", "确定", "要", "要换", "要的", "换", "好", "好的", "同意", "是", "是的", "可以"])
# A longer word that names no reward is a sentence about the exchange: 兑换点的人态度不好.
SHORT = 4


def asks_for_reward(asking: Asking) -> bool:
    """True when the text was “兑换 …”, which is answered here."""
    found = _ASKS.match(_plain(asking.text.body))
    if found is None:
        return False
    offered = catalogue(asking.session)
    reward = find_reward(offered, found["said"])
    if reward is None and len(found["said"]) > SHORT:
        return False
    asking.text.kind = TextKind.COMMAND
    if reward is not None:
        _offer(asking, reward)
    elif offered:
        names = "、".join(f"{reward.name}{reward.cost}" for reward in offered)
        asking.reply("rewards", {"rewards": names, "balance": balance_of(asking.session, asking.resident.id)})
    else:
        _refuse(asking, "还没有可以换的东西")
    return True


def _offer(asking: Asking, reward: Reward) -> None:
    balance = balance_of(asking.session, asking.resident.id)
    if balance < reward.cost:
        return _refuse(asking, f"{reward.name}要{reward.cost}")
    ask_for(asking.session, asking.resident, reward, key=f"text:{asking.text.id}", now=asking.now)
    return asking.reply("reward_offer", {"reward": reward.name, "price": reward.cost, "balance": balance})


def open_redemption(asking: Asking) -> OpenQuestion | None:
    """The claimant for `handling.open_questions`."""
    asked = asked_by(asking.session, asking.resident, asking.now)
    return None if asked is None else OpenQuestion(asked.asked_at, lambda: _take(asking, asked))


def _take(asking: Asking, asked: Redemption) -> bool:
    if _plain(asking.text.body) not in _YES:
        return False
    asking.text.kind = TextKind.COMMAND
    try:
        confirm_asked(asking.session, asked, now=asking.now)
    except RedemptionRefused as error:
        _refuse(asking, str(error))
        return True
    asking.reply("reward_booked", booked_variables(asking.session, asked))
    return True


def _refuse(asking: Asking, why: str) -> None:
    asking.reply("reward_refused", {"why": why, "balance": balance_of(asking.session, asking.resident.id)})


def _plain(body: str) -> str:
    return re.sub(r"[^\w]", "", unicodedata.normalize("NFKC", body))
