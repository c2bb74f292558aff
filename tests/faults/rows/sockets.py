"""F25, F26: callers of subscriptions who do not read, or say too much."""

from __future__ import annotations

import asyncio
import base64
import json
import os
import socket
import time

from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed
from websockets.frames import Frame, Opcode

from tests.bench.processes import resident_mib
from tests.faults.feed import LIVE, SUBPROTOCOL
from tests.faults.load import CREATE, VIEWER, until_served
from tests.faults.place import Place, until
from tests.faults.row import Row
from tests.faults.rows.background import a_worker, consumed

READERS, READERS_FULL = 10, 40
RECORDS, NOTES = 30, "n" * 20_000
FIELDS = " ".join(f"n{number}: notes" for number in range(10))
HEAVY = f'subscription {{ events(after: "0") {{ position ... on ContactChanged {{ contact {{ {FIELDS} }} }} }} }}'
CLOSED_SECONDS = 25.0  # 5 without progress, 5 for the farewell, and what the kernel holds
GROWTH_MIB = 40.0
SLOW, TOO_LARGE, TOO_MANY = 4480, 1009, 4429
LARGE_FRAME = 20 * 2**20
FLOOD = 2_000
SOCKETS = 60  # a principal may have 50


async def slow_readers(place: Place) -> None:
    """F25: callers subscribe to megabytes and read nothing; they are closed, and nobody else waits."""
    a_worker(place)
    caller = place.caller()
    async with consumed(place):
        for number in range(RECORDS):
            given = {"lastName": f"heavy {number}", "notes": NOTES}
            await caller.write(f"heavy {number}", "contact", CREATE, {"input": given})
    before = resident_mib(place.api.pid)
    readers = place.sized(READERS, READERS_FULL)
    silent = [await asyncio.to_thread(silent_reader, place) for _ in range(readers)]
    most, began = before, time.monotonic()

    async def all_closed() -> bool:
        nonlocal most
        most = max(most, resident_mib(place.api.pid))
        if (await caller.ask(VIEWER)).data is None:
            place.blame("F25", "others are not served meanwhile")
        return connected_to(place.api.port, silent) == 0

    if not await until(all_closed, place.limit(CLOSED_SECONDS)):
        place.blame("F25", f"{connected_to(place.api.port, silent)} slow readers are still connected")
    took = time.monotonic() - began
    for one in silent:
        one.close()
    if most - before > GROWTH_MIB:
        place.blame("I15", f"the server grew by {most - before:.0f} MiB for {readers} slow readers")
    place.notes.append(f"{readers} closed within {took:.1f} s, {most - before:.0f} MiB more at most")
    await place.check(processes=2)


def silent_reader(place: Place) -> socket.socket:
    """A socket that has subscribed and reads no further. Blocks."""
    made = socket.socket()
    made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
    made.connect(("127.0.0.1", place.api.port))
    key = base64.b64encode(os.urandom(16)).decode()
    made.sendall(
        f"GET /graphql HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
        f"Sec-WebSocket-Version: 13\r\n"
        f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Protocol: {SUBPROTOCOL}\r\n\r\n".encode()
    )
    made.recv(4_096)
    authorization = {"Authorization": f"Bearer {place.tenant.token}"}
    made.sendall(framed({"type": "connection_init", "payload": authorization}))
    made.recv(4_096)
    made.sendall(framed({"id": "1", "type": "subscribe", "payload": {"query": HEAVY}}))
    return made


def framed(message: dict[str, object]) -> bytes:
    return bytes(Frame(Opcode.TEXT, json.dumps(message).encode()).serialize(mask=True))


def connected_to(port: int, callers: list[socket.socket]) -> int:
    """How many of them the server still holds, as the kernel tells: it has ended a connection that it closed."""
    own = {one.getsockname()[1] for one in callers}
    count = 0
    with open("/proc/net/tcp", encoding="ascii") as table:  # noqa: PTH123 - a file of the kernel
        for line in list(table)[1:]:
            fields = line.split()
            here, there, state = fields[1], fields[2], fields[3]
            if int(here[-4:], 16) == port and int(there[-4:], 16) in own and state == ESTABLISHED:
                count += 1
    return count


ESTABLISHED = "01"


async def flood(place: Place) -> None:
    """F26: too many connections, subscriptions, pings, and a frame of 20 MB."""
    caller = place.caller()
    await caller.ask(VIEWER)
    before = resident_mib(place.api.pid)
    codes: dict[str, int] = {}
    for what in ("large", "subscriptions", "pings"):
        codes[what] = await flooded(place, what)
    codes["connections"] = await too_many_connections(place)
    wanted = {"large": {TOO_LARGE}, "subscriptions": {TOO_MANY, 0}, "pings": {TOO_MANY, 0}, "connections": {TOO_MANY}}
    for what, code in codes.items():
        if code not in wanted[what]:
            place.blame("F26", f"a flood of {what} is closed with {code}")
    growth = resident_mib(place.api.pid) - before
    if growth > GROWTH_MIB:
        place.blame("I15", f"the server grew by {growth:.0f} MiB")
    place.held("I13", "service afterwards", await until_served(place), 1.0)
    place.notes.append(f"closed with {codes}, {growth:.0f} MiB more")
    await place.check()


async def flooded(place: Place, what: str) -> int:
    """The code with which one connection is closed; 0 if it puts up with it."""
    async with connect(f"ws://127.0.0.1:{place.api.port}/graphql", subprotocols=[SUBPROTOCOL]) as connection:
        try:
            await connection.send(json.dumps(begun(place)))
            await connection.recv()
            if what == "large":
                await connection.send("x" * LARGE_FRAME)
            for number in range(FLOOD if what != "large" else 0):
                if what == "pings":
                    await connection.send('{"type": "ping"}')
                else:
                    message = {"id": str(number), "type": "subscribe", "payload": {"query": LIVE}}
                    await connection.send(json.dumps(message))
            async with asyncio.timeout(place.limit(5)):
                while True:
                    await connection.recv()
        except ConnectionClosed as error:
            return error.rcvd.code if error.rcvd else -1
        except TimeoutError:
            return 0


def begun(place: Place) -> dict[str, object]:
    return {"type": "connection_init", "payload": {"Authorization": f"Bearer {place.tenant.token}"}}


async def too_many_connections(place: Place) -> int:
    """The code with which those beyond what one principal may have are closed."""
    address, opened, code = f"ws://127.0.0.1:{place.api.port}/graphql", [], 0
    try:
        for _ in range(SOCKETS):
            connection = await connect(address, subprotocols=[SUBPROTOCOL])
            opened.append(connection)
            await connection.send(json.dumps(begun(place)))
            await connection.recv()
    except ConnectionClosed as error:
        code = error.rcvd.code if error.rcvd else -1
    finally:
        await asyncio.gather(*(one.close() for one in opened))
    return code


ROWS = (
    Row("F25", "subscribers who do not read", slow_readers),
    Row("F26", "floods over WebSockets", flood),
)
