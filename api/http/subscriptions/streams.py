"""GraphQL over server-sent events at `/graphql`, one request for each subscription.

https://github.com/enisdenjo/graphql-sse/blob/master/PROTOCOL.md, its mode of distinct connections
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping, Sequence
from contextlib import ExitStack
from typing import Any

import orjson

from api import telemetry
from api.domain.kernel import Viewer
from api.http.envelope import Disconnected, Envelope, Head
from api.http.errors import OK, Refused, extensions_of
from api.http.exchange import STOPPING, Exchange
from api.http.front import Event
from api.http.subscriptions.following import Following, Subscriptions

HEARTBEAT_SECONDS = 15.0
LONGEST_POSITION = 18  # digits
HEADERS = (
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-cache, no-store, no-transform"),
    (b"x-accel-buffering", b"no"),  # nginx would hold events back
    (b"vary", b"Accept, Authorization"),
)
HEARTBEAT = b":\n\n"
COMPLETE = b"event: complete\ndata:\n\n"

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]


class Streams:
    def __init__(self, subscriptions: Subscriptions) -> None:
        self._shared = subscriptions

    async def open(self, scope: Scope, exchange: Exchange, viewer: Viewer, envelope: Envelope) -> Stream:
        """What answers the request, once it is known that it can be answered so.

        Raises:
            Refused and what `Following.begin` raises: it is answered with errors instead.
        """
        headers = tuple((name, value) for name, value in scope["headers"] if name == b"authorization")
        following = Following(self._shared, headers, envelope, last_event_id(exchange.head))
        stream = Stream(self._shared, exchange, following)
        try:
            received = self._shared.guests.received(viewer, headers, stream.leave)
            stream.leaving.enter_context(received)
            feed = stream.leaving.enter_context(self._shared.hub.following(viewer.tenant))
            admission = await following.begin(viewer, feed)
        except BaseException:
            stream.leaving.close()
            raise
        exchange.headers += admission.headers()
        scope[STOPPING] = stream.stop
        return stream


class Stream:
    """One answer that goes on. Who reads too slowly is cut off by the server and resumes by `Last-Event-ID`.

    Who sends that header, if only empty, has an `id` with each heartbeat. Others have a comment: npm's graphql-sse ends
    with an error when it meets an `id` without an event.
    """

    def __init__(self, shared: Subscriptions, exchange: Exchange, following: Following) -> None:
        self.leaving = ExitStack()
        self._shared = shared
        self._exchange = exchange
        self._following = following
        self._has_ids = exchange.head.get(b"last-event-id") is not None
        self._left: asyncio.Future[Refused | None] = asyncio.get_running_loop().create_future()

    def leave(self, refused: Refused) -> None:
        """What opened this stream has ended."""
        if not self._left.done():
            self._left.set_result(refused)

    def stop(self) -> None:
        """The server ends; the client is to come again."""
        if not self._left.done():
            self._left.set_result(None)

    async def run(self, receive: Receive, send: Send) -> None:
        exchange = self._exchange
        telemetry.STATEMENTS.set(None)  # nobody keeps count for as long as this takes
        start: dict[str, Any] = {
            "type": "http.response.start",
            "status": OK,
            "headers": [*HEADERS, *exchange.headers],
        }
        exchange.begin(start)
        metrics = self._shared.metrics
        open_ = metrics.connections.labels("stream").track_inprogress()
        with self.leaving, open_, metrics.subscriptions.track_inprogress():
            gone = asyncio.ensure_future(disconnected(receive))
            try:
                await send(start)
                await send(chunk(self._heartbeat()))  # so that the client knows at once that it is connected
                last = await self._events(gone, send)
                await send(chunk(last, more=False))
            except OSError as error:
                raise Disconnected from error
            finally:
                gone.cancel()
                exchange.facts["cost"] = self._following.cost

    async def _events(self, gone: asyncio.Future[None], send: Send) -> bytes:
        """Send events and heartbeats until there is a reason to end; what is to be said last."""
        while True:
            more = asyncio.ensure_future(self._following.more())
            waiting: set[asyncio.Future[Any]] = {more, gone, self._left}
            try:
                while not more.done():
                    done, _ = await asyncio.wait(
                        waiting, timeout=HEARTBEAT_SECONDS, return_when=asyncio.FIRST_COMPLETED
                    )
                    if gone in done:
                        raise Disconnected
                    if self._left in done:
                        refused = self._left.result()
                        return b"" if refused is None else self._failed(refused)
                    if not done:
                        await send(chunk(self._heartbeat()))
                try:
                    events = more.result()
                except Exception as error:  # noqa: BLE001 - every failure becomes an event
                    return self._failed(self._exchange.unexpected(error))
                await send(chunk(b"".join(map(next_event, events))))
            finally:
                more.cancel()

    def _heartbeat(self) -> bytes:
        return b"id: %d\n\n" % self._following.position if self._has_ids else HEARTBEAT

    def _failed(self, refused: Refused) -> bytes:
        self._exchange.facts["code"] = refused.code
        errors: Sequence[Any] = [
            {**error, "extensions": extensions_of(refused.code, self._exchange.id, error.get("extensions"))}
            for error in refused.formatted()
        ]
        return b"event: next\ndata: " + orjson.dumps({"errors": errors}) + b"\n\n" + COMPLETE


def next_event(event: Event) -> bytes:
    return b"event: next\nid: %d\ndata: %b\n\n" % (event.position, event.data.replace(b"\n", b""))


def chunk(body: bytes, *, more: bool = True) -> dict[str, Any]:
    return {"type": "http.response.body", "body": body, "more_body": more}


async def disconnected(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def last_event_id(head: Head) -> int | None:
    """The position that a client has seen last, which it sends when it comes again.

    Raises:
        Refused: BAD_REQUEST, it is none of ours.
    """
    given = head.get(b"last-event-id")
    if not given:
        return None
    if not given.isdigit() or len(given) > LONGEST_POSITION:
        raise Refused("BAD_REQUEST", "Last-Event-ID is the id of an event that this stream has sent, or left out.")
    return int(given)
