"""The rows, one run of one, and the table of what came of them."""

from __future__ import annotations

import asyncio
import os
import traceback
from dataclasses import dataclass, field

from tests.faults.place import Campaign, a_place
from tests.faults.row import Row, Skipped
from tests.faults.rows import (
    background,
    commits,
    contention,
    database,
    environment,
    jobs,
    network,
    sockets,
    webhooks,
    workloads,
)

GROUPS = (commits, background, sockets, webhooks, jobs, database, network, contention, environment, workloads)
ROWS: tuple[Row, ...] = tuple(row for group in GROUPS for row in group.ROWS)
LONGEST, LONGEST_FULL = 60.0, 1_200.0  # seconds of one run


@dataclass
class Line:
    """What became of one row."""

    row: Row
    runs: int = 0
    seconds: float = 0.0
    violations: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    skipped: str | None = None

    @property
    def state(self) -> str:
        if self.row.missing:
            return "not built yet"
        if self.skipped is not None:
            return "skipped"
        return "held" if not self.violations else f"{len(self.violations)} violations"

    @property
    def remark(self) -> str:
        return self.row.missing or self.skipped or (self.notes[-1] if self.notes else "")


@dataclass
class Result:
    lines: list[Line]

    @property
    def runs(self) -> int:
        return sum(line.runs for line in self.lines)

    @property
    def violations(self) -> int:
        return sum(len(line.violations) for line in self.lines)

    @property
    def last_line(self) -> str:
        return f"faults: {self.runs} runs, {self.violations} violations"

    def table(self) -> list[str]:
        rows = [("row", "fault", "runs", "time", "state", "seen last")]
        for line in self.lines:
            time = f"{line.seconds:.0f} s" if line.runs else ""
            rows.append((line.row.number, line.row.fault, str(line.runs), time, line.state, line.remark))
        widths = [max(len(row[at]) for row in rows) for at in range(5)]
        return ["  ".join([*(row[at].ljust(widths[at]) for at in range(5)), row[5]]).rstrip() for row in rows]


def slowness() -> float:
    """By how much time limits are stretched: for every processor's worth of other work, once more."""
    return max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))


async def run_row(campaign: Campaign, row: Row, seed: int) -> tuple[list[str], list[str]]:
    """Violations and notes of one run.

    Raises:
        Skipped: this machine does not permit it.
    """
    if row.run is None:
        return [], []
    campaign.slowness = slowness()
    violations: list[str] = []
    try:
        longest = LONGEST_FULL if campaign.full else LONGEST
        async with asyncio.timeout(longest * campaign.slowness), a_place(campaign, seed, row.settings) as place:
            violations = place.manner.violations
            await row.run(place)
            violations[:0] = place.logged()
            return violations, place.notes
    except Skipped:
        raise
    except Exception:  # noqa: BLE001 - a row that falls is a finding, and the others go on
        return [*violations, f"the row itself fell: {traceback.format_exc()[-1_500:]}"], []
