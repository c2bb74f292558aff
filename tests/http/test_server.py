"""The listening process itself: slow and greedy clients, Ctrl-C, a port that is taken. Over real sockets."""

import asyncio
import os
import signal
import sys
import time
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest

from api.domain import tokens
from api.http import envelope, server
from api.http.server import AddressTaken
from tests.conftest import Committed
from tests.graphql_client import SECRET

PROGRAM = """
import sys
from pathlib import Path
from api import app
from api.db.urls import Urls
from api.http import envelope, server
from api.settings import Settings
folder, workers, *urls = sys.argv[1:]
server.HEAD_SECONDS = server.SEND_SECONDS = 0.5
settings = Settings(data_dir=Path(folder), port=0)
try:
    app.serve(settings, Urls(*urls), b"t" * 32, workers=int(workers), on_started=lambda url: print(url, flush=True))
except app.CannotServe as error:
    print(error.problems[0], flush=True)
    sys.exit(1)
print("stopped", flush=True)
"""
HEAD = b"POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"


@asynccontextmanager
async def running(committed: Committed, folder: Path, workers: int = 1) -> AsyncIterator[tuple[Process, int]]:
    """A server process and its port."""
    urls = committed.urls
    arguments = [str(folder), str(workers), urls.app, urls.partner, urls.worker, urls.migration]
    environment = {key: value for key, value in os.environ.items() if not key.startswith("CRM_")}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", PROGRAM, *arguments, stdout=PIPE, stderr=DEVNULL, env=environment, start_new_session=True
    )
    assert process.stdout is not None
    try:
        async with asyncio.timeout(60):  # workers import everything once more each
            first = (await process.stdout.readline()).decode()
        yield process, int(first.rpartition(":")[2])
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)  # workers, too
        await process.wait()


async def token(committed: Committed) -> bytes:
    async with committed.open_as() as work:
        _, text = await tokens.create(work, "admin", "Laptop", pepper=tokens.pepper(SECRET))
    return f"Authorization: Bearer {text}\r\n".encode()


async def exchange(port: int, *pieces: bytes, pause: float = 0, patience: float = 2) -> bytes:
    """Everything the server says until it closes the connection, or falls silent for `patience` seconds."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    said = b""
    try:
        for piece in pieces:
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(pause)
        async with asyncio.timeout(patience):
            while chunk := await reader.read(65_536):
                said += chunk
    except (TimeoutError, ConnectionError):
        pass  # what was said until then is the answer
    finally:
        writer.close()
    return said


async def ask_without_reading(port: int, asked: bytes) -> None:
    """Raises ConnectionError when the server has had enough."""
    _, writer = await asyncio.open_connection("127.0.0.1", port, limit=1)
    writer.write(asked * 200)
    async with asyncio.timeout(5):
        while True:
            await asyncio.sleep(0.1)
            writer.write(asked)
            await writer.drain()


def request(authorization: bytes, body: bytes, *more: bytes) -> bytes:
    return HEAD + authorization + b"".join(more) + b"Content-Length: %d\r\n\r\n" % len(body) + body


async def test_the_server_answers_and_survives_everything_thrown_at_it(committed: Committed, tmp_path: Path):
    authorization = await token(committed)
    good = request(authorization, b'{"query": "{ viewer { name } }"}', b"Connection: close\r\n")
    async with running(committed, tmp_path) as (process, port):
        assert b'{"data":{"viewer":{"name":"Laptop"}}' in await exchange(port, good)

        # Two answers on one connection, each as long as it says and with what every answer has.
        kept = request(authorization, b'{"query": "{ viewer { name } }"}')
        first, second = (await exchange(port, kept, kept, patience=1)).split(b"HTTP/1.1 200 OK\r\n")[1:]
        for said in (first, second):
            head, _, body = said.partition(b"\r\n\r\n")
            assert b"content-length: %d" % len(body) in head
            for name in (b"date", b"x-request-id", b"server-timing", b"ratelimit", b"vary", b"x-content-type-options"):
                assert head.count(b"\r\n" + name + b": ") + head.startswith(name + b": ") == 1

        # An old HTTP without versions is not spoken.
        assert (await exchange(port, b"GET /\r\n\r\n")).startswith(b"HTTP/1.1 400 ")

        # Heads that never end, are too large, or are not HTTP.
        began = time.monotonic()
        silent, slow, late = await asyncio.gather(
            exchange(port), exchange(port, *[b"P", b"O", b"S"], pause=0.1), exchange(port, HEAD)
        )
        assert [said.split(b"\r\n")[0] for said in (silent, slow, late)] == [b"HTTP/1.1 408 Request Timeout"] * 3
        assert time.monotonic() - began < 1.5
        large = b"".join(b"X-%d: %s\r\n" % (n, b"y" * 1000) for n in range(100))
        assert (await exchange(port, HEAD + large)).startswith(b"HTTP/1.1 431 ")
        assert (await exchange(port, HEAD + b"X: " + b"y" * 100_000)).startswith(b"HTTP/1.1 431 ")
        assert (await exchange(port, b"\x16\x03\x01\x02\x00\x01\x00")).startswith(b"HTTP/1.1 400 ")
        assert (await exchange(port, b"GARBAGE\r\n\r\n")).startswith(b"HTTP/1.1 400 ")

        # Lengths that contradict each other.
        both = HEAD + authorization + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
        assert (await exchange(port, both)).startswith(b"HTTP/1.1 400 ")
        twice = HEAD + authorization + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}"
        assert (await exchange(port, twice)).startswith(b"HTTP/1.1 400 ")
        negative = HEAD + authorization + b"Content-Length: -1\r\n\r\n{}"
        assert (await exchange(port, negative)).startswith(b"HTTP/1.1 400 ")

        # Bodies without an end: refused at the limit and not read on.
        chunk = b"10000\r\n" + b" " * 65_536 + b"\r\n"
        endless = HEAD + authorization + b"Transfer-Encoding: chunked\r\n\r\n"
        said = await exchange(port, endless, *[chunk] * 70)
        assert said == b"" or said.startswith(b"HTTP/1.1 413 ")
        announced = HEAD + authorization + b"Content-Length: 30000000\r\n\r\n"
        assert (await exchange(port, announced)).startswith(b"HTTP/1.1 413 ")

        # Two requests in one breath, in order.
        pair = request(authorization, b'{"query": "{ a: __typename }"}')
        said = await exchange(port, pair + good)
        assert said.index(b'{"a":"Query"}') < said.index(b'"Laptop"')
        assert b'"viewer":{"name":"Laptop"}' in await exchange(port, good)

        # A caller who asks and asks, and does not read.
        asked = b"GET /schema.graphql HTTP/1.1\r\nHost: x\r\n" + authorization + b"\r\n"
        with pytest.raises(ConnectionError):
            await ask_without_reading(port, asked)
        assert b'"viewer":{"name":"Laptop"}' in await exchange(port, good)

        process.send_signal(signal.SIGTERM)
        assert await process.wait() in {0, -signal.SIGTERM}


def test_nobody_holds_a_connection_for_more_than_twelve_seconds():
    patience = (server.HEAD_SECONDS, server.SEND_SECONDS, server.KEEP_ALIVE_SECONDS, envelope.BODY_SECONDS)
    assert max(patience) == 10


async def test_a_request_under_way_is_finished_before_the_server_stops(committed: Committed, tmp_path: Path):
    authorization = await token(committed)
    async with running(committed, tmp_path) as (process, port):
        body = b'{"query": "{ viewer { name } }"}'
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(request(authorization, body)[:-5])
        await writer.drain()
        await asyncio.sleep(0.2)
        process.send_signal(signal.SIGINT)
        await asyncio.sleep(0.3)
        with pytest.raises(ConnectionRefusedError):
            await asyncio.open_connection("127.0.0.1", port)
        writer.write(body[-5:])
        said = await reader.read()
        assert b'"viewer":{"name":"Laptop"}' in said
        assert b"connection: close" in said
        writer.close()
        assert process.stdout is not None
        assert (await process.stdout.readline()).strip() == b"stopped"
        assert await process.wait() == 0


async def test_several_processes_share_one_port(committed: Committed, tmp_path: Path):
    authorization = await token(committed)
    good = request(authorization, b'{"query": "{ viewer { name } }"}', b"Connection: close\r\n")
    async with running(committed, tmp_path, workers=2) as (process, port):
        answers = [await exchange(port, good, patience=40) for _ in range(4)]  # they queue until one has started
        assert all(b'"viewer":{"name":"Laptop"}' in said for said in answers)
        process.send_signal(signal.SIGTERM)
        await process.wait()
        with pytest.raises(ConnectionRefusedError):
            await asyncio.open_connection("127.0.0.1", port)


async def test_a_database_that_is_not_ready_is_refused_in_one_line(committed: Committed, tmp_path: Path):
    urls = committed.urls
    bare = committed.superuser_url
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        PROGRAM,
        str(tmp_path),
        "1",
        bare,
        urls.partner,
        urls.worker,
        urls.migration,
        stdout=PIPE,
        stderr=PIPE,
    )
    said, complaint = await process.communicate()
    assert process.returncode == 1
    assert b"superuser" in said
    assert complaint == b""


def test_a_port_that_is_taken_is_named():
    with server.listen("127.0.0.1", 0) as listening:
        port = listening.getsockname()[1]
        with pytest.raises(AddressTaken, match=rf"Cannot listen on 127\.0\.0\.1:{port} .*choose another with --port"):
            server.listen("127.0.0.1", port)
    with pytest.raises(AddressTaken, match=r"192\.0\.2\.1"):
        server.listen("192.0.2.1", 0)
