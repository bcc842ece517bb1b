"""`hotline user`: accounts of volunteers and staff."""

import click

from handling.clock import SystemClock
from handling.people import add_user, set_password
from hotline.settings import read_settings
from hotline.setup import prepare_home
from models import Database, Role, User


@click.group()
def user() -> None:
    """Volunteers and staff. 志愿者和工作人员账号"""


@user.command()
@click.argument("username")
@click.option("--name", required=True, help="The name that colleagues see.")
@click.option("--role", required=True, type=click.Choice([r.value for r in Role]))
@click.option("--tier", default="", help="A handler's rank in the scheme, e.g. micro_grid.")
@click.option("--phone", default=None, help="E.164; rung by the 0 key while on duty.")
@click.password_option()
def add(username: str, name: str, role: str, tier: str, phone: str | None, password: str) -> None:
    """Add an account."""
    database = _database()
    with database.write() as session:
        if session.query(User).filter_by(username=username).first():
            raise click.ClickException(f"{username} exists already 用户名已存在")
        try:
            add_user(
                session,
                username=username,
                name=name,
                password=password,
                role=Role(role),
                tier=tier,
                phone=phone,
                now=SystemClock().now(),
            )
        except ValueError as error:
            raise click.ClickException(str(error)) from error
    click.echo(f"added {username} ({role}) 已添加")


@user.command("list")
def list_users() -> None:
    """Show the accounts."""
    with _database().read() as session:
        for row in session.query(User).order_by(User.username):
            click.echo(f"{row.username}\t{row.name}\t{row.role.value}\t{'active' if row.active else 'locked'}")


@user.command()
@click.argument("username")
@click.password_option()
def password(username: str, password: str) -> None:
    """Set a new password; ends this user's sessions."""
    with _database().write() as session:
        row = session.query(User).filter_by(username=username).one_or_none()
        if row is None:
            raise click.ClickException(f"no such user {username} 没有这个用户")
        set_password(row, password)
    click.echo("done 已修改")


def _database() -> Database:
    settings = read_settings()
    prepare_home(settings)
    return Database(settings.database_url)


COMMANDS = (user,)
