"""A database of 100,000 rows in its largest tables, for asking PostgreSQL how it would answer.

Written by PostgreSQL itself, from the types of the columns: no command makes so many rows in a second. Checks,
exclusions and foreign keys are lifted, so the rows say nothing about the business; what matters is how their values are
spread.
"""

import asyncio
from collections.abc import Iterable
from typing import Any
from uuid import UUID

import asyncpg
from sqlalchemy import (
    Boolean,
    Date,
    DateTime,
    Integer,
    LargeBinary,
    Numeric,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
)

from api.domain.kernel import EnumText

MOST, FEWER = 100_000, 10_000
LARGEST = {"accounts", "contacts", "opportunities"}  # the others have fewer rows, to save time
TENANTS = (0.6, 0.3, 0.1)  # the part that each has of every table
RARE = 0.002  # the part of the rows with the last value of an enum, with `false`, with the rarest currency
EMPTY = 0.2  # the part of the rows without a value, in columns that may be empty
NOW = "timestamptz '2026-03-02 09:15Z'"


def tenant_of(number: int) -> UUID:
    """The id of the tenant with a number, from 0."""
    return UUID(int=2**64 + number)


async def fill(url: str, tables: Iterable[Table]) -> None:
    """Fill these tables, which are empty, of the database that a superuser reaches with `url`."""
    connection = await asyncpg.connect(url)
    try:
        names = [table.name for table in tables]
        indexes = await connection.fetch(SECONDARY, names)
        for lift in await connection.fetchval(CHECKS, names) or []:
            await connection.execute(lift)
        for index in indexes:
            await connection.execute(f"DROP INDEX {index['name']}")
        for number in range(len(TENANTS)):
            await connection.execute(
                "INSERT INTO tenants (id, name, currency, zone, fiscal_year_start, created_at)"
                f" VALUES ($1, $2, 'USD', 'UTC', 1, {NOW})",
                tenant_of(number),
                f"Tenant {number}",
            )
    finally:
        await connection.close()
    waiting = [(rows_of(table), [one["sql"] for one in indexes if one["table"] == table.name]) for table in tables]
    await asyncio.gather(*(work_off(url, waiting) for _ in range(2)))


async def work_off(url: str, waiting: list[tuple[str, list[str]]]) -> None:
    connection = await asyncpg.connect(url)
    try:
        # No foreign keys and no triggers; indexes are quicker to make when the rows are there.
        await connection.execute("SET session_replication_role = replica; SET maintenance_work_mem = '256MB'")
        while waiting:
            rows, indexes = waiting.pop()
            await connection.execute(";".join([rows, *indexes]))
            await connection.execute(f"ANALYZE {rows.split()[2]}")
    finally:
        await connection.close()


SECONDARY = """
SELECT c.relname::text AS table, i.indexrelid::regclass::text AS name, pg_get_indexdef(i.indexrelid) AS sql
  FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid
 WHERE c.relname = ANY ($1) AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = i.indexrelid)
"""
CHECKS = """
SELECT array_agg(format('ALTER TABLE %s DROP CONSTRAINT %I', conrelid::regclass, conname))
  FROM pg_constraint JOIN pg_class c ON c.oid = conrelid WHERE contype IN ('c', 'x') AND c.relname = ANY ($1)
"""


def size_of(table: str) -> int:
    return MOST if table in LARGEST else FEWER


def rows_of(table: Table) -> str:
    """INSERT of all rows: of the first tenant, then of the next. `n` is the number of the row."""
    columns = [column for column in table.columns if column.computed is None]
    values = ", ".join(value_of(table, column, salt) for salt, column in enumerate(columns, 1))
    size = size_of(table.name)
    tenants = " UNION ALL ".join(
        f"SELECT '{tenant_of(number)}'::uuid AS tenant, {round(sum(TENANTS[:number]), 3)} AS before, {part} AS part"
        for number, part in enumerate(TENANTS)
    )
    return (
        f"INSERT INTO {table.name} ({', '.join(column.name for column in columns)}) SELECT {values}"
        f" FROM ({tenants}) t, generate_series((before * {size})::int + 1, ((before + part) * {size})::int) AS n"
    )


def value_of(table: Table, column: Any, salt: int) -> str:
    """SQL of the column's value in row `n`."""
    if column.name == "tenant_id":
        return "tenant"
    if column.name == "id":
        return numbered("n")
    if column.name == "archived_at":
        return f"CASE WHEN {chance(salt)} < 0.03 THEN {NOW} END"
    if column.nullable and not is_asked_for(table, column):
        return "NULL"
    value = pointer(table, column, salt) if column.info["references"] else plain(table, column, salt)
    return f"CASE WHEN {chance(salt + 100)} >= {EMPTY} THEN {value} END" if column.nullable else value


def is_asked_for(table: Table, column: Any) -> bool:
    """Whether a list can be filtered or sorted by the column; the others only have to be there."""
    if column.info["folded_in"]:
        return False
    companions = {one.info["folded_in"] for one in table.columns}
    declared = any(column.info[name] for name in ("references", "filter", "sort"))
    return declared or column.name in companions or column.name == "currency"


def chance(salt: int) -> str:
    """SQL of a number from 0 to 1, the same for a row every time, independent of other salts."""
    return f"((hashint8extended(n, {salt}) & 1048575) / 1048576.0::float8)"


def numbered(number: str) -> str:
    return f"lpad(to_hex({number}), 32, '0')::uuid"


def pointer(table: Table, column: Any, salt: int) -> str:
    """A row of the same tenant, the earlier the more often; where the key allows it only once, each once."""
    if any(not any(isinstance(one.type, Text) for one in key) for key in keys_with(table, column)):
        return numbered("n")
    size = size_of(column.info["references"])
    return numbered(f"1 + floor({size} * (before + part * {chance(salt)} ^ 2))::bigint")


def keys_with(table: Table, column: Any) -> list[list[Any]]:
    """The primary and unique keys that the column is part of."""
    unique = [index for index in table.indexes if index.unique]
    keys = [*unique, *(one for one in table.constraints if isinstance(one, PrimaryKeyConstraint | UniqueConstraint))]
    return [list(key.columns) for key in keys if column.name in key.columns]


def plain(table: Table, column: Any, salt: int) -> str:
    by_chance, type_ = chance(salt), column.type
    if isinstance(type_, EnumText):
        members = [f"'{member.value}'" for member in type_.enum]
        often = f"1 + floor({len(members) - 1} * {by_chance} ^ 2)::int"
        array = f"(ARRAY[{', '.join(members)}])"
        return f"{array}[CASE WHEN {chance(salt + 50)} < {RARE} THEN {len(members)} ELSE {often} END]"
    if isinstance(type_, Text):
        return text_of(table, column, by_chance)
    if isinstance(type_, Integer) and keys_with(table, column):
        return "n::bigint * 7919 % 100003"  # each once, and not in the order of the rows
    if isinstance(type_, Integer) and not is_asked_for(table, column):
        return f"({by_chance} < {RARE})::int"  # others are worked out from it
    spread: dict[Any, str] = {
        Boolean: f"{by_chance} >= {RARE}",
        Date: f"date '2026-03-02' + floor(2000 * {by_chance} - 1500)::int",
        DateTime: f"{NOW} + interval '2000 days' * {by_chance} - interval '1500 days'",
        # A third has the same value, as with amounts of one product.
        Integer: f"CASE WHEN {chance(salt + 50)} < 0.3 THEN 500000 ELSE floor(1000000 * {by_chance})::bigint END",
        Numeric: "1",
        Uuid: numbered("n"),
        LargeBinary: r"'\x00'",
    }
    return next((sql for kind, sql in spread.items() if isinstance(type_, kind)), "'{}'")


def text_of(table: Table, column: Any, by_chance: str) -> str:
    """Folded words; different in each row where the column is part of a unique key."""
    if not is_asked_for(table, column) and not keys_with(table, column):
        return "''"
    if column.name == "currency":
        return f"CASE WHEN {by_chance} < {RARE} THEN 'JPY' WHEN {by_chance} < 0.3 THEN 'EUR' ELSE 'USD' END"
    number = "n" if keys_with(table, column) else f"floor(20000 * {by_chance} ^ 2)::int"
    return f"'lodz cafe ' || lpad(({number})::text, 6, '0')"
