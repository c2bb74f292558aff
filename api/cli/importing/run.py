"""The import itself: rows in batches, each batch one transaction, through the commands of the domain."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy.exc import DBAPIError

from api.cli.database import Sessions, operate
from api.domain import opportunities
from api.domain.kernel import DomainError, Outcome, Work, fold

from .kinds import KINDS, REFERENCES, Form
from .mapping import MappingFile, Records
from .references import References
from .report import Report
from .rows import Draft, RowMaker, drafts_of
from .sqldump import SqlTable
from .table import Fault, Table

BATCH = 500
# While PostgreSQL works on one batch the next is prepared; rows that others name go one batch after the other.
ONE, AT_ONCE = 1, 2
TRIES = 3
AGAIN = frozenset({"40001", "40P01", "55P03"})  # serialisation, deadlock, lock: nothing was done


@dataclass(frozen=True)
class Result:
    draft: Draft
    outcome: Outcome
    refusal: DomainError | None


@dataclass
class Importing:
    """One run of a mapping into one tenant. `advance` is told how many rows are done."""

    sessions: Sessions
    tenant: UUID
    mapping: MappingFile
    report: Report
    operation: str
    advance: Callable[[int], None] = lambda _rows: None
    references: References = field(init=False)
    referred: set[str] = field(init=False)  # kinds that other rows name
    stages: dict[str, UUID] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.references = References(self.mapping.source)
        forms = {KINDS[records.kind].fields[name] for records in self.mapping.records for name in records.fields}
        self.referred = {kind for form, kind in REFERENCES.items() if form in forms}

    async def run(self, path_of: Callable[[Records], Path]) -> None:
        """Write what the rows say. What is wrong about a row goes into the report; the others are written.

        Raises:
            CommandRefused: a file is missing or has no headings; nothing was written.
        """
        tables = [self.table(records, path_of(records)) for records in self.mapping.records]
        headings = [table.headings() for table in tables]
        if any(Form.STAGE in KINDS[records.kind].fields.values() for records in self.mapping.records):
            await self.find_stages()
        told: set[Path] = set()
        for records, table, known in zip(self.mapping.records, tables, headings, strict=True):
            began = time.perf_counter()
            await self.records(records, self.read(records, table, known, quiet=table.path in told), table.path.name)
            told.add(table.path)
            spent = self.report.seconds.get(records.kind, 0.0)
            self.report.seconds[records.kind] = spent + time.perf_counter() - began

    def table(self, records: Records, path: Path) -> Table | SqlTable:
        if records.table is not None:
            return SqlTable(path, records.table)
        return Table(path, self.mapping.encoding, self.mapping.delimiter)

    async def find_stages(self) -> None:
        """The stages of the mapping's pipeline, which is made if there is none of its name."""
        wanted = self.mapping.pipeline
        async with operate(self.sessions, self.tenant, self.operation) as work:
            board = await opportunities.load_board(work)
            if wanted is None:
                pipeline = board.pipeline(None)
            else:
                same = [one for one in board.pipelines.values() if one.name_sort == fold(wanted.name)]
                live = [one for one in same if one.archived_at is None]
                stages = [stage.values() for stage in wanted.stages]
                pipeline = live[0] if live else await opportunities.create_pipeline(work, {"name": wanted.name}, stages)
                board = await opportunities.load_board(work)
            self.stages = {stage.name_sort: stage.id for stage in board.order[pipeline.id]}

    def read(
        self, records: Records, table: Table | SqlTable, headings: tuple[str, ...], *, quiet: bool
    ) -> Iterator[Draft]:
        """The rows that can be read; `quiet`: faults of the file were told before."""
        missing = [column for column in records.columns if column not in headings]
        for row in table.rows(headings):
            if isinstance(row, Fault):
                if not quiet:
                    place = (table.path.name, row.number)
                    self.report.reject(records.kind, place, row.column, "INVALID", row.reason)
            elif missing:
                place = (table.path.name, row.number)
                self.report.reject(records.kind, place, missing[0], "REQUIRED", "the file has no such column")
            else:
                yield from drafts_of(records, row)

    async def records(self, records: Records, drafts: Iterable[Draft], file: str) -> None:
        postponed: list[Draft] = []
        under_way: deque[asyncio.Task[tuple[list[Result], list[Draft]]]] = deque()
        most = ONE if records.kind in self.referred else AT_ONCE
        try:
            for batch in batches(distinct(drafts) if records.distinct else drafts):
                under_way.append(asyncio.create_task(self.batch(records, batch)))
                if len(under_way) == most:
                    postponed += self.told(records, file, *await under_way.popleft())
            while under_way:
                postponed += self.told(records, file, *await under_way.popleft())
        finally:
            for task in under_way:
                task.cancel()
            await asyncio.gather(*under_way, return_exceptions=True)
        while postponed:  # they name records of their own kind, which stood further down
            before, postponed = postponed, []
            for batch in batches(before):
                postponed += self.told(records, file, *await self.batch(records, batch))
            if len(postponed) == len(before):
                for draft in postponed:
                    own = KINDS[records.kind].own or ""
                    refusal = self.references.unknown(records.kind, draft.texts[own] or "", own)
                    self.told(records, file, [Result(draft, Outcome.FAILED, refusal)], [])
                return

    async def batch(self, records: Records, drafts: Sequence[Draft]) -> tuple[list[Result], list[Draft]]:
        """Write rows in one transaction, or each in its own if together they are refused.

        Returns what became of them, and those that wait for a record of their own kind.
        """
        try:
            return await self.attempt(records, drafts)
        except DomainError as refusal:
            if len(drafts) == 1:
                return [Result(drafts[0], Outcome.FAILED, refusal)], []
        results: list[Result] = []
        waiting: list[Draft] = []
        for draft in drafts:
            one, waits = await self.batch(records, [draft])
            results += one
            waiting += waits
        return results, waiting

    async def attempt(self, records: Records, drafts: Sequence[Draft]) -> tuple[list[Result], list[Draft]]:
        for attempt in range(1, TRIES + 1):
            try:
                async with operate(self.sessions, self.tenant, self.operation) as work:
                    found = await self.write(work, records, drafts)
                self.references.keep()
                return found
            except DBAPIError as error:
                self.references.forget()
                if getattr(error.orig, "sqlstate", None) not in AGAIN or attempt == TRIES:
                    raise
            except DomainError:
                self.references.forget()
                raise
        raise AssertionError("the last attempt returns or raises")

    async def write(self, work: Work, records: Records, drafts: Sequence[Draft]) -> tuple[list[Result], list[Draft]]:
        """Write in waves: a record before those that name it as their parent."""
        kind, maker = KINDS[records.kind], RowMaker(self.mapping, records, self.references, self.stages)
        await self.references.load(work, wanted_references(records, drafts))
        results: list[Result] = []
        waiting = list(drafts)
        while ready := [draft for draft in waiting if self.is_ready(records, draft)]:
            waiting = [draft for draft in waiting if not self.is_ready(records, draft)]
            good: list[Draft] = []
            rows: list[Any] = []
            for draft in ready:
                try:
                    rows.append(maker.row(draft))
                    good.append(draft)
                except DomainError as refusal:
                    results.append(Result(draft, Outcome.FAILED, refusal))
            for draft, written in zip(good, await kind.write(work, rows), strict=True):
                results.append(Result(draft, written.outcome, written.refusal))
                if written.record is not None and draft.key is not None and records.kind in self.referred:
                    self.references.add(records.kind, draft.key, written.record.id)
        return results, waiting

    def is_ready(self, records: Records, draft: Draft) -> bool:
        own = KINDS[records.kind].own
        text = draft.texts.get(own) if own else None
        return text is None or self.references.get(records.kind, text) is not None

    def told(self, records: Records, file: str, results: Sequence[Result], waiting: list[Draft]) -> list[Draft]:
        """Report what became of a batch. Returns the rows that wait."""
        self.advance(len(results))
        for result in results:
            if result.refusal is None:
                self.report.add(records.kind, result.outcome)
                continue
            column = column_of(records, result.refusal.path)
            place = (file, result.draft.number)
            self.report.reject(records.kind, place, column, result.refusal.code, str(result.refusal))
        return waiting


def wanted_references(records: Records, drafts: Sequence[Draft]) -> dict[str, set[str]]:
    """Kind → keys that the rows name."""
    wanted: dict[str, set[str]] = {}
    for name in records.fields:
        if kind := REFERENCES.get(KINDS[records.kind].fields[name]):
            wanted.setdefault(kind, set()).update(text for draft in drafts if (text := draft.texts[name]))
    return wanted


def column_of(records: Records, path: Sequence[str]) -> str | None:
    """The column behind a refused value: the path of a refusal ends in the name of a field."""
    for part in reversed(path):
        if part in records.fields:
            return ", ".join(records.fields[part].columns) or None
    if "external_ids" in path and records.key:
        return ", ".join(records.key.columns) or None
    return None


def batches(drafts: Iterable[Draft]) -> Iterator[list[Draft]]:
    batch: list[Draft] = []
    for draft in drafts:
        batch.append(draft)
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def distinct(drafts: Iterable[Draft]) -> Iterator[Draft]:
    """The first row of each key."""
    seen: set[str | None] = set()
    for draft in drafts:
        if draft.key not in seen:
            seen.add(draft.key)
            yield draft
