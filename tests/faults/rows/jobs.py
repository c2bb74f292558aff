"""F27 to F29: jobs that kill, jobs that are run twice, wake-ups that are lost. The jobs are the kit's own."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from api.db.urls import Urls
from api.domain import access
from api.domain.kernel import PrincipalKind, Viewer, Work, open_work
from api.domain.kernel.jobs import schedule
from api.settings import Settings
from api.worker.jobs import Runner, Taken
from api.worker.place import Place as WorkerPlace
from tests.faults.jobs_worker import GOOD, HANDLERS, POISON, SLOW
from tests.faults.place import SECRET, Place, until
from tests.faults.row import Row
from tests.faults.serving import Process

LEASE = 1.0  # seconds
GOOD_JOBS, GOOD_JOBS_FULL = 12, 200
CRASHES = 3
DONE_SECONDS, FOUND_SECONDS = 20.0, 30.0
STATES = "SELECT kind, state, count(*) AS count, max(crashes) AS crashes FROM jobs GROUP BY 1, 2"
EFFECTS = "SELECT last_name AS name, count(*) AS count FROM contacts GROUP BY 1"
LOSE = "DELETE FROM crm_queue.pgqueuer"


def a_worker(place: Place, number: int = 0) -> Process:
    """A worker process that knows the kit's jobs."""
    settings = place.for_worker() | {"CRM_JOB_LEASE_SECONDS": str(LEASE)}
    made = Process([], settings, place.folder / f"jobs-{number}.log", module="tests.faults.jobs_worker")
    place.stack.callback(made.kill)
    place.workers.append(made)
    made.start()
    return made


@asynccontextmanager
async def within(place: Place) -> AsyncIterator[WorkerPlace]:
    """The connections of a worker in this process."""
    given: Any = {"data_dir": Path(place.folder) / "crm", "job_lease_seconds": LEASE}
    settings = place.for_worker()
    urls = Urls(app=settings["CRM_DATABASE_URL"], partner="", worker=settings["CRM_WORKER_DATABASE_URL"], migration="")
    async with WorkerPlace.opened(Settings(**given), urls, SECRET) as made:
        yield made


@asynccontextmanager
async def a_work(place: Place, worker: WorkerPlace) -> AsyncIterator[Work]:
    """A transaction of the first tenant, past the API."""
    tenant = UUID(place.tenant.id)
    viewer = Viewer(tenant, tenant, PrincipalKind.SYSTEM, "faults", access.shipped("admin"))
    context: Any = {"now": datetime.now(UTC), "request_id": "faults", "operation": "faults"}
    async with open_work(worker.sessions, viewer, **context) as work:
        yield work


async def scheduled(place: Place, kind: str, names: list[str], *, due_in: float = 0.0, **payload: Any) -> None:
    """One job for each name, in one transaction."""
    async with within(place) as worker, a_work(place, worker) as work:
        for name in names:
            given = {"name": name, **payload}
            due = work.now + timedelta(seconds=due_in)
            queue = HANDLERS[kind].queue
            await schedule(work, kind, key=name, due_at=due, payload=given, queue=queue)


async def states(place: Place) -> Mapping[tuple[str, str], int]:
    return {(row["kind"], row["state"]): row["count"] for row in await place.sql(STATES)}


async def judge_effects(place: Place, names: list[str]) -> None:
    """I2: each of these contacts is there once, and no other."""
    there = {row["name"]: row["count"] for row in await place.sql(EFFECTS)}
    if there != dict.fromkeys(names, 1):
        wrong = {name: there.get(name, 0) for name in {*names, *there} if there.get(name, 0) != (name in names)}
        place.blame("I2", f"effects of jobs: {dict(sorted(wrong.items())[:5])}")


async def poisoned(place: Place) -> None:
    """F27: a job that kills its worker each time is put aside after three crashes; all others are done."""
    names = [f"good {number}" for number in range(place.sized(GOOD_JOBS, GOOD_JOBS_FULL))]
    await scheduled(place, POISON, ["poison"])
    await scheduled(place, GOOD, names)
    worker, starts = a_worker(place), 1

    async def over() -> bool:
        nonlocal starts
        if not worker.is_alive():
            worker.start()
            starts += 1
        found = await states(place)
        return found.get((GOOD, "DONE")) == len(names) and (POISON, "QUARANTINED") in found

    began = time.monotonic()
    if not await until(over, place.limit(DONE_SECONDS) + starts):
        place.blame("I6", f"jobs are left: {await states(place)}")
    for row in await place.sql(STATES):
        if row["kind"] == POISON and row["crashes"] != CRASHES:
            place.blame("F27", f"put aside after {row['crashes']} crashes")
    await judge_effects(place, names)
    place.notes.append(f"{starts - 1} workers died, all over after {time.monotonic() - began:.1f} s")
    await place.check(processes=2)


async def run_twice(place: Place) -> None:
    """F28: every job is run twice at once and once more later, with and without a lease that has ended."""
    names = [f"twice {number}" for number in range(place.sized(GOOD_JOBS, GOOD_JOBS_FULL))]
    await scheduled(place, SLOW, names, seconds=0.05)
    async with within(place) as worker:
        runner = Runner(worker, HANDLERS[SLOW].queue, HANDLERS)
        taken: list[Taken] = []
        async with worker.connected() as connection:
            while some := await runner.take(connection, 4):
                taken += some
                await asyncio.gather(*(runner.do(one) for one in some for _ in range(2)))
        for one in taken:
            await runner.do(one)
    found = await states(place)
    if found != {(SLOW, "DONE"): len(names)}:
        place.blame("F28", f"jobs are left: {found}")
    await judge_effects(place, names)
    place.notes.append(f"{len(names)} jobs, three times each, {len(taken)} taken")
    await place.check(processes=2)


async def wake_ups_lost(place: Place) -> None:
    """F29: the queue is emptied as soon as anything is in it; what is due is found all the same."""
    a_worker(place)
    soon = [f"soon {number}" for number in range(5)]
    later = [f"later {number}" for number in range(5)]
    await scheduled(place, GOOD, later, due_in=1.5)
    await scheduled(place, GOOD, soon)
    await place.sql(LOSE)
    began = time.monotonic()

    async def over() -> bool:
        await place.sql(LOSE)
        return (await states(place)).get((GOOD, "DONE")) == len(soon) + len(later)

    if not await until(over, place.limit(FOUND_SECONDS)):
        place.blame("I6", f"due work is not found within {FOUND_SECONDS:g} s: {await states(place)}")
    place.notes.append(f"all found within {time.monotonic() - began:.1f} s")
    await judge_effects(place, soon + later)
    await place.check(processes=2)


ROWS = (
    Row("F27", "a job that kills its worker", poisoned),
    Row("F28", "every job run three times", run_twice),
    Row("F29b", "the queue's rows lost", wake_ups_lost, seldom=True),
)
