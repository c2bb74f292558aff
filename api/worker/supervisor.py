"""Keeps the loops of the worker running: each is begun anew when it fails, and all end in good order."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import asyncpg
from sqlalchemy.exc import DBAPIError

from api import telemetry

FIRST_PAUSE, LONGEST_PAUSE = 0.1, 5.0  # seconds before a loop that failed is begun anew
SETTLED_SECONDS = 30.0  # one that has run for so long begins with the shortest pause again
DRAIN_SECONDS = 10.0

Loop = Callable[[asyncio.Event], Awaitable[None]]


async def supervise(loops: Mapping[str, Loop], stopping: asyncio.Event) -> None:
    """Run the loops until `stopping` is set, and then for at most 10 seconds more; what is left is cancelled."""
    tasks = {asyncio.create_task(kept_alive(name, loop, stopping), name=name) for name, loop in loops.items()}
    await stopping.wait()
    _, late = await asyncio.wait(tasks, timeout=DRAIN_SECONDS)
    for task in late:
        telemetry.log(logging.WARNING, "worker", reason=f"{task.get_name()} did not stop in time and was cancelled")
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def kept_alive(name: str, loop: Loop, stopping: asyncio.Event) -> None:
    """Run a loop, and again whenever it fails; longer and longer pauses lie between."""
    pause = FIRST_PAUSE
    while not stopping.is_set():
        began = time.monotonic()
        try:
            await loop(stopping)
        except Exception as error:  # noqa: BLE001 - whatever it is, the other loops and the next attempt go on
            lost = is_loss(error)
            told = {"exception": type(error).__name__} if lost else telemetry.described(error)
            telemetry.log(logging.WARNING if lost else logging.ERROR, "worker", reason=f"{name} failed", **told)
        if time.monotonic() - began > SETTLED_SECONDS:
            pause = FIRST_PAUSE
        await first_of(stopping, seconds=pause)
        pause = min(pause * 2, LONGEST_PAUSE)


def is_loss(error: Exception) -> bool:
    """Whether PostgreSQL went away, which happens, rather than a bug."""
    if isinstance(error, DBAPIError):
        return error.connection_invalidated
    # The server's last message may have come but not its end; asyncpg then finds its own state inconsistent.
    broken = asyncpg.InterfaceError | asyncpg.InternalClientError | asyncpg.PostgresConnectionError
    return isinstance(error, OSError | broken) or (
        isinstance(error, asyncpg.PostgresError) and (error.sqlstate or "").startswith(("57P", "08", "53300"))
    )


async def first_of(*what: asyncio.Event | asyncio.Task[Any], seconds: float | None = None) -> None:
    """Wait for the first of some events and tasks, but not longer than so many seconds if any are given."""
    waits = {one if isinstance(one, asyncio.Task) else asyncio.ensure_future(one.wait()): one for one in what}
    try:
        await asyncio.wait(waits, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for wait, one in waits.items():
            if wait is not one:
                wait.cancel()
