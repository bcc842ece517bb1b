"""What hangs beside the telephone and on the wall: the number, what to say, when a person answers."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import lru_cache

from fpdf import FPDF
from fpdf.enums import Align, TextMode

from handling.clock import SHANGHAI
from handling.prints.pdf import FAMILY, FONT, printable

Colour = tuple[int, int, int]
TEAL: Colour = (11, 90, 107)
PALE: Colour = (224, 239, 242)
SUN: Colour = (243, 197, 60)
INK: Colour = (28, 35, 38)
WHITE: Colour = (255, 255, 255)
STEPS = ("听到“嘀”一声，就讲", "讲在哪里、什么事", "讲完挂机，不用按键")
ALWAYS = "白天晚上都能打。四川话、普通话都行。"
BY_TEXT = "发短信到这个号码也行。"
DANGER = "起火 119　　急救 120　　报警 110"
PROMISE = "每件事都有编号，办得怎么样我们告诉您。"
WIDTH, MIDDLE, A3_TO_A4 = 210.0, 105.0, 2**0.5
MM_OF_A_POINT = 25.4 / 72
BUBBLE = 21.0
# Text, left, top, width, where its tail begins.
BUBBLES = (
    ("下水道又堵了", 110, 58, 84, 120),
    ("路灯不亮", 18, 52, 60, 66),
    ("院里想加张凳子", 104, 93, 92, 112),
)


@dataclass(frozen=True)
class CallUs:
    """number: as people here dial it, "" where a pen has to write it. staffed: in words
    (`handling.scheme.words.staffed_words`)."""

    community: str
    number: str
    staffed: str


class _Page:
    """Drawn in millimetres and points of A4; on A3 everything is larger by the same factor."""

    def __init__(self, paper: str, title: str, today: date) -> None:
        self.by = A3_TO_A4 if paper == "A3" else 1.0
        self.paper = FPDF(format=paper)
        self.paper.set_creation_date(datetime.combine(today, time(), SHANGHAI))
        self.paper.set_title(printable(title))
        self.paper.set_lang("zh-CN")
        self.paper.add_font(FAMILY, fname=FONT)
        self.paper.set_auto_page_break(False)
        self.paper.set_margin(0)
        self.paper.add_page()

    def finished(self) -> bytes:
        return bytes(self.paper.output())

    def box(
        self, left: float, top: float, width: float, height: float, colour: Colour, *, radius: float = 0
    ) -> None:
        self.paper.set_fill_color(*colour)
        self.paper.rect(
            left * self.by,
            top * self.by,
            width * self.by,
            height * self.by,
            style="F",
            round_corners=radius > 0,
            corner_radius=self.by * radius,
        )

    def say(
        self,
        text: str,
        middle: float,
        top: float,
        *,
        size: float,
        width: float = WIDTH,
        colour: Colour = INK,
        weight: float = 0,
        align: Align = Align.C,
    ) -> None:
        """One line about `middle` (from there, when aligned left), smaller where it would not fit. weight: points
        of stroke: they make the only weight of the font bold."""
        words = printable(text)
        self.paper.set_font(FAMILY, size=size * self.by)
        wide = self.paper.get_string_width(words)
        if wide > width * self.by:
            size *= width * self.by / wide
            self.paper.set_font(FAMILY, size=size * self.by)
        self.paper.set_text_color(*colour)
        self.paper.set_draw_color(*colour)
        left = middle if align is Align.L else middle - width / 2
        self.paper.set_xy(left * self.by, top * self.by)
        # The stroke's width counts in millimetres, like every line's.
        with self.paper.local_context(
            text_mode=TextMode.FILL_STROKE if weight else TextMode.FILL,
            line_width=weight * MM_OF_A_POINT * self.by,
        ):
            self.paper.cell(width * self.by, size * MM_OF_A_POINT * 1.25 * self.by, words, align=align)

    def number(self, number: str, top: float, height: float) -> None:
        """The largest thing on the page; dots for a pen where it is not known."""
        if not number:
            self.say("（号码写在这里）", MIDDLE, top + height - 10, size=16)
            return
        self.say(number, MIDDLE, top, size=height / MM_OF_A_POINT / 1.25, width=182, colour=TEAL, weight=4)

    def step(self, place: int, text: str, left: float, top: float, *, size: float) -> None:
        radius = size * 0.23
        self.paper.set_fill_color(*TEAL)
        self.paper.circle((left + radius) * self.by, (top + radius) * self.by, radius * self.by, style="F")
        self.say(
            str(place),
            left + radius,
            top + radius * 0.2,
            size=size * 0.8,
            width=radius * 2,
            colour=WHITE,
            weight=0.9,
        )
        self.say(
            text,
            left + radius * 2 + 7,
            top + radius * 0.05,
            size=size,
            width=WIDTH - left - radius * 2 - 20,
            weight=0.8,
            align=Align.L,
        )

    def bubble(self, text: str, left: float, top: float, width: float, *, tail: float) -> None:
        """What people say, in a balloon; its tail begins at `tail` on the lower edge."""
        self.box(left, top, width, BUBBLE, WHITE, radius=8)
        low = top + BUBBLE - 0.5
        corners = ((tail, low), (tail + 12, low), (tail - 4, low + 9))
        self.paper.polygon([(x * self.by, y * self.by) for x, y in corners], style="F")
        self.say(text, left + width / 2, top + 5.5, size=24, width=width - 10)

    def telephone(self, left: float, top: float) -> None:
        """A desk telephone of the kind that stands in most of these homes."""
        self.box(left, top + 14, 56, 30, SUN, radius=6)
        self.box(left + 12, top + 8, 32, 12, SUN, radius=4)
        self.box(left - 6, top, 68, 10, WHITE, radius=5)
        self.box(left - 6, top + 2, 17, 16, WHITE, radius=5)
        self.box(left + 45, top + 2, 17, 16, WHITE, radius=5)
        for row in range(3):
            for column in range(3):
                self.box(left + 17 + 8 * column, top + 21 + 7 * row, 6, 5, TEAL, radius=1.5)


Draw = Callable[[_Page, CallUs], None]


def _card(page: _Page, call_us: CallUs) -> None:
    page.box(0, 0, WIDTH, 30, TEAL)
    page.say(f"{call_us.community}　乡音热线", MIDDLE, 8, size=30, colour=WHITE, weight=0.6, width=180)
    page.say("有话想说，打这个电话", MIDDLE, 40, size=42, weight=1.4, width=182)
    page.number(call_us.number, 65, 46)
    for place, step in enumerate(STEPS):
        page.step(place + 1, step, 18, 116 + 27 * place, size=43)
    lines = [ALWAYS, *([f"{call_us.staffed}，按 0 有人接"] if call_us.staffed else []), BY_TEXT]
    page.box(14, 203, 182, 16 * len(lines) + 6, PALE, radius=6)
    for place, line in enumerate(lines):
        page.say(line, MIDDLE, 206 + 16 * place, size=26, width=172)
    page.box(0, 267, WIDTH, 30, SUN)
    page.say(f"有危险马上打：{DANGER}", MIDDLE, 275, size=25, weight=0.7, width=184)


def _poster(page: _Page, call_us: CallUs) -> None:
    page.box(0, 0, WIDTH, 172, TEAL)
    page.say(f"{call_us.community}　乡音热线", MIDDLE, 11, size=26, colour=WHITE, width=180)
    page.say("您说，我们办", MIDDLE, 24, size=74, colour=WHITE, weight=2.6, width=184)
    for text, left, top, width, tail in BUBBLES:
        page.bubble(text, left, top, width, tail=tail)
    page.telephone(26, 82)
    page.box(10, 128, 190, 36, WHITE, radius=8)
    page.number(call_us.number, 129, 34)
    for place, step in enumerate(STEPS):
        page.step(place + 1, step, 26, 181 + 21 * place, size=34)
    page.say(PROMISE, MIDDLE, 245, size=25, width=186, colour=TEAL, weight=0.9)
    by_person = f"{call_us.staffed}，按 0 有人接。" if call_us.staffed else ALWAYS
    page.say(f"{by_person}{BY_TEXT}", MIDDLE, 259, size=18, width=188)
    page.box(0, 274, WIDTH, 23, SUN)
    page.say(f"有危险马上打：{DANGER}", MIDDLE, 280, size=20, weight=0.6, width=184)


DRAWINGS: dict[str, Draw] = {"card": _card, "poster": _poster}


@lru_cache(maxsize=8)
def sheet_pdf(drawing: str, call_us: CallUs, paper: str, today: date) -> bytes:
    """drawing: "card" or "poster"; paper: "A4" or "A3". Kept, since fitting the font into a file takes a while."""
    page = _Page(paper, f"{call_us.community}　乡音热线 {call_us.number}".strip(), today)
    DRAWINGS[drawing](page, call_us)
    return page.finished()
