"""A PostgreSQL for the tests: the embedded one, or those that POSTGRES_TEST_URL names, one for each process."""

import asyncio
import os
import shutil
import tempfile
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit, urlunsplit

import asyncpg

from api.db import roles
from api.db.embedded import EmbeddedPostgres
from api.db.urls import Urls

PASSWORD = "test"
MEMORY = Path("/dev/shm")
ROOM = 2**30


class Cluster(Protocol):
    """What the tests use of `EmbeddedPostgres`."""

    def urls(self, database: str) -> Urls: ...
    def superuser_url(self, database: str = "postgres") -> str: ...
    def create_database(self, name: str, template: str | None = None) -> None: ...
    def drop_database(self, name: str) -> None: ...


def external_url() -> str | None:
    """The URL that this process of the tests is to use, of a superuser; None for the embedded server."""
    urls = os.environ.get("POSTGRES_TEST_URL", "").split()
    number = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    return urls[number] if urls else None


@contextmanager
def a_cluster(external: str | None) -> Iterator[Cluster]:
    """`external`: of a server that may be littered with roles and databases named crm_…"""
    if external is None:
        with tempfile.TemporaryDirectory(prefix="crm-tests-", dir=in_memory()) as folder:
            if os.geteuid() == 0:
                Path(folder).chmod(0o711)  # PostgreSQL runs as another user, who passes through
            with EmbeddedPostgres(Path(folder) / "data", state_dir=Path(folder), durable=False) as embedded:
                yield embedded
    else:
        server = ExternalPostgres(external)
        passwords = dict.fromkeys(roles.LOGIN_ROLES, PASSWORD)
        server.run("postgres", roles.cluster_sql() + roles.password_sql(passwords))
        yield server


def in_memory() -> Path | None:
    """A folder that is not on a disk: there a copy of a database takes 0.03 seconds, not 0.5. None without room."""
    return MEMORY if MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > ROOM else None


class ExternalPostgres:
    def __init__(self, url: str) -> None:
        self.url = urlsplit(url)

    def urls(self, database: str) -> Urls:
        return Urls(
            app=self.url_of(roles.APP, PASSWORD, database),
            partner=self.url_of(roles.PARTNER, PASSWORD, database),
            worker=self.url_of(roles.WORKER, PASSWORD, database),
            migration=self.url_of(roles.MIGRATOR, PASSWORD, database),
        )

    def superuser_url(self, database: str = "postgres") -> str:
        return urlunsplit(self.url._replace(path=f"/{database}"))

    def create_database(self, name: str, template: str | None = None) -> None:
        source = f"TEMPLATE {template} STRATEGY FILE_COPY" if template else "TEMPLATE template0 ENCODING 'UTF8'"
        self.drop_database(name)
        self.run("postgres", f"CREATE DATABASE {name} {source}")
        self.run("postgres", roles.database_sql(name))
        if template is None:
            self.run(name, roles.schema_sql())

    def drop_database(self, name: str) -> None:
        self.run("postgres", f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    def url_of(self, user: str, password: str, database: str) -> str:
        server = self.url.netloc.rpartition("@")[2]
        return urlunsplit(self.url._replace(netloc=f"{user}:{password}@{server}", path=f"/{database}"))

    def run(self, database: str, sql: str) -> None:
        apart(lambda: execute(self.superuser_url(database), sql))


def apart(work: Callable[[], Awaitable[Any]]) -> Any:
    """Run a coroutine to its end beside an event loop that may already run here."""

    async def run() -> Any:
        return await work()

    with ThreadPoolExecutor(1) as thread:
        return thread.submit(lambda: asyncio.run(run())).result()


async def execute(url: str, sql: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(sql)
    finally:
        await connection.close()
