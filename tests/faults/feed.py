"""Consumers of the feed: one that pages, one that subscribes; both are to see every position once, in order."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidMessage
from websockets.typing import Subprotocol

from tests.faults.asking import Caller
from tests.faults.place import Place

PAGE = """query Page($after: String) {
  events(after: $after, first: 50) { nodes { position recordId version } pageInfo { hasNextPage endCursor } } }"""
LIVE = "subscription Live($after: String) { events(after: $after) { position recordId version } }"
SUBPROTOCOL = Subprotocol("graphql-transport-ws")
PAUSE = 0.1
QUIET_SECONDS = 30.0  # until everything has a position and is seen
WAITING = "SELECT count(*) AS count FROM outbox WHERE position IS NULL AND tenant_id = $1"
LAST = "SELECT coalesce(max(position), 0) AS last FROM outbox WHERE tenant_id = $1"
# A record's versions in the order of their positions, and positions without a gap.
WRONG = """
SELECT tenant_id::text AS tenant,
       'positions ' || min(position) || ' to ' || max(position) || ' are ' || count(*) AS text
  FROM outbox WHERE position IS NOT NULL GROUP BY tenant_id HAVING max(position) <> count(*) OR min(position) <> 1
UNION ALL
SELECT a.tenant_id::text, a.aggregate_id || ': version ' || a.version || ' comes after ' || b.version
  FROM outbox a JOIN outbox b ON b.tenant_id = a.tenant_id AND b.aggregate_id = a.aggregate_id
   AND b.version > a.version AND b.position < a.position
"""


@dataclass
class Consumer:
    """What one consumer of the first tenant has seen, in that order. `broken`: how often it had to come back."""

    place: Place
    seen: list[int] = field(default_factory=list)
    closed: list[int] = field(default_factory=list)  # codes with which its socket was closed
    broken: int = 0
    told_at: dict[int, float] = field(default_factory=dict)

    @property
    def after(self) -> str | None:
        return str(self.seen[-1]) if self.seen else "0"

    def take(self, nodes: Sequence[dict[str, Any]]) -> None:
        for node in nodes:
            position = int(node["position"])
            self.seen.append(position)
            self.told_at[position] = time.monotonic()

    async def page(self, caller: Caller) -> None:
        """Page until cancelled."""
        while True:
            answer = await caller.ask(PAGE, {"after": self.after})
            found = (answer.data or {}).get("events")
            if found is None:
                self.broken += 1
                await asyncio.sleep(answer.wait * 0.2 or PAUSE)
                continue
            self.take(found["nodes"])
            if not found["pageInfo"]["hasNextPage"]:
                await asyncio.sleep(PAUSE)

    async def subscribe(self) -> None:
        """Listen until cancelled; after a break go on where it was."""
        token = self.place.tenant.token
        while True:
            try:
                async with connect(
                    f"ws://127.0.0.1:{self.place.api.port}/graphql", subprotocols=[SUBPROTOCOL]
                ) as socket:
                    await socket.send(
                        json.dumps({"type": "connection_init", "payload": {"Authorization": f"Bearer {token}"}})
                    )
                    payload = {"query": LIVE, "variables": {"after": self.after}}
                    await socket.send(json.dumps({"id": "1", "type": "subscribe", "payload": payload}))
                    await self._listen(socket)
            except ConnectionClosed as error:
                self.closed.append(error.rcvd.code if error.rcvd else 0)
            except (OSError, InvalidHandshake, InvalidMessage, TimeoutError):
                pass
            self.broken += 1
            await asyncio.sleep(PAUSE)

    async def _listen(self, socket: Any) -> None:
        async for text in socket:
            message = json.loads(text)
            match message["type"]:
                case "next":
                    self.take([message["payload"]["data"]["events"]])
                case "ping":
                    await socket.send(json.dumps({"type": "pong"}))
                case "error" | "complete":
                    return

    def judge(self, last: int, who: str) -> None:
        """I4: every position from 1 to the last, once and in order."""
        if self.seen != list(range(1, last + 1)):
            missing = sorted(set(range(1, last + 1)) - set(self.seen))[:5]
            twice = len(self.seen) - len(set(self.seen))
            self.place.blame("I4", f"{who} saw {len(self.seen)} of {last}; missing {missing}, {twice} twice")


async def settled(place: Place, consumers: dict[str, Consumer]) -> float:
    """Wait until every event has its position and every consumer has seen it; judge both. Returns the seconds."""
    began, tenant = time.monotonic(), place.tenant.id
    until = began + place.limit(QUIET_SECONDS)
    last = -1
    while time.monotonic() < until:
        (waiting,) = await place.sql(WAITING, tenant)
        (head,) = await place.sql(LAST, tenant)
        last = head["last"]
        if not waiting["count"] and all(len(one.seen) >= last for one in consumers.values()):
            break
        await asyncio.sleep(PAUSE)
    else:
        place.blame("I6", f"{waiting['count']} events have no position after {QUIET_SECONDS:g} s, of {last}")
    for row in await place.sql(WRONG):
        place.blame("I3", f"{row['tenant']}: {row['text']}")
    for who, one in consumers.items():
        one.judge(last, who)
    return time.monotonic() - began
