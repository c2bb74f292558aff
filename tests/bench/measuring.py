"""The measurements: servers side by side, growth, the far end of a walk, memory under load."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path
from random import Random

from tests.bench import load, processes
from tests.bench.figures import Comparison, Goal, Round, flatness, ratio
from tests.bench.servers import Server
from tests.bench.workloads import Ask, Workload, content

WARM_UP_SECONDS = 1.0
SLOWER, FARTHER = 1.2, 1.3
MOST_MIB, FLAT = 150.0, 1.05
PAGE_ROWS, FAR_PAGE = 20, 1_000
NUMBERS = count(int(time.time()))

WALK = """
query Walk($after: String) {
  contacts(first: 20, after: $after) { nodes { id name email account { id name } } pageInfo { endCursor } }
}"""


@dataclass(frozen=True)
class Bench:
    """How long, how often, on which database, and whom to tell."""

    seconds: float
    rounds: int
    folder: Path
    postmaster: int
    say: Callable[[str], None]

    def run(self, server: Server, asked: Sequence[tuple[Workload, Ask]]) -> Round:
        own, database = processes.processor_ms(server.process.pid), processes.family_ms(self.postmaster)
        found = load.run(server, asked, self.seconds, self.folder)
        if not found.requests:
            raise load.LoadFailed(f"{server.name} answered nothing within {self.seconds:g} s")
        own = processes.processor_ms(server.process.pid) - own
        database = processes.family_ms(self.postmaster) - database
        return Round(found.per_second, found.p50_ms, found.p99_ms, own / found.requests, database / found.requests)

    def in_turn(
        self, title: str, runs: Sequence[tuple[str, Server, Workload]], add: Callable[[str, Round], None]
    ) -> None:
        """Every run once to warm up, then rounds, each beginning with another run."""
        for _, server, workload in runs:
            load.run(server, all_of(workload), WARM_UP_SECONDS, self.folder)
        for number in range(self.rounds):
            first = number % len(runs)
            for name, server, workload in [*runs[first:], *runs[:first]]:
                found = self.run(server, all_of(workload))
                add(name, found)
                self.say(f"{title}, round {number + 1} of {self.rounds}: {name} {found.per_second:,.0f}/s")


def all_of(workload: Workload) -> list[tuple[Workload, Ask]]:
    return [(workload, ask) for ask in workload.asks]


class Different(Exception):
    """Servers do not say the same, so their speeds do not compare."""


def check_answers(servers: Sequence[Server], workload: Workload) -> None:
    """Raise `Different` unless all servers say the same, to one request of each tenant."""
    for ask in {ask.tenant: ask for ask in workload.asks}.values():
        answers = {
            server.name: content(workload, server.ask(workload, ask, next(NUMBERS)))
            for server in servers
            if server.answers(workload)
        }
        (first, expected), *others = answers.items()
        for name, found in others:
            if found != expected:
                raise Different(
                    f"{workload.title}: {name} says\n{str(found)[:800]}\nwhere {first} says\n{str(expected)[:800]}"
                )


def compare(bench: Bench, servers: Sequence[Server], workload: Workload) -> Comparison:
    check_answers(servers, workload)
    found = Comparison(workload.name, workload.title, dict(workload.goals))
    runs = [(server.name, server, workload) for server in servers if server.answers(workload)]
    bench.in_turn(workload.title, runs, found.add)
    return found


def growth(
    bench: Bench, small: Server, large: Server, pairs: Sequence[tuple[Workload, Workload]], factor: int
) -> list[Goal]:
    """How much longer the same question takes on `factor` times the rows; workloads of both sizes in pairs."""
    goals = []
    for of_small, of_large in pairs:
        title = f"{of_small.title} at {factor}× the rows"
        slower = times_slower(bench, title, ("fewer rows", small, of_small), ("more rows", large, of_large))
        goals.append(Goal(f"{title}, time", slower, SLOWER, at_most=True))
    return goals


def times_slower(
    bench: Bench, title: str, one: tuple[str, Server, Workload], other: tuple[str, Server, Workload]
) -> float:
    """The other's time over that of the one, in turn."""
    rates: dict[str, list[float]] = {one[0]: [], other[0]: []}
    bench.in_turn(title, [one, other], lambda name, found: rates[name].append(found.per_second))
    return ratio(rates[one[0]], rates[other[0]])


def walk(bench: Bench, server: Server) -> Goal:
    """Page 1,000 of a keyset walk over a tenant's contacts against page 1."""
    first = Workload("walk", "page 1", WALK, "", (Ask(0, {}, {}),))
    cursor = None
    for _ in range(FAR_PAGE - 1):
        data = server.ask(first, Ask(0, {"after": cursor}, {}))
        if len(data["contacts"]["nodes"]) < PAGE_ROWS:
            raise Different(f"there are fewer than {FAR_PAGE:,} pages")
        cursor = data["contacts"]["pageInfo"]["endCursor"]
    far = replace(first, title=f"page {FAR_PAGE:,}", asks=(Ask(0, {"after": cursor}, {}),))
    if len(server.ask(far, far.asks[0])["contacts"]["nodes"]) != PAGE_ROWS:
        raise Different(f"page {FAR_PAGE:,} is not full")
    slower = times_slower(bench, "keyset walk", (first.title, server, first), (far.title, server, far))
    return Goal(f"page {FAR_PAGE:,} of a keyset walk vs page 1, time", slower, FARTHER, at_most=True)


def memory(bench: Bench, server: Server, asked: Sequence[Workload], seconds: float) -> list[Goal]:
    """Resident memory of the server under a mixture of everything, reads and writes."""
    mixed = [pair for workload in asked for pair in all_of(workload)]
    Random(1).shuffle(mixed)
    samples = []
    with ThreadPoolExecutor(1) as thread:
        running = thread.submit(load.run, server, mixed, seconds, bench.folder)
        told = started = time.monotonic()
        while not running.done():
            samples.append(processes.resident_mib(server.process.pid))
            if time.monotonic() - told > 15:
                told = time.monotonic()
                bench.say(f"memory under load: {samples[-1]:.0f} MiB after {told - started:.0f} s")
            time.sleep(0.5)
        running.result()
    return [
        Goal("resident memory under load, at most", max(samples), MOST_MIB, at_most=True, unit=" MiB"),
        Goal(f"resident memory over {seconds:.0f} s, last quarter vs second", flatness(samples), FLAT, at_most=True),
    ]
