"""kill -9 at any moment: nothing is lost, nothing is numbered twice."""

import asyncio
import random
import sys
from functools import partial

import asyncpg
import pytest

from tests.conftest import Committed
from tests.worker.waiting import until

pytestmark = pytest.mark.proof
EVENTS = 3_000
OUTBOX = """
INSERT INTO outbox (tenant_id, event_id, aggregate_type, aggregate_id, version, types, schema_version, actor, changed,
                    payload, occurred_at)
SELECT $1, gen_random_uuid(), 'contact', md5((n % 500)::text)::uuid, 1 + n / 500, '{contact.created}', 1, '{}', '{}',
       '{}', clock_timestamp() + make_interval(secs => random()) FROM generate_series(0, $2 - 1) AS n"""
PROGRAM = """
import asyncio, asyncpg, sys
from api.worker.relay import Relay

async def work():
    connection = await asyncpg.connect(sys.argv[1])
    print("ready", flush=True)
    await Relay(batch=50).run(connection, asyncio.Event())

asyncio.run(work())
"""
WAITING = "SELECT count(*) FROM outbox WHERE position IS NULL"
# Versions of each record in the order of their positions.
ORDER = """
SELECT bool_and(versions = ARRAY(SELECT generate_series(1, $1::int)::bigint)) FROM (
    SELECT array_agg(version::bigint ORDER BY position) AS versions FROM outbox GROUP BY aggregate_id) AS of_record"""


async def test_a_relay_that_is_killed_in_the_middle_of_a_batch_loses_nothing(committed: Committed):
    owner = await asyncpg.connect(committed.superuser_url)
    await owner.execute(OUTBOX, committed.tenant.id, EVENTS)
    moments = random.Random(6)
    for _ in range(3):
        before = await owner.fetchval(WAITING)
        relay = await a_relay(committed)
        await until(partial(progressed, owner, before), True, 10)
        await asyncio.sleep(moments.uniform(0, 0.05))
        relay.kill()
        await relay.wait()
    relay = await a_relay(committed)
    await until(lambda: owner.fetchval(WAITING), 0, 30)
    relay.kill()
    await relay.wait()

    positions = await owner.fetchval("SELECT array_agg(position ORDER BY position) FROM outbox")
    assert positions == list(range(1, EVENTS + 1))
    assert await owner.fetchval("SELECT position FROM feed_heads") == EVENTS
    assert await owner.fetchval(ORDER, EVENTS // 500) is True
    await owner.close()


async def a_relay(committed: Committed) -> asyncio.subprocess.Process:
    command = [sys.executable, "-c", PROGRAM, committed.urls.worker]
    process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    assert process.stdout is not None
    assert await process.stdout.readline() == b"ready\n"
    return process


async def progressed(owner: asyncpg.Connection, before: int) -> bool:
    return bool(await owner.fetchval(WAITING) < before)
