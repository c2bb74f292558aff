"""`crm schema print`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from api.schema import schema

from .output import CommandRefused

app = typer.Typer(no_args_is_help=True)


@app.callback(help="The GraphQL schema; needs no database.")
def group() -> None:
    """With a callback Typer keeps the name of the only command."""


@app.command("print", help="Print the schema in GraphQL's schema language, with its descriptions.")
def print_schema(
    output: Annotated[Path | None, typer.Option(help="Write it to this file instead.")] = None,
) -> None:
    if output is None:
        typer.echo(schema.sdl, nl=False)
        return
    try:
        output.write_text(schema.sdl, encoding="utf-8")
    except OSError as error:
        raise CommandRefused(
            "NOT_WRITABLE", f"{output} cannot be written ({error.strerror}): choose another."
        ) from error
    typer.echo(f"The schema is in {output}.")
