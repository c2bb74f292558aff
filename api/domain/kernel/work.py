"""One unit of work: one actor, one instant, one transaction.

A command gets rows, changes them, emits events and returns. `finish` turns what changed into versions, audit rows
and outbox rows; the entry point that opened the work commits it.
"""

from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import literal, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker
from sqlalchemy.types import Uuid

from .audit import ChangeEvent, ChangeValues
from .changes import Change, camel, differences, snapshot
from .errors import Archived, Duplicate, NotAllowed, NotFound, StaleVersion
from .ids import new_id
from .inserts import insert_models, insert_rows, places
from .model import Model, Part, Record, among
from .outbox import Event, OutboxEntry
from .policy import Context
from .tenants import Tenant
from .viewer import Level, Viewer

R = TypeVar("R", bound=Record)
M = TypeVar("M", bound=Model)
UNIQUE_VIOLATION = "23505"


class Work:
    """Everything a command may touch. Opened and committed by the entry point, never by a command."""

    def __init__(self, session: AsyncSession, viewer: Viewer, now: datetime, request_id: str, operation: str) -> None:
        self.session = session
        session.autoflush = False  # only `flush` may send changes: it notes them first
        self.viewer = viewer
        self.now = now
        self.request_id = request_id
        self.operation = operation
        self.events: list[Event] = []
        self.changes: dict[UUID, Change] = {}
        self._records: dict[UUID, Record] = {}
        self._locked: set[UUID] = set()
        self._affected: dict[UUID, Record] = {}
        self._tenant: Tenant | None = None
        self._waiting: dict[int, Model] = {}  # by identity: a bulk load adds thousands
        self._removed: dict[int, Part] = {}

    @property
    def tenant(self) -> UUID:
        return self.viewer.tenant

    @property
    def actor(self) -> UUID:
        return self.viewer.principal

    async def load(self, entity: type[R], ids: Iterable[UUID], *, lock: bool = False) -> dict[UUID, R]:
        """The visible rows among these ids, archived ones included; one statement for those not yet loaded.

        Locked rows are locked in the order of their ids, so that two works never wait for each other in a circle, and
        with FOR NO KEY UPDATE, so that others can go on pointing at them.
        """
        wanted = sorted(set(ids))
        missing = [id for id in wanted if id not in self._records or (lock and id not in self._locked)]
        if missing:
            await self._select(entity, missing, lock=lock)
        return {id: row for id in wanted if isinstance(row := self._records.get(id), entity)}

    async def get(self, entity: type[R], id: UUID, *, if_version: int | None = None, lock: bool = False) -> R:
        """One visible row, archived or not.

        Raises:
            NotFound: no such row, or not visible to the viewer.
            StaleVersion: it is not at `if_version`.
        """
        row = (await self.load(entity, [id], lock=lock)).get(id)
        if row is None:
            raise NotFound(entity.object)
        if if_version is not None and row.version != if_version:
            raise StaleVersion(entity.object, id, if_version, row.version)
        return row

    async def edit(self, entity: type[R], id: UUID, *, if_version: int | None = None, archived: bool = False) -> R:
        """A row locked for change, after a check that the viewer may change it.

        Raises:
            NotFound, StaleVersion: as `get`.
            NotAllowed: the viewer may see it but not write it.
            Archived: it is archived, and the command is not about that (`archived`).
        """
        row = await self.get(entity, id, lock=True, if_version=if_version)
        self.check_write(row)
        if row.archived_at is not None and not archived:
            raise Archived(entity.object, id)
        return row

    async def reference(self, entity: type[R], id: UUID | None, path: str) -> R | None:
        """A live, visible row that another row is about to point at; None stays None.

        Raises:
            NotFound, Archived: with `path`, the argument that names the row.
        """
        if id is None:
            return None
        await self.load(entity, [id])
        return self.loaded(entity, id, path)

    def loaded(self, entity: type[R], id: UUID, path: str) -> R:
        """As `reference`, for a row that a bulk command has asked `load` for."""
        row = self._records.get(id)
        if not isinstance(row, entity):
            raise NotFound(entity.object, (path,))
        if row.archived_at is not None:
            raise Archived(entity.object, id, (path,))
        return row

    async def affect(self, entity: type[R], ids: Iterable[UUID]) -> list[R]:
        """Rows that a rule of the domain changes in consequence of a command, whatever the viewer may see or write.

        They are locked, and still not to be found by `load` unless the viewer may see them.
        """
        wanted = sorted(set(ids))
        rows = [row for id in wanted if id in self._locked and isinstance(row := self._records.get(id), entity)]
        if others := [id for id in wanted if id not in self._locked]:
            await self.flush()
            query = select(entity).where(entity.tenant_id == self.tenant, among(entity.id, others)).order_by(entity.id)
            query = query.with_for_update(key_share=True).execution_options(populate_existing=True)
            rows += (await self.session.execute(query)).scalars()
        self._affected.update({row.id: row for row in rows})
        return rows

    async def tenant_settings(self) -> Tenant:
        """The tenant's currency and calendar; read once."""
        if self._tenant is None:
            query = select(Tenant).where(Tenant.id == self.tenant)
            self._tenant = (await self.session.execute(query)).scalar_one()
        return self._tenant

    def add(self, row: M) -> M:
        """Put a new row into the transaction. A record gets its id, instants and version here.

        Raises:
            NotAllowed: the role may not create such records, or not for this owner.
        """
        row.__dict__["tenant_id"] = self.tenant
        if isinstance(row, Record):
            self.check_create(type(row))
            self.check_write(row)
            row.__dict__.setdefault("id", new_id())
            row.__dict__.update(version=1, created_at=self.now, updated_at=self.now)
            self._locked.add(row.id)
            self._records[row.id] = row
        self._waiting[id(row)] = row
        return row

    def remove(self, part: Part) -> None:
        """Delete a part of a record; records themselves are archived."""
        if self._waiting.pop(id(part), None) is None:
            self._removed[id(part)] = part

    def emit(self, event: Event) -> None:
        self.events.append(event)

    def check_create(self, entity: type[Record]) -> None:
        """Raises NotAllowed unless the role may create such records."""
        if not self.viewer.capability.on(entity.object).create:
            raise NotAllowed(entity.object, "create")

    def check_write(self, row: Record) -> None:
        """Raises NotAllowed unless the viewer may write the row as it is now."""
        if row.id in self._affected:
            return
        level = self.viewer.capability.on(row.object).write
        if level is Level.ALL:
            return
        if level is Level.OWN and row.owner is not None and getattr(row, row.owner) == self.viewer.user is not None:
            return
        raise NotAllowed(row.object, "change")

    async def flush(self) -> None:
        """Send what is waiting, tables in the order of their foreign keys, and note what changed."""
        for row in [*self._waiting.values(), *self.session.dirty, *self._removed.values()]:
            self._note(row)
        for part in self._removed.values():
            await self.session.delete(part)
        by_table: dict[Any, list[Model]] = {}
        for row in self._waiting.values():
            by_table.setdefault(type(row).__table__, []).append(row)
        self._waiting, self._removed = {}, {}
        try:
            await self.session.flush()
            for table in sorted(by_table, key=places().__getitem__):
                rows = by_table[table]
                await insert_models(self.session, type(rows[0]), rows)
        except IntegrityError as error:
            raise self._refusal(error) from error

    async def finish(self) -> list[Change]:
        """Flush, then write one audit row and one outbox row for each changed record. Returns the changes."""
        await self.flush()
        changes = [change for change in self.changes.values() if change.created or change.changed]
        events, self.events = self.events, []
        if changes:
            by_subject: dict[UUID, list[Event]] = {}
            for event in events:
                by_subject.setdefault(event.subject, []).append(event)
            audit, values, outbox = [], [], []
            for change in changes:
                fact, value, entry = self._entries(change, by_subject.get(change.record.id, []))
                audit.append(fact)
                values.append(value)
                outbox.append(entry)
            await insert_rows(self.session, ChangeEvent, audit)
            await insert_rows(self.session, ChangeValues, values)
            await insert_rows(self.session, OutboxEntry, outbox)
        self.changes = {}
        return changes

    async def _select(self, entity: type[R], ids: Sequence[UUID], *, lock: bool) -> None:
        context = Context(self.viewer.capability, literal(self.viewer.user, Uuid()))
        query = (
            select(entity)
            .where(
                entity.tenant_id == self.tenant,
                among(entity.id, ids),
                entity.visible(entity, context),
            )
            .order_by(entity.id)
        )
        if lock:
            await self.flush()  # locked rows are read anew
            query = query.with_for_update(key_share=True).execution_options(populate_existing=True)
        for row in (await self.session.execute(query)).scalars():
            self._records[row.id] = row
            if lock:
                self._locked.add(row.id)

    def _note(self, row: Any) -> None:
        """Fold one row's pending change into the change of its record; a record's first change raises its version."""
        if isinstance(row, Record):
            new = id(row) in self._waiting
            changed = {} if new else differences(row)
            if not new and not changed:
                return
            change = self._change(row, created=new)
            if new:
                change.after.update(snapshot(row))
            for name, (before, after) in changed.items():
                change.note(name, before, after)
            self.check_write(row)
        elif isinstance(row, Part):
            self._note_part(row)

    def _note_part(self, part: Part) -> None:
        id_of_whole = getattr(part, part.whole)
        whole = self._records.get(id_of_whole) or self._affected.get(id_of_whole)
        if whole is None:
            raise LookupError(f"{type(part).__name__} changed without its record; load the record first")
        before: dict[str, Any] | None
        after: dict[str, Any] | None
        if id(part) in self._waiting:
            before, after = None, snapshot(part)
        elif id(part) in self._removed:
            before, after = snapshot(part), None
        else:
            both = differences(part)
            if not both:
                return
            before, after = (
                {name: old for name, (old, _) in both.items()},
                {name: new for name, (_, new) in both.items()},
            )
        self._change(whole).note_part(camel(part.field), before, after)

    def _change(self, record: Record, *, created: bool = False) -> Change:
        change = self.changes.get(record.id)
        if change is None:
            change = self.changes[record.id] = Change(record, created)
            if not created:
                record.version += 1
                record.updated_at = self.now
        return change

    def _entries(self, change: Change, events: list[Event]) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
        """The audit row, its values and the outbox row of one change."""
        record, event_id = change.record, new_id()
        changed = change.changed
        if change.created:
            previous, after = {}, change.after
        else:
            previous = {name: value for name, value in change.before.items() if name in changed}
            after = {name: value for name, value in change.after.items() if name in changed}
        key = {"tenant_id": self.tenant, "version": record.version, "changed": changed}
        viewer = self.viewer
        audit = {
            **key,
            "id": event_id,
            "object_type": record.object,
            "object_id": record.id,
            "at": self.now,
            "actor_kind": viewer.kind,
            "actor_id": viewer.principal,
            "actor_name": viewer.name,
            "token_id": viewer.token,
            "request_id": self.request_id,
            "operation": self.operation,
        }
        values = {"tenant_id": self.tenant, "id": event_id, "before": previous, "after": after}
        outbox = {
            **key,
            "event_id": event_id,
            "aggregate_type": record.object,
            "aggregate_id": record.id,
            "types": [event.type for event in events] + [f"{record.object}.{lifecycle(change)}"],
            "schema_version": 1,
            "actor": {"kind": viewer.kind.value, "id": str(viewer.principal)},
            "payload": {"previous": previous, "events": [facts(event) for event in events]},
            "occurred_at": self.now,
        }
        return audit, values, outbox

    def _refusal(self, error: IntegrityError) -> Exception:
        """The refusal behind a broken unique key; the error itself for anything else."""
        if getattr(error.orig, "sqlstate", None) != UNIQUE_VIOLATION:
            return error
        name = getattr(getattr(error.orig, "__cause__", None), "constraint_name", None)
        if name == "pk_external_ids":
            return Duplicate(("external_ids",), "record", None)
        for table in Model.metadata.sorted_tables:
            for index in table.indexes:
                if index.name == name:
                    field = list(index.columns)[-1].name
                    return Duplicate((index.info.get("path", field),), index.info.get("object", table.name), None)
        return error


def lifecycle(change: Change) -> str:
    """What happened to the record as a whole: created, archived, restored or updated."""
    if change.created:
        return "created"
    if "archivedAt" in change.changed:
        return "restored" if change.record.archived_at is None else "archived"
    return "updated"


def facts(event: Event) -> dict[str, Any]:
    """An event as JSON: its type and its values, ids and dates as text."""
    values = {camel(name): plain(value) for name, value in vars(event).items() if name != "subject"}
    return {"type": event.type, **values}


def plain(value: Any) -> Any:
    return value if value is None or isinstance(value, bool | int | str) else str(value)


@asynccontextmanager
async def open_work(  # noqa: PLR0913 - what every entry point knows
    sessions: async_sessionmaker[AsyncSession],
    viewer: Viewer,
    *,
    now: datetime,
    request_id: str,
    operation: str,
    dry_run: bool = False,
) -> AsyncIterator[Work]:
    """A work in its own transaction: finished and committed at the end, rolled back on any exception or `dry_run`."""
    async with sessions() as session:
        await set_context(session, viewer)
        work = Work(session, viewer, now, request_id, operation)
        yield work
        await work.finish()
        if dry_run:
            await session.rollback()
        else:
            await session.commit()


async def set_context(session: AsyncSession, viewer: Viewer) -> None:
    """Begin the transaction and tell row-level security who is asking.

    A pooled connection that died with the server is noticed here, before anything was done: one new try.
    """
    statement = text("SELECT set_config('crm.tenant', :tenant, true), set_config('crm.principal', :principal, true)")
    values = {"tenant": str(viewer.tenant), "principal": str(viewer.principal)}
    try:
        await session.execute(statement, values)
    except DBAPIError as error:
        if not error.connection_invalidated:
            raise
        await session.rollback()
        await session.execute(statement, values)
