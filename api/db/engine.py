"""Writes: SQLAlchemy sessions on the application's login role."""

from __future__ import annotations

import time
from functools import partial
from typing import Any

import asyncpg
from sqlalchemy import event
from sqlalchemy.engine import ExceptionContext, ExecutionContext
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine, async_sessionmaker, create_async_engine

from api import telemetry
from api.db.urls import for_sqlalchemy
from api.db.writes import SHARES, WAIT_SECONDS, WriteSession
from api.shares import Shares

CONNECT_SECONDS = 5
CLOSE_SECONDS = 0.5  # for a server that answers at all; SQLAlchemy gives it two, which a request does not have


class Hasty(asyncpg.Connection):
    """SQLAlchemy says goodbye to the server before it drops the connection of a statement that was interrupted.

    Whoever has a deadline waits for that too, and a server that has gone silent does not answer.
    """

    async def close(self, *, timeout: float | None = None) -> None:  # noqa: ASYNC109 - asyncpg's
        await super().close(timeout=CLOSE_SECONDS if timeout is None else min(timeout, CLOSE_SECONDS))


def write_engine(url: str, *, size: int = 10) -> AsyncEngine:
    """Connections are opened when they are first needed, and never tested before use: see `WriteSession.begin_as`."""
    engine = create_async_engine(
        for_sqlalchemy(url),
        # asyncpg reads the URL itself: SQLAlchemy would hand it `sslmode` and the like as unknown arguments.
        async_creator=partial(asyncpg.connect, url, timeout=CONNECT_SECONDS, connection_class=Hasty),
        execution_options={SHARES: Shares(size)},
        pool_size=size,
        max_overflow=0,
        pool_timeout=WAIT_SECONDS,
        hide_parameters=True,  # they are people's data, and errors end up in logs
    )
    event.listen(engine.sync_engine, "handle_error", half_closed)
    event.listen(engine.sync_engine, "before_cursor_execute", begin)
    event.listen(engine.sync_engine, "after_cursor_execute", end)
    return engine


def begin(*arguments: Any) -> None:
    context: ExecutionContext = arguments[4]
    context._crm_began = time.perf_counter()  # type: ignore[attr-defined]  # noqa: SLF001 - SQLAlchemy keeps the object


def end(*arguments: Any) -> None:
    context: ExecutionContext = arguments[4]
    telemetry.executed(arguments[2], context._crm_began)  # type: ignore[attr-defined]  # noqa: SLF001


def half_closed(context: ExceptionContext) -> DBAPIError | None:
    """Take asyncpg's complaint for what it is, a lost connection.

    The server's last message has come but its end has not, so asyncpg finds its own state inconsistent. SQLAlchemy
    does not know that error.
    """
    error = context.original_exception
    if not isinstance(error, asyncpg.InternalClientError):
        return None
    context.is_disconnect = True
    return DBAPIError("the connection was closed", None, error, hide_parameters=True, connection_invalidated=True)


def write_sessions(engine: AsyncEngine) -> async_sessionmaker[WriteSession]:
    # A command decides itself when it flushes, and its rows are read after the commit.
    return async_sessionmaker(engine, class_=WriteSession, autoflush=False, expire_on_commit=False)
