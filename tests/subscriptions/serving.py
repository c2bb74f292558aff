"""The server as it is delivered, in this process, and callers of its WebSockets and streams."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import orjson
import uvicorn
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.frames import Frame, Opcode
from websockets.typing import Subprotocol

from api.app import create_app
from api.domain import tokens
from api.domain.users import User
from api.http import server
from api.settings import Settings
from api.worker.relay import Relay
from tests.conftest import Committed
from tests.factories import an_account
from tests.graphql_client import SECRET

SUBPROTOCOL = Subprotocol("graphql-transport-ws")
PATIENCE = 10.0
HANDSHAKE = (
    b"GET /graphql HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: graphql-transport-ws\r\n\r\n"
)
CREATE = "mutation Create($input: AccountCreateInput!) { accountCreate(input: $input) { account { id } } }"


@dataclass
class Served:
    """A running server with a token of its administrator."""

    committed: Committed
    server: uvicorn.Server
    port: int
    token: str

    async def relay(self) -> None:
        """Give positions to everything that has happened, and tell it."""
        connection = await asyncpg.connect(self.committed.urls.worker)
        try:
            while await Relay().step(connection):
                pass
        finally:
            await connection.close()

    async def call(self, query: str, variables: Mapping[str, Any] | None = None, token: str | None = None) -> Any:
        """The data of an operation over HTTP, whose events are out when it returns."""
        async with httpx.AsyncClient() as client:
            headers = {"authorization": f"Bearer {token or self.token}"}
            response = await client.post(self.url, json={"query": query, "variables": variables}, headers=headers)
        found = response.json()
        assert "errors" not in found, found
        await self.relay()
        return found["data"]

    async def account(self, name: str, **fields: Any) -> str:
        """The id of a new account."""
        made = await self.call(CREATE, {"input": {"name": name, **fields}})
        return str(made["accountCreate"]["account"]["id"])

    async def accounts(self, *names: str, **values: Any) -> None:
        """New accounts, all at once."""
        async with self.committed.open_as() as work:
            for name in names:
                await an_account(work, name, **values)
        await self.relay()

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
        await self.relay()  # what a test has done before is past
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


def silent_reader(served: Served, query: str) -> socket.socket:
    """A connection that has subscribed and will not read what it is told. Blocks."""
    connection = socket.create_connection(("127.0.0.1", served.port))
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
    connection.sendall(HANDSHAKE)
    assert connection.recv(4_096).startswith(b"HTTP/1.1 101")
    for message in (
        {"type": "connection_init", "payload": {"Authorization": f"Bearer {served.token}"}},
        {"id": "1", "type": "subscribe", "payload": {"query": query}},
    ):
        connection.sendall(Frame(Opcode.TEXT, orjson.dumps(message)).serialize(mask=True))
        if message["type"] == "connection_init":
            assert b"connection_ack" in connection.recv(4_096)
    return connection


@asynccontextmanager
async def serving(
    committed: Committed, folder: Path, *, send_buffer: int | None = None, **settings: Any
) -> AsyncIterator[Served]:
    """`send_buffer`: bytes that the kernel takes for a caller who does not read; about twice as many."""
    made = create_app(Settings(data_dir=folder, **settings), committed.urls, SECRET)
    listening = server.listen("127.0.0.1", 0)
    if send_buffer is not None:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, send_buffer)
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
            work, role if user else "admin", "Laptop", pepper=tokens.pepper(SECRET), user_id=person.id, **more
        )
    return text


async def settled() -> None:
    """Until what was subscribed to is being followed: nothing tells a client so but the first event."""
    await asyncio.sleep(0.2)
