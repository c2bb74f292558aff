"""`make oracle`: thousands of random queries over many worlds. Ends with `oracle: N operations, 0 differences`.

Environment: FULL=1 runs 5,000 operations, otherwise as many as fit into eight minutes; SEED names the first world, so
that `make oracle SEED=n` begins with the world in which a difference was found.
"""

import asyncio
import os
import sys
import time
from concurrent.futures import ThreadPoolExecutor

from api.db.engine import write_engine
from api.db.migrations import upgrade
from api.db.pool import ReadPool
from tests.cluster import Cluster, a_cluster
from tests.oracle.comparing import ORACLE_SCHEMA, Difference, bench, compare
from tests.oracle.operations import everything

MOST = 5_000
PER_WORLD = 200
SECONDS = 8 * 60.0
NAME = "crm_oracle"


async def run(cluster: Cluster, first: int, most: int, until: float) -> tuple[int, list[Difference], set[str]]:
    """How many operations ran, the differences (the first one of a world ends it), what was asked for."""
    engine, pool = write_engine(cluster.superuser_url(NAME)), ReadPool(cluster.urls(NAME).app)
    await pool.open()
    done, differences, asked, seed = 0, list[Difference](), set[str](), first
    try:
        while done < most and time.monotonic() < until and not differences:
            there = await bench(seed, engine, pool)
            new = set[str]()
            count, difference = await compare(
                there, min(PER_WORLD, most - done), new, lambda: time.monotonic() >= until
            )
            done, seed, asked = done + count, seed + 1, asked | new
            differences += [difference] if difference else []
            print(f"world {there.seed}: {count} operations, {done} in all", flush=True)
    finally:
        await pool.close()
        await engine.dispose()
    return done, differences, asked


def main() -> int:
    full, first = os.environ.get("FULL") == "1", int(os.environ.get("SEED") or 1)
    with a_cluster(os.environ.get("POSTGRES_TEST_URL")) as cluster:
        cluster.create_database(NAME)
        with ThreadPoolExecutor(1) as thread:  # Alembic runs an event loop of its own
            thread.submit(upgrade, cluster.urls(NAME).migration).result()
        until = float("inf") if full else time.monotonic() + SECONDS
        done, differences, asked = asyncio.run(run(cluster, first, MOST, until))
    never = sorted(everything(ORACLE_SCHEMA) - asked)
    print(f"never asked for ({len(never)}): {', '.join(never) or 'nothing'}")
    for difference in differences:
        print(f"\n{difference}\n")
    print(f"oracle: {done} operations, {len(differences)} differences")
    return 1 if differences else 0


if __name__ == "__main__":
    sys.exit(main())
