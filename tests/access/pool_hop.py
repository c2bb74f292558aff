"""Fifty tenants over two connections: requests of all of them, interleaved, many of which end badly.

Every name in the world carries the mark of its tenant, so that one of another shows in an answer. What a connection
comes back with is looked at before its next use (`tests/access/watched.py`).

`python -m tests.access.pool_hop` makes 10,000 requests; `run` makes as many as it is told.
"""

import argparse
import asyncio
import dataclasses
import random
import re
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import orjson
from sqlalchemy.exc import DBAPIError

from api import telemetry
from api.app import services
from api.db.engine import write_engine, write_sessions
from api.db.migrations import upgrade
from api.db.pool import DatabaseUnavailable
from api.domain import sharing, tokens
from api.domain.accounts import Account
from api.domain.contacts import Contact
from api.domain.kernel import Model, ShareLevel, wire
from api.domain.opportunities import Opportunity
from api.domain.tokens import TokenKind
from api.http.routes import application
from api.settings import Settings
from tests.access.watched import Guard, WatchedReads, watched_writes
from tests.cluster import Cluster, a_cluster, external_url, in_memory
from tests.factories import a_contact, an_account, an_opportunity
from tests.graphql_client import JSON, UNMETERED, bearer, no_problems
from tests.people import NOW, Sessions, a_tenant, a_user, opener

DATABASE = "crm_pool_hop"
SECRET = b"h" * 32
REQUESTS, TENANTS = 10_000, 50
CONNECTIONS, AT_ONCE = 2, 16
LOCK = 7_241  # an advisory lock that is never free
MARK = re.compile(rb"hop(\d+)x")
GENEROUS: dict[str, Any] = {
    **UNMETERED,
    "concurrent_requests": 10_000,
}
ALL = "{ accounts { nodes { name notes } } contacts { nodes { name } } opportunities { nodes { name } } }"
DEALS = "{ opportunities { nodes { name nextStep account { name } } } contacts { nodes { name email } } }"
NODES = "query($ids: [ID!]!) { nodes(ids: $ids) { id ... on Account { name } ... on Opportunity { name } } }"
CREATE = """mutation($name: String!) { contactCreate(input: {lastName: $name}) {
  outcome errors { code } contact { name owner { name } } } }"""
RENAME = """mutation($id: ID!, $notes: String, $version: Int) {
  accountUpdate(where: {id: $id}, patch: {notes: $notes}, ifVersion: $version) {
    outcome errors { code } account { name notes } } }"""
STEP = """mutation($id: ID!, $step: String) { opportunityUpdate(where: {id: $id}, patch: {nextStep: $step}) {
  outcome errors { code } opportunity { name nextStep } } }"""
IN_CONTEXT = "SELECT CASE WHEN set_config('crm.tenant', $1, true) IS NOT NULL THEN ({}) END"
SLOW = IN_CONTEXT.format("SELECT string_agg(name, ' ') FROM accounts, pg_sleep(0.03)")
FAILING = IN_CONTEXT.format("SELECT (1 / (count(*) - count(*)))::text FROM accounts")
WAITING = IN_CONTEXT.format(
    "SELECT CASE WHEN set_config('lock_timeout', '5ms', true) IS NOT NULL THEN"
    f" (SELECT string_agg(name, ' ') FROM accounts, pg_advisory_xact_lock({LOCK})) END"
)


@dataclass
class Member:
    """One of the tenants: its ids by name, and its tokens."""

    number: int
    tenant: str
    ids: dict[str, str] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)

    @property
    def mark(self) -> str:
        return f"hop{self.number}x"


@dataclass
class Result:
    """What became of a run. `foreign` are answers or rows with the mark of another tenant."""

    requests: int = 0
    tenants: int = 0
    foreign: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)
    unknown: set[str] = field(default_factory=set)
    looks: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)

    @property
    def last_line(self) -> str:
        return (
            f"pool-hop: {self.requests} requests, {self.tenants} tenants, {len(self.foreign)} foreign rows, "
            f"{len(self.left)} settings left"
        )

    @property
    def passed(self) -> bool:
        return not (self.foreign or self.left or self.unknown)


@dataclass
class Ring:
    """The application on pools of two connections, twice: once it gives every request a few milliseconds only."""

    members: list[Member]
    reads: WatchedReads
    outside: WatchedReads
    sessions: Sessions
    patient: httpx.AsyncClient
    hasty: httpx.AsyncClient
    random: random.Random
    result: Result

    async def one(self) -> None:
        """One request of somebody, and a look at the answer; every fourth is interrupted at any moment."""
        member = self.random.choice(self.members)
        kind = self.random.choice(KINDS)
        asked = asyncio.ensure_future(kind(self, member))
        if self.random.random() < 0.25:
            asyncio.get_running_loop().call_later(self.random.random() * 0.02, asked.cancel)
        self.result.requests += 1
        try:
            answer = await asked
        except asyncio.CancelledError:
            self.result.outcomes["cancelled"] += 1
            return
        except (asyncpg.PostgresError, DBAPIError) as error:
            state = getattr(getattr(error, "orig", error), "sqlstate", None)
            self.result.outcomes[f"failed with {state}"] += 1
            answer = f"{error} {getattr(error, 'detail', '')}".encode()
        except DatabaseUnavailable:
            self.result.outcomes["unavailable"] += 1
            return
        self.judge(member, kind.__name__, answer)

    def judge(self, member: Member, kind: str, answer: bytes) -> None:
        marks = {int(number) for number in MARK.findall(answer)}
        if marks - {member.number}:
            self.result.foreign.append(f"{kind} as {member.mark}: {answer[:500]!r}")
        self.result.outcomes["answered" if marks else "answered with no row"] += 1

    async def ask(
        self, member: Member, who: str, query: str, variables: dict[str, Any] | None = None, *, hasty: bool = False
    ) -> bytes:
        client = self.hasty if hasty else self.patient
        body = orjson.dumps({"query": query, "variables": variables or {}})
        response = await client.post("/graphql", content=body, headers=JSON | bearer(member.tokens[who]))
        self.result.outcomes[f"status {response.status_code}"] += 1
        return response.content

    def another(self, member: Member) -> Member:
        return self.members[(member.number + self.random.randrange(1, len(self.members))) % len(self.members)]


# Kinds of requests: each is a coroutine whose value is the bytes that came back.


async def reading(ring: Ring, member: Member) -> bytes:
    return await ring.ask(member, "staff", ALL)


async def reading_outside(ring: Ring, member: Member) -> bytes:
    return await ring.ask(member, ring.random.choice(["partner", "customer"]), DEALS)


async def hurried(ring: Ring, member: Member) -> bytes:
    who, query = ring.random.choice([("staff", ALL), ("partner", DEALS)])
    return await ring.ask(member, who, query, hasty=True)


async def by_foreign_ids(ring: Ring, member: Member) -> bytes:
    other = ring.another(member)
    ids = [one.ids[name] for one in (member, other) for name in ("account", "deal")]
    return await ring.ask(member, ring.random.choice(["staff", "partner"]), NODES, {"ids": ids})


async def creating(ring: Ring, member: Member) -> bytes:
    return await ring.ask(member, "staff", CREATE, {"name": f"{member.mark} {ring.random.random()}"})


async def changing(ring: Ring, member: Member) -> bytes:
    """Of its own record, of another tenant's, or of a version that has never been."""
    of = ring.random.choice([member, member, ring.another(member)])
    version = ring.random.choice([None, None, 99_999])
    variables = {"id": of.ids["account"], "notes": f"{member.mark} {ring.random.random()}", "version": version}
    return await ring.ask(member, "staff", RENAME, variables, hasty=ring.random.random() < 0.2)


async def changing_outside(ring: Ring, member: Member) -> bytes:
    of = ring.random.choice([member, member, ring.another(member)])
    return await ring.ask(member, "partner", STEP, {"id": of.ids["deal"], "step": f"{member.mark} call"})


async def sleeping(ring: Ring, member: Member) -> bytes:
    """A statement that is long enough to be interrupted in its middle."""
    pool = ring.random.choice([ring.reads, ring.outside])
    try:
        async with asyncio.timeout(ring.random.choice([0.01, 0.02, 5])):
            return await pool.fetch(SLOW, [member.tenant])
    except TimeoutError:
        return b""
    except TypeError:  # of `outside`, for whom this row has no accounts: NULL is no text
        return b""


async def failing(ring: Ring, member: Member) -> bytes:
    pool, sql = ring.random.choice([ring.reads, ring.outside]), ring.random.choice([FAILING, WAITING])
    try:
        return await pool.fetch(sql, [member.tenant])
    except TypeError:
        return b""


async def failing_write(ring: Ring, member: Member) -> bytes:
    """A transaction that is left in the middle: by an error, a time-out of PostgreSQL, or whoever interrupts it."""
    statement = ring.random.choice(["SELECT 1 / 0", "SELECT pg_sleep(0.05)", "INSERT INTO users SELECT * FROM users"])
    async with ring.sessions() as session:
        await session.begin_as({"crm.tenant": member.tenant, "crm.principal": member.tenant})
        await session.command("SET LOCAL statement_timeout = '20ms'")
        await session.fetch("UPDATE accounts SET notes = 'gone'")
        await session.fetch(statement)
    return b""


KINDS: tuple[Callable[[Ring, Member], Awaitable[bytes]], ...] = (
    *(reading, reading, reading, reading_outside, reading_outside, reading_outside, by_foreign_ids),
    *(creating, changing, changing, changing_outside, hurried, sleeping, failing, failing_write),
)


async def a_member(sessions: Sessions, number: int) -> Member:
    tenant = await a_tenant(sessions, f"hop{number}x")
    person = await a_user(sessions, tenant.id, f"Ada hop{number}x")
    member, pepper = Member(number, str(tenant.id)), tokens.pepper(SECRET)
    async with opener(sessions, person)() as work:
        account = await an_account(work, f"{member.mark} Initech", notes=member.mark)
        ally = await a_contact(work, f"{member.mark} Pat", account_id=account.id)
        buyer = await a_contact(work, f"{member.mark} Ada", account_id=account.id)
        deal = await an_opportunity(work, f"{member.mark} roof", account_id=account.id)
        await an_opportunity(work, f"{member.mark} hidden", account_id=account.id)
        values: sharing.ShareValues = {"level": ShareLevel.EDIT}
        await sharing.share(work, (Opportunity, deal.id), values, account_id=account.id)
        for who, contact, kind in (("partner", ally, TokenKind.PARTNER), ("customer", buyer, TokenKind.CUSTOMER)):
            _, member.tokens[who] = await sharing.create_for_contact(work, contact.id, kind, who, pepper=pepper)
        _, member.tokens["staff"] = await tokens.create(work, "admin", "staff", pepper=pepper)
        named = {"account": (Account, account.id), "deal": (Opportunity, deal.id), "ally": (Contact, ally.id)}
        member.ids = {name: wire(model.prefix, id) for name, (model, id) in named.items()}
    return member


@asynccontextmanager
async def a_ring(cluster: Cluster, database: str, folder: Path, tenants: int, seed: int) -> AsyncIterator[Ring]:
    urls = cluster.urls(database)
    plain = write_engine(urls.app)
    members = [await a_member(write_sessions(plain), number) for number in range(tenants)]
    await plain.dispose()
    reads = WatchedReads(urls.app, Guard("crm_app"), size=CONNECTIONS)
    outside = WatchedReads(urls.partner, Guard("crm_partner"), size=CONNECTIONS)
    writing = Guard("crm_app")
    engine = watched_writes(urls.app, writing, size=CONNECTIONS)
    result = Result(tenants=tenants)
    wired = services(
        Settings(data_dir=folder, **GENEROUS), reads, write_sessions(engine), SECRET, outside=outside, now=lambda: NOW
    )
    hasty = dataclasses.replace(wired, timeout_seconds=0.004)
    apps = [httpx.ASGITransport(application(one, problems=no_problems)) for one in (wired, hasty)]
    holder = await asyncpg.connect(cluster.superuser_url(database))
    await holder.execute(f"SELECT pg_advisory_lock({LOCK})")
    async with (
        httpx.AsyncClient(transport=apps[0], base_url="http://crm.test") as patient,
        httpx.AsyncClient(transport=apps[1], base_url="http://crm.test") as quick,
    ):
        await reads.open()
        await outside.open()
        sessions = write_sessions(engine)
        yield Ring(members, reads, outside, sessions, patient, quick, random.Random(seed), result)
        await reads.look()
        await outside.look()
        for _ in range(2):
            async with sessions() as session:
                await session.begin_as({})
    result.foreign += [f"written: {row}" for row in await misplaced(holder, members)]
    for guard in (reads.guard, outside.guard, writing):
        result.left += guard.left
        result.unknown |= guard.unknown
        result.looks += guard.looks
    await holder.close()
    await reads.close()
    await outside.close()
    await engine.dispose()


async def misplaced(owner: asyncpg.Connection, members: list[Member]) -> list[str]:
    """Rows with the mark of a tenant that are another's, or that a transaction left behind which was never finished."""
    tenants = {member.tenant: member.mark for member in members}
    found = []
    for mapper in Model.registry.mappers:
        table = mapper.class_.__tablename__
        whose = "id" if table == "tenants" else "tenant_id"
        query = f"SELECT {whose}::text, row_to_json(t)::text FROM {table} t WHERE t::text ~ 'hop[0-9]+x|gone'"
        for tenant, text in await owner.fetch(query):
            marks = {one.decode() for one in re.findall(rb"hop\d+x", text.encode())}
            if marks - {tenants[tenant]} or '"gone"' in text:
                found.append(f"{table}: {text[:300]}")
    return found


async def run(
    cluster: Cluster, database: str, folder: Path, requests: int = REQUESTS, tenants: int = TENANTS, seed: int = 1
) -> Result:
    """Make tenants in a migrated database and have them ask, all at once."""
    async with a_ring(cluster, database, folder, tenants, seed) as ring:

        async def worker() -> None:
            while ring.result.requests < requests:
                await ring.one()

        async with asyncio.TaskGroup() as group:
            for _ in range(AT_ONCE):
                group.create_task(worker())
    return ring.result


def main() -> int:
    parser = argparse.ArgumentParser("python -m tests.access.pool_hop", description=__doc__)
    parser.add_argument("--requests", type=int, default=REQUESTS)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    telemetry.configure("error")
    began = time.monotonic()
    with a_cluster(external_url()) as cluster, tempfile.TemporaryDirectory(dir=in_memory()) as folder:
        cluster.create_database(DATABASE)
        with ThreadPoolExecutor(1) as thread:  # Alembic runs an event loop of its own
            thread.submit(upgrade, cluster.urls(DATABASE).migration).result()
        result = asyncio.run(run(cluster, DATABASE, Path(folder), given.requests, seed=given.seed))
    for line in [*result.foreign, *result.left, *sorted(result.unknown)][:40]:
        print(line)
    told = ", ".join(f"{name} {count}" for name, count in sorted(result.outcomes.items()))
    print(f"{time.monotonic() - began:.0f} s, connections looked at {result.looks} times; {told}")
    print(result.last_line)
    return 0 if result.passed else 1


if __name__ == "__main__":
    sys.exit(main())
