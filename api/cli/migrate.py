"""`crm migrate`."""

from __future__ import annotations

from contextlib import ExitStack
from typing import Annotated

import typer

from api.db import migrations
from api.db.embedded import EmbeddedPostgres
from api.settings import SettingRefused, load

from .output import AsJson, CommandRefused, say

app = typer.Typer()


@app.command(help="Bring the tables of the database up to date; nothing happens if they are.")
def migrate(
    *,
    sql: Annotated[bool, typer.Option("--sql", help="Print the SQL of all migrations and touch nothing.")] = False,
    as_json: AsJson = False,
) -> None:
    if sql:
        typer.echo(migrations.sql(), nl=False)
        return
    settings = load()
    with ExitStack() as opened:
        if settings.embedded:
            url = opened.enter_context(EmbeddedPostgres(settings.data_dir)).urls().migration
        elif settings.migration_database_url is None:
            raise SettingRefused("CRM_MIGRATION_DATABASE_URL is missing: it logs in as crm_migrator.")
        else:
            url = settings.migration_database_url
        before = upgrade(url)
    head = migrations.head()
    line = f"The database is at {head} already." if before == head else f"The database is now at {head}."
    say(line, {"before": before, "revision": head}, as_json=as_json)


def upgrade(url: str) -> str | None:
    """Bring the database up to date. Returns where it was before.

    Raises:
        CommandRefused: it cannot be done.
    """
    if not url:
        raise SettingRefused("CRM_MIGRATION_DATABASE_URL is missing: it logs in as crm_migrator.")
    try:
        before = migrations.current(url)
        migrations.upgrade(url)
    except migrations.MigrationFailed as error:
        raise CommandRefused("MIGRATION", str(error)) from error
    return before
