"""The listening side: uvicorn, less patient.

uvicorn waits for ever for the head of a request, takes a head of any size, and waits for ever for a caller who does
not read his answer; a few hundred such connections would be enough to keep everybody else out.
"""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import Callable
from functools import partial
from typing import Any

import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol, RequestResponseCycle

from api.http.envelope import BEGUN
from api.http.exchange import STOPPING, WHOLE, Message
from api.http.subscriptions.frames import MESSAGE_BYTES, PING_SECONDS, PONG_SECONDS, ImpatientSocket

HEAD_SECONDS = 10.0
SEND_SECONDS = 10.0  # without any progress
HEAD_BYTES = 65_536
KEEP_ALIVE_SECONDS = 10
STOP_SECONDS = 15
BACKLOG = 1_024
VERSIONS = frozenset({"1.0", "1.1"})  # also 0.9 comes in, a request line without a version


class AddressTaken(Exception):
    """Something else listens there; the text says so to the operator."""


class UnknownVersion(Exception):
    """A request of another HTTP than the one that is spoken here."""


class Impatient(HttpToolsProtocol):
    """Closes a connection whose request head is late or too large, or whose caller does not read the answer.

    Late bodies are the endpoint's business, which can still answer.
    """

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._in_head = True
        self._head_bytes = 0
        self._send_timer: asyncio.TimerHandle | None = None
        self._head_timer: asyncio.TimerHandle | None = self.loop.call_later(HEAD_SECONDS, self._late)

    def connection_lost(self, exc: Exception | None) -> None:
        self._head_arrived()
        self._sent()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self._in_head:  # still: so all of this belongs to the head
            if self._head_timer is None:  # most heads come as a whole and need none
                self._head_timer = self.loop.call_later(HEAD_SECONDS, self._late)
            self._head_bytes += len(data)
            if self._head_bytes > HEAD_BYTES:
                self._refuse(b"431 Request Header Fields Too Large")

    def on_message_begin(self) -> None:
        self._in_head = True
        super().on_message_begin()
        self.scope[BEGUN] = time.monotonic()  # type: ignore[literal-required]

    def on_headers_complete(self) -> None:
        if self.parser.get_http_version() not in VERSIONS:
            raise UnknownVersion  # the parser makes it an error of its own, which is answered 400
        self._head_arrived()
        super().on_headers_complete()
        self.scope[WHOLE] = partial(whole, self.cycle)  # type: ignore[literal-required]

    def pause_writing(self) -> None:
        super().pause_writing()
        if self._send_timer is None:
            self._send_timer = self.loop.call_later(SEND_SECONDS, self.transport.abort)

    def resume_writing(self) -> None:
        self._sent()
        super().resume_writing()

    def timeout_keep_alive_handler(self) -> None:
        if self.transport.get_write_buffer_size():  # closing would wait for a caller who reads
            self.transport.abort()
        super().timeout_keep_alive_handler()

    def shutdown(self) -> None:
        super().shutdown()
        if self.cycle is not None:  # it is until the first request
            stop: Any = self.cycle.scope.get(STOPPING)
            if stop is not None:
                stop()

    def _sent(self) -> None:
        if self._send_timer is not None:
            self._send_timer.cancel()
            self._send_timer = None

    def _head_arrived(self) -> None:
        self._in_head = False
        self._head_bytes = 0
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None

    def _late(self) -> None:
        self._refuse(b"408 Request Timeout")

    def _refuse(self, status: bytes) -> None:
        self._head_arrived()
        if self.transport.is_closing():
            return
        if getattr(self.cycle, "response_complete", True):  # else half an answer is on its way
            self.transport.write(b"HTTP/1.1 " + status + b"\r\nconnection: close\r\ncontent-length: 0\r\n\r\n")
        self.transport.close()


def whole(cycle: RequestResponseCycle, message: Message) -> bool:
    """Write a whole answer at once, if that can be done now; its headers are ours and not looked at again.

    ASGI's two messages are two writes to the socket, and uvicorn examines each header: together as much as a fifth of
    what a small read costs.
    """
    if cycle.disconnected or cycle.flow.write_paused or cycle.response_started or not cycle.keep_alive:
        return False
    parts = [STATUS_LINE[message["status"]]]
    for name, value in (*cycle.default_headers, *message["headers"]):
        parts += (name, b": ", value, b"\r\n")
    body: bytes = message["body"]
    parts += (b"content-length: %d\r\n\r\n" % len(body), body)
    cycle.transport.write(b"".join(parts))
    cycle.response_started = cycle.response_complete = True
    cycle.waiting_for_100_continue = False
    cycle.message_event.set()
    cycle.on_response()
    return True


class Server(uvicorn.Server):
    """Tells when it can be reached."""

    def __init__(self, config: uvicorn.Config, on_started: Callable[[], None] | None) -> None:
        super().__init__(config)
        self._on_started = on_started

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started and self._on_started is not None:
            self._on_started()


def listen(host: str, port: int) -> socket.socket:
    """A listening address; port 0 takes a free one.

    Raises:
        AddressTaken: it is in use, not of this machine, or needs more rights.
    """
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        listening = socket.socket(family, kind, protocol)
        try:
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listening.bind(address)
            listening.listen(BACKLOG)
        except OSError:
            listening.close()
            raise
    except OSError as error:
        raise AddressTaken(
            f"Cannot listen on {host}:{port} ({error.strerror}): stop what is there, or choose another with --port."
        ) from error
    listening.set_inheritable(True)
    return listening


def url_of(listening: socket.socket, host: str) -> str:
    shown = f"[{host}]" if ":" in host else host
    return f"http://{shown}:{listening.getsockname()[1]}"


def configuration(application: ASGIApp | str, **more: Any) -> uvicorn.Config:
    """For one process, or with `workers` and the import path of a factory for several."""
    return uvicorn.Config(
        application,
        loop="uvloop",
        http=Impatient,
        ws=ImpatientSocket,
        ws_max_size=MESSAGE_BYTES,
        ws_per_message_deflate=False,
        ws_ping_interval=PING_SECONDS,
        ws_ping_timeout=PONG_SECONDS,
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=STOP_SECONDS,
        backlog=BACKLOG,
        **more,
    )
