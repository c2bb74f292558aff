"""One database for all tests of the compiler: two tenants with the same things in them, committed, only read."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import asyncpg
import orjson
import pytest
from graphql import DocumentNode, OperationDefinitionNode, get_operation_ast, parse, validate

from api.compiler import Statement
from api.db.engine import write_engine, write_sessions
from api.db.pool import ReadPool
from api.schema import schema
from api.schema.reading import Reads
from api.worker.relay import Relay
from tests.cluster import Cluster
from tests.compiler.world import World, a_world
from tests.people import NOW, Sessions

SECRET = b"s" * 32


@dataclass
class Library:
    """The committed database: where it is asked under row-level security, where without, and what is in it."""

    reads: Reads
    exempt: asyncpg.Connection
    sessions: Sessions
    world: World
    neighbour: World
    sent: list[tuple[str, list[Any]]] = field(default_factory=list)

    async def __call__(self, query: str, variables: dict[str, Any] | None = None, *, as_: str = "admin") -> Any:
        """`data` of a query."""
        return orjson.loads(await self.bytes(query, variables, as_=as_))

    async def bytes(self, query: str, variables: dict[str, Any] | None = None, *, as_: str = "admin") -> bytes:
        document, operation = valid(query)
        viewer = self.world.viewer(as_)
        return await self.reads.execute(document, operation, variables or {}, viewer, key=query)

    def compiled(
        self, query: str, variables: dict[str, Any] | None = None, *, as_: str = "admin"
    ) -> tuple[Statement, list[Any]]:
        """The statement of a query and its parameters."""
        (document, operation), viewer = valid(query), self.world.viewer(as_)
        coerced, _ = self.reads.coerced(operation, variables or {})
        statement = self.reads.compiler.operation(document, operation, coerced, self.reads.visibility(viewer))
        return statement, statement.parameters(self.reads.request(viewer, coerced))


@lru_cache(maxsize=1_000)
def valid(query: str) -> tuple[DocumentNode, OperationDefinitionNode]:
    """A document of the schema and its operation."""
    document = parse(query)
    assert validate(schema.core, document) == []
    operation = get_operation_ast(document)
    assert operation is not None
    return document, operation


@pytest.fixture(scope="session")
async def library(cluster: Cluster, template: str) -> AsyncIterator[Library]:
    name = "crm_library"
    cluster.create_database(name, template)
    urls = cluster.urls(name)
    engine, pool = write_engine(urls.app), ReadPool(urls.app)
    await pool.open()
    sessions = write_sessions(engine)
    exempt = await asyncpg.connect(cluster.superuser_url(name))
    world, neighbour = await a_world(sessions, "Acme"), await a_world(sessions, "Neighbour")
    relay = await asyncpg.connect(urls.worker)
    while await Relay().step(relay):
        pass
    await relay.close()
    made = Library(Reads(schema.core, schema.catalog, pool, SECRET, lambda: NOW), exempt, sessions, world, neighbour)
    pool.on_statement.append(lambda sql, arguments: made.sent.append((sql, list(arguments))))
    yield made
    await exempt.close()
    await pool.close()
    await engine.dispose()
    cluster.drop_database(name)
