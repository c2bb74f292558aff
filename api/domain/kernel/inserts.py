"""Adding many rows to a table with one statement.

The rows travel as one JSON array, which PostgreSQL turns into rows of the table's own types. That costs a fraction of
what binding the columns of every row costs, and the statement is one text whatever the number of rows.
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from operator import itemgetter
from typing import Any

import orjson
from sqlalchemy import TextClause, bindparam, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import make_transient_to_detached
from sqlalchemy.types import UserDefinedType

from .model import Model, Record, blank_values, columns_of


class JsonText(UserDefinedType[str]):
    """JSON that is written already."""

    cache_ok = True
    render_bind_cast = True

    def get_col_spec(self, **_options: Any) -> str:
        return "JSON"


async def insert_rows(session: AsyncSession, model: type[Model], rows: Iterable[Mapping[str, Any]]) -> None:
    """Rows as values by column; the blank ones may be left out."""
    blank = blank_values(model)
    await send(session, model, [{**blank, **row} for row in rows])


async def insert_models(session: AsyncSession, model: type[Model], rows: Sequence[Model]) -> None:
    """New objects of one table. Records are then objects of the session; parts and entries are loaded when needed."""
    await send(session, model, [row.__dict__ for row in rows])
    if issubclass(model, Record):
        for row in rows:
            make_transient_to_detached(row)
            session.add(row)


async def send(session: AsyncSession, model: type[Model], rows: Iterable[Mapping[str, Any]]) -> None:
    names, statement = insertion(model)
    values_of = itemgetter(*names)
    values = [dict(zip(names, values_of(row), strict=True)) for row in rows]
    await session.execute(statement, {"rows": orjson.dumps(values, default=as_text).decode()})


@cache
def insertion(model: type[Model]) -> tuple[tuple[str, ...], TextClause]:
    """The columns and the statement; every value is in the parameter."""
    names = tuple(name for name, column in columns_of(model).items() if column.computed is None)
    table, columns = model.__table__.name, ", ".join(f'"{name}"' for name in names)  # type: ignore[attr-defined]
    source = f"json_populate_recordset(NULL::{table}, :rows)"
    statement = text(f"INSERT INTO {table} ({columns}) SELECT {columns} FROM {source}")  # noqa: S608 - our own names
    return names, statement.bindparams(bindparam("rows", type_=JsonText()))


def as_text(value: Any) -> str:
    """What JSON has no form for: decimals and bytes, as PostgreSQL reads them."""
    return f"\\x{value.hex()}" if isinstance(value, bytes) else str(value)


@cache
def places() -> dict[Any, int]:
    """The place of each table in the order of foreign keys; to sort them takes longer than an INSERT."""
    return {table: place for place, table in enumerate(Model.metadata.sorted_tables)}
