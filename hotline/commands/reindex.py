"""`hotline reindex`: the search of the ledger made anew."""

import click

from handling.search import rebuild
from hotline.settings import read_settings
from models import Database


@click.command()
def reindex() -> None:
    """Make the search of the ledger anew from the cases, also while the service runs. 重建台账的搜索"""
    database = Database(read_settings().database_url)
    try:
        done = 0
        for done in rebuild(database):
            click.echo(f"{done} …", err=True)
        click.echo(f"{done} cases can be searched 台账里的 {done} 件都能搜到了")
    finally:
        database.close()


COMMANDS = (reindex,)
