"""The histories, each while connections to PostgreSQL are being ended."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from tests.faults.histories import append, bank, records, register
from tests.faults.place import Place
from tests.faults.row import Row
from tests.faults.rows.database import OURS

CLIENTS = 8
EVERY = 0.3  # seconds


@asynccontextmanager
async def disturbed(place: Place) -> AsyncIterator[None]:
    """Now and then a connection of the product is ended, as long as the block runs; then the checker looks."""

    async def disturb() -> None:
        while True:
            await asyncio.sleep(EVERY * place.chance.uniform(0.5, 1.5))
            victims = await place.sql(OURS, place.database)
            if victims:
                await place.sql("SELECT pg_terminate_backend($1)", place.chance.choice(victims)["pid"])

    task = asyncio.create_task(disturb())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    place.notes.append(f"{place.ledger.asked_for} writes, {place.manner.seen['UNAVAILABLE']} interruptions")
    await place.check()


async def of_set(place: Place) -> None:
    async with disturbed(place):
        await records.set_of_contacts(place, clients=CLIENTS, operations=place.sized(160, 20_000))


async def of_register(place: Place) -> None:
    async with disturbed(place):
        await register.run(place, clients=CLIENTS, operations=place.sized(160, 10_000), keys=place.sized(4, 20))


async def of_append(place: Place) -> None:
    async with disturbed(place):
        await append.run(place, clients=CLIENTS, operations=place.sized(160, 2_000), keys=place.sized(4, 20))


async def of_bank(place: Place) -> None:
    async with disturbed(place):
        await bank.run(place, tellers=CLIENTS, moves=place.sized(10, 600))


async def of_unique(place: Place) -> None:
    async with disturbed(place):
        await records.unique(place, clients=CLIENTS, keys=place.sized(12, 2_000))


async def of_idempotency(place: Place) -> None:
    async with disturbed(place):
        await records.idempotency(place, keys=place.sized(40, 5_000))


ROWS = (
    Row("set", "history: contacts are made and listed", of_set),
    Row("register", "history: opportunities at a version", of_register),
    Row("append", "history: lines of opportunities", of_append),
    Row("bank", "history: amounts move", of_bank),
    Row("unique", "history: upserts of one external id", of_unique),
    Row("idempotency", "history: one key many times", of_idempotency),
)
