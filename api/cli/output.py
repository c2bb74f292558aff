"""How commands speak: one result line or one JSON object, tables, a progress bar, refusals."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

BAR_AFTER_SECONDS = 2.0
BETWEEN_COLUMNS = (0, 2)

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object instead of text.")]


class CommandRefused(Exception):
    """The command cannot be done. `code` is stable; each sentence says what is wrong and what to do next."""

    def __init__(self, code: str, *sentences: str) -> None:
        self.code, self.sentences = code, sentences
        super().__init__(f"{code}: {' '.join(sentences)}")


def say(line: str, facts: Mapping[str, Any], *, as_json: bool) -> None:
    """The one result line, or the same as JSON."""
    typer.echo(json.dumps(facts, ensure_ascii=False, default=str) if as_json else line)


def say_rows(name: str, rows: Sequence[Mapping[str, Any]], nothing: str, *, as_json: bool) -> None:
    """A table with the keys of the rows as its heading; `nothing` if there are none."""
    if as_json:
        typer.echo(json.dumps({name: rows}, ensure_ascii=False, default=str))
    elif not rows:
        typer.echo(nothing)
    else:
        # Piped into another program nothing is cut off to fit a screen nobody looks at.
        width = None if sys.stdout.isatty() else 10_000
        table = Table(box=None, pad_edge=False, padding=BETWEEN_COLUMNS, header_style="bold")
        for heading in rows[0]:
            table.add_column(heading)
        for row in rows:
            table.add_row(*("" if value is None else str(value) for value in row.values()))
        Console(width=width, markup=False, highlight=False).print(table)


@contextmanager
def progress(title: str, total: int) -> Iterator[Callable[[int], None]]:
    """Yield a function that is told how much more is done; on a terminal a bar appears after two seconds."""
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    bar = Progress(*columns, console=console, transient=True)
    task = bar.add_task(title, total=total)
    began = time.monotonic()

    def advance(steps: int) -> None:
        bar.advance(task, steps)
        if console.is_terminal and not bar.live.is_started and time.monotonic() - began > BAR_AFTER_SECONDS:
            bar.start()

    try:
        yield advance
    finally:
        if bar.live.is_started:
            bar.stop()
