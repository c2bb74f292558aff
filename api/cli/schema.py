"""`crm schema print | check`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from graphql import GraphQLError, GraphQLSchema, build_schema

from api.schema import schema
from api.schema.comparison import Change, Severity, changes, tally
from api.schema.deprecations import UnclearDeprecation, deprecations
from api.schema.federation import subgraph
from api.settings import ROOT

from .output import AsJson, CommandRefused, say

app = typer.Typer(no_args_is_help=True, help="The GraphQL schema; needs no database.")

RELEASES = ROOT / "docs" / "releases"
LONGEST_LINE = 160


@app.command("print", help="Print the schema in GraphQL's schema language, with its descriptions.")
def print_schema(
    output: Annotated[Path | None, typer.Option(help="Write it to this file instead.")] = None,
    *,
    as_subgraph: Annotated[bool, typer.Option("--subgraph", help="As a subgraph, for composers and routers.")] = False,
) -> None:
    text = subgraph().sdl if as_subgraph else schema.sdl
    if output is None:
        typer.echo(text, nl=False)
        return
    try:
        output.write_text(text, encoding="utf-8")
    except OSError as error:
        raise CommandRefused(
            "NOT_WRITABLE", f"{output} cannot be written ({error.strerror}): choose another."
        ) from error
    typer.echo(f"The schema is in {output}.")


@app.command(help="Compare the schema with a release. Exit code 1 if something breaks that was not announced.")
def check(
    old: Annotated[
        Path | None, typer.Argument(help="File of the released schema; default the newest in docs/releases/.")
    ] = None,
    *,
    as_json: AsJson = False,
) -> None:
    path = newest_release(RELEASES) if old is None else old
    released = schema_of(path)
    try:
        deprecations(schema.core)
        found = changes(released, schema.core, datetime.now(UTC).date())
    except UnclearDeprecation as error:
        raise CommandRefused("UNCLEAR_DEPRECATION", f"{error}.") from error
    counts = tally(found)
    if not as_json:
        tell(found)
    told = ", ".join(f"{number} {name}" for name, number in counts.items())
    facts = {"since": str(path), **counts, "changes": [asdict(change) for change in found]}
    say(f"Since {path}: {told}.", facts, as_json=as_json)
    if counts["unannounced"]:
        raise typer.Exit(code=1)


def newest_release(folder: Path) -> Path:
    """The schema of the highest version.

    Raises:
        CommandRefused: there is none.
    """
    found = [path for path in folder.glob("*/schema.graphql") if version_of(path)]
    if not found:
        raise CommandRefused("NO_RELEASE", f"No release is in {folder}: name the file to compare with.")
    return max(found, key=version_of)


def version_of(path: Path) -> tuple[int, ...]:
    """The version its folder is named after; empty for anything else."""
    parts = path.parent.name.split(".")
    return tuple(int(part) for part in parts) if all(part.isdecimal() for part in parts) else ()


def schema_of(path: Path) -> GraphQLSchema:
    try:
        return build_schema(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise CommandRefused("NOT_READABLE", f"{path} cannot be read ({error}): name the file of a schema.") from error
    except (GraphQLError, TypeError) as error:  # what does not parse, and what does not fit together
        problem = str(error).partition("\n")[0].rstrip(".")
        raise CommandRefused("NOT_A_SCHEMA", f"{path} is not a schema in GraphQL's language: {problem}.") from error


def tell(found: Sequence[Change]) -> None:
    """One line for each change, with a heading for each severity."""
    for severity in Severity:
        of_severity = [change for change in found if change.severity is severity]
        if of_severity:
            typer.echo(f"{severity}:")
        for change in of_severity:
            note = " (announced)" if change.announced else ""
            typer.echo(f"  {change.kind} {shortened(change.description)}{note}")


def shortened(text: str) -> str:
    """A description on one line; that of a changed description holds all of it."""
    line = " ".join(text.split())
    return line if len(line) <= LONGEST_LINE else f"{line[: LONGEST_LINE - 1]}…"
