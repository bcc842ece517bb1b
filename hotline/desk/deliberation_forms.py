"""What staff type into the forms of deliberations, as plain values; ValueError says in Chinese why."""

import re
import unicodedata
from collections.abc import Mapping
from datetime import date

from handling.deliberation.meetings import Hands, MeetingRecord, TopicRecord
from handling.deliberation.votes import ABSTAIN, NO, YES, doors_in
from models import Deliberation, Topic

MOST_TOPICS = 12
LARGEST = 100_000
LONGEST = 5000
# "王老师 85"
_SCORE = re.compile(r"^(?P<member>.+?)[\s:：,，]+(?P<score>\d{1,3})\s*分?$")


def whole(form: Mapping[str, str], name: str, title: str) -> int:
    """A whole number that is not negative; 0 for an empty field."""
    typed = unicodedata.normalize("NFKC", form.get(name, "")).strip()
    if not typed:
        return 0
    if not typed.isdecimal() or int(typed) > LARGEST:
        raise ValueError(f"“{title}”要写整数")
    return int(typed)


def day(form: Mapping[str, str], name: str, title: str) -> date:
    try:
        return date.fromisoformat(form.get(name, ""))
    except ValueError:
        raise ValueError(f"“{title}”请选一个日期") from None


def topic_rows(form: Mapping[str, str]) -> list[tuple[int, str, str]]:
    """(case number or 0, title, text) of each row that has a title, in the form's order."""
    rows = []
    for place in range(MOST_TOPICS):
        title = " ".join(form.get(f"title-{place}", "").split())
        number = form.get(f"case-{place}", "").strip()
        if number and not (number.isdecimal() and len(number) < 10):
            raise ValueError(f"“{number}”不是案件编号")
        if title:
            rows.append((int(number or 0), title, form.get(f"text-{place}", "").strip()[:LONGEST]))
        elif number:
            raise ValueError(f"{number}号还没有写议题")
    return rows


def hands_of(form: Mapping[str, str], topic: Topic) -> Hands:
    where = f"“{topic.title}”"
    return Hands(
        yes=whole(form, f"yes-{topic.id}", f"{where}同意"),
        no=whole(form, f"no-{topic.id}", f"{where}不同意"),
        abstained=whole(form, f"abstained-{topic.id}", f"{where}弃权"),
        doors={choice: doors_in(form.get(f"doors-{choice}-{topic.id}", "")) for choice in (YES, NO, ABSTAIN)},
    )


def meeting_of(form: Mapping[str, str], deliberation: Deliberation) -> MeetingRecord:
    return MeetingRecord(
        held_on=day(form, "held_on", "开会日期"),
        attended=whole(form, "attended", "到会"),
        records={
            topic.id: TopicRecord(
                hands=hands_of(form, topic),
                scores=scores_in(form.get(f"scores-{topic.id}", "")),
                resolution=form.get(f"resolution-{topic.id}", "").strip()[:LONGEST],
            )
            for topic in deliberation.topics
        },
        attendees=form.get("attendees", "").strip()[:LONGEST],
        minutes=form.get("minutes", "").strip()[:LONGEST],
    )


def scores_in(text: str) -> dict[str, int]:
    """One member a line: "王老师 85"."""
    scores = {}
    for line in unicodedata.normalize("NFKC", text).splitlines():
        if not line.strip():
            continue
        found = _SCORE.match(line.strip())
        if found is None:
            raise ValueError(f"“{line.strip()[:20]}”看不懂，请写成“王老师 85”的样子")
        scores[found["member"]] = int(found["score"])
    return scores
