"""The loop that claims and sends. Several may run: claims keep them apart."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine
from datetime import timedelta
from typing import Any

import asyncpg

from api import telemetry
from api.worker.supervisor import first_of, is_loss

from .claims import LOST, Claim, claim, release

PAUSE_SECONDS = 0.2
GATHERED_SECONDS = 0.01  # between two claims, however much there is to do
LOST_SECONDS = 0.5
DRAIN_SECONDS = 9.0  # a second less than the worker has
LEASE = timedelta(seconds=60)  # longer than an attempt lasts
MOST = 200  # requests of this process at a time


class Deliveries:
    """Sends what is due until it is told to stop; `woken` makes it look at once."""

    def __init__(
        self,
        connections: asyncpg.Pool,
        send: Callable[[Claim], Coroutine[Any, Any, None]],
        *,
        lease: timedelta = LEASE,
        most: int = MOST,
    ) -> None:
        self._connections, self._send, self._lease, self._most = connections, send, lease, most
        self._under_way: dict[asyncio.Task[None], Claim] = {}
        self.woken = asyncio.Event()

    async def run(self, stopping: asyncio.Event) -> None:
        """Until `stopping`; what is under way then has 9 seconds to end, and is else left to others.

        A lost database is waited for; what was under way then is ended by those who have it, or claimed again.
        """
        try:
            while not stopping.is_set():
                self.woken.clear()
                try:
                    begun = await self.step()
                except LOST as error:
                    if not is_loss(error):
                        raise
                    telemetry.log(logging.WARNING, "webhook", exception=type(error).__name__)
                    await first_of(stopping, seconds=LOST_SECONDS)
                    continue
                if begun:
                    await asyncio.sleep(GATHERED_SECONDS)
                else:
                    await first_of(self.woken, stopping, seconds=PAUSE_SECONDS)
        finally:
            await self._drain()

    async def step(self) -> int:
        """Claim what there is room for and begin to send it. Returns how much that was."""
        room = self._most - len(self._under_way)
        if room <= 0:
            return 0
        async with self._connections.acquire() as connection:
            claims = await claim(connection, room, self._lease)
        for one in claims:
            task = asyncio.create_task(self._send(one))
            self._under_way[task] = one
            task.add_done_callback(self._ended)
        return len(claims)

    async def settled(self) -> None:
        """Wait for everything that is under way."""
        if self._under_way:
            await asyncio.wait(self._under_way)

    def _ended(self, task: asyncio.Task[None]) -> None:
        claimed = self._under_way.pop(task)
        self.woken.set()
        if not task.cancelled() and (error := task.exception()) is not None:
            # Its lease ends by itself; the loop meets a lost database with its next claim.
            telemetry.log(logging.WARNING, "webhook", delivery=str(claimed.id), **telemetry.described(error))

    async def _drain(self) -> None:
        if not self._under_way:
            return
        await asyncio.wait(self._under_way, timeout=DRAIN_SECONDS)
        left = dict(self._under_way)
        for task in left:
            task.cancel()
        if left:
            await asyncio.wait(left)
            try:
                async with self._connections.acquire() as connection:
                    await release(connection, list(left.values()))
            except LOST as error:
                # Their leases end by themselves.
                telemetry.log(logging.WARNING, "webhook", exception=type(error).__name__)
