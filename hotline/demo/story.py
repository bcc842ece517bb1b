"""One voice on its whole way, told line by line: call, transcript, review, handling, answer."""

from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from time import monotonic, sleep
from typing import Any, TypeVar

import click
from sqlalchemy import select
from sqlalchemy.orm import Session

from handling.casework import take_action
from handling.clock import SHANGHAI, SystemClock
from handling.lexicon_versions import understander_in_force
from handling.review import claim_for_review, confirm_review
from handling.scheme import Scheme, load_scheme
from handling.status import state_name
from hotline.demo.past import PAST, PastWeeks
from hotline.demo.town import Town
from hotline.phone.captions import described
from hotline.phone.exchange import Exchange
from hotline.phone.handset import Handset, converse
from hotline.phone.numbers import SAMPLE_RESIDENTS
from hotline.phone.samples import Sample, samples
from hotline.phone.scripted import ScriptedCaller
from hotline.phone.steps import Request
from hotline.phone.wire import Line, Wire
from hotline.settings import Settings
from hotline.telephony.prompts import Prompts
from models import Database, Notice, NoticeState, Recording, RecordingState, Suggestion, User

# Longer than a slow machine needs to load a recogniser and decode 20 s of speech.
PATIENCE = 300.0
WORKED_OUT = (RecordingState.DONE, RecordingState.NEEDS_LISTENING, RecordingState.LOST)
IN_THE_END = (NoticeState.DELIVERED, NoticeState.FAILED, NoticeState.CANCELLED, NoticeState.UNKNOWN)
# What the people of the story do; a scheme without one of them has another way of working.
DEEDS = (
    "assign",
    "check_on_site",
    "report",
    "courtyard_meeting",
    "progress",
    "finish",
    "publish",
    "award",
    "close",
)


Found = TypeVar("Found")


def fits(scheme: Scheme) -> bool:
    """Other ways of working have steps of their own, which the story does not know."""
    return all(scheme.action(code) for code in DEEDS)


class Story:
    def __init__(self, settings: Settings, database: Database) -> None:
        self._settings = settings
        self._database = database
        self._scheme: Scheme = load_scheme(settings.scheme)
        self._clock = SystemClock()
        self._told_notices: set[int] = set()

    def tell(self) -> None:
        """The first sample from the call to the board, the second as far as the desk. Once only."""
        with self._database.read() as session:
            if session.scalar(select(Suggestion.id).limit(1)) is not None:
                click.echo(
                    "The ledger has entries already: no sample call this time. 台账已有数据，不再拨打示例电话。"
                )
                return
        voices = samples()
        number = self.call(SAMPLE_RESIDENTS[0].number, voices["drain"])
        if number is None:
            return
        whole = fits(self._scheme)
        if whole:
            self.handle(number, voices["drain"])
        _headline("Another call, left for you on the desk 再来一通电话，留给您核对")
        self.call(SAMPLE_RESIDENTS[1].number, voices["gas"])
        if whole:
            self.surround(number)
        else:
            click.echo(
                f"  Only 城北社区 has the rest of the story; “{self._scheme.title}”: both calls are yours. "
                "往后的故事只有城北社区有，这两件请您在工作台上办。"
            )

    def call(self, phone: str, sample: Sample) -> int | None:
        """Place a call and follow it to the ledger. The case number, or None when it took too long."""
        _headline(f"A call comes in: {sample.title} 来电 {phone}")
        prompts = Prompts.load(self._settings.prompts_dir)
        exchange = Exchange(self._settings.home / "phone", self._clock)
        handset = Handset(Wire(Line.of(self._settings), watch=exchange.add_webhook), exchange, phone)
        call, conversation = handset.call()
        for step in converse(conversation, ScriptedCaller(says=[sample.path.read_bytes()]).reply):
            if not isinstance(step, Request):
                click.echo(f"  {step.at:5.1f}s  {described(step, prompts)}")
        click.echo(f"  spoken 说的：{sample.text}")
        started = monotonic()
        recording_id = self._worked_out(call.sid)
        if recording_id is None:
            click.echo(
                "  The worker has not finished yet; the case will appear on the desk. 还在处理，稍后见工作台。"
            )
            return None
        return self._tell_case(recording_id, monotonic() - started, sample.seconds)

    def handle(self, number: int, sample: Sample) -> None:
        """The people of the demonstration work the case to its end. What no machine heard, the volunteer does."""
        _headline("The community handles it 社区办理")
        with self._database.read() as session:
            heard = understander_in_force(session).understand(sample.text)
        with self._database.write() as session:
            case, volunteer = _case(session, number), _user(session, "volunteer")
            now = self._clock.now()
            claim_for_review(session, case, volunteer, now)
            confirm_review(
                session,
                self._scheme,
                case,
                volunteer,
                text=case.text or sample.text,
                domain=case.domain or heard.domain,
                demand_type=case.demand_type or heard.demand_type,
                urgency=case.urgency,
                level="A",
                courtyard_id=case.courtyard_id,
                place=case.place,
                valid=True,
                merge_into=None,
                note="",
                now=now,
                duty_phones=self._settings.duty_phones,
            )
        self._told(number, "核对无误", "张阿姨")
        for username, action, form in self._steps():
            with self._database.write() as session:
                case, user = _case(session, number), _user(session, username)
                take_action(session, self._scheme, case, user, action, form, now=self._clock.now())
                name = user.name
            done = self._scheme.action(action)
            self._told(number, done.name if done else action, name)
        click.echo(f"  On the public board 公示：{self._settings.public_url}/board/")

    def surround(self, number: int) -> None:
        """What else there is in a community, made up at once; `number` is the case that was handled."""
        _headline("Six weeks of made-up cases, a vote, a questionnaire 补上六周的往事、一次表决、一份问卷")
        started, now = monotonic(), self._clock.now()
        with self._database.read() as session:
            understand = understander_in_force(session).understand
        # One case at a time: the telephone is answered meanwhile.
        for past in PAST:
            with self._database.write() as session:
                PastWeeks(session, self._scheme, _people(session), understand, now).tell(past)
        with self._database.write() as session:
            Town(session, self._scheme, _people(session), now).furnish(number)
        click.echo(f"  {len(PAST)} cases in {monotonic() - started:.1f} s")

    def _steps(self) -> Iterator[tuple[str, str, Mapping[str, str]]]:
        """The story of 天福苑, as the community reported it."""
        today = self._clock.now().astimezone(SHANGHAI).date().isoformat()
        with self._database.read() as session:
            handler = str(_user(session, "handler").id)
        yield "coordinator", "assign", {"level": "A", "handler": handler, "instruction": "先到现场看"}
        yield "handler", "check_on_site", {"checked_on": today, "note": "主管道堵塞，污水漫到过道"}
        yield "handler", "report", {"finding": "多年未清掏", "proposal": "全院疏通，费用由各户分摊"}
        meeting = {"held_on": today, "households": "48", "agreed": "48", "share": "40"}
        yield "handler", "courtyard_meeting", {**meeting, "resolution": "每户40元，共1920元，全院疏通"}
        yield "handler", "progress", {"note": "疏通队已进场，预计两天完工"}
        yield "handler", "finish", {"result": "全院下水道已疏通", "upkeep": "居民"}
        feedback = "院落下水道返水，经坝坝会商议，48户每户分摊40元，全院疏通，现已畅通。"
        yield "coordinator", "publish", {"feedback": feedback}
        yield "coordinator", "award", {}
        yield "coordinator", "close", {}

    def _worked_out(self, call_sid: str) -> int | None:
        def look(session: Session) -> int | None:
            found = select(Recording.id).where(Recording.call.has(sid=call_sid), Recording.state.in_(WORKED_OUT))
            return session.scalar(found.limit(1))

        return self._await(look)

    def _tell_case(self, recording_id: int, waited: float, seconds: float) -> int:
        with self._database.read() as session:
            recording = session.get_one(Recording, recording_id)
            case = recording.suggestion
            assert case
            if recording.transcript:
                click.echo(f"  heard 听到的：{recording.transcript.text}")
                cost = recording.transcript.cpu_seconds
                click.echo(f"    ({recording.transcript.engine}: {cost:.1f} CPU s for {seconds:.1f} s of speech)")
            else:
                click.echo(f"  heard 听到的：需要人工听 ({recording.error})")
            evidence = "、".join(_weightiest(case.understanding.get("evidence", [])))
            ring = f"，请打 {case.ring}" if case.ring else ""
            click.echo(
                f"  understood 理解：{case.domain}，{case.demand_type}，{case.urgency}{ring}（依据：{evidence}）"
            )
            level = self._scheme.level(case.level)
            due = case.due.astimezone(SHANGHAI).strftime("%m月%d日 %H:%M") if case.due else "-"
            click.echo(
                f"  ledger 台账：{case.number}号 {level.shape}{level.code} {level.colour} {level.name}，"
                f"{case.place or '地点待核对'}，期限 {due}，{state_name(self._scheme, case)}"
            )
            click.echo(f"  {waited:.1f} s from hang-up to the ledger 挂机到入账")
            number = case.number
        self._tell_notices(number)
        return number

    def _told(self, number: int, action: str, name: str) -> None:
        click.echo(f"  {name} · {action}")
        self._tell_notices(number)

    def _tell_notices(self, number: int) -> None:
        """The messages of this case that were not told yet, once they have left (or wait for the morning)."""
        for notice in self._await(lambda session: self._settled(session, number)) or []:
            self._told_notices.add(notice.id)
            note = {NoticeState.QUEUED: "（夜间免打扰，早上再发）", NoticeState.FAILED: "（未送达）"}
            click.echo(f"    SMS → {notice.to_number}：{notice.body}{note.get(notice.state, '')}")

    def _settled(self, session: Session, number: int) -> list[Notice] | None:
        of_case = select(Notice).where(Notice.suggestion.has(number=number)).order_by(Notice.id)
        fresh = [n for n in session.scalars(of_case) if n.id not in self._told_notices]
        soon = self._clock.now() + timedelta(minutes=1)
        waiting = [
            n
            for n in fresh
            if n.state not in (*IN_THE_END, NoticeState.SENT) and not (n.next_try_at and n.next_try_at > soon)
        ]
        return None if waiting else fresh

    def _await(self, look: Callable[[Session], Found | None]) -> Found | None:
        end = monotonic() + PATIENCE
        while monotonic() < end:
            with self._database.read() as session:
                found = look(session)
            if found is not None:
                return found
            sleep(0.1)
        return None


def _weightiest(evidence: list[dict[str, Any]]) -> list[str]:
    """The few words that decided most."""
    by_weight = sorted(evidence, key=lambda e: -abs(e["weight"]))
    return list(dict.fromkeys(str(e["word"]) for e in by_weight))[:6]


def _case(session: Session, number: int) -> Suggestion:
    return session.scalars(select(Suggestion).where(Suggestion.number == number)).one()


def _user(session: Session, username: str) -> User:
    return session.scalars(select(User).where(User.username == username)).one()


def _people(session: Session) -> dict[str, User]:
    return {user.username: user for user in session.scalars(select(User))}


def _headline(text: str) -> None:
    click.echo(f"\n{click.style(text, bold=True)}")
