"""GraphQL over HTTP, in process: the whole application on the connection of the test.

`await graphql(query, variables, as_="sales_rep", user=rep)` is the data; errors raise `GraphQLFailed`. `graphql.post`
sends anything, for tests about HTTP itself.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import httpx
import orjson
import pytest
from sqlalchemy.ext.asyncio import AsyncConnection
from starlette.applications import Starlette

from api.app import services
from api.compiler import Cache
from api.domain import tokens
from api.domain.kernel import Viewer, new_id
from api.domain.users import User
from api.http.documents import Documents
from api.http.front import Front, Fronts
from api.http.payloads import Payloads
from api.http.routes import application
from api.http.satisfaction import Satisfaction
from api.schema.editions import Edition
from api.schema.reading import Reads
from api.settings import Settings
from tests.conftest import SameConnection, raw
from tests.people import NOW, Sessions

SECRET = b"t" * 32
JSON = {"content-type": "application/json"}
# For tests that ask much in a short time, and more of it the faster the machine is.
UNMETERED: dict[str, Any] = {
    "rate_points_per_second": 10**9,
    "rate_burst": 10**9,
    "partner_rate_points_per_second": 10**9,
    "partner_rate_burst": 10**9,
}
KNOWN: Cache[Front] = Cache(100)
SENT: Cache[tuple[Documents, Reads]] = Cache(100)
INSERT = """
WITH given AS (
    INSERT INTO user_roles (tenant_id, user_id, role_id)
    SELECT $1, $7, id FROM roles WHERE tenant_id = $1 AND name = 'admin'
    ON CONFLICT DO NOTHING
)
INSERT INTO tokens (tenant_id, id, name, key, digest, pepper_version, kind, role_id, user_id, expires_at, revoked_at,
                    version, created_at, updated_at)
SELECT $1, $2, 'test', $3, $4, 1, $5, id, $7, $8, $9, 1, $10, $10 FROM roles WHERE tenant_id = $1 AND name = $6
"""


class GraphQLFailed(AssertionError):
    """The response has errors."""

    def __init__(self, errors: Sequence[Mapping[str, Any]]) -> None:
        self.errors = errors
        super().__init__("; ".join(f"{error['extensions'].get('code')}: {error['message']}" for error in errors))

    @property
    def code(self) -> str:
        return str(self.errors[0]["extensions"]["code"])


@dataclass
class Client:
    """Calls the application as one person after the other; a token is made for each at the first call."""

    http: httpx.AsyncClient
    connection: asyncpg.Connection
    admin: User
    headers: dict[tuple[str, UUID], dict[str, str]] = field(default_factory=dict)

    async def __call__(
        self,
        query: str,
        variables: Mapping[str, Any] | None = None,
        *,
        as_: str = "admin",
        user: User | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Any:
        """`data` of the response.

        Raises:
            GraphQLFailed: there are top-level errors.
        """
        response = await self.post({"query": query, "variables": variables}, as_=as_, user=user, headers=headers)
        answer = response.json()
        if "errors" in answer:
            raise GraphQLFailed(answer["errors"])
        return answer["data"]

    async def post(
        self,
        content: Any,
        *,
        as_: str | None = "admin",
        user: User | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> httpx.Response:
        """The response to a body: bytes as they are, anything else as JSON. `as_=None` sends no token."""
        body = content if isinstance(content, bytes) else orjson.dumps(content)
        sent = {**JSON, **(await self.token_of(as_, user) if as_ else {}), **(headers or {})}
        return await self.http.post("/graphql", content=body, headers=sent)

    async def token_of(self, role: str = "admin", user: User | None = None) -> dict[str, str]:
        """The Authorization header of a person."""
        person = user or self.admin
        if (role, person.id) not in self.headers:
            self.headers[role, person.id] = bearer(await self.make_token(role, person))
        return self.headers[role, person.id]

    async def make_token(self, role: str, person: User, **columns: Any) -> str:
        """A token made past the domain, so that a test that counts statements or changes sees only its own."""
        credential = tokens.new_credential(tokens.TokenKind.STAFF)
        digest = credential.digest(tokens.pepper(SECRET))
        tenant = "SELECT set_config('crm.tenant', $1, true)"
        found = await self.connection.fetchval("SELECT current_setting('crm.tenant', true)")
        await self.connection.fetchval(tenant, str(person.tenant_id))
        kept = [columns.get(name) for name in ("expires_at", "revoked_at")]
        values = [person.tenant_id, new_id(), credential.key, digest, "STAFF", role, person.id, *kept, NOW]
        await self.connection.execute(INSERT, *values)
        await self.connection.fetchval(tenant, found or "")
        return credential.text


def bearer(token: str) -> dict[str, str]:
    return {"authorization": f"Bearer {token}"}


def remembering(front_of: Fronts) -> Fronts:
    """Fronts that know the documents and statements of the tests before, which belong to no tenant."""

    def front(viewer: Viewer, features: frozenset[str] = frozenset()) -> Front:
        found = front_of(viewer, features)
        assert isinstance(found.reads, Reads)
        # Its entry holds the schema, so that the id stays its own. What was not verified is not for who verifies.
        known = KNOWN.get((id(found.reads.core), found.reads.compiler.verify is None), lambda: found)
        assert isinstance(known.reads, Reads)
        found.documents._documents = known.documents._documents
        found.reads.compiler = known.reads.compiler
        found.reads.shapes, found.reads.read_backs = known.reads.shapes, known.reads.read_backs
        return found

    return front


def recalling(payloads: Payloads) -> Payloads:
    """Payloads that know the statements of the tests before, like the fronts."""
    kept = payloads._kept

    def remembered(edition: Edition) -> tuple[Documents, Reads]:
        documents, reads = kept(edition)
        _, known = SENT.get((id(reads.core), reads.compiler.verify is None), lambda: (documents, reads))
        reads.shapes = known.shapes
        return documents, reads

    payloads._kept = remembered
    return payloads


async def no_problems() -> Sequence[str]:
    return ()


@cache
def usual_settings() -> Settings:
    """Read once: it takes longer than most requests."""
    return Settings(cors_origins=("https://ui.example.com",), verify_sql=True)


@pytest.fixture
def app(connection: AsyncConnection, reads: SameConnection, sessions: Sessions, tmp_path: Path) -> Starlette:
    settings = usual_settings().model_copy(update={"data_dir": tmp_path})
    wired = services(settings, reads, sessions, SECRET, outside=reads, now=lambda: NOW)
    # Who asks is looked up beside the watched reads, so that `statements` holds the operation's alone.
    wired.authenticator.pool = wired.rates.pool = SameConnection(raw(connection))
    wired = replace(wired, front=remembering(wired.front))
    satisfaction = Satisfaction(sessions, SECRET, now=lambda: NOW)
    return application(wired, problems=no_problems, satisfaction=satisfaction, cors_origins=settings.cors_origins)


@pytest.fixture
async def graphql(app: Starlette, connection: AsyncConnection, admin: User) -> AsyncIterator[Client]:
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://crm.test") as client:
        yield Client(client, raw(connection), admin)
