"""Names to addresses, in threads of its own, so that a slow name server holds up nobody but those who ask it."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

THREADS = 64
SECONDS = 4.0
Resolve = Callable[[str, int], Awaitable[Sequence[str]]]


class Resolver:
    """The system's resolver. Those who ask for one name at the same time share one thread and one answer."""

    def __init__(self, seconds: float = SECONDS) -> None:
        self._seconds = seconds
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="resolver")
        self._asked: dict[tuple[str, int], asyncio.Future[list[str]]] = {}

    async def __call__(self, host: str, port: int) -> Sequence[str]:
        """The addresses of a host.

        Raises:
            OSError: there is none, or no answer within the seconds.
        """
        key = (host, port)
        asked = self._asked.get(key)
        if asked is None:
            loop = asyncio.get_running_loop()
            asked = self._asked[key] = loop.run_in_executor(self._threads, self.addresses, host, port)
            asked.add_done_callback(lambda done: self._answered(key, done))
        try:
            return await asyncio.wait_for(asyncio.shield(asked), self._seconds)
        except TimeoutError as error:
            raise OSError(f"no answer for {host}") from error

    def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)

    @staticmethod
    def addresses(host: str, port: int) -> list[str]:
        """What the system answers, in its order; blocks. Raises OSError."""
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        return list(dict.fromkeys(str(address[0]) for *_, address in found))

    def _answered(self, key: tuple[str, int], done: asyncio.Future[list[str]]) -> None:
        del self._asked[key]
        if not done.cancelled():
            done.exception()  # whoever asked may be gone, and has then not looked at it
