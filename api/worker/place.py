"""What the loops of the worker work with."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

import asyncpg
from sqlalchemy.ext.asyncio import async_sessionmaker

from api.db.engine import write_engine, write_sessions
from api.db.pool import DatabaseUnavailable, ReadPool
from api.db.urls import Urls
from api.db.writes import WriteSession
from api.settings import Settings

CONNECT_SECONDS = 5.0
COMMAND_SECONDS = 120.0  # a server that is gone without a word is given up then
KEEPALIVES = {"tcp_keepalives_idle": "10", "tcp_keepalives_interval": "5", "tcp_keepalives_count": "3"}
POOL = 10


@dataclass(frozen=True)
class Place:
    """Settings and connections of one worker process.

    `sessions` write as `crm_app`, one tenant at a time, and `reads` read as it; `connected` is a connection of
    `crm_worker`, which sees the events and jobs of all tenants and nothing else. `wakes`: name of a queue → what wakes
    the loop that it is for.
    """

    settings: Settings
    urls: Urls
    secret: bytes
    sessions: async_sessionmaker[WriteSession]
    reads: ReadPool
    wakes: dict[str, Callable[[], None]] = field(default_factory=dict)

    @classmethod
    @asynccontextmanager
    async def opened(cls, settings: Settings, urls: Urls, secret: bytes) -> AsyncIterator[Place]:
        """PostgreSQL need not answer yet: each loop tries again until it does."""
        engine, reads = write_engine(urls.app, size=POOL), ReadPool(urls.app, size=POOL)
        with suppress(DatabaseUnavailable):
            await reads.open()
        try:
            yield cls(settings, urls, secret, write_sessions(engine), reads)
        finally:
            await reads.close()
            await engine.dispose()

    @staticmethod
    def loss_of(connection: asyncpg.Connection) -> asyncio.Event:
        """Set when the connection ends: whoever waits for something else would notice only with his next statement."""
        lost = asyncio.Event()
        connection.add_termination_listener(lambda _: lost.set())
        return lost

    @asynccontextmanager
    async def connected(self) -> AsyncIterator[asyncpg.Connection]:
        """A connection of `crm_worker` of one's own.

        Raises:
            OSError, asyncpg.PostgresError: PostgreSQL does not answer.
        """
        connection = await asyncpg.connect(
            self.urls.worker, timeout=CONNECT_SECONDS, command_timeout=COMMAND_SECONDS, server_settings=KEEPALIVES
        )
        try:
            yield connection
        finally:
            try:
                await connection.close(timeout=CONNECT_SECONDS)
            except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
                connection.terminate()
