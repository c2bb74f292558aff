"""Workers that are killed at any moment, or whose clock jumps: each due milestone is told once."""

import asyncio
import base64
import os
import random
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

import asyncpg
import pytest

from api.domain import cases
from api.domain.cases import MilestoneType
from tests.conftest import Committed
from tests.factories import a_policy
from tests.worker.waiting import until

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = "from api.cli import main; main()"
DUE = "SELECT count(*) FROM jobs WHERE kind = 'case.clock' AND state IN ('WAITING', 'RUNNING')"
TOLD = """
SELECT count(*) AS events, count(DISTINCT aggregate_id) AS cases FROM outbox
 WHERE 'case.milestone_violated' = ANY (types)"""
TRUTH = "SELECT count(*) FROM case_milestones WHERE violated_at IS NOT NULL AND status = 'MISSED'"
# What a worker that was killed had taken is taken anew at once, and not after its lease.
EXPIRE = "UPDATE jobs SET lease_until = clock_timestamp() - interval '1 second' WHERE state = 'RUNNING'"
# The clock of the first worker, and what it tells of cases that were due on 2026-03-02; the second one's is right.
CLOCKS = (("+10m", 20), ("-10m", 20), ("@2030-01-01 00:00:00", 20), ("@2026-03-01 00:00:00", 0))


@asynccontextmanager
async def a_worker(committed: Committed, folder: Path, **more: str) -> AsyncIterator[asyncio.subprocess.Process]:
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(ROOT),
        "CRM_DATA_DIR": str(folder),
        "CRM_DATABASE_URL": committed.urls.app,
        "CRM_WORKER_DATABASE_URL": committed.urls.worker,
        "CRM_SECRET_KEY": base64.b64encode(b"k" * 32).decode(),
        **more,
    }
    command = [sys.executable, "-c", PROGRAM, "worker"]
    pipe, nothing = asyncio.subprocess.PIPE, asyncio.subprocess.DEVNULL
    process = await asyncio.create_subprocess_exec(*command, env=environment, stdout=pipe, stderr=nothing)
    assert process.stdout is not None
    try:
        assert await process.stdout.readline() == b"Working; Ctrl-C stops it.\n"
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def due_cases(committed: Committed, number: int) -> None:
    """So many cases whose only milestone was due long ago, by the clock of the tests."""
    async with committed.open_as() as work:
        await a_policy(work, {MilestoneType.RESOLUTION: 60}, warn_percent=99)
        rows = [cases.CaseRow(values={"subject": f"Case {at}"}) for at in range(number)]
        assert all(one.unwrap() for one in await cases.upsert_many(work, rows))


async def told(owner: asyncpg.Connection) -> tuple[int, int, int]:
    row = await owner.fetchrow(TOLD)
    assert row is not None
    return row["events"], row["cases"], await owner.fetchval(TRUTH)


async def fewer(owner: asyncpg.Connection, before: int) -> bool:
    return bool(await owner.fetchval(DUE) < before)


@pytest.mark.proof
async def test_five_hundred_due_milestones_are_told_once_whoever_is_killed(committed: Committed, tmp_path: Path):
    await due_cases(committed, 500)
    owner = await asyncpg.connect(committed.superuser_url)
    moments = random.Random(8)
    for _ in range(5):
        before = await owner.fetchval(DUE)
        async with a_worker(committed, tmp_path) as worker:
            await until(partial(fewer, owner, before), True, 20)
            await asyncio.sleep(moments.uniform(0, 0.2))
            worker.kill()
            await worker.wait()
        await owner.execute(EXPIRE)
    assert await owner.fetchval(DUE) > 0  # they were killed in the middle
    async with a_worker(committed, tmp_path):
        await until(lambda: owner.fetchval(DUE), 0, 90)

    assert await told(owner) == (500, 500, 500)
    await owner.close()


@pytest.mark.proof
@pytest.mark.parametrize(("clock", "first"), CLOCKS)
async def test_a_clock_that_jumps_tells_nothing_twice_and_forgets_nothing(
    committed: Committed, tmp_path: Path, clock: str, first: int
):
    library = faketime()
    await due_cases(committed, 20)
    owner = await asyncpg.connect(committed.superuser_url)
    faked = {"LD_PRELOAD": library, "FAKETIME": clock, "DONT_FAKE_MONOTONIC": "1", "FAKETIME_DONT_FAKE_MONOTONIC": "1"}
    async with a_worker(committed, tmp_path, **faked):
        if first:
            await until(lambda: owner.fetchval(DUE), 0, 30)
        else:
            await asyncio.sleep(2)
    assert await told(owner) == (first, first, first)
    await owner.execute(EXPIRE)
    async with a_worker(committed, tmp_path):
        await until(lambda: owner.fetchval(DUE), 0, 30)

    assert await told(owner) == (20, 20, 20)
    await owner.close()


def faketime() -> str:
    """As F23 of the faults finds it."""
    given = os.environ.get("FAKETIME_LIBRARY")
    found = [Path(given)] if given else sorted(Path("/usr/lib").glob("*/faketime/libfaketime.so.1"))
    if not found or not found[0].exists():
        pytest.skip("libfaketime is not installed: apt-get install libfaketime, or FAKETIME_LIBRARY")
    return str(found[0])
