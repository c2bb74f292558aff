"""F06, F07, F29, F31: the relay, the end of processes, lost notifications."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from api.worker.relay import LOCK as RELAYING
from tests.faults.feed import Consumer, settled
from tests.faults.ledger import Told
from tests.faults.load import Load, mixed
from tests.faults.place import Place
from tests.faults.proxy import Verb
from tests.faults.row import Row
from tests.faults.serving import Process

CLIENTS, PAUSE = 6, 0.03
KILLS, KILLS_FULL = 3, 10
DRAIN_SECONDS = 10.0
STOPPED = frozenset({1001, 1012})
HELD = """
SELECT count(*) AS count FROM pg_locks
 WHERE locktype = 'advisory' AND granted
   AND (classid::bigint << 32) + objid::bigint = $1
   AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""
LISTENERS = "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND query ILIKE 'LISTEN %'"
RECONNECTED_SECONDS = 30.0  # 20 until the worker takes a silent connection for lost, and some to begin anew


def a_worker(place: Place, number: int = 0) -> Process:
    """`crm worker`; it is stopped with the run."""
    made = Process(["worker"], place.for_worker(), place.folder / f"worker-{number}.log")
    place.stack.callback(made.kill)
    place.workers.append(made)
    made.start()
    return made


@asynccontextmanager
async def consumed(place: Place) -> AsyncIterator[dict[str, Consumer]]:
    """A consumer that pages and one that subscribes, beside the block and until they have seen everything."""
    consumers = {"the pager": Consumer(place), "the subscriber": Consumer(place)}
    tasks = [
        asyncio.create_task(consumers["the pager"].page(place.caller())),
        asyncio.create_task(consumers["the subscriber"].subscribe()),
    ]
    try:
        yield consumers
        took = await settled(place, consumers)
        seen = consumers["the pager"].seen
        place.notes.append(f"{len(seen)} events, all seen {took:.1f} s after the last fault")
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def relays_killed(place: Place) -> None:
    """F06: two relays, of which one is killed at a random moment, again and again."""
    workers = [a_worker(place, number) for number in range(2)]
    async with consumed(place), mixed(place, CLIENTS, pause=PAUSE):
        for _ in range(place.sized(KILLS, KILLS_FULL)):
            await asyncio.sleep(place.chance.uniform(0.5, 1.2))
            victim = place.chance.choice(workers)
            victim.kill()
            victim.start()
            (locks,) = await place.sql(HELD, RELAYING)
            if locks["count"] > 1:
                place.blame("F06", f"{locks['count']} relays are active")
    await place.check(processes=3)


async def stopped_gracefully(place: Place) -> None:
    """F07: SIGTERM to the server and to the worker under load, with a subscription; both come back."""
    worker = a_worker(place)
    async with consumed(place) as consumers:
        async with mixed(place, CLIENTS, pause=PAUSE) as load:
            await enough(load, 20)
            drained = await place.api.stop()
            place.held("F07", "the end of the server", drained, DRAIN_SECONDS)
            await place.restarted()
            await enough(load, 20)
            ended = await worker.stop()
            place.held("F07", "the end of the worker", ended, DRAIN_SECONDS)
            for name, process in (("server", place.api), ("worker", worker)):
                if process is worker and process.code != 0:
                    place.blame("F07", f"the {name} ended with {process.code}")
            worker.start()
        codes = consumers["the subscriber"].closed
        if not set(codes) & STOPPED or set(codes) - STOPPED:
            place.blame("F07", f"the subscription was closed with {codes}")
    place.notes.append(f"drained in {drained:.1f} s and {ended:.1f} s")
    await place.check(processes=2)


async def enough(load: Load, more: int) -> None:
    """Let so many more writes be acknowledged."""
    wanted = load.place.ledger.counts[Told.DONE] + more
    while load.place.ledger.counts[Told.DONE] < wanted:
        await load.next_request()


async def notifications_lost(place: Place) -> None:
    """F29: the connections that listen are ended; what happens meanwhile is found by looking."""
    a_worker(place)
    ended = 0
    async with consumed(place), mixed(place, CLIENTS // 2, pause=PAUSE) as load:
        for _ in range(place.sized(3, 20)):
            await enough(load, 5)
            for row in await place.sql(LISTENERS):
                await place.sql("SELECT pg_terminate_backend($1)", row["pid"])
                ended += 1
    if not ended:
        place.blame("F29", "nobody listens")
    place.notes.append(f"{ended} listening connections ended, {place.notes[-1]}")
    await place.check(processes=2)


async def listening_half_open(place: Place) -> None:
    """F31: every connection of the server falls silent, the listening one with them, while it has nothing to say."""
    a_worker(place)
    async with consumed(place) as consumers, mixed(place, CLIENTS // 2, pause=PAUSE) as load:
        await enough(load, 10)
        while not consumers["the subscriber"].seen:  # everybody is connected by then, the worker with them
            await load.next_request()
        place.proxy.all(place.chance.choice((Verb.HALF_OPEN, Verb.BLACKHOLE)))
        before = len(consumers["the subscriber"].seen)
        began = time.monotonic()
        await enough(load, 10)
        while len(consumers["the subscriber"].seen) == before:
            if time.monotonic() - began > place.limit(RECONNECTED_SECONDS):
                break
            await load.next_request()
        place.held("I4", "the next event", time.monotonic() - began, RECONNECTED_SECONDS)
    await place.check(processes=2)


SHORT = {"CRM_REQUEST_TIMEOUT_SECONDS": "3"}
ROWS = (
    Row("F06", "kill -9 of one of two relays", relays_killed),
    Row("F07", "SIGTERM of server and worker under load", stopped_gracefully),
    Row("F29", "LISTEN connections dropped", notifications_lost),
    Row("F31", "LISTEN connection half-open", listening_half_open, settings=SHORT),
)
