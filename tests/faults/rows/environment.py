"""F19, F23, F33, F37, F38: a full disk, another clock, another PostgreSQL, no processor, new secrets."""

from __future__ import annotations

import asyncio
import base64
import os
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from tests.faults.feed import Consumer, settled
from tests.faults.load import CREATE, VIEWER, Load, mixed, until_served
from tests.faults.place import Place, until
from tests.faults.proxy import to_socket
from tests.faults.receiving import Receiver
from tests.faults.row import Row, Skipped
from tests.faults.rows.background import a_worker, enough
from tests.faults.serving import Api

SMALL_DISK = 96  # MiB
CLOCKS = ("+10m", "-10m", "@2000-01-01 00:00:00")
FAKETIME = "*/faketime/libfaketime.so.1"  # in Debian's package
BUSY_SECONDS, BUSY_SECONDS_FULL = 4, 20
HEALED_SECONDS = 5.0
ROTATE = """mutation Rotate($id: ID!) {
  did: tokenRotate(where: {id: $id}, keepOldFor: 1) { token { id } secret errors { code message } } }"""
MAKE = """mutation Make($name: String!) {
  did: tokenCreate(input: {name: $name, role: {name: "admin"}}) {
    secret errors { code message } } }"""
FIRST = "query First($after: String) { contacts(first: 1, after: $after) { pageInfo { endCursor } } }"
ARRIVED_SECONDS = 20.0
TOKENS = "{ tokens(first: 10) { nodes { id name } } }"


# F19


@asynccontextmanager
async def on_a_small_disk(place: Place) -> AsyncIterator[Path]:
    """The database lies on a disk of its own while the block runs, the server anew beside it."""
    folder, account = place.folder / "small", place.postgres.server.account
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={SMALL_DISK}m,mode=0711", "tmpfs", str(folder)]
    try:
        await asyncio.to_thread(subprocess.run, mount, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError) as error:
        raise Skipped("a tmpfs cannot be mounted here: it takes root and CAP_SYS_ADMIN") from error
    try:
        space = folder / "space"
        space.mkdir(mode=0o700)
        account.take(space)
        await place.postgres.run(f"CREATE TABLESPACE small LOCATION '{space}'")
        await moved(place, "small")
        yield folder
        await moved(place, "pg_default")
        await place.postgres.run("DROP TABLESPACE small")
    finally:
        await asyncio.to_thread(subprocess.run, ["umount", "--lazy", str(folder)], check=True, capture_output=True)


async def moved(place: Place, tablespace: str) -> None:
    await place.api.stop()
    await place.postgres.run(f"ALTER DATABASE {place.database} SET TABLESPACE {tablespace}")
    await place.api.serve()


async def disk_full(place: Place) -> None:
    """F19: no page can be added to any table; what reads goes on, and everything does when there is room again."""
    reader = place.caller()
    async with on_a_small_disk(place) as folder:
        async with mixed(place, 6, what=("create", "keyed"), pause=0.01) as load:
            await enough(load, 10)
            ballast = folder / "ballast"
            await asyncio.to_thread(fill, ballast)
            with suppress(TimeoutError):
                async with asyncio.timeout(place.limit(30)):
                    while not place.manner.seen["STORAGE_FULL"]:
                        await load.next_request()
            if not place.manner.seen["STORAGE_FULL"]:
                place.blame("F19", "nobody was told STORAGE_FULL")
            if (await reader.ask(VIEWER)).data is None:
                place.blame("F19", "reads stop when the disk is full")
            ballast.unlink()
            load.mark()
            began = time.monotonic()
            await enough(load, 5)
            place.held("I13", "service when there is room", time.monotonic() - began, HEALED_SECONDS)
        place.notes.append(f"{place.manner.seen['STORAGE_FULL']} told STORAGE_FULL")
        await place.check(storage=True)


def fill(path: Path) -> None:
    """Write until nothing fits any more."""
    with path.open("wb", buffering=0) as file:
        for size in (2**20, 2**12):
            with suppress(OSError):
                while True:
                    file.write(b"\0" * size)


# F23


def faketime() -> str:
    given = os.environ.get("FAKETIME_LIBRARY")
    found = [Path(given)] if given else sorted(Path("/usr/lib").glob(FAKETIME))
    if found and found[0].exists():
        return str(found[0])
    raise Skipped("libfaketime is not installed: apt-get install libfaketime, or FAKETIME_LIBRARY")


async def other_clocks(place: Place) -> None:
    """F23: the server's clock is ten minutes ahead, behind, in the year 2000; PostgreSQL's is right."""
    library = faketime()
    for clock in CLOCKS:
        await place.api.stop()
        place.api.environment |= {
            "LD_PRELOAD": library,
            "FAKETIME": clock,
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            "DONT_FAKE_MONOTONIC": "1",
        }
        await place.api.serve()
        async with mixed(place, 4, pause=0.02) as load:
            await enough(load, 10)
    place.notes.append(f"{len(CLOCKS)} clocks")
    await place.check()


# F33


@asynccontextmanager
async def a_standby(place: Place) -> AsyncIterator[Path]:
    """A synchronous standby with a socket in the folder; afterwards the first server is the only one again."""
    postgres = place.postgres
    data, sockets = place.campaign.folder / f"{place.database}-standby", place.campaign.folder / "standby"
    for folder in (data, sockets):
        folder.mkdir(mode=0o700, exist_ok=True)
        postgres.server.account.take(folder)
    url = postgres.embedded.superuser_url()
    await asyncio.to_thread(postgres.program, "pg_basebackup", "-D", str(data), "-d", url, "-R", "-c", "fast")
    await asyncio.to_thread(postgres.control, data, "start", sockets=sockets)
    try:
        await postgres.run("ALTER SYSTEM SET synchronous_standby_names = '*'")
        await postgres.run("SELECT pg_reload_conf()")
        yield sockets
    finally:
        postgres.elsewhere = None
        if not postgres.is_up():
            await asyncio.to_thread(postgres.start)
        await postgres.run("ALTER SYSTEM RESET synchronous_standby_names")
        await postgres.run("SELECT pg_reload_conf()")
        place.proxy.upstream = to_socket(postgres.socket)
        await asyncio.to_thread(postgres.control, data, "stop", sockets=sockets)


async def promoted(place: Place) -> None:
    """F33: the server dies and its synchronous standby takes over; nothing acknowledged is lost, positions go on."""
    postgres = place.postgres
    a_worker(place)
    consumer = Consumer(place)
    async with a_standby(place) as sockets:
        paging = asyncio.create_task(consumer.page(place.caller()))
        try:
            async with mixed(place, 6, pause=0.03) as load:
                await enough(load, 20)
                await asyncio.to_thread(postgres.stop, "immediate")
                began = time.monotonic()
                data = place.campaign.folder / f"{place.database}-standby"
                await asyncio.to_thread(postgres.control, data, "promote", sockets=sockets)
                postgres.elsewhere = sockets
                place.proxy.upstream = to_socket(str(sockets / ".s.PGSQL.5432"))
                place.held("I13", "service by the standby", await until_served(place), HEALED_SECONDS)
                took = time.monotonic() - began
                await enough(load, 10)
            await settled(place, {"the pager": consumer})
        finally:
            paging.cancel()
            await asyncio.gather(paging, return_exceptions=True)
        place.notes.append(f"RPO 0 acknowledged writes, RTO {took:.1f} s, {len(consumer.seen)} positions")
        await place.check(processes=2)


# F37


async def no_processor(place: Place) -> None:
    """F37: two busy processes for every processor."""
    command = (sys.executable, "-c", "while True: pass")
    busy = [await asyncio.create_subprocess_exec(*command) for _ in range(2 * (os.cpu_count() or 1))]
    try:
        async with mixed(place, 6, pause=0.03):
            await asyncio.sleep(place.sized(BUSY_SECONDS, BUSY_SECONDS_FULL))
    finally:
        for process in busy:
            process.kill()
            await process.wait()
    place.notes.append(f"the longest answer {place.manner.longest:.1f} s")
    place.held("I13", "service afterwards", await until_served(place), HEALED_SECONDS)
    await place.check()


# F38


async def rotated(place: Place) -> None:
    """F38: a token and the password of the database are replaced while both old ones are in use."""
    async with mixed(place, 6, pause=0.03) as load:
        await enough(load, 10)
        await token_rotated(place)
        await password_rotated(place, load)
        await key_rotated(place)
    place.notes.append("token, database password, secret key: tokens, cursors, webhooks")
    if place.manner.seen:
        place.blame("F38", f"valid requests failed: {dict(place.manner.seen)}")
    await place.check(processes=4)


async def token_rotated(place: Place) -> None:
    caller = place.caller(1)
    tokens = (await caller.ask(TOKENS)).data or {}
    (id,) = (node["id"] for node in tokens["tokens"]["nodes"] if node["name"] == "faults")
    made = ((await caller.ask(ROTATE, {"id": id})).data or {})["did"]
    if made["errors"]:
        place.blame("F38", f"a token cannot be rotated: {made['errors']}")
        return
    fresh = place.caller(1)
    fresh.http.headers["authorization"] = f"Bearer {made['secret']}"
    for one in (caller, fresh):
        if (await one.ask(VIEWER)).data is None:
            place.blame("F38", "one of two tokens that overlap opens nothing")


async def password_rotated(place: Place, load: Load) -> None:
    """A second server with the new password takes over, as in a rolling restart."""
    postgres, new = place.postgres, f"new-{place.chance.randrange(10**9)}"
    urls = postgres.embedded.urls(place.database)
    old = urls.app.partition("://crm_app:")[2].partition("@")[0]
    await postgres.run(f"ALTER ROLE crm_app PASSWORD '{new}'")
    try:
        environment = {**place.api.environment}
        environment["CRM_DATABASE_URL"] = environment["CRM_DATABASE_URL"].replace(f":{old}@", f":{new}@")
        second = Api(environment, place.folder / "second.log")
        place.stack.callback(second.kill)
        await second.serve()
        await enough(load, 5)
        caller = place.caller(address=second.address)
        answer = await caller.write("by the second", "contact", CREATE, {"input": {"lastName": "by the second"}})
        if answer.data is None:
            place.blame("F38", f"the second server answers {answer.status}")
        await second.stop()
    finally:
        await postgres.run(f"ALTER ROLE crm_app PASSWORD '{old}'")


async def key_rotated(place: Place) -> None:
    """As in a rolling restart: one server with the old key that knows the new one, one with the new that knows the old.

    What either makes, a token, a cursor, a secret of a webhook, the other accepts.
    """
    receiver = Receiver(place)
    await receiver.open()
    await receiver.endpoint()  # its secret is sealed with the old key
    new, old = base64.b64encode(place.chance.randbytes(32)).decode(), place.api.environment["CRM_SECRET_KEY"]
    servers: list[Api] = []
    for key, other in ((old, new), (new, old)):
        keys = {"CRM_SECRET_KEY": key, "CRM_SECRET_KEY_PREVIOUS": other}
        servers.append(Api({**place.api.environment, **keys}, place.folder / f"key-{len(servers)}.log"))
        place.stack.callback(servers[-1].kill)
        await servers[-1].serve()
    place.worker_settings |= {"CRM_SECRET_KEY": new, "CRM_SECRET_KEY_PREVIOUS": old}
    worker = a_worker(place)
    for maker, user in (servers, servers[::-1]):
        by_maker, by_user = (place.caller(address=one.address) for one in (maker, user))
        made = ((await by_maker.ask(MAKE, {"name": f"of {maker.port}"})).data or {}).get("did") or {}
        by_user.http.headers["authorization"] = f"Bearer {made.get('secret')}"
        if (await by_user.ask(VIEWER)).data is None:
            place.blame("F38", f"a token made with one key opens nothing with the other: {made.get('errors')}")
        page = ((await by_maker.ask(FIRST)).data or {}).get("contacts") or {}
        after = (page.get("pageInfo") or {}).get("endCursor")
        if after is None or (await by_user.ask(FIRST, {"after": after})).data is None:
            place.blame("F38", f"the cursor {after} of one key is none with the other")

    async def something_came() -> bool:
        return bool(receiver.positions)

    if not await until(something_came, place.limit(ARRIVED_SECONDS)):
        place.blame("F38", "the secret of a webhook does not open with the new key")
    await worker.stop()
    await receiver.close()
    for one in servers:
        await one.stop()


ROWS = (
    Row("F19", "disk full", disk_full, seldom=True),
    Row("F23", "clocks that are wrong", other_clocks, seldom=True),
    Row("F33", "promotion of a standby", promoted),
    Row("F37", "no processor left", no_processor, alone=True),
    Row("F38", "rotation of secrets", rotated),
)
