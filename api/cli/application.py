"""The table of commands.

A command's module is imported when the command is called: Alembic, SQLAlchemy and uvicorn together take a second to
load, and `crm --help` needs none of them. This is the one place that imports by name.
"""

from __future__ import annotations

import gc
import signal
from collections.abc import Mapping, Sequence
from importlib import import_module
from types import MappingProxyType
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from api import __version__

# Command → its module, which has a Typer application `app`, and what the list of commands says of it.
COMMANDS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "demo": ("api.cli.demo", "Serve the CRM with a tenant full of examples; Ctrl-C stops everything."),
        "serve": ("api.cli.serve", "Serve the API."),
        "worker": ("api.cli.worker", "Send out events, run jobs and timers, delete what is old."),
        "jobs": ("api.cli.jobs", "List jobs, show one, and run it again."),
        "migrate": ("api.cli.migrate", "Bring the tables of the database up to date."),
        "tenant": ("api.cli.tenants", "Make, list and archive tenants."),
        "role": ("api.cli.roles", "List roles, and give them to people."),
        "user": ("api.cli.users", "Invite people to sign in, and end that."),
        "token": ("api.cli.tokens", "Make, list and revoke tokens."),
        "documents": ("api.cli.documents", "Register, list and retire the documents that clients may send."),
        "import": ("api.cli.imports", "Load records from files."),
        "schema": ("api.cli.schema", "Print the GraphQL schema."),
        "explain": ("api.cli.explain", "Show how a query becomes SQL, and what PostgreSQL does with it."),
        "doctor": ("api.cli.doctor", "Check this installation, its database and its settings."),
    }
)
ENDING_SIGNALS = (signal.SIGTERM, signal.SIGHUP)


class Commands(TyperGroup):
    """Loads the command that is called; the others stay one line of help."""

    def resolve_command(self, ctx: Any, args: list[str]) -> tuple[str | None, Any, list[str]]:
        if args and args[0] in COMMANDS:
            self.commands[args[0]] = typer.main.get_command(loaded(COMMANDS[args[0]][0]).app)
        return super().resolve_command(ctx, args)


app = typer.Typer(cls=Commands, add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False)


def loaded(name: str) -> Any:
    """The module. What loading makes stays for good: to look for garbage in it costs a fifth of the start."""
    gc.disable()
    try:
        return import_module(name)
    finally:
        gc.enable()
        gc.freeze()


def print_version(value: bool) -> None:
    if value:
        typer.echo(__version__)
        raise typer.Exit


@app.callback(help="A CRM without a screen. Begin with: crm demo")
def options(
    *,
    version: Annotated[
        bool, typer.Option("--version", help="Print the version and stop.", is_eager=True, callback=print_version)
    ] = False,
) -> None:
    """What may stand before a command."""


def placeholder() -> None:
    """Stands in the list of commands for one that is not loaded."""


for name, (_, text) in COMMANDS.items():
    app.command(name, help=text)(placeholder)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the program; a refusal is one line on standard error and exit code 1, anything else a bug with its stack."""
    if arguments is None:
        end_in_good_order()
    try:
        app(arguments)
    except Exception as error:
        lines = import_module("api.cli.refusals").lines_of(error)
        if not lines:
            raise
        for line in lines:
            typer.echo(line, err=True)
        raise SystemExit(1) from None


def end_in_good_order() -> None:
    """Let whoever ends us otherwise than by Ctrl-C also give us time to stop the database."""
    for number in ENDING_SIGNALS:
        if signal.getsignal(number) is signal.SIG_DFL:  # `nohup` has set another
            signal.signal(number, lambda *_: signal.raise_signal(signal.SIGINT))
