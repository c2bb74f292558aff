"""Running `crm` in this process, on a database of the tests' server."""

import asyncio
import base64
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, TypeVar

import asyncpg
import pytest

from api.cli import main
from api.db.urls import Urls
from tests.cluster import Cluster

KEY = base64.b64encode(b"k" * 32).decode()
T = TypeVar("T")


@dataclass(frozen=True)
class Done:
    code: int
    out: str
    err: str

    @property
    def last_line(self) -> str:
        return self.out.rstrip().rpartition("\n")[2]


class Crm(Protocol):
    """`crm("tenant", "list")`."""

    def __call__(self, *arguments: str) -> Done: ...


@dataclass(frozen=True)
class Asking:
    """Asks the database past row-level security."""

    url: str

    def rows(self, sql: str, *arguments: Any) -> list[tuple[Any, ...]]:
        async def ask(connection: asyncpg.Connection) -> list[tuple[Any, ...]]:
            return [tuple(row) for row in await connection.fetch(sql, *arguments)]

        return self.run(ask)

    def value(self, sql: str, *arguments: Any) -> Any:
        [[value]] = self.rows(sql, *arguments)
        return value

    def execute(self, sql: str) -> None:
        self.run(lambda connection: connection.execute(sql))

    def run(self, work: Callable[[asyncpg.Connection], Awaitable[T]]) -> T:
        async def connected() -> T:
            connection = await asyncpg.connect(self.url)
            try:
                return await work(connection)
            finally:
                await connection.close()

        return asyncio.run(connected())


@pytest.fixture
def crm(capsys: pytest.CaptureFixture[str]) -> Crm:
    def run(*arguments: str) -> Done:
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main(arguments)
        said = capsys.readouterr()
        code = ended.value.code
        return Done(code if isinstance(code, int) else 0, said.out, said.err)

    return run


@pytest.fixture
def place(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """An empty working folder, and nothing of this machine's settings."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CRM_DATA_DIR", str(tmp_path / "data"))
    return tmp_path


@pytest.fixture
def asking(cluster: Cluster, template: str, place: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Asking]:
    """`crm` works on a migrated database of its own."""
    name = "crm_cli"
    cluster.create_database(name, template)
    point_at(monkeypatch, cluster.urls(name))
    yield Asking(cluster.superuser_url(name))
    cluster.drop_database(name)


def point_at(monkeypatch: pytest.MonkeyPatch, urls: Urls) -> None:
    monkeypatch.setenv("CRM_DATABASE_URL", urls.app)
    monkeypatch.setenv("CRM_PARTNER_DATABASE_URL", urls.partner)
    monkeypatch.setenv("CRM_WORKER_DATABASE_URL", urls.worker)
    monkeypatch.setenv("CRM_MIGRATION_DATABASE_URL", urls.migration)
    monkeypatch.setenv("CRM_SECRET_KEY", KEY)
