"""The API as a subgraph: what a router asks it, and what a hostile one gets."""

from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from graphql import build_schema
from sqlalchemy.ext.asyncio import AsyncConnection
from starlette.applications import Starlette

from api.app import services
from api.domain.kernel import Work, wire
from api.http.routes import application
from api.schema import schema
from api.schema.federation import subgraph
from api.settings import Settings
from tests.conftest import AsRole, SameConnection, raw
from tests.factories import a_user, an_account, an_opportunity
from tests.graphql_client import SECRET, Client, GraphQLFailed, no_problems
from tests.people import NOW, Sessions

ENTITIES = """
query ($representations: [_Any!]!) {
  _entities(representations: $representations) {
    __typename
    ... on Account { id name owner { name } }
    ...Deal
  }
}
fragment Deal on _Entity { ... on Opportunity { name account { name } } ... on User { name } }
"""
NIL = "0" * 32


@pytest.fixture
def app(connection: AsyncConnection, reads: SameConnection, sessions: Sessions, tmp_path: Path) -> Starlette:
    settings = Settings(data_dir=tmp_path, federation=True)
    wired = services(settings, reads, sessions, SECRET, outside=reads, now=lambda: NOW)
    wired.authenticator.pool = wired.rates.pool = SameConnection(raw(connection))
    return application(wired, problems=no_problems)


def key(typename: str, prefix: str, id: UUID, **more: Any) -> dict[str, Any]:
    return {"__typename": typename, "id": wire(prefix, id), **more}


async def test_records_of_several_types_are_read_by_their_keys_in_one_statement(
    graphql: Client, work: Work, statements: list[str]
):
    grace = await a_user(work, "Grace Hopper")
    acme = await an_account(work, "Acme", owner_id=grace.id)
    roof = await an_opportunity(work, "Roof", account_id=acme.id)
    asked = [
        key("Opportunity", "opp", roof.id),
        key("Account", "acc", acme.id, loyaltyPoints=7, owner={"id": 1}),
        {"__typename": "Account", "id": f"acc_{NIL}"},
        key("User", "usr", grace.id),
        key("Account", "acc", acme.id),
    ]
    await graphql.token_of()
    statements.clear()
    data = await graphql(ENTITIES, {"representations": asked})
    account = {"__typename": "Account", "id": wire("acc", acme.id), "name": "Acme", "owner": {"name": "Grace Hopper"}}
    assert data == {
        "_entities": [
            {"__typename": "Opportunity", "name": "Roof", "account": {"name": "Acme"}},
            account,
            None,
            {"__typename": "User", "name": "Grace Hopper"},
            account,
        ]
    }
    assert len(statements) == 1


async def test_keys_of_other_types_make_another_statement_of_the_same_document(graphql: Client, work: Work):
    acme = await an_account(work, "Acme")
    grace = await a_user(work, "Grace Hopper")
    for given, name in ((key("Account", "acc", acme.id), "Acme"), (key("User", "usr", grace.id), "Grace Hopper")) * 2:
        [found] = (await graphql(ENTITIES, {"representations": [given]}))["_entities"]
        assert (found["__typename"], found["name"]) == (given["__typename"], name)


async def test_keys_may_be_written_into_the_document_and_stand_beside_other_fields(graphql: Client, work: Work):
    acme = await an_account(work, "Acme")
    id = wire("acc", acme.id)
    data = await graphql(
        f"""
        query ($one: _Any!, $default: [_Any!]! = {{__typename: "Account", id: "{id}"}}) {{
          __typename
          viewer {{ name }}
          _service {{ __typename }}
          a: _entities(representations: [$one, {{__typename: "Account", id: "{id}", more: [1]}}]) {{ ...Name }}
          b: _entities(representations: {{__typename: "Account", id: "{id}"}}) {{ ...Name }}
          c: _entities(representations: $default) {{ ...Name }}
          none: _entities(representations: []) {{ ...Name }}
          nodes(ids: ["{id}"]) {{ ... on Account {{ name }} }}
        }}
        fragment Name on Account {{ name }}
        """,
        {"one": {"__typename": "Account", "id": id}},
    )
    found = {"name": "Acme"}
    assert data == {
        "__typename": "Query",
        "viewer": {"name": "Ada Admin"},
        "_service": {"__typename": "_Service"},
        "a": [found, found],
        "b": [found],
        "c": [found],
        "none": [],
        "nodes": [found],
    }


async def test_a_row_that_may_not_be_seen_is_as_absent_as_one_that_is_not_there(
    graphql: Client, work: Work, as_role: AsRole
):
    acme = await an_account(work, "Acme")
    rita = await a_user(work, "Rita Rep")
    asked = {"representations": [key("Account", "acc", acme.id), {"__typename": "Account", "id": f"acc_{NIL}"}]}
    assert await graphql(ENTITIES, asked, as_="sales_rep", user=rita) == {"_entities": [None, None]}


ID = f"acc_{NIL}"
BAD = [
    (7, "a representation is an object with __typename and id", []),
    ("Account", "a representation is an object with __typename and id", []),
    ({"id": ID}, "a representation has no __typename", ["__typename"]),
    ({"__typename": 1, "id": ID}, "a representation is of a type that has no key here: 1", ["__typename"]),
    ({"__typename": "Nope", "id": ID}, "a representation is of a type that has no key here: 'Nope'", ["__typename"]),
    ({"__typename": "Node", "id": ID}, "a representation is of a type that has no key here: 'Node'", ["__typename"]),
    (
        {"__typename": "Tenant", "id": ID},
        "a representation is of a type that has no key here: 'Tenant'",
        ["__typename"],
    ),
    (
        {"__typename": "X" * 10_000, "id": ID},
        f"a representation is of a type that has no key here: '{'X' * 99}",
        ["__typename"],
    ),
    ({"__typename": "Account"}, "a representation has no id, or one that is no text", ["id"]),
    ({"__typename": "Account", "id": None}, "a representation has no id, or one that is no text", ["id"]),
    ({"__typename": "Account", "id": [ID]}, "a representation has no id, or one that is no text", ["id"]),
    (
        {"__typename": "Account", "id": "acc_1"},
        "'acc_1' is not an id of this type; it looks like acc_ and 32 hex digits",
        ["id"],
    ),
    (
        {"__typename": "Account", "id": f"usr_{NIL}"},
        f"'usr_{NIL}' is not an id of this type; it looks like acc_ and 32 hex digits",
        ["id"],
    ),
]


@pytest.mark.parametrize(("bad", "message", "member"), BAD, ids=range(len(BAD)))
async def test_what_is_no_key_of_ours_is_bad_input_with_its_place(
    graphql: Client, statements: list[str], bad: Any, message: str, member: list[str]
):
    await graphql.token_of()
    statements.clear()
    body = {"query": ENTITIES, "variables": {"representations": [key("User", "usr", UUID(int=0)), bad]}}
    answer = await graphql.post(body)
    [error] = answer.json()["errors"]
    assert (answer.status_code, error["message"]) == (200, message)
    assert error["extensions"]["code"] == "BAD_USER_INPUT"
    assert error["extensions"]["argument"] == ["representations", "1", *member]
    assert statements == []


@pytest.mark.parametrize(
    ("variables", "message"),
    [
        (
            {"representations": [{"__typename": "Account", "id": ID}] * 251},
            "at most 250 representations in one field",
        ),
        ({"representations": [None]}, "a representation is an object with __typename and id"),
        ({"representations": None}, "a representation is an object with __typename and id"),
        (
            {},
            "Variable '$representations' has invalid value: Expected a value of non-null type '[ID!]!' to be provided.",
        ),
    ],
    ids=["251", "null in the list", "null", "missing"],
)
async def test_too_many_keys_or_none_are_refused(graphql: Client, variables: dict[str, Any], message: str):
    with pytest.raises(GraphQLFailed) as refused:
        await graphql(ENTITIES, variables)
    assert (refused.value.code, refused.value.errors[0]["message"]) == ("BAD_USER_INPUT", message)


@pytest.mark.parametrize(
    "literal",
    [
        "[1]",
        '"Account"',
        "null",
        '{__typename: "Account", id: 1}',
        '{id: "x"}',
        f'{{__typename: Account, id: "{ID}"}}',
        "[[]]",
    ],
)
async def test_a_literal_that_is_no_key_is_refused(graphql: Client, literal: str):
    with pytest.raises(GraphQLFailed) as refused:
        await graphql(f"{{ _entities(representations: {literal}) {{ __typename }} }}")
    assert refused.value.code in {"BAD_USER_INPUT", "GRAPHQL_VALIDATION_FAILED"}


async def test_two_hundred_and_fifty_keys_are_read_at_once(graphql: Client, work: Work):
    acme = await an_account(work, "Acme")
    data = await graphql(ENTITIES, {"representations": [key("Account", "acc", acme.id)] * 250})
    assert {one["name"] for one in data["_entities"]} == {"Acme"}
    assert len(data["_entities"]) == 250


async def test_the_service_tells_a_schema_with_keys_for_composers(graphql: Client, statements: list[str]):
    await graphql.token_of()
    statements.clear()
    sdl = (await graphql("{ _service { sdl } }"))["_service"]["sdl"]
    assert statements == []
    assert sdl == subgraph().sdl
    assert sdl.startswith('extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"')
    assert sdl.count("directive @oneOf on INPUT_OBJECT") == 1
    keyed = [line.split()[1] for line in sdl.splitlines() if '@key(fields: "id")' in line]
    assert keyed == sorted(subgraph().prefixes)
    assert keyed == [type_.name for type_ in sorted(of_records(), key=lambda type_: type_.name)]
    assert "_entities" not in sdl
    assert sdl.count(" @listSize(") == sdl.count("requireOneSlicingArgument: false)")
    assert "directive @listSize" not in sdl
    assert "directive @cost" not in sdl


def of_records() -> list[Any]:
    return list(schema.core.get_possible_types(schema.core.type_map["Node"]))  # type: ignore[arg-type]


async def test_mutations_work_as_ever_and_may_share_a_document_with_entities(graphql: Client):
    document = """
        mutation M { accountCreate(input: {name: "Acme"}) { account { ...A } outcome } }
        query Q($r: [_Any!]!) { _entities(representations: $r) { ...A } }
        fragment A on Account { name }
    """
    answer = await graphql.post({"query": document, "operationName": "M"})
    assert answer.json()["data"] == {"accountCreate": {"account": {"name": "Acme"}, "outcome": "CREATED"}}


async def test_the_schema_for_people_is_the_plain_one(graphql: Client):
    answer = await graphql.http.get("/schema.graphql", headers=await graphql.token_of())
    assert answer.text == schema.sdl
    assert "_entities" not in build_schema(answer.text).query_type.fields  # type: ignore[union-attr]


class TestSwitchedOff:
    @pytest.fixture
    def app(self, connection: AsyncConnection, reads: SameConnection, sessions: Sessions, tmp_path: Path) -> Starlette:
        wired = services(Settings(data_dir=tmp_path), reads, sessions, SECRET, outside=reads, now=lambda: NOW)
        wired.authenticator.pool = wired.rates.pool = SameConnection(raw(connection))
        return application(wired, problems=no_problems)

    @pytest.mark.parametrize("query", ["{ _service { sdl } }", "{ _entities(representations: []) { __typename } }"])
    async def test_nothing_of_federation_exists(self, graphql: Client, query: str):
        with pytest.raises(GraphQLFailed) as refused:
            await graphql(query)
        assert refused.value.code == "GRAPHQL_VALIDATION_FAILED"
