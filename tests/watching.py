"""What a write did to the database: which rows differ, which statements were sent."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg

from tests.graphql_client import Client
from tests.http.footprint import footprint

COMPILED = "SELECT CASE WHEN (set_config("


@asynccontextmanager
async def nothing_changes(graphql: Client) -> AsyncIterator[None]:
    """Not one row of any table of the tenant, audit and outbox included, differs afterwards."""
    before = await footprint(graphql.connection, graphql.admin.tenant_id)
    yield
    assert await footprint(graphql.connection, graphql.admin.tenant_id) == before


@asynccontextmanager
async def counted(connection: asyncpg.Connection, statements: list[str]) -> AsyncIterator[list[str]]:
    """Every statement of a write: those of the session, and the one that reads back past it."""
    seen: list[str] = []

    def note(query: Any) -> None:
        if query.query.startswith(COMPILED):  # all else is in `statements`, or the driver's and the fixtures' own
            seen.append(query.query)

    statements.clear()
    with connection.query_logger(note):
        yield seen
    seen += statements
