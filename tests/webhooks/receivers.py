"""Receivers of webhooks on this machine: some answer as they should, twelve do what they can to hold us up."""

import asyncio
import gzip
import ssl
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import cache
from socket import IPPROTO_TCP, SO_LINGER, SOL_SOCKET, TCP_NODELAY
from struct import pack

import httpcore

Reader = asyncio.StreamReader
Writer = asyncio.StreamWriter
Behave = Callable[["Receiver", Reader, Writer], Awaitable[None]]


@cache
def authorities() -> ssl.SSLContext:
    """What a client believes that is told nothing, read once: it takes longer than most requests."""
    return httpcore.default_ssl_context()


@dataclass
class Received:
    """One request. `at` is the time of day when it was complete."""

    target: str
    headers: dict[str, str]
    body: bytes
    at: float


@dataclass
class Receiver:
    port: int = 0
    requests: list[Received] = field(default_factory=list)
    connections: int = 0
    answers: list[bytes] = field(default_factory=list)  # one after the other, the last for ever
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook"

    @property
    def allowed(self) -> str:
        return f"127.0.0.1:{self.port}"

    async def request(self, reader: Reader) -> Received:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:] if line)}
        body = await reader.readexactly(int(headers.get("content-length", 0)))
        found = Received(head[0].split(" ")[1], headers, body, time.time())
        self.requests.append(found)
        self.changed.set()
        return found

    async def wait_for(self, count: int, seconds: float = 10) -> list[Received]:
        async with asyncio.timeout(seconds):
            while len(self.requests) < count:
                self.changed.clear()
                await self.changed.wait()
        return self.requests


def answer(status: int = 200, body: bytes = b"ok", **headers: str) -> bytes:
    lines = [f"HTTP/1.1 {status} Whatever", f"content-length: {len(body)}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode() + body


async def well(receiver: Receiver, reader: Reader, writer: Writer) -> None:
    await receiver.request(reader)
    answers = receiver.answers
    writer.write(answers.pop(0) if len(answers) > 1 else answers[0] if answers else answer())
    await writer.drain()


@asynccontextmanager
async def receiving(behave: Behave = well, tls: ssl.SSLContext | None = None) -> AsyncIterator[Receiver]:
    """A receiver on a free port, until the end of the block."""
    receiver, open_now = Receiver(), set()

    async def serve(reader: Reader, writer: Writer) -> None:
        receiver.connections += 1
        task = asyncio.current_task()
        open_now.add(task)
        try:
            await behave(receiver, reader, writer)
        except (OSError, EOFError, asyncio.LimitOverrunError, asyncio.CancelledError):
            return  # whoever called is gone, or the test is over
        finally:
            open_now.discard(task)
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=tls, backlog=200)
    receiver.port = server.sockets[0].getsockname()[1]
    try:
        yield receiver
    finally:
        server.close()
        for task in list(open_now):
            if task is not None:
                task.cancel()
        await asyncio.gather(*(task for task in open_now if task is not None), return_exceptions=True)


async def hangs_up(_receiver: Receiver, reader: Reader, _writer: Writer) -> None:
    await reader.read(10)


# Twelve who do harm


async def forever(writer: Writer, piece: bytes, pause: float) -> None:
    while True:
        writer.write(piece)
        await writer.drain()
        await asyncio.sleep(pause)


async def silent(receiver: Receiver, reader: Reader, _writer: Writer) -> None:
    await receiver.request(reader)
    await asyncio.sleep(60)


async def never_reads(_receiver: Receiver, _reader: Reader, _writer: Writer) -> None:
    await asyncio.sleep(60)


async def trickled_head(receiver: Receiver, reader: Reader, writer: Writer) -> None:
    await receiver.request(reader)
    writer.write(b"HTTP/1.1 200 OK\r\nx: ")
    await forever(writer, b"a", 0.2)


async def trickled_body(receiver: Receiver, reader: Reader, writer: Writer) -> None:
    await receiver.request(reader)
    writer.write(b"HTTP/1.1 500 No\r\ncontent-length: 100000\r\n\r\n")
    await forever(writer, b"a", 0.2)


async def endless_body(receiver: Receiver, reader: Reader, writer: Writer) -> None:
    await receiver.request(reader)
    writer.write(b"HTTP/1.1 500 No\r\ntransfer-encoding: chunked\r\n\r\n")
    await forever(writer, b"10000\r\n" + b"a" * 0x10000 + b"\r\n", 0)


async def gzip_bomb(receiver: Receiver, reader: Reader, writer: Writer) -> None:
    await receiver.request(reader)
    bomb = gzip.compress(b"\0" * 20_000_000)
    writer.write(answer(500, bomb, content_encoding="gzip"))
    await writer.drain()


async def huge_headers(receiver: Receiver, reader: Reader, writer: Writer) -> None:
    await receiver.request(reader)
    writer.write(b"HTTP/1.1 200 OK\r\n")
    await forever(writer, b"x-filler: " + b"a" * 8_000 + b"\r\n", 0)


async def continues(receiver: Receiver, reader: Reader, writer: Writer) -> None:
    await receiver.request(reader)
    await forever(writer, b"HTTP/1.1 100 Continue\r\n\r\n", 0.01)


async def reset(receiver: Receiver, reader: Reader, writer: Writer) -> None:
    await receiver.request(reader)
    socket = writer.get_extra_info("socket")
    socket.setsockopt(SOL_SOCKET, SO_LINGER, pack("ii", 1, 0))
    socket.setsockopt(IPPROTO_TCP, TCP_NODELAY, 1)
    writer.transport.abort()


async def half_closed(receiver: Receiver, reader: Reader, writer: Writer) -> None:
    await receiver.request(reader)
    writer.write(b"HTTP/1.1 200 OK\r\ncontent-le")
    writer.write_eof()
    await asyncio.sleep(60)


async def redirects(receiver: Receiver, reader: Reader, writer: Writer) -> None:
    await receiver.request(reader)
    writer.write(answer(307, location="http://127.0.0.1:1/"))
    await writer.drain()


async def speaks_no_http(_receiver: Receiver, _reader: Reader, writer: Writer) -> None:
    await forever(writer, b"220 smtp.example.com ready" * 500, 0)


EVIL: dict[str, Behave] = {
    "silent": silent,
    "stalls TLS": never_reads,  # a client that begins TLS waits for the ServerHello
    "trickles its head": trickled_head,
    "trickles its body": trickled_body,
    "sends an endless body": endless_body,
    "sends a bomb": gzip_bomb,
    "sends huge headers": huge_headers,
    "continues for ever": continues,
    "resets": reset,
    "closes half": half_closed,
    "redirects": redirects,
    "speaks no HTTP": speaks_no_http,
}
