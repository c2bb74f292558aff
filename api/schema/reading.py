"""Queries: compiled, never resolved. One operation is one statement; its answer is spliced as bytes."""

from collections.abc import Callable, Hashable, Mapping
from datetime import UTC, datetime
from typing import Any, Protocol
from uuid import UUID

from graphql import DocumentNode, GraphQLSchema, OperationDefinitionNode
from sqlalchemy import ColumnElement, DateTime, Text, Uuid, cast, null
from sqlalchemy.dialects.postgresql import ARRAY

from api.compiler import Cache, Catalog, Compiler, Request, RequestError, Statement, Verify
from api.compiler.request import now_of, tenant_of
from api.db.functions import FEED_EXPIRED, FEED_UNKNOWN
from api.domain.kernel import NOBODY, Context, Outside, Viewer
from api.settings import every_key

from .variables import Coerced, Coercer

# What PostgreSQL says of a place in the feed where nobody can read on.
FEED_REFUSALS = {
    FEED_EXPIRED: (
        "POSITION_EXPIRED",
        "the events after this position are no longer kept: read the records anew, then go on without `after`",
    ),
    FEED_UNKNOWN: ("BAD_CURSOR", "after is a position that this feed has not given yet: start again without it"),
}
OPERATIONS = 1_000
SHAPES = 64


def user_of(request: Request) -> UUID | None:
    return request.user


def principal_of(request: Request) -> UUID:
    return request.principal


def account_of(request: Request) -> UUID | None:
    viewer: Viewer = request.facts["viewer"]
    return viewer.account


def account_text(request: Request) -> str:
    return str(account_of(request) or "")


def outsider(bind: Callable[[Any, Any], ColumnElement[Any]]) -> Context:
    """The context of an outsider: what it is and may see are parameters, so one text serves them all."""
    now: ColumnElement[Any] = cast(bind(now_of, DateTime(timezone=True)), DateTime(timezone=True))
    asking = Outside(bind(tenant_of, Uuid()), bind(principal_of, Uuid()), bind(account_of, Uuid()), now)
    settings = (("crm.account", bind(account_text, Text())),)
    return Context(NOBODY, null(), null(), asking, settings)  # type: ignore[arg-type] # no user, no team


def team_of(request: Request) -> list[UUID]:
    viewer: Viewer = request.facts["viewer"]
    return list(viewer.team)


class Pool(Protocol):
    """Where statements run: the read pool, or a test's connection."""

    async def fetch(self, sql: str, arguments: list[Any]) -> bytes: ...


class Reads:
    """Compiles and runs query operations of one schema."""

    def __init__(
        self,
        core: GraphQLSchema,
        catalog: Catalog,
        pool: Pool,
        secret: bytes,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        verify: Verify | None = None,
    ) -> None:
        self.core, self.pool, self.secret, self.now = core, pool, secret, now
        self.former = every_key(secret)[1:]
        self.compiler = Compiler(core, catalog, verify)
        self.shapes: Cache[Cache[Statement]] = Cache(OPERATIONS)
        self.coercers: Cache[tuple[OperationDefinitionNode, Coercer]] = Cache(OPERATIONS)
        self.read_backs: Cache[tuple[DocumentNode, Statement]] = Cache(OPERATIONS)

    async def execute(
        self,
        document: DocumentNode,
        operation: OperationDefinitionNode,
        variables: Mapping[str, Any],
        viewer: Viewer,
        *,
        key: Hashable,
    ) -> bytes:
        """The JSON text of `data`. `key` identifies document and operation.

        Raises:
            RequestErrors: variables do not fit their types.
            RequestError: an argument's value cannot be used.
        """
        coerced, shape = self.coerced(operation, variables)
        statements = self.shapes.get((key, viewer.capability.hash), lambda: Cache(SHAPES))
        statement = statements.get(
            shape, lambda: self.compiler.operation(document, operation, coerced, self.visibility(viewer))
        )
        return await self.fetch(statement, self.request(viewer, coerced))

    async def fetch(self, statement: Statement, request: Request) -> bytes:
        """The answer of a statement.

        Raises:
            RequestError: a value does not fit; POSITION_EXPIRED or BAD_CURSOR for a position that the feed has not.
        """
        try:
            return await self.pool.fetch(statement.text, statement.parameters(request))
        except Exception as error:
            refusal = FEED_REFUSALS.get(getattr(error, "sqlstate", None) or "")
            if refusal is None:
                raise
            raise RequestError(*refusal, ("after",)) from error

    def coerced(self, operation: OperationDefinitionNode, variables: Mapping[str, Any]) -> Coerced:
        """Variables as their types' values, and the shape they give the statement.

        Operations are told apart by identity, which is theirs alone as long as the entry holds them.
        """
        known = self.coercers.get(id(operation), lambda: (operation, Coercer(self.core, operation)))
        return known[1](variables)

    def request(self, viewer: Viewer, variables: Mapping[str, Any], **facts: Any) -> Request:
        known = {"viewer": viewer, **facts}
        who = (viewer.tenant, viewer.principal, viewer.user)
        return Request(variables, *who, self.now(), self.secret, known, self.former)

    @staticmethod
    def visibility(viewer: Viewer) -> Callable[[Any], Context]:
        """What visibility rules are rendered with: the viewer's rights; who it is is bound when it runs."""
        capability = viewer.capability
        if viewer.outside:
            return outsider
        return lambda bind: Context(capability, bind(user_of, Uuid()), bind(team_of, ARRAY(Uuid())))
