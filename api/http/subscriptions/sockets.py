"""graphql-transport-ws at `/graphql`: one connection, many subscriptions."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, MutableMapping, Sequence
from contextlib import ExitStack
from typing import Any
from urllib.parse import urlsplit

import orjson
from uuid_utils import uuid7

from api import telemetry
from api.domain.kernel import Viewer
from api.http.deadlines import Deadlines
from api.http.envelope import Disconnected, Head, head_of
from api.http.errors import CODES, Refused, extensions_of
from api.http.exchange import noted
from api.http.subscriptions import messages
from api.http.subscriptions.closes import Close, Closing
from api.http.subscriptions.following import Following, Subscriptions
from api.http.subscriptions.guests import Headers
from api.http.subscriptions.hub import Feed

SUBPROTOCOL = "graphql-transport-ws"
INIT_SECONDS = 10.0
MOST_SUBSCRIPTIONS = 20
CODES_OF_CLOSE = frozenset(map(int, Close))
LEFT = "left"  # by the caller, whatever code he gave
LONGEST_REASON = 123  # bytes, RFC 6455
ACKNOWLEDGED = '{"type":"connection_ack"}'
PONG = '{"type":"pong"}'
TOO_MANY = f"Too many subscriptions; a connection may have {MOST_SUBSCRIPTIONS}. Complete one first."
FOREIGN = "Pages of this origin may not connect; the operator has to name it in CRM_CORS_ORIGINS."

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]


class Sockets:
    """An ASGI application."""

    def __init__(self, subscriptions: Subscriptions, origins: Sequence[str] = ()) -> None:
        self._shared = subscriptions
        self._origins = frozenset(origins)
        self._deadlines = Deadlines()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        head = head_of(scope["headers"])
        await receive()  # says that somebody wants to connect
        if not self._welcome(head):
            await refuse(send, Refused("FORBIDDEN", FOREIGN))
            return
        if SUBPROTOCOL not in scope["subprotocols"]:
            await send({"type": "websocket.accept"})
            await send(closing_message(Close.SUBPROTOCOL, f"The subprotocol is {SUBPROTOCOL}."))
            return
        await send({"type": "websocket.accept", "subprotocol": SUBPROTOCOL})
        socket, began = Socket(self._shared, head.get(b"authorization"), receive, send), time.monotonic()
        with self._shared.metrics.connections.labels("socket").track_inprogress():
            await socket.run(self._deadlines)
        self._shared.metrics.closes.labels(socket.ending).inc()
        duration_ms = round((time.monotonic() - began) * 1000)
        telemetry.log(logging.INFO, "socket", code=socket.ending, duration_ms=duration_ms, **socket.who)

    def _welcome(self, head: Head) -> bool:
        """Whether the page that connects, if it is one, is ours or that of a front end that may call the API."""
        origin = head.get(b"origin")
        if origin is None:
            return True
        text = origin.decode("latin-1")
        host = head.get(b"host", b"").decode("latin-1").lower()
        return text in self._origins or (bool(host) and host_of(text.lower()) == host)


def host_of(origin: str) -> str | None:
    """Host and port of an origin; None if it is none."""
    try:
        return urlsplit(origin).netloc
    except ValueError:
        return None


class Socket:
    """One connection and what it follows."""

    def __init__(self, shared: Subscriptions, authorization: bytes | None, receive: Receive, send: Send) -> None:
        self._shared = shared
        self._authorization = authorization
        self._receive = receive
        self._send = send
        self._running: dict[str, asyncio.Task[None]] = {}
        self._followings: dict[str, Following] = {}  # those that have begun
        self._closing: asyncio.Task[None] | None = None
        self._headers: Headers = ()
        self.who: dict[str, object] = {}  # for the log
        self.ending = LEFT

    async def run(self, deadlines: Deadlines) -> None:
        """Until either side closes."""
        with ExitStack() as leaving:
            try:
                try:
                    with deadlines.within(INIT_SECONDS):
                        viewer = await self._introduced()
                except TimeoutError as error:
                    raise Closing(Close.INIT_TIMEOUT, "connection_init did not come in time.") from error
                self.who = {"tenant": viewer.tenant, "principal": viewer.principal}
                feed = self._received(viewer, leaving)
                await self._tell(ACKNOWLEDGED)
                await self._converse(viewer, feed)
            except Closing as closing:
                await self._close(closing)
            except Disconnected:
                pass
            except Exception as error:  # noqa: BLE001 - the one place where every failure of a connection ends
                refused = noted(error, uuid7().hex)
                code = Close.LATER if CODES[refused.code].retryable else Close.INTERNAL
                await self._close(Closing(code, str(refused)))
            finally:
                tasks = list(self._running.values())
                for task in tasks:
                    task.cancel()
                await asyncio.gather(*tasks, return_exceptions=True)

    # -- who is it ----------------------------------------------------------------------------------------------------

    async def _introduced(self) -> Viewer:
        while True:
            message = messages.read(await self._next())
            match message:
                case messages.Init(authorization):
                    return await self._viewer(authorization)
                case messages.Ping():
                    await self._tell(PONG)
                case messages.Subscribe():
                    raise Closing(Close.UNACKNOWLEDGED, "Send connection_init first.")

    async def _viewer(self, authorization: str | None) -> Viewer:
        given = self._authorization if authorization is None else authorization.encode("utf-8", "replace")
        self._headers = ((b"authorization", given),) if given is not None else ()
        self._authorization = None
        try:
            return await self._shared.services.authenticator.viewer(self._headers)
        except Refused as refused:
            if refused.code != "UNAUTHENTICATED":
                raise
            raise Closing(Close.FORBIDDEN, str(refused)) from refused

    def _received(self, viewer: Viewer, leaving: ExitStack) -> Feed:
        try:
            leaving.enter_context(self._shared.guests.received(viewer, self._headers, self._leave))
        except Refused as refused:
            raise Closing(Close.TOO_MANY, str(refused)) from refused
        return leaving.enter_context(self._shared.hub.following(viewer.tenant))

    def _leave(self, refused: Refused) -> None:
        """What opened this connection has ended."""
        if self._closing is None:
            self._closing = asyncio.ensure_future(self._close(Closing(Close.FORBIDDEN, str(refused))))

    # -- what is said -------------------------------------------------------------------------------------------------

    async def _converse(self, viewer: Viewer, feed: Feed) -> None:
        while True:
            match messages.read(await self._next()):
                case messages.Init():
                    raise Closing(Close.TOO_MANY, "connection_init is sent once.")
                case messages.Ping():
                    await self._tell(self._pong())
                case messages.Complete(id):
                    task = self._running.pop(id, None)
                    if task is not None:
                        task.cancel()
                case messages.Subscribe(id, envelope):
                    if id in self._running:
                        raise Closing(Close.SAME_ID, "A subscription with this id is running already.")
                    if len(self._running) >= MOST_SUBSCRIPTIONS:
                        await self._fail(id, Refused("RATE_LIMITED", TOO_MANY), uuid7().hex)
                        continue
                    following = Following(self._shared, self._headers, envelope)
                    self._running[id] = asyncio.ensure_future(self._follow(id, following, viewer, feed))

    async def _follow(self, id: str, following: Following, viewer: Viewer, feed: Feed) -> None:
        request_id = uuid7().hex
        before = b'{"id":' + orjson.dumps(id) + b',"type":"next","payload":'
        try:
            with self._shared.metrics.subscriptions.track_inprogress():
                await following.begin(viewer, feed)
                self._followings[id] = following
                while True:
                    for event in await following.more():
                        await self._tell((before + event.data + b"}").decode())
        except Disconnected:
            return
        except Exception as error:  # noqa: BLE001 - every failure becomes a message
            self._running.pop(id, None)
            refused = noted(error, request_id)
            if refused.code == "UNAUTHENTICATED":
                self._leave(refused)
            else:
                await self._fail(id, refused, request_id)
        finally:
            if self._followings.get(id) is following:
                del self._followings[id]

    def _pong(self) -> str:
        """It says how far all subscriptions are, also those that have nothing to send."""
        if not self._followings:
            return PONG
        position = min(one.position for one in self._followings.values())
        return orjson.dumps({"type": "pong", "payload": {"position": str(position)}}).decode()

    async def _fail(self, id: str, refused: Refused, request_id: str) -> None:
        errors = [
            {**error, "extensions": extensions_of(refused.code, request_id, error.get("extensions"))}
            for error in refused.formatted()
        ]
        with_id = {"id": id, "type": "error", "payload": errors}
        try:
            await self._tell(orjson.dumps(with_id).decode())
        except Disconnected:
            return

    # -- bytes --------------------------------------------------------------------------------------------------------

    async def _next(self) -> MutableMapping[str, Any]:
        message = await self._receive()
        if message["type"] == "websocket.disconnect":
            if message.get("code") in CODES_OF_CLOSE:
                self.ending = str(message["code"])
            raise Disconnected
        return message

    async def _tell(self, text: str) -> None:
        """Waits as long as the caller does not read; the server ends that after a while."""
        try:
            await self._send({"type": "websocket.send", "text": text})
        except OSError as error:
            raise Disconnected from error

    async def _close(self, closing: Closing) -> None:
        self.ending = str(int(closing.code))
        try:
            await self._send(closing_message(closing.code, closing.reason))
        except OSError:
            return  # it is closed already


def closing_message(code: Close, reason: str) -> dict[str, Any]:
    told = reason.encode()[:LONGEST_REASON].decode("utf-8", "ignore")
    return {"type": "websocket.close", "code": int(code), "reason": told}


async def refuse(send: Send, refused: Refused) -> None:
    """Answer the handshake with a status and an error, as any other request."""
    request_id = uuid7().hex
    error = {"message": str(refused), "extensions": extensions_of(refused.code, request_id)}
    body = orjson.dumps({"errors": [error], "extensions": {"requestId": request_id}})
    headers = [(b"content-type", b"application/json; charset=utf-8"), (b"x-request-id", request_id.encode())]
    await send({"type": "websocket.http.response.start", "status": CODES[refused.code].status, "headers": headers})
    await send({"type": "websocket.http.response.body", "body": body})
