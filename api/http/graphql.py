"""The endpoint: a request in, the bytes of one GraphQL response out.

The order of the steps is the order of what they cost and of what a stranger may learn: method and media type, token,
size, JSON, document, execution. JSON that PostgreSQL made is put into the response as it is.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, MutableMapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import orjson
from graphql import GraphQLError, OperationType

from api.domain.kernel import Viewer
from api.http import etag
from api.http import exchange as exchanges
from api.http.deadlines import Deadlines
from api.http.documents import Operation
from api.http.envelope import (
    BEGUN,
    BODY_SECONDS,
    ID_PREFIX,
    Disconnected,
    Envelope,
    Head,
    check_media_type,
    from_body,
    from_query_string,
    read_body,
)
from api.http.errors import CODES, OK, RETRY_AFTER, Refused, extensions_of
from api.http.exchange import Exchange, Message, Scope, Send
from api.http.front import Call, Services, called
from api.http.introspection import together
from api.http.negotiation import MediaType, negotiated
from api.http.rates import Admission
from api.schema import previews

LONGEST_KEY = 255
UNSTREAMED = (
    "A subscription is answered by a stream: send Accept: text/event-stream, or connect by graphql-transport-ws."
)
NO_STORE = (b"cache-control", b"no-store")
REVALIDATED = (b"cache-control", b"private, no-cache")
VARY = (b"vary", b"Accept, Authorization, Api-Preview")


class Streaming(Protocol):
    """An answer that goes on."""

    async def run(self, receive: Any, send: Send) -> None: ...


class Streamed(Protocol):
    """Answers subscriptions with a stream."""

    async def open(self, scope: Scope, exchange: Exchange, viewer: Viewer, envelope: Envelope) -> Streaming: ...


@dataclass(slots=True)
class Answer:
    """What an operation came to, before it is a response; whoever has more to say adds it here."""

    data: bytes
    errors: Sequence[Mapping[str, Any] | GraphQLError] = ()
    extensions: dict[str, Any] = field(default_factory=dict)
    headers: list[tuple[bytes, bytes]] = field(default_factory=list)
    counted: bytes | None = None  # the part of the data that the budget is charged for, if that is not all


@dataclass(slots=True)
class Known:
    """What is known so far of a request, should it be refused.

    The media type is plain JSON until there is a GraphQL request that a GraphQL response can answer.
    """

    media: MediaType
    viewer: Viewer | None = None


class GraphQL:
    """An ASGI application for `/graphql` and `/graphql/<documentId>`."""

    def __init__(self, services: Services, streams: Streamed, *, straight: bool = True) -> None:
        """`straight`: nobody stands between this application and the server, to add headers or the like."""
        self._services = services
        self._streams = streams
        self._straight = straight
        self._deadlines = Deadlines()

    async def __call__(self, scope: Scope, receive: Any, send: Send) -> None:
        exchange, known = exchanges.of(scope), Known(self._services.profile.plain)
        try:
            message = await self._respond(scope, receive, exchange, known)
        except Disconnected:
            raise
        except Exception as error:  # noqa: BLE001 - the one place where every failure becomes an answer
            refused, chosen = exchange.unexpected(error), known.media
            if known.viewer is not None and not exchange.extensions:
                tell(exchange, self._services.rates.admit(known.viewer, 0))
            message = exchange.refuse(refused, strict=chosen.strict, media_type=chosen.header)
            message["status"] = chosen.status(refused)
            message["headers"].append(NO_STORE)
        if not isinstance(message, MutableMapping):
            await message.run(receive, send)
            return
        message["headers"].append(VARY)
        exchange.begin(message)
        whole = scope.get(exchanges.WHOLE) if message["status"] == OK else None
        if whole is None or not self._straight or not whole(message):
            await exchanges.answer(send, message)

    async def _respond(self, scope: Scope, receive: Any, exchange: Exchange, known: Known) -> Message | Streaming:
        services, head, facts = self._services, exchange.head, exchange.facts
        check_method(scope, head)
        accepted = negotiated(head, services.profile)
        began = time.monotonic()
        viewer = known.viewer = await services.authenticator.viewer(scope["headers"], exchanges.address_of(scope))
        spent = time.monotonic() - began  # of what the request may take; its body has a deadline of its own
        facts["tenant"], facts["principal"] = viewer.tenant, viewer.principal
        exchange.timings.mark("auth")
        try:
            envelope = await self._envelope(scope, receive, head)
        except Refused as refused:
            if CODES[refused.code].status == OK:  # it was a GraphQL request; only a value of it is wrong
                known.media = accepted
            raise
        known.media = accepted
        exchange.timings.mark("envelope")
        with self._deadlines.within(services.timeout_seconds - spent):
            call = await called(services.front(viewer, features_asked(head)), envelope, viewer, scope["method"])
            facts["document"], facts["operation_type"] = call.document.name, call.kind.value
            if call.registered:
                facts["registered"] = call.document.name
            check_kind(call, accepted)
            exchange.timings.mark("document")
            if call.kind is OperationType.SUBSCRIPTION:
                return await self._streams.open(scope, exchange, viewer, envelope)
            answer = await self._admitted(call, exchange, head)
        if call.operation.deprecated:
            document = f"{ID_PREFIX}{call.document.key.hex()}" if call.registered else None
            services.uses.note(viewer, call.operation.deprecated, document)
        return composed(exchange, accepted, call, answer, head.get(b"if-none-match"))

    async def _envelope(self, scope: Scope, receive: Any, head: Head) -> Envelope:
        if scope["method"] == "POST":
            now = time.monotonic()
            seconds = max(BODY_SECONDS - (now - scope.get(BEGUN, now)), 0.0)
            body = await read_body(head, receive, self._services.max_body_bytes, self._deadlines, seconds)
            return from_body(body)
        return from_query_string(scope["query_string"], scope["path_params"].get("document_id"))

    async def _admitted(self, call: Call, exchange: Exchange, head: Head) -> Answer:
        """The answer, charged to the caller's budget; he is told so, whatever becomes of the request."""
        cost = call.operation.cost
        reckoned = cost.reckoned(call.variables)
        admission = self._services.rates.admit(call.viewer, reckoned.requested)
        try:
            async with admission:
                exchange.timings.mark("admit")
                answer = await self._execute(call, exchange, head, admission)
                actual = cost.actual(reckoned, answer.data if answer.counted is None else answer.counted)
                admission.settle(actual)
                exchange.facts["cost"] = actual
                return answer
        finally:
            tell(exchange, admission, reckoned.fields if head.get(b"x-explain-cost") == b"1" else None)

    async def _execute(self, call: Call, exchange: Exchange, head: Head, admission: Admission) -> Answer:
        if call.kind is OperationType.MUTATION:
            answer = await self._write(call, exchange.id, idempotency_key(head))
            exchange.timings.mark("write")
        else:
            answer = await self._read(call, admission)
            exchange.timings.mark("read")
        return answer

    async def _read(self, call: Call, admission: Admission) -> Answer:
        parts, found, counted = call.operation.parts, [], b"{}"
        if parts.schema is not None:
            found.append(call.front.introspection.answer(parts.schema, call.variables, call.key))
        if parts.data is not None:
            document, operation = parts.data.document, parts.data.operation
            counted = await call.front.reads.execute(document, operation, call.variables, call.viewer, key=call.key)
            found.append(counted)
        if parts.memory is not None:
            found.append(call.front.introspection.of_memory(parts.memory, call.variables, admission.memory()))
        return Answer(together(found), counted=counted)

    async def _write(self, call: Call, request_id: str, key: str | None) -> Answer:
        written = await call.front.writes.execute(
            call.document.node,
            call.operation.node,
            call.variables,
            call.viewer,
            request_id=request_id,
            idempotency_key=key,
            propagates=call.propagates,
        )
        answer = Answer(written.data, written.errors)
        if written.replayed:
            answer.extensions["idempotentReplay"] = True
            answer.headers.append((b"idempotent-replayed", b"true"))
        return answer


def tell(exchange: Exchange, admission: Admission, fields: Mapping[str, int] | None = None) -> None:
    """Tell the caller what this request has cost him and what he has left."""
    exchange.extensions["cost"] = orjson.Fragment(admission.extension(fields))
    exchange.headers += admission.headers()


def composed(
    exchange: Exchange, media: MediaType, call: Call, answer: Answer, if_none_match: bytes | None = None
) -> Message:
    """A response with data, or, if nothing at all was done because of a fault, with the status of that fault."""
    extensions: dict[str, Any] = {"requestId": exchange.id, **exchange.extensions, **answer.extensions}
    headers = [media.content_type, *exchange.headers, *answer.headers]
    if call.operation.deprecated:
        headers += deprecation(call.operation)
    status = OK
    members: tuple[bytes, ...] = (b'{"data":', answer.data, b',"extensions":')
    if answer.errors:
        shown = [complete(exchange, error) for error in answer.errors]
        code = exchange.facts["code"] = shown[0]["extensions"]["code"]
        errors = b'{"errors":' + orjson.dumps(shown)
        status, members = media.partial, (errors, b',"data":', answer.data, b',"extensions":')
        if CODES[code].status != OK and not any((orjson.loads(answer.data) or {}).values()):
            status, members = CODES[code].status, (errors, b',"extensions":')
            if CODES[code].retryable:
                headers.append(RETRY_AFTER)
    body = b"".join((*members, orjson.dumps(extensions), b"}"))
    message = {"status": status, "headers": headers, "body": body}
    if call.method != "GET" or answer.errors:
        headers.append(NO_STORE)
        return message
    tag = etag.strong(media.header, answer.data)  # the extensions differ each time, and nobody shows them to a user
    headers += [REVALIDATED, (b"etag", tag)]
    return etag.not_modified(message) if etag.matches(if_none_match, tag) else message


def deprecation(operation: Operation) -> list[tuple[bytes, bytes]]:
    """What the operation uses that is going away."""
    return [(b"deprecation", b"true"), (b"x-deprecated-fields", ", ".join(operation.deprecated).encode())]


def complete(exchange: Exchange, error: Mapping[str, Any] | GraphQLError) -> dict[str, Any]:
    """An error of one field with everything that every error carries."""
    plain = exchange.field_error(error) if isinstance(error, GraphQLError) else error
    given = plain.get("extensions") or {}
    code = str(given.get("code"))
    return {**plain, "extensions": extensions_of(code if code in CODES else "INTERNAL", exchange.id, given)}


def features_asked(head: Head) -> frozenset[str]:
    """The previews that the caller wants to try out."""
    given = head.get(b"api-preview")
    return previews.asked(given.decode("latin-1")) if given else previews.NONE


def idempotency_key(head: Head) -> str | None:
    """The header that stands for the argument of the same name; the write decides whether it fits."""
    given = head.get(b"idempotency-key")
    if given is None:
        return None
    if len(given) > LONGEST_KEY or not given.isascii():
        raise Refused("BAD_REQUEST", f"Idempotency-Key must have at most {LONGEST_KEY} ASCII characters.")
    return given.decode()


def check_method(scope: Scope, head: Head) -> None:
    """Raise METHOD_NOT_ALLOWED, or UNSUPPORTED_MEDIA_TYPE for a body that is not announced as JSON."""
    method = scope["method"]
    if "document_id" in scope["path_params"]:
        if method != "GET":
            raise not_allowed("A document's own address takes GET only; POST goes to /graphql.", b"GET")
    elif method not in {"GET", "POST"}:
        raise not_allowed("Send GraphQL by POST, or queries by GET.", b"GET, POST")
    if method == "POST":
        check_media_type(head)


def check_kind(call: Call, accepted: MediaType) -> None:
    """Raise `Refused` unless such an operation may be sent this way."""
    if call.kind is OperationType.SUBSCRIPTION:
        if not accepted.streams:
            raise Refused("BAD_REQUEST", UNSTREAMED)
    elif call.kind is OperationType.MUTATION and call.method == "GET":
        raise not_allowed("Send mutations by POST.", b"POST")
    elif not accepted.whole:
        raise Refused("NOT_ACCEPTABLE", "Only subscriptions are streamed; Accept application/json, too.")


def not_allowed(message: str, methods: bytes) -> Refused:
    return Refused("METHOD_NOT_ALLOWED", message, headers=[(b"allow", methods)])
