"""Names to addresses, in threads of its own, so that a slow name server holds up nobody but those who ask it."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

from api.shares import Shares, ShareTaken

THREADS = 64
PER_TENANT = 8  # a name server that is silent holds a thread for 20 seconds, long after nobody waits any more
SECONDS = 4.0
Resolve = Callable[[str, int, UUID], Awaitable[Sequence[str]]]


class Resolver:
    """The system's resolver. Those who ask for one name at the same time share one thread and one answer."""

    def __init__(self, seconds: float = SECONDS) -> None:
        self._seconds = seconds
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="resolver")
        self._shares = Shares(THREADS, PER_TENANT)
        self._asked: dict[tuple[str, int], asyncio.Future[list[str]]] = {}

    async def __call__(self, host: str, port: int, tenant: UUID) -> Sequence[str]:
        """The addresses of a host, for a tenant.

        Raises:
            OSError: there is none, or no answer within the seconds.
        """
        try:
            async with asyncio.timeout(self._seconds):
                return await asyncio.shield(await self._asking((host, port), tenant))
        except (TimeoutError, ShareTaken) as error:
            raise OSError(f"no answer for {host}") from error

    async def _asking(self, key: tuple[str, int], tenant: UUID) -> asyncio.Future[list[str]]:
        """The question that is under way, or a new one as soon as the tenant may have a thread more."""
        if key not in self._asked:
            await self._shares.wait(tenant, self._seconds)
            if key in self._asked:  # meanwhile somebody else has asked
                self._shares.leave(tenant)
            else:
                loop = asyncio.get_running_loop()
                asked = self._asked[key] = loop.run_in_executor(self._threads, self.addresses, *key)
                asked.add_done_callback(lambda done: self._answered(key, tenant, done))
        return self._asked[key]

    def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)

    @staticmethod
    def addresses(host: str, port: int) -> list[str]:
        """What the system answers, in its order; blocks. Raises OSError."""
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        return list(dict.fromkeys(str(address[0]) for *_, address in found))

    def _answered(self, key: tuple[str, int], tenant: UUID, done: asyncio.Future[list[str]]) -> None:
        """The thread is free again."""
        del self._asked[key]
        self._shares.leave(tenant)
        if not done.cancelled():
            done.exception()  # whoever asked may be gone, and has then not looked at it
