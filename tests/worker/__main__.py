"""`make relay`: how many events a second are numbered, how long they wait, and that no old snapshot holds that up."""

import asyncio
import os
import statistics
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import asyncpg

from api.db.embedded import EmbeddedPostgres
from api.db.migrations import upgrade
from api.worker.relay import Relay
from api.worker.webhooks.claims import follow

BACKLOG = 20_000
SNAPSHOT_SECONDS = 60
RATE = 1_000  # events a second beside the snapshot
LEAST_RATE, MOST_LATENCY, MOST_LAG = 2_000, 0.3, 1.0
EVENTS = """
INSERT INTO outbox (tenant_id, event_id, aggregate_type, aggregate_id, version, types, schema_version, actor, changed,
                    payload, occurred_at)
SELECT lpad((n % 10)::text, 32, '0')::uuid, gen_random_uuid(), 'contact', gen_random_uuid(), 1, '{contact.created}', 1,
       '{"kind": "STAFF", "id": "00000000-0000-0000-0000-000000000001", "name": "Ada"}', '{email,name,phone}',
       jsonb_build_object('previous', '{}'::jsonb, 'events', repeat('x', 300)), clock_timestamp()
  FROM generate_series(1, $1) AS n"""
WAITS = "SELECT count(*) FROM outbox WHERE position IS NULL"
LAG = """
SELECT coalesce(extract(epoch FROM clock_timestamp() - min(occurred_at)), 0)::float
  FROM outbox WHERE position IS NULL"""


@asynccontextmanager
async def relaying(url: str) -> AsyncIterator[None]:
    connection, stopping = await asyncpg.connect(url), asyncio.Event()
    task = asyncio.create_task(Relay([follow]).run(connection, stopping))
    yield
    stopping.set()
    await task
    await connection.close()


async def throughput(owner: asyncpg.Connection, url: str) -> float:
    await owner.execute(EVENTS, BACKLOG)
    connection, count, began = await asyncpg.connect(url), 0, time.perf_counter()
    while found := await Relay([follow]).step(connection):
        count += found
    seconds = time.perf_counter() - began
    await connection.close()
    print(f"{count:,} events in {seconds:.1f} s: {count / seconds:,.0f} a second")
    return count / seconds


async def latency(owner: asyncpg.Connection) -> float:
    """Of a few events at a time, at odd moments, the relay being idle in between."""
    found = []
    for number in range(40):
        await owner.execute(EVENTS, 5)
        began = time.perf_counter()
        while await owner.fetchval(WAITS):  # noqa: ASYNC110 - what is waited for is in the database
            await asyncio.sleep(0.002)
        found.append(time.perf_counter() - began)
        await asyncio.sleep(0.037 * (number % 7))
    typical = statistics.median(found)
    print(f"from commit to position: median {typical * 1000:.0f} ms, worst {max(found) * 1000:.0f} ms")
    return typical


async def lag(owner: asyncpg.Connection, superuser: str) -> float:
    """The longest wait while a snapshot is open and events come in steadily."""
    old, writer = [await asyncpg.connect(superuser) for _ in range(2)]
    ends, found = time.monotonic() + SNAPSHOT_SECONDS, [0.0]

    async def write() -> None:
        while time.monotonic() < ends:
            await asyncio.gather(writer.execute(EVENTS, RATE // 10), asyncio.sleep(0.1))

    async def look() -> None:
        while time.monotonic() < ends:
            found.append(await owner.fetchval(LAG))
            await asyncio.sleep(0.1)

    async with old.transaction(isolation="repeatable_read"):
        await old.fetchval("SELECT count(*) FROM outbox")
        await asyncio.gather(write(), look())
    for connection in (old, writer):
        await connection.close()
    print(f"{RATE:,} events a second beside a snapshot of {SNAPSHOT_SECONDS} s: lag at most {max(found):.2f} s")
    return max(found)


async def measure(place: EmbeddedPostgres) -> int:
    """The exit code: 1 if a figure is not reached."""
    superuser, worker = place.superuser_url("crm"), place.urls().worker
    owner = await asyncpg.connect(superuser)
    rate = await throughput(owner, worker)
    async with relaying(worker):
        reached = rate >= LEAST_RATE and await latency(owner) <= MOST_LATENCY
        reached = await lag(owner, superuser) <= MOST_LAG and reached
    await owner.close()
    print("relay: reached" if reached else "relay: NOT reached")
    return 0 if reached else 1


def main() -> int:
    with TemporaryDirectory(prefix="crm-relay-") as folder:
        if os.geteuid() == 0:
            Path(folder).chmod(0o711)  # PostgreSQL runs as another user, who passes through
        with EmbeddedPostgres(Path(folder) / "data") as place:
            upgrade(place.urls().migration)
            return asyncio.run(measure(place))


if __name__ == "__main__":
    sys.exit(main())
