"""Queries: compiled, never resolved. One operation is one statement; its answer is spliced as bytes."""

from collections.abc import Callable, Hashable, Mapping
from datetime import UTC, datetime
from typing import Any, Protocol
from uuid import UUID

from graphql import (
    DocumentNode,
    GraphQLInputType,
    GraphQLSchema,
    OperationDefinitionNode,
    OperationType,
    get_variable_values,
    type_from_ast,
)
from sqlalchemy import Uuid
from sqlalchemy.dialects.postgresql import ARRAY

from api.compiler import Cache, Catalog, Compiler, Request, RequestError, RequestErrors, Statement, Verify, shape_of
from api.domain.kernel import Context, Viewer

OPERATIONS = 1_000
SHAPES = 64
# In the variables: more than any filter or the rows of a bulk write need. Coercing one takes 30 µs, and nobody else is
# answered meanwhile.
MOST_OBJECTS = {OperationType.QUERY: 2_000, OperationType.MUTATION: 20_000, OperationType.SUBSCRIPTION: 2_000}


def user_of(request: Request) -> UUID | None:
    return request.user


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
        self.compiler = Compiler(core, catalog, verify)
        self.shapes: Cache[Cache[Statement]] = Cache(OPERATIONS)
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
        request = self.request(viewer, coerced)
        return await self.pool.fetch(statement.text, statement.parameters(request))

    def coerced(
        self, operation: OperationDefinitionNode, variables: Mapping[str, Any]
    ) -> tuple[Mapping[str, Any], Hashable]:
        """Variables as their types' values, and the shape they give the statement."""
        definitions = operation.variable_definitions or ()
        if not definitions:
            return {}, ()
        most = MOST_OBJECTS[operation.operation]
        if more_objects_than(most, variables):
            raise RequestError("BAD_USER_INPUT", f"the variables have more than {most:,} objects")
        values = get_variable_values(self.core, definitions, dict(variables), max_errors=20)
        if isinstance(values, list):
            raise RequestErrors(values)
        shape = []
        for definition in definitions:
            name = definition.variable.name.value
            if name in values.coerced:
                type_: GraphQLInputType = type_from_ast(self.core, definition.type)  # type: ignore[assignment]
                shape.append((name, shape_of(values.coerced[name], type_)))
        return values.coerced, tuple(shape)

    def request(self, viewer: Viewer, variables: Mapping[str, Any], **facts: Any) -> Request:
        known = {"viewer": viewer, **facts}
        return Request(variables, viewer.tenant, viewer.principal, viewer.user, self.now(), self.secret, known)

    @staticmethod
    def visibility(viewer: Viewer) -> Callable[[Any], Context]:
        """What visibility rules are rendered with: the viewer's rights; who it is is bound when it runs."""
        capability = viewer.capability
        return lambda bind: Context(capability, bind(user_of, Uuid()), bind(team_of, ARRAY(Uuid())))


def more_objects_than(most: int, variables: Mapping[str, Any]) -> bool:
    """Whether the variables have more objects than that, however deep.

    >>> more_objects_than(2, {"a": [{}, {"b": {}}]}), more_objects_than(3, {"a": [{}, {"b": {}}]})
    (True, False)
    """
    waiting: list[Any] = list(variables.values())
    found = 0
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            found += 1
            if found > most:
                return True
            waiting += value.values()
        elif isinstance(value, list):
            waiting += value
    return False
