"""`hotline scheme`: a community's way of handling, looked at and checked."""

from collections.abc import Iterator

import click
from sqlalchemy import inspect

from handling.clock import SHANGHAI
from handling.notices import compose
from handling.scheme import Scheme, SchemeError, Step, Template, bundled_schemes, load_scheme
from handling.scheme.deliberation import share_in_words
from handling.scheme.diff import differences
from handling.scheme.editions import InForce, edition_in_force, in_force
from handling.scheme.graph import mermaid
from handling.scheme.notice_variables import variables_of
from handling.scheme.reasons import explained
from handling.scheme.words import ROLES, responsible, supervision_words, time_limit
from handling.sms import ONE_SEGMENT, SEGMENT_OF_MANY, sms_units
from handling.visits import KINDS
from hotline.commands.running_cases import running
from hotline.settings import read_settings
from models import Database, SchemeEdition, VisitKind


@click.group()
def scheme() -> None:
    """Schemes: a community's way of handling. 办理流程"""


@scheme.command("list")
def list_schemes() -> None:
    """The bundled schemes."""
    for name in bundled_schemes():
        click.echo(f"{name}\t{load_scheme(name).title}")


@scheme.command()
@click.argument("file")
def check(file: str) -> None:
    """Does FILE fit together? Says file, line and reason when not."""
    found = _load(file)
    steps, levels, notices = len(found.steps), len(found.levels), len(found.notices)
    click.echo(f"{found.name} 可以用: {steps} steps 步, {levels} levels 级, {notices} notices 通知模板")


@scheme.command()
@click.argument("name", required=False)
def show(name: str | None) -> None:
    """Everything that NAME says, for people to read; without NAME, what is in force here, and from where."""
    if name is not None:
        click.echo("\n".join(_described(_load(name))))
        return
    rules = _in_force()
    click.echo("\n".join(_described(rules.scheme)))


def _in_force() -> InForce:
    """Says on the first line which rules are in force."""
    settings = read_settings()
    database = Database(settings.database_url)
    try:
        if not inspect(database.engine).has_table(SchemeEdition.__tablename__):
            rules, edition = InForce(_load(settings.scheme)), None
        else:
            with database.read() as session:
                rules, edition = in_force(session, settings.scheme), edition_in_force(session)
    finally:
        database.close()
    where = f"the file 文件 {settings.scheme}"
    if edition is not None:
        when = edition.created_at.astimezone(SHANGHAI)
        own = f"edition 第 {edition.number} 版 of the desk 工作台 ({edition.author.name}, {when:%Y-%m-%d %H:%M})"
        where = f"{own} over {where}" if edition.text else f"{where}, as {own} says"
    click.echo(f"In force 正在用: {where}")
    if rules.fault:
        click.echo(
            f"The desk's text does not fit the file any more, so its kept rules are in force: {rules.fault}"
        )
    return rules


@scheme.command()
@click.argument("one")
@click.argument("other")
def diff(one: str, other: str) -> None:
    """What differs between ONE and OTHER: + added, - gone, ~ changed."""
    for difference in differences(_load(one), _load(other)):
        click.echo(str(difference))


@scheme.command()
@click.argument("name")
def graph(name: str) -> None:
    """The steps of NAME as a Mermaid flowchart."""
    click.echo(mermaid(_load(name)), nl=False)


def _load(name: str) -> Scheme:
    try:
        return load_scheme(name)
    except SchemeError as error:
        raise click.ClickException(f"{error}\n错误：{explained(error)}") from error


def _described(scheme: Scheme) -> Iterator[str]:
    yield f"{scheme.name}  {scheme.title}" + (f"  (extends {scheme.extends})" if scheme.extends else "")
    yield f"{scheme.community.name} {scheme.community.signature}"
    yield "\n级别 levels"
    for level in scheme.levels:
        experts = " 要专家意见" if level.experts else ""
        limit = f"{time_limit(level)}，{responsible(scheme, level)}负责{experts}"
        yield f"  {level.code} {level.shape} {level.colour} {level.name}：{limit}"
    for step in scheme.steps:
        yield from _step(scheme, step)
    for title, parts in (("渠道 channels", scheme.channels), ("打印的单子 forms", scheme.forms)):
        if parts:
            yield f"\n{title}"
            yield from (f"  {part.code} {part.name}" for part in parts)
    if scheme.units:
        yield "\n单位 units"
        yield from (f"  {unit.code} {unit.name} {unit.kind}".rstrip() for unit in scheme.units)
    yield from _afterwards(scheme)
    if scheme.deliberations:
        yield "\n议事 deliberations"
    for kind in scheme.deliberations:
        stages = " → ".join(stage.name for stage in kind.stages) or "开一次会"
        yield f"  {kind.name}：{stages}；{share_in_words(kind.quorum)}参与，{share_in_words(kind.threshold)}同意"
    if scheme.indicators:
        yield "\n指标 indicators"
    for indicator in scheme.indicators:
        events = f"{' / '.join(indicator.start)} → {' / '.join(indicator.end)}"
        yield f"  {indicator.name}：{events}，{time_limit(indicator)}"
    if scheme.supervision:
        yield "\n督办 supervision"
        yield from (f"  {words}" for words in supervision_words(scheme))
    yield "\n通知模板 notices: id, units of fixed words / room, variables"
    for name, template in scheme.notices.items():
        yield _notice(scheme, name, template)


def _afterwards(scheme: Scheme) -> Iterator[str]:
    visits = scheme.visits
    kinds = "、".join(KINDS[VisitKind(kind)] for kind in visits.kinds)
    levels = f"（{'、'.join(visits.levels)}类）" if visits.levels else ""
    if kinds:
        yield f"\n回访 visits{levels}：{kinds}，{visits.working_days}个工作日内"
    if visits.reopens:
        yield f"不满意（{visits.unhappy}分以下）的回到“{scheme.step(visits.reopens).name}”，换人再办一次"
    if scheme.confidential_domains:
        yield f"保密 confidential：{'、'.join(scheme.confidential_domains)}"


def _step(scheme: Scheme, step: Step) -> Iterator[str]:
    limit = f"（{time_limit(step)}）" if step.is_limited else ""
    yield f"\n{step.code} {step.name}{limit}"
    for action in step.actions:
        who = "、".join(ROLES.get(role, role.value) for role in action.roles)
        levels = f" 只有{'、'.join(action.levels)}类" if action.levels else ""
        leads = f" → {scheme.step(action.next).name}" if action.next else ""
        ends = f" → {action.state.value}" if action.state else ""
        tells = f" 通知 {action.notice}" if action.notice else ""
        yield f"  {action.code} {action.name}：{who}{levels}{leads}{ends}{tells}"


def _notice(scheme: Scheme, name: str, template: Template) -> str:
    used = sorted(variables_of(template.text))
    fixed = sms_units(compose(scheme, template, dict.fromkeys(used, "")))
    room = ONE_SEGMENT if template.segments == 1 else SEGMENT_OF_MANY * template.segments
    return f"  {name} {fixed}/{room} {' '.join(used)}".rstrip()


scheme.add_command(running)

COMMANDS = (scheme,)
