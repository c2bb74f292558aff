"""What is said over a WebSocket, and what it comes to."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import suppress

import orjson
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from tests.badinput.cases import FOLDER, BadCase, Case, Talk, load, shown
from tests.badinput.recipes import bytes_of, filled

SUBPROTOCOL = Subprotocol("graphql-transport-ws")
MEMBERS = frozenset("name each says times begun binary expect".split())
SILENCE = 0.1  # seconds after which nothing is going to be said
PATIENCE = 5.0


def talks() -> Iterator[Case]:
    for given in load(FOLDER / "websockets.toml")["talk"]:
        unknown = given.keys() - MEMBERS
        if unknown:
            raise BadCase(f"{given['name']}: nobody reads {', '.join(sorted(unknown))}")
        for value in given.get("each", [None]):
            says = given["says"] if value is None else filled(given["says"], "each", value)
            numbered = [filled(says, "n", str(at)) for at in range(given.get("times", 1))]
            messages = tuple(bytes_of(part) for parts in numbered for part in parts)
            sent = Talk(messages, given.get("begun", True), given.get("binary", False))
            name = given["name"] if value is None else f"{given['name']}: {shown(value)}"
            yield Case("websockets", name, sent, (str(given["expect"]),))


async def outcome_of(talk: Talk, expect: str, url: str, token: str) -> str:
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
                return await answer(connection, SILENCE if expect == "silence" else PATIENCE, many=len(talk.says) > 1)
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
