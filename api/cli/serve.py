"""`crm serve`."""

from __future__ import annotations

from typing import Annotated

import typer

from api.app import CannotServe
from api.app import serve as serve_until_stopped
from api.db.embedded import EmbeddedPostgres
from api.db.secret_files import secret_key
from api.db.urls import Urls
from api.http.server import AddressTaken
from api.settings import Settings, load

from .database import own_urls
from .output import CommandRefused
from .watch import kept_running

app = typer.Typer()

Host = Annotated[str | None, typer.Option(help="Address to listen on; default CRM_HOST, else 127.0.0.1.")]
Port = Annotated[int | None, typer.Option(min=0, max=65_535, help="Port; 0 takes a free one. Default CRM_PORT.")]


@app.command(help="Serve the API until SIGINT or SIGTERM. Refuses to start on a database that cannot be trusted.")
def serve(
    host: Host = None,
    port: Port = None,
    workers: Annotated[int, typer.Option(min=1, max=64, help="Processes that answer requests.")] = 1,
) -> None:
    settings = listening(load(), host, port)
    if not settings.embedded:
        urls = own_urls(settings)
        run(settings, urls, workers)
        return
    with EmbeddedPostgres(settings.data_dir) as embedded, kept_running(embedded):
        run(settings, embedded.urls(), workers)


def listening(settings: Settings, host: str | None, port: int | None) -> Settings:
    """The settings with what the command line says instead."""
    given = {"host": host, "port": port}
    return settings.model_copy(update={name: value for name, value in given.items() if value is not None})


def run(settings: Settings, urls: Urls, workers: int) -> None:
    secret = secret_key(settings.data_dir, settings)
    try:
        serve_until_stopped(settings, urls, secret, workers=workers, on_started=tell)
    except CannotServe as error:
        raise CommandRefused("CANNOT_SERVE", *error.problems) from error
    except AddressTaken as error:
        raise CommandRefused("ADDRESS_TAKEN", str(error)) from error


def tell(url: str) -> None:
    typer.echo(f"Serving {url}/graphql; Ctrl-C stops it.")
