"""Which prompts the call flow can ask for, and how numbers and dates become prompts."""

from datetime import date

CALL = (
    "greeting",
    "greeting_short",
    "consent",
    "consent_short",
    "speak",
    "not_heard",
    "missed",
    "thanks",
    "connecting",
    "nobody_there",
    "no_case",
    "apology",
    "help_coming",
)
STATES = ("state_review", "state_handling", "state_done", "state_planned", "state_invalid", "state_withdrawn")
STATUS = ("your_case", *STATES, "expected", "answer_by")
CALL_BACK = (
    "callback_greeting",
    "callback_again",
    "callback_bye",
    "ring_119",
    "ring_120",
    "ring_110",
    "opinion_please",
    "come_back",
    "vote_call",
    "vote_noted",
    "vote_refused",
    "rate_please",
    "rate_noted",
    "rate_low",
    "rate_reopened",
)
POINTS = (
    "points_key",
    "reward_key",
    "points_are",
    "points_none",
    "points_unknown",
    "reward_costs",
    "reward_confirm",
    "reward_booked",
    "reward_refused",
)
DIGITS = tuple(f"digit_{digit}" for digit in range(10))
# How many, with the digits from 2 on. “幺” (`digit_1`) is said in numbers of cases alone.
AMOUNTS = ("number_1", *(f"number_{ten * digit}" for ten in (10, 100) for digit in range(1, 10)))
MONTHS = tuple(f"month_{month}" for month in range(1, 13))
DAYS = tuple(f"day_{day}" for day in range(1, 32))

REQUIRED_KEYS = (*CALL, *STATUS, *CALL_BACK, *POINTS, *DIGITS, *AMOUNTS, *MONTHS, *DAYS)


def spoken_number(number: int) -> list[str]:
    """The prompt keys of a case number, digit by digit: 352 is digit_3, digit_5, digit_2."""
    return [f"digit_{digit}" for digit in str(number)]


def spoken_date(day: date) -> list[str]:
    """The prompt keys of a day of the year: 27 November is month_11, day_27."""
    return [f"month_{day.month}", f"day_{day.day}"]


def spoken_amount(amount: int) -> list[str]:
    """The prompt keys of how many: 352 is number_300, number_50, digit_2. Nobody has a thousand points: from there
    on digit by digit."""
    if not 0 < amount < 1000:
        return spoken_number(amount)
    hundreds, tens, ones = amount // 100, amount // 10 % 10, amount % 10
    keys = []
    if hundreds:
        keys.append(f"number_{hundreds}00")
    if tens:
        keys.append(f"number_{tens}0")
    elif hundreds and ones:
        keys.append("digit_0")
    if ones:
        keys.append("number_1" if ones == 1 else f"digit_{ones}")
    return keys
