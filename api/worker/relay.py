"""The relay: gives committed events their positions, one tenant's after the other without a gap.

There is one at a time, held by an advisory lock of its connection: whoever loses the connection has lost its
transaction with it. A single writer makes positions visible in their order, so that nobody who reads on from the last
one he saw ever skips an event; and it looks at rows, not at transaction ids, so that no old snapshot holds it up.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import asyncpg

from api import telemetry
from api.worker.supervisor import first_of

CHANNEL = "crm_feed"
LOCK = 0x63726D_72656C  # "crm" "rel"; advisory locks are numbers of the whole database
BATCH = 500
PAUSE_SECONDS = 0.2
NOTIFIED = 200  # ids that fit into the 8,000 bytes of one notification

WAITING = """
SELECT tenant_id, event_id, aggregate_type, aggregate_id, version, types, changed, occurred_at
  FROM outbox WHERE position IS NULL ORDER BY occurred_at LIMIT $1"""
# Versions of one record follow each other, but the clocks of two processes may say otherwise.
PRECEDING = """
SELECT tenant_id, event_id, aggregate_type, aggregate_id, version, types, changed, occurred_at
  FROM unnest($1::uuid[], $2::text[], $3::uuid[], $4::bigint[]) AS wanted (tenant, type, id, before)
 CROSS JOIN LATERAL (SELECT * FROM outbox WHERE tenant_id = wanted.tenant AND aggregate_type = wanted.type
                        AND aggregate_id = wanted.id AND version = wanted.before AND position IS NULL) AS found"""
HEADS = """
INSERT INTO feed_heads AS head (tenant_id, position) SELECT * FROM unnest($1::uuid[], $2::bigint[])
ON CONFLICT (tenant_id) DO UPDATE SET position = head.position + excluded.position
RETURNING tenant_id, position"""
PLACE = """
UPDATE outbox SET position = given.position
  FROM unnest($1::uuid[], $2::uuid[], $3::bigint[]) AS given (tenant_id, event_id, position)
 WHERE outbox.tenant_id = given.tenant_id AND outbox.event_id = given.event_id"""


@dataclass(frozen=True, slots=True)
class RelayedEvent:
    """An event with its position, as followers get it; `subject` is the record of the kind `object`."""

    tenant: UUID
    event_id: UUID
    position: int
    object: str
    subject: UUID
    version: int
    types: tuple[str, ...]
    changed: tuple[str, ...]
    occurred_at: datetime


Follower = Callable[[asyncpg.Connection, Sequence[RelayedEvent]], Awaitable[None]]
Key = tuple[UUID, str, UUID, int]


class Relay:
    """Numbers events on a connection of `crm_worker`.

    Each of `followers` is called with every batch, in the transaction that gives the positions: what it writes is
    there exactly when they are, and what it raises keeps the batch waiting.
    """

    def __init__(self, followers: Sequence[Follower] = (), *, batch: int = BATCH) -> None:
        self._followers = followers
        self._batch = batch
        self.woken = asyncio.Event()

    async def run(self, connection: asyncpg.Connection, stopping: asyncio.Event) -> None:
        """Work until `stopping`; a batch that was begun is finished. Waits for its turn if another one is active."""
        if not await self._is_alone(connection, stopping):
            return
        telemetry.log(logging.INFO, "relay", reason="active")
        try:
            while not stopping.is_set():
                with given_up(connection):
                    numbered = await self.step(connection)
                if numbered < self._batch:
                    await self._rest(stopping)
        finally:
            if not connection.is_closed():
                await connection.execute("SELECT pg_advisory_unlock($1)", LOCK)

    async def step(self, connection: asyncpg.Connection) -> int:
        """Number one batch, and tell it when it is committed. Returns how many events it had."""
        async with connection.transaction():
            with given_up(connection):
                rows = await connection.fetch(WAITING, self._batch)
                if not rows:
                    return 0
                events = await self._numbered(connection, ordered(await with_preceding(connection, rows)))
                for follow in self._followers:
                    await follow(connection, events)
        await tell(connection, {event.tenant for event in events})
        return len(events)

    async def _is_alone(self, connection: asyncpg.Connection, stopping: asyncio.Event) -> bool:
        while not await connection.fetchval("SELECT pg_try_advisory_lock($1)", LOCK):
            await self._rest(stopping)
            if stopping.is_set():
                return False
        return True

    async def _rest(self, stopping: asyncio.Event) -> None:
        """Until there may be something to do."""
        await first_of(self.woken, stopping, seconds=PAUSE_SECONDS)
        self.woken.clear()

    @staticmethod
    async def _numbered(connection: asyncpg.Connection, rows: Sequence[asyncpg.Record]) -> list[RelayedEvent]:
        counts: dict[UUID, int] = {}
        for row in rows:
            counts[row["tenant_id"]] = counts.get(row["tenant_id"], 0) + 1
        heads = await connection.fetch(HEADS, list(counts), list(counts.values()))
        last = {head["tenant_id"]: head["position"] - counts[head["tenant_id"]] for head in heads}
        events = []
        for row in rows:
            last[row["tenant_id"]] += 1
            events.append(event_of(row, last[row["tenant_id"]]))
        placed = ([getattr(event, name) for event in events] for name in ("tenant", "event_id", "position"))
        await connection.execute(PLACE, *placed)
        return events


@contextmanager
def given_up(connection: asyncpg.Connection) -> Iterator[None]:
    """End a connection on which something took too long: it would say nothing to a rollback or an unlock either."""
    try:
        yield
    except TimeoutError:
        connection.terminate()
        raise


async def with_preceding(connection: asyncpg.Connection, rows: Sequence[asyncpg.Record]) -> list[asyncpg.Record]:
    """The rows, and whatever waits of the same records' earlier versions."""
    found = {key_of(row): row for row in rows}
    newest = list(rows)
    while newest:
        wanted = {(*key[:3], key[3] - 1) for key in map(key_of, newest) if key[3] > 1} - found.keys()
        if not wanted:
            break
        newest = await connection.fetch(PRECEDING, *(list(part) for part in zip(*wanted, strict=True)))
        found |= {key_of(row): row for row in newest}
    return list(found.values())


def key_of(row: asyncpg.Record) -> Key:
    return row["tenant_id"], row["aggregate_type"], row["aggregate_id"], row["version"]


def ordered(rows: Iterable[asyncpg.Record]) -> list[asyncpg.Record]:
    """By time, and as they were made; but each record's events by version: none comes before what precedes it."""
    reached: dict[tuple[UUID, str, UUID], tuple[datetime, UUID]] = {}
    placed = []
    for row in sorted(rows, key=key_of):
        whole, own = key_of(row)[:3], (row["occurred_at"], row["event_id"])
        reached[whole] = max(reached.get(whole, own), own)
        placed.append((reached[whole], row["version"], row))
    return [row for _, _, row in sorted(placed, key=lambda one: one[:2])]


def event_of(row: asyncpg.Record, position: int) -> RelayedEvent:
    return RelayedEvent(
        tenant=row["tenant_id"],
        event_id=row["event_id"],
        position=position,
        object=row["aggregate_type"],
        subject=row["aggregate_id"],
        version=row["version"],
        types=tuple(row["types"]),
        changed=tuple(row["changed"]),
        occurred_at=row["occurred_at"],
    )


async def tell(connection: asyncpg.Connection, tenants: Iterable[UUID]) -> None:
    """Wake who listens. A notification that is lost costs a second, since listeners look by themselves, too."""
    ids = sorted(map(str, tenants))
    for at in range(0, len(ids), NOTIFIED):
        await connection.execute("SELECT pg_notify($1, $2)", CHANNEL, ",".join(ids[at : at + NOTIFIED]))
