"""A world with outsiders: two partners and a customer of Acme, on a database of its own with the product's pools.

What is read by outsiders is read as `crm_partner`, so that row-level security and column grants are part of each test.
"""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID

import httpx
import orjson
import pytest

from api.app import services
from api.db.pool import ReadPool
from api.domain import sharing, tokens
from api.domain.kernel import Record, ShareLevel, Work, wire
from api.domain.tokens import TokenKind
from api.http.routes import application
from api.settings import Settings
from tests.conftest import Committed
from tests.factories import a_contact, an_account, an_opportunity
from tests.graphql_client import JSON, SECRET, GraphQLFailed, bearer, no_problems, remembering
from tests.people import NOW

LATER = NOW.replace(year=2199)
R = TypeVar("R", bound=Record)


@dataclass
class World:
    """`await world.ask(token, query)` is the data; `ids` are the records by name, in their wire form."""

    committed: Committed
    http: httpx.AsyncClient
    partner: ReadPool
    ids: dict[str, str] = field(default_factory=dict)
    keys: dict[str, UUID] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)

    async def post(self, who: str, query: str, variables: Mapping[str, Any] | None = None) -> httpx.Response:
        body = orjson.dumps({"query": query, "variables": variables})
        return await self.http.post("/graphql", content=body, headers=JSON | bearer(self.tokens[who]))

    async def ask(self, who: str, query: str, variables: Mapping[str, Any] | None = None) -> Any:
        answer = (await self.post(who, query, variables)).json()
        if "errors" in answer:
            raise GraphQLFailed(answer["errors"])
        return answer["data"]

    async def refused(self, who: str, query: str, variables: Mapping[str, Any] | None = None) -> str:
        with pytest.raises(GraphQLFailed) as refusal:
            await self.ask(who, query, variables)
        return refusal.value.code

    def note(self, name: str, record: R) -> R:
        self.keys[name], self.ids[name] = record.id, wire(record.prefix, record.id)
        return record


@pytest.fixture
async def world(committed: Committed, tmp_path: Path) -> AsyncIterator[World]:
    async with an_outside_world(committed, tmp_path) as made:
        async with committed.open_as() as work:
            await populate(made, work)
        yield made


@asynccontextmanager
async def an_outside_world(committed: Committed, tmp_path: Path) -> AsyncIterator[World]:
    """Nobody is there yet."""
    partner = ReadPool(committed.urls.partner)
    await partner.open()
    settings = Settings(data_dir=tmp_path, verify_sql=True)
    wired = services(settings, committed.reads, committed.sessions, SECRET, outside=partner, now=lambda: NOW)
    wired = replace(wired, front=remembering(wired.front))
    transport = httpx.ASGITransport(application(wired, problems=no_problems))
    async with httpx.AsyncClient(transport=transport, base_url="http://crm.test") as http:
        yield World(committed, http, partner)
    await partner.close()


async def populate(world: World, work: Work) -> None:
    """Brightwater and Riverside sell for us, Initech buys; Ada is the customer who has a token."""
    for name in ("Brightwater", "Riverside", "Initech"):
        world.note(name, await an_account(work, name, notes=f"secret of {name}", industry="Software"))
    for name, company in (("Pat", "Brightwater"), ("Quinn", "Riverside"), ("Ada", "Initech"), ("Bob", "Initech")):
        email = f"{name.lower()}@example.com"
        made = await a_contact(work, name, account_id=world.keys[company], email=email, notes=f"secret of {name}")
        world.note(name, made)
    for name, worth in (("Shared deal", 100_000), ("Hidden deal", 777_700)):
        deal = await an_opportunity(work, name, account_id=world.keys["Initech"], amount=worth)
        world.note(name, deal)
    pepper = tokens.pepper(SECRET)
    for name, kind in (("Pat", TokenKind.PARTNER), ("Quinn", TokenKind.PARTNER), ("Ada", TokenKind.CUSTOMER)):
        _, text = await sharing.create_for_contact(work, world.keys[name], kind, f"of {name}", pepper=pepper)
        world.tokens[name] = text
    _, world.tokens["admin"] = await tokens.create(work, "admin", "admin", pepper=pepper)


async def shared(world: World, name: str, entity: type[Record], **grant: Any) -> UUID:
    """Share a record by its name; `account` or `contact` is a name, too."""
    by = {f"{key}_id": world.keys[grant.pop(key)] for key in ("account", "contact") if key in grant}
    async with world.committed.open_as() as work:
        values: Any = {"level": ShareLevel.VIEW, **grant}
        made = await sharing.share(work, (entity, world.keys[name]), values, **by)
    return made.id
