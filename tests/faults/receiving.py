"""A receiver of webhooks that can be away, and that remembers everything it was sent."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field

from tests.faults.place import Place

ENDPOINT = """mutation Endpoint($input: WebhookEndpointCreateInput!) {
  did: webhookEndpointCreate(input: $input) { webhookEndpoint { id version } errors { code message } } }"""
THIN = "subscription Thin { events { position recordId version } }"
ANSWER = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\nok"
LENGTH = "content-length"


@dataclass(frozen=True)
class Arrival:
    """One delivery; `webhook` is the id by which its repetitions are known."""

    webhook: str
    record: str
    version: int
    position: int
    at: float


@dataclass
class Receiver:
    """Listens on the port that the product is allowed to send to. `before_answer` is called for every request."""

    place: Place
    arrivals: list[Arrival] = field(default_factory=list)
    before_answer: Callable[[], None] | None = None
    _listening: asyncio.Server | None = None

    async def open(self) -> None:
        self._listening = await asyncio.start_server(self._serve, "127.0.0.1", self.place.receiver_port)

    async def close(self) -> None:
        """Be away: connections are refused."""
        if self._listening is not None:
            self._listening.close()
            self._listening = None

    async def endpoint(self, *objects: str) -> str:
        """Subscribe to what happens to the first tenant's records of these kinds, or of all; the endpoint's id.

        One record's events are sent one after the other.
        """
        url = f"http://127.0.0.1:{self.place.receiver_port}/hook"
        given = {"name": "faults", "url": url, "document": THIN, "ordering": "PER_RECORD", "objects": objects}
        answer = await self.place.caller().ask(ENDPOINT, {"input": given})
        did = (answer.data or {}).get("did") or {}
        if not did.get("webhookEndpoint"):
            raise RuntimeError(f"no endpoint: {answer.code} {did.get('errors')}")
        return str(did["webhookEndpoint"]["id"])

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError, asyncio.IncompleteReadError):
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
            headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:])}
            self._note(headers, await reader.readexactly(int(headers.get(LENGTH, 0))))
            if self.before_answer is not None:
                self.before_answer()
            writer.write(ANSWER)
            await writer.drain()
        writer.close()

    def _note(self, headers: dict[str, str], body: bytes) -> None:
        event = json.loads(body)["data"]["events"] if b'"events"' in body else None
        if event is None:
            self.place.blame("I5", f"a body without an event: {body[:200]!r}")
            return
        position, version = int(event["position"]), event["version"]
        self.arrivals.append(Arrival(headers["webhook-id"], event["recordId"], version, position, time.monotonic()))

    @property
    def positions(self) -> set[int]:
        return {one.position for one in self.arrivals}

    def judge(self, expected: set[int]) -> None:
        """I5: each event came at least once, under one id of its own, and a record's events in their order."""
        if missing := sorted(expected - self.positions):
            self.place.blame("I5", f"{len(missing)} of {len(expected)} events never came: {missing[:5]}")
        if strange := sorted(self.positions - expected):
            self.place.blame("I5", f"events that there are not: {strange[:5]}")
        ids: dict[str, int] = {}
        newest: dict[str, int] = {}
        for one in self.arrivals:
            first = one.webhook not in ids
            if ids.setdefault(one.webhook, one.position) != one.position:
                self.place.blame("I5", f"{one.webhook} stands for positions {ids[one.webhook]} and {one.position}")
            if first and newest.get(one.record, 0) > one.version:
                self.place.blame("I5", f"{one.record}: version {one.version} came after {newest[one.record]}")
            newest[one.record] = max(newest.get(one.record, 0), one.version)
        if len(ids) != len(self.positions):
            self.place.blame("I5", f"{len(ids)} ids for {len(self.positions)} events")


async def all_arrived(place: Place, receiver: Receiver, since: int, seconds: float) -> float:
    """Wait until every event after the position has come; judge. Returns the seconds."""
    began = time.monotonic()
    until = began + place.limit(seconds)
    expected: set[int] = set()
    while time.monotonic() < until:
        rows = await place.sql("SELECT position FROM outbox WHERE tenant_id = $1", place.tenant.id)
        expected = {row["position"] for row in rows if (row["position"] or since + 1) > since}
        if None not in expected and expected <= receiver.positions:
            break
        await asyncio.sleep(0.1)
    receiver.judge(expected - {None})
    return time.monotonic() - began
