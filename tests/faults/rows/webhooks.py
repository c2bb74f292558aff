"""F05, F32 and the history of the queue: from a change to its receiver, whoever dies in between."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from tests.faults.feed import LAST, WAITING
from tests.faults.load import mixed
from tests.faults.place import Place, until
from tests.faults.receiving import Receiver, all_arrived
from tests.faults.row import Row
from tests.faults.rows.background import a_worker, enough
from tests.faults.serving import Process

LEASE = {"CRM_JOB_LEASE_SECONDS": "2"}
ARRIVED_SECONDS = 30.0
KILLS, KILLS_FULL = 3, 20
OUTAGE, OUTAGE_FULL = 3, 20
CHANGES = ("amount", "amount", "keyed")
STUCK = "SELECT count(*) AS count FROM webhook_deliveries WHERE lease_until < now() - interval '60 seconds'"


@asynccontextmanager
async def sent_to(place: Place) -> AsyncIterator[tuple[Receiver, Process]]:
    """A receiver of everything that happens from now on; at the end everything has come, or that is blamed."""
    place.worker_settings |= LEASE
    worker, receiver = a_worker(place), Receiver(place)
    await receiver.open()
    try:

        async def relayed() -> bool:
            return not (await place.sql(WAITING, place.tenant.id))[0]["count"]

        await until(relayed, ARRIVED_SECONDS)
        ((since,),) = await place.sql(LAST, place.tenant.id)
        await receiver.endpoint()
        yield receiver, worker
        took = await all_arrived(place, receiver, since, ARRIVED_SECONDS)
        again = len(receiver.arrivals) - len(receiver.positions)
        place.notes.append(f"{len(receiver.positions)} events, {again} again, all within {took:.1f} s of the end")
        if (await place.sql(STUCK))[0]["count"]:
            place.blame("I6", "deliveries have a lease that ended a minute ago")
    finally:
        await receiver.close()
    await place.check(processes=2)


async def killed_before_delivered(place: Place) -> None:
    """F05: the receiver has answered 200, or is about to, and the worker dies before it has noted that."""
    async with sent_to(place) as (receiver, worker), mixed(place, 4, what=CHANGES, pause=0.05) as load:
        for _ in range(place.sized(KILLS, KILLS_FULL)):
            reached = asyncio.Event()
            receiver.before_answer = reached.set
            while not reached.is_set():
                await load.next_request()
            await asyncio.sleep(place.chance.uniform(0, 0.01))
            worker.kill()
            receiver.before_answer = None
            worker.start()


async def killed_at_random(place: Place) -> None:
    """Queue: the worker is killed at random moments between a change and its delivery."""
    async with sent_to(place) as (_, worker), mixed(place, 6, what=CHANGES, pause=0.02):
        for _ in range(place.sized(KILLS, KILLS_FULL)):
            await asyncio.sleep(place.chance.uniform(0.5, 1.5))
            worker.kill()
            worker.start()


async def receiver_away(place: Place) -> None:
    """F32: the receiver is away for a while and comes back; what has piled up drains, each record's events in order."""
    async with sent_to(place) as (receiver, _):
        async with mixed(place, 6, what=CHANGES, pause=0.02) as load:
            await enough(load, 5)
            await receiver.close()
            before = len(receiver.positions)
            await asyncio.sleep(place.sized(OUTAGE, OUTAGE_FULL))
            await receiver.open()
        began = time.monotonic()

        async def something_came() -> bool:
            return len(receiver.positions) > before

        await until(something_came, place.limit(ARRIVED_SECONDS))
        place.notes.append(f"the first arrival {time.monotonic() - began:.1f} s after the receiver was back")


ROWS = (
    Row("F05", "kill -9 of the worker before it notes a 200", killed_before_delivered),
    Row("F32", "receiver away, then back", receiver_away),
    Row("queue", "history: changes to webhooks, with kills", killed_at_random),
)
