"""Running jobs: taking them with a lease, doing each in the transaction that ends it, finding those that were lost.

Times are those of the database, so that no clock of a worker can steal a lease. A job's first act is to mark itself
done: as long as its transaction lives, nobody else can touch the row, and if it dies, nothing has happened.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg

from api import telemetry
from api.domain import access
from api.domain.kernel import DomainError, PrincipalKind, Progress, Viewer, Work, open_work
from api.domain.kernel.jobs import advance
from api.worker.place import Place
from api.worker.supervisor import first_of, is_loss

MOST_ATTEMPTS, MOST_CRASHES = 10, 3
FIRST_DELAY, LONGEST_DELAY = timedelta(seconds=1), timedelta(hours=1)
SWEEP_SECONDS = 30.0
ATTEMPT_SECONDS = 60.0  # longer than a transaction may last; what needs more is done in parts
TOLD_AGAIN = (0.2, 1.0, 3.0)  # seconds between attempts to say what became of a job
PAUSE_SECONDS = 0.1  # before another look at what is due and could not be taken
SWEEP_LOCK = 0x63726D_737765  # "crm" "swe"
NOBODY = UUID(int=0)

# What is due is found by index: with clock_timestamp(), which is volatile, PostgreSQL would read all that waits.
TAKE = """
UPDATE jobs SET state = 'RUNNING', attempts = attempts + 1, lease_until = clock_timestamp() + $1
 WHERE (tenant_id, id) IN (
    SELECT tenant_id, id FROM jobs AS job
     WHERE state = 'WAITING' AND due_at <= statement_timestamp() AND kind = ANY($2) AND (crashes > 0) = $4
       AND NOT EXISTS (SELECT FROM jobs AS other
                        WHERE other.tenant_id = job.tenant_id AND other.kind = job.kind AND other.key = job.key
                          AND other.state = 'RUNNING')
     ORDER BY due_at LIMIT $3 FOR UPDATE SKIP LOCKED)
RETURNING tenant_id AS tenant, id, kind, key, payload::text AS payload, attempts, crashes"""
SUSPECTS = """
SELECT EXISTS (SELECT FROM jobs
                WHERE state = 'WAITING' AND due_at <= statement_timestamp() AND kind = ANY($1) AND crashes > 0)"""
NEXT = """
SELECT extract(epoch FROM min(due_at) - clock_timestamp())::float
  FROM jobs WHERE state = 'WAITING' AND kind = ANY($1)"""
END = """
UPDATE jobs SET state = 'DONE', finished_at = $4
 WHERE tenant_id = $1 AND id = $2 AND attempts = $3 AND state = 'RUNNING' RETURNING payload::text"""
# Beside a job of the same kind and key that waits already, one that has failed has nothing left to do.
TWIN = """EXISTS (SELECT FROM jobs AS twin
                   WHERE twin.tenant_id = job.tenant_id AND twin.kind = job.kind AND twin.key = job.key
                     AND twin.state = 'WAITING')"""
FAIL = f"""
UPDATE jobs AS job
   SET state = CASE WHEN attempts >= $4 OR {TWIN} THEN 'FAILED' ELSE 'WAITING' END,
       finished_at = CASE WHEN attempts >= $4 OR {TWIN} THEN clock_timestamp() END,
       due_at = clock_timestamp() + $5, lease_until = NULL, last_error = $6
 WHERE tenant_id = $1 AND id = $2 AND attempts = $3 AND state = 'RUNNING'
RETURNING state"""  # noqa: S608 - TWIN is ours
# It was no attempt. Its number may come again: the transaction that had it is over, or this would wait for its row.
GIVE_BACK = f"""
UPDATE jobs AS job
   SET attempts = attempts - 1, state = CASE WHEN {TWIN} THEN 'FAILED' ELSE 'WAITING' END, lease_until = NULL,
       finished_at = CASE WHEN {TWIN} THEN clock_timestamp() END
 WHERE tenant_id = $1 AND id = $2 AND attempts = $3 AND state = 'RUNNING'"""  # noqa: S608 - TWIN is ours
# A row that is locked is being worked on, however old its lease.
SWEEP = f"""
WITH lost AS (
    SELECT tenant_id, id FROM jobs WHERE state = 'RUNNING' AND lease_until < statement_timestamp()
     ORDER BY lease_until LIMIT 500 FOR UPDATE SKIP LOCKED)
UPDATE jobs AS job
   SET crashes = crashes + 1, lease_until = NULL, last_error = 'the worker ended while it ran',
       state = CASE WHEN crashes + 1 >= $1 THEN 'QUARANTINED' WHEN {TWIN} THEN 'FAILED' ELSE 'WAITING' END,
       finished_at = CASE WHEN crashes + 1 >= $1 OR {TWIN} THEN clock_timestamp() END
  FROM lost WHERE job.tenant_id = lost.tenant_id AND job.id = lost.id
RETURNING job.tenant_id, job.kind, job.state"""  # noqa: S608 - TWIN is ours


@dataclass(frozen=True)
class Handler:
    """What does the jobs of a kind. `run` works in the transaction that ends the job, as the CRM itself.

    If it says that there is more to do, the job waits again instead, with what is to be done next: so a long job is
    done in short transactions, takes turns with others, and goes on behind the last part that was committed.
    `queue` is whose turn it is: the jobs of one queue never wait for those of another.
    """

    run: Callable[[Work, Mapping[str, Any]], Awaitable[Progress | None]]
    queue: str = "maintenance"


@dataclass(frozen=True)
class Taken:
    """A job on which this process has the lease, the `attempts`-th there was."""

    tenant: UUID
    id: UUID
    kind: str
    key: str
    payload: Mapping[str, Any]
    attempts: int
    crashes: int = 0


class LeaseLost(Exception):
    """Somebody else has the job, or it is done."""


class Runner:
    """Does the jobs of one queue, `slots` at a time."""

    def __init__(self, place: Place, queue: str, handlers: Mapping[str, Handler], *, slots: int = 4) -> None:
        self._place, self._slots = place, slots
        self._handlers = {kind: handler for kind, handler in handlers.items() if handler.queue == queue}
        self._kinds = list(self._handlers)
        self._lease = timedelta(seconds=place.settings.job_lease_seconds)
        self._running: set[asyncio.Task[None]] = set()
        self._alone: asyncio.Task[None] | None = None  # while it runs, nothing else is begun
        self.woken = asyncio.Event()
        place.wakes[queue] = self.woken.set

    async def run(self, stopping: asyncio.Event) -> None:
        """Work until `stopping`; what was begun is finished. Cancelled, it gives back what it has taken."""
        async with self._place.connected() as connection:
            lost = self._place.loss_of(connection)
            try:
                while not stopping.is_set():
                    self.woken.clear()
                    free = 0 if self._alone in self._running else self._slots - len(self._running)
                    taken = await self.take(connection, free) if free else []
                    begun = {asyncio.create_task(self.do(one)): one for one in taken}
                    self._running |= set(begun)
                    self._alone = next((task for task, one in begun.items() if one.crashes), self._alone)
                    if len(taken) < free or not free:
                        due = max(await self._until_due(connection), 0.0 if taken else PAUSE_SECONDS)
                        await first_of(self.woken, stopping, lost, *self._running, seconds=due)
                    self._running = {task for task in self._running if not task.done()}
            finally:
                if stopping.is_set() and self._running:
                    await asyncio.wait(self._running)
                for task in self._running:
                    task.cancel()
                await asyncio.gather(*self._running, return_exceptions=True)

    async def take(self, connection: asyncpg.Connection, most: int) -> list[Taken]:
        """At most so many jobs; or one whose worker has ended before, to be run alone.

        Whatever runs beside a job that kills its worker is lost with it, and would be put aside with it in the end.
        """
        if await connection.fetchval(SUSPECTS, self._kinds):
            if self._running:
                return []  # so that it is its turn soon
            suspect = await self._taken(connection, 1, suspects=True)
            if suspect:
                return suspect
        return await self._taken(connection, most, suspects=False)

    async def _taken(self, connection: asyncpg.Connection, most: int, *, suspects: bool) -> list[Taken]:
        rows = await connection.fetch(TAKE, self._lease, self._kinds, most, suspects)
        return [Taken(**{**row, "payload": json.loads(row["payload"])}) for row in rows]

    async def do(self, taken: Taken) -> None:
        """Run a job to its end, whatever that is."""
        try:
            async with asyncio.timeout(ATTEMPT_SECONDS):
                await self.attempt(taken)
        except LeaseLost:
            telemetry.log(logging.WARNING, "job", reason=f"{taken.kind}: somebody else has it", tenant=taken.tenant)
        except asyncio.CancelledError:
            await self._tell(GIVE_BACK, taken, again=False)
            raise
        except Exception as error:  # noqa: BLE001 - a job may fail in any way, and others go on
            telemetry.log(
                logging.ERROR, "job", reason=f"{taken.kind} failed", tenant=taken.tenant, **telemetry.described(error)
            )
            delay = min(FIRST_DELAY * 2 ** min(taken.attempts, 20), LONGEST_DELAY)
            await self._tell(FAIL, taken, MOST_ATTEMPTS, delay, told(error))

    async def attempt(self, taken: Taken) -> None:
        """What the job does, and its end, in one transaction.

        Raises:
            LeaseLost: the job is not this process's any more; nothing was done.
        """
        viewer = Viewer(taken.tenant, NOBODY, PrincipalKind.SYSTEM, "crm", access.shipped("admin"))
        now, request = datetime.now(UTC), f"job-{taken.id.hex}"
        async with open_work(
            self._place.sessions, viewer, now=now, request_id=request, operation=f"job {taken.kind}"
        ) as work:
            ended = await work.driven.fetch(END, [taken.tenant, taken.id, taken.attempts, now])
            if not ended:
                raise LeaseLost
            # As it is now: after the first part of a job `attempts` begins anew, and so may be that of another taker.
            ((payload,),) = ended
            progress = await self._handlers[taken.kind].run(work, json.loads(payload))
            if progress is not None:
                await advance(work, taken.id, progress)

    async def _until_due(self, connection: asyncpg.Connection) -> float:
        seconds = await connection.fetchval(NEXT, self._kinds)
        return SWEEP_SECONDS if seconds is None else min(max(seconds, 0.0), SWEEP_SECONDS)

    async def _tell(self, statement: str, taken: Taken, *more: Any, again: bool = True) -> None:
        """Write down what became of a job. What cannot be is found by the sweeper when the lease ends."""
        for pause in (*(TOLD_AGAIN if again else ()), None):
            try:
                async with self._place.connected() as connection:
                    await connection.execute(statement, taken.tenant, taken.id, taken.attempts, *more)
            except Exception as error:  # noqa: BLE001 - nobody waits for the end of a job who could do better
                if pause is None or not is_loss(error):
                    reason = f"{taken.kind}: its end could not be written down"
                    telemetry.log(
                        logging.ERROR, "job", reason=reason, tenant=taken.tenant, **telemetry.described(error)
                    )
                    return
                await asyncio.sleep(pause)
            else:
                return


def told(error: Exception) -> str:
    """An exception for the operator: a refusal by its code, anything else by its class; never data."""
    state = getattr(getattr(error, "orig", error), "sqlstate", None)
    known = error.code if isinstance(error, DomainError) else state
    return f"{type(error).__name__} {known}" if known else type(error).__name__


async def sweep(place: Place, stopping: asyncio.Event) -> None:
    """Find jobs whose worker has ended, and wake everybody: whatever was not told is found within 30 seconds."""
    async with place.connected() as connection:
        lost = place.loss_of(connection)
        while not stopping.is_set():
            await sweep_once(connection)
            for wake in list(place.wakes.values()):
                wake()
            await first_of(stopping, lost, seconds=min(SWEEP_SECONDS, place.settings.job_lease_seconds / 2))


async def sweep_once(connection: asyncpg.Connection) -> int:
    """How many lost jobs there were; none if another process is looking at this moment."""
    async with connection.transaction():
        if not await connection.fetchval("SELECT pg_try_advisory_xact_lock($1)", SWEEP_LOCK):
            return 0
        rows = await connection.fetch(SWEEP, MOST_CRASHES)
    for row in rows:
        reason = f"{row['kind']}: its worker ended, now {row['state']}"
        level = logging.WARNING if row["state"] == "WAITING" else logging.ERROR  # what goes on needs nobody
        telemetry.log(level, "job", reason=reason, tenant=row["tenant_id"])
    return len(rows)
