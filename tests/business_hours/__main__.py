"""`make clocks`: random clocks against two libraries of others. Ends with `clocks: N compared, 0 unexplained`."""

import os
import sys

from tests.business_hours.clocks import compared, told

NUMBER, FULL = 20_000, 200_000


def main() -> int:
    seed, number = int(os.environ.get("SEED") or 1), FULL if os.environ.get("FULL") else NUMBER
    print(f"{number} clocks from seed {seed}; about {number // 100} s")
    found = compared(seed, number)
    print("\n".join(told(found)))
    return 1 if found.unexplained else 0


if __name__ == "__main__":
    sys.exit(main())
