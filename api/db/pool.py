"""Reads: one prepared statement, one round trip, bytes out.

A reader is a connection with the statements prepared on it. Readers wait in a stack, so that the busiest keep their
statements warm and the rest may be idle. Nothing is reset between two reads, because a compiled read leaves nothing
behind: it sets its context and reads in the same statement.
"""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import asyncpg
from asyncpg.prepared_stmt import PreparedStatement

from api import telemetry
from api.shares import Shares

# What a lost connection looks like. InterfaceError is also a wrong number of arguments; `_attempt` tells them apart.
LOST = (
    OSError,
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,  # the server's last message has come but the end of the connection has not
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.CannotConnectNowError,
    asyncpg.TooManyConnectionsError,
)
TEXT_TYPES = ("text", "varchar", "json")
FIRST_PAUSE, LONGEST_PAUSE = 0.1, 2.0  # seconds without a new attempt after a failed one
CONNECT_SECONDS = 5.0
CLOSE_SECONDS = 5.0
STOP_SECONDS = 0.5  # for the server to confirm that it has stopped a cancelled read
QUEUE = 20  # reads that may wait for each connection: a second of work

Watcher = Callable[[str, Sequence[Any]], None]


class DatabaseUnavailable(Exception):
    """PostgreSQL does not answer, or every connection stayed busy for too long. Worth another try in a moment."""


class WrongArguments(Exception):
    """The arguments do not fit the statement: a bug of the caller, not a lost connection."""


class Fetching(Protocol):
    """What a read needs of a pool."""

    async def fetch(self, sql: str, arguments: Sequence[Any]) -> bytes: ...


@dataclass(eq=False)
class Reader:
    connection: asyncpg.Connection
    statements: OrderedDict[str, PreparedStatement[asyncpg.Record]] = field(default_factory=OrderedDict)


class ReadPool:
    """Connections of one login role, opened when they are first needed."""

    def __init__(
        self, url: str, *, size: int = 10, statements: int = 500, wait_seconds: float = 1.0, queue: int = QUEUE
    ) -> None:
        """`statements` are held per connection, the least used is let go.

        A read waits `wait_seconds` for its turn, behind at most `queue` others for each connection.
        """
        self.on_statement: list[Watcher] = []
        self._url = url
        self._turns = asyncio.Semaphore(size)
        self._shares = Shares(size)
        self._longest_queue = size * queue
        self.size, self.waiting, self.busy = size, 0, 0
        self._idle: list[Reader] = []
        self._held = statements
        self._wait_seconds = wait_seconds
        self._names = 0
        self._open = False
        self._pause = 0.0
        self._not_before = 0.0

    async def open(self) -> None:
        """Make one connection, so that a wrong address or password shows at the start.

        Raises:
            DatabaseUnavailable: PostgreSQL does not answer.
        """
        self._open = True
        self._idle.append(await self._connect())

    async def close(self) -> None:
        """Close what is idle; a reader still at work is closed when it comes back."""
        self._open = False
        idle, self._idle = self._idle, []
        for reader in idle:
            try:
                await reader.connection.close(timeout=CLOSE_SECONDS)
            except (TimeoutError, *LOST):
                reader.connection.terminate()

    async def fetch(self, sql: str, arguments: Sequence[Any]) -> bytes:
        """The one value of the one row of the statement, which must be text.

        A connection found dead is replaced and the read repeated once. The first argument is the tenant's id, or
        whatever else stands for the caller: of that, one caller never has all connections.

        Raises:
            DatabaseUnavailable: no connection can be had.
            asyncpg.PostgresError: the statement failed.
        """
        for watch in self.on_statement:
            watch(sql, arguments)
        tenant = arguments[0] if arguments else None
        if self._turns.locked() or self._shares.is_full(tenant):
            await self._wait(tenant)
        else:
            await self._shares.enter(tenant)
            await self._turns.acquire()
        self.busy += 1
        try:
            try:
                return await self._attempt(sql, arguments)
            except LOST:
                # PostgreSQL was restarted or the network broke: the idle ones are as dead as this one.
                while self._idle:
                    self._idle.pop().connection.terminate()
            try:
                return await self._attempt(sql, arguments)
            except LOST as error:
                raise DatabaseUnavailable("PostgreSQL closed the connection") from error
        finally:
            self.busy -= 1
            self._turns.release()
            self._shares.leave(tenant)

    async def _wait(self, tenant: Any) -> None:
        if self.waiting >= self._longest_queue:
            raise DatabaseUnavailable("every connection is busy, and the queue for them is full")
        self.waiting += 1
        try:
            async with asyncio.timeout(self._wait_seconds):
                await self._shares.enter(tenant)
                try:
                    await self._turns.acquire()
                except BaseException:
                    self._shares.leave(tenant)
                    raise
        except TimeoutError as error:
            raise DatabaseUnavailable("every connection is busy") from error
        finally:
            self.waiting -= 1

    async def _attempt(self, sql: str, arguments: Sequence[Any]) -> bytes:
        reader = self._idle.pop() if self._idle else await self._connect()
        usable = False
        try:
            statement = reader.statements.get(sql)
            if statement is None:
                statement = await self._prepare(reader, sql)
            else:
                reader.statements.move_to_end(sql)
            began = time.perf_counter()
            try:
                value = await statement.fetchval(*arguments)
            finally:
                telemetry.executed(sql, began, arguments)
            usable = True
        except asyncio.CancelledError:
            # asyncpg tells the server to stop; closing the connection instead would leave the query running there.
            usable = await self._stopped(reader)
            raise
        except asyncpg.InterfaceError as error:
            usable = not reader.connection.is_closed()
            if usable:
                raise WrongArguments(str(error)) from error
            raise
        except asyncpg.PostgresError as error:
            usable = not isinstance(error, LOST) and not reader.connection.is_closed()
            raise
        finally:
            if usable and self._open:
                self._idle.append(reader)
            else:
                reader.connection.terminate()
        if not isinstance(value, bytes):
            raise TypeError("a read returns one text")
        return value

    async def _stopped(self, reader: Reader) -> bool:
        """Whether the server says that it has stopped. One that is silent will not answer the idle ones either."""
        try:
            async with asyncio.timeout(STOP_SECONDS):
                await reader.connection.execute("SELECT 1")
        except (*LOST, asyncpg.PostgresError):  # a TimeoutError is an OSError
            while self._idle:
                self._idle.pop().connection.terminate()
            return False
        return True

    async def _prepare(self, reader: Reader, sql: str) -> PreparedStatement[asyncpg.Record]:
        self._names += 1
        # Without a name and without asyncpg's own cache the statement would be parsed anew each time it runs.
        made = await reader.connection.prepare(sql, name=f"crm_{self._names}")
        reader.statements[sql] = made
        if len(reader.statements) > self._held:
            reader.statements.popitem(last=False)  # asyncpg closes it on the server with its next prepare
        return made

    async def _connect(self) -> Reader:
        if time.monotonic() < self._not_before:
            raise DatabaseUnavailable("PostgreSQL did not answer a moment ago")
        try:
            # asyncpg's cache drops long statements and those older than five minutes; ours holds them.
            connection = await asyncpg.connect(self._url, statement_cache_size=0, timeout=CONNECT_SECONDS)
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:  # a TimeoutError is an OSError
            self._pause = min(max(self._pause * 2, FIRST_PAUSE), LONGEST_PAUSE)
            self._not_before = time.monotonic() + self._pause
            raise DatabaseUnavailable("PostgreSQL takes no connection from us") from error
        self._pause = 0.0
        for name in TEXT_TYPES:
            # Binary, because the text format hands over a str, which would be encoded again for the response.
            await connection.set_type_codec(
                name, schema="pg_catalog", encoder=str.encode, decoder=bytes, format="binary"
            )
        return Reader(connection)
