"""`make probes`: ask for everything as those who may not see it.

Ends with `probes: R read, M mutation, F field, N leaks; mutants K of K killed`.
"""

import argparse
import asyncio
import os
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from api import telemetry
from api.db.migrations import upgrade
from tests.cluster import a_cluster, external_url, in_memory
from tests.probes.campaign import DEFAULT, FULL, Result, run

DATABASE = "crm_probes"
SHOWN = 40
HELP = """Probes every path of the schema as principals who may not see: reads, filters, orders, groups, keys, writes.
Environment: FULL=1 asks every path, each by a third of the roles in turn; otherwise a sample of at most ten minutes,
from which a slow machine leaves out what it does not get done, evenly.
Exit code 1 on a leak, a mutant that survives, an unexpected failure, a difference between the two rings, a known leak
that is gone, or more than 5 % of the paths without a positive control."""


def report(result: Result) -> int:
    for leak in result.leaks[:SHOWN]:
        print(f"LEAK {leak}\n    {leak.text[:600]}\n    {dict(leak.variables)!r:.600}")
    if len(result.leaks) > SHOWN:
        print(f"… and {len(result.leaks) - SHOWN} more")
    for entry, leaks in result.known.items():
        print(f"known, {len(leaks)} times: {entry.reason}; first: {str(leaks[0])[:200]}")
    for entry in result.gone:
        print(f"GONE, take it from tests/probes/known.py: {entry.reason}")
    for text, count in list(result.broken.items())[:SHOWN]:
        print(f"BROKEN {count} times: {text}")
    for text in result.differences[:SHOWN]:
        print(f"DIFFERENT under row-level security: {text[:600]}")
    for text in result.survivors:
        print(f"SURVIVES {text}")
    share = 100 * len(result.silent) / max(result.controlled, 1)
    print(f"without a positive control: {len(result.silent)} of {result.controlled} ({share:.1f} %)")
    for name in sorted(result.silent):
        print(f"    {name}")
    print(f"non-interference: {result.quiet} requests; row-level security: {result.compared} queries compared")
    print(result.last_line)
    return 0 if result.passed else 1


def main() -> int:
    argparse.ArgumentParser(
        "python -m tests.probes", description=HELP, formatter_class=argparse.RawDescriptionHelpFormatter
    ).parse_args()
    telemetry.configure("error")
    began = time.monotonic()
    plan = FULL if os.environ.get("FULL") == "1" else DEFAULT
    with a_cluster(external_url()) as cluster, tempfile.TemporaryDirectory(dir=in_memory()) as folder:
        cluster.create_database(DATABASE)
        with ThreadPoolExecutor(1) as thread:  # Alembic runs an event loop of its own
            thread.submit(upgrade, cluster.urls(DATABASE).migration).result()

        def tell(line: str) -> None:
            print(f"{time.monotonic() - began:5.0f} s  {line}", flush=True)

        result = asyncio.run(run(cluster, DATABASE, Path(folder), plan, tell))
    return report(result)


if __name__ == "__main__":
    sys.exit(main())
