"""Once a night: what has been kept long enough goes."""

import logging
from datetime import timedelta

from sqlalchemy import select

from handling.retention import SWEPT, sweep
from hotline.attachments import FOLDER
from hotline.kept_files import delete_files
from hotline.worker.context import WorkerContext
from models import Attachment, Recording

log = logging.getLogger(__name__)

# A recording that is being fetched has a file before its row knows it.
YOUNG = timedelta(days=1)


def delete_what_is_over(context: WorkerContext) -> None:
    """In portions, so that nobody waits long for the database."""
    for kind in SWEPT:
        while _portion(context, kind):
            pass
    delete_orphans(context)


def _portion(context: WorkerContext, kind: str) -> int:
    with context.database.write() as session:
        count, files = sweep(session, context.scheme, kind, context.clock.now())
    # Afterwards: a file without a row is found by `delete_orphans`, a row without a file would look kept.
    delete_files(context.settings.home, files)
    if count:
        log.info("retention: %d %s", count, kind)
    return count


def delete_orphans(context: WorkerContext) -> None:
    """Recordings and photos on the disk that no row knows: a process died between the database and the file."""
    home = context.settings.home
    with context.database.read() as session:
        columns = (Recording.path, Attachment.path, Attachment.small_path)
        known = {path for column in columns for path in session.scalars(select(column).where(column != ""))}
    too_young = (context.clock.now() - YOUNG).timestamp()
    for file in (*context.settings.recordings_dir.rglob("*"), *(home / FOLDER).rglob("*")):
        path = str(file.relative_to(home))
        if file.is_file() and path not in known and file.stat().st_mtime < too_young:
            file.unlink(missing_ok=True)
            log.info("retention: a file that nothing refers to")
