"""What the worker consists of: whoever adds to it adds a line here."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from types import MappingProxyType

import asyncpg

from api.worker.place import Place
from api.worker.relay import RelayedEvent
from api.worker.webhooks import service as webhooks

# Called with each batch of events, in the transaction that gives them their positions.
FOLLOWERS: tuple[Callable[[Place, asyncpg.Connection, Sequence[RelayedEvent]], Awaitable[None]], ...] = (
    webhooks.follow,
)
# What runs beside the relay, until the event is set.
LOOPS: Mapping[str, Callable[[Place, asyncio.Event], Awaitable[None]]] = MappingProxyType(
    {"webhooks": webhooks.deliver}
)
