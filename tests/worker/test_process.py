"""`crm worker` as an operator runs it: a process that works, stops in good order, and may be killed."""

import asyncio
import base64
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from api.domain import accounts
from tests.conftest import Committed
from tests.db.sessions import ask
from tests.worker.waiting import until

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = "from api.cli import main; main()"
RELAYED = "SELECT count(position) FROM outbox"


@asynccontextmanager
async def a_worker(committed: Committed, folder: Path) -> AsyncIterator[asyncio.subprocess.Process]:
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(ROOT),
        "CRM_DATA_DIR": str(folder),
        "CRM_DATABASE_URL": committed.urls.app,
        "CRM_WORKER_DATABASE_URL": committed.urls.worker,
        "CRM_SECRET_KEY": base64.b64encode(b"k" * 32).decode(),
    }
    command = [sys.executable, "-c", PROGRAM, "worker"]
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(*command, env=environment, stdout=pipe, stderr=pipe)
    assert process.stdout is not None
    try:
        assert await process.stdout.readline() == b"Working; Ctrl-C stops it.\n"
        yield process
    finally:
        if process.returncode is None:
            process.kill()
            await process.communicate()


async def an_account(committed: Committed, name: str) -> None:
    async with committed.open_as() as work:
        await accounts.create(work, {"name": name})


async def test_a_worker_stops_in_good_order_and_one_that_was_killed_is_replaced(committed: Committed, tmp_path: Path):
    async with a_worker(committed, tmp_path) as first:
        await an_account(committed, "One")
        await until(lambda: ask(committed.urls.worker, RELAYED), 1, 10)
        first.kill()
        await first.communicate()
        await an_account(committed, "Two")
        async with a_worker(committed, tmp_path) as second:
            await until(lambda: ask(committed.urls.worker, RELAYED), 2, 10)
            second.send_signal(signal.SIGTERM)
            out, err = await asyncio.wait_for(second.communicate(), 12)
    assert (second.returncode, out) == (0, b"Stopped.\n"), err
    assert [b"stopped" in line for line in err.splitlines()][-1] is True
