"""An answer names what its operation used of the deprecated part, so that a client learns of it before it is gone."""

from dataclasses import replace
from pathlib import Path

import pytest
from graphql import build_schema
from sqlalchemy.ext.asyncio import AsyncConnection
from starlette.applications import Starlette

from api.app import services
from api.http.document_access import DocumentAccess
from api.http.documents import Documents
from api.http.routes import application
from api.schema import schema
from api.settings import Settings
from tests.conftest import SameConnection, raw
from tests.graphql_client import SECRET, Client, no_problems
from tests.people import NOW, Sessions

ORIGIN = "https://ui.example.com"
# As if the next release had announced it: element in the SDL → what to use instead.
DEPRECATED = {"  roles: [String!]!": "permissions", "  annualRevenue: MoneyInput": "name"}
NAMES = ("deprecation", "x-deprecated-fields")


@pytest.fixture
def app(connection: AsyncConnection, reads: SameConnection, sessions: Sessions, tmp_path: Path) -> Starlette:
    text = schema.sdl
    for element, instead in DEPRECATED.items():
        assert element in text
        text = text.replace(
            element, f'{element} @deprecated(reason: "Use `{instead}`. Removal not before 2027-07-01.")'
        )
    wired = services(Settings(data_dir=tmp_path), reads, sessions, SECRET, outside=reads, now=lambda: NOW)
    wired.authenticator.pool = SameConnection(raw(connection))
    documents = DocumentAccess(Documents(build_schema(text)), wired.authenticator.pool)
    front = wired.front
    wired = replace(wired, front=lambda viewer: replace(front(viewer), documents=documents))
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
