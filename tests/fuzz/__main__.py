"""`make fuzz`: operations that nobody has thought of. Ends with `fuzz: N operations, 0 unhandled`.

Environment: FULL=1 runs 20,000 operations, otherwise as many as fit into nine minutes; SEED repeats a run.
"""

import asyncio
import os
import random
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from api import telemetry
from api.db.migrations import upgrade
from tests.badinput.place import a_place, client_of
from tests.cluster import Cluster, a_cluster, external_url, in_memory
from tests.fuzz.making import operations
from tests.fuzz.sending import Found, fuzz
from tests.fuzz.thinning import thinned
from tests.fuzz.world import ids_of

DATABASE = "crm_fuzz"
MOST, SECONDS = 20_000, 9 * 60.0
SHOWN = 12


async def run(cluster: Cluster, folder: Path, number: int, until: float) -> Found:
    async with a_place(cluster, DATABASE, folder) as place, client_of(place) as client:
        return await fuzz(place, client, operations(ids_of(place), number, thinned), MOST, until)


def report(found: Found) -> int:
    by = ", ".join(f"{count} by {maker}" for maker, count in found.makers.most_common())
    print(f"made: {by}")
    print("answered: " + ", ".join(f"{outcome} {count}" for outcome, count in found.outcomes.most_common(SHOWN)))
    seconds, name = found.slowest
    print(
        f"ran: {found.ran} of {found.done} ({100 * found.ran // max(found.done, 1)} %); slowest {seconds:.2f} s: {name}"
    )
    print(f"fuzz: {found.done} operations, {len(found.unhandled)} unhandled")
    return 1 if found.unhandled else 0


def main() -> int:
    telemetry.configure("error")
    full, number = os.environ.get("FULL") == "1", int(os.environ.get("SEED") or random.randrange(2**31))
    print(f"SEED={number}", flush=True)
    with a_cluster(external_url()) as cluster, tempfile.TemporaryDirectory(dir=in_memory()) as folder:
        cluster.create_database(DATABASE)
        with ThreadPoolExecutor(1) as thread:  # Alembic runs an event loop of its own
            thread.submit(upgrade, cluster.urls(DATABASE).migration).result()
        until = float("inf") if full else time.monotonic() + SECONDS
        found = asyncio.run(run(cluster, Path(folder), number, until))
    return report(found)


if __name__ == "__main__":
    sys.exit(main())
