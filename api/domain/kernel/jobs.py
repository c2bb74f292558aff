"""Work for later: what is to be done, by when, and what became of it.

The row is the truth. Whoever runs a job has a lease on it; a lease that is found expired is a crash. What a handler
does and the end of its job are one transaction, so a job is done once in effect however often it is begun.

A long job is done in parts: its handler says how far it has come (`Progress`), and that is committed with what it did.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any, TypedDict, Unpack
from uuid import UUID

from sqlalchemy import DateTime, Index, Integer, Uuid, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped

from .ids import new_id
from .model import Entry, EnumText, column

if TYPE_CHECKING:
    from .work import Work

QUEUE = "maintenance"
PUT = """
INSERT INTO jobs (tenant_id, id, kind, key, payload, due_at, state, attempts, crashes, created_at, subject_id, total)
VALUES ($1, $2, $3, $4, $5::text::jsonb, $6, 'WAITING', 0, 0, $7, $8, $9)
ON CONFLICT (tenant_id, kind, key) WHERE state = 'WAITING'
DO UPDATE SET due_at = excluded.due_at, payload = excluded.payload
RETURNING id"""
PUT_MANY = """
INSERT INTO jobs (tenant_id, id, kind, key, payload, due_at, state, attempts, crashes, created_at)
SELECT $1, one.id, $2, one.key, one.payload::jsonb, one.due_at, 'WAITING', 0, 0, $3
  FROM unnest($4::uuid[], $5::text[], $6::text[], $7::timestamptz[]) AS one (id, key, payload, due_at)
ON CONFLICT (tenant_id, kind, key) WHERE state = 'WAITING'
DO UPDATE SET due_at = excluded.due_at, payload = excluded.payload"""
# A wake-up; nothing is lost if nobody hears it.
WAKE = "INSERT INTO crm_queue.pgqueuer (priority, entrypoint, status) VALUES (0, $1, 'queued')"
DROP = """
UPDATE jobs SET state = 'DONE', finished_at = $4
 WHERE tenant_id = $1 AND kind = $2 AND key = $3 AND state = 'WAITING'"""
ADVANCE = """
UPDATE jobs SET applied = applied + $3, skipped = skipped + $4, rejected = rejected + $5
 WHERE tenant_id = $1 AND id = $2"""
# It takes its turn anew, behind those that wait; crashes before this part are forgiven.
GO_ON = """
UPDATE jobs SET state = 'WAITING', payload = $3::text::jsonb, due_at = clock_timestamp(), finished_at = NULL,
       lease_until = NULL, attempts = 0, crashes = 0
 WHERE tenant_id = $1 AND id = $2"""
LIVE = "SELECT 1 FROM jobs WHERE tenant_id = $1 AND kind = $2 AND key = $3 AND state IN ('WAITING', 'RUNNING')"
PREFIX = "job"
DROP_MANY = """
UPDATE jobs SET state = 'DONE', finished_at = $4
 WHERE tenant_id = $1 AND kind = $2 AND key = ANY ($3) AND state = 'WAITING'"""


class JobState(StrEnum):
    WAITING = "WAITING"
    RUNNING = "RUNNING"
    DONE = "DONE"
    FAILED = "FAILED"
    QUARANTINED = "QUARANTINED"


class Job(Entry):
    """`attempts` is raised by whoever takes the job, and is his proof that it still is his.

    A job that is counted has a `total`, and in the end `applied` + `skipped` + `rejected` are that. `subject_id` is the
    record it is about: who sees that sees the job.
    """

    __tablename__ = "jobs"
    __table_args__ = (
        Index("uq_jobs_waiting", "tenant_id", "kind", "key", unique=True, postgresql_where=text("state = 'WAITING'")),
        Index("uq_jobs_running", "tenant_id", "kind", "key", unique=True, postgresql_where=text("state = 'RUNNING'")),
        Index("ix_jobs_due", "due_at", postgresql_where=text("state = 'WAITING'")),
        Index("ix_jobs_lease", "lease_until", postgresql_where=text("state = 'RUNNING'")),
        Index("ix_jobs_finished", "finished_at", postgresql_where=text("finished_at IS NOT NULL")),
        Index(
            "ix_jobs_subject",
            "tenant_id",
            "subject_id",
            text("created_at DESC"),
            text("id DESC"),
            postgresql_where=text("subject_id IS NOT NULL"),
        ),
    )

    id: Mapped[UUID] = column(Uuid(), primary_key=True)
    kind: Mapped[str] = column()
    key: Mapped[str] = column()
    payload: Mapped[dict[str, Any]] = column(JSONB(), pii=True)
    due_at: Mapped[datetime] = column(DateTime(timezone=True))
    state: Mapped[JobState] = column(EnumText(JobState))
    lease_until: Mapped[datetime | None] = column(DateTime(timezone=True))
    attempts: Mapped[int] = column(Integer())
    crashes: Mapped[int] = column(Integer())
    last_error: Mapped[str | None] = column()
    created_at: Mapped[datetime] = column(DateTime(timezone=True))
    finished_at: Mapped[datetime | None] = column(DateTime(timezone=True))
    subject_id: Mapped[UUID | None] = column(Uuid())
    total: Mapped[int | None] = column()
    applied: Mapped[int] = column(server_default="0")
    skipped: Mapped[int] = column(server_default="0")
    rejected: Mapped[int] = column(server_default="0")


@dataclass(frozen=True)
class Progress:
    """What one part of a job did with so many of its things, and the payload of the next part, if there is one.

    Applied: done. Skipped: nothing was to be done. Rejected: it was to be done and cannot be.
    """

    applied: int = 0
    skipped: int = 0
    rejected: int = 0
    next: Mapping[str, Any] | None = None


class JobOptions(TypedDict, total=False):
    """`queue`: that of the kind's handler. `subject`: the record it is about. `total`: things to do, if counted."""

    queue: str
    subject: UUID
    total: int


async def schedule(
    work: "Work", kind: str, *, key: str, due_at: datetime, payload: Mapping[str, Any], **more: Unpack[JobOptions]
) -> UUID:
    """Let a job be run at `due_at` or soon after, if this transaction commits. Returns its id.

    A job of this kind and key that still waits is moved instead; behind one that runs at this moment a new one waits,
    since the other began without knowing of this change.
    """
    about = [more.get("subject"), more.get("total")]
    values = [work.tenant, new_id(), kind, key, json.dumps(payload), due_at, work.now, *about]
    ((id,),) = await work.driven.fetch(PUT, values)
    if due_at <= work.now:
        await work.driven.fetch(WAKE, [more.get("queue", QUEUE)])
    return UUID(str(id))


async def unschedule(work: "Work", kind: str, *, key: str) -> None:
    """Let the job of this kind and key not be run, if it still waits."""
    await work.driven.fetch(DROP, [work.tenant, kind, key, work.now])


async def is_live(work: "Work", kind: str, *, key: str) -> bool:
    """Whether a job of this kind and key waits or runs."""
    return bool(await work.driven.fetch(LIVE, [work.tenant, kind, key]))


async def advance(work: "Work", id: UUID, progress: Progress) -> None:
    """Note how far a job that was marked done in this transaction has come; if there is more to do, it waits again."""
    counts = [progress.applied, progress.skipped, progress.rejected]
    await work.driven.fetch(ADVANCE, [work.tenant, id, *counts])
    if progress.next is not None:
        await work.driven.fetch(GO_ON, [work.tenant, id, json.dumps(progress.next)])


async def schedule_many(
    work: "Work", kind: str, jobs: Mapping[str, tuple[datetime, Mapping[str, Any]]], *, queue: str = QUEUE
) -> None:
    """As `schedule`, for many jobs by key, with one statement."""
    if not jobs:
        return
    due = [due_at for due_at, _ in jobs.values()]
    payloads = [json.dumps(payload) for _, payload in jobs.values()]
    ids = [new_id() for _ in jobs]
    await work.driven.fetch(PUT_MANY, [work.tenant, kind, work.now, ids, list(jobs), payloads, due])
    if min(due) <= work.now:
        await work.driven.fetch(WAKE, [queue])


async def unschedule_many(work: "Work", kind: str, keys: Sequence[str]) -> None:
    """As `unschedule`, for many jobs, with one statement."""
    if keys:
        await work.driven.fetch(DROP_MANY, [work.tenant, kind, list(keys), work.now])
