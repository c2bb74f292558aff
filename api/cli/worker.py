"""`crm worker`."""

from __future__ import annotations

import asyncio

import typer

from api import telemetry
from api.db import checks
from api.settings import load
from api.worker import process

from .database import open_database
from .output import CommandRefused
from .watch import kept_running

app = typer.Typer()


@app.command(help="Send out events, run jobs and timers, delete what is old. Several may run at once.")
def worker() -> None:
    settings = load()
    with open_database(settings) as database:
        found = asyncio.run(checks.problems(database.urls.worker))
        if found:
            raise CommandRefused("CANNOT_WORK", *(f"CRM_WORKER_DATABASE_URL: {line}" for line in found))
        telemetry.configure(settings.log_level)
        typer.echo("Working; Ctrl-C stops it.")
        with kept_running(database.embedded):
            process.run(settings, database.urls, database.secret())
    typer.echo("Stopped.")
