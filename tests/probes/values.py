"""What stands in the columns of the world: a canary in every text, numbers and days that betray their tenant.

A canary is `cnry_<tenant>_<table>_<column>_<n>`; an address or a domain keeps its form around it. Ids carry a marker of
their tenant, numbers begin with 19 and its number, instants and days have a year of its own.
"""

import hashlib
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any, cast
from uuid import UUID

from sqlalchemy import BigInteger, Boolean, Date, DateTime, Integer, LargeBinary, Numeric, Text, Uuid
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from api.domain.kernel import EnumText, fold

LETTERS = "abc"
TWIN = {"c": "a"}  # the people of C have the names and addresses of those of A
MARKER = "badcafe"
CANARY = re.compile(r"cnry[_-]([a-c])[_-]([a-z_-]+?)[_-](\d+)(?![0-9])")
ID = re.compile(rf"[0-9a-f]{{20}}{MARKER}([1-3])[0-9a-f]{{4}}")
NUMBER = re.compile(r"(?<![0-9a-f])19([123])0\d{4}\.?\d{2}(?![0-9a-f])")
YEAR = re.compile(r"(?<![0-9])20([3-5])\d-\d\d-\d\d")
NOBODY = "!"  # behind a canary: sorts next to it, and nobody has it
STEP = 100


def number_of(letter: str) -> int:
    return LETTERS.index(letter) + 1


def id_of(letter: str, table: int, n: int) -> UUID:
    """A UUID of version 7 with the tenant's marker; those of one table and tenant are in the order of `n`."""
    return UUID(f"0190{n:08x}7{table:03x}80{0:02x}{MARKER}{number_of(letter)}{n:04x}")


def canary(letter: str, table: str, column: str, n: int) -> str:
    human = letter if table == "tenants" else TWIN.get(letter, letter)
    base = re.sub(r"_(norm|sort)$", "", column)
    text = f"cnry_{human}_{table}_{base}_{n}"
    if base == "email" or (table.endswith("_emails") and base in {"original", "key"}):
        return f"{text}@example.com"
    if base == "domain":
        return f"{text.replace('_', '-')}.example"
    return text


def series(letter: str, n: int) -> int:
    """A number of nine digits that is told apart from those of the other tenants."""
    return 1_900_000_000 + number_of(letter) * 10_000_000 + n * STEP + 37


def day(letter: str, n: int) -> date:
    """Every second day of years of its own."""
    return date(2020 + 10 * number_of(letter), 1, 1) + timedelta(days=2 * n)


def instant(letter: str, n: int) -> datetime:
    on = day(letter, n)
    return datetime(on.year, on.month, on.day, 12, tzinfo=UTC)


def pool(column: Any, letter: str, table: str, n: int) -> Iterator[Any]:  # noqa: C901, PLR0912 - one branch for each type
    """The value a column begins with, then what to try when a CHECK refuses that."""
    kind = column.type
    if isinstance(kind, EnumText):
        members: list[Any] = list(cast(Any, kind.enum))
        yield from (members[(n + at) % len(members)] for at in range(len(members)))
    elif isinstance(kind, Boolean):
        yield from (n % 2 == 0, n % 2 == 1)
    elif isinstance(kind, DateTime):
        yield from (instant(letter, n), instant(letter, n + 100))
    elif isinstance(kind, Date):
        yield from (day(letter, n), day(letter, n + 100))
    elif isinstance(kind, BigInteger | Integer):
        yield from (series(letter, n), n + 1, 100, 0, 1900 + n, n % 7 + 1, n % 5 + 1)
    elif isinstance(kind, Numeric):
        yield from (n + 1.5, 50)
    elif isinstance(kind, Text):
        yield from texts(column.name, letter, table, n)
    elif isinstance(kind, ARRAY):
        yield [canary(letter, table, column.name, n)]
    elif isinstance(kind, JSONB):
        yield {"text": canary(letter, table, column.name, n)}
    elif isinstance(kind, LargeBinary):
        yield hashlib.sha256(f"{letter} {table} {n}".encode()).digest()
    elif isinstance(kind, Uuid):
        yield id_of(letter, 0xFFF, n)
    else:
        raise TypeError(f"tests/probes/values.py cannot make a {kind!r} for {table}.{column.name}")
    if column.nullable:
        yield None


def texts(name: str, letter: str, table: str, n: int) -> Iterator[str]:
    text = canary(letter, table, name, n)
    yield fold(text) if name.endswith(("_norm", "_sort")) else text
    digest = hashlib.sha256(f"{letter} {table} {name} {n}".encode()).hexdigest()
    yield from (("USD", "EUR")[n % 2], ("DE", "US")[n % 2], f"+4930{number_of(letter)}{n:06}", digest[:16], digest)
