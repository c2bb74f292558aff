"""Tells the subscriptions of this process that their tenant has new events.

One connection listens for what the relay notifies. A notification is a wake-up and nothing more: it may be lost with
the relay or the connection, so the head of each watched feed is also looked at about once a second.
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any
from uuid import UUID

import asyncpg

from api import telemetry
from api.db.pool import LOST, DatabaseUnavailable, Fetching

CHANNEL = "crm_feed"
POLL_SECONDS = 1.0
POLLS_PER_SECOND = 100  # of all tenants together; with more of them each is looked at less often
ALIVE_SECONDS = 5.0  # between two questions whether the listening connection is alive, and until the answer
FIRST_PAUSE, LONGEST_PAUSE = 0.1, 5.0
HEAD = """
SELECT CASE WHEN set_config('crm.tenant', ($1::uuid)::text, true) IS NOT NULL THEN coalesce((
    SELECT head.position FROM feed_heads AS head WHERE head.tenant_id = $1), 0)::text END
"""
FAILURES = (DatabaseUnavailable, asyncpg.PostgresError, *LOST)

Connect = Callable[[], Awaitable[asyncpg.Connection]]


class Feed:
    """One tenant's: how often it is known to have grown, and by whom that is awaited."""

    __slots__ = ("_grown", "followers", "growth", "head")

    def __init__(self) -> None:
        self.followers = 0
        self.growth = 0
        self.head: bytes | None = None
        self._grown = asyncio.Event()

    async def grown(self, since: int) -> None:
        """Return as soon as `growth` is not `since`."""
        while self.growth == since:
            await self._grown.wait()

    def wake(self) -> None:
        self.growth += 1
        grown, self._grown = self._grown, asyncio.Event()
        grown.set()


class Hub:
    def __init__(self, connect: Connect | None, pool: Fetching) -> None:
        """`connect` opens a connection to listen on, if that is wanted; `pool` is where heads are read."""
        self._connect = connect
        self._pool = pool
        self._feeds: dict[UUID, Feed] = {}
        self.listening = False

    @contextmanager
    def following(self, tenant: UUID) -> Iterator[Feed]:
        feed = self._feeds.get(tenant)
        if feed is None:
            feed = self._feeds[tenant] = Feed()
        feed.followers += 1
        try:
            yield feed
        finally:
            feed.followers -= 1
            if not feed.followers:
                self._feeds.pop(tenant, None)

    async def run(self) -> None:
        """Listen and look until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._look())
            if self._connect is not None:
                tasks.create_task(self._listen(self._connect))

    def wake(self, tenants: str = "") -> None:
        """`tenants`: ids separated by commas; none means all."""
        if not tenants:
            for feed in self._feeds.values():
                feed.wake()
            return
        for text in tenants.split(","):
            with suppress(ValueError):
                feed_or_none = self._feeds.get(UUID(text))
                if feed_or_none is not None:
                    feed_or_none.wake()

    # -- listening ----------------------------------------------------------------------------------------------------

    async def _listen(self, connect: Connect) -> None:
        pause = FIRST_PAUSE
        while True:
            try:
                connection = await connect()
                try:
                    await connection.add_listener(CHANNEL, self._notified)
                    self.listening, pause = True, FIRST_PAUSE
                    self.wake()  # of what may have come while nobody listened
                    while True:
                        await asyncio.sleep(ALIVE_SECONDS)
                        await connection.fetchval("SELECT 1", timeout=ALIVE_SECONDS)
                finally:
                    self.listening = False
                    connection.terminate()
            except (TimeoutError, *FAILURES) as error:
                telemetry.log(logging.WARNING, "feed", reason="not listening", **telemetry.described(error))
            await asyncio.sleep(pause * random.uniform(0.5, 1.0))  # noqa: S311 - not a secret
            pause = min(pause * 2, LONGEST_PAUSE)

    def _notified(self, _connection: Any, _pid: int, _channel: str, payload: Any) -> None:
        self.wake(payload.decode() if isinstance(payload, bytes) else str(payload))

    # -- looking ------------------------------------------------------------------------------------------------------

    async def _look(self) -> None:
        while True:
            feeds = list(self._feeds.items())
            await asyncio.sleep(max(POLL_SECONDS, len(feeds) / POLLS_PER_SECOND))
            for tenant, feed in feeds:
                if not feed.followers:
                    continue
                try:
                    head = await self._pool.fetch(HEAD, [tenant])
                except FAILURES:
                    break  # the next round asks again; whoever reads says that nobody answers
                if feed.head is not None and head != feed.head:
                    feed.wake()
                feed.head = head
