"""What the worker consists of: whoever adds to it adds a line here."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial
from types import MappingProxyType

import asyncpg

from api.domain import cases, deal_registrations, lead_distribution, partner_programs, queues
from api.domain.webhooks import BULK, REPLAY_JOB, replay_part
from api.worker import jobs, queue, retention
from api.worker.jobs import Handler
from api.worker.place import Place
from api.worker.relay import Relay, RelayedEvent
from api.worker.supervisor import Loop
from api.worker.webhooks import service as webhooks

# Called with each batch of events, in the transaction that gives them their positions.
FOLLOWERS: tuple[Callable[[Place, asyncpg.Connection, Sequence[RelayedEvent]], Awaitable[None]], ...] = (
    webhooks.follow,
)
# Kind of job → what does it.
HANDLERS: Mapping[str, Handler] = MappingProxyType(
    {
        deal_registrations.DECIDE: Handler(deal_registrations.note_overdue),
        deal_registrations.EXPIRE: Handler(deal_registrations.expire),
        lead_distribution.EXPIRE: Handler(lead_distribution.expire),
        partner_programs.REVIEW: Handler(partner_programs.review_due),
        cases.CLOSE: Handler(cases.close_due),
        cases.CLOCK: Handler(cases.clock_due),
        cases.BY_AGE: Handler(cases.age_due),
        queues.WAITING: Handler(cases.waiting_due),
        REPLAY_JOB: Handler(replay_part, BULK),
    }
)
# What runs beside the relay and the jobs, until the event is set.
LOOPS: Mapping[str, Callable[[Place, asyncio.Event], Awaitable[None]]] = MappingProxyType(
    {"queue": queue.listen, "sweeper": jobs.sweep, "retention": retention.retain, "webhooks": webhooks.deliver}
)


def loops_of(place: Place, handlers: Mapping[str, Handler] = HANDLERS) -> Mapping[str, Loop]:
    """All loops of one worker: the relay, a runner for each queue that jobs have, and the rest."""
    relay = Relay([partial(follow, place) for follow in FOLLOWERS])
    place.wakes["relay"] = relay.woken.set

    async def relaying(stopping: asyncio.Event) -> None:
        async with place.connected() as connection:
            await relay.run(connection, stopping)

    queues = sorted({handler.queue for handler in handlers.values()})
    runners = {f"jobs {name}": jobs.Runner(place, name, handlers).run for name in queues}
    return {"relay": relaying, **runners, **{name: partial(loop, place) for name, loop in LOOPS.items()}}
