"""What the clients asked for and what they were told, written down before it is believed.

A line is on the disk before the operation counts as acknowledged, so that the checker may hold the product to it
whatever happens to the kit.
"""

from __future__ import annotations

import json
import os
from enum import StrEnum
from pathlib import Path
from typing import Any


class Told(StrEnum):
    """What the caller knows of an operation in the end."""

    DONE = "done"
    REFUSED = "refused"  # nothing changed
    UNKNOWN = "unknown"  # it may or may not have been done


class Ledger:
    """One JSON object a line: `asked` before an operation is sent, `told` when its last answer is in."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file = path.open("ab", buffering=0)
        self.counts = dict.fromkeys(Told, 0)
        self.asked_for = 0

    def asked(self, name: str, kind: str, **facts: Any) -> None:
        self.asked_for += 1
        self._write({"asked": name, "kind": kind, **facts})

    def told(self, name: str, told: Told, **facts: Any) -> None:
        self._write({"told": name, "what": told.value, **facts})
        self.counts[told] += 1

    def close(self) -> None:
        self._file.close()

    def _write(self, line: dict[str, Any]) -> None:
        self._file.write(json.dumps(line).encode() + b"\n")
        os.fsync(self._file.fileno())
