"""One unit of work: one actor, one instant, one transaction.

A command gets rows, changes them, emits events and returns. `finish` turns what changed into versions, audit rows
and outbox rows; the entry point that opened the work commits it.
"""

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeVar, Unpack
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import async_sessionmaker

from api.db.commits import CommitUnanswered

from .audit import ChangeEvent, ChangeValues
from .changes import Change, camel, differences, guarded_fields, snapshot
from .conflicts import refusal_of
from .doubt import settle
from .errors import Archived, NotAllowed, NotFound, StaleVersion
from .ids import new_id
from .inserts import Batch, insert, places
from .invariants import check_all
from .jobs import JobOptions, schedule, unschedule
from .lookups import Lookup, Rights, selection
from .model import Model, Part, Record, among, blank_values
from .objects import Objects
from .outbox import Event, OutboxEntry
from .outsiders import own, selection_outside, shared_at, values_of, writable
from .tenants import Tenant
from .trail import by_subject, trail_of
from .viewer import FieldAccess, ShareLevel, Viewer

if TYPE_CHECKING:
    from api.db.writes import WriteSession

R = TypeVar("R", bound=Record)
M = TypeVar("M", bound=Model)


class Work:
    """Everything a command may touch. Opened and committed by the entry point, never by a command."""

    def __init__(self, session: "WriteSession", viewer: Viewer, now: datetime, request_id: str, operation: str) -> None:
        self.driven = session  # for statements past SQLAlchemy
        session.sync_session.autoflush = False  # only `flush` may send changes: it notes them first
        self._objects = Objects(session)
        self.viewer = viewer
        self.now = now
        self.request_id = request_id
        self.operation = operation
        self.events: list[Event] = []
        self.witness: UUID | None = None  # the id of an audit row, which is there if and only if it was committed
        self.changes: dict[UUID, Change] = {}
        self._records: dict[UUID, Record] = {}
        self._locked: set[UUID] = set()
        self._affected: dict[UUID, Record] = {}
        self._editable: set[UUID] = set()  # by an outsider
        self._tenant: Tenant | None = None
        self._waiting: dict[int, Model] = {}  # by identity: a bulk load adds thousands
        self._removed: dict[int, Part] = {}

    @property
    def session(self) -> "WriteSession":
        """The session with all objects of the work; what needs no objects is quicker with `driven`."""
        return self._objects.session

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

    async def rows(self, lookup: Lookup, **values: Any) -> Sequence[Any]:
        """The rows of a compiled statement, without objects; the tenant is known."""
        return await lookup.rows(self.driven, {"tenant": self.tenant, **values})

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
            row.__dict__.setdefault("id", new_id())
            if row.id not in self._affected:
                self.check_create(type(row))
            self.check_write(row)
            row.__dict__.update(version=1, created_at=self.now, updated_at=self.now)
            self._locked.add(row.id)
            self._records[row.id] = row
        self._waiting[id(row)] = row
        return row

    def permit(self, row: R) -> R:
        """Let the viewer make or change the row, whatever roles and shares say: the command has seen that he may."""
        row.__dict__.setdefault("id", new_id())
        return self._affected.setdefault(row.id, row)  # type: ignore[return-value] # the row itself

    def remove(self, part: Part) -> None:
        """Delete a part of a record; records themselves are archived."""
        if self._waiting.pop(id(part), None) is None:
            self._removed[id(part)] = part

    def emit(self, event: Event) -> None:
        self.events.append(event)

    async def schedule(
        self, kind: str, *, key: str, due_at: datetime, payload: Mapping[str, Any], **more: Unpack[JobOptions]
    ) -> UUID:
        """As `jobs.schedule`."""
        return await schedule(self, kind, key=key, due_at=due_at, payload=payload, **more)

    async def unschedule(self, kind: str, *, key: str) -> None:
        """As `jobs.unschedule`."""
        await unschedule(self, kind, key=key)

    def check_create(self, entity: type[Record]) -> None:
        """Raises NotAllowed unless the role may create such records."""
        if not self.viewer.capability.on(entity.object).create:
            raise NotAllowed(entity.object, "create")

    def check_write(self, row: Record) -> None:
        """Raises NotAllowed unless the viewer may write the row as it is now."""
        if row.id in self._affected or row.id in self._editable:
            return
        owner = None if row.owner is None else getattr(row, row.owner)
        if not self.viewer.reaches(self.viewer.capability.on(row.object).write, owner):
            raise NotAllowed(row.object, "change")

    def check_fields(self, record: Record, model: type[Model], names: Iterable[str]) -> None:
        """Raises NotAllowed unless the role may write these fields of the record or of a part of it."""
        if record.id in self._affected:
            return
        capability, object = self.viewer.capability, record.object
        if self.viewer.outside:
            for name in sorted(set(names) - writable(model)):
                raise NotAllowed(object, f"write {name} of", (name,))
            return
        guarded = guarded_fields(model)
        for name in guarded.keys() & names:
            if capability.field(object, guarded[name]) is not FieldAccess.WRITE:
                raise NotAllowed(object, f"write {name} of", (name,))

    def check_delete(self, record: Record) -> None:
        """Raises NotAllowed unless the role may archive and restore such records."""
        if record.id not in self._affected and not self.viewer.capability.on(record.object).delete:
            raise NotAllowed(record.object, "archive or restore")

    async def flush(self) -> None:
        """Send what is waiting, tables in the order of their foreign keys, and note what changed."""
        self._note_all()
        await self._send(())

    async def finish(self) -> list[Change]:
        """Flush, together with one audit row and one outbox row for each changed record. Returns the changes."""
        self._note_all()
        await check_all(self, [change for change in self.changes.values() if change.created or change.changed])
        changes = [change for change in self.changes.values() if change.created or change.changed]
        events, self.events = by_subject(self.events), []
        trail: list[Batch] = []
        if changes:
            who: Any = {
                "viewer": self.viewer,
                "now": self.now,
                "request_id": self.request_id,
                "operation": self.operation,
            }
            found = (trail_of(one, events.get(one.record.id, ()), **who) for one in changes)
            rows = list(zip(*found, strict=True))
            self.witness = rows[0][0]["id"]
            for entry, each in zip((ChangeEvent, ChangeValues, OutboxEntry), rows, strict=True):
                trail.append((entry, [{**blank_values(entry), **one} for one in each]))
        await self._send(trail)
        self.changes = {}
        return changes

    async def _send(self, trail: Sequence[Batch]) -> None:
        """Send changed objects one by one, then everything new with one statement, the trail with it."""
        changed, removed = self._objects.changed, list(self._removed.values())
        by_table: dict[Any, list[Model]] = {}
        for row in self._waiting.values():
            by_table.setdefault(type(row).__table__, []).append(row)
        self._waiting, self._removed = {}, {}
        new = [by_table[table] for table in sorted(by_table, key=places().__getitem__)]
        batches = [*((type(rows[0]), [row.__dict__ for row in rows]) for rows in new), *trail]
        try:
            for part in removed:
                await self.session.delete(part)
            if changed or removed:
                await self.session.flush()
            if batches:
                await insert(self.driven, batches)
        except IntegrityError as error:
            raise refusal_of(error) from error
        for rows in new:
            for row in rows:
                if isinstance(row, Record):
                    self._objects.inserted(row)

    async def _select(self, entity: type[R], ids: Sequence[UUID], *, lock: bool) -> None:
        viewer = self.viewer
        if lock:
            await self.flush()  # locked rows are read anew
        if viewer.outside:
            asking = values_of(viewer, self.now)
            rows = await self.rows(selection_outside(entity, lock=lock), ids=ids, **asking)
            if entity.amended:
                self._editable |= await shared_at(self, entity, ids, ShareLevel.EDIT)
        else:
            chosen = selection(entity, Rights(viewer.capability.hash, viewer.capability), lock=lock)
            rows = await self.rows(chosen, ids=ids, user=viewer.user, team=viewer.team)
        found = self._objects.read(entity, rows, self._records.get, anew=lock)
        for row in found:
            self._records[row.id] = row
            if lock:
                self._locked.add(row.id)
        if viewer.outside:
            self._editable |= own(viewer, found)

    def _note_all(self) -> None:
        for row in [*self._waiting.values(), *self._objects.changed, *self._removed.values()]:
            self._note(row)

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
            self.check_fields(row, type(row), change.after if new else changed)
            if "archivedAt" in changed:
                self.check_delete(row)
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
        self.check_fields(whole, type(part), {**(before or {}), **(after or {})})
        self._change(whole).note_part(camel(part.field), before, after)

    def _change(self, record: Record, *, created: bool = False) -> Change:
        change = self.changes.get(record.id)
        if change is None:
            change = self.changes[record.id] = Change(record, created)
            if not created:
                record.version += 1
                record.updated_at = self.now
        return change


@asynccontextmanager
async def open_work(  # noqa: PLR0913 - what every entry point knows
    sessions: "async_sessionmaker[WriteSession]",
    viewer: Viewer,
    *,
    now: datetime,
    request_id: str,
    operation: str,
    dry_run: bool = False,
) -> AsyncIterator[Work]:
    """A work in its own transaction: finished and committed at the end, rolled back on any exception or `dry_run`.

    Raises:
        NotCommitted: the connection broke at the end, and nothing was stored.
        OutcomeUnknown: it broke, or the wait for it was cancelled, and it cannot be told what was stored.
    """
    doubt: CommitUnanswered | None = None
    async with sessions() as session:
        await set_context(session, viewer)
        work = Work(session, viewer, now, request_id, operation)
        yield work
        await work.finish()
        if dry_run:
            await session.rollback()
            return
        try:
            await session.commit()
        except CommitUnanswered as error:
            doubt = error
    if doubt is not None:
        await settle(sessions, viewer, work.witness, doubt)


async def set_context(session: "WriteSession", viewer: Viewer) -> None:
    """Begin the transaction and tell row-level security who is asking."""
    await session.begin_as({"crm.tenant": str(viewer.tenant), "crm.principal": str(viewer.principal)})
