"""The histories, each while connections to PostgreSQL are being ended."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

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


async def of_set(place: Place, operations: int) -> None:
    await records.set_of_contacts(place, clients=CLIENTS, operations=operations)


async def of_append(place: Place, operations: int) -> None:
    await append.run(place, clients=CLIENTS, operations=operations, keys=keys_for(operations))


async def of_bank(place: Place, operations: int) -> None:
    await bank.run(place, tellers=CLIENTS, moves=operations // (2 * CLIENTS))  # a move reads before it writes


async def of_register(place: Place, operations: int) -> None:
    await register.run(place, clients=CLIENTS, operations=operations, keys=keys_for(operations))


async def of_unique(place: Place, operations: int) -> None:
    await records.unique(place, clients=CLIENTS, keys=operations // CLIENTS)


async def of_idempotency(place: Place, operations: int) -> None:
    await records.idempotency(place, keys=operations // 4)  # a key is sent 2 to 5 times


def keys_for(operations: int) -> int:
    return max(4, min(20, operations // 100))


@dataclass(frozen=True)
class History:
    """A workload and its check, with how many operations it has in the short run and in the full one."""

    name: str
    what: str
    run: Callable[[Place, int], Awaitable[None]]
    short: int
    full: int

    async def alone(self, place: Place) -> None:
        async with disturbed(place):
            await self.run(place, place.sized(self.short, self.full))


# In this order they may follow each other in one place: bank counts on amounts that register changes.
HISTORIES = (
    History("set", "contacts are made and listed", of_set, 160, 20_000),
    History("append", "lines of opportunities", of_append, 160, 2_000),
    History("bank", "amounts move", of_bank, 160, 10_000),
    History("register", "opportunities at a version", of_register, 160, 10_000),
    History("unique", "upserts of one external id", of_unique, 96, 16_000),
    History("idempotency", "one key many times", of_idempotency, 160, 20_000),
)
ROWS = tuple(Row(history.name, f"history: {history.what}", history.alone, seldom=True) for history in HISTORIES)
