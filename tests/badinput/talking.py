"""What is said over a WebSocket, and what it comes to."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass

import orjson
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from tests.badinput.cases import FOLDER, BadCase, load, shown
from tests.badinput.recipes import bytes_of, filled

SUBPROTOCOL = Subprotocol("graphql-transport-ws")
MEMBERS = frozenset("name each says times begun binary expect".split())
SILENCE = 0.1  # seconds after which nothing is going to be said
PATIENCE = 5.0


@dataclass(frozen=True)
class Talk:
    """What is said, after an introduction if it is `begun`; `<mine>` in it becomes a token."""

    name: str
    says: tuple[bytes, ...]
    expect: str
    begun: bool = True
    binary: bool = False


def talks() -> Iterator[Talk]:
    for given in load(FOLDER / "websockets.toml")["talk"]:
        unknown = given.keys() - MEMBERS
        if unknown:
            raise BadCase(f"{given['name']}: nobody reads {', '.join(sorted(unknown))}")
        for value in given.get("each", [None]):
            says = given["says"] if value is None else filled(given["says"], "each", value)
            numbered = [filled(says, "n", str(at)) for at in range(given.get("times", 1))]
            yield Talk(
                given["name"] if value is None else f"{given['name']}: {shown(value)}",
                tuple(bytes_of(part) for parts in numbered for part in parts),
                str(given["expect"]),
                given.get("begun", True),
                given.get("binary", False),
            )


async def outcome_of(talk: Talk, url: str, token: str) -> str:
    """The code of the close, the type of the first answer, with `error` its code, or `silence`."""
    async with connect(url, subprotocols=[SUBPROTOCOL], max_size=None) as connection:
        with suppress(ConnectionClosed):
            if talk.begun:
                init = {"type": "connection_init", "payload": {"Authorization": f"Bearer {token}"}}
                await connection.send(orjson.dumps(init).decode())
                await connection.recv()
            for message in talk.says:
                sent = message.replace(b"<mine>", token.encode())
                await connection.send(sent if talk.binary else sent.decode())
            with suppress(TimeoutError):
                return await answer(
                    connection, SILENCE if talk.expect == "silence" else PATIENCE, many=len(talk.says) > 1
                )
            return "silence"
        return str(connection.close_code)


async def answer(connection: ClientConnection, seconds: float, *, many: bool) -> str:
    """What comes first; of many messages, what is the end of it."""
    async with asyncio.timeout(seconds):
        while True:
            message = orjson.loads(await connection.recv())
            if not many:
                code = message["payload"][0]["extensions"]["code"] if message["type"] == "error" else ""
                return f"{message['type'].removeprefix('connection_')} {code}".strip()
