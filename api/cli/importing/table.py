"""Reading a CSV file row by row, with what is wrong about a row instead of an end."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from api.cli.output import CommandRefused

ESCAPED = range(0xDC80, 0xDD00)  # what `surrogateescape` makes of bytes that are no text
CHUNK = 1 << 20


@dataclass(frozen=True)
class Line:
    """A row with its number in the file; `cells` is a column → text, without outer white space."""

    number: int
    cells: dict[str, str]


@dataclass(frozen=True)
class Fault:
    """A row that cannot be read."""

    number: int
    column: str | None
    reason: str


@dataclass(frozen=True)
class Table:
    """A CSV file with headings in its first line."""

    path: Path
    encoding: str
    delimiter: str

    def headings(self) -> tuple[str, ...]:
        """Raise `CommandRefused` if there are none, or one twice."""
        for _, cells in self.raw():
            found = tuple(str(cell).strip() for cell in cells)
            if any(is_broken(heading) for heading in found):
                raise CommandRefused("INVALID", f"{self.path.name}: the headings are not {self.encoding}.")
            if len(set(found)) < len(found):
                raise CommandRefused("INVALID", f"{self.path.name}: two columns have the same heading.")
            return found
        raise CommandRefused("INVALID", f"{self.path.name} is empty: its first line must hold the headings.")

    def rows(self, headings: tuple[str, ...]) -> Iterator[Line | Fault]:
        source = self.raw()
        next(source, None)
        for number, cells in source:
            if isinstance(cells, str):
                yield Fault(number, None, cells)
            elif cells:  # an empty line is nothing
                yield self.line(number, cells, headings)

    def line(self, number: int, cells: list[str], headings: tuple[str, ...]) -> Line | Fault:
        if len(cells) != len(headings):
            column = headings[len(cells)] if len(cells) < len(headings) else None
            return Fault(number, column, f"the row has {len(cells)} cells, the headings are {len(headings)}")
        for heading, cell in zip(headings, cells, strict=True):
            if not cell.isascii() and is_broken(cell):
                return Fault(number, heading, f"the text is not {self.encoding}")
            if "\0" in cell:
                return Fault(number, heading, "the text has a NUL in it")
        return Line(number, {heading: cell.strip() for heading, cell in zip(headings, cells, strict=True)})

    def raw(self) -> Iterator[tuple[int, list[str] | str]]:
        """(number, cells) of each row; a text instead of cells says what is wrong with the row."""
        encoding = "utf-8-sig" if self.encoding == "utf-8" else self.encoding
        try:
            with self.path.open(encoding=encoding, errors="surrogateescape", newline="") as file:
                reader = csv.reader(file, delimiter=self.delimiter, strict=True)
                while True:
                    begin = reader.line_num + 1
                    try:
                        cells = next(reader)
                    except StopIteration:
                        return
                    except csv.Error as error:
                        yield begin, f"the row cannot be read ({error})"
                    else:
                        yield begin, cells
        except OSError as error:
            raise CommandRefused("NOT_FOUND", f"{self.path} cannot be read ({error.strerror}).") from error


def is_broken(text: str) -> bool:
    return any(ord(letter) in ESCAPED for letter in text)


def count_rows(path: Path) -> int:
    """About how many rows a file has, for a progress bar: its line ends without the headings."""
    with path.open("rb") as file:
        return max(sum(chunk.count(b"\n") for chunk in iter(lambda: file.read(CHUNK), b"")) - 1, 0)
