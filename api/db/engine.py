"""Writes: SQLAlchemy sessions on the application's login role."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine

from api.db.urls import for_sqlalchemy

CONNECT_SECONDS = 5
WAIT_SECONDS = 1.0  # for a free connection; then the request is refused instead of queueing


def write_engine(url: str, *, size: int = 10) -> AsyncEngine:
    """Connections are opened when they are first needed, and never tested before use: see `kernel.work.set_context`."""
    return create_async_engine(
        for_sqlalchemy(url),
        pool_size=size,
        max_overflow=0,
        pool_timeout=WAIT_SECONDS,
        hide_parameters=True,  # they are people's data, and errors end up in logs
        connect_args={"timeout": CONNECT_SECONDS},
    )


def write_sessions(engine: AsyncEngine) -> async_sessionmaker[AsyncSession]:
    # A command decides itself when it flushes, and its rows are read after the commit.
    return async_sessionmaker(engine, autoflush=False, expire_on_commit=False)
