"""A worker with jobs of the kit's own: `python -m tests.faults.jobs_worker`, with the settings of `crm worker`."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from api.cli.database import own_urls
from api.db.secret_files import secret_key
from api.domain import contacts
from api.domain.kernel import Work
from api.settings import load
from api.worker import process
from api.worker.jobs import Handler

QUEUE = "maintenance"
GOOD, SLOW, POISON = "faults.good", "faults.slow", "faults.poison"


async def good(work: Work, payload: Mapping[str, Any]) -> None:
    """Make the contact that the payload names."""
    await contacts.create(work, {"last_name": payload["name"]})


async def slow(work: Work, payload: Mapping[str, Any]) -> None:
    """The same, and some time before it is committed."""
    await good(work, payload)
    await work.flush()
    await asyncio.sleep(payload.get("seconds", 1.0))


async def poison(work: Work, payload: Mapping[str, Any]) -> None:
    """Kill whoever runs it."""
    await good(work, payload)
    os.kill(os.getpid(), signal.SIGKILL)


HANDLERS: Mapping[str, Handler] = MappingProxyType(
    {GOOD: Handler(good), SLOW: Handler(slow, queue="bulk"), POISON: Handler(poison)}
)


def main() -> None:
    settings = load()
    process.run(settings, own_urls(settings), secret_key(settings.data_dir, settings), HANDLERS)


if __name__ == "__main__":
    main()
