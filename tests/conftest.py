"""The fixtures of every test that needs a database.

Most tests share one connection whose transaction is rolled back: sessions are savepoints in it, and `reads` answers on
it, too, so that it sees what is not committed. Only Acme and Ada Admin are committed there, once for all of them. What
only a commit shows (races, the relay, roles of pools) takes `committed`, a database of its own. Fixtures of HTTP are in
`tests/graphql_client.py`.
"""

import asyncio
import gc
import pickle
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from importlib import import_module
from types import TracebackType
from typing import Any, ClassVar, Protocol, Self

import asyncpg
import orjson
import pytest
from sqlalchemy import event, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, async_sessionmaker

from api import telemetry
from api.db.engine import write_engine, write_sessions
from api.db.migrations import upgrade
from api.db.pool import ReadPool, Watcher
from api.db.urls import Urls
from api.db.writes import WriteSession
from api.domain.kernel import Tenant, Work
from api.domain.kernel.work import set_context
from api.domain.users import User
from tests.cluster import Cluster, a_cluster, external_url
from tests.people import NOW, REQUEST, OpenAs, Sessions, a_tenant, a_user, opener, viewer_of

pytest.register_assert_rewrite("tests.record_writes", "tests.graphql_client")

TEMPLATE = "crm_template"
SETTINGS = ("crm.tenant", "crm.principal")
BOOKKEEPING = ("SAVEPOINT", "RELEASE SAVEPOINT", "ROLLBACK TO SAVEPOINT")

LONGEST = (
    "tests/access/test_scopes.py",
    "tests/compiler/test_indexes.py",
    "tests/webhooks/test_delivery.py",
    "tests/compiler/test_paging.py",
    "tests/test_migrations.py",
    "tests/partner_programs/test_figures.py",
    "tests/cli/test_imports.py",
    "tests/sharing/test_explaining.py",
    "tests/test_release.py",
    "tests/partner_programs/test_graphql.py",
    "tests/opportunities/test_graphql.py",
    "tests/http/test_server.py",
    "tests/worker/test_process.py",
    "tests/cli/test_demo.py",
    "tests/cli/test_demo_data.py",
    "tests/cli/test_commands.py",
    "tests/subscriptions/test_events.py",
    "tests/cli/test_schema_check.py",
    "tests/db/test_embedded.py",
    "tests/access/test_lattice.py",
)


class AsRole(Protocol):
    async def __call__(self, role: str, user: User | None = None) -> Work: ...


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--accept", action="store_true", help="write what was found as what is expected; read the diff")


def pytest_configure(config: pytest.Config) -> None:
    """Load what tests need, for ten seconds; the process that only hands them out to others does without it."""
    if hasattr(config, "workerinput") or not config.getoption("numprocesses", None):
        gc.disable()  # until the tests are collected
        config.pluginmanager.register(import_module("tests.graphql_client"))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The files that take longest begin: none of them is still running when all others are done."""
    items.sort(key=lambda item: LONGEST.index(file) if (file := item.nodeid.partition("::")[0]) in LONGEST else 99)


def pytest_collection_finish() -> None:
    """The schema and the tests themselves stay; to look through them for garbage again and again costs a tenth."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)
    gc.enable()


@pytest.fixture(scope="session")
def accept(request: pytest.FixtureRequest) -> bool:
    """Whether expected files are to be written anew."""
    return bool(request.config.getoption("--accept"))


@pytest.fixture
def now() -> datetime:
    return NOW


# Databases


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    with a_cluster(external_url()) as server:
        yield server


@pytest.fixture(scope="session")
def template(cluster: Cluster) -> str:
    """The name of a migrated, empty database to which nobody is connected."""
    cluster.create_database(TEMPLATE)
    with ThreadPoolExecutor(1) as thread:  # Alembic runs an event loop of its own
        thread.submit(upgrade, cluster.urls(TEMPLATE).migration).result()
    return TEMPLATE


@pytest.fixture(scope="session")
def database(cluster: Cluster, template: str) -> Urls:
    """The database of the tests that roll back."""
    cluster.create_database("crm_test", template)
    return cluster.urls("crm_test")


@pytest.fixture
def empty_database(cluster: Cluster) -> Iterator[str]:
    """The name of a database with roles and extensions, but no tables."""
    cluster.create_database("crm_empty")
    yield "crm_empty"
    cluster.drop_database("crm_empty")


@pytest.fixture
def scratch_database(cluster: Cluster, template: str) -> Iterator[str]:
    """The name of a migrated database that the test may damage."""
    cluster.create_database("crm_scratch", template)
    yield "crm_scratch"
    cluster.drop_database("crm_scratch")


# One connection, rolled back


@pytest.fixture(scope="session")
async def engine(database: Urls) -> AsyncIterator[AsyncEngine]:
    engine = write_engine(database.app)
    yield engine
    await engine.dispose()


@pytest.fixture(scope="session")
async def acme(engine: AsyncEngine) -> bytes:
    """The tenant and the person that every test begins with, pickled: what a test does to its copy is gone with it."""
    sessions = write_sessions(engine)
    tenant = await a_tenant(sessions)
    return pickle.dumps((tenant, await a_user(sessions, tenant.id)))


@pytest.fixture
def beginning(acme: bytes) -> tuple[Tenant, User]:
    tenant, admin = pickle.loads(acme)  # noqa: S301 - we have written it
    return tenant, admin


@pytest.fixture
async def connection(engine: AsyncEngine, acme: bytes) -> AsyncIterator[AsyncConnection]:
    async with engine.connect() as connection:
        outer = await connection.begin()
        await connection.execute(text("SELECT 1"))  # BEGIN goes out with the first statement only
        yield connection
        lost = raw(connection).is_closed()
        await outer.rollback()
        # Otherwise the next test finds it in the pool. PostgreSQL ends who is idle in a transaction for 10 seconds.
        assert not lost, "PostgreSQL has ended the connection of this test"


class Savepoint(WriteSession):
    """A session inside a transaction that goes on after it.

    The tenant that a session sets lasts as long as the transaction, so a command that forgot to set it would find
    that of the session before. This one puts back what it found.
    """

    on_statement: ClassVar[list[Watcher]] = []

    async def __aenter__(self) -> Self:
        self.found = [await self.raw().fetchval("SELECT current_setting($1, true)", name) for name in SETTINGS]
        return await super().__aenter__()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await super().__aexit__(kind, error, trace)
        for name, value in zip(SETTINGS, self.found, strict=True):
            await self.raw().fetchval("SELECT set_config($1, $2, true)", name, value or "")

    async def fetch(self, sql: str, arguments: Sequence[Any] = ()) -> list[asyncpg.Record]:
        for watch in self.on_statement:
            watch(sql, arguments)
        return await super().fetch(sql, arguments)

    def raw(self) -> asyncpg.Connection:
        assert isinstance(self.bind, AsyncConnection)
        return raw(self.bind)


def raw(connection: AsyncConnection) -> asyncpg.Connection:
    driver = connection.sync_connection.connection.driver_connection  # type: ignore[union-attr]
    assert isinstance(driver, asyncpg.Connection)
    assert driver.is_in_transaction()
    return driver


@pytest.fixture
def sessions(connection: AsyncConnection) -> Sessions:
    return async_sessionmaker(
        connection,
        class_=Savepoint,
        join_transaction_mode="create_savepoint",
        autoflush=False,
        expire_on_commit=False,
    )


class SameConnection:
    """Stands in for `ReadPool`: answers on the connection of the test and leaves no setting behind."""

    def __init__(self, connection: asyncpg.Connection) -> None:
        self.on_statement: list[Watcher] = []
        self._connection = connection
        self._turn = asyncio.Lock()

    async def fetch(self, sql: str, args: Sequence[Any]) -> bytes:
        for watch in self.on_statement:
            watch(sql, args)
        async with self._turn:
            savepoint = self._connection.transaction()
            await savepoint.start()
            began = time.perf_counter()
            try:
                value = await self._connection.fetchval(sql, *args)
            finally:
                telemetry.executed(sql, began, args)
                await savepoint.rollback()
        # The driver reads json here, which the pool leaves as it is; a plan is that.
        return value.encode() if isinstance(value, str) else orjson.dumps(value)


@pytest.fixture
def reads(connection: AsyncConnection) -> SameConnection:
    return SameConnection(raw(connection))


@pytest.fixture
def statements(engine: AsyncEngine, reads: SameConnection) -> Iterator[list[str]]:
    """Every statement of the test, in order, without savepoints; clear it after the setup."""
    seen: list[str] = []

    def record(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if not statement.startswith(BOOKKEEPING):
            seen.append(statement)

    def watch(sql: str, _arguments: Sequence[Any]) -> None:
        seen.append(sql)

    reads.on_statement.append(watch)
    Savepoint.on_statement.append(watch)
    event.listen(engine.sync_engine, "before_cursor_execute", record)
    yield seen
    Savepoint.on_statement.remove(watch)
    event.remove(engine.sync_engine, "before_cursor_execute", record)


# Who is there, and who asks


@pytest.fixture
def tenant(beginning: tuple[Tenant, User]) -> Tenant:
    """Acme, in US dollars and UTC."""
    return beginning[0]


@pytest.fixture
def admin(beginning: tuple[Tenant, User]) -> User:
    """Ada Admin, whose work is `work`."""
    return beginning[1]


@pytest.fixture
def open_as(sessions: Sessions, admin: User) -> OpenAs:
    """`async with open_as("sales_rep", user) as work:` is finished and committed, or rolled back on an exception.

    It sees what others have flushed.
    """
    return opener(sessions, admin)


@pytest.fixture
async def as_role(sessions: Sessions, admin: User) -> AsyncIterator[AsRole]:
    """`await as_role("sales_rep", user)` opens a work that lasts until the end of the test."""
    async with AsyncExitStack() as opened:

        async def open_for(role: str, user: User | None = None) -> Work:
            session = await opened.enter_async_context(sessions())
            viewer = viewer_of(user or admin, role)
            await set_context(session, viewer)
            return Work(session, viewer, NOW, REQUEST, "test")

        yield open_for


@pytest.fixture
async def work(as_role: AsRole) -> Work:
    """A work of Ada Admin at 2026-03-02T09:15:00Z."""
    return await as_role("admin")


# A database of its own


@dataclass(frozen=True)
class Committed:
    """A database that only this test uses, with the pools of the product."""

    urls: Urls
    superuser_url: str
    engine: AsyncEngine
    sessions: Sessions
    reads: ReadPool
    tenant: Tenant
    admin: User
    open_as: OpenAs


@pytest.fixture
async def committed(cluster: Cluster, template: str) -> AsyncIterator[Committed]:
    async with a_committed(cluster, template, "crm_committed") as made:
        yield made


def silence(pool: ReadPool) -> None:
    """What PostgreSQL says on the pool's connections does not arrive any more."""
    assert pool._idle
    for reader in pool._idle:
        driver: Any = reader.connection
        driver._transport.pause_reading()


@asynccontextmanager
async def a_committed(cluster: Cluster, template: str, name: str) -> AsyncIterator[Committed]:
    cluster.create_database(name, template)
    urls = cluster.urls(name)
    engine, reads = write_engine(urls.app), ReadPool(urls.app)
    await reads.open()
    sessions = write_sessions(engine)
    tenant = await a_tenant(sessions)
    admin = await a_user(sessions, tenant.id)
    superuser_url = cluster.superuser_url(name)
    yield Committed(urls, superuser_url, engine, sessions, reads, tenant, admin, opener(sessions, admin))
    await reads.close()
    await engine.dispose()
    cluster.drop_database(name)
