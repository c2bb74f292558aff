"""`make badinput`: everything that a caller may send by mistake or malice. Ends with `badinput: N cases, 0 wrong`."""

import asyncio
import os
import sys
import tempfile
from collections.abc import AsyncIterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from api import telemetry
from api.db.migrations import upgrade
from tests.badinput.asking import Asker
from tests.badinput.cases import Case, written
from tests.badinput.cursors import cursor_cases
from tests.badinput.place import PATIENCE
from tests.badinput.positions import value_cases
from tests.badinput.running import MOST_SECONDS, Sum, an_asker, run
from tests.badinput.talking import talks
from tests.cluster import Cluster, a_cluster, external_url, in_memory

DATABASE = "crm_badinput"
SHOWN = 60


async def everything(asker: Asker, *, whole: bool) -> AsyncIterator[Case]:
    for case in written():
        yield case
    for case in talks():
        yield case
    for case in value_cases(whole=whole):
        yield case
    async for case in cursor_cases(asker):
        yield case


async def answered(cluster: Cluster, folder: Path, groups: Sequence[str]) -> Sum:
    """What became of the cases of all groups, or of those that are named."""
    async with an_asker(cluster, DATABASE, folder, PATIENCE) as asker:
        cases = everything(asker, whole=os.environ.get("FULL") == "1")
        return await run(asker, (case async for case in cases if not groups or case.group in groups))


def report(found: Sum) -> int:
    for case, complaints in found.wrong[:SHOWN]:
        print(f"{case}\n    " + "\n    ".join(complaints))
    if len(found.wrong) > SHOWN:
        print(f"… and {len(found.wrong) - SHOWN} more")
    seconds, name = found.worst
    before, after = found.kilobytes
    print(f"worst parse and analysis: {seconds * 1000:.1f} ms of CPU ({name}); {found.slow_documents} above 50 ms")
    print(f"memory of the server: {before / 1024:.0f} MB before, {after / 1024:.0f} MB after")
    wrong = len(found.wrong) + (seconds > MOST_SECONDS)
    print(f"badinput: {found.done} cases, {wrong} wrong")
    return 1 if wrong else 0


def main() -> int:
    telemetry.configure("error")
    with a_cluster(external_url()) as cluster, tempfile.TemporaryDirectory(dir=in_memory()) as folder:
        cluster.create_database(DATABASE)
        with ThreadPoolExecutor(1) as thread:  # Alembic runs an event loop of its own
            thread.submit(upgrade, cluster.urls(DATABASE).migration).result()
        found = asyncio.run(answered(cluster, Path(folder), sys.argv[1:]))
    return report(found)


if __name__ == "__main__":
    sys.exit(main())
