"""What an operation is run with: the editions of the schema that principals talk to, and one call of one of them."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from graphql import DocumentNode, GraphQLError, OperationDefinitionNode, OperationType

from api.domain.kernel import Viewer
from api.http.auth import Authenticator
from api.http.deprecated_uses import DeprecatedUses
from api.http.document_access import DocumentAccess
from api.http.documents import Document, Operation
from api.http.envelope import Envelope
from api.http.introspection import Introspection
from api.http.negotiation import PROFILES, Profile
from api.http.rates import Rates


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
        propagates: bool,
    ) -> Written: ...


class Event(Protocol):
    """One event as its reader may see it; `data` is the JSON of a whole answer, `{"data": …}`."""

    @property
    def position(self) -> int: ...
    @property
    def data(self) -> bytes: ...


class Page(Protocol):
    """Events that follow each other in a feed. Up to `position` there are no others; `more`: behind it there are."""

    @property
    def events(self) -> Sequence[Event]: ...
    @property
    def position(self) -> int: ...
    @property
    def more(self) -> bool: ...


@dataclass(frozen=True, slots=True)
class News:
    """As much of an event as tells that a subscription does not want it."""

    position: int
    types: frozenset[str]
    changed: frozenset[str]


@dataclass(frozen=True, slots=True)
class Interest:
    """What a subscription wants, at most; None: whatever it is."""

    types: frozenset[str] | None = None
    changed: frozenset[str] | None = None

    def wants(self, news: News) -> bool:
        return (self.types is None or not self.types.isdisjoint(news.types)) and (
            self.changed is None or not self.changed.isdisjoint(news.changed)
        )


@dataclass(frozen=True, slots=True)
class Asked:
    """What the arguments of a subscription say; `after` is None if they do not."""

    after: int | None
    interest: Interest


class Feeding(Protocol):
    """Reads the events that a subscription asks for."""

    def asked(
        self,
        document: DocumentNode,
        operation: OperationDefinitionNode,
        variables: dict[str, Any],
        viewer: Viewer,
    ) -> Asked: ...

    async def newest(self, viewer: Viewer) -> int: ...

    async def page(  # noqa: PLR0913 - the seam to api.schema
        self,
        document: DocumentNode,
        operation: OperationDefinitionNode,
        variables: dict[str, Any],
        viewer: Viewer,
        *,
        key: Hashable,
        head: int | None,
        after: int,
        most: int,
    ) -> Page: ...


@dataclass(frozen=True)
class Front:
    """What principals who see the same edition of the schema talk to."""

    documents: DocumentAccess
    reads: Reading
    writes: Writing
    introspection: Introspection
    sdl: Callable[[], str]
    feed: Feeding


class Fronts(Protocol):
    def __call__(self, viewer: Viewer, features: frozenset[str] = ...) -> Front: ...


@dataclass(frozen=True)
class Services:
    """What the endpoint is composed of. `front` finds that of a principal who wants to try out some features."""

    authenticator: Authenticator
    front: Fronts
    rates: Rates
    uses: DeprecatedUses
    max_body_bytes: int = 4_000_000
    timeout_seconds: float = 10.0
    profile: Profile = PROFILES["audit"]


@dataclass(slots=True)
class Call:
    """One operation, who runs it and with what. `registered`: the document is known to the operator of the tenant."""

    front: Front
    document: Document
    operation: Operation
    variables: dict[str, Any]
    viewer: Viewer
    key: Hashable
    method: str
    registered: bool
    propagates: bool

    @property
    def kind(self) -> OperationType:
        return self.operation.node.operation


async def called(front: Front, envelope: Envelope, viewer: Viewer, method: str) -> Call:
    """The operation that a request means.

    Raises:
        Refused: it cannot be run, or not by this principal.
    """
    found = await front.documents.find(envelope, viewer, method)
    document, name = found.document, envelope.operation_name
    operation, variables = document.operation(name), dict(envelope.variables)
    key, propagates = (document.key, name), envelope.propagates
    return Call(front, document, operation, variables, viewer, key, method, found.registered, propagates)
