"""An answer names what its operation used of the deprecated part, so that a client learns of it before it is gone."""

import asyncio
import hashlib
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from graphql import GraphQLSchema, build_schema
from sqlalchemy.ext.asyncio import AsyncConnection
from starlette.applications import Starlette

from api.app import services
from api.domain import documents
from api.domain.users import User
from api.http import deprecated_uses
from api.http.deprecated_uses import DeprecatedUses
from api.http.document_access import DocumentAccess
from api.http.documents import Documents
from api.http.front import Services
from api.http.routes import application
from api.schema import schema
from api.schema.previews import NONE
from api.settings import Settings
from tests.conftest import SameConnection, raw
from tests.graphql_client import SECRET, Client, no_problems
from tests.people import NOW, OpenAs, Sessions, a_user, viewer_of

ORIGIN = "https://ui.example.com"
# As if the next release had announced it: element in the SDL → what to use instead.
DEPRECATED = {"  roles: [String!]!": "permissions", "  annualRevenue: MoneyInput": "name"}
NAMES = ("deprecation", "x-deprecated-fields")


@pytest.fixture(scope="module")
def announced() -> GraphQLSchema:
    text = schema.sdl
    for element, instead in DEPRECATED.items():
        assert element in text
        text = text.replace(
            element, f'{element} @deprecated(reason: "Use `{instead}`. Removal not before 2027-07-01.")'
        )
    return build_schema(text)


@pytest.fixture
def wired(
    connection: AsyncConnection, reads: SameConnection, sessions: Sessions, tmp_path: Path, announced: GraphQLSchema
) -> Services:
    wired = services(Settings(data_dir=tmp_path), reads, sessions, SECRET, outside=reads, now=lambda: NOW)
    wired.authenticator.pool = SameConnection(raw(connection))
    held = DocumentAccess(Documents(announced), wired.authenticator.pool)
    front = wired.front
    return replace(wired, front=lambda viewer, features=NONE: replace(front(viewer, features), documents=held))


@pytest.fixture
def app(wired: Services) -> Starlette:
    return application(wired, problems=no_problems, cors_origins=(ORIGIN,))


async def told(graphql: Client, query: str, name: str | None = None) -> list[str | None]:
    answer = await graphql.post({"query": query, "operationName": name}, headers={"origin": ORIGIN})
    assert "errors" not in answer.json(), answer.text
    assert {name.lower() for name in answer.headers["access-control-expose-headers"].split(", ")} >= set(NAMES)
    return [answer.headers.get(name) for name in NAMES]


async def test_a_query_is_told_which_deprecated_fields_it_used(graphql: Client):
    assert await told(graphql, "{ viewer { name roles also: roles } }") == ["true", "Viewer.roles"]


async def test_a_mutation_is_told_as_well(graphql: Client):
    create = """mutation {
      accountCreate(input: {name: "Acme", annualRevenue: {amount: "1.00", currency: "USD"}}) { outcome }
    }"""
    assert await told(graphql, create) == ["true", "AccountCreateInput.annualRevenue"]


async def test_whoever_uses_nothing_deprecated_is_told_nothing(graphql: Client):
    both = "query A { viewer { name } } query B { viewer { roles } }"
    assert await told(graphql, both, "A") == [None, None]
    assert await told(graphql, both, "B") == ["true", "Viewer.roles"]


USAGE = "{ viewer { deprecatedUsage { coordinate documentId uses firstUsedAt lastUsedAt token { name } } } }"
ROLES = "{ viewer { roles } }"


async def used(graphql: Client, person: User | None = None) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await graphql(USAGE, user=person))["viewer"]["deprecatedUsage"]
    return found


async def test_the_owner_of_a_token_can_ask_what_it_used(
    graphql: Client, wired: Services, sessions: Sessions, admin: User
):
    other = await a_user(sessions, admin.tenant_id, "Grace Hopper")
    await graphql(ROLES)
    await graphql("{ viewer { name } }")
    await graphql(ROLES)
    assert await used(graphql) == []  # it is in memory only
    await wired.uses.write()
    await graphql(ROLES)
    await graphql(ROLES, user=other)
    await wired.uses.write()
    await wired.uses.write()
    at, token = "2026-03-02T09:15:00Z", {"name": "test"}
    entry = {"coordinate": "Viewer.roles", "documentId": None, "firstUsedAt": at, "lastUsedAt": at, "token": token}
    assert await used(graphql) == [{**entry, "uses": 3}]
    assert await used(graphql, other) == [{**entry, "uses": 1}]


async def test_use_is_told_apart_by_registered_documents_and_tokens_and_never_by_free_text(
    graphql: Client, wired: Services, open_as: OpenAs
):
    async with open_as("admin") as work:
        await documents.register(work, [ROLES])
    document = f"sha256:{hashlib.sha256(ROLES.encode()).hexdigest()}"
    await graphql.post({"documentId": document})
    for alias in ("a", "b", "c"):
        await graphql(f"{{ viewer {{ {alias}: roles }} }}")
    await graphql(ROLES, as_="sales_rep")  # another token of the same person
    await wired.uses.write()
    told = sorted((one["documentId"] or "", one["uses"]) for one in await used(graphql))
    assert told == [("", 1), ("", 3), (document, 1)]


async def test_a_refused_operation_has_used_nothing(graphql: Client, wired: Services):
    answer = await graphql.post({"query": "query ($n: Int!) { viewer { roles } accounts(first: $n) { nodes { id } } }"})
    assert "errors" in answer.json()
    await wired.uses.write()
    assert await used(graphql) == []


async def test_what_was_not_used_for_ninety_days_is_forgotten(sessions: Sessions, admin: User, graphql: Client):
    viewer, times = viewer_of(admin, "admin"), [NOW]
    uses = DeprecatedUses(sessions, lambda: times[-1])
    for coordinate, days in (("Viewer.old", 0), ("Viewer.roles", 1), ("Viewer.new", 90), ("Viewer.new", 91)):
        times.append(NOW + timedelta(days=days))
        uses.note(viewer, [coordinate], None)
        await uses.write()
    assert [(one["coordinate"], one["uses"]) for one in await used(graphql)] == [("Viewer.new", 2), ("Viewer.roles", 1)]


async def test_memory_is_bounded_and_known_uses_are_counted_on(
    sessions: Sessions, admin: User, graphql: Client, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(deprecated_uses, "MOST_NOTED", 2)
    uses, viewer = DeprecatedUses(sessions, lambda: NOW), viewer_of(admin, "admin")
    for coordinate in ("A.a", "A.b", "A.c", "A.a"):
        uses.note(viewer, [coordinate], None)
    await uses.write()
    assert [(one["coordinate"], one["uses"]) for one in await used(graphql)] == [("A.a", 2), ("A.b", 1)]


async def test_a_server_writes_down_what_it_has_noted_when_it_stops(sessions: Sessions, admin: User, graphql: Client):
    uses = DeprecatedUses(sessions, lambda: NOW)
    writing = asyncio.create_task(uses.keep_writing())
    await asyncio.sleep(0)
    uses.note(viewer_of(admin, "admin"), ["A.a"], None)
    writing.cancel()
    await asyncio.gather(writing, return_exceptions=True)
    assert [one["coordinate"] for one in await used(graphql)] == ["A.a"]
