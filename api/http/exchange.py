"""One request and its answer: the id both carry, where the time went, and the line in the log."""

from __future__ import annotations

import logging
import re
from collections.abc import Awaitable, Callable, MutableMapping, Sequence
from typing import Any

import orjson
from graphql import GraphQLError
from uuid_utils import uuid7

from api import telemetry
from api.http.envelope import Disconnected, Head, head_of
from api.http.errors import CODES, RETRY_AFTER, Refused, extensions_of, of_graphql, refusal_of

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Any, Send], Awaitable[None]]
RawHeaders = Sequence[tuple[bytes, bytes]]

KEY = "crm.exchange"
WHOLE = "crm.whole"  # in the scope: the server's own way to take an answer at once; says whether it did
STOPPING = "crm.stopping"  # in the scope: what the server calls when it stops, for an answer that would go on
REQUEST_ID = re.compile(rb"[A-Za-z0-9._:-]{1,64}")
JSON = b"application/json; charset=utf-8"
NOSNIFF = (b"x-content-type-options", b"nosniff")
NOT_MODIFIED = 304
EXPECTED = 500  # a status below is the caller's business, not an error of ours


class Exchange:
    """What is known about the request that is being answered; endpoints add to `facts` for the log."""

    def __init__(self, scope: Scope) -> None:
        self.head: Head = head_of(scope["headers"])
        given = self.head.get(b"x-request-id")
        accepted = given is not None and REQUEST_ID.fullmatch(given)
        self.id = given.decode() if given and accepted else uuid7().hex
        self.method: str = scope["method"]
        self.path: str = scope["path"]
        self.timings = telemetry.Timings()
        self.facts: dict[str, Any] = {}
        self.extensions: dict[str, Any] = {}  # what every kind of answer tells from now on
        self.headers: list[tuple[bytes, bytes]] = []
        self.statements: list[telemetry.Statement] = []
        self.status: int | None = None

    def refuse(self, refused: Refused, *, strict: bool = False, media_type: bytes = JSON) -> Message:
        """The start message's fields and the body for a request that is answered with errors only."""
        self.facts["code"] = refused.code
        if refused.reason is not None:
            self.facts["reason"] = refused.reason
        code = CODES[refused.code]
        errors = [
            {**shown, "extensions": extensions_of(refused.code, self.id, shown.get("extensions"))}
            for shown in refused.formatted()
        ]
        body = orjson.dumps({"errors": errors, "extensions": {"requestId": self.id, **self.extensions}})
        headers = [(b"content-type", media_type), *refused.headers, *self.headers]
        if code.retryable and all(name != b"retry-after" for name, _ in headers):
            headers.append(RETRY_AFTER)
        return {"status": refused.status or (code.strict if strict else code.status), "headers": headers, "body": body}

    def unexpected(self, error: Exception) -> Refused:
        return noted(error, self.id)

    def field_error(self, error: GraphQLError) -> dict[str, Any]:
        """One field's failure beside the data of others: what it is, in the words of ours, and where."""
        cause = error.original_error
        if cause is None:
            return dict(of_graphql("BAD_USER_INPUT", [error]).errors[0])
        refused = self.unexpected(cause)
        (first, *_) = refused.formatted()
        where = of_graphql(refused.code, [error]).errors[0]
        return {
            **where,
            "message": first["message"],
            "extensions": {"code": refused.code, **first.get("extensions", {})},
        }

    def begin(self, message: Message) -> None:
        """Add to the start of an answer what every answer carries."""
        self.status = message["status"]
        timing = self.timings.header()
        if self.statements:
            timing = f"db;dur={self.database_seconds * 1000:.2f}, {timing}"
        added = (b"x-request-id", self.id.encode()), (b"server-timing", timing.encode()), NOSNIFF
        message["headers"] = [*message.get("headers", ()), *added]

    @property
    def database_seconds(self) -> float:
        return sum(statement.seconds for statement in self.statements)

    @property
    def parent(self) -> str | None:
        """The span that the caller says this request is part of."""
        parent = self.head.get(b"traceparent")
        return parent.decode("latin-1") if parent else None

    def log(self, *, known: bool) -> None:
        """`known`: the path is one of ours; any other may hold whatever the caller put there."""
        telemetry.answered(
            {
                "request_id": self.id,
                "method": self.method,
                "path": self.path if known else None,
                "status": self.status,
                "duration_ms": round(self.timings.total_ms, 2),
                "statements": len(self.statements),
                "database_ms": round(self.database_seconds * 1000, 2),
                **self.facts,
            }
        )


def noted(error: Exception, request_id: str) -> Refused:
    """The refusal an exception becomes; what nobody expected goes to the log with its stack."""
    refused = refusal_of(error)
    if CODES[refused.code].status >= EXPECTED:
        level = logging.ERROR if refused.code == "INTERNAL" else logging.WARNING
        telemetry.log(level, "failed", request_id=request_id, code=refused.code, **telemetry.described(error))
    return refused


def of(scope: Scope) -> Exchange:
    found: Exchange = scope[KEY]
    return found


def address_of(scope: Scope) -> str:
    """Who is at the other end of the connection; behind a proxy, the proxy. Empty where nobody knows."""
    return str((scope.get("client") or ("",))[0])


async def answer(send: Send, message: Message) -> None:
    """Send a whole response: `status`, `headers`, `body`. A 304 has no length: it would be that of the content."""
    body: bytes = message.pop("body")
    if message["status"] != NOT_MODIFIED:
        message["headers"].append((b"content-length", b"%d" % len(body)))
    message["type"] = "http.response.start"
    await send(message)
    await send({"type": "http.response.body", "body": body})


class Observed:
    """The outermost application: gives the request its id, answers what nobody caught, writes the log line.

    Whoever counts or traces requests is in `after` and gets each exchange when it is over. `straight`: the application
    calls `Exchange.begin` itself.
    """

    def __init__(self, app: App, after: Sequence[Callable[[Exchange], None]] = (), *, straight: bool = False) -> None:
        self._app = app
        self._after = after
        self._straight = straight

    async def __call__(self, scope: Scope, receive: Any, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        exchange = scope[KEY] = Exchange(scope)
        telemetry.STATEMENTS.set(exchange.statements)
        watched = send if self._straight else beginning(exchange, send)
        try:
            await self._app(scope, receive, watched)
        except Disconnected:
            exchange.facts["reason"] = "the caller went away"
        except Exception as error:
            if exchange.status is not None:
                raise  # half an answer cannot be replaced by another
            await answer(beginning(exchange, send), exchange.refuse(exchange.unexpected(error)))
        exchange.log(known="endpoint" in scope)
        for told in self._after:
            told(exchange)


def beginning(exchange: Exchange, send: Send) -> Send:
    """`send`, for an application that leaves it to others what every answer carries."""

    async def watched(message: Message) -> None:
        if exchange.status is None:
            exchange.begin(message)
        await send(message)

    return watched
