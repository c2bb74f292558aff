"""The worker: its connections, and the loops that run on them."""

from __future__ import annotations

import asyncio
import logging
import signal
from collections.abc import Iterator, Mapping
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from threading import Thread

from api import telemetry
from api.db.urls import Urls
from api.settings import Settings
from api.worker.jobs import Handler
from api.worker.parts import HANDLERS, loops_of
from api.worker.place import Place
from api.worker.supervisor import supervise

ENDING = (signal.SIGINT, signal.SIGTERM)


async def work(
    settings: Settings,
    urls: Urls,
    secret: bytes,
    stopping: asyncio.Event,
    handlers: Mapping[str, Handler] = HANDLERS,
) -> None:
    """Do what there is to be done, until `stopping` is set."""
    async with Place.opened(settings, urls, secret) as place:
        telemetry.log(logging.INFO, "worker", reason="started")
        await supervise(loops_of(place, handlers), stopping)
        telemetry.log(logging.INFO, "worker", reason="stopped")


@contextmanager
def in_background(settings: Settings, urls: Urls, secret: bytes) -> Iterator[None]:
    """Work in a thread of its own, beside a server in the same process, until the end of the block."""
    begun: Future[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = Future()

    async def until_told() -> None:
        stopping = asyncio.Event()
        begun.set_result((asyncio.get_running_loop(), stopping))
        await work(settings, urls, secret, stopping)

    thread = Thread(target=lambda: asyncio.run(until_told()), name="worker", daemon=True)
    thread.start()
    loop, stopping = begun.result()
    try:
        yield
    finally:
        with suppress(RuntimeError):  # it has ended by itself
            loop.call_soon_threadsafe(stopping.set)
        thread.join()


def run(settings: Settings, urls: Urls, secret: bytes, handlers: Mapping[str, Handler] = HANDLERS) -> None:
    """Work until SIGINT or SIGTERM."""

    async def until_told() -> None:
        stopping = asyncio.Event()
        for number in ENDING:
            asyncio.get_running_loop().add_signal_handler(number, stopping.set)
        await work(settings, urls, secret, stopping, handlers)

    asyncio.run(until_told())
