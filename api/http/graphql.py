"""The endpoint: a request in, the bytes of one GraphQL response out.

The order of the steps is the order of what they cost and of what a stranger may learn: method and media type, token,
size, JSON, document, execution. JSON that PostgreSQL made is put into the response as it is.
"""

from __future__ import annotations

import asyncio
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import orjson
from graphql import DocumentNode, GraphQLError, OperationDefinitionNode, OperationType

from api.domain.kernel import Viewer
from api.http import exchange as exchanges
from api.http.auth import Authenticator
from api.http.documents import Document, Documents, Operation
from api.http.envelope import (
    Disconnected,
    Headers,
    check_media_type,
    from_body,
    from_query_string,
    header,
    read_body,
)
from api.http.errors import CODES, OK, RETRY_AFTER, Refused, extensions_of
from api.http.exchange import Exchange, Message, Scope, Send
from api.http.introspection import Introspection, together
from api.http.negotiation import PLAIN, MediaType, negotiated

DOCUMENT_DIGITS = 16
LONGEST_KEY = 255
COMMON: tuple[tuple[bytes, bytes], ...] = (
    (b"cache-control", b"no-store"),
    (b"vary", b"Accept, Authorization"),
)


class Reading(Protocol):
    async def execute(
        self,
        document: DocumentNode,
        operation: OperationDefinitionNode,
        variables: dict[str, Any],
        viewer: Viewer,
        *,
        key: Hashable,
    ) -> bytes: ...


class Written(Protocol):
    @property
    def data(self) -> bytes: ...
    @property
    def errors(self) -> Sequence[Mapping[str, Any] | GraphQLError]: ...
    @property
    def replayed(self) -> bool: ...


class Writing(Protocol):
    async def execute(  # noqa: PLR0913 - the seam to api.schema
        self,
        document: DocumentNode,
        operation: OperationDefinitionNode,
        variables: dict[str, Any],
        viewer: Viewer,
        *,
        request_id: str,
        idempotency_key: str | None,
    ) -> Written: ...


@dataclass(frozen=True)
class Services:
    """What the endpoint is composed of."""

    authenticator: Authenticator
    documents: Documents
    reads: Reading
    writes: Writing
    introspection: Introspection
    max_body_bytes: int = 4_000_000
    timeout_seconds: float = 10.0


@dataclass(frozen=True, slots=True)
class Call:
    """One operation, who runs it and with what."""

    document: Document
    operation: Operation
    variables: dict[str, Any]
    viewer: Viewer
    key: Hashable


class Media:
    """The media type of the answer: plain JSON until there is a GraphQL request that a GraphQL response can answer."""

    chosen: MediaType = PLAIN


class GraphQL:
    """An ASGI application for one path."""

    def __init__(self, services: Services) -> None:
        self._services = services

    async def __call__(self, scope: Scope, receive: Any, send: Send) -> None:
        exchange, media = exchanges.of(scope), Media()
        try:
            message = await self._respond(scope, receive, exchange, media)
        except Disconnected:
            raise
        except Exception as error:  # noqa: BLE001 - the one place where every failure becomes an answer
            refused, chosen = exchange.unexpected(error), media.chosen
            message = exchange.refuse(refused, strict=chosen.strict, media_type=chosen.header)
        message["headers"] = [*message["headers"], *COMMON]
        await exchanges.answer(send, message)

    async def _respond(self, scope: Scope, receive: Any, exchange: Exchange, media: Media) -> Message:
        services, headers, method = self._services, scope["headers"], scope["method"]
        if method not in {"GET", "POST"}:
            raise not_allowed("Send GraphQL by POST, or queries by GET.", b"GET, POST")
        if method == "POST":
            check_media_type(headers)
        accepted = negotiated(headers)
        viewer = await services.authenticator.viewer(headers)
        exchange.facts |= {"tenant": str(viewer.tenant), "principal": str(viewer.principal)}
        exchange.timings.mark("auth")
        if method == "POST":
            envelope = from_body(await read_body(headers, receive, services.max_body_bytes))
        else:
            envelope = from_query_string(scope["query_string"])
        media.chosen = accepted
        exchange.timings.mark("envelope")
        document = services.documents.get(envelope.query)
        operation = document.operation(envelope.operation_name)
        kind = operation.node.operation
        exchange.facts |= {"document": document.key.hex()[:DOCUMENT_DIGITS], "operation_type": kind.value}
        exchange.timings.mark("document")
        if kind is OperationType.SUBSCRIPTION:
            raise Refused("BAD_REQUEST", "Subscriptions are not answered here.")
        if kind is OperationType.MUTATION and method == "GET":
            raise not_allowed("Send mutations by POST.", b"POST")
        call = Call(document, operation, dict(envelope.variables), viewer, (document.key, envelope.operation_name))
        async with asyncio.timeout(services.timeout_seconds):
            if kind is OperationType.MUTATION:
                written = await self._write(call, exchange.id, idempotency_key(headers))
                exchange.timings.mark("write")
                return answered(exchange, accepted, written.data, written.errors, replayed=written.replayed)
            data = await self._read(call)
        exchange.timings.mark("read")
        return answered(exchange, accepted, data)

    async def _read(self, call: Call) -> bytes:
        parts, found = call.operation.parts, []
        if parts.schema is not None:
            found.append(self._services.introspection.answer(parts.schema, call.variables, call.key))
        if parts.data is not None:
            document, operation = parts.data.document, parts.data.operation
            reads = self._services.reads
            found.append(await reads.execute(document, operation, call.variables, call.viewer, key=call.key))
        return together(found)

    async def _write(self, call: Call, request_id: str, key: str | None) -> Written:
        return await self._services.writes.execute(
            call.document.node,
            call.operation.node,
            call.variables,
            call.viewer,
            request_id=request_id,
            idempotency_key=key,
        )


def answered(
    exchange: Exchange,
    media: MediaType,
    data: bytes,
    errors: Sequence[Mapping[str, Any] | GraphQLError] = (),
    *,
    replayed: bool = False,
) -> Message:
    """A response with data, or, if nothing at all was done because of a fault, with the status of that fault."""
    extensions: dict[str, Any] = {"requestId": exchange.id}
    headers = [(b"content-type", media.header)]
    if replayed:
        extensions["idempotentReplay"] = True
        headers.append((b"idempotent-replayed", b"true"))
    members = [b'"data":' + data]
    status = OK
    if errors:
        shown = [complete(exchange, error) for error in errors]
        code = exchange.facts["code"] = shown[0]["extensions"]["code"]
        members.insert(0, b'"errors":' + orjson.dumps(shown))
        if CODES[code].status != OK and not any((orjson.loads(data) or {}).values()):
            status = CODES[code].status
            del members[1]
            if CODES[code].retryable:
                headers.append(RETRY_AFTER)
    members.append(b'"extensions":' + orjson.dumps(extensions))
    return {"status": status, "headers": headers, "body": b"{" + b",".join(members) + b"}"}


def complete(exchange: Exchange, error: Mapping[str, Any] | GraphQLError) -> dict[str, Any]:
    """An error of one field with everything that every error carries."""
    plain = exchange.field_error(error) if isinstance(error, GraphQLError) else error
    given = plain.get("extensions") or {}
    code = str(given.get("code"))
    return {**plain, "extensions": extensions_of(code if code in CODES else "INTERNAL", exchange.id, given)}


def idempotency_key(headers: Headers) -> str | None:
    """The header that stands for the argument of the same name; the write decides whether it fits."""
    given = header(headers, b"idempotency-key")
    if given is None:
        return None
    if len(given) > LONGEST_KEY or not given.isascii():
        raise Refused("BAD_REQUEST", f"Idempotency-Key must have at most {LONGEST_KEY} ASCII characters.")
    return given.decode()


def not_allowed(message: str, methods: bytes) -> Refused:
    return Refused("METHOD_NOT_ALLOWED", message, headers=[(b"allow", methods)])
