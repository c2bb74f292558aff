"""The API with a resolver of ours, and a worker that sends to receivers on this machine."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import httpx
import pytest
from sqlalchemy.ext.asyncio import AsyncConnection
from starlette.applications import Starlette

from api.app import services
from api.domain import tokens
from api.domain import webhooks as domain
from api.domain.users import User
from api.domain.webhooks import Sealer
from api.http.routes import application
from api.outbound.client import Client as Poster
from api.outbound.destinations import allowed_hosts
from api.outbound.guard import Guard
from api.settings import Settings
from api.worker.jobs import Runner
from api.worker.parts import HANDLERS
from api.worker.place import Place
from api.worker.relay import Relay
from api.worker.webhooks import service
from api.worker.webhooks.loop import Deliveries
from api.worker.webhooks.sender import Sender
from tests.conftest import Committed, SameConnection, raw
from tests.graphql_client import SECRET, GraphQLFailed, bearer, graphql, no_problems, recalling, remembering
from tests.people import NOW, Sessions
from tests.webhooks.hostile import Counting, Lying
from tests.webhooks.receivers import Receiver, authorities

__all__ = ["graphql"]

THIN = "subscription { events { id type position changedFields } }"
CREATE = """
mutation($input: WebhookEndpointCreateInput!, $dry: Boolean! = false, $key: String) {
  webhookEndpointCreate(input: $input, dryRun: $dry, idempotencyKey: $key) {
    outcome secret
    webhookEndpoint {
      id version name url document types objects changedFields ordering state disabledReason disabledAt
      owner { name } token { name } role { name } health { failures failingSince closedUntil succeededAt }
      secrets { madeAt expiresAt }
    }
    errors { code message path }
  }
}
"""


@pytest.fixture
def resolve() -> Lying:
    return Lying()


@pytest.fixture
def app(
    connection: AsyncConnection, reads: SameConnection, sessions: Sessions, tmp_path: Path, resolve: Lying
) -> Starlette:
    settings = Settings(data_dir=tmp_path, verify_sql=True, webhook_allowed_hosts=("127.0.0.1:9000",))
    wired = services(settings, reads, sessions, SECRET, outside=reads, now=lambda: NOW, resolve=resolve)
    wired.authenticator.pool = wired.rates.pool = SameConnection(raw(connection))
    wired = replace(wired, front=remembering(wired.front))
    return application(wired, problems=no_problems)


@dataclass
class World:
    """A database of its own, the API over it, and what of the worker is about webhooks.

    `await world.happen()` relays what was committed and sends what is due, once.
    """

    place: Place
    committed: Committed
    http: httpx.AsyncClient
    worker: asyncpg.Pool
    deliveries: Deliveries
    sender: Sender
    admin: User
    tokens: dict[tuple[str, UUID], str] = field(default_factory=dict)

    async def __call__(self, query: str, variables: Any = None, *, as_: str = "admin", user: User | None = None) -> Any:
        """`data` of the answer; raises GraphQLFailed."""
        person = user or self.admin
        if (as_, person.id) not in self.tokens:
            async with self.committed.open_as() as work:
                made = await tokens.create(work, as_, as_, pepper=tokens.pepper(SECRET), user_id=person.id)
            self.tokens[as_, person.id] = made[1]
        headers = bearer(self.tokens[as_, person.id])
        response = await self.http.post("/graphql", json={"query": query, "variables": variables}, headers=headers)
        answer = response.json()
        if "errors" in answer:
            raise GraphQLFailed(answer["errors"])
        return answer["data"]

    async def endpoint(self, receiver: Receiver | str, **values: Any) -> tuple[str, str]:
        """Id and secret of a new endpoint of Ada's."""
        url = receiver if isinstance(receiver, str) else receiver.url
        given = {"name": "Shop", "url": url, "document": THIN, **values}
        payload = (await self(CREATE, {"input": given}))["webhookEndpointCreate"]
        assert payload["errors"] == []
        return payload["webhookEndpoint"]["id"], payload["secret"]

    async def relay(self) -> int:
        count = 0
        async with self.place.connected() as connection:
            while found := await Relay([self.follow]).step(connection):
                count += found
        return count

    async def follow(self, connection: Any, batch: Any) -> None:
        await service.follow(self.place, connection, batch)

    async def happen(self) -> int:
        """How many attempts were made."""
        await self.relay()
        return await self.send()

    async def send(self) -> int:
        count = 0
        while begun := await self.deliveries.step():
            count += begun
            await self.deliveries.settled()
        return count

    async def work_off(self, parts: int = 1_000) -> int:
        """Do what waits in the background, at most so many parts; how many those were."""
        runner, done = Runner(self.place, domain.BULK, HANDLERS), 0
        async with self.place.connected() as connection:
            while done < parts and (taken := await runner.take(connection, 1)):
                await runner.attempt(taken[0])
                done += 1
        return done

    async def account(self, name: str = "Initech", **values: Any) -> str:
        query = "mutation($input: AccountCreateInput!) { accountCreate(input: $input) { account { id } } }"
        made = await self(query, {"input": {"name": name, **values}})
        return str(made["accountCreate"]["account"]["id"])

    async def log(self, endpoint: str, *, as_: str = "admin", user: User | None = None) -> list[dict[str, Any]]:
        """The deliveries of an endpoint, the oldest first."""
        query = """query($id: ID!) { webhookEndpoint(where: {id: $id}) { deliveries(first: 100) { nodes {
            id eventId position types state attempts dueAt status error durationMs excerpt finishedAt } } } }"""
        found = await self(query, {"id": endpoint}, as_=as_, user=user)
        return list(reversed(found["webhookEndpoint"]["deliveries"]["nodes"]))

    async def shift(self, **interval: int) -> None:
        """Let time pass for deliveries and endpoints: everything lies so much further back."""
        seconds = sum(value * {"seconds": 1, "hours": 3600, "days": 86400}[unit] for unit, value in interval.items())
        connection = await asyncpg.connect(self.committed.superuser_url)
        await connection.execute(
            "UPDATE webhook_deliveries SET due_at = due_at - $1 * interval '1 second', "
            "lease_until = lease_until - $1 * interval '1 second'",
            seconds,
        )
        await connection.execute(
            "UPDATE webhook_health SET failing_since = failing_since - $1 * interval '1 second', "
            "closed_until = closed_until - $1 * interval '1 second'",
            seconds,
        )
        await connection.close()

    async def rows(self, query: str, *arguments: Any) -> list[Any]:
        """As superuser."""
        connection = await asyncpg.connect(self.committed.superuser_url)
        found = await connection.fetch(query, *arguments)
        await connection.close()
        return [tuple(row) if len(row) > 1 else row[0] for row in found]


@asynccontextmanager
async def a_world(
    committed: Committed,
    folder: Path,
    *allowed: str,
    network: Counting | None = None,
    seconds: float = 3.0,
    points_per_second: int = 10**6,
) -> AsyncIterator[World]:
    """`network` is where the worker sends; without one it is that of the machine."""
    settings = Settings(
        data_dir=folder, webhook_allowed_hosts=allowed, rate_burst=10**6, rate_points_per_second=points_per_second
    )
    place = Place(settings, committed.urls, SECRET, committed.sessions, committed.reads)
    resolve = Lying()
    wired = services(settings, committed.reads, committed.sessions, SECRET, outside=None, resolve=resolve)
    wired = replace(wired, front=remembering(wired.front))
    worker = await asyncpg.create_pool(committed.urls.worker, min_size=1, max_size=4)
    poster = Poster(Guard(allowed_hosts(allowed), resolve), authorities(), seconds=seconds, network=network)
    sender = Sender(worker, poster, Sealer(SECRET), recalling(service.payloads(place)), service.disabling(place))
    transport = httpx.ASGITransport(application(wired, problems=no_problems))
    async with httpx.AsyncClient(transport=transport, base_url="http://crm.test") as http:
        world = World(place, committed, http, worker, Deliveries(worker, sender.send), sender, committed.admin)
        try:
            yield world
        finally:
            await asyncio.wait_for(worker.close(), 5)


def uuid_of(id: str) -> UUID:
    return UUID(id.split("_")[1])
