"""Adding the rows of a work, whatever their number and their tables, with one statement.

The rows of a table travel as one JSON array, which PostgreSQL turns into rows of the table's own types. That costs a
fraction of what binding the columns of every row costs, and the statement is one text whatever the number of rows.
"""

from collections.abc import Mapping, Sequence
from functools import cache
from operator import itemgetter
from typing import TYPE_CHECKING, Any

import orjson

from .model import Model, columns_of

if TYPE_CHECKING:
    from api.db.writes import WriteSession

Batch = tuple[type[Model], Sequence[Mapping[str, Any]]]


async def insert(session: "WriteSession", batches: Sequence[Batch]) -> None:
    """Add rows, given as values by column, to these tables; where two keys are taken the first table's is told."""
    parameters = []
    for model, rows in batches:
        names, values_of = columns_to_write(model)
        values = [dict(zip(names, values_of(row), strict=True)) for row in rows]
        parameters.append(orjson.dumps(values, default=as_text).decode())
    await session.fetch(insertion(tuple(model for model, _ in batches)), parameters)


@cache
def columns_to_write(model: type[Model]) -> tuple[tuple[str, ...], Any]:
    names = tuple(name for name, column in columns_of(model).items() if column.computed is None)
    return names, itemgetter(*names)


@cache
def insertion(models: tuple[type[Model], ...]) -> str:
    """The statement; every value is in a parameter.

    Foreign keys are checked at its end. PostgreSQL runs the INSERT that is no CTE first, then the last CTE, and so on.
    """
    first, *others = (insertion_into(model, at) for at, model in enumerate(models, 1))
    before = ", ".join(f"i{at} AS ({one})" for at, one in reversed(list(enumerate(others, 2))))
    return f"WITH {before} {first}" if others else first


def insertion_into(model: type[Model], at: int) -> str:
    table: Any = model.__table__
    columns = ", ".join(f'"{name}"' for name in columns_to_write(model)[0])
    source = f"json_populate_recordset(NULL::{table.name}, ${at}::json)"
    return f"INSERT INTO {table.name} ({columns}) SELECT {columns} FROM {source}"  # noqa: S608 - our own names


def as_text(value: Any) -> str:
    """What JSON has no form for: decimals and bytes, as PostgreSQL reads them."""
    return f"\\x{value.hex()}" if isinstance(value, bytes) else str(value)


@cache
def places() -> dict[Any, int]:
    """The place of each table in the order of foreign keys; to sort them takes longer than an INSERT."""
    return {table: place for place, table in enumerate(Model.metadata.sorted_tables)}
