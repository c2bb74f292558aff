"""A TCP proxy that breaks things: it stands between the product and PostgreSQL, or the product and its callers.

What it does to all traffic is its `weather`; what it does to one connection at one moment is a `Trap`, which waits for
bytes. Bytes are looked for across the borders of packets.
"""

from __future__ import annotations

import asyncio
import random
import socket
import struct
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from enum import StrEnum, auto
from typing import Self

CHUNK = 65_536
COMMIT = b"Q\x00\x00\x00\x0bCOMMIT\x00"  # what asyncpg sends
COMMITTED = b"C\x00\x00\x00\x0bCOMMIT\x00"  # what PostgreSQL answers
NO_LINGER = struct.pack("ii", 1, 0)

Upstream = Callable[[], Awaitable[tuple[asyncio.StreamReader, asyncio.StreamWriter]]]


class Way(StrEnum):
    """From the client to the server, or back."""

    THERE = auto()
    BACK = auto()


class Verb(StrEnum):
    PASS = auto()
    CUT = auto()  # FIN to both
    RESET = auto()  # RST to the client, FIN to the server
    BLACKHOLE = auto()  # both stay connected, and no byte passes any more
    HALF_OPEN = auto()  # the server's side is closed, the client is not told
    HOLD = auto()  # nothing passes until `release`


@dataclass
class Weather:
    """How the network is at the moment. Seconds, and bytes per second (0: as many as there are)."""

    latency: float = 0.0
    jitter: float = 0.0
    bandwidth: int = 0
    refusing: bool = False  # new connections are reset
    blackhole: bool = False  # new connections get through, and nothing on them


@dataclass
class Trap:
    """What happens to the connection on which the bytes pass, or after so many bytes.

    `through`: the bytes themselves still arrive. Only the first `times` connections that meet it are caught.
    """

    way: Way
    verb: Verb
    pattern: bytes = b""
    after: int = 0  # bytes, if there is no pattern
    through: bool = True
    times: int = 1
    delay: float = 0.0  # seconds between the bytes and what happens then
    caught: asyncio.Event = field(default_factory=asyncio.Event)

    def place(self, before: bytes, chunk: bytes, passed: int) -> int | None:
        """How much of the chunk still passes, if the trap closes in it."""
        if self.times == 0:
            return None
        if not self.pattern:
            return self.after - passed if passed < self.after <= passed + len(chunk) else None
        at = (before + chunk).find(self.pattern)
        if at < 0:
            return None
        end = at + len(self.pattern) if self.through else at
        return max(end - len(before), 0)


class Link:
    """One connection through the proxy."""

    def __init__(self, proxy: Proxy, client: asyncio.StreamWriter, server: asyncio.StreamWriter) -> None:
        self.proxy, self.client, self.server = proxy, client, server
        self.verb = Verb.PASS
        self.free = asyncio.Event()
        self.free.set()

    def do(self, verb: Verb) -> None:
        self.verb = verb
        match verb:
            case Verb.CUT:
                self.client.close()
                self.server.close()
            case Verb.RESET:
                reset(self.client)
                self.server.close()
            case Verb.HALF_OPEN:
                self.server.close()
            case Verb.HOLD:
                self.free.clear()
            case Verb.PASS:
                self.free.set()

    async def pump(self, way: Way, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        tail, passed = b"", 0
        while chunk := await reader.read(CHUNK):
            trap, upto = self._caught(way, tail, chunk, passed)
            kept = chunk if upto is None else chunk[:upto]
            await self._pass(kept, writer)
            if trap is not None:
                trap.caught.set()
                if trap.delay:
                    await asyncio.sleep(trap.delay)
                self.do(trap.verb)
                if upto is not None:
                    await self._pass(chunk[upto:], writer)
            tail, passed = (tail + chunk)[-64:], passed + len(chunk)

    def _caught(self, way: Way, tail: bytes, chunk: bytes, passed: int) -> tuple[Trap | None, int | None]:
        for trap in self.proxy.traps:
            upto = trap.place(tail[-len(trap.pattern) + 1 :] if len(trap.pattern) > 1 else b"", chunk, passed)
            if trap.way is way and upto is not None:
                trap.times -= 1
                return trap, upto
        return None, None

    async def _pass(self, data: bytes, writer: asyncio.StreamWriter) -> None:
        await self.free.wait()
        if not data or (self.verb is not Verb.PASS and self.verb is not Verb.HOLD):
            return
        weather = self.proxy.weather
        if weather.latency:
            await asyncio.sleep(max(0.0, weather.latency + self.proxy.random.uniform(-weather.jitter, weather.jitter)))
        if weather.bandwidth:
            await asyncio.sleep(len(data) / weather.bandwidth)
        writer.write(data)
        await writer.drain()


class Proxy:
    """Listens on a free loopback port from entering to leaving; `upstream` opens a connection to the server."""

    def __init__(self, upstream: Upstream, chance: random.Random) -> None:
        self.upstream, self.random = upstream, chance
        self.weather = Weather()
        self.traps: list[Trap] = []
        self.links: set[Link] = set()
        self.accepted = 0
        self.port = 0
        self._listening: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        self._listening = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        self.port = self._listening.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._listening is not None:
            self._listening.close()
        self.all(Verb.CUT)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def set(self, trap: Trap) -> Trap:
        self.traps.append(trap)
        return trap

    def all(self, verb: Verb) -> int:
        """Do it to all that are connected now; how many there were."""
        there = list(self.links)
        for link in there:
            link.do(verb)
        return len(there)

    def clear(self) -> None:
        """Good weather, no traps; what is broken stays broken, what is held goes on."""
        self.weather, self.traps = Weather(), []
        for link in self.links:
            if link.verb is Verb.HOLD:
                link.do(Verb.PASS)

    async def _accept(self, reader: asyncio.StreamReader, client: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is not None:
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        self.accepted += 1
        if self.weather.refusing:
            reset(client)
            return
        try:
            back, server = await self.upstream()
        except (OSError, asyncio.CancelledError):  # only the end of the proxy cancels, and asyncio would log it
            reset(client)
            return
        link = Link(self, client, server)
        if self.weather.blackhole:
            link.verb = Verb.BLACKHOLE
        self.links.add(link)
        try:
            await self._carry(link, reader, back)
        finally:
            self.links.discard(link)
            client.close()
            server.close()

    async def _carry(self, link: Link, reader: asyncio.StreamReader, back: asyncio.StreamReader) -> None:
        there = asyncio.create_task(link.pump(Way.THERE, reader, link.server))
        home = asyncio.create_task(link.pump(Way.BACK, back, link.client))
        try:
            while True:
                await asyncio.wait({there, home}, return_when=asyncio.FIRST_COMPLETED)
                # A client of a half-open connection learns nothing of the server's end.
                if there.done() or link.verb not in {Verb.HALF_OPEN, Verb.BLACKHOLE}:
                    return
                await there
        except (OSError, asyncio.CancelledError):
            return  # asyncio would log the cancellation of a connection's task as an error
        finally:
            for task in (there, home):
                task.cancel()
            await asyncio.gather(there, home, return_exceptions=True)


def reset(writer: asyncio.StreamWriter) -> None:
    """Close with RST, as a machine that has forgotten the connection."""
    raw = writer.get_extra_info("socket")
    with suppress(OSError):
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, NO_LINGER)
    writer.transport.abort()


def to_socket(path: str) -> Upstream:
    return lambda: asyncio.open_unix_connection(path)


def to_port(port: int) -> Upstream:
    return lambda: asyncio.open_connection("127.0.0.1", port)
