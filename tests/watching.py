"""What a write did to the database: which rows differ."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from tests.graphql_client import Client
from tests.http.footprint import footprint


@asynccontextmanager
async def nothing_changes(graphql: Client) -> AsyncIterator[None]:
    """Not one row of any table of the tenant, audit and outbox included, differs afterwards."""
    before = await footprint(graphql.connection, graphql.admin.tenant_id)
    yield
    assert await footprint(graphql.connection, graphql.admin.tenant_id) == before
