"""`hotline serve`, `hotline worker`: the product in service."""

import logging
import signal

import click

from hotline.first_start import has_users, setup_token
from hotline.server import serve_web, supervised_worker
from hotline.settings import Settings, read_settings
from hotline.setup import prepare_home
from models import Database


@click.command()
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
@click.option("--host", default="127.0.0.1", show_default=True, help="Where to listen; put a TLS proxy before it.")
@click.option("--no-worker", is_flag=True, help="Web alone; workers run elsewhere.")
def serve(port: int, host: str, no_worker: bool) -> None:
    """Web and worker on this machine. 启动热线"""
    _log_to_stderr()
    settings = read_settings().safe()
    if settings.demo:
        raise click.ClickException(
            f"{settings.home} holds the demonstration, whose passwords are public. Set HOTLINE_HOME to another "
            "folder. 这是演示数据,密码公开,请换一个 HOTLINE_HOME。"
        )
    prepare_home(settings)
    _say_how_to_begin(settings, host, port)
    click.echo(f"乡音热线 on http://{host}:{port}/desk/ , for the carrier {settings.public_url}/twilio/voice")
    with supervised_worker(settings.home, enabled=not no_worker):
        serve_web(settings, host, port)


def _say_how_to_begin(settings: Settings, host: str, port: int) -> None:
    """While there is no account: the address under which the first one is made, which works once."""
    database = Database(settings.database_url)
    with database.read() as session:
        begun = has_users(session)
    database.close()
    if not begun:
        page = f"/desk/setup/first/{setup_token(settings.home)}"
        click.echo("No account yet. Set up here, once 还没有账号，请用这个地址开通（只能用一次）:")
        click.echo(f"  http://{host}:{port}{page}\n  {settings.public_url}{page}")


@click.command()
@click.option("--parent", type=int, help="End when this process, which started us, is gone.")
def worker(parent: int | None) -> None:
    """The worker alone: transcribes, understands, sends. 只启动后台"""
    from hotline.worker.run import Worker

    settings = read_settings()
    if not settings.demo:
        _log_to_stderr()
        settings.safe()
    prepare_home(settings)
    running = Worker(settings)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: running.stop())
    running.run(parent)


def _log_to_stderr() -> None:
    """For the journal. Log lines hold ids, never numbers, texts or tokens."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    # These log every request with its address, and an address may hold a number.
    for name in ("twilio", "urllib3", "apscheduler"):
        logging.getLogger(name).setLevel(logging.WARNING)


COMMANDS = (serve, worker)
