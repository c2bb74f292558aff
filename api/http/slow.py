"""The log of slow operations: which document, how long, and how PostgreSQL went about its slowest read.

A plan is logged as kinds of nodes with tables, indexes and estimates. Conditions stay out: they hold values of people.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Iterator, Mapping
from typing import Any

import orjson

from api import telemetry
from api.db.pool import Fetching
from api.http.exchange import Exchange
from api.telemetry import Statement

EXPLAIN_SECONDS = 5.0
AGAIN_SECONDS = 60.0  # until the same statement is explained again
MOST_REMEMBERED = 1_000
COMPILED = "crm.principal"  # set by compiled reads only, not by those for the token, its budget or its documents


class SlowLog:
    """Explains the slowest read of a request that took longer than `threshold_ms`, beside the requests that follow."""

    def __init__(self, pool: Fetching, threshold_ms: float) -> None:
        self._pool = pool
        self._threshold_ms = threshold_ms
        self._not_before: dict[str, float] = {}
        self.running: set[asyncio.Task[None]] = set()

    def record(self, exchange: Exchange) -> None:
        duration_ms = exchange.timings.total_ms
        if duration_ms < self._threshold_ms or exchange.facts.get("operation_type") == "subscription":
            return  # a stream lasts as long as somebody listens
        told = {
            "request_id": exchange.id,
            "duration_ms": round(duration_ms, 2),
            "document": exchange.facts.get("document"),
        }
        reads = [statement for statement in exchange.statements if statement.arguments and COMPILED in statement.text]
        slowest = max(reads, key=lambda statement: statement.seconds, default=None)
        if slowest is None or not self._due(slowest.text):
            telemetry.log(logging.WARNING, "slow", **told)
            return
        task = asyncio.get_running_loop().create_task(self._explain(slowest, told))
        self.running.add(task)
        task.add_done_callback(self.running.discard)

    def _due(self, text: str) -> bool:
        now = time.monotonic()
        if self._not_before.get(text, 0.0) > now or self.running:
            return False
        if len(self._not_before) >= MOST_REMEMBERED:
            self._not_before.clear()
        self._not_before[text] = now + AGAIN_SECONDS
        return True

    async def _explain(self, statement: Statement, told: Mapping[str, Any]) -> None:
        try:
            async with asyncio.timeout(EXPLAIN_SECONDS):  # while one plan is waited for, no other is asked for
                explained = await self._pool.fetch(f"EXPLAIN (FORMAT JSON) {statement.text}", statement.arguments or ())
        except Exception as error:  # noqa: BLE001 - nobody waits for this; the line says why it has no plan
            telemetry.log(logging.WARNING, "slow", **told, **telemetry.described(error))
            return
        telemetry.log(
            logging.WARNING,
            "slow",
            **told,
            database_ms=round(statement.seconds * 1000, 2),
            plan=list(nodes(orjson.loads(explained)[0]["Plan"])),
        )


def nodes(plan: Mapping[str, Any], depth: int = 0) -> Iterator[str]:
    """One line for each node, indented below the node that reads from it.

    >>> list(nodes({"Node Type": "Index Scan", "Index Name": "ix_accounts_name", "Index Cond": "(name = 'Ada')"}))
    ['Index Scan ix_accounts_name rows=0']
    """
    words = [plan["Node Type"], plan.get("Relation Name"), plan.get("Index Name"), f"rows={plan.get('Plan Rows', 0)}"]
    yield "  " * depth + " ".join(word for word in words if word)
    for below in plan.get("Plans", ()):
        yield from nodes(below, depth + 1)
