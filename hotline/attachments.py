"""Files that people upload: what is taken, what is made of it, where it lies.

Nothing is kept as it came. A picture is painted anew as JPEG, at most 2048 pixels wide or high, without EXIF
(place, device, time); a PDF becomes a PDF of its pages' pictures. So no macro, script or hidden file comes
through, whatever the name says. Everything else is refused with advice.

To add a file from another page (a receipt, minutes)::

    prepared = prepare_upload(request.files.get("receipt"))        # UploadRefused: its text goes beside the field
    with hotline.database.write() as session:
        attachment = store_file(
            session, hotline.settings.home, prepared, case=case, user=acting_user(session),
            kind=AttachmentKind.RECEIPT, now=hotline.clock.now(),
        )
        ... keep attachment.id in your own table ...

Prepare outside of the transaction: it takes up to a second. The form needs enctype="multipart/form-data" and
`<input type="file" accept="{{ upload_accept }}">`. `attachment_link(attachment)`, known to all desk templates,
shows it; `handling.attachments` takes it away and brings it back."""

import hashlib
import os
import re
import secrets
import threading
import unicodedata
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from pathlib import Path, PurePosixPath

import pypdfium2
from PIL import Image, ImageOps, UnidentifiedImageError
from sqlalchemy.orm import Session
from werkzeug.datastructures import FileStorage

from handling.attachments import add_attachment
from models import Attachment, AttachmentKind, Suggestion, User

ACCEPT = "image/jpeg,image/png,image/webp,application/pdf"
FOLDER = "attachments"
LARGEST_SIDE, SMALL_SIDE = 2048, 480
# More than a usual phone's camera has; a bomb of a few kilobytes claims far more.
MOST_PIXELS = 80_000_000
MOST_PAGES = 20
PDF_DPI = 110
QUALITY = 82
_FORMATS = ("JPEG", "PNG", "WEBP")
# PDFium is not safe to call from two threads at once.
_one_pdf_at_a_time = threading.Lock()
_SUFFIXES = {"image/jpeg": ".jpg", "application/pdf": ".pdf"}


class UploadRefused(Exception):
    """The text says in Chinese why, and what to do."""


@dataclass(frozen=True)
class Prepared:
    """What will be stored. `small`: the little picture (JPEG), empty for a PDF."""

    name: str
    content_type: str
    content: bytes
    small: bytes = b""


def prepare_upload(upload: FileStorage | None) -> Prepared:
    """Raises UploadRefused. Takes the content's word for its type, not the name's or the browser's."""
    if upload is None or not upload.filename:
        raise UploadRefused("请选一个文件")
    content = upload.stream.read()
    if not content:
        raise UploadRefused("这个文件是空的")
    if content[:1024].lstrip().startswith(b"%PDF-"):
        return Prepared(shown_name(upload.filename, ".pdf"), "application/pdf", repainted_pdf(content))
    with open_picture(content) as picture:
        whole = repainted(picture, LARGEST_SIDE)
    with Image.open(BytesIO(whole)) as picture:
        small = repainted(picture, SMALL_SIDE)
    return Prepared(shown_name(upload.filename, ".jpg"), "image/jpeg", whole, small)


def open_picture(content: bytes) -> Image.Image:
    """Not yet decoded, so that its size can be asked first."""
    try:
        picture = Image.open(BytesIO(content), formats=_FORMATS)
    except (UnidentifiedImageError, OSError, ValueError, Image.DecompressionBombError):
        raise UploadRefused("只收照片（JPG、PNG、WebP）和 PDF；别的请拍照或者截图") from None
    if picture.width * picture.height > MOST_PIXELS:
        raise UploadRefused("照片太大了，请用手机相册缩小后再传")
    return picture


def repainted(picture: Image.Image, largest: int) -> bytes:
    """The picture upright on white, as JPEG without any metadata."""
    try:
        picture.draft("RGB", (largest, largest))
        upright = ImageOps.exif_transpose(picture)
        upright.thumbnail((largest, largest))
        flat = Image.new("RGB", upright.size, "white")
        layered = upright.convert("RGBA")
        flat.paste(layered, mask=layered.getchannel("A"))
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        raise UploadRefused("这张照片打不开，可能没有传完整，请重新选一次") from None
    out = BytesIO()
    flat.save(out, "JPEG", quality=QUALITY, optimize=True, progressive=True)
    return out.getvalue()


def repainted_pdf(content: bytes) -> bytes:
    """A PDF that holds only pictures of the pages."""
    try:
        with _one_pdf_at_a_time, closing(pypdfium2.PdfDocument(content)) as document:
            if len(document) > MOST_PAGES:
                raise UploadRefused(f"PDF 最多 {MOST_PAGES} 页")
            pages = [_page_picture(page) for page in document]
    except pypdfium2.PdfiumError:
        raise UploadRefused("这个 PDF 打不开（可能有密码，或者坏了），请拍照上传") from None
    out = BytesIO()
    pages[0].save(out, "PDF", save_all=True, append_images=pages[1:], resolution=PDF_DPI, quality=QUALITY)
    return out.getvalue()


def _page_picture(page: pypdfium2.PdfPage) -> Image.Image:
    # A page may claim to be a kilometre wide.
    scale = min(PDF_DPI / 72, LARGEST_SIDE / max(*page.get_size(), 1))
    picture: Image.Image = page.render(scale=scale).to_pil()
    return picture.convert("RGB")


def shown_name(filename: str, suffix: str) -> str:
    """The name for people: no folders, no control characters, the ending of what it has become."""
    plain = unicodedata.normalize("NFC", filename.replace("\\", "/"))
    plain = re.sub(r"[\x00-\x1f\x7f<>:\"|?*‪-‮⁦-⁩]", "", PurePosixPath(plain).name)
    stem = PurePosixPath(plain).stem.strip(" .")[:100]
    return f"{stem or '文件'}{suffix}"


def store_file(
    session: Session,
    home: Path,
    prepared: Prepared,
    *,
    case: Suggestion | None,
    user: User,
    kind: AttachmentKind,
    now: datetime,
) -> Attachment:
    """Write it under HOTLINE_HOME and add the row (and the case's event) to the session; `id` is set."""
    folder = home / FOLDER / f"{now:%Y-%m}"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    name = secrets.token_hex(16)
    path = folder / f"{name}{_SUFFIXES[prepared.content_type]}"
    small = folder / f"{name}-small.jpg"
    _write(path, prepared.content)
    if prepared.small:
        _write(small, prepared.small)
    return add_attachment(
        session,
        Attachment(
            kind=kind,
            name=prepared.name,
            content_type=prepared.content_type,
            size=len(prepared.content),
            sha256=hashlib.sha256(prepared.content).hexdigest(),
            path=str(path.relative_to(home)),
            small_path=str(small.relative_to(home)) if prepared.small else "",
        ),
        case=case,
        user=user,
        now=now,
    )


def _write(path: Path, content: bytes) -> None:
    # 0600: photos show homes and people.
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
