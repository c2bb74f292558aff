"""Two proofs: no hostile URL is ever connected to; receivers who hold us up do not hold up others.

The second runs the product's own worker, in a process of its own.
"""

import asyncio
import base64
import os
import signal
import statistics
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import orjson

from tests.conftest import Committed
from tests.graphql_client import SECRET, GraphQLFailed
from tests.webhooks.conftest import CREATE, THIN, World, a_world
from tests.webhooks.hostile import REBINDING, Counting
from tests.webhooks.receivers import EVIL, Receiver, hangs_up, receiving

ROOT = Path(__file__).parents[2]
UPDATE = """mutation($id: ID!, $url: String!) {
  webhookEndpointUpdate(where: {id: $id}, patch: {url: $url}) { outcome errors { code path } } }"""
WORKER = "from api.cli import main; main()"
FEW_MEGABYTES = 20
SECONDS = 2.0
REFUSALS = {"FAILED:INVALID", "FAILED:REQUIRED", "FAILED:BAD_USER_INPUT"}
PLACED = """
UPDATE webhook_endpoints SET url = given.url, name = 'hostile'
  FROM (SELECT id, row_number() OVER (ORDER BY id) AS number FROM webhook_endpoints WHERE name = 'victim') AS victim
  JOIN unnest($1::text[]) WITH ORDINALITY AS given (url, number) ON given.number = victim.number
 WHERE webhook_endpoints.id = victim.id"""


@dataclass(frozen=True)
class Led:
    """Where the URLs led to: how often each step was made, and addresses that were connected to."""

    steps: tuple[int, int, int]
    forbidden: Sequence[str]
    public: int  # one: that of the control


@dataclass(frozen=True)
class Held:
    """How long good deliveries took beside evil receivers, and what the worker's memory grew by."""

    evil: int
    good: int
    arrived: int
    expected: int
    p95_ms: int
    megabytes: float

    @property
    def is_well(self) -> bool:
        quick = self.p95_ms <= SECONDS * 1_000 and self.megabytes <= FEW_MEGABYTES
        return quick and self.arrived == self.expected


async def hostile(committed: Committed, folder: Path, urls: Sequence[str]) -> Led:
    """Create with each URL, change to it, and deliver to it, as if it had got into the table all the same."""
    async with receiving(hangs_up) as listener:
        network = Counting(listener.port)
        async with a_world(committed, folder, network=network, seconds=1.0) as world:
            created = [await attempted(world, CREATE, {"input": entry(url)}) for url in urls]
            victim, _ = await world.endpoint("https://hooks.example.com/", types=["product.restored"])
            changed = [await attempted(world, UPDATE, {"id": victim, "url": url}) for url in urls]
            storable = [url for url in urls if "\0" not in url]
            for _ in storable:
                await world.endpoint("https://hooks.example.com/", name="victim", objects=["account"])
            await world.rows(PLACED, storable)
            control, _ = await world.endpoint("https://hooks.example.com/", objects=["account"])
            await world.account()
            delivered = await world.happen() - 1
            assert len(await world.log(control)) == 1
            # A name that is public at first is accepted, and then leads elsewhere.
            taken = [url for url, outcome in zip(urls, created, strict=True) if outcome == "CREATED"]
            assert taken == [url for url in urls if url in REBINDING]
            assert set(created) <= {"CREATED", *REFUSALS}
            assert set(changed) <= REFUSALS
        assert listener.connections == len(network.connected)
        return Led((len(created), len(changed), delivered), network.forbidden, len(network.connected))


def entry(url: str) -> dict[str, Any]:
    return {"name": "hostile", "url": url, "document": THIN, "types": ["product.restored"]}


async def attempted(world: World, query: str, variables: Any) -> str:
    """The outcome of a mutation, with the codes of its refusals."""
    try:
        (payload,) = (await world(query, variables)).values()
    except GraphQLFailed as failed:
        return f"FAILED:{failed.code}"
    return ":".join([payload["outcome"], *(error["code"] for error in payload["errors"])])


async def evil(
    committed: Committed, folder: Path, *, good: int = 100, rounds: int = 8, pause: float = 2.5, gently: bool = True
) -> Held:
    """Events every few seconds for `good` endpoints and twelve evil ones of the same tenant.

    `gently`: let the worker end in good order, which takes as long as evil receivers keep it waiting, at most 10 s.
    """
    async with AsyncExitStack() as opened:
        well = await opened.enter_async_context(receiving())
        bad = {name: await opened.enter_async_context(receiving(behave)) for name, behave in EVIL.items()}
        allowed = [one.allowed for one in (well, *bad.values())]
        world = await opened.enter_async_context(a_world(committed, folder, *allowed))
        worker = await opened.enter_async_context(a_worker(committed, folder, allowed, gently=gently))
        for number in range(good):
            await world.endpoint(f"{well.url}/{number}", objects=["account"], name=f"Good {number}")
        await happened(world, well, good, 1)
        before = megabytes_of(worker)
        for name, one in bad.items():
            url = one.url.replace("http:", "https:") if name == "stalls TLS" else one.url
            await world.endpoint(url, objects=["account"], name=name)
        well.requests.clear()
        for number in range(rounds):
            await world.account(f"Account {number}")
            await asyncio.sleep(pause)
        await settled(well, good * rounds)
        ages = sorted(age_of(one.body, one.at) for one in well.requests)
        grown = megabytes_of(worker) - before
        assert all(one.connections for one in bad.values())
        p95 = statistics.quantiles(ages, n=20)[-1]
        return Held(len(bad), good, len(ages), good * rounds, round(p95 * 1_000), round(grown, 1))


async def happened(world: World, receiver: Receiver, good: int, number: int) -> None:
    """One event that all get, so that the worker has done once whatever it does once."""
    await world.account(f"Warm {number}")
    await settled(receiver, good)
    assert len(receiver.requests) == good


async def settled(receiver: Receiver, count: int) -> None:
    with suppress(TimeoutError):
        await receiver.wait_for(count, 30)


def age_of(body: bytes, at: float) -> float:
    return at - datetime.fromisoformat(orjson.loads(body)["timestamp"]).timestamp()


@asynccontextmanager
async def a_worker(committed: Committed, folder: Path, allowed: Sequence[str], *, gently: bool) -> AsyncIterator[int]:
    """`crm worker`; its process id."""
    urls = committed.urls
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("CRM_")},
        "PYTHONPATH": str(ROOT),
        "CRM_DATABASE_URL": urls.app,
        "CRM_PARTNER_DATABASE_URL": urls.partner,
        "CRM_WORKER_DATABASE_URL": urls.worker,
        "CRM_MIGRATION_DATABASE_URL": urls.migration,
        "CRM_DATA_DIR": str(folder),
        "CRM_SECRET_KEY": base64.b64encode(SECRET).decode(),
        "CRM_WEBHOOK_ALLOWED_HOSTS": ",".join(allowed),
        "CRM_LOG_LEVEL": "warning",
    }
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", WORKER, "worker", env=environment)
    try:
        yield process.pid
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGTERM if gently else signal.SIGKILL)
        async with asyncio.timeout(20):
            assert await process.wait() == (0 if gently else -signal.SIGKILL)


def megabytes_of(process: int) -> float:
    lines = Path(f"/proc/{process}/status").read_text("utf8").splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS:"))
