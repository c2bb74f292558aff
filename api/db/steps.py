"""What a migration may do besides Alembic's operations. Imported by migrations only."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from alembic import op

from api.db.protection import quote


def script(sql: str) -> None:
    """Run several statements as they stand; `op.execute` takes one, because asyncpg prepares it."""
    if op.get_context().as_sql:
        op.get_context().impl.static_output(sql.strip())
    else:
        driver = op.get_bind().connection.dbapi_connection
        driver.run_async(lambda connection: connection.execute(sql))  # type: ignore[union-attr]


@contextmanager
def unforced(table: str) -> Iterator[None]:
    """Let the owner change rows of all tenants: for short back-fills.

    Migrations run with `row_security = off`, so an UPDATE outside of this fails instead of changing 0 rows. The table
    is locked until the migration commits, and only its owner is let through: what runs beside it waits. Long
    back-fills are a command that goes tenant by tenant.
    """
    op.execute(f"ALTER TABLE {quote(table)} NO FORCE ROW LEVEL SECURITY")
    yield
    op.execute(f"ALTER TABLE {quote(table)} FORCE ROW LEVEL SECURITY")
