"""F15 to F18: transactions and requests in each other's way."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg

from tests.faults.histories import bank
from tests.faults.load import SET_AMOUNT, VIEWER, until_served
from tests.faults.place import Place
from tests.faults.row import Row

TELLERS, FEW = 8, 3
MOVES, MOVES_FULL = 12, 200  # of each teller
LOCK_TIMEOUT = 2.0  # of crm_app
HALF = 0.5
LOCKED_SECONDS = 3.0
CROWD, CROWD_FULL = 60, 500
OTHERS = 10
QUEUE_SECONDS = 1.0
ALL_HELD = {"CRM_CONCURRENT_REQUESTS": "10000"}
READ_LOCKED = "{ contacts(first: 5) { nodes { id } } }"
SOON = "ALTER ROLE crm_app IN DATABASE {database} SET deadlock_timeout = '50ms'"
RECONNECT = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'crm_app'"
SERIALIZABLE = "ALTER ROLE crm_app IN DATABASE {database} SET default_transaction_isolation = 'serializable'"


@asynccontextmanager
async def session(place: Place) -> AsyncIterator[asyncpg.Connection]:
    """A connection of somebody else."""
    connection = await asyncpg.connect(place.postgres.embedded.superuser_url(place.database))
    try:
        yield connection
    finally:
        await connection.close()


async def deadlocks(place: Place) -> None:
    """F15: transfers over the same accounts in both directions, and somebody who locks them the other way round."""
    moves = place.sized(MOVES, MOVES_FULL)
    await place.sql(SOON.format(database=place.database))
    await place.sql(RECONNECT)
    stopping = asyncio.Event()

    async def adversary() -> int:
        """Never the victim: PostgreSQL ends who notices the circle first."""
        count, ids = 0, [bank.uuid_of(one) for one in place.tenant.deals[:FEW]]
        async with session(place) as connection:
            await connection.execute("SET deadlock_timeout = '60s'")
            while not stopping.is_set():
                first, second = sorted(place.chance.sample(ids, 2), reverse=True)
                async with connection.transaction():
                    for id in (first, second):
                        await connection.execute("SELECT FROM opportunities WHERE id = $1 FOR UPDATE", id)
                        await asyncio.sleep(0.01)
                count += 1
        return count

    against = asyncio.create_task(adversary())
    await bank.run(place, tellers=TELLERS, moves=moves, accounts=FEW)
    stopping.set()
    (seen,) = await place.sql("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
    place.notes.append(f"{seen['deadlocks']} deadlocks in {await against} attempts, {conflicts(place)}")
    await place.check()


async def serialization_failures(place: Place) -> None:
    """F16: every transaction of the product is SERIALIZABLE, so that transfers fail with 40001."""
    await place.sql(SERIALIZABLE.format(database=place.database))
    await place.sql(RECONNECT)
    await bank.run(place, tellers=TELLERS, moves=place.sized(MOVES, MOVES_FULL), accounts=FEW)
    (seen,) = await place.sql("SELECT xact_rollback FROM pg_stat_database WHERE datname = current_database()")
    place.notes.append(f"{seen['xact_rollback']} transactions undone, {conflicts(place)}")
    await place.check()


def conflicts(place: Place) -> str:
    return f"{place.manner.seen['WRITE_CONFLICT']} told of a conflict"


async def lock_wait(place: Place) -> None:
    """F17: somebody holds the row, or the whole table, for longer than the product waits."""
    caller, deal = place.caller(), place.tenant.deals[0]
    for lock in (
        "SELECT FROM opportunities WHERE id = $1 FOR UPDATE",
        "LOCK TABLE opportunities IN ACCESS EXCLUSIVE MODE",
    ):
        async with session(place) as connection, connection.transaction():
            await connection.execute(lock, *([bank.uuid_of(deal)] if "$1" in lock else []))
            began = time.monotonic()
            answer = await caller.ask(SET_AMOUNT, {"id": deal, "amount": "1"})
            if answer.status not in {409, 503} or not answer.retryable:
                place.blame("I12", f"a lock that is held answers {answer.status} {answer.code}")
            took = time.monotonic() - began
            place.held("I12", "the answer to who waits for a lock", took, LOCK_TIMEOUT + HALF)
            if (await caller.ask(VIEWER)).data is None:
                place.blame("I9", "a lock on one table stops what does not need it")
    answer = await caller.write("after the lock", "amount", SET_AMOUNT, {"id": deal, "amount": "2"})
    if answer.data is None:
        place.blame("I12", f"free again, the record answers {answer.status} {answer.code}")
    place.notes.append(f"told after {took:.1f} s")
    await place.check()


async def pool_exhausted(place: Place) -> None:
    """F18: many slow queries of one tenant; its callers are told within a second, another tenant is served."""
    one, other = place.caller(0), place.caller(1)
    for caller in (one, other):
        await caller.ask(VIEWER)
    served, slowest = 0, 0.0
    async with session(place) as connection, connection.transaction():
        await connection.execute("LOCK TABLE contacts IN ACCESS EXCLUSIVE MODE")
        crowd = [asyncio.create_task(one.ask(READ_LOCKED)) for _ in range(place.sized(CROWD, CROWD_FULL))]
        deal = place.campaign.tenants[1].deals[0]
        await asyncio.sleep(0.3)
        for number in range(OTHERS):
            for answer in (
                await other.ask("{ accounts(first: 1) { nodes { id } } }"),
                await other.ask(SET_AMOUNT, {"id": deal, "amount": str(number + 1)}),
            ):
                served += answer.data is not None
                slowest = max(slowest, answer.seconds)
        answers = await asyncio.gather(*crowd)
    if served < 2 * OTHERS:
        place.blame("I9", f"another tenant was served {served} of {2 * OTHERS} times")
    for answer in answers:
        if answer.status == 503 and answer.seconds > place.limit(QUEUE_SECONDS + HALF):
            place.blame("I12", f"told after {answer.seconds:.1f} s that every connection is busy")
            break
    told = sum(answer.status == 503 for answer in answers)
    place.notes.append(f"{told} of {len(answers)} told to come back, the other tenant waited {slowest:.2f} s at most")
    place.held("I13", "service afterwards", await until_served(place), LOCK_TIMEOUT)
    await place.check()


ROWS = (
    Row("F15", "deadlocks", deadlocks),
    Row("F16", "serialization failures", serialization_failures),
    Row("F17", "a lock that is held", lock_wait),
    Row("F18", "pool exhausted by one tenant", pool_exhausted, settings=ALL_HELD),
)
