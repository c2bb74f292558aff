"""Runs cases one after the other on a place of their own, and sums up."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterable, AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import asyncpg
import httpx

from api.http.documents import Documents
from api.http.errors import Refused
from api.schema import schema
from tests.badinput.asking import Asker
from tests.badinput.cases import Case, Raw, Sent
from tests.badinput.place import a_place, a_server, client_of
from tests.cluster import Cluster

AIM_SECONDS, MOST_SECONDS = 0.05, 0.5  # of CPU for one document; the latter guards against what grows without bound
WARM_UP = "{ viewer { name } }"


@dataclass
class Sum:
    """What became of the cases."""

    counts: Counter[str] = field(default_factory=Counter)
    wrong: list[tuple[Case, Sequence[str]]] = field(default_factory=list)
    worst: tuple[float, str] = (0.0, "")
    slow_documents: int = 0
    kilobytes: tuple[int, int] = (0, 0)

    @property
    def done(self) -> int:
        return sum(self.counts.values())

    def add(self, case: Case, complaints: Sequence[str]) -> None:
        self.counts[case.group] += 1
        if complaints:
            self.wrong.append((case, complaints))


@asynccontextmanager
async def an_asker(cluster: Cluster, database: str, folder: Path, patience: float) -> AsyncIterator[Asker]:
    async with (
        a_place(cluster, database, folder) as place,
        a_server(cluster, database, folder, patience) as server,
        client_of(place) as app,
        httpx.AsyncClient(base_url=f"http://127.0.0.1:{server.port}", timeout=30) as wire,
    ):
        connection = await asyncpg.connect(cluster.superuser_url(database))
        try:
            asker = Asker(place, app, server, wire, connection)
            await asker.written("ok")
            yield asker
        finally:
            await connection.close()


async def run(asker: Asker, cases: AsyncIterable[Case], tell: Callable[[str], None] = print) -> Sum:
    """Every case in its turn; those that take their time go along beside the others."""
    sum_, group, began = Sum(), "", time.perf_counter()
    before, slow = asker.server.resident_kilobytes, list[tuple[Case, asyncio.Task[Sequence[str]]]]()
    measure = Measure()
    async for case in cases:
        if case.group != group:
            if group:
                tell(f"{group}: {sum_.counts[group]} cases, {time.perf_counter() - began:.0f} s in all")
            group = case.group
        if isinstance(case.sent, Raw) and case.sent.slow:
            slow.append((case, asyncio.create_task(asker.wrong(case))))
            continue
        if isinstance(case.sent, Sent) and case.sent.query:
            measure.look_at(case.sent.query, str(case))
        sum_.add(case, await asker.wrong(case))
        if sum_.wrong and sum_.wrong[-1][0] is case:
            tell(f"{case}: {sum_.wrong[-1][1]}")
    for case, task in slow:
        sum_.add(case, await task)
    tell(f"{group}: {sum_.counts[group]} cases, {time.perf_counter() - began:.0f} s in all")
    sum_.worst, sum_.slow_documents = measure.worst, measure.slow
    sum_.kilobytes = before, asker.server.resident_kilobytes
    return sum_


class Measure:
    """The CPU time that parsing and looking at a document take, each document once."""

    def __init__(self) -> None:
        self.worst, self.slow = (0.0, ""), 0
        self._seen = set[int]()
        self._spent(WARM_UP)

    def look_at(self, query: str, name: str) -> None:
        if hash(query) in self._seen:
            return
        self._seen.add(hash(query))
        spent = self._spent(query)
        if spent > AIM_SECONDS:  # once more, in case something else was in the way
            spent = min(spent, self._spent(query))
        self.slow += spent > AIM_SECONDS
        self.worst = max(self.worst, (spent, name))

    def _spent(self, query: str) -> float:
        documents = Documents(schema.core)
        began = time.thread_time()
        with suppress(Refused):
            documents.get(query)
        return time.thread_time() - began
