"""What is old is deleted by its age, a few thousand rows at a time, so that nobody has to wait for it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from uuid import UUID

import asyncpg

from api import telemetry
from api.worker.place import Place
from api.worker.supervisor import first_of

BATCH = 5_000
PERIOD_SECONDS = 600.0
BETWEEN_SECONDS = 0.1  # so that a large backlog leaves room for others
LOCK = 0x63726D_726574  # "crm" "ret"
EVENTS_KEPT = timedelta(days=30)

HEADS = "SELECT tenant_id, pruned FROM feed_heads WHERE position > pruned"
CLOCK = "SELECT clock_timestamp()"
# Ids begin with the instant at which they were made; `occurred_at` may be any day that a command was told.
# As far as all are old; the clocks of two processes may have placed a younger one before an older.
CUT = """
SELECT coalesce(min(position) FILTER (WHERE NOT old) - 1, max(position)) FROM (
    SELECT position, event_id < $3::uuid AS old FROM outbox
     WHERE tenant_id = $1 AND position > $2 ORDER BY position LIMIT $4) AS front"""
# The feed says how far it was cut off in the transaction that cuts: a reader who comes too late is told so.
PRUNE = """
WITH said AS (UPDATE feed_heads SET pruned = $3 WHERE tenant_id = $1)
DELETE FROM outbox WHERE tenant_id = $1 AND position > $2 AND position <= $3"""


@dataclass(frozen=True)
class Old:
    """Rows of a table that are deleted when they reach an age."""

    statement: str
    kept: timedelta


OLD: Mapping[str, Old] = MappingProxyType(
    {
        "idempotency keys": Old(
            """DELETE FROM idempotency_keys WHERE (tenant_id, principal_id, key) IN (
               SELECT tenant_id, principal_id, key FROM idempotency_keys
                WHERE created_at < statement_timestamp() - $1::interval ORDER BY created_at LIMIT $2)""",
            timedelta(hours=72),
        ),
        "jobs that are done": Old(
            """DELETE FROM jobs WHERE (tenant_id, id) IN (
               SELECT tenant_id, id FROM jobs
                WHERE state = 'DONE' AND total IS NULL AND finished_at < statement_timestamp() - $1::interval
                ORDER BY finished_at LIMIT $2)""",
            timedelta(hours=24),
        ),
        # For an operator to look at and to try again, and for whoever asked for what was counted.
        "jobs that were given up or counted": Old(
            """DELETE FROM jobs WHERE (tenant_id, id) IN (
               SELECT tenant_id, id FROM jobs
                WHERE (state IN ('FAILED', 'QUARANTINED') OR total IS NOT NULL)
                  AND finished_at < statement_timestamp() - $1::interval
                ORDER BY finished_at LIMIT $2)""",
            timedelta(days=30),
        ),
        "webhook deliveries": Old(
            """DELETE FROM webhook_deliveries WHERE (tenant_id, id) IN (
               SELECT tenant_id, id FROM webhook_deliveries
                WHERE created_at < statement_timestamp() - $1::interval  -- it has an index
                  AND coalesce(finished_at, due_at) < statement_timestamp() - $1::interval
                ORDER BY created_at LIMIT $2)""",
            timedelta(days=30),
        ),
        "wake-ups that woke nobody": Old(
            """DELETE FROM crm_queue.pgqueuer WHERE id IN (
               SELECT id FROM crm_queue.pgqueuer WHERE created < statement_timestamp() - $1::interval LIMIT $2)""",
            timedelta(hours=24),
        ),
        "the log of wake-ups": Old(
            """DELETE FROM crm_queue.pgqueuer_log WHERE id IN (
               SELECT id FROM crm_queue.pgqueuer_log
                WHERE created < statement_timestamp() - $1::interval ORDER BY created LIMIT $2)""",
            timedelta(hours=24),
        ),
        "the statistics of wake-ups": Old(
            """DELETE FROM crm_queue.pgqueuer_statistics WHERE id IN (
               SELECT id FROM crm_queue.pgqueuer_statistics
                WHERE created < statement_timestamp() - $1::interval LIMIT $2)""",
            timedelta(hours=24),
        ),
    }
)


async def retain(place: Place, stopping: asyncio.Event) -> None:
    """Delete what is old, every ten minutes; of several processes one does it."""
    async with place.connected() as connection:
        lost = place.loss_of(connection)
        while not stopping.is_set():
            if await connection.fetchval("SELECT pg_try_advisory_lock($1)", LOCK):
                try:
                    for name, count in (await delete_old(connection, stopping)).items():
                        telemetry.log(logging.INFO, "retention", reason=f"deleted {count} of {name}")
                finally:
                    await connection.execute("SELECT pg_advisory_unlock($1)", LOCK)
            await first_of(stopping, lost, seconds=PERIOD_SECONDS)


async def delete_old(
    connection: asyncpg.Connection, stopping: asyncio.Event, *, batch: int = BATCH
) -> Mapping[str, int]:
    """Delete all that is too old. How many rows of what there were."""
    counts = {"events": await prune(connection, stopping, batch)}
    for name, old in OLD.items():
        counts[name] = 0
        while not stopping.is_set():
            count = deleted(await connection.execute(old.statement, old.kept, batch))
            counts[name] += count
            if count < batch:
                break
            await asyncio.sleep(BETWEEN_SECONDS)
    return {name: count for name, count in counts.items() if count}


async def prune(connection: asyncpg.Connection, stopping: asyncio.Event, batch: int) -> int:
    """Cut every tenant's feed off behind the events that are too old."""
    total, oldest = 0, first_id(await connection.fetchval(CLOCK) - EVENTS_KEPT)
    for tenant, pruned in await connection.fetch(HEADS):
        done = pruned
        while not stopping.is_set():
            cut = await connection.fetchval(CUT, tenant, done, oldest, batch)
            if cut is None or cut <= done:
                break
            total += deleted(await connection.execute(PRUNE, tenant, done, cut))
            whole, done = cut - done == batch, cut
            if not whole:
                break
            await asyncio.sleep(BETWEEN_SECONDS)
    return total


def first_id(instant: datetime) -> UUID:
    """The smallest UUIDv7 of an instant.

    >>> first_id(datetime.fromisoformat("2026-03-02T09:15:00Z"))
    UUID('019cadd4-5620-0000-0000-000000000000')
    """
    return UUID(int=int(instant.timestamp() * 1000) << 80)


def deleted(tag: str) -> int:
    """The number in what PostgreSQL says of a DELETE.

    >>> deleted("DELETE 12")
    12
    """
    return int(tag.rpartition(" ")[2])
