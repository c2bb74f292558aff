"""`python -m tests.contract.subscriptions NODE`: the public clients of both protocols follow our own server's events.

They are npm's `graphql-ws` and `graphql-sse`, as front ends have them.
"""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.contract.served import DidNotServe, Served, served

SCRIPT = Path(__file__).resolve().parents[2] / "clients/contract/subscriptions.mjs"
CHECKS = 16  # a check that is gone has not passed
PATIENCE_SECONDS = 150


@dataclass(frozen=True)
class Check:
    client: str
    name: str
    reason: str | None  # why not, if it failed


def main(arguments: Sequence[str]) -> int:
    [node] = arguments
    try:
        with served(worker=True) as server:
            checks = asked(node, server)
    except DidNotServe as error:
        print(error, file=sys.stderr)
        return 2
    for check in checks:
        if check.reason is not None:
            print(f"{check.client} {check.name}: {check.reason}")
    print(closing_line(checks))
    return 0 if passed(checks) else 1


def asked(node: str, server: Served) -> list[Check]:
    done = subprocess.run(
        [node, str(SCRIPT), server.url],
        env={**os.environ, "CRM_TOKEN": server.token},
        stdout=subprocess.PIPE,
        text=True,
        timeout=PATIENCE_SECONDS,
        check=True,
    )
    return [Check(**json.loads(line)) for line in done.stdout.splitlines()]


def closing_line(checks: Sequence[Check]) -> str:
    return f"subscriptions: {len(checks)} checks, {sum(check.reason is not None for check in checks)} failed"


def passed(checks: Sequence[Check]) -> bool:
    return len(checks) >= CHECKS and all(check.reason is None for check in checks)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
