"""`make sockets`: many idle sockets and some that listen, on the server as it is delivered.

A socket that is idle has a subscription to which nothing fits. The others, of twenty principals, hear of every change;
the time counts from the commit on, so that the relay's share is in it. Budgets are not what is measured, and are large.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from statistics import quantiles

import asyncpg
import orjson
from websockets.asyncio.client import ClientConnection, connect

from api import telemetry
from api.db.engine import write_engine, write_sessions
from api.db.migrations import upgrade
from api.domain import tokens
from api.http.subscriptions.guests import MOST_CONNECTIONS
from api.worker.relay import Relay
from tests.badinput.place import SECRET, Server, a_server
from tests.badinput.talking import SUBPROTOCOL
from tests.cluster import Cluster, a_cluster, external_url, in_memory
from tests.factories import an_account
from tests.people import OpenAs, a_tenant, a_user, opener

DATABASE = "crm_sockets"
DOCUMENT = """
subscription Events($types: [String!]) {
  events(types: $types) { position types occurredAt changedFields ... on AccountChanged { account { id name } } }
}
"""
LISTENERS = 20  # principals of the sockets that hear of every change
AT_ONCE = 20  # sockets that are opened at the same time
LONGEST_SECONDS = 30.0  # for the last event to be everywhere
MOST_KILOBYTES, MOST_MILLISECONDS = 100.0, 500.0


@dataclass
class Found:
    """What was measured."""

    idle: int
    active: int
    kilobytes: float = 0.0
    seconds: list[float] = field(default_factory=list)
    lost: int = 0

    @property
    def p95(self) -> float:
        """In milliseconds."""
        return quantiles(self.seconds, n=20)[-1] * 1000 if len(self.seconds) > 1 else 0.0

    @property
    def good(self) -> bool:
        return self.kilobytes <= MOST_KILOBYTES and self.p95 <= MOST_MILLISECONDS and not self.lost

    def closing_line(self) -> str:
        measured = f"{self.idle} idle at {self.kilobytes:.0f} kB each, {self.active} active, p95 {self.p95:.0f} ms"
        return f"sockets: {measured}, {self.lost} lost"


@dataclass
class Listener:
    """A socket; what it hears is noted with the time."""

    connection: ClientConnection
    heard: dict[str, float] = field(default_factory=dict)
    news: asyncio.Event = field(default_factory=asyncio.Event)

    async def has(self, events: int) -> None:
        while len(self.heard) < events:
            self.news.clear()
            await self.news.wait()

    async def listen(self) -> None:
        async for message in self.connection:
            told = orjson.loads(message)
            assert told["type"] == "next", told
            name = told["payload"]["data"]["events"]["account"]["name"]
            assert name not in self.heard, f"{name} came twice"
            self.heard[name] = time.perf_counter()
            self.news.set()


@dataclass(frozen=True)
class Load:
    """So many sockets and changes, one every `pause` seconds."""

    idle: int
    active: int
    events: int
    pause: float


async def measured(cluster: Cluster, database: str, folder: Path, load: Load) -> Found:
    """`database` is migrated and empty."""
    found, engine = Found(load.idle, load.active), write_engine(cluster.urls(database).app)
    sessions = write_sessions(engine)
    tenant = await a_tenant(sessions)
    open_as = opener(sessions, await a_user(sessions, tenant.id))
    many = await principals(open_as, LISTENERS + -(-load.idle // MOST_CONNECTIONS))
    try:
        async with (
            a_server(cluster, database, folder, 10.0) as server,
            relaying(cluster.urls(database).worker),
            AsyncExitStack() as opened,
        ):
            await asyncio.gather(*(opened_by(opened, server, many[0], ["none"]) for _ in range(2)))  # warms it up
            before = server.resident_kilobytes
            quiet = [many[LISTENERS + number // MOST_CONNECTIONS] for number in range(load.idle)]
            await all_opened(opened, server, quiet, ["none"])
            await asyncio.sleep(1)
            found.kilobytes = (server.resident_kilobytes - before) / load.idle
            who = [many[number % LISTENERS] for number in range(load.active)]
            listeners = await all_opened(opened, server, who, ["account.created"])
            await asyncio.sleep(1)
            await heard_by_all(open_as, listeners, found, load)
    finally:
        await engine.dispose()
    return found


async def heard_by_all(open_as: OpenAs, listeners: Sequence[Listener], found: Found, load: Load) -> None:
    tasks = [asyncio.create_task(one.listen()) for one in listeners]
    committed: dict[str, float] = {}
    for number in range(load.events):
        name = f"Account {number}"
        async with open_as() as work:
            await an_account(work, name)
        committed[name] = time.perf_counter()
        await asyncio.sleep(load.pause)
    with suppress(TimeoutError):
        async with asyncio.timeout(LONGEST_SECONDS):
            await asyncio.gather(*(one.has(load.events) for one in listeners))
    for task in tasks:
        task.cancel()
    for ended in await asyncio.gather(*tasks, return_exceptions=True):
        if isinstance(ended, Exception):
            raise ended
    for one in listeners:
        found.lost += load.events - len(one.heard)
        assert list(one.heard) == sorted(one.heard, key=list(committed).index), "events came in another order"
        found.seconds += [at - committed[name] for name, at in one.heard.items()]


async def all_opened(
    opened: AsyncExitStack, server: Server, who: Sequence[str], types: Sequence[str]
) -> list[Listener]:
    turns = asyncio.Semaphore(AT_ONCE)

    async def one(token: str) -> Listener:
        async with turns:
            return await opened_by(opened, server, token, types)

    return list(await asyncio.gather(*map(one, who)))


async def opened_by(opened: AsyncExitStack, server: Server, token: str, types: Sequence[str]) -> Listener:
    url = f"ws://127.0.0.1:{server.port}/graphql"
    connection = await opened.enter_async_context(
        connect(url, subprotocols=[SUBPROTOCOL], compression=None, ping_interval=None)
    )
    await connection.send(
        orjson.dumps({"type": "connection_init", "payload": {"Authorization": f"Bearer {token}"}}).decode()
    )
    acknowledged = orjson.loads(await connection.recv())
    assert acknowledged == {"type": "connection_ack"}
    payload = {"query": DOCUMENT, "variables": {"types": types}}
    await connection.send(orjson.dumps({"id": "1", "type": "subscribe", "payload": payload}).decode())
    return Listener(connection)


async def principals(open_as: OpenAs, count: int) -> list[str]:
    """Tokens of so many integrations that may read everything."""
    async with open_as() as work:
        pepper = tokens.pepper(SECRET)
        return [(await tokens.create(work, "read_only", f"Screen {at}", pepper=pepper))[1] for at in range(count)]


@asynccontextmanager
async def relaying(url: str) -> AsyncIterator[None]:
    connection, stopping = await asyncpg.connect(url), asyncio.Event()
    running = asyncio.create_task(Relay().run(connection, stopping))
    try:
        yield
    finally:
        stopping.set()
        await running
        await connection.close()


LOAD = Load(idle=1_000, active=200, events=100, pause=0.2)


def main() -> int:
    telemetry.configure("error")
    with a_cluster(external_url()) as cluster, tempfile.TemporaryDirectory(dir=in_memory()) as folder:
        cluster.create_database(DATABASE)
        with ThreadPoolExecutor(1) as thread:  # Alembic runs an event loop of its own
            thread.submit(upgrade, cluster.urls(DATABASE).migration).result()
        found = asyncio.run(measured(cluster, DATABASE, Path(folder), LOAD))
    print(found.closing_line())
    return 0 if found.good else 1


if __name__ == "__main__":
    sys.exit(main())
