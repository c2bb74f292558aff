"""What one run works on: a database of its own, the proxy before it, `crm serve`, callers and their ledger.

A campaign has one PostgreSQL. Each run gets a copy of a template that holds two tenants, so that it sees nothing of
what earlier runs did to the data.
"""

from __future__ import annotations

import asyncio
import base64
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import httpx

from api.db.embedded import EmbeddedPostgres
from api.db.engine import write_engine, write_sessions
from api.db.migrations import upgrade
from api.db.urls import Urls
from api.domain import accounts, opportunities, tokens
from api.domain.kernel import Viewer, Work, open_work, wire
from tests.cluster import in_memory
from tests.factories import an_opportunity
from tests.faults.asking import Caller, Manner
from tests.faults.ledger import Ledger
from tests.faults.postgres import Postgres, all_through
from tests.faults.proxy import Proxy, to_socket
from tests.faults.serving import ROOT, Api, Process, free_port
from tests.people import REQUEST, a_tenant, a_user, viewer_of

N = TypeVar("N", int, float)
SECRET = b"f" * 32
TEMPLATE = "crm_faults_template"
TENANTS = ("Acme", "Other")
DEALS = 20
AMOUNT_MINOR = 100_000
POOL = 10
FREE = 10**9
READY_SECONDS = 0.05  # between two looks at /readyz
POLL_SECONDS = 0.05
METRICS = "faults"
SERVING_SECONDS = 3.0


@dataclass(frozen=True)
class Tenant:
    """`deals`: opportunities of 1,000 USD each, on the wire; `canary`: a text that only this tenant may see."""

    id: str
    token: str
    account: str
    deals: tuple[str, ...]
    canary: str


@dataclass
class Campaign:
    """What all runs share. `slowness`: by how much time limits are stretched, because others use the machine too."""

    postgres: Postgres
    folder: Path
    tenants: tuple[Tenant, ...]
    slowness: float = 1.0
    full: bool = False
    made: int = 0


@asynccontextmanager
async def a_campaign() -> AsyncIterator[Campaign]:
    """A PostgreSQL that waits for its disk, but on one that is memory; and the template."""
    with tempfile.TemporaryDirectory(
        prefix="crm-faults-", dir=os.environ.get("FAULTS_FOLDER") or in_memory(), ignore_cleanup_errors=True
    ) as name:
        folder = Path(name)
        await asyncio.to_thread(folder.chmod, 0o711)  # PostgreSQL may run as another user, who passes through
        with ThreadPoolExecutor(1) as thread:
            embedded = EmbeddedPostgres(folder / "data", state_dir=folder)
            await asyncio.to_thread(embedded.start)
            try:
                embedded.create_database(TEMPLATE)
                thread.submit(upgrade, embedded.urls(TEMPLATE).migration).result()  # Alembic runs an event loop
                tenants = await furnished(embedded.urls(TEMPLATE))
                yield Campaign(Postgres(embedded, folder), folder, tenants)
            finally:
                await asyncio.to_thread(embedded.close)


async def furnished(urls: Urls) -> tuple[Tenant, ...]:
    engine = write_engine(urls.app, size=2)
    sessions, found = write_sessions(engine), []
    try:
        for name in TENANTS:
            tenant = await a_tenant(sessions, name)
            person = await a_user(sessions, tenant.id)
            canary, viewer = f"canary of {name}", viewer_of(person, "admin")

            def open_now(viewer: Viewer = viewer) -> AbstractAsyncContextManager[Work]:
                return open_work(sessions, viewer, now=datetime.now(UTC), request_id=REQUEST, operation="test")

            async with open_now() as work:
                await opportunities.create_default_pipeline(work)
                account = await accounts.create(work, {"name": canary})
            async with open_now() as work:
                made = [
                    await an_opportunity(work, f"deal {number}", amount=AMOUNT_MINOR, account_id=account.id)
                    for number in range(DEALS)
                ]
                _, token = await tokens.create(work, "admin", "faults", pepper=tokens.pepper(SECRET), user_id=person.id)
            deals = tuple(wire("opp", one.id) for one in made)
            found.append(Tenant(str(tenant.id), token, wire("acc", account.id), deals, canary))
    finally:
        await engine.dispose()
    return tuple(found)


@dataclass
class Place:
    """One run. `close` of what it opened is its own business; violations are gathered in `manner`."""

    campaign: Campaign
    database: str
    folder: Path
    proxy: Proxy
    api: Api
    manner: Manner
    ledger: Ledger
    stack: AsyncExitStack
    notes: list[str] = field(default_factory=list)
    workers: list[Process] = field(default_factory=list)
    worker_settings: dict[str, str] = field(default_factory=dict)
    receiver_port: int = 0  # of webhooks; the only place that they may go to
    loads: int = 0
    started_in: float = 0.0  # seconds that the server took to start when nothing was broken

    @property
    def postgres(self) -> Postgres:
        return self.campaign.postgres

    @property
    def chance(self) -> random.Random:
        return self.manner.chance

    @property
    def tenant(self) -> Tenant:
        return self.campaign.tenants[0]

    def blame(self, invariant: str, text: str) -> None:
        self.manner.blame(invariant, text)

    def limit(self, seconds: float) -> float:
        """A time limit of the design on this machine as it is now."""
        return seconds * self.campaign.slowness

    def sized(self, small: N, full: N) -> N:
        """How much of something there is, in the short run and in the full one."""
        return full if self.campaign.full else small

    def held(self, invariant: str, what: str, seconds: float, limit: float) -> None:
        """Blame what took longer than it may."""
        if seconds > self.limit(limit):
            self.blame(invariant, f"{what} took {seconds:.1f} s, at most {limit:g} s")

    def caller(self, number: int = 0, *, address: str | None = None) -> Caller:
        """A caller of a tenant, by its number."""
        made = Caller(address or self.api.address, self.campaign.tenants[number].token, self.manner)
        self.stack.push_async_callback(made.close)
        return made

    async def restarted(self) -> None:
        """Start the killed server again, and hold it to the time that takes."""
        took = await self.api.serve()
        self.notes.append(f"serving again after {took:.1f} s")
        if took > 2 * self.started_in:  # importing takes as long as the machine is busy
            self.held("I13", "serving after a kill", took, SERVING_SECONDS)

    async def sql(self, text: str, *arguments: Any) -> list[Any]:
        return await self.postgres.run(text, self.database, *arguments)

    def logged(self) -> list[str]:
        """What the processes logged as errors: nothing that is expected is one."""
        logs = [("server", self.api), *(("worker", one) for one in self.workers)]
        return [f"log: the {who} {count} times {what}" for who, one in logs for what, count in one.errors().items()]

    def for_worker(self) -> dict[str, str]:
        return self.api.environment | self.worker_settings

    async def check(self, **options: Any) -> None:
        """Let the checker, a process of its own, look at the database directly; what it finds is blamed."""
        order = {
            "url": self.postgres.url(self.database),
            "ledger": str(self.ledger.path),
            "pool": POOL,
            "canaries": {one.id: one.canary for one in self.campaign.tenants},
            **options,
        }
        done = await asyncio.to_thread(
            subprocess.run,
            [sys.executable, "-m", "tests.faults.checker"],
            input=json.dumps(order),
            capture_output=True,
            text=True,
            cwd=ROOT,
            check=False,
        )
        if done.returncode != 0:
            raise RuntimeError(f"the checker failed: {done.stderr[-1_000:]}")
        answer = json.loads(done.stdout)
        self.manner.violations += answer["violations"]
        self.notes += answer["notes"]


def environment(campaign: Campaign, database: str, port: int, folder: Path) -> dict[str, str]:
    urls = all_through(campaign.postgres.embedded.urls(database), port)
    return {
        "CRM_DATABASE_URL": urls.app,
        "CRM_PARTNER_DATABASE_URL": urls.partner,
        "CRM_WORKER_DATABASE_URL": urls.worker,
        "CRM_SECRET_KEY": base64.b64encode(SECRET).decode(),
        "CRM_DATA_DIR": str(folder / "crm"),
        "CRM_POOL_SIZE": str(POOL),
        "CRM_METRICS_TOKEN": METRICS,
        **{f"CRM_{name}": str(FREE) for name in ("RATE_POINTS_PER_SECOND", "RATE_BURST")},
        "CRM_CONCURRENT_REQUESTS": "10000",
    }


@asynccontextmanager
async def a_place(campaign: Campaign, seed: int, settings: Mapping[str, str]) -> AsyncIterator[Place]:
    """A run with its server up; `settings` are those of the server besides the usual ones."""
    campaign.made += 1
    database, chance = f"crm_faults_{campaign.made}", random.Random(seed)
    folder = campaign.folder / database
    folder.mkdir()
    await campaign.postgres.ready()
    await asyncio.to_thread(campaign.postgres.embedded.create_database, database, TEMPLATE)
    ledger = Ledger(folder / "ledger.jsonl")
    manner = Manner(ledger, chance, slowness=campaign.slowness)
    manner.deadline = float(settings.get("CRM_REQUEST_TIMEOUT_SECONDS", manner.deadline))
    async with AsyncExitStack() as stack:
        stack.callback(ledger.close)
        proxy = await stack.enter_async_context(Proxy(to_socket(campaign.postgres.socket), chance))
        receiver = free_port()
        given = environment(campaign, database, proxy.port, folder) | dict(settings)
        given["CRM_WEBHOOK_ALLOWED_HOSTS"] = f"127.0.0.1:{receiver}"
        api = Api(given, folder / "api.log")
        place = Place(campaign, database, folder, proxy, api, manner, ledger, stack, receiver_port=receiver)
        stack.callback(api.kill)
        place.started_in = await api.serve()
        yield place
    await campaign.postgres.ready()
    await asyncio.to_thread(campaign.postgres.embedded.drop_database, database)


class Readiness:
    """`/readyz`, looked at all the time: since when it says what."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.changes: list[tuple[float, bool]] = []
        self.is_ready = asyncio.Event()

    async def watch(self) -> None:
        async with httpx.AsyncClient(base_url=self.address, timeout=5) as client:
            while True:
                try:
                    said = (await client.get("/readyz")).status_code == httpx.codes.OK
                except httpx.HTTPError:
                    said = False
                if not self.changes or self.changes[-1][1] is not said:
                    self.changes.append((time.monotonic(), said))
                    self.is_ready.set() if said else self.is_ready.clear()
                await asyncio.sleep(READY_SECONDS)

    def since(self, moment: float, state: bool) -> float | None:
        """Seconds from the moment until it first said so; 0 if it did at the moment."""
        before = [one for at, one in self.changes if at <= moment]
        if before and before[-1] is state:
            return 0.0
        return next((at - moment for at, one in self.changes if at > moment and one is state), None)


async def until(holds: Callable[[], Awaitable[object]], seconds: float) -> bool:
    """Ask again and again, for at most so long; whether it held."""
    end = time.monotonic() + seconds
    for _ in range(int(seconds / POLL_SECONDS) + 1):
        if await holds():
            return True
        if time.monotonic() > end:
            break
        await asyncio.sleep(POLL_SECONDS)
    return False
