"""Tells the subscriptions of this process that their tenant has new events, and only those that may want them.

One connection listens for what the relay notifies. A notification is a wake-up and nothing more: it may be lost with
the relay or the connection, so each followed feed is also looked at about once a second. What is new is looked at once
for all: types and names of fields tell for most subscriptions that nothing of it is theirs, before any of them reads.
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from typing import Any
from uuid import UUID

import asyncpg
import orjson

from api import telemetry
from api.db.pool import LOST, DatabaseUnavailable, Fetching
from api.http.front import Interest, News

CHANNEL = "crm_feed"
POLL_SECONDS = 1.0
POLLS_PER_SECOND = 100  # of all tenants together; with more of them each is looked at less often
ALIVE_SECONDS = 5.0  # between two questions whether the listening connection is alive, and until the answer
LOOK_SECONDS = 5.0  # a connection that is silent is given up then
FIRST_PAUSE, LONGEST_PAUSE = 0.1, 5.0
MOST_REMEMBERED = 100  # events of a tenant
MOST_NEW = 500  # in one look; after more of them all subscriptions read
FAILURES = (DatabaseUnavailable, TimeoutError, asyncpg.PostgresError, *LOST)
# The head, and what is new behind a position, if that is known.
LOOK = """
SELECT CASE WHEN set_config('crm.tenant', ($1::uuid)::text, true) IS NOT NULL THEN json_build_array(
    coalesce((SELECT head.position FROM feed_heads AS head WHERE head.tenant_id = $1), 0),
    (SELECT json_agg(json_build_array(new.position, new.types, new.changed) ORDER BY new.position) FROM (
        SELECT event.position, event.types, event.changed FROM outbox AS event
         WHERE event.tenant_id = $1 AND event.position > $2 ORDER BY event.position LIMIT $3) AS new))::text END
"""

Connect = Callable[[], Awaitable[asyncpg.Connection]]


class Follower:
    """A subscription's place in a feed while it waits; what it does not want is behind `position`."""

    __slots__ = ("_interest", "position", "woken")

    def __init__(self, position: int, interest: Interest) -> None:
        self.position = position
        self.woken: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._interest = interest

    def tell(self, head: int, known_from: int, news: Iterable[News]) -> bool:
        """Whether it has something to read; what it does not want is passed over. News begin behind `known_from`."""
        if head <= self.position:
            return False
        if self.position < known_from or any(
            one.position > self.position and self._interest.wants(one) for one in news
        ):
            return True
        self.position = head
        return False


class Feed:
    """One tenant's: how far it is known to reach, what came last, and who waits for more."""

    def __init__(self) -> None:
        self.connections = 0
        self.head: int | None = None
        self.looking = asyncio.Lock()
        self.missed = False
        self._known_from = 0
        self._news: deque[News] = deque()
        self._waiting: set[Follower] = set()

    async def grown(self, follower: Follower) -> int:
        """Return as soon as there may be something of interest behind its position; from where to read then."""
        if self.head is not None and follower.tell(self.head, self._known_from, self._news):
            return follower.position
        self._waiting.add(follower)
        try:
            await follower.woken
        finally:
            self._waiting.discard(follower)
        return follower.position

    def reached(self, head: int, news: list[News]) -> None:
        """The feed reaches to `head` now; `news` are all that came since it was last looked at, or the first of it."""
        if self.head is None or len(news) != head - self.head:  # positions have no gaps
            self._news.clear()
            self._known_from, news = head, []
        self.head = head
        self._news += news
        while len(self._news) > MOST_REMEMBERED:
            self._known_from = self._news.popleft().position
        for follower in self._waiting:
            if not follower.woken.done() and follower.tell(head, self._known_from, news):
                follower.woken.set_result(None)


class Hub:
    def __init__(self, connect: Connect | None, pool: Fetching) -> None:
        """`connect` opens a connection to listen on, if that is wanted; `pool` is where feeds are looked at."""
        self._connect = connect
        self._pool = pool
        self._feeds: dict[UUID, Feed] = {}
        self._looks: set[asyncio.Task[None]] = set()
        self.listening = False

    @contextmanager
    def following(self, tenant: UUID) -> Iterator[Feed]:
        feed = self._feeds.get(tenant)
        if feed is None:
            feed = self._feeds[tenant] = Feed()
        feed.connections += 1
        try:
            yield feed
        finally:
            feed.connections -= 1
            if not feed.connections:
                self._feeds.pop(tenant, None)

    async def run(self) -> None:
        """Listen and look until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._poll())
            if self._connect is not None:
                tasks.create_task(self._listen(self._connect))

    # -- listening ----------------------------------------------------------------------------------------------------

    async def _listen(self, connect: Connect) -> None:
        pause = FIRST_PAUSE
        while True:
            try:
                connection = await connect()
                try:
                    lost = asyncio.Event()
                    connection.add_termination_listener(lambda _, lost=lost: lost.set())
                    async with asyncio.timeout(ALIVE_SECONDS):
                        await connection.add_listener(CHANNEL, self._notified)
                    self.listening, pause = True, FIRST_PAUSE
                    while not lost.is_set():
                        with suppress(TimeoutError):
                            await asyncio.wait_for(lost.wait(), ALIVE_SECONDS)
                        await connection.fetchval("SELECT 1", timeout=ALIVE_SECONDS)
                finally:
                    self.listening = False
                    connection.terminate()
            except FAILURES as error:
                telemetry.log(logging.WARNING, "feed", reason="not listening", **telemetry.described(error))
            await asyncio.sleep(pause * random.uniform(0.5, 1.0))  # noqa: S311 - not a secret
            pause = min(pause * 2, LONGEST_PAUSE)

    def _notified(self, _connection: Any, _pid: int, _channel: str, payload: object) -> None:
        for text in str(payload).split(","):
            with suppress(ValueError):
                tenant = UUID(text)
                feed = self._feeds.get(tenant)
                if feed is not None:
                    look = asyncio.ensure_future(self._look(tenant, feed))
                    self._looks.add(look)
                    look.add_done_callback(self._looks.discard)

    # -- looking ------------------------------------------------------------------------------------------------------

    async def _poll(self) -> None:
        while True:
            feeds = list(self._feeds.items())
            await asyncio.sleep(max(POLL_SECONDS, len(feeds) / POLLS_PER_SECOND))
            for tenant, feed in feeds:
                if feed.connections:
                    await self._look(tenant, feed)

    async def _look(self, tenant: UUID, feed: Feed) -> None:
        """See how far a feed has grown. If somebody does so at the moment, he does it once more."""
        if feed.looking.locked():
            feed.missed = True
            return
        async with feed.looking:
            feed.missed = True
            while feed.missed:
                feed.missed = False
                try:
                    async with asyncio.timeout(LOOK_SECONDS):
                        answer = await self._pool.fetch(LOOK, [tenant, feed.head, MOST_NEW])
                except FAILURES:
                    return  # the next round asks again; whoever reads says that nobody answers
                head, found = orjson.loads(answer)
                news = [News(at, frozenset(types), frozenset(changed)) for at, types, changed in found or ()]
                if head != feed.head:
                    feed.reached(head, news)
