"""Reading one table of a PostgreSQL script of CREATE TABLE and INSERT statements, as `Table` reads a CSV file."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from api.cli.output import CommandRefused

from .table import Fault, Line

CREATE = re.compile(r"CREATE TABLE (?:\w+\.)?(\w+) \((.*?)\n\);", re.DOTALL)
COLUMN = re.compile(r"^\s+\"?(\w+)\"? (?!PRIMARY|FOREIGN|CONSTRAINT)", re.MULTILINE)
VALUE = re.compile(r"\s*(?:'((?:[^']|'')*)'|NULL|([^,'()\s]+))\s*(,|\)\s*;?\s*$)")


@dataclass(frozen=True)
class SqlTable:
    """The rows that the INSERT statements of a script put into one table; NULL is an empty cell."""

    path: Path
    table: str

    def headings(self) -> tuple[str, ...]:
        for name, body in CREATE.findall(self.text()):
            if name == self.table:
                return tuple(COLUMN.findall("\n" + body.strip("\n")))
        raise CommandRefused("INVALID", f"{self.path.name}: there is no CREATE TABLE {self.table} in this script.")

    def rows(self, headings: tuple[str, ...]) -> Iterator[Line | Fault]:
        begin = f"INSERT INTO {self.table} VALUES ("  # noqa: S608 - looked for, not sent
        for number, line in enumerate(self.text().split("\n"), 1):
            if line.startswith(begin):
                cells = values_of(line[len(begin) :])
                if cells is None or len(cells) != len(headings):
                    found = "a form that cannot be read" if cells is None else f"{len(cells)} values"
                    yield Fault(number, None, f"the row has {found}, the table has {len(headings)} columns")
                else:
                    yield Line(number, dict(zip(headings, cells, strict=True)))

    def text(self) -> str:
        try:
            return self.path.read_text(encoding="utf-8")
        except OSError as error:
            raise CommandRefused("NOT_FOUND", f"{self.path} cannot be read ({error.strerror}).") from error
        except UnicodeDecodeError as error:
            raise CommandRefused("INVALID", f"{self.path.name} is not UTF-8 (byte {error.start}).") from error


def values_of(text: str) -> list[str] | None:
    """The values of one VALUES list behind its bracket; None for what is no such list.

    >>> values_of("'ALFKI', 'L''Été', NULL, 12);")
    ['ALFKI', "L'Été", '', '12']
    """
    cells, at = [], 0
    while match := VALUE.match(text, at):
        quoted, plain, end = match.groups()
        cells.append((quoted.replace("''", "'") if quoted is not None else plain or "").strip())
        if end != ",":
            return cells
        at = match.end()
    return None


def count_inserts(path: Path, table: str) -> int:
    """How many rows a script puts into a table."""
    begin = f"INSERT INTO {table} VALUES (".encode()  # noqa: S608 - looked for, not sent
    return sum(line.startswith(begin) for line in path.read_bytes().split(b"\n"))
