"""Whether the process lives, and whether it can serve."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence

from starlette.requests import Request
from starlette.responses import JSONResponse

REMEMBERED_SECONDS = 0.5
CHECK_SECONDS = 1.4  # together less than the two seconds within which an orchestrator must see a failure
NO_STORE = {"cache-control": "no-store"}

Problems = Callable[[], Awaitable[Sequence[str]]]


async def livez(_request: Request) -> JSONResponse:
    """The event loop turns; says nothing about the database, so that a restart is not the answer to its failure."""
    return JSONResponse({"status": "ok"}, headers=NO_STORE)


class Readiness:
    """`/readyz`: 200 if nothing keeps the process from serving. Asks once for all who ask at the same time."""

    def __init__(self, problems: Problems) -> None:
        self._problems = problems
        self._turn = asyncio.Lock()
        self._found: Sequence[str] = ()
        self._until = 0.0

    async def answer(self, _request: Request) -> JSONResponse:
        async with self._turn:
            if time.monotonic() >= self._until:
                self._found = await self._ask()
                self._until = time.monotonic() + REMEMBERED_SECONDS
        if self._found:
            # What is wrong is the operator's business: it stands in the log, not in an open page.
            return JSONResponse({"status": "unavailable", "problems": len(self._found)}, 503, headers=NO_STORE)
        return JSONResponse({"status": "ok"}, headers=NO_STORE)

    async def _ask(self) -> Sequence[str]:
        try:
            async with asyncio.timeout(CHECK_SECONDS):
                return await self._problems()
        except TimeoutError:
            return [f"The database does not answer within {CHECK_SECONDS} seconds."]
