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
DIGITS = tuple(f"digit_{digit}" for digit in range(10))
MONTHS = tuple(f"month_{month}" for month in range(1, 13))
DAYS = tuple(f"day_{day}" for day in range(1, 32))

REQUIRED_KEYS = (*CALL, *STATUS, *CALL_BACK, *DIGITS, *MONTHS, *DAYS)


def spoken_number(number: int) -> list[str]:
    """The prompt keys of a case number, digit by digit: 352 is digit_3, digit_5, digit_2."""
    return [f"digit_{digit}" for digit in str(number)]


def spoken_date(day: date) -> list[str]:
    """The prompt keys of a day of the year: 27 November is month_11, day_27."""
    return [f"month_{day.month}", f"day_{day.day}"]
