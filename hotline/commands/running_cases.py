"""`hotline scheme running`: which running cases follow older rules, and moving them to those in force."""

import click
from sqlalchemy import select

from handling.clock import SystemClock
from handling.deeds import StepNotAllowed
from handling.scheme import Scheme
from handling.scheme.editions import scheme_in_force
from handling.scheme.migration import Move, migrate, preview
from hotline.settings import read_settings
from models import Database, User


@click.command()
@click.option("--move-as", metavar="USERNAME", help="Move them as proposed, in this coordinator's name.")
def running(move_as: str | None) -> None:
    """Running cases that follow older rules than those in force. 正在办的事按哪个流程"""
    settings = read_settings()
    database = Database(settings.database_url)
    try:
        with database.read() as session:
            scheme = scheme_in_force(session, settings.scheme)
            lines = [_line(scheme, move) for move in preview(session, scheme)]
        for line in lines:
            click.echo(line)
        if move_as is None or not lines:
            click.echo(f"{len(lines)} cases follow older rules 件事按旧流程办")
            return
        with database.write() as session:
            user = session.scalars(select(User).where(User.username == move_as)).one_or_none()
            if user is None:
                raise click.ClickException(f"{move_as}: no such user 没有这个用户")
            numbers = [move.case.number for move in preview(session, scheme)]
            moved = migrate(session, scheme, numbers, user, now=SystemClock().now())
        click.echo(f"{len(moved)} cases moved 件事换用了现在的流程")
    except StepNotAllowed as error:
        raise click.ClickException(str(error)) from error
    finally:
        database.close()


def _line(scheme: Scheme, move: Move) -> str:
    """1023  联动办理 → 分级研判  B → A (the last two only where they change)."""
    step = scheme.step(move.step).name
    level = f"  {move.case.level} → {move.level}" if move.level_lost else ""
    return f"{move.case.number}  {move.old_step} → {step}{level}" + ("  !" if move.lost else "")
