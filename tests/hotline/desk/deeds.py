"""What people do at the desk and what they type in, for the tests of more than one page."""

import re
from io import BytesIO

from PIL import Image
from werkzeug.test import TestResponse

from handling.residents import find_or_add_resident
from handling.residents.alarms import raise_alarm
from handling.residents.files import add_number
from handling.residents.points import award
from handling.residents.rewards import set_up_rewards
from models import Call, User
from tests.hotline.desk.conftest import MOBILE, Browser, Desk

KEY = "+8613900000555"
GPS, ORIENTATION, MAKE = 0x8825, 0x0112, 0x010F
PLAN = {
    "title": "交通出行",
    "purpose": "看看哪里不好走",
    "starts_on": "2026-03-09",
    "ends_on": "2026-03-22",
    "keyword": "出行",
    "number": "028 8555 0111",
    "per_minute": "10",
    "way": "both",
    "served_days": "0",
}
TOPIC = {"title-0": "全院疏通下水道", "text-0": "每户40元，合计1,920元"}
WANG = {"name": "王工", "fields": "公共设施维护、电梯", "kind": "expert", "phone": "13900000001", "active": "1"}
ENTRIES = {
    "name": "张婆婆",
    "address": "3栋2单元501",
    "language": "四川话",
    "care": "独居",
    "care_note": "耳朵背",
    "reach_by": "call",
    "reach_from": "09:00",
    "reach_until": "11:30",
}


def publish(desk: Desk, feedback: str, **given: str) -> int:
    """A case that was handled and published; its number."""
    number = desk.handled_case(**given)
    desk.act(number, "wangfang", "finish", result="办好了")
    desk.act(number, "liu", "publish", feedback=feedback)
    return number


def press(desk: Desk, *, on_duty: str = "zhiyuan") -> None:
    """张婆婆 presses the key of her telephone."""
    with desk.database.write() as session:
        resident = find_or_add_resident(session, "+862886123456", desk.clock.now())
        assert resident is not None
        resident.name, resident.address, resident.care = "张婆婆", "3栋501", ["独居"]
        add_number(session, resident, KEY, is_key=True)
        call = Call(sid="CA1", from_number=KEY, started_at=desk.clock.now())
        session.add(call)
        session.flush()
        raise_alarm(session, desk.scheme, call, now=desk.clock.now())
        session.get_one(User, desk.users[on_duty].id).on_duty = True


def photo(width: int = 3000, height: int = 2000, turned: bool = False, kind: str = "JPEG") -> bytes:
    picture = Image.new("RGB", (width, height), "teal")
    exif = Image.Exif()
    exif[MAKE] = "Phone of Mrs Li"
    exif.get_ifd(GPS)[1] = "N"
    if turned:
        exif[ORIENTATION] = 6
    out = BytesIO()
    picture.save(out, kind, exif=exif)
    return out.getvalue()


def upload(
    browser: Browser, number: int, content: bytes, name: str = "照片.jpg", kind: str = "before"
) -> TestResponse:
    browser.get(f"/desk/cases/{number}")
    return browser.post(f"/desk/cases/{number}/files", kind=kind, files=(BytesIO(content), name))


def started(desk: Desk, number: int, **more: str) -> int:
    """A 坝坝会 about the case, called and waiting to be held; its id."""
    liu = desk.browser("liu")
    liu.get(f"/desk/deliberations/new?case={number}")
    form = {"kind": "courtyard_meeting", "case-0": str(number), "courtyard": "1", "entitled": "48", **TOPIC}
    made = liu.post("/desk/deliberations", **form)
    assert made.status_code == 302, made.text
    liu.get(made.location)
    assert liu.post(f"{made.location}/draft", **{**form, "begin": "1", **more}).status_code == 302
    return int(made.location.rsplit("/", 1)[1])


def topic_id(page: str) -> str:
    found = re.search(r'name="yes-(\d+)"', page)
    assert found
    return found.group(1)


def met(desk: Desk, number: int) -> int:
    """A 坝坝会 about the case was held: 45 of 48 households came, 40 agreed; its id."""
    one = started(desk, number)
    liu = desk.browser("liu")
    topic = topic_id(liu.get(f"/desk/deliberations/{one}").text)
    held = {"held_on": "2026-03-09", "attended": "45", f"yes-{topic}": "40", f"no-{topic}": "3"}
    held |= {f"resolution-{topic}": "下周动工", "minutes": "大家都到了院坝里"}
    assert liu.post(f"/desk/deliberations/{one}/meeting", **held).status_code == 302
    return one


def key_of(page: str, form: str) -> str:
    found = re.search(rf'name="key" value="([0-9a-f]+{form})"', page)
    assert found
    return found.group(1)


def pays(browser: Browser, number: int, **form: str) -> TestResponse:
    page = browser.get(f"/desk/cases/{number}/money").text
    return browser.post(f"/desk/cases/{number}/money/paid", key=key_of(page, "p"), **form)


def books(browser: Browser, number: int, photo: bytes = b"", **form: str) -> TestResponse:
    page = browser.get(f"/desk/cases/{number}/money").text
    receipt = {"receipt": (BytesIO(photo), "票据.jpg")} if photo else {}
    return browser.post(f"/desk/cases/{number}/money/entries", key=key_of(page, "e"), **form, **receipt)


def saver(desk: Desk, awards: int = 3) -> int:
    """The id of a resident with ten points for each award; the scheme's rewards are there."""
    with desk.database.write() as session:
        set_up_rewards(session, desk.scheme)
        resident = find_or_add_resident(session, MOBILE, desk.clock.now())
        assert resident is not None
        for turn in range(awards):
            award(session, desk.scheme.points_rule("valid"), resident, key=f"v{turn}", now=desk.clock.now())
        return resident.id
