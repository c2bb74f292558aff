"""`crm jobs list | show | retry`."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Annotated, Any
from uuid import UUID

import asyncpg
import typer

from api.domain.kernel import JobState

from .database import CONNECT_SECONDS, Database, open_database
from .output import AsJson, CommandRefused, say, say_rows

app = typer.Typer(no_args_is_help=True, help="Look at what the worker does in the background, and begin it anew.")

LIST = """
SELECT id::text, tenant_id, kind, key, state,
       CASE WHEN total IS NOT NULL THEN applied + skipped + rejected || ' of ' || total END AS progress,
       due_at, attempts, crashes, last_error FROM jobs
 WHERE ($1::uuid IS NULL OR tenant_id = $1) AND ($2::text IS NULL OR state = $2) AND ($3::text IS NULL OR kind = $3)
 ORDER BY due_at DESC, id LIMIT $4"""
SHOW = """
SELECT id::text, tenant_id, kind, key, state, payload::text AS payload, due_at, lease_until, attempts, crashes,
       last_error, created_at, finished_at, subject_id::text, total, applied, skipped, rejected
  FROM jobs WHERE id = $1"""
RETRY = """
UPDATE jobs AS job
   SET state = 'WAITING', due_at = clock_timestamp(), attempts = 0, crashes = 0, lease_until = NULL, finished_at = NULL
 WHERE id = $1 AND state IN ('FAILED', 'QUARANTINED')
   AND NOT EXISTS (SELECT FROM jobs AS twin WHERE twin.tenant_id = job.tenant_id AND twin.kind = job.kind
                      AND twin.key = job.key AND twin.state = 'WAITING')
RETURNING id"""
JobId = Annotated[UUID, typer.Argument(help="Id of the job, as `crm jobs list` shows it.")]


@app.command("list", help="Jobs, the latest due first.")
def list_(
    tenant: Annotated[str | None, typer.Option(help="Only those of this tenant.")] = None,
    state: Annotated[JobState | None, typer.Option(case_sensitive=False, help="Only those in this state.")] = None,
    kind: Annotated[str | None, typer.Option(help="Only those of this kind.")] = None,
    first: Annotated[int, typer.Option(min=1, max=10_000, help="At most so many.")] = 100,
    *,
    as_json: AsJson = False,
) -> None:
    with open_database() as database:
        rows = asyncio.run(found(database, tenant, state, kind, first))
    say_rows("jobs", rows, "There are no such jobs.", as_json=as_json)


@app.command(help="One job with everything there is about it.")
def show(job: JobId, *, as_json: AsJson = False) -> None:
    with open_database() as database:
        row = asyncio.run(one(database, job))
    lines = (f"{name}: {'-' if value is None else value}" for name, value in row.items())
    say("\n".join(lines), row, as_json=as_json)


@app.command(help="Let a job that has failed or is in quarantine be run again, at once.")
def retry(job: JobId, *, as_json: AsJson = False) -> None:
    with open_database() as database:
        row = asyncio.run(begin_anew(database, job))
    say(f"{row['kind']} {row['key']} waits to be run again.", row, as_json=as_json)


async def found(
    database: Database, tenant: str | None, state: JobState | None, kind: str | None, first: int
) -> Sequence[Mapping[str, Any]]:
    names = {one.id: one.name for one in await database.tenants()}
    of_tenant = None if tenant is None else (await database.tenant(tenant)).id
    rows = await fetched(database, LIST, of_tenant, None if state is None else state.value, kind, first)
    return [as_shown(row, names) for row in rows]


async def one(database: Database, job: UUID) -> Mapping[str, Any]:
    """Raise `CommandRefused` if there is no such job."""
    rows = await fetched(database, SHOW, job)
    if not rows:
        raise CommandRefused("NOT_FOUND", f"There is no job {job}: `crm jobs list` shows those there are.")
    return as_shown(rows[0], {one.id: one.name for one in await database.tenants()})


async def begin_anew(database: Database, job: UUID) -> Mapping[str, Any]:
    """Raise `CommandRefused` for a job that is not over, or that has a successor."""
    before = await one(database, job)
    if not await fetched(database, RETRY, job):
        reason = (
            "another one of its kind and key waits already"
            if before["state"] in {JobState.FAILED, JobState.QUARANTINED}
            else "only one that has failed or is in quarantine is run again"
        )
        raise CommandRefused("ILLEGAL_TRANSITION", f"The job is {before['state']}: {reason}.")
    return await one(database, job)


def as_shown(row: asyncpg.Record, names: Mapping[UUID, str]) -> dict[str, Any]:
    shown = dict(row)
    tenant = shown.pop("tenant_id")
    return {"id": shown.pop("id"), "tenant": names.get(tenant, str(tenant)), **shown}


async def fetched(database: Database, statement: str, *arguments: Any) -> list[asyncpg.Record]:
    connection = await asyncpg.connect(database.urls.worker, timeout=CONNECT_SECONDS)
    try:
        rows: list[asyncpg.Record] = await connection.fetch(statement, *arguments)
        return rows
    finally:
        await connection.close()
