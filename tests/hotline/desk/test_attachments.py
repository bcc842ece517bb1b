"""Photos and papers of a case: nothing is kept as it came, and not everybody sees it."""

from io import BytesIO

import pypdfium2
import pytest
from PIL import Image
from sqlalchemy import select
from werkzeug.datastructures import FileStorage

from hotline.attachments import LARGEST_SIDE, UploadRefused, prepare_upload, shown_name
from models import AccessEntry, Attachment, AttachmentKind, Event
from tests.hotline.desk.conftest import Desk
from tests.hotline.desk.deeds import photo, upload


def pdf(pages: int = 2) -> bytes:
    sheets = [Image.new("RGB", (300, 400), "white") for _ in range(pages)]
    out = BytesIO()
    sheets[0].save(out, "PDF", save_all=True, append_images=sheets[1:], title="Invoice of Mrs Li")
    return out.getvalue()


def prepared(content: bytes, name: str = "a.jpg"):
    return prepare_upload(FileStorage(BytesIO(content), filename=name))


def test_a_photo_is_shrunk_stands_upright_and_tells_nothing_of_its_maker() -> None:
    found = prepared(photo(turned=True))
    picture = Image.open(BytesIO(found.content))
    assert max(picture.size) <= LARGEST_SIDE
    assert picture.height > picture.width
    assert not picture.getexif()
    assert b"Mrs Li" not in found.content
    assert max(Image.open(BytesIO(found.small)).size) <= 480


def test_what_is_transparent_becomes_white() -> None:
    out = BytesIO()
    Image.new("RGBA", (10, 10), (0, 0, 0, 0)).save(out, "PNG")
    assert Image.open(BytesIO(prepared(out.getvalue()).content)).getpixel((5, 5)) == (255, 255, 255)


def test_a_pdf_is_painted_anew_page_by_page() -> None:
    found = prepared(pdf(3), "发票.PDF")
    assert (found.name, found.content_type) == ("发票.pdf", "application/pdf")
    assert len(pypdfium2.PdfDocument(found.content)) == 3
    assert b"Mrs Li" not in found.content


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"<svg onload='alert(1)'/>", "只收照片"),
        (b"GIF89a" + bytes(40), "只收照片"),
        (b"PK\x03\x04" + bytes(60), "只收照片"),
        (b"MZ" + bytes(60), "只收照片"),
        (b"", "空的"),
        (photo(400, 300)[:900], "没有传完整"),
        (b"%PDF-1.7\nnothing", "打不开"),
        (pdf(21), "最多 20 页"),
    ],
)
def test_everything_else_is_refused_with_advice(content: bytes, why: str) -> None:
    with pytest.raises(UploadRefused, match=why):
        prepared(content, "照片.jpg")


def test_a_picture_that_claims_to_be_huge_is_not_unpacked() -> None:
    out = BytesIO()
    Image.new("1", (12_000, 11_000)).save(out, "PNG")
    assert len(out.getvalue()) < 100_000
    with pytest.raises(UploadRefused, match="太大"):
        prepared(out.getvalue())


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("../../etc/passwd", "passwd.jpg"),
        ("C:\\照片\\路灯.heic", "路灯.jpg"),
        ("a‮gpj.exe", "agpj.jpg"),
        ("<b>.png", "b.jpg"),
        ("....", "文件.jpg"),
    ],
)
def test_a_name_is_only_a_name(given: str, shown: str) -> None:
    assert shown_name(given, ".jpg") == shown


def test_a_photo_is_added_shown_taken_away_and_brought_back(desk: Desk) -> None:
    number = desk.handled_case()
    browser = desk.browser("wangfang")
    assert upload(browser, number, photo(800, 600)).status_code == 302
    page = browser.get(f"/desk/cases/{number}").text
    assert "收下了 1 个文件" in page
    assert 'src="/desk/files/1?small=1"' in page
    answer = browser.get("/desk/files/1")
    assert (answer.mimetype, answer.headers["X-Content-Type-Options"]) == ("image/jpeg", "nosniff")
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert len(browser.get("/desk/files/1?small=1").data) < len(answer.data)
    browser.post("/desk/files/1/remove")
    assert 'src="/desk/files/1?small=1"' not in browser.get(f"/desk/cases/{number}").text
    assert desk.browser("zhiyuan").get("/desk/files/1").status_code == 404
    browser.post("/desk/files/1/restore")
    assert 'src="/desk/files/1?small=1"' in browser.get(f"/desk/cases/{number}").text
    with desk.database.read() as session:
        kinds = [e.kind for e in session.scalars(select(Event).order_by(Event.id)) if e.kind.endswith("tached")]
        looks = session.scalars(select(AccessEntry).where(AccessEntry.subject == "attachment:1")).all()
    assert kinds == ["attached", "detached", "attached"]
    assert {look.user_id for look in looks} == {desk.users["wangfang"].id}


def test_what_is_refused_says_why_and_leaves_nothing(desk: Desk) -> None:
    number = desk.handled_case()
    browser = desk.browser("wangfang")
    upload(browser, number, b"MZ" + bytes(90), "照片.exe")
    assert "“照片.exe”没有收下：只收照片" in browser.get(f"/desk/cases/{number}").text
    upload(browser, number, b"", "")
    assert "请先选照片" in browser.get(f"/desk/cases/{number}").text
    with desk.database.read() as session:
        assert session.scalars(select(Attachment)).all() == []


def test_a_paper_is_downloaded_not_opened(desk: Desk) -> None:
    number = desk.handled_case()
    browser = desk.browser("liu")
    upload(browser, number, pdf(), "票.pdf", kind="receipt")
    answer = browser.get("/desk/files/1")
    assert answer.headers["Content-Disposition"].startswith("attachment")
    with desk.database.read() as session:
        row = session.scalars(select(Attachment)).one()
    assert (row.kind, row.small_path) == (AttachmentKind.RECEIPT, "")


def test_files_of_a_confidential_case_are_for_those_who_work_on_it(desk: Desk) -> None:
    number = desk.handled_case()
    upload(desk.browser("wangfang"), number, photo(80, 60))
    with desk.database.write() as session:
        desk.find(session, number).confidential = True
    seen = {name: desk.browser(name).get("/desk/files/1").status_code for name in desk.users}
    assert seen == {"zhiyuan": 403, "lihong": 403, "wangfang": 200, "zhang": 403, "liu": 200, "zhou": 200}


def test_only_who_brought_it_or_a_leader_takes_it_away(desk: Desk) -> None:
    number = desk.handled_case()
    upload(desk.browser("wangfang"), number, photo(80, 60))
    assert desk.browser("zhang").post("/desk/files/1/remove").status_code == 403
    assert desk.browser("liu").post("/desk/files/1/remove").status_code == 302


def test_the_file_is_private_on_the_disk_and_not_found_when_it_is_gone(desk: Desk) -> None:
    number = desk.handled_case()
    upload(desk.browser("wangfang"), number, photo(80, 60))
    home = desk.app.extensions["hotline"].settings.home
    with desk.database.read() as session:
        row = session.scalars(select(Attachment)).one()
    assert (home / row.path).stat().st_mode & 0o777 == 0o600
    (home / row.path).unlink()
    assert desk.browser("liu").get("/desk/files/1").status_code == 404
