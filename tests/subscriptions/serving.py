"""The server as it is delivered, in this process, and callers of its WebSockets and streams."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
import uvicorn
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from api.app import create_app
from api.domain import tokens
from api.domain.users import User
from api.http import server
from api.settings import Settings
from tests.conftest import Committed
from tests.graphql_client import SECRET

SUBPROTOCOL = Subprotocol("graphql-transport-ws")
PATIENCE = 10.0


@dataclass
class Served:
    """A running server with a token of its administrator."""

    committed: Committed
    server: uvicorn.Server
    port: int
    token: str

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/graphql"

    @property
    def ws(self) -> str:
        return f"ws://127.0.0.1:{self.port}/graphql"

    @asynccontextmanager
    async def socket(self, token: str | None = None, **options: Any) -> AsyncIterator[Caller]:
        """A connection; with `token=""` nothing has been said as yet."""
        options.setdefault("subprotocols", [SUBPROTOCOL])
        async with connect(self.ws, **options) as connection:
            caller = Caller(connection)
            if token != "":
                await caller.begin(token or self.token)
            yield caller


@dataclass
class Caller:
    connection: ClientConnection

    async def begin(self, token: str) -> None:
        await self.say({"type": "connection_init", "payload": {"Authorization": f"Bearer {token}"}})
        assert await self.hear() == {"type": "connection_ack"}

    async def say(self, message: Any) -> None:
        """A text or bytes as they are, anything else as JSON."""
        sent = message if isinstance(message, str | bytes) else orjson.dumps(message).decode()
        await self.connection.send(sent)

    async def subscribe(self, id: str, query: str, variables: Mapping[str, Any] | None = None, **more: Any) -> None:
        payload = {"query": query, "variables": variables, **more}
        await self.say({"id": id, "type": "subscribe", "payload": payload})

    async def hear(self, seconds: float = PATIENCE) -> Any:
        async with asyncio.timeout(seconds):
            return orjson.loads(await self.connection.recv())

    async def silent(self, seconds: float) -> bool:
        """Whether nothing is said for so long."""
        with suppress(TimeoutError):
            await self.hear(seconds)
            return False
        return True

    async def closed(self, seconds: float = PATIENCE) -> tuple[int, str]:
        """The code and the reason with which the server closes; what it says before is passed over."""
        try:
            async with asyncio.timeout(seconds):
                while True:
                    await self.connection.recv()
        except ConnectionClosed:
            return self.connection.close_code or 0, self.connection.close_reason or ""


@asynccontextmanager
async def serving(committed: Committed, folder: Path, **settings: Any) -> AsyncIterator[Served]:
    made = create_app(Settings(data_dir=folder, **settings), committed.urls, SECRET)
    listening = server.listen("127.0.0.1", 0)
    started = asyncio.Event()
    running = server.Server(server.configuration(made), started.set)
    task = asyncio.create_task(running.serve([listening]))
    try:
        async with asyncio.timeout(PATIENCE):
            await started.wait()
        yield Served(committed, running, listening.getsockname()[1], await a_token(committed))
    finally:
        running.should_exit = True
        await task


async def a_token(committed: Committed, user: User | None = None, role: str | None = None, **more: Any) -> str:
    """The text of a new token of a person, an administrator if not said otherwise."""
    async with committed.open_as() as work:
        person = user or committed.admin
        _, text = await tokens.create(
            work, role or "admin", "Laptop", pepper=tokens.pepper(SECRET), user_id=person.id, **more
        )
    return text
