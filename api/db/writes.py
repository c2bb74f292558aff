"""Sessions whose transaction is open to plain statements, too.

SQLAlchemy takes some 0.5 ms to run one statement, asyncpg 0.1 ms. What every write does goes past SQLAlchemy; its
objects work on the same connection, in the same transaction, and cost nothing until they are used.
"""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Any

import asyncpg
from asyncpg.prepared_stmt import PreparedStatement
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession
from sqlalchemy.orm import Session
from sqlalchemy.pool import PoolProxiedConnection
from sqlalchemy.util import greenlet_spawn

from api import telemetry
from api.db.commits import CommitUnanswered
from api.shares import Shares

SHARES = "crm_shares"  # the option of an engine that holds its `Shares`
WAIT_SECONDS = 1.0  # for a free connection; then the request is refused instead of queueing
ROLLBACK_SECONDS = 0.5  # of a server that answers at all
HELD = 300  # prepared statements of one connection
# All that writes ask for has a key; to plan `= ANY($1)` anew each time takes longer than to run it.
PLANS = "SET LOCAL plan_cache_mode = force_generic_plan"
OF_DRIVER = (asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError)
Held = OrderedDict[str, "PreparedStatement[asyncpg.Record]"]  # a class with parameters to the type checker only


class OnLent(Session):
    """SQLAlchemy's side of a `WriteSession`; on a lent connection it works only if it is asked for something."""

    lent: PoolProxiedConnection | None = None
    connected: Connection | None = None

    def get_bind(self, *about: Any, **options: Any) -> Engine | Connection:
        if self.lent is None:
            return super().get_bind(*about, **options)
        if self.connected is None:
            engine: Any = self.bind
            self.connected = Connection(engine, self.lent)
        return self.connected


class WriteSession(AsyncSession):
    """A session that `begin_as` begins; without that it is any other session of SQLAlchemy."""

    sync_session_class = OnLent
    sync_session: OnLent
    _driver: asyncpg.Connection | None = None
    _lent: PoolProxiedConnection | None = None
    _held: Held
    _tenant: str | None = None
    _is_open = False  # a transaction of ours may be; what the driver knows is too old when it was interrupted

    async def begin_as(self, settings: Mapping[str, str]) -> None:
        """Begin the transaction and, in the same round trip, tell row-level security who is asking.

        A pooled connection that died with the server is noticed here, before anything was done, and replaced.

        Raises:
            DBAPIError, OSError: no connection can be had.
        """
        announced = "; ".join([PLANS, *(f"SET LOCAL {name} = {quoted(value)}" for name, value in settings.items())])
        engine = self.bind
        if not isinstance(engine, AsyncEngine):
            connection = await self.connection()
            self._use(await connection.get_raw_connection())
            await self.command(announced)
            return
        self._tenant = settings.get("crm.tenant")
        left = engine.sync_engine.pool.size()  # type: ignore[attr-defined] # as many may have died together
        while True:
            await self._lend(engine)
            self._is_open = True
            try:
                await self.command(f"BEGIN; {announced}")
                return
            except DBAPIError as error:
                await self._give_back()
                if not error.connection_invalidated or left == 0:
                    raise
                left -= 1

    async def fetch(self, sql: str, arguments: Sequence[Any] = ()) -> list[asyncpg.Record]:
        """The rows of a statement, which stays prepared on the connection; `begin_as` comes first.

        Raises:
            IntegrityError, DBAPIError: as SQLAlchemy, with the driver's own exception in `orig`.
        """
        driver, began = self.driver, time.perf_counter()
        held = self._held
        try:
            statement = held.get(sql)
            if statement is None:
                statement = held[sql] = await driver.prepare(sql)
                if len(held) > HELD:
                    held.popitem(last=False)  # asyncpg closes it on the server with its next prepare
            else:
                held.move_to_end(sql)
            return await statement.fetch(*arguments)
        except OF_DRIVER as error:
            held.pop(sql, None)  # it may have outlived a change of its tables
            raise self._failure(error, sql) from error
        finally:
            telemetry.executed(sql, began)

    async def command(self, sql: str) -> str:
        """Run statements without parameters and result in one round trip; what PostgreSQL says it did last."""
        try:
            done: str = await self.driver.execute(sql)
            return done
        except OF_DRIVER as error:
            raise self._failure(error, sql) from error

    @property
    def driver(self) -> asyncpg.Connection:
        if self._driver is None:
            raise RuntimeError("begin_as comes first")
        return self._driver

    async def commit(self) -> None:
        """Raises CommitUnanswered if nobody can tell what became of it."""
        if self._lent is None or self.sync_session.in_transaction():
            await super().commit()  # of a lent connection only objects are left to be sent
        if self._lent is not None:
            done = await self._commit()
            self._is_open = False
            if done != "COMMIT":  # PostgreSQL ends a failed transaction with ROLLBACK, and no error
                raise RuntimeError("the transaction had failed before it was to be committed")

    async def _commit(self) -> str:
        """Raises CommitUnanswered if nobody can tell what became of it, DBAPIError if it was undone."""
        try:
            return await self.command("COMMIT")
        except asyncio.CancelledError as error:
            raise CommitUnanswered(interrupted=True) from error
        except DBAPIError as error:
            # A server that ends the connection may have stored everything just before.
            ended = getattr(error.orig, "severity", None) in {"FATAL", "PANIC"}
            if error.connection_invalidated or ended:
                raise CommitUnanswered(interrupted=False) from error
            raise

    async def rollback(self) -> None:
        if self._lent is None or self.sync_session.in_transaction():
            await super().rollback()
        if self._lent is not None:
            await self.command("ROLLBACK")
            self._is_open = False

    async def close(self) -> None:
        if self._lent is None or self.sync_session.in_transaction():
            await super().close()
        if self._lent is not None:
            await self._give_back()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._lent is None or self._is_open:
            await super().__aexit__(kind, error, trace)  # whatever interrupts it, to the end
        else:
            await self.close()

    async def _lend(self, engine: AsyncEngine) -> None:
        """Take a connection on which SQLAlchemy leaves BEGIN and COMMIT to us."""
        shares: Shares = engine.sync_engine.get_execution_options()[SHARES]
        if shares.is_full(self._tenant):
            await shares.wait(self._tenant, WAIT_SECONDS)
        else:
            await shares.enter(self._tenant)
        try:
            lent = await engine.raw_connection()
        except BaseException as error:
            shares.leave(self._tenant)
            if isinstance(error, (engine.dialect.loaded_dbapi.Error, *OF_DRIVER)):
                # One may be lost while it is still being made ready, of which SQLAlchemy lets asyncpg speak.
                raise DBAPIError("connect", None, error, hide_parameters=True, connection_invalidated=True) from error
            raise
        self._lent = self.sync_session.lent = lent
        self._use(lent)
        lent.dbapi_connection.autocommit = True  # type: ignore[union-attr]

    def _use(self, lent: PoolProxiedConnection) -> None:
        driver: Any = lent.driver_connection
        self._driver, self._held = driver, lent.info.setdefault("held", OrderedDict())

    async def _give_back(self) -> None:
        lent, driver = self._lent, self.driver
        if lent is None:
            return
        is_open, self._is_open = self._is_open, False
        self._lent = self._driver = self.sync_session.lent = self.sync_session.connected = None
        if isinstance(self.bind, AsyncEngine):
            self.bind.sync_engine.get_execution_options()[SHARES].leave(self._tenant)
        try:
            if is_open and not driver.is_closed():
                async with asyncio.timeout(ROLLBACK_SECONDS):
                    await driver.execute("ROLLBACK")
        except (OSError, *OF_DRIVER) as error:  # a TimeoutError is an OSError
            driver.terminate()
            if isinstance(error, TimeoutError) and isinstance(self.bind, AsyncEngine):
                # Those that wait in the pool are as silent; SQLAlchemy replaces what is older than this moment.
                self.bind.sync_engine.pool._invalidate(lent)  # noqa: SLF001 - as its own engine does on a lost one
        if not lent.is_valid:
            return  # SQLAlchemy has found it lost
        if driver.is_closed():
            await greenlet_spawn(lent.invalidate)
        else:
            lent.dbapi_connection.autocommit = False  # type: ignore[union-attr]
            await greenlet_spawn(lent.close)

    def _failure(self, error: Exception, sql: str) -> DBAPIError:
        """As SQLAlchemy has it; its message would quote the parameters, which are people's data."""
        # The server's last message may have come but not its end; asyncpg then finds its own state inconsistent.
        lost = isinstance(error, asyncpg.InternalClientError) or self.driver.is_closed()
        kind = IntegrityError if isinstance(error, asyncpg.IntegrityConstraintViolationError) else DBAPIError
        return kind(sql, None, error, hide_parameters=True, connection_invalidated=lost)


def quoted(value: str) -> str:
    """A text as SQL.

    >>> quoted("O'Brien")
    "'O''Brien'"
    """
    return "'" + value.replace("'", "''") + "'"
