"""What processes use, as Linux counts it: processor time and resident memory."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")
PARENT, USER, SYSTEM, ENDED_USER, ENDED_SYSTEM = 1, 11, 12, 13, 14  # of the fields behind the name


def fields_of(pid: int) -> list[str]:
    return Path(f"/proc/{pid}/stat").read_text("utf8").rpartition(") ")[2].split()


def processor_ms(pid: int) -> float:
    """Time used so far by a process and by those of its children that have ended."""
    fields = fields_of(pid)
    return sum(int(fields[at]) for at in (USER, SYSTEM, ENDED_USER, ENDED_SYSTEM)) * 1000 / TICKS


def family_ms(parent: int) -> float:
    """Time used so far by a process and all of its children."""
    total = processor_ms(parent)
    for child in children_of(parent):
        with suppress(OSError):
            total += processor_ms(child)
    return total


def children_of(parent: int) -> list[int]:
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with suppress(OSError):
                if int(fields_of(int(entry.name))[PARENT]) == parent:
                    found.append(int(entry.name))
    return found


def parent_of(pid: int) -> int:
    return int(fields_of(pid)[PARENT])


def resident_mib(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text("utf8")
    line = next(line for line in status.splitlines() if line.startswith("VmRSS:"))
    return int(line.split()[1]) / 1024
