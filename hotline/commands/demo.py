"""`hotline demo`: the whole product on this machine, without any account."""

import os
import threading
from time import sleep

import click
import requests

from handling.scheme import load_scheme
from handling.scheme.words import ROLES
from hotline.demo.home import PEOPLE, add_people, demo_settings, password_of
from hotline.server import serve_web, supervised_worker
from hotline.settings import Settings
from hotline.setup import prepare_home
from hotline.speech_models import ensure_some_model
from models import Database

LOOPBACK = "127.0.0.1"
# What to try where, once the pages are open.
HINTS = (
    (
        "/phone/ as 王婆婆: text “赞成” to vote on the shed, “出行” for the questionnaire, “积分” for her points",
        "模拟电话选王婆婆：发“赞成”给车棚投票，发“出行”答问卷，发“积分”查幸福种子",
    ),
    (
        "/phone/ as 刘婆婆: press 一键呼叫; the duty phone is told at once, and again until somebody is there",
        "模拟电话选刘婆婆：按一键呼叫，值班手机马上收到，有人到场才算完",
    ),
    (
        "/phone/, 看往来: what carrier and hotline say to each other, signatures and TwiML",
        "模拟电话最下面“看往来”：运营商和热线怎么一问一答",
    ),
    (
        "/desk/ as coordinator: figures, lights, 1001's account, the running vote, experts, rewards to hand out",
        "工作台用 coordinator 登录：数字、红黄绿灯、1001号的账目、正在进行的表决、智囊团、要发的奖品",
    ),
)
# Those that need nothing of the made-up past.
HINTS_FOR_ALL = HINTS[2:3]


@click.command()
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
def demo(port: int) -> None:
    """A made-up community, one sample call, a telephone in the browser. 演示"""
    settings = demo_settings(port)
    click.echo(f"乡音热线 demonstration, data in {settings.home}")
    prepare_home(settings)
    add_people(settings, Database(settings.database_url))
    if ensure_some_model(settings, click.echo) is None:
        click.echo("No speech model: every call still becomes a case that says 需要人工听.")
    threading.Thread(target=_tell_when_up, args=(settings,), daemon=True).start()
    with supervised_worker(settings.home):
        serve_web(settings, LOOPBACK, port)


def _tell_when_up(settings: Settings) -> None:
    from hotline.demo.story import Story, fits

    try:
        _await_web(settings)
        Story(settings, Database(settings.database_url)).tell()
        _say_where(settings, HINTS if fits(load_scheme(settings.scheme)) else HINTS_FOR_ALL)
    except Exception as error:
        click.echo(f"The demonstration stopped 演示出错: {error}", err=True)
        os._exit(1)


def _await_web(settings: Settings) -> None:
    for _ in range(150):
        try:
            if requests.get(f"{settings.public_url}/healthz", timeout=2).ok:
                return
        except requests.ConnectionError:
            pass
        sleep(0.2)
    raise RuntimeError(f"{settings.public_url} does not answer")


def _say_where(settings: Settings, hints: tuple[tuple[str, str], ...]) -> None:
    click.echo("\nOpen 请打开:")
    click.echo(f"  {settings.public_url}/phone/   a telephone: call, speak, read the SMS 模拟电话")
    click.echo(f"  {settings.public_url}/desk/    the desk of volunteers and staff 工作台")
    for person in PEOPLE:
        password = password_of(settings, person.username)
        click.echo(f"      {person.username:14} {password}   {person.name} {ROLES[person.role]}")
    click.echo(f"  {settings.public_url}/board/   what neighbours see 公示栏")
    click.echo("\nTry 可以试试:")
    for english, chinese in hints:
        click.echo(f"  {english}\n      {chinese}")
    click.echo('In another terminal 另开终端: .venv/bin/hotline text "我们楼道的灯坏了" --wait 10')
    click.echo("Ctrl-C ends it; the data stays. 按 Ctrl-C 结束，数据保留。")


COMMANDS = (demo,)
