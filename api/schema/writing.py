"""Mutations: one unit of work for each root field, read back through the compiler before it commits.

Commit is around the field, never around the operation: a refusal rolls its field back and becomes a payload error,
the next field of the request starts anew.
"""

import asyncio
import hashlib
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from inspect import isawaitable
from typing import Annotated, Any, TypeVar
from uuid import UUID

import orjson
import strawberry
from graphql import DocumentNode, GraphQLError, OperationDefinitionNode, execute
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import async_sessionmaker
from strawberry.types import Info

from api.compiler import RequestError
from api.db.commits import NotCommitted, OutcomeUnknown
from api.db.writes import WriteSession
from api.domain.kernel import DomainError, NotFound, Outcome, Record, Viewer, Work, camel, open_work
from api.domain.kernel.idempotency import claim, remember

from .context import Context, Sending
from .enums import described_enum
from .errors import UserError, answered
from .execution import Execution, ExecutionWithNulls
from .reading import Reads

AGAIN = frozenset({"40001", "40P01"})  # serialisation failure, deadlock: nothing was done, try again
BUSY = frozenset({"55P03"})  # lock not available within the role's lock_timeout
TRIES = 3
IN_DOUBT = "The connection to the database broke at the end. Send it again with the same key: it has one effect."
R = TypeVar("R", bound=Record)

described_enum(
    Outcome,
    "WriteOutcome",
    "What a write did.",
    CREATED="A new record was made.",
    UPDATED="The record changed and has a new version.",
    UNCHANGED="There was nothing to change: no new version, no event.",
    FAILED="The write was refused; nothing changed.",
)

IdempotencyKey = Annotated[
    str | None,
    strawberry.argument(
        description="8 to 255 characters. The same key with the same request has one effect for 72 hours."
    ),
]
DryRun = Annotated[
    bool,
    strawberry.argument(description="Do everything, answer, and take it back: nothing is stored, no event is sent."),
]
IfVersion = Annotated[
    int | None, strawberry.argument(description="Only if the record is at this version; else VERSION_CONFLICT.")
]


@dataclass(frozen=True)
class Options:
    """How a command is to be run, besides what it does."""

    idempotency_key: str | None = None
    dry_run: bool = False


def write_payload(cls: Any, field: str, *, name: str | None = None, **more: tuple[Any, str]) -> Any:
    """Make `<Type>WritePayload` {<field>, outcome, errors} and put it into the type's module.

    `more`: type and description of further fields, which are null until the resolver sets them.
    """

    def record(root: Any, info: Info[Context, None]) -> Any:
        return None if root.read is None else root.read[info.path.key]

    record.__annotations__ = {"return": cls | None, "root": Any, "info": Info}
    private: Any = strawberry.Private
    annotations = {"read": private[Any], "outcome": Outcome, "errors": list[UserError]}
    annotations |= {key: annotation for key, (annotation, _) in more.items()}
    made = type(
        name or f"{cls.__name__}WritePayload",
        (),
        {
            "__annotations__": annotations,
            "__module__": cls.__module__,
            "outcome": strawberry.field(description="What was done; FAILED if there are errors."),
            "errors": strawberry.field(description="Why it was refused; empty otherwise."),
            field: strawberry.field(
                resolver=record, description="The record as it is now, under your rights; null if refused."
            ),
            **{key: strawberry.field(description=text, default=None) for key, (_, text) in more.items()},
        },
    )
    payload: Any = strawberry.type(made, description=f"What became of a {cls.__name__}.")
    payload.__crm_record__ = (cls.__name__, camel(field))
    setattr(sys.modules[cls.__module__], made.__name__, payload)
    return payload


async def write(
    info: Info[Context, None],
    payload: Any,
    command: Callable[[Work], Awaitable[Record]],
    options: Options,
    arguments: Mapping[str, Any],
    argument: str,
) -> Any:
    """Run a command in a work of its own and answer with its payload.

    `argument`: the one that holds the values, where paths of refusals begin that name no argument themselves.
    """

    def refused(refusal: DomainError) -> Any:
        if isinstance(refusal, NotFound) and not refusal.path:  # as for a key that nobody has
            refusal.path = ("where" if "where" in arguments else "match",)
        type_name, _ = payload.__crm_record__
        error = answered(refusal, lambda path: argument_path(path, arguments, argument), info.context.viewer, type_name)
        return payload(read=None, outcome=Outcome.FAILED, errors=[error])

    return await again(lambda: attempted(info, payload, command, options, arguments), refused)


async def again(attempt: Callable[[], Awaitable[Any]], refused: Callable[[DomainError], Any]) -> Any:
    """Make an attempt, up to three times while the database says that it undid it.

    Raises:
        RequestError: WRITE_CONFLICT when a lock, deadlock or serialisation failure outlives that.
        NotCommitted: the connection broke at the end of each.
    """
    for number in range(1, TRIES + 1):
        try:
            return await attempt()
        except DomainError as refusal:
            return refused(refusal)
        except NotCommitted:
            if number == TRIES:
                raise
        except DBAPIError as error:
            state = getattr(error.orig, "sqlstate", None)
            if state not in AGAIN | BUSY:
                raise
            if state in BUSY or number == TRIES:
                raise RequestError("WRITE_CONFLICT", "another request changes the same records; try again") from error
        await asyncio.sleep(0.02 * number)
    raise AssertionError("the last attempt returns or raises")


async def attempted(
    info: Info[Context, None],
    payload: Any,
    command: Callable[[Work], Awaitable[Record]],
    options: Options,
    arguments: Mapping[str, Any],
) -> Any:
    context, (type_name, field) = info.context, payload.__crm_record__
    key = options.idempotency_key or context.idempotency_key
    async with works(context, info.field_name, dry_run=options.dry_run, key=key) as work:
        fingerprint = hashlib.sha256(repr((info.field_name, sorted(arguments.items()))).encode()).digest()
        stored = await claim(work, key, info.field_name, fingerprint) if key and not options.dry_run else None
        if stored is not None:
            context.replayed.append(True)
            id, outcome = UUID(stored["id"]), Outcome(stored["outcome"])
        else:
            record = await command(work)
            changes = {change.record.id: change for change in await work.finish()}
            change, id = changes.get(record.id), record.id
            outcome = Outcome.UNCHANGED if change is None else Outcome.CREATED if change.created else Outcome.UPDATED
            if key and not options.dry_run:
                await remember(work, key, {"type": record.object, "id": str(id), "outcome": outcome.value})
        raw = info._raw_info  # noqa: SLF001 - Strawberry's Info has no other way to the core's
        outside = context.viewer.outside
        read = None if outside else await context.read_in_work(work, raw, type_name, id, field)
    if outside:
        read = await read_after(context, raw, type_name, id, field)
    return payload(read=read, outcome=outcome, errors=[])


def argument_path(path: tuple[str, ...], arguments: Mapping[str, Any], argument: str) -> list[str]:
    """Where in the field's arguments a refused value stands: `("owner_id",)` → `["input", "owner"]`."""
    if not path:
        return []
    first = path[0]
    own = first in arguments or first in {"if_version", "idempotency_key", "where", "match"}
    names = [camel(part.removesuffix("_id")) for part in path]
    return [camel(first), *names[1:]] if own else [argument, *names]


async def read_after(context: Context, raw: Any, type_name: str, id: UUID, field: str) -> dict[str, Any] | None:
    """What an outsider is shown of his own change.

    Raises:
        OutcomeUnknown: it cannot be shown, and to repeat the change without a key would do it twice.
    """
    try:
        return await context.read_after(raw, type_name, id, field)
    except Exception as error:
        if context.unrepeatable:
            raise OutcomeUnknown from error
        raise


@asynccontextmanager
async def works(context: Context, operation: str, *, dry_run: bool, key: str | None = None) -> AsyncIterator[Work]:
    """A work of this request. What is in doubt at its end is only worth another try under an idempotency key.

    Raises:
        OutcomeUnknown: there is none, and it cannot be told whether the work was committed.
        RequestError: UNAVAILABLE, the same with a key.
    """
    try:
        async with open_work(
            context.sessions,
            context.viewer,
            now=context.reads.now(),
            request_id=context.request_id,
            operation=operation,
            dry_run=dry_run,
        ) as work:
            yield work
    except OutcomeUnknown as error:
        if key is None:
            raise
        raise RequestError("UNAVAILABLE", IN_DOUBT) from error
    if key is None and not dry_run:
        context.unrepeatable.append(operation)


@dataclass(frozen=True)
class WriteAnswer:
    """What became of a mutation operation: JSON of `data`, errors beside it, whether a stored result was replayed."""

    data: bytes
    errors: list[GraphQLError]
    replayed: bool


class Writes:
    """Runs mutation operations; their records are read back by the compiler."""

    def __init__(self, reads: Reads, sessions: async_sessionmaker[WriteSession], sending: Sending) -> None:
        self.reads, self.sessions, self.sending = reads, sessions, sending

    async def execute(
        self,
        document: DocumentNode,
        operation: OperationDefinitionNode,
        variables: Mapping[str, Any],
        viewer: Viewer,
        *,
        request_id: str,
        idempotency_key: str | None,
        propagates: bool = True,
    ) -> WriteAnswer:
        """`propagates`: a field that fails and may not be null takes its parent with it.

        Raises:
            RequestErrors: variables do not fit.
            RequestError: a key stands for several fields.
        """
        coerced, shape = self.reads.coerced(operation, variables)
        if idempotency_key is not None and self.fields_of(document, operation, coerced) != 1:
            raise RequestError("BAD_REQUEST", "the header Idempotency-Key needs exactly one mutation in the request")
        context = Context(
            viewer=viewer,
            sessions=self.sessions,
            document=document,
            variables=coerced,
            shape=shape,
            request_id=request_id,
            idempotency_key=idempotency_key,
            reads=self.reads,
            sending=self.sending,
        )
        name = operation.name.value if operation.name else None
        result = execute(
            self.reads.core,
            document,
            context_value=context,
            variable_values=dict(variables),
            operation_name=name,
            executor_class=Execution if propagates else ExecutionWithNulls,
        )
        try:
            answer = await result if isawaitable(result) else result
        except asyncio.CancelledError as error:
            if context.unrepeatable:
                raise OutcomeUnknown from error  # to whoever says that it took too long: part of it is done
            raise
        errors = list(answer.errors or ())
        return WriteAnswer(orjson.dumps(answer.data), errors, bool(context.replayed))

    def fields_of(
        self, document: DocumentNode, operation: OperationDefinitionNode, variables: Mapping[str, Any]
    ) -> int:
        """How many mutations an operation runs, fragments opened."""
        selection = self.reads.compiler.selection(document, variables)
        fields = selection.fields(selection.object_type("Mutation"), [operation.selection_set])
        return sum(nodes[0].name.value != "__typename" for nodes in fields.values())
