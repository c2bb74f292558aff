"""The worker: its connections, and the loops that run on them."""

from __future__ import annotations

import asyncio
import logging
import signal
from collections.abc import Mapping
from functools import partial

from api import telemetry
from api.db.urls import Urls
from api.settings import Settings
from api.worker.parts import FOLLOWERS, LOOPS
from api.worker.place import Place
from api.worker.relay import Relay
from api.worker.supervisor import Loop, supervise

CONNECT_SECONDS = 5.0
ENDING = (signal.SIGINT, signal.SIGTERM)


async def work(settings: Settings, urls: Urls, secret: bytes, stopping: asyncio.Event) -> None:
    """Do what there is to be done, until `stopping` is set."""
    async with Place.opened(settings, urls, secret) as place:
        telemetry.log(logging.INFO, "worker", reason="started")
        await supervise(loops_of(place), stopping)
        telemetry.log(logging.INFO, "worker", reason="stopped")


def loops_of(place: Place) -> Mapping[str, Loop]:
    relay = Relay([partial(follow, place) for follow in FOLLOWERS])
    place.wakes["relay"] = relay.woken.set

    async def relaying(stopping: asyncio.Event) -> None:
        async with place.connected() as connection:
            await relay.run(connection, stopping)

    return {"relay": relaying, **{name: partial(loop, place) for name, loop in LOOPS.items()}}


def run(settings: Settings, urls: Urls, secret: bytes) -> None:
    """Work until SIGINT or SIGTERM."""

    async def until_told() -> None:
        stopping = asyncio.Event()
        for number in ENDING:
            asyncio.get_running_loop().add_signal_handler(number, stopping.set)
        await work(settings, urls, secret, stopping)

    asyncio.run(until_told())
