"""`hotline export FILE`: the ledger as xlsx, csv or json."""

from pathlib import Path

import click

from handling.clock import SystemClock
from handling.export import WRITERS
from handling.ledger import LedgerFilter, ledger_rows
from handling.scheme.editions import scheme_in_force
from hotline.settings import read_settings
from models import Database


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, writable=True, path_type=Path))
def export(file: Path) -> None:
    """Write the ledger to FILE (.xlsx, .csv or .json by its ending), phones masked. 导出电子台账"""
    write = WRITERS.get(file.suffix.lower())
    if write is None:
        raise click.ClickException(f"{file.name}: the ending must be .xlsx, .csv or .json 文件名要以这些结尾")
    settings = read_settings()
    database = Database(settings.database_url)
    oldest_first = LedgerFilter(sort="number")
    # Written beside and then renamed: whoever reads FILE never finds half a ledger.
    draft = file.with_name(f".{file.name}.part")
    try:
        with database.read() as session, draft.open("wb") as out:
            cases = ledger_rows(session, oldest_first, now=SystemClock().now())
            write(scheme_in_force(session, settings.scheme), cases, out)
        draft.replace(file)
    finally:
        draft.unlink(missing_ok=True)
        database.close()


COMMANDS = (export,)
