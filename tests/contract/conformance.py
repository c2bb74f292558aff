"""`python -m tests.contract.conformance NODE`: the public audits of GraphQL over HTTP, asked of our own server.

The suite is npm's `graphql-http`. A warning is a failure here: the default profile keeps every audit.
"""

import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.contract.served import DidNotServe, Served, served

SCRIPT = Path(__file__).resolve().parents[2] / "clients/contract/conformance.mjs"
AUDITS = 61  # of graphql-http 1.23.1: an audit that is gone has not passed
PATIENCE_SECONDS = 60


@dataclass(frozen=True)
class Audit:
    id: str
    name: str
    status: str  # ok, notice, warn, error
    reason: str | None = None


def main(arguments: Sequence[str]) -> int:
    [node] = arguments
    try:
        with served() as server:
            audits = asked(node, server)
    except DidNotServe as error:
        print(error, file=sys.stderr)
        return 2
    for audit in audits:
        if audit.status != "ok":
            print(f"{audit.status} {audit.id} {audit.name}: {audit.reason}")
    print(closing_line(audits))
    return 0 if passed(audits) else 1


def asked(node: str, server: Served) -> list[Audit]:
    environment = {**os.environ, "CRM_TOKEN": server.token}
    done = subprocess.run(
        [node, str(SCRIPT), server.url],
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
        timeout=PATIENCE_SECONDS,
        check=True,
    )
    return [Audit(**json.loads(line)) for line in done.stdout.splitlines()]


def closing_line(audits: Sequence[Audit]) -> str:
    """The suite's notices are counted as warnings."""
    counts = Counter("warn" if audit.status == "notice" else audit.status for audit in audits)
    return f"conformance: {counts['ok']} ok, {counts['warn']} warn, {counts['error']} error"


def passed(audits: Sequence[Audit]) -> bool:
    return len(audits) >= AUDITS and all(audit.status == "ok" for audit in audits)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
