"""Bulk commands: rows find the records they mean, all together, and are then written one by one.

A single command is a bulk command of one row, so that both obey the same rules. What a row needs from the database
is loaded for all rows at once; a row that is refused has changed nothing.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING, Any, Generic, TypeVar
from uuid import UUID

from sqlalchemy import any_, select

from .errors import Archived, DomainError, Duplicate, Invalid, NotAllowed, NotFound, Required, StaleVersion
from .external_ids import ExternalId, ExternalKey, checked_keys, find
from .fields import argument
from .lookups import KEYS, TENANT, Lookup, compiled
from .model import Record
from .viewer import Level

if TYPE_CHECKING:
    from .work import Work

R = TypeVar("R", bound=Record)
V = TypeVar("V", bound=Mapping[str, object])


class Outcome(StrEnum):
    CREATED = "CREATED"
    UPDATED = "UPDATED"
    UNCHANGED = "UNCHANGED"
    FAILED = "FAILED"


class Match(StrEnum):
    """Which of a row's keys names the record it means. The other keys may then not belong to another record."""

    ANY = "ANY"  # the first that finds one
    EXTERNAL_ID = "EXTERNAL_ID"  # the first external id
    NATURAL = "NATURAL"  # the first natural key


@dataclass(frozen=True, kw_only=True)
class Row(Generic[V]):
    """One row of a bulk command.

    It means the record with this id, else with one of these external ids, else with the natural key in `key` or in
    its values, else (`by_name`) the only live record of its name; without any it makes a new one. The values in `key`
    only find a record: one that is found keeps its own, a new one gets them.
    """

    values: V
    key: Mapping[str, Any] = field(default_factory=dict)
    id: UUID | None = None
    external_ids: Sequence[ExternalKey] = ()
    by_name: bool = False
    match: Match = Match.ANY
    if_version: int | None = None


@dataclass(frozen=True)
class Written(Generic[R]):
    """What became of one row: the record, or the refusal."""

    outcome: Outcome
    record: R | None = None
    refusal: DomainError | None = None

    def unwrap(self) -> R:
        """Raises the refusal."""
        if self.record is None:
            raise self.refusal or LookupError("neither a record nor a refusal")
        return self.record


@dataclass(frozen=True)
class Matching(Generic[R]):
    """How a kind of record is found: its natural keys in a row's values, who has them, and its folded name.

    `path` is the argument that gives the natural key.
    """

    entity: type[R]
    path: str
    keys: Callable[[Mapping[str, Any]], Sequence[str]]
    holders: Callable[["Work", Sequence[str]], Awaitable[Mapping[str, UUID]]]
    name: Callable[[Mapping[str, Any]], str] | None = None


@dataclass(frozen=True)
class Ready:
    """A row with its keys in their normal form; the name only where it counts."""

    row: Row[Any]
    external: Sequence[ExternalKey]
    natural: Sequence[str]
    name: str | None


@dataclass
class Found(Generic[R]):
    """What the database knows of the rows of one bulk command, kept up to date while they are written."""

    work: "Work"
    matching: Matching[R]
    records: dict[UUID, R] = field(default_factory=dict)
    external: dict[ExternalKey, UUID] = field(default_factory=dict)
    natural: dict[str, UUID] = field(default_factory=dict)
    named: dict[str, list[UUID]] = field(default_factory=dict)

    def meant(self, ready: Ready, *, create: bool) -> R | None:
        """The live record that the row means, writable by the viewer.

        Raises:
            NotFound: the id is unknown or not visible.
            Required: the row is to be found by a natural key, and that is blank.
            Duplicate: one of the row's keys belongs to another record.
            Archived, NotAllowed, StaleVersion: as `Work.edit`.
            Invalid: several records have the name.
        """
        holders = [(self.external[key], "external_ids") for key in ready.external if key in self.external]
        holders += [(self.natural[key], self.matching.path) for key in ready.natural if key in self.natural]
        id = ready.row.id
        if id is None and not create:
            id = self.found_by(ready, holders)
        for holder, path in holders:
            if holder != id:
                raise Duplicate((path,), self.matching.entity.object, holder)
        if id is None and ready.name and not create:
            id = self.only_one(ready.name)
        return None if id is None else self.editable(id, ready.row.if_version)

    def found_by(self, ready: Ready, holders: Sequence[tuple[UUID, str]]) -> UUID | None:
        match = ready.row.match
        if match is Match.EXTERNAL_ID:
            return self.external.get(ready.external[0])
        if match is Match.NATURAL:
            if not ready.natural:  # it was blank
                raise Required((self.matching.path,))
            return self.natural.get(ready.natural[0])
        return holders[0][0] if holders else None

    def only_one(self, name: str) -> UUID | None:
        ids = self.named.get(name, [])
        if len(ids) > 1:
            what = self.matching.entity.object
            raise Invalid(("name",), f"more than one {what} has this name; give an id or an external id", "ambiguous")
        return ids[0] if ids else None

    def editable(self, id: UUID, if_version: int | None) -> R:
        entity, record = self.matching.entity, self.records.get(id)
        if record is None:
            raise NotFound(entity.object)
        if if_version is not None and record.version != if_version:
            raise StaleVersion(entity.object, id, if_version, record.version)
        self.work.check_write(record)
        if record.archived_at is not None:
            raise Archived(entity.object, id)
        return record

    def remember(self, ready: Ready, record: R, *, created: bool) -> bool:
        """Give the record its new external ids, and let later rows find it. True if an external id is new."""
        new = [key for key in ready.external if key not in self.external]
        for key in new:
            self.external[key] = record.id
            self.work.add(
                ExternalId.quickly(type=record.object, source=key.source, value=key.value, record_id=record.id)
            )
        for natural in ready.natural:
            self.natural[natural] = record.id
        if created:
            self.records[record.id] = record
            if ready.name:
                self.named.setdefault(ready.name, []).append(record.id)
        return bool(new)


Write = Callable[[Any, R | None], tuple[R, bool]]
Prepare = Callable[["Work", Sequence[Any], Mapping[UUID, R]], Awaitable[Write[R]]]


async def write_rows(
    work: "Work", matching: Matching[R], rows: Sequence[Row[Any]], prepare: Prepare[R], *, create: bool = False
) -> list[Written[R]]:
    """Write rows in their order; each result stands where its row stands.

    `prepare` loads what the rows need besides the records they may mean, which it is given, and returns the function
    that writes one row: it gets the row and the record it means, checks all values before it changes anything, and
    returns the record and whether it changed. `create`: rows make new records, a match is a Duplicate.

    Raises:
        NotAllowed: with `create`, the role may not create such records. All else is in the results.
    """
    if create:
        work.check_create(matching.entity)
    prepared = [prepared_row(row, matching) for row in rows]
    good = [ready for ready in prepared if isinstance(ready, Ready)]
    found = await find_records(work, matching, good)
    write = await prepare(work, [ready.row for ready in good], found.records)
    return [written(found, ready, write, create=create) for ready in prepared]


def written(found: Found[R], ready: Ready | DomainError, write: Write[R], *, create: bool) -> Written[R]:
    if isinstance(ready, DomainError):
        return Written(Outcome.FAILED, refusal=ready)
    try:
        record = found.meant(ready, create=create)
        check_owner(found.work, found.matching.entity, ready.row.values, record)
        after, changed = write(ready.row if record is not None else new_row(ready.row), record)
    except DomainError as refusal:
        return Written(Outcome.FAILED, refusal=refusal)
    changed = found.remember(ready, after, created=record is None) or changed
    if record is None:
        return Written(Outcome.CREATED, after)
    return Written(Outcome.UPDATED if changed else Outcome.UNCHANGED, after)


def new_row(row: Row[Any]) -> Row[Any]:
    """A row with the values of its key; what the values say counts more, lists have both."""
    values = {**row.key, **row.values}
    for name, one in row.key.items():
        if isinstance(one, list) and row.values.get(name):
            values[name] = [*one, *row.values[name]]
    return replace(row, values=values) if row.key else row


def check_owner(work: "Work", entity: type[Record], values: Mapping[str, Any], record: Record | None) -> None:
    """Raises NotAllowed if the record would be out of the reach of the viewer's right to write."""
    level = work.viewer.capability.on(entity.object).write
    if entity.owner is None or level is Level.ALL or work.viewer.outside:  # who writes no owner
        return
    before = work.viewer.user if record is None else getattr(record, entity.owner)
    if not work.viewer.reaches(level, values.get(entity.owner, before)):
        raise NotAllowed(entity.object, "give away", (argument(entity.owner),))


def prepared_row(row: Row[Any], matching: Matching[Any]) -> Ready | DomainError:
    try:
        external = checked_keys(row.external_ids) if row.external_ids else ()
        name = matching.name(row.values) if row.by_name and matching.name else None
        natural = dict.fromkeys([*matching.keys(row.key), *matching.keys(row.values)])
        return Ready(row, external, tuple(natural), name)
    except DomainError as refusal:
        return refusal


async def find_records(work: "Work", matching: Matching[R], rows: Sequence[Ready]) -> Found[R]:
    """Load and lock the records that the rows may mean, with one statement for each way of matching."""
    await work.flush()
    found = Found(work, matching)
    found.external = await find(work, matching.entity, [key for ready in rows for key in ready.external])
    if keys := sorted({key for ready in rows for key in ready.natural}):
        found.natural = dict(await matching.holders(work, keys))
    if names := sorted({ready.name for ready in rows if ready.name}):
        found.named = await named(work, matching.entity, names)
    ids = [*found.external.values(), *found.natural.values(), *(ready.row.id for ready in rows if ready.row.id)]
    ids += [id for same in found.named.values() for id in same]
    found.records = await work.load(matching.entity, ids, lock=True)
    found.named = {name: [id for id in same if id in found.records] for name, same in found.named.items()}
    return found


async def named(work: "Work", entity: Any, names: Sequence[str]) -> dict[str, list[UUID]]:
    """Folded name → live records of that name, for kinds of records with a `name_sort`."""
    found: dict[str, list[UUID]] = {}
    for name, id in await work.rows(live_by(entity, "name_sort"), keys=names):
        found.setdefault(name, []).append(id)
    return found


def by_column(entity: Any, column: str) -> Callable[["Work", Sequence[str]], Awaitable[Mapping[str, UUID]]]:
    """Holders of natural keys that are a unique column of the live records."""

    async def holders(work: "Work", keys: Sequence[str]) -> Mapping[str, UUID]:
        await work.flush()
        return {key: id for key, id in await work.rows(live_by(entity, column), keys=keys)}  # noqa: C416 - rows are not pairs

    return holders


@cache
def live_by(entity: Any, column: str) -> Lookup:
    """The live records that have one of the `keys` in a text column: the key and the id."""
    key = getattr(entity, column)
    live = (entity.tenant_id == TENANT, key == any_(KEYS), entity.archived_at.is_(None))
    return compiled(select(key, entity.id).where(*live))
