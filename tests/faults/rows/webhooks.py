"""F04, F05, F32 and the history of the queue: from a change to its receiver, whoever dies in between."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

from api.domain import contacts
from tests.faults.feed import LAST, WAITING
from tests.faults.ledger import Told
from tests.faults.load import mixed
from tests.faults.place import Place, until
from tests.faults.receiving import Receiver, all_arrived
from tests.faults.row import Row
from tests.faults.rows.background import a_worker, enough
from tests.faults.rows.jobs import a_work, within
from tests.faults.serving import Process

LEASE = {"CRM_JOB_LEASE_SECONDS": "2"}
ARRIVED_SECONDS, ARRIVED_SECONDS_FULL = 30.0, 300.0
KILLS, KILLS_FULL = 3, 20
QUEUE_FULL = 20_000
BULK_LEASE = {"CRM_JOB_LEASE_SECONDS": "1"}
EVENTS, EVENTS_FULL, MADE_AT_ONCE = 2_000, 15_000, 500
PART_SECONDS = 0.1
REPLAY = """mutation Replay($id: ID!, $through: String!) {
  did: webhookDeliveryReplay(where: {id: $id}, after: "0", through: $through) { jobId errors { code message } } }"""
REPLAYING = "SELECT state, applied + skipped + rejected AS count FROM jobs WHERE kind = 'webhooks.replay'"
OF_CONTACTS = """
SELECT position FROM outbox WHERE tenant_id = $1 AND position <= $2 AND aggregate_type = 'contact'"""
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
        await until(partial(all_relayed, place), ARRIVED_SECONDS)
        ((since,),) = await place.sql(LAST, place.tenant.id)
        await receiver.endpoint()
        yield receiver, worker
        longest = place.sized(ARRIVED_SECONDS, ARRIVED_SECONDS_FULL)
        took = await all_arrived(place, receiver, since, longest)
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
    await queue(place, place.sized(KILLS, KILLS_FULL), place.sized(0, QUEUE_FULL))


async def queue(place: Place, kills: int, events: int) -> None:
    """So many kills while changes are made, and at least so many changes."""
    async with sent_to(place) as (_, worker), mixed(place, 6, what=CHANGES, pause=0.02) as load:
        before = place.ledger.counts[Told.DONE]
        for _ in range(kills):
            await asyncio.sleep(place.chance.uniform(0.5, 1.5))
            worker.kill()
            worker.start()
        await enough(load, events - (place.ledger.counts[Told.DONE] - before))


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


async def killed_in_bulk(place: Place) -> None:
    """F04: a replay of thousands of events; the worker is killed again and again while it makes their deliveries."""
    place.worker_settings |= BULK_LEASE
    worker, receiver = a_worker(place), Receiver(place)
    await receiver.open()
    await many_contacts(place, place.sized(EVENTS, EVENTS_FULL))
    endpoint, inside, kills = await receiver.endpoint("contact"), 0, 0
    await until(partial(all_relayed, place), place.limit(ARRIVED_SECONDS))
    ((last,),) = await place.sql(LAST, place.tenant.id)
    given = {"id": endpoint, "through": str(last)}
    answer = await place.caller().ask(REPLAY, given)
    if not answer.data or not answer.data["did"]["jobId"]:
        raise RuntimeError(f"no replay: {answer.code} {answer.data}")
    began, done = time.monotonic(), 0
    while time.monotonic() - began < place.limit(ARRIVED_SECONDS) * place.sized(1, 4):
        ((state, count),) = await place.sql(REPLAYING)
        if state == "DONE":
            break
        if kills < place.sized(2, KILLS_FULL) and state == "RUNNING" and (count > done or not kills):
            done, kills = count, kills + 1
            await asyncio.sleep(place.chance.uniform(0, PART_SECONDS))
            worker.kill()
            inside += (await place.sql(REPLAYING))[0]["state"] == "RUNNING"
            worker.start()
        await asyncio.sleep(0.002)
    place.notes.append(f"{kills} kills, {inside} of them inside a part, of {last} events")
    await worker.stop()  # what has arrived by then is enough: that all arrives is for other rows to show
    await receiver.close()
    strange = receiver.positions - {row["position"] for row in await place.sql(OF_CONTACTS, place.tenant.id, last)}
    if strange or not receiver.positions:
        place.blame("I8", f"{len(receiver.positions)} events came, of which nobody asked for {sorted(strange)[:5]}")
    await place.check(processes=2, bulk=True)


async def many_contacts(place: Place, count: int) -> None:
    """So many contacts, made by the product in this process; they are nobody's acknowledged writes."""
    async with within(place) as worker:
        for begin in range(0, count, MADE_AT_ONCE):
            rows = [
                contacts.ContactRow(values={"last_name": f"bulk {begin + number}"}) for number in range(MADE_AT_ONCE)
            ]
            async with a_work(place, worker) as work:
                await contacts.upsert_many(work, rows)


async def all_relayed(place: Place) -> bool:
    return not (await place.sql(WAITING, place.tenant.id))[0]["count"]


ROWS = (
    Row("F04", "kill -9 of the worker in a bulk job", killed_in_bulk),
    Row("F05", "kill -9 of the worker before it notes a 200", killed_before_delivered),
    Row("F32", "receiver away, then back", receiver_away),
    Row("queue", "history: changes to webhooks, with kills", killed_at_random, seldom=True),
)
