"""The application in this process on a database with the world, its limits raised so that many probes fit a request."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import orjson
from sqlalchemy import DDL
from starlette.applications import Starlette

from api.app import services
from api.db.engine import write_engine, write_sessions
from api.db.pool import Fetching, ReadPool
from api.db.urls import Urls
from api.domain.kernel import Viewer
from api.domain.tokens import TokenKind
from api.http.document_access import DocumentAccess
from api.http.documents import Documents
from api.http.front import Front, Services
from api.http.limits import Limits, by_kind
from api.http.rates import Rates
from api.http.routes import application
from api.schema import schema
from api.schema.editions import Edition
from api.settings import Settings
from tests.cluster import Cluster
from tests.graphql_client import UNMETERED
from tests.people import Sessions
from tests.probes.outsiders import NOW, Outsider, add_outsiders
from tests.probes.principals import Principal, add_principals, add_token
from tests.probes.values import LETTERS
from tests.probes.world import ROWS, World, a_world

SECRET = b"p" * 32
MANY = 10**6
GENEROUS: dict[str, Any] = {
    "max_cost": MANY,
    **UNMETERED,
    "request_timeout_seconds": 60,
}
COMPILED = "SELECT CASE WHEN (set_config"
WIDE = Limits(
    cost=MANY,
    characters=MANY,
    tokens=MANY,
    spreads=MANY,
    aliases=MANY,
    repeated=MANY,
    query_fields=MANY,
    mutation_fields=MANY,
    steps=10**7,
)


@dataclass(frozen=True)
class Filled:
    """What a database was filled with; `dead` are tokens that must not open anything, by what is wrong with them."""

    world: World = field(repr=False)
    principals: tuple[Principal, ...]
    dead: Mapping[str, str]

    def principal(self, name: str) -> Principal:
        return next(one for one in self.principals if one.name == name)

    @property
    def outsiders(self) -> list[Outsider]:
        return [one for one in self.principals if isinstance(one, Outsider)]

    @property
    def staff(self) -> list[Principal]:
        return [one for one in self.principals if not isinstance(one, Outsider)]

    def of(self, letter: str) -> list[Principal]:
        return [one for one in self.principals if one.letter == letter]


@dataclass(frozen=True)
class Place:
    """The application on one database; `owner` is a connection that row-level security does not bind."""

    filled: Filled
    services: Services
    app: Starlette
    client: httpx.AsyncClient
    sessions: Sessions
    owner: asyncpg.Connection
    urls: Urls
    twice: "Twice"
    outside: "Twice"
    fronts: dict[int, Front]

    def compare(self, *, active: bool) -> None:
        """Whether reads are run under row-level security and free of it."""
        self.twice.active = self.outside.active = active

    async def viewer(self, principal: Principal) -> Viewer:
        header = (b"authorization", principal.headers["authorization"].encode())
        return await self.services.authenticator.viewer([header])

    async def edition(self, principal: Principal) -> Edition:
        """The schema that the principal is served."""
        viewer = await self.viewer(principal)
        return schema.outside if viewer.outside else schema.editions.of(viewer.capability)

    async def ask(self, principal: Principal | None, text: str, variables: Mapping[str, Any] | None = None) -> "Answer":
        """The answer to an operation; `principal` None sends no token."""
        body = orjson.dumps({"query": text, "variables": variables or {}})
        headers = principal.headers if principal else {"content-type": "application/json"}
        return Answer(await self.client.post("/graphql", content=body, headers=headers))


class Answer:
    """What came back: all bytes, and the JSON in them."""

    def __init__(self, response: httpx.Response) -> None:
        self.status, self.body = response.status_code, response.content
        self.headers = b"\n".join(b"%s: %s" % pair for pair in response.headers.raw)
        self.json: Any = orjson.loads(response.content) if response.content else {}

    @property
    def data(self) -> Mapping[str, Any]:
        return self.json.get("data") or {} if isinstance(self.json, dict) else {}

    @property
    def errors(self) -> list[Any]:
        return self.json.get("errors", []) if isinstance(self.json, dict) else []


async def fill(cluster: Cluster, database: str, rows: int = ROWS) -> Filled:
    """Fill a migrated database. Statements are long and run a few times each, so a plan serves all values."""
    superuser = write_engine(cluster.superuser_url(database))
    async with superuser.begin() as connection:
        await connection.execute(DDL(f"ALTER DATABASE {database} SET plan_cache_mode = force_generic_plan"))
        world = await a_world(connection, rows)
        principals = [one for letter in LETTERS for one in await add_principals(connection, world, letter, SECRET)]
        principals += [one for letter in LETTERS for one in await add_outsiders(connection, world, letter, SECRET)]
        dead = await add_dead(connection, world)
    await superuser.dispose()
    return Filled(world, tuple(principals), dead)


async def add_dead(connection: Any, world: World) -> dict[str, str]:
    """Tokens of tenant A that are over, each in another way."""
    users, contacts = world.of("a", "users"), world.of("a", "contacts")
    past = NOW - timedelta(days=400)
    partner = {"contact_id": contacts[0].id, "account_id": contacts[0].values["account_id"]}
    kinds: dict[str, tuple[TokenKind, Any, dict[str, Any]]] = {
        "revoked": (TokenKind.INTEGRATION, None, {"revoked_at": past}),
        "archived": (TokenKind.INTEGRATION, None, {"archived_at": past}),
        "expired": (TokenKind.INTEGRATION, None, {"expires_at": past}),
        "of an archived user": (TokenKind.STAFF, users[-1].id, {}),
        "a revoked partner's": (TokenKind.PARTNER, None, {"revoked_at": past, **partner}),
        "an expired customer's": (TokenKind.CUSTOMER, None, {"expires_at": past, "contact_id": contacts[0].id}),
        "of an archived contact": (TokenKind.CUSTOMER, None, {"contact_id": contacts[-1].id}),
    }
    found = {}
    for n, (name, (kind, user, columns)) in enumerate(kinds.items()):
        found[name] = await add_token(
            connection, world, "a", 50 + n, kind, user, None if "contact_id" in columns else "admin", SECRET, **columns
        )
    return found


@dataclass
class Twice:
    """Runs each compiled read under row-level security and free of it: the predicates alone must give the same rows.

    `compared` counts queries, of which a statement has many; who asks them counts.
    """

    bound: Fetching
    free: Fetching
    compared: int = 0
    active: bool = True
    differences: list[str] = field(default_factory=list)

    async def fetch(self, sql: str, arguments: Sequence[Any]) -> bytes:
        found = await self.bound.fetch(sql, arguments)
        if self.active and sql.startswith(COMPILED) and await self.free.fetch(sql, arguments) != found:
            self.differences.append(sql)
        return found


@asynccontextmanager
async def a_place(
    cluster: Cluster, database: str, folder: Path, filled: Filled, *, exempt: bool = False
) -> AsyncIterator[Place]:
    """The application on a filled database. `exempt`: row-level security does not bind it, so that only ring 1 holds.

    Otherwise every read is also run by a reader whom row-level security does not bind; `Place.twice` compares them.
    """
    urls, superuser = cluster.urls(database), cluster.superuser_url(database)
    url = superuser if exempt else urls.app
    engine, pool, free = write_engine(url), ReadPool(url, size=2), ReadPool(superuser, size=2)
    partner = ReadPool(superuser if exempt else urls.partner, size=2)
    for one in (pool, free, partner):
        await one.open()
    twice = Twice(pool, free)
    outside = Twice(partner, free, differences=twice.differences)
    sessions = write_sessions(engine)
    owner = await asyncpg.connect(superuser)
    fronts: dict[int, Front] = {}
    made = wired(pool if exempt else twice, partner if exempt else outside, sessions, folder, fronts)
    app = application(made, problems=no_problems)
    transport = httpx.ASGITransport(app)
    try:
        async with httpx.AsyncClient(transport=transport, base_url="http://crm.test", timeout=60) as client:
            yield Place(filled, made, app, client, sessions, owner, urls, twice, outside, fronts)
    finally:
        await owner.close()
        for one in (pool, free, partner):
            await one.close()
        await engine.dispose()


def wired(pool: Fetching, outside: Fetching, sessions: Sessions, folder: Path, widened: dict[int, Front]) -> Services:
    """The services; `widened` takes the fronts that are made, with wider limits."""
    settings = Settings(data_dir=folder, **GENEROUS)
    made = services(settings, pool, sessions, SECRET, outside=outside, now=lambda: NOW)
    limits = {kind: replace(one, cost=MANY) for kind, one in by_kind(settings).items()}

    def front(viewer: Viewer, features: frozenset[str] = frozenset()) -> Front:
        found = made.front(viewer, features)
        if id(found) not in widened:
            documents = Documents(found.reads.core, WIDE)  # type: ignore[attr-defined]
            widened[id(found)] = replace(found, documents=DocumentAccess(documents, pool))
        return widened[id(found)]

    return replace(made, front=front, rates=Rates(pool, limits))


async def no_problems() -> tuple[str, ...]:
    return ()
