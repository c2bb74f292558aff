"""What is to be tried out exists for who asks for it by name, and for nobody else."""

from pathlib import Path
from typing import Any

import pytest
from graphql import build_schema
from sqlalchemy.ext.asyncio import AsyncConnection
from starlette.applications import Starlette

from api.app import services
from api.domain import access
from api.http.routes import application
from api.schema import SLICES, Schema, schema, sdl_of_edition
from api.schema.editions import Editions
from api.schema.previews import PREVIEWS, UnknownPreview
from api.settings import Settings
from tests.conftest import SameConnection, raw
from tests.graphql_client import SECRET, Client, no_problems
from tests.people import NOW, Sessions

# As if these were new: a field, an argument, an input field, a value of an enum, a record with all that leads to it.
PREVIEWED = {
    "Viewer.roles": "roles",
    "Query.accounts(includeArchived:)": "words",
    "AccountFilter.name": "words",
    "AccountSortField.NAME": "words",
    "Product": "catalogue",
    **{
        f"{root}.{name}": "catalogue"
        for root in ("Query", "Mutation")
        for name in schema.core.type_map[root].fields  # type: ignore[attr-defined]
        if name.startswith("product")
    },
}
ROLES = "{ viewer { roles } }"
UNKNOWN = "Cannot query field 'roles' on type 'Viewer'."


@pytest.fixture(scope="module")
def tried() -> Schema:
    return Schema(SLICES, PREVIEWED)


@pytest.fixture
def app(
    connection: AsyncConnection, reads: SameConnection, sessions: Sessions, tmp_path: Path, tried: Schema
) -> Starlette:
    settings = Settings(data_dir=tmp_path)
    wired = services(settings, reads, sessions, SECRET, outside=reads, now=lambda: NOW, schema=tried)
    wired.authenticator.pool = SameConnection(raw(connection))
    return application(wired, problems=no_problems, cors_origins=("https://ui.example.com",))


async def ask(graphql: Client, query: str, features: str | None = None) -> Any:
    headers = {} if features is None else {"api-preview": features}
    answer = (await graphql.post({"query": query}, headers=headers)).json()
    return answer["data"] if "data" in answer else answer["errors"][0]["message"]


def test_nothing_is_to_be_tried_out_at_present_and_then_there_is_one_schema():
    assert PREVIEWS == {}
    assert schema.editions.whole.core is schema.core
    assert "@preview" not in schema.sdl


async def test_a_preview_is_unknown_without_its_name(graphql: Client):
    assert await ask(graphql, ROLES) == UNKNOWN
    assert await ask(graphql, ROLES, "words") == UNKNOWN
    assert await ask(graphql, ROLES, "Roles") == UNKNOWN
    assert await ask(graphql, ROLES, "roles") == {"viewer": {"roles": ["admin"]}}
    assert await ask(graphql, ROLES, "gone-long-ago, roles,words") == {"viewer": {"roles": ["admin"]}}
    assert await ask(graphql, ROLES) == UNKNOWN


async def test_arguments_input_fields_and_values_of_enums_can_be_previews(graphql: Client):
    asked = [
        "{ accounts(includeArchived: true) { nodes { id } } }",
        '{ accounts(filter: { name: { eq: "a" } }) { nodes { id } } }',
        "{ accounts(orderBy: [{ field: NAME }]) { nodes { id } } }",
    ]
    for query in asked:
        assert isinstance(await ask(graphql, query), str)
        assert await ask(graphql, query, "words") == {"accounts": {"nodes": []}}


async def test_a_type_is_hidden_with_all_that_leads_to_it(graphql: Client):
    query = "{ products { nodes { id } } }"
    assert await ask(graphql, query) == "Cannot query field 'products' on type 'Query'."
    assert await ask(graphql, query, "catalogue") == {"products": {"nodes": []}}
    node = "{ nodes(ids: []) { ... on Product { name } } }"
    assert await ask(graphql, node) == "Unknown type 'Product'."
    assert await ask(graphql, node, "catalogue") == {"nodes": []}


async def test_introspection_and_the_sdl_show_a_preview_to_who_asks_for_it_and_mark_it(graphql: Client):
    query = '{ __type(name: "Viewer") { fields { name } } }'
    for features, there in ((None, False), ("roles", True)):
        found = await ask(graphql, query, features)
        assert ({"name": "roles"} in found["__type"]["fields"]) is there
    token = await graphql.token_of()
    plain = await graphql.http.get("/schema.graphql", headers=token)
    shown = await graphql.http.get("/schema.graphql", headers={**token, "api-preview": "roles"})
    assert "@preview" not in plain.text
    assert '  roles: [String!]! @preview(feature: "roles")\n' in shown.text
    assert plain.headers["etag"] != shown.headers["etag"]
    assert (plain.headers["vary"], shown.headers["vary"]) == ("Authorization, Api-Preview, Origin",) * 2


def test_every_kind_of_preview_is_marked_in_a_schema_that_others_can_read(tried: Schema):
    everything = frozenset(PREVIEWED.values())
    sdl = sdl_of_edition(tried.editions.of(access.shipped("admin"), everything))
    build_schema(sdl)
    assert sdl.count("@preview(feature:") == len(PREVIEWED)
    assert 'NAME @preview(feature: "words")' in sdl
    assert 'type Product implements Node & Record @preview(feature: "catalogue") {' in sdl
    assert not {"Product", "ProductConnection", "ProductCreateInput"} & tried.core.type_map.keys()


@pytest.mark.parametrize("previewed", [{"Viewer.nope": "roles"}, {"Viewer.roles": "New roles"}, {"Nope": "roles"}])
def test_a_preview_of_what_is_not_there_is_a_mistake_at_the_start(previewed: dict[str, str]):
    with pytest.raises(UnknownPreview, match=next(iter(previewed))):
        Editions(schema.editions.whole, schema.registry, previewed)


async def test_outsiders_try_out_nothing(graphql: Client, tried: Schema):
    assert "roles" not in tried.outside.core.type_map["Viewer"].fields  # type: ignore[attr-defined]
    answer = await graphql.post({"query": "{ viewer { name } }"}, headers={"api-preview": "roles"})
    assert answer.headers["vary"] == "Accept, Authorization, Api-Preview, Origin"
