"""Bulk upserts: up to 250 rows in one transaction, through the same command as a single one.

References of all rows are resolved together, records are loaded, locked and written together: the number of
statements does not depend on the number of rows.
"""

import hashlib
import sys
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import partial
from typing import Any
from uuid import UUID

import strawberry
from strawberry.types import Info

from api.compiler import RequestError
from api.domain.kernel import DomainError, NotFound, Outcome, Viewer, Work, Written
from api.domain.kernel.idempotency import claim, remember

from .connections import about
from .context import Context
from .enums import described_enum
from .errors import UserError, UserErrorCode, ValidationError, answered
from .filters import input_type
from .inputs import Ids, Inputs, ids_of
from .mutations import field_of, options_of
from .references import Asked, given
from .writing import Options, again, argument_path, works

MOST_ROWS = 250


class BulkErrorPolicy(StrEnum):
    REJECT_ALL = "REJECT_ALL"
    SKIP_ROW = "SKIP_ROW"


described_enum(
    BulkErrorPolicy,
    "BulkErrorPolicy",
    "What a refused row means for the others.",
    REJECT_ALL="Nothing is written.",
    SKIP_ROW="The others are written.",
)


@dataclass(frozen=True)
class Result:
    """What became of one row."""

    outcome: Outcome
    id: UUID | None = None
    refusal: DomainError | None = None


class Rejected(Exception):
    """A row was refused and the caller wants all or nothing."""

    def __init__(self, results: list[Result]) -> None:
        self.results = results
        super().__init__("a row was refused")


@dataclass
class BulkUpsert:
    """`<noun>BulkUpsert` of one type. `row_of` makes a command's row; `upsert` is the command."""

    cls: type[Any]
    noun: str
    ref: Any
    inputs: Inputs
    row_of: Callable[[Any, Any, Ids, int | None], Any]
    upsert: Callable[[Work, Sequence[Any]], Awaitable[Sequence[Written[Any]]]]
    payload: Any = field(init=False)
    row: Any = field(init=False)

    def __post_init__(self) -> None:
        name, module = self.cls.__name__, self.cls.__module__
        fields = {
            "match": (self.ref, "The record; one that an external id or natural key does not find is made with it."),
            "values": (self.inputs.patch, "What is known of it."),
            "if_version": (int, "Only if the record is at this version."),
        }
        text = f"One {name} of a bulk upsert."
        self.row = input_type(f"{name}UpsertRow", fields, text, module=module, required=("match", "values"))
        self.result = self.result_type()
        self.payload = self.payload_type()
        for made in (self.row, self.result, self.payload):
            setattr(sys.modules[module], made.__name__, made)

    def result_type(self) -> Any:
        def record(root: Any, info: Info[Context, None]) -> Any:
            rows = root.read.get((info.path.prev.prev.key, info.path.key))  # type: ignore[union-attr]
            return rows[root.index] if rows is not None else None

        optional: Any = self.cls | None
        record.__annotations__ = {"return": optional, "root": Any, "info": Info}
        private: Any = strawberry.Private
        name = f"{self.cls.__name__}BulkResult"
        annotations = {"read": private[Any], "index": int, "outcome": Outcome, "errors": list[UserError]}
        values = {
            "index": strawberry.field(description="Place of the row in the request, from 0."),
            "outcome": strawberry.field(description="What was done with it."),
            "errors": strawberry.field(description="Why it was refused; empty otherwise."),
            self.noun: strawberry.field(resolver=record, description="The record as it is now; null if refused."),
        }
        made = type(name, (), {"__annotations__": annotations, "__module__": self.cls.__module__, **values})
        return strawberry.type(made, description="What became of one row.")

    def payload_type(self) -> Any:
        results: Any = list[self.result]  # type: ignore[name-defined]
        annotations = {"results": results, "errors": list[UserError]}
        values: dict[str, Any] = {
            "results": strawberry.field(description="One for each row, in their order."),
            "errors": strawberry.field(description="What is wrong with the request as a whole."),
        }
        for outcome in Outcome:
            annotations[outcome.lower()] = int
            values[outcome.lower()] = strawberry.field(description=f"How many rows are {outcome}.")
        name = f"{self.cls.__name__}BulkPayload"
        made = type(name, (), {"__annotations__": annotations, "__module__": self.cls.__module__, **values})
        return strawberry.type(made, description="What became of a bulk upsert.")

    def mutation(self, description: str) -> Any:
        async def resolver(info: Info[Context, None], **arguments: Any) -> Any:
            options, rest = options_of(arguments)
            rows, policy = rest["rows"], rest["on_row_error"]
            if len(rows) > MOST_ROWS:
                raise RequestError("BAD_USER_INPUT", f"at most {MOST_ROWS} rows in one call", ("rows",))

            def refused(refusal: DomainError) -> Any:
                viewer = info.context.viewer
                path_of = partial(argument_path, arguments={"rows": None}, argument="rows")
                return self.answer(viewer, [], {}, [answered(refusal, path_of, viewer, self.cls.__name__)])

            return await again(lambda: self.attempt(info, rows, policy, options), refused)

        declared = {
            "rows": about(list[self.row], f"At most {MOST_ROWS} rows, each with its own match."),  # type: ignore[name-defined]
            "on_row_error": about(BulkErrorPolicy, "What a refused row means for the others."),
        }
        return field_of(resolver, declared, self.payload, description, on_row_error=BulkErrorPolicy.SKIP_ROW)

    def by_id(self, match: Any) -> list[Asked]:
        """The reference, if it names a record by its id; other keys may name a record that is not there yet."""
        return [Asked(match, ("match",))] if "id" in given(match) else []

    async def attempt(self, info: Info[Context, None], rows: Any, policy: BulkErrorPolicy, options: Options) -> Any:
        context = info.context
        key = options.idempotency_key or context.idempotency_key
        try:
            async with works(context, info.field_name, dry_run=options.dry_run, key=key) as work:
                print_ = hashlib.sha256(repr((info.field_name, rows, policy)).encode()).digest()
                stored = await claim(work, key, info.field_name, print_) if key and not options.dry_run else None
                if stored is not None:
                    context.replayed.append(True)
                    results = [result_of(one) for one in stored["results"]]
                else:
                    results = await self.write(work, rows, policy)
                    if key and not options.dry_run:
                        await remember(work, key, {"results": [stored_of(one) for one in results]})
                read = await self.read(info, work, results)
        except Rejected as rejected:
            return self.rejected(context.viewer, rejected.results)
        return self.answer(context.viewer, results, read, [])

    async def write(self, work: Work, rows: Any, policy: BulkErrorPolicy) -> list[Result]:
        """Write the rows; each result stands where its row stands.

        Raises:
            Rejected: a row was refused and the policy is all or nothing.
        """
        references = [asked for row in rows for asked in (*self.by_id(row.match), *self.inputs.references(row.values))]
        ids = await ids_of(work, references)
        results: list[Result | None] = []
        ready = []
        for row in rows:
            try:
                version = None if row.if_version is strawberry.UNSET else row.if_version
                ready.append(self.row_of(row.match, row.values, ids, version))
                results.append(None)
            except DomainError as refusal:
                results.append(Result(Outcome.FAILED, refusal=refusal))
        written = iter(await self.upsert(work, ready))
        done = [one if one is not None else self.result_from(next(written)) for one in results]
        if policy is BulkErrorPolicy.REJECT_ALL and any(one.refusal for one in done):
            raise Rejected(done)
        await work.finish()
        return done

    def result_from(self, written: Written[Any]) -> Result:
        record = written.record
        return Result(written.outcome, record.id if record is not None else None, written.refusal)

    async def read(self, info: Info[Context, None], work: Work, results: list[Result]) -> dict[tuple[str, str], Any]:
        """(key of `results`, key of the record) → the records as selected there, aligned with the results."""
        ids = [one.id for one in results]
        return await info.context.read_rows_in_work(work, info._raw_info, self.cls.__name__, ids, self.noun)  # noqa: SLF001

    def rejected(self, viewer: Viewer, results: list[Result]) -> Any:
        failed = sum(1 for one in results if one.refusal)
        undone = [one if one.refusal else Result(Outcome.UNCHANGED) for one in results]
        error: UserError = ValidationError(  # type: ignore[call-arg] # Strawberry fields are keywords
            code=UserErrorCode["INVALID"],
            message=f"{failed} of {len(results)} rows were refused, so nothing was written",
            path=["rows"],
            constraint="REJECT_ALL",
            limit=None,
        )
        return self.answer(viewer, undone, {}, [error])

    def answer(
        self, viewer: Viewer, results: list[Result], read: dict[tuple[str, str], Any], errors: list[UserError]
    ) -> Any:
        made = [
            self.result(read=read, index=at, outcome=one.outcome, errors=self.errors_of(viewer, one, at))
            for at, one in enumerate(results)
        ]
        counts = {outcome.lower(): sum(1 for one in results if one.outcome is outcome) for outcome in Outcome}
        return self.payload(results=made, errors=errors, **counts)

    def errors_of(self, viewer: Viewer, result: Result, at: int) -> list[UserError]:
        if result.refusal is None:
            return []
        if isinstance(result.refusal, NotFound) and not result.refusal.path:
            result.refusal.path = ("match",)

        def path_of(path: tuple[str, ...]) -> list[str]:
            return ["rows", str(at), *argument_path(path, {"match": None}, "values")]

        return [answered(result.refusal, path_of, viewer, self.cls.__name__)]


def stored_of(result: Result) -> dict[str, Any]:
    return {"outcome": result.outcome.value, "id": str(result.id) if result.id else None}


def result_of(stored: dict[str, Any]) -> Result:
    return Result(Outcome(stored["outcome"]), UUID(stored["id"]) if stored["id"] else None)
