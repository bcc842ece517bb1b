"""居民档案: who may look, what may be written, and what a resident may ask for."""

import json
from collections.abc import Callable

from sqlalchemy import select

from handling.residents import find_or_add_resident
from handling.residents.consents import who_agreed
from models import AccessEntry, Purpose, Relative, Resident, ResidentPhone, Suggestion
from tests.hotline.desk.conftest import MOBILE, Desk, asks_once
from tests.hotline.desk.deeds import ENTRIES

DAUGHTER = "13700000001"


def file_of(desk: Desk, phone: str = MOBILE) -> Resident:
    with desk.database.read() as session:
        return session.scalars(select(Resident).where(Resident.phone == phone)).one()


def page_of(desk: Desk, phone: str = MOBILE) -> str:
    return f"/desk/residents/{file_of(desk, phone).id}"


def test_a_file_is_found_by_name_and_by_the_end_of_the_number(desk: Desk) -> None:
    desk.case()
    desk.case(phone="+8613900139111", text="路灯坏了")
    lead = desk.browser("liu")
    lead.get(page_of(desk))
    assert lead.post(page_of(desk), **ENTRIES).status_code == 302
    for search, found in (("张婆", True), ("138001", False), ("8000", True), ("800", False), ("李", False)):
        text = lead.get(f"/desk/residents?search={search}").text
        assert ("张婆婆" in text) is found, search
    assert MOBILE not in lead.get("/desk/residents?search=8000").text
    with desk.database.read() as session:
        looks = {(entry.action, entry.subject) for entry in session.query(AccessEntry)}
    assert {("search", "residents"), ("view", f"resident:{file_of(desk).id}")} <= looks


def test_what_is_entered_stands_in_the_file(desk: Desk) -> None:
    desk.case()
    lead = desk.browser("liu")
    lead.get(page_of(desk))
    lead.post(page_of(desk), **ENTRIES)
    resident = file_of(desk)
    assert (resident.name, resident.care, resident.reach_by) == ("张婆婆", ["独居"], "call")
    text = lead.get(page_of(desk)).text
    for word in ("张婆婆", "3栋2单元501", "耳朵背", 'value="独居" checked', "09:00", "138****8000"):
        assert word in text
    wrong = lead.post(page_of(desk), **{**ENTRIES, "reach_from": "12:00", "care": "有钱"})
    assert wrong.status_code == 422
    assert "没有这一项" in wrong.text
    assert "请写成 09:00 到 11:30 的样子" in wrong.text


def test_a_handler_sees_the_residents_of_own_open_cases_alone(desk: Desk) -> None:
    desk.handled_case("wangfang")
    desk.handled_case("zhang", phone="+8613900139111", text="路灯坏了")
    worker = desk.browser("wangfang")
    assert worker.get(page_of(desk)).status_code == 200
    assert worker.get(page_of(desk, "+8613900139111")).status_code == 403
    listed = worker.get("/desk/residents").text
    assert "138****8000" in listed
    assert "139****9111" not in listed
    assert worker.get(page_of(desk) + "/data.json").status_code == 403
    assert desk.browser("zhiyuan").get(page_of(desk)).status_code == 403


def test_a_second_number_brings_its_cases_into_the_file(desk: Desk) -> None:
    desk.case()
    desk.case(phone="+862886123456", text="路灯坏了")
    lead, path = desk.browser("liu"), page_of(desk)
    lead.get(path)
    lead.post(path + "/numbers", phone="028-86123456", label="座机", is_key="1")
    with desk.database.read() as session:
        assert session.query(Resident).count() == 1
        assert {case.resident_id for case in session.query(Suggestion)} == {file_of(desk).id}
        entry = session.query(ResidentPhone).one()
        assert find_or_add_resident(session, "+862886123456", desk.clock.now()) is not None
        assert session.query(Resident).count() == 1
    assert "一键呼叫" in lead.get(path).text
    assert lead.post(path + "/numbers", phone="110").status_code == 422
    lead.post(f"{path}/numbers/{entry.id}/main")
    assert file_of(desk, "+862886123456").id == entry.resident_id
    assert asks_once(lead.get(path).text, f"{path}/numbers/{entry.id}/remove")
    lead.post(f"{path}/numbers/{entry.id}/remove")
    with desk.database.read() as session:
        assert [row.phone for row in session.query(ResidentPhone)] == [MOBILE]


def test_a_number_of_another_file_is_refused(desk: Desk) -> None:
    desk.case()
    desk.case(phone="+8613900139111", text="路灯坏了")
    lead = desk.browser("liu")
    one, other = page_of(desk), page_of(desk, "+8613900139111")
    lead.get(one)
    lead.post(one + "/numbers", phone="13600000001")
    refused = lead.post(other + "/numbers", phone="13600000001")
    assert refused.status_code == 422
    assert "另一位居民" in refused.text


def test_relatives_are_noted_and_taken_away(desk: Desk) -> None:
    desk.case()
    lead, path = desk.browser("liu"), page_of(desk)
    lead.get(path)
    assert "请写姓名" in lead.post(path + "/relatives", relative_phone=DAUGHTER).text
    lead.post(path + "/relatives", relative_name="张敏", relative_relation="女儿", relative_phone=DAUGHTER)
    with desk.database.read() as session:
        relative = session.query(Relative).one()
    assert (relative.name, relative.phone) == ("张敏", "+8613700000001")
    assert asks_once(lead.get(path).text, f"{path}/relatives/{relative.id}/remove")
    lead.post(f"{path}/relatives/{relative.id}/remove")
    with desk.database.read() as session:
        assert session.query(Relative).count() == 0


def test_a_consent_is_given_and_withdrawn_with_how_and_to_whom(desk: Desk) -> None:
    desk.case()
    lead, path, resident = desk.browser("liu"), page_of(desk), file_of(desk)

    def agrees() -> bool:
        with desk.database.read() as session:
            return bool(who_agreed(session, Purpose.TRAINING, [resident.id]))

    lead.get(path)
    assert not agrees(), "silence is no consent"
    assert lead.post(path + "/consents/training", given="1", how="猜的").status_code == 422
    lead.post(path + "/consents/training", given="1", how="书面签字")
    assert agrees()
    assert "书面签字，刘统筹记" in lead.get(path).text
    lead.post(path + "/consents/training", given="", how="电话里说")
    assert not agrees()
    assert "收回（电话里说）" in lead.get(path).text


def test_a_name_that_was_said_is_offered_and_never_written(desk: Desk) -> None:
    desk.case("我叫王秀英，天福苑的下水道堵了")
    lead, path = desk.browser("liu"), page_of(desk)
    text = lead.get(path).text
    assert "说自己是“王秀英”" in text
    assert file_of(desk).name is None
    lead.post(path, name="王秀英")
    assert "说自己是" not in lead.get(path).text


def test_a_resident_gets_a_copy_and_can_be_forgotten(desk: Desk) -> None:
    number = desk.case()
    lead, path = desk.browser("liu"), page_of(desk)
    copy = lead.get(path + "/data.json")
    assert json.loads(copy.data)["cases"][0]["number"] == number
    assert "打勾" in lead.post(path + "/erase").text
    assert lead.post(path + "/erase", sure="1").status_code == 409
    desk.review(number, valid=False, note="打错了")
    assert lead.post(path + "/erase", sure="1").status_code == 302
    assert lead.get(path).status_code == 404
    assert "138****8000" not in lead.get("/desk/residents").text
    assert desk.read(number).text == ""


def test_a_list_of_residents_costs_the_same_however_long(
    desk: Desk, count_statements: Callable[[Callable[[], object]], int]
) -> None:
    desk.case()
    lead = desk.browser("liu")
    one = count_statements(lambda: lead.get("/desk/residents"))
    for turn in range(5):
        desk.case(phone=f"+861390013911{turn}", text="路灯坏了")
    assert count_statements(lambda: lead.get("/desk/residents")) == one <= 6


def test_the_case_page_leads_to_the_file_for_those_who_may_open_it(desk: Desk) -> None:
    number = desk.handled_case("wangfang")
    lead = desk.browser("liu")
    lead.get(page_of(desk))
    lead.post(page_of(desk), **ENTRIES)
    for name, sees in (("liu", True), ("wangfang", True), ("zhang", False), ("zhiyuan", False)):
        text = desk.browser(name).get(f"/desk/cases/{number}").text
        assert ("耳朵背" in text) is sees, name
        assert ("09:00到11:30方便" in text) is sees


def test_what_is_kept_how_long_and_what_went_can_be_read(desk: Desk) -> None:
    number = desk.case()
    desk.review(number, valid=False, note="打错了")
    lead = desk.browser("liu")
    lead.get(page_of(desk))
    with desk.database.write() as session:
        session.get_one(Resident, file_of(desk).id).erasure_asked_at = desk.clock.now()
    text = lead.get("/desk/retention").text
    assert "办结后30天" in text
    assert "1 位居民要求删除" in text
    assert "138****8000" in lead.get("/desk/residents?asked=1").text
    lead.post(page_of(desk) + "/erase", sure="1")
    text = lead.get("/desk/retention").text
    assert "按居民要求删除" in text
    assert "刘统筹" in text
    assert "位居民要求删除" not in text


def test_a_confidential_case_is_not_told_by_the_file(desk: Desk) -> None:
    desk.handled_case("wangfang")
    secret = desk.handled_case("zhang", text="和隔壁老李吵起来了")
    with desk.database.write() as session:
        desk.find(session, secret).confidential = True
    assert "隔壁老李" not in desk.browser("wangfang").get(page_of(desk)).text
    assert "隔壁老李" in desk.browser("zhang").get(page_of(desk)).text
    assert "隔壁老李" in desk.browser("liu").get(page_of(desk)).text
    assert desk.browser("wangfang").get(f"/desk/cases/{secret}/forms/record.pdf").status_code in (403, 404)
