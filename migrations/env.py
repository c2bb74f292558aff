"""How migrations run: one at a time, as the owner, one transaction each, and none that waits long for a lock.

Loaded by Alembic; `api/db/migrations.py` starts it.
"""

from __future__ import annotations

import asyncio
import importlib
import pkgutil
import sys
from collections.abc import Iterator
from functools import partial
from typing import Any

import asyncpg
from alembic import context
from alembic.autogenerate import renderers
from alembic.autogenerate.api import AutogenContext
from alembic.ddl.postgresql import PostgresqlImpl
from alembic.operations import MigrationScript, ops
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Column, Connection, ForeignKeyConstraint, MetaData, Table, Text, text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool
from sqlalchemy.types import TypeDecorator

import api.domain
from api.db.protection import column_protection, protection
from api.db.roles import OWNER
from api.db.urls import for_sqlalchemy
from api.domain.kernel.model import Model

ONE_AT_A_TIME = 7201
SESSION = [
    "SET lock_timeout = '2s'",  # a migration that waits for a lock makes everybody else wait behind it
    "SET statement_timeout = '15min'",
    "SET row_security = off",  # a back-fill that forced row-level security would reduce to 0 rows fails instead
    f"SET ROLE {OWNER}",
]

# Versions are counted in GraphQL's Int: 32 bits are what the contract has. Each migration is a transaction of its own.
HEADING = "-- Run as crm_migrator.\n-- squawk-ignore-file prefer-bigint-over-int, transaction-nesting"

for module in pkgutil.walk_packages(api.domain.__path__, "api.domain."):
    importlib.import_module(module.name)
MODELS = {mapper.class_.__tablename__: mapper.class_ for mapper in Model.registry.mappers}


class Implementation(PostgresqlImpl):
    """Alembic's own, but for a version table whose text is as long as our revisions."""

    __dialect__ = "postgresql"

    def version_table_impl(
        self, *, version_table: str, version_table_schema: str | None, version_table_pk: bool, **_: Any
    ) -> Table:
        version = Column("version_num", Text(), primary_key=version_table_pk)
        return Table(version_table, MetaData(), version, schema=version_table_schema)


class Protect(ops.MigrateOperation):
    """A script of the protection of a new table or column."""

    def __init__(self, sql: str) -> None:
        self.sql = sql


@renderers.dispatch_for(Protect)
def render_protection(autogenerate: AutogenContext, protect: Protect) -> str:
    autogenerate.imports.add("from api.db.steps import script")
    return f'script(\n"""\n{protect.sql}"""\n)'


def complete(_context: MigrationContext, _revision: Any, directives: list[MigrationScript]) -> None:
    """Add what Alembic leaves out: the protection of tables and columns, and foreign keys that form a circle."""
    for directive in directives:
        upgrade, downgrade = directive.upgrade_ops, directive.downgrade_ops
        if upgrade is None or downgrade is None or upgrade.is_empty():
            print("The models and the migrations agree: there is nothing to write.", file=sys.stderr)  # noqa: T201
            directives.clear()
            return
        circular = [key for operation in upgrade.ops for key in circular_keys(operation)]
        upgrade.ops += [create_foreign_key(key) for key in circular]
        upgrade.ops += [Protect(sql) for sql in list(missing_protection(upgrade)) if sql]
        dropped = {operation.table_name for operation in downgrade.ops if isinstance(operation, ops.DropTableOp)}
        needed = [each for each in downgrade.ops if getattr(each, "table_name", None) not in dropped]
        drops = [each for each in downgrade.ops if isinstance(each, ops.DropTableOp)]  # an index goes with its table
        downgrade.ops = [*(ops.DropConstraintOp.from_constraint(key) for key in circular), *needed, *drops]


def circular_keys(operation: ops.MigrateOperation) -> list[ForeignKeyConstraint]:
    """Take the foreign keys out of a CREATE TABLE that refer to a table made later."""
    if not isinstance(operation, ops.CreateTableOp):
        return []
    operation.columns = [
        item for item in operation.columns if not (isinstance(item, ForeignKeyConstraint) and item.use_alter)
    ]
    return [key for key in MODELS[operation.table_name].__table__.foreign_key_constraints if key.use_alter]


def create_foreign_key(key: ForeignKeyConstraint) -> ops.CreateForeignKeyOp:
    operation = ops.CreateForeignKeyOp.from_constraint(key)
    operation.kw.pop("use_alter", None)  # said of the models, not of the database
    return operation


def missing_protection(upgrade: ops.UpgradeOps) -> Iterator[str]:
    for operation in upgrade.ops:
        if isinstance(operation, ops.CreateTableOp):
            yield protection(MODELS[operation.table_name])
        elif isinstance(operation, ops.ModifyTableOps):
            for change in operation.ops:
                if isinstance(change, ops.AddColumnOp):
                    yield column_protection(MODELS[operation.table_name], change.column.name)


def render_type(kind: str, item: Any, _context: AutogenContext) -> str | bool:
    """A type of our own is written as the type of its column: a migration does not change with our classes."""
    if kind == "type" and isinstance(item, TypeDecorator):
        return f"sa.{item.impl_instance!r}"
    return False


def ours(name: str | None, kind: str, _parents: Any) -> bool:
    """Whether a name belongs to our schema, the default one; others keep their tables in theirs."""
    return kind != "schema" or name is None


OPTIONS: dict[str, Any] = {
    "target_metadata": Model.metadata,
    "transaction_per_migration": True,
    "compare_type": True,
    "compare_server_default": True,
    "include_name": ours,
    "render_item": render_type,
    "process_revision_directives": complete,
}


def run_offline() -> None:
    context.configure(dialect_name="postgresql", literal_binds=True, dialect_opts={"paramstyle": "named"}, **OPTIONS)
    context.get_context().impl.static_output(HEADING)
    for statement in SESSION:
        context.execute(statement)
    with context.begin_transaction():
        context.run_migrations()


async def run_online(url: str) -> None:
    engine = create_async_engine(for_sqlalchemy(url), async_creator=partial(asyncpg.connect, url), poolclass=NullPool)
    try:
        async with engine.connect() as connection:
            # Before the time-outs: whoever is second waits for the first and then finds nothing to do.
            await connection.execute(text(f"SELECT pg_advisory_lock({ONE_AT_A_TIME})"))
            for statement in SESSION:
                await connection.execute(text(statement))
            await connection.commit()  # otherwise all migrations would be one transaction, ours
            await connection.run_sync(run_migrations)
            await connection.commit()
    finally:
        await engine.dispose()


def run_migrations(connection: Connection) -> None:
    context.configure(connection=connection, **OPTIONS)
    with context.begin_transaction():
        context.run_migrations()


if context.is_offline_mode():
    run_offline()
else:
    asyncio.run(run_online(context.config.attributes["url"]))
