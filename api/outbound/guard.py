"""The guard at the socket: a name is resolved once, every answer is checked, and only those answers are connected to.

Asking first and letting the HTTP client resolve again would leave a moment in which the name may change its meaning.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

import httpcore

from .addresses import is_public
from .destinations import NOWHERE, Allowed, Destination, Unusable, destination
from .resolving import Resolve, Resolver

NOT_PUBLIC = "the host does not exist, or is not on the public internet"
MOST_READ = 256 * 1024  # bytes of one connection: its headers, of which the parser holds 100 kB, and a little body
CHUNK = 16 * 1024


class Guard:
    """Which destinations are open. It holds no state of a connection and serves all of them."""

    def __init__(self, allowed: Allowed = NOWHERE, resolve: Resolve | None = None) -> None:
        self.allowed = allowed
        self.resolve = resolve or Resolver()

    def destination(self, url: str) -> Destination:
        """Raises Unusable, without asking for the addresses of the host."""
        return destination(url, self.allowed)

    async def addresses(self, where: Destination, tenant: UUID) -> Sequence[str]:
        """What may be connected to now; `tenant`: who asks.

        Raises:
            Unusable: in the same words for a host that does not exist and for one that is not public, because the
                difference would tell of the operator's network.
        """
        try:
            found = await self.resolve(where.host, where.port, tenant)
        except (OSError, UnicodeError) as error:
            raise Unusable(NOT_PUBLIC) from error
        if not found or not (where.free or all(is_public(address) for address in found)):
            raise Unusable(NOT_PUBLIC)
        return found

    async def check(self, url: str, tenant: UUID) -> Destination:
        """The destination of a URL whose host is public now; raises Unusable."""
        found = self.destination(url)
        await self.addresses(found, tenant)
        return found


class Guarded(httpcore.AsyncNetworkBackend):
    """The network as one request of a tenant sees it: nothing but the checked addresses of its destination."""

    def __init__(
        self, guard: Guard, where: Destination, tenant: UUID, network: httpcore.AsyncNetworkBackend | None = None
    ) -> None:
        self._guard, self._where, self._tenant = guard, where, tenant
        self._network = network or httpcore.AnyIOBackend()
        self._opened: list[httpcore.AsyncNetworkStream] = []

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore's signature
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Raises Unusable, httpcore.ConnectError, httpcore.ConnectTimeout."""
        if (host, port) != (self._where.host, self._where.port):
            raise Unusable(NOT_PUBLIC)
        async with asyncio.timeout(timeout):
            addresses = await self._guard.addresses(self._where, self._tenant)
            for left, address in zip(range(len(addresses) - 1, -1, -1), addresses, strict=True):
                try:
                    stream = await self._network.connect_tcp(
                        address, port, local_address=local_address, socket_options=socket_options
                    )
                    self._opened.append(stream)
                    return Metered(stream)
                except httpcore.ConnectError:
                    if left == 0:
                        raise
        raise Unusable(NOT_PUBLIC)

    async def aclose(self) -> None:
        """Close what was opened: a connection that is interrupted in its handshake is closed by nobody else."""
        for stream in self._opened:
            await stream.aclose()

    async def connect_unix_socket(self, path: str, **_options: Any) -> httpcore.AsyncNetworkStream:  # type: ignore[override]
        raise Unusable(path)

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


class Metered(httpcore.AsyncNetworkStream):
    """A stream that gives out a bounded number of bytes, in small pieces."""

    def __init__(self, inner: httpcore.AsyncNetworkStream, left: int = MOST_READ) -> None:
        self._inner, self._left = inner, left

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ASYNC109 - httpcore's
        """Raises httpcore.ReadError when the other side has sent more than anybody needs."""
        found = await self._inner.read(min(max_bytes, CHUNK), timeout)
        self._left -= len(found)
        if self._left < 0:
            raise httpcore.ReadError("the answer is too long")
        return found

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ASYNC109 - httpcore's
        await self._inner.write(buffer, timeout)

    async def aclose(self) -> None:
        await self._inner.aclose()

    async def start_tls(
        self,
        ssl_context: Any,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore's signature
    ) -> httpcore.AsyncNetworkStream:
        return Metered(await self._inner.start_tls(ssl_context, server_hostname, timeout), self._left)

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)
