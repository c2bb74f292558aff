"""Sends a case, looks at the answer, and asks whether everything is still well."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field

import asyncpg
import httpx

from tests.badinput.cases import Case, Raw, Sent, Talk
from tests.badinput.judging import SECONDS, Answer, faults, outcome_of
from tests.badinput.place import Place, Server
from tests.badinput.talking import outcome_of as end_of

HEALTH = b'{"query": "{ viewer { name } }"}'
HEALTHY = b'{"data":{"viewer":{"name":'
CHANGES = "SELECT count(*) FROM change_events"
STATUS_LINE = re.compile(rb"HTTP/1\.1 (\d{3})")
SILENCE, PAUSE = 1.0, 0.15  # after which a server has said nothing, or everything
PATIENCE = 12.5


@dataclass
class Asker:
    """Asks the application in this process, or the server; `changes` counts what has been written."""

    place: Place
    app: httpx.AsyncClient
    server: Server
    wire: httpx.AsyncClient
    connection: asyncpg.Connection
    changes: int = 0
    unhealthy: list[str] = field(default_factory=list)

    async def wrong(self, case: Case) -> Sequence[str]:
        """What is wrong with the answer to a case, and with what is left afterwards."""
        if isinstance(case.sent, Talk):
            found = await self.talked(case, case.sent)
            to = "server"
        elif isinstance(case.sent, Raw):
            found = await self.raw(case, case.sent)
            to = "server"
        else:
            to = case.sent.to
            try:
                answer = await self.answer(case.sent)
            except Exception as error:  # noqa: BLE001 - whatever the application lets out is what we look for
                found = [f"raised {type(error).__name__}: {str(error)[:200]}"]
            else:
                found = list(faults(case, answer))
                if case.change:
                    found += await self.written(outcome_of(answer))
        return [*found, *await self.sick(to)]

    async def talked(self, case: Case, talk: Talk) -> list[str]:
        (expect,) = case.expect
        outcome = await end_of(talk, expect, f"ws://127.0.0.1:{self.server.port}/graphql", self.place.token)
        return [] if outcome == expect else [f"{outcome}, not {expect}"]

    async def answer(self, sent: Sent) -> Answer:
        client = self.app if sent.to == "app" else self.wire
        began = time.perf_counter()
        told = {**sent.headers, **self.authorization(sent.token)}
        headers = {name.encode(): value.encode() for name, value in told.items() if value != "<none>"}
        request = client.build_request(sent.method, sent.target, content=sent.body or None, headers=headers)
        for name in [name for name, value in told.items() if value == "<none>"]:
            request.headers.pop(name, None)
        response = await client.send(request)
        return Answer(response.status_code, dict(response.headers), response.content, time.perf_counter() - began)

    def authorization(self, token: str) -> dict[str, str]:
        """The header for `mine`, `foreign`, `none`, or the text that it is to be."""
        known = {"mine": self.place.token, "foreign": self.place.foreign_token}
        if token == "none":
            return {}
        return {"authorization": f"Bearer {known[token]}" if token in known else self.with_token(token)}

    def with_token(self, text: str) -> str:
        return text.replace("<mine>", self.place.token)

    async def sick(self, to: str) -> list[str]:
        """Complaints of a cheap good query, sent to the same place."""
        sent = Sent("POST", "/graphql", {"content-type": "application/json"}, HEALTH, to=to)
        answer = await self.answer(sent)
        well = answer.status == 200 and answer.body.startswith(HEALTHY) and answer.seconds <= SECONDS
        return [] if well else [f"afterwards a good query is answered {answer.status} in {answer.seconds:.1f} s"]

    async def written(self, outcome: str) -> list[str]:
        """A refusal must leave nothing behind."""
        before, self.changes = self.changes, await self.connection.fetchval(CHANGES)
        return [f"{outcome}, and {self.changes - before} changes"] if outcome != "ok" and before != self.changes else []

    async def raw(self, case: Case, raw: Raw) -> list[str]:
        """Say the pieces on a socket; `expect` lists status codes, `closed` is a connection closed without a word."""
        token = f"Authorization: Bearer {self.place.token}\r\n".encode()
        pieces = [piece.replace(b"<token>", token) for piece in raw.pieces]
        began = time.perf_counter()
        said, closed = await exchange(self.server.port, pieces, raw.pause, PATIENCE if raw.slow else None)
        spent = time.perf_counter() - began
        codes = [match.decode() for match in STATUS_LINE.findall(said)]
        found = codes[0] if codes else "closed" if closed else "silence"
        complaints = [] if found in case.expect else [f"{found}, not {' or '.join(case.expect)}: {said[:120]!r}"]
        complaints += [f"status {code}" for code in codes if code.startswith("5")]
        if spent > (PATIENCE if raw.slow else SECONDS):
            complaints.append(f"{spent:.1f} seconds")
        if b"Traceback" in said or b".py" in said:
            complaints.append(f"tells {said[:300]!r}")
        return complaints


async def exchange(port: int, pieces: Sequence[bytes], pause: float, patience: float | None) -> tuple[bytes, bool]:
    """All that the server says, and whether it has closed the connection."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    said, closed = b"", False
    try:
        with suppress(ConnectionError):
            for piece in pieces:
                writer.write(piece)
                await writer.drain()
                await asyncio.sleep(pause)
        with suppress(TimeoutError):
            while not closed:
                async with asyncio.timeout(PAUSE if said else patience or SILENCE):
                    chunk = await reader.read(65_536)
                said, closed = said + chunk, not chunk
    except ConnectionError:
        closed = True
    finally:
        writer.close()
    return said, closed
