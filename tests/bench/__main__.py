"""`make bench`: the product beside its peers, on one machine, in one run. `FULL=1` takes longer and asks for more."""

from __future__ import annotations

import asyncio
import base64
import os
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

import asyncpg

from api.db.embedded import EmbeddedPostgres
from api.db.migrations import upgrade
from api.domain import tokens
from tests.bench import desk, load, measuring, principals, processes, report, servers, world
from tests.bench.figures import Comparison, Goal, closing_line
from tests.bench.measuring import Bench
from tests.bench.servers import Server
from tests.bench.workloads import BASELINE, LIMIT, POSTGRAPHILE, POSTGRAPHILE_RLS, workloads

SECRET = b"a secret of the benchmark, 32 by"
PEPPER = tokens.pepper(SECRET)
REPORTS = (
    "CREATE SCHEMA bench; GRANT USAGE ON SCHEMA bench TO crm_app;"
    """
CREATE VIEW bench.stage_totals WITH (security_invoker = true) AS
  SELECT tenant_id, stage_id, currency, count(*) AS count, sum(amount_minor) AS amount_minor
    FROM opportunities WHERE archived_at IS NULL GROUP BY tenant_id, stage_id, currency;
GRANT SELECT ON bench.stage_totals TO crm_app;
"""
)


@dataclass(frozen=True)
class Extent:
    """How much is measured."""

    seconds: float
    rounds: int
    factor: int
    growth_seconds: float
    memory_seconds: float


USUAL = Extent(seconds=4, rounds=3, factor=4, growth_seconds=2, memory_seconds=120)
FULL = Extent(seconds=10, rounds=5, factor=10, growth_seconds=5, memory_seconds=600)


def main() -> int:
    if not load.is_installed():
        print(load.MISSING, file=sys.stderr)
        return 1
    extent = FULL if os.environ.get("FULL") else USUAL
    started = time.monotonic()

    def say(line: str) -> None:
        print(f"[{time.monotonic() - started:4.0f} s] {line}", flush=True)

    with tempfile.TemporaryDirectory(prefix="crm-bench-") as name:
        folder = Path(name)
        folder.chmod(0o711)  # PostgreSQL may run as another user, who passes through
        try:
            with EmbeddedPostgres(folder / "data", state_dir=folder) as cluster:
                comparisons, goals, left_out = measured(cluster, folder, extent, say)
        except (load.LoadFailed, measuring.Different, servers.DidNotAnswer, servers.DidNotStart) as error:
            print(error, file=sys.stderr)
            return 1
    all_goals = [goal for one in comparisons for goal in one.goals()] + goals
    page = report.page(comparisons, goals, left_out, full=extent is FULL)
    report.PAGE.write_text(page, "utf8")
    print("\n" + report.table(comparisons, goals))
    print(closing_line(all_goals))
    return 0 if all(goal.is_reached for goal in all_goals) else 1


def measured(
    cluster: EmbeddedPostgres, folder: Path, extent: Extent, say: report.Say
) -> tuple[list[Comparison], list[Goal], dict[str, str]]:
    size = world.Size()
    known = made(cluster, "bench", size, desk.FEW, say)
    asked = workloads(size)
    bench = Bench(extent.seconds, extent.rounds, folder, asyncio.run(postmaster_of(cluster.superuser_url())), say)
    secret = base64.b64encode(SECRET).decode()
    with ExitStack() as running:
        own = running.enter_context(servers.ours(cluster.urls("bench"), secret, known, folder))
        others, left_out = peers(running, cluster, folder)
        comparisons = [measuring.compare(bench, [own, *others], one) for one in asked]
    larger, brief = size.times(extent.factor), replace(bench, seconds=extent.growth_seconds)
    with ExitStack() as running:
        small = running.enter_context(servers.ours(cluster.urls("bench"), secret, known, folder))
        with ThreadPoolExecutor(1) as beside:  # the load is not measured here, only what it leaves in memory
            making = beside.submit(made, cluster, "bench_larger", larger, desk.MANY, say)
            goals = measuring.memory(bench, small, asked, extent.memory_seconds)
            known_larger = making.result()
        large = running.enter_context(servers.ours(cluster.urls("bench_larger"), secret, known_larger, folder))
        pairs = list(zip(asked[:3], workloads(larger)[:3], strict=True))
        goals = measuring.growth(brief, small, large, pairs, extent.factor) + goals
        goals.insert(len(pairs), measuring.walk(brief, small))
        goals += desk.grown(brief, small, large, cluster.urls("bench"), cluster.urls("bench_larger"))
        asking = asyncio.run(principals.prepare(cluster.urls("bench"), cluster.superuser_url("bench"), PEPPER))
        goals = principals.compared(brief, small, asking) + goals
    return comparisons, goals, left_out


def peers(running: ExitStack, cluster: EmbeddedPostgres, folder: Path) -> tuple[list[Server], dict[str, str]]:
    """The servers to compare with, and why others are left out."""
    superuser = cluster.superuser_url("bench")
    found = [running.enter_context(servers.other(name, superuser, folder)) for name in (LIMIT, BASELINE)]
    why = servers.missing_of_postgraphile()
    if why is not None:
        return found, dict.fromkeys((POSTGRAPHILE, POSTGRAPHILE_RLS), why)
    found.append(running.enter_context(servers.other(POSTGRAPHILE, superuser, folder)))
    with_rls = servers.other(POSTGRAPHILE_RLS, superuser, folder, url=cluster.urls("bench").app)
    found.append(running.enter_context(with_rls))
    return found, {}


def made(cluster: EmbeddedPostgres, name: str, size: world.Size, cases: int, say: report.Say) -> tuple[str, ...]:
    """A database of this size, with so many open cases; the tokens of its tenants."""
    say(
        f"loading {size.accounts:,} accounts, {size.contacts:,} contacts, {size.opportunities:,} opportunities,"
        f" {cases:,} open cases"
    )
    cluster.create_database(name)
    upgrade(cluster.urls(name).migration)
    asyncio.run(world.fill(cluster.superuser_url(name), size))
    asyncio.run(desk.fill(cluster.superuser_url(name), cases))
    asyncio.run(run_sql(cluster.superuser_url(name), REPORTS))
    return tuple(asyncio.run(world.make_tokens(cluster.urls(name), PEPPER)))


async def postmaster_of(url: str) -> int:
    connection = await asyncpg.connect(url)
    try:
        return processes.parent_of(connection.get_server_pid())
    finally:
        await connection.close()


async def run_sql(url: str, sql: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(sql)
    finally:
        await connection.close()


if __name__ == "__main__":
    sys.exit(main())
