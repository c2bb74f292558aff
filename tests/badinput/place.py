"""Where bad input is sent to: two tenants full of records, the application in this process, and a server beside it."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from asyncio.subprocess import DEVNULL, PIPE
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
from sqlalchemy import select
from starlette.applications import Starlette

from api.app import services
from api.db.engine import write_engine, write_sessions
from api.db.pool import ReadPool
from api.domain import access, tokens
from api.domain.kernel import open_work
from api.domain.users import User
from api.http.routes import application
from api.settings import Settings
from tests.cluster import Cluster
from tests.graphql_client import UNMETERED
from tests.oracle.world import Made, store, world_of
from tests.people import Sessions, viewer_of

SECRET = b"b" * 32
GENEROUS: dict[str, Any] = {**UNMETERED, "failed_tokens": 10**6}
START_SECONDS = 30
PATIENCE = 10.0  # of the server as it is delivered
PROGRAM = """
import sys
from pathlib import Path
from api import app
from api.db.urls import Urls
from api.http import server
from api.settings import Settings
folder, patience, *urls = sys.argv[1:]
server.HEAD_SECONDS = server.SEND_SECONDS = float(patience)
limits = {"rate_points_per_second": 10**9, "rate_burst": 10**9, "failed_tokens": 10**6}
settings = Settings(data_dir=Path(folder), port=0, **limits)
app.serve(settings, Urls(*urls), b"b" * 32, on_started=lambda url: print(url, flush=True))
"""


@dataclass(frozen=True)
class Place:
    """`token` and `foreign_token` open the two tenants as administrators."""

    app: Starlette
    world: Made
    token: str
    foreign_token: str
    sessions: Sessions
    tenant: UUID


@dataclass(frozen=True)
class Server:
    """A process that listens on this machine."""

    pid: int
    port: int

    @property
    def resident_kilobytes(self) -> int:
        status = Path(f"/proc/{self.pid}/status").read_text("ascii").splitlines()
        return next((int(line.split()[1]) for line in status if line.startswith("VmRSS")), 0)


@asynccontextmanager
async def a_place(cluster: Cluster, database: str, folder: Path, seed: int = 1) -> AsyncIterator[Place]:
    """The application on a migrated database, which is filled with the world of a seed."""
    urls = cluster.urls(database)
    engine, superuser, pool = write_engine(urls.app), write_engine(cluster.superuser_url(database)), ReadPool(urls.app)
    world = world_of(seed)
    async with superuser.begin() as connection:
        await store(connection, world)
    await superuser.dispose()
    await pool.open()
    sessions = write_sessions(engine)
    try:
        mine, other = world.tenants
        texts = [await a_token(sessions, world, tenant) for tenant in (mine, other)]
        made = services(Settings(data_dir=folder, **GENEROUS), pool, sessions, SECRET, outside=pool)
        app = application(made, problems=no_problems)
        yield Place(app, world, texts[0], texts[1], sessions, mine)
    finally:
        await pool.close()
        await engine.dispose()


async def no_problems() -> tuple[str, ...]:
    return ()


async def a_token(sessions: Sessions, world: Made, tenant: UUID) -> str:
    """The text of a new token of an administrator."""
    someone = next(asker.user for asker in world.askers if asker.tenant == tenant and asker.user)
    person = User(tenant_id=tenant, id=someone, name="Ada Admin")
    works = open_work(
        sessions, viewer_of(person, "admin"), now=datetime.now(UTC), request_id="badinput", operation="badinput"
    )
    async with works as work:
        user = (await work.session.scalars(select(User).where(User.id == someone))).one()
        roles = await access.seed(work)
        if not user.archived_at:
            await access.set_roles(work, someone, [roles["admin"].id])
        _, text = await tokens.create(
            work, "admin", "Bad input", pepper=tokens.pepper(SECRET), user_id=None if user.archived_at else someone
        )
    return text


def client_of(place: Place) -> httpx.AsyncClient:
    """A client that talks to the application in this process; what the application raises is raised here."""
    return httpx.AsyncClient(transport=httpx.ASGITransport(place.app), base_url="http://crm.test", timeout=30)


@asynccontextmanager
async def a_server(cluster: Cluster, database: str, folder: Path, patience: float) -> AsyncIterator[Server]:
    """The server on the same database; it waits `patience` seconds for the head of a request."""
    urls = cluster.urls(database)
    arguments = [str(folder), str(patience), urls.app, urls.partner, urls.worker, urls.migration]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("CRM_")}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", PROGRAM, *arguments, stdout=PIPE, stderr=DEVNULL, env=environment, start_new_session=True
    )
    assert process.stdout is not None
    try:
        async with asyncio.timeout(START_SECONDS):
            url = (await process.stdout.readline()).decode()
        yield Server(process.pid, int(url.rpartition(":")[2]))
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        await process.wait()
