"""`make faults`: break everything that can break, and look whether what is promised still holds.

Ends with `faults: N runs, 0 violations`.
"""

import argparse
import asyncio
import os
import random
import sys
import time

from api import telemetry
from tests.faults.campaign import ROWS, Result, slowness
from tests.faults.lanes import Lane, Lanes, serve
from tests.faults.row import Row

HELP = """Runs the rows of the table of faults, each against a server and a PostgreSQL of its own.
Environment: REPEAT=n runs of each row, 3 by default; FULL=1 for 20 and larger histories; SEED=n repeats a run;
ROWS=F01,F03 chooses rows; LANES=n runs so many rows at once.
Exit code 1 on a violation, 2 if there is no such row."""
REPEAT, REPEAT_FULL = 3, 20
LANES = (os.cpu_count() or 1) + 1  # each waits for half of the time


def chosen(names: str) -> list[Row]:
    """Raises SystemExit for a row that is not there."""
    wanted = {name.strip() for name in names.split(",") if name.strip()}
    unknown = wanted - {row.number for row in ROWS}
    if unknown:
        print(f"There is no row {', '.join(sorted(unknown))}. There are {', '.join(row.number for row in ROWS)}.")
        raise SystemExit(2)
    return [row for row in ROWS if not wanted or row.number in wanted]


async def campaign(rows: list[Row], repeat: int, seed: int, lanes: int, *, full: bool) -> Result:
    began = time.monotonic()

    def tell(line: str) -> None:
        print(f"{time.monotonic() - began:5.0f} s  {line}", flush=True)

    tell(f"{len(rows)} rows × {repeat}, SEED={seed}, {lanes} at once; load {slowness():.1f}")
    return await Lanes(rows, repeat, seed, tell, [Lane(full) for _ in range(lanes)]).run()


def main() -> int:
    parser = argparse.ArgumentParser(
        "python -m tests.faults", description=HELP, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--lane", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--full", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    telemetry.configure("error")
    if given.lane:
        asyncio.run(serve(full=given.full))
        return 0
    full = os.environ.get("FULL") == "1"
    repeat = int(os.environ.get("REPEAT") or (REPEAT_FULL if full else REPEAT))
    seed = int(os.environ.get("SEED") or random.SystemRandom().randrange(10**6))
    rows = chosen(os.environ.get("ROWS", ""))
    result = asyncio.run(campaign(rows, repeat, seed, int(os.environ.get("LANES") or LANES), full=full))
    print()
    print("\n".join(result.table()))
    print(result.last_line)
    return 0 if result.violations == 0 else 1


if __name__ == "__main__":
    sys.exit(main())
