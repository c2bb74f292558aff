"""Lanes: processes that run rows beside each other, each on a PostgreSQL of its own.

Rows mostly wait: for a server to start, a receiver to come back, a deadline to pass. A lane reads one order a line,
`{"row": "F01", "seed": 1}`, and answers with one line. When nobody is there any more to read its answers, because the
campaign was killed, it stops what it has begun and ends.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import Any

from tests.faults.campaign import ROWS, Line, Result, run_row
from tests.faults.place import Campaign, a_campaign
from tests.faults.row import Row, Skipped
from tests.faults.serving import ROOT

SHOWN = 12
LONGEST_LINE = 2**22  # bytes of one answer
CLOSE_SECONDS = 60.0
SELDOM = 3  # a row that the design does not ask for again and again is run once in so many times


# The lane itself


async def serve(*, full: bool) -> None:
    """Run what stdin orders until it ends."""
    orders = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(orders), sys.stdin)
    async with a_campaign() as campaign:
        campaign.full = full
        order = await orders.readline()
        while order:
            running = asyncio.create_task(answered(campaign, json.loads(order)))
            coming = asyncio.create_task(orders.readline())
            await asyncio.wait({running, coming}, return_when=asyncio.FIRST_COMPLETED)
            if not running.done():
                running.cancel()
                await asyncio.wait({running})
                return
            print(json.dumps(running.result()), flush=True)
            order = await coming


async def answered(campaign: Campaign, order: dict[str, Any]) -> dict[str, Any]:
    row, began = next(row for row in ROWS if row.number == order["row"]), time.monotonic()
    try:
        violations, notes = await run_row(campaign, row, order["seed"])
    except Skipped as skipped:
        return {"skipped": str(skipped)}
    return {"violations": violations, "notes": notes, "seconds": time.monotonic() - began}


# Those who give orders


@dataclass
class Lane:
    """A process that is started for the first order, and anew after it fell."""

    full: bool
    process: asyncio.subprocess.Process | None = None

    async def run(self, row: Row, seed: int) -> dict[str, Any]:
        began = time.monotonic()
        if self.process is None:
            self.process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "tests.faults", "--lane", *(["--full"] if self.full else [])),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                cwd=ROOT,
                limit=LONGEST_LINE,
                start_new_session=True,  # Ctrl-C is for the campaign, which then closes its lanes
            )
        sent, told = self.process.stdin, self.process.stdout
        if sent is None or told is None:
            raise RuntimeError("a lane has pipes")
        sent.write(json.dumps({"row": row.number, "seed": seed}).encode() + b"\n")
        line = await told.readline()
        if line:
            answer: dict[str, Any] = json.loads(line)
            return answer
        code, self.process = await self.process.wait(), None
        fell = f"the lane itself fell with exit code {code}"
        return {"violations": [fell], "notes": [], "seconds": time.monotonic() - began}

    async def close(self) -> None:
        if self.process is None or self.process.stdin is None:
            return
        self.process.stdin.close()
        try:
            await asyncio.wait_for(self.process.wait(), CLOSE_SECONDS)
        except TimeoutError:
            self.process.kill()
            await self.process.wait()


@dataclass
class Lanes:
    """All runs of a campaign. `tell` shows what has happened."""

    rows: Sequence[Row]
    repeat: int
    seed: int
    tell: Callable[[str], None]
    lanes: list[Lane]
    lines: list[Line] = field(init=False)

    def __post_init__(self) -> None:
        self.lines = [Line(row) for row in self.rows]

    async def run(self) -> Result:
        """Every row as often as it is to be, each run with a seed of its own that starts with `seed`."""
        runs = [
            (line, self.seed + number)
            for number in range(self.repeat)
            for line in self.lines
            if line.row.run is not None and number < times(line.row, self.repeat)
        ]
        async with AsyncExitStack() as stack:
            for lane in self.lanes:
                stack.push_async_callback(lane.close)
            beside = deque(one for one in runs if not one[0].row.alone)
            await asyncio.gather(*(self._through(lane, beside) for lane in self.lanes))
            await self._through(self.lanes[0], deque(one for one in runs if one[0].row.alone))
        return Result(self.lines)

    async def _through(self, lane: Lane, runs: deque[tuple[Line, int]]) -> None:
        while runs:
            line, seed = runs.popleft()
            if line.skipped is None:
                self._noted(line, seed, await lane.run(line.row, seed))

    def _noted(self, line: Line, seed: int, answer: dict[str, Any]) -> None:
        row = line.row
        if "skipped" in answer:
            line.skipped = answer["skipped"]
            self.tell(f"{row.number} is skipped: {line.skipped}")
            return
        violations, seconds = answer["violations"], answer["seconds"]
        line.runs, line.seconds = line.runs + 1, line.seconds + seconds
        line.violations += violations
        line.notes += answer["notes"]
        self.tell(f"{row.number} {row.fault}, seed {seed}: {seconds:.1f} s, {len(violations)} violations")
        for violation in list(dict.fromkeys(violations))[:SHOWN]:
            self.tell(f"    VIOLATION {violation}")
        if violations:
            self.tell(f"    again: make faults ROWS={row.number} SEED={seed} REPEAT=1")


def times(row: Row, repeat: int) -> int:
    """How often a row is run."""
    return max(1, repeat // SELDOM) if row.seldom else repeat
