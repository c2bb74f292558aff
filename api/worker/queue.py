"""Wake-ups by PgQueuer: a row in a queue says that there is something to do now, and nothing else.

It may be lost or come twice; what there is to do stands in tables of our own, and the sweeper finds it anyway.
"""

from __future__ import annotations

import asyncio
from datetime import timedelta
from functools import partial

import asyncpg
from pgqueuer.adapters.drivers.asyncpg import AsyncpgDriver
from pgqueuer.adapters.persistence.qb import QueryBuilderEnvironment, QueryQueueBuilder, QuerySchedulerBuilder
from pgqueuer.adapters.persistence.queries import Queries
from pgqueuer.core.qm import QueueManager
from pgqueuer.domain.models import Job
from pgqueuer.domain.settings import DBSettings
from pgqueuer.domain.types import Channel

from api.worker.place import Place
from api.worker.supervisor import first_of

QUEUES = ("relay", "webhook", "bulk", "maintenance")
SETTINGS = DBSettings(db_schema="crm_queue")  # explicit, because it would also read the environment
STOP_SECONDS = 5.0
WAIT = timedelta(seconds=30)


async def listen(place: Place, stopping: asyncio.Event) -> None:
    """Wake the loops that queue rows name, until `stopping`."""
    async with place.connected() as connection:
        lost = place.loss_of(connection)
        builders = (QueryBuilderEnvironment(SETTINGS), QueryQueueBuilder(SETTINGS), QuerySchedulerBuilder(SETTINGS))
        manager = QueueManager(Queries(AsyncpgDriver(connection), *builders), Channel(SETTINGS.channel))
        for name in QUEUES:
            manager.entrypoint(name)(partial(woken, place, name))
        running = asyncio.create_task(manager.run(dequeue_timeout=WAIT, batch_size=100))
        try:
            await first_of(stopping, lost, running)
        finally:
            manager.shutdown.set()
            if lost.is_set():
                running.cancel()  # it would wait for a word from the server
            await asyncio.wait({running}, timeout=STOP_SECONDS)
        if lost.is_set():
            raise asyncpg.InterfaceError("the connection of the queue was lost")
        if running.done():
            running.result()


async def woken(place: Place, queue: str, _job: Job) -> None:
    wake = place.wakes.get(queue)
    if wake is not None:
        wake()
