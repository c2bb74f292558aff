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
from tests.faults.campaign import ROWS, Result, run_all, slowness
from tests.faults.place import a_campaign

HELP = """Runs the rows of the table of faults, each against a server and a PostgreSQL of its own.
Environment: REPEAT=n runs of each row, 3 by default; FULL=1 for 20 and larger histories; SEED=n repeats a run;
ROWS=F01,F03 chooses rows.
Exit code 1 on a violation."""
REPEAT, REPEAT_FULL = 3, 20


async def campaign(wanted: set[str], repeat: int, seed: int, *, full: bool) -> Result:
    began = time.monotonic()

    def tell(line: str) -> None:
        print(f"{time.monotonic() - began:5.0f} s  {line}", flush=True)

    rows = [row for row in ROWS if not wanted or row.number in wanted]
    tell(f"{len(rows)} rows × {repeat}, SEED={seed}; time limits × {slowness():.1f} for the load of this machine")
    async with a_campaign() as made:
        made.full = full
        return await run_all(made, rows, repeat, seed, tell)


def main() -> int:
    argparse.ArgumentParser(
        "python -m tests.faults", description=HELP, formatter_class=argparse.RawDescriptionHelpFormatter
    ).parse_args()
    telemetry.configure("error")
    full = os.environ.get("FULL") == "1"
    repeat = int(os.environ.get("REPEAT") or (REPEAT_FULL if full else REPEAT))
    seed = int(os.environ.get("SEED") or random.SystemRandom().randrange(10**6))
    wanted = {name.strip() for name in os.environ.get("ROWS", "").split(",") if name.strip()}
    result = asyncio.run(campaign(wanted, repeat, seed, full=full))
    print()
    print("\n".join(result.table()))
    print(result.last_line)
    return 0 if result.violations == 0 else 1


if __name__ == "__main__":
    sys.exit(main())
