"""Two profiles of status codes: `audit` keeps what clients expect today, `draft` what GraphQL over HTTP will say."""

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncConnection
from starlette.applications import Starlette

from api.app import services
from api.http.errors import CODES
from api.http.routes import application
from api.settings import Settings
from tests.conftest import SameConnection, raw
from tests.graphql_client import SECRET, Client, no_problems
from tests.people import NOW, Sessions

PLAIN, STRICT = "application/json", "application/graphql-response+json"
HALF = """mutation {
  done: accountCreate(input: {name: "Acme"}) { outcome } not: accountArchive(where: {id: "x"}) { outcome }
}"""
VARIABLES = "query ($id: ID!) { node(id: $id) { id } }"
WRONG: dict[str, tuple[Any, int, int, int]] = {  # body; status by audit (plain, strict) and by draft
    "no JSON": (b"{", 400, 400, 400),
    "no query": ({}, 400, 400, 400),
    "variables that are a list": ({"query": "{ __typename }", "variables": []}, 400, 400, 422),
    "a query that is a number": ({"query": 1}, 400, 400, 422),
    "no GraphQL": ({"query": "{"}, 200, 400, 400),
    "an unknown field": ({"query": "{ nope }"}, 200, 400, 422),
    "a missing variable": ({"query": VARIABLES}, 200, 400, 422),
    "a malformed id": ({"query": VARIABLES, "variables": {"id": "x"}}, 200, 400, 422),
    "an unknown operation": ({"query": "{ __typename }", "operationName": "X"}, 200, 400, 422),
}


@pytest.fixture(params=["audit", "draft"])
def profile(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def app(
    connection: AsyncConnection, reads: SameConnection, sessions: Sessions, tmp_path: Path, profile: Any
) -> Starlette:
    settings = Settings(data_dir=tmp_path, http_profile=profile)
    wired = services(settings, reads, sessions, SECRET, outside=reads, now=lambda: NOW)
    wired.authenticator.pool = SameConnection(raw(connection))
    return application(wired, problems=no_problems)


@pytest.mark.parametrize("wrong", WRONG)
async def test_each_wrong_request_has_the_status_of_the_profile(graphql: Client, profile: str, wrong: str):
    body, plain, strict, draft = WRONG[wrong]
    found = [(await graphql.post(body, headers={"accept": accept})) for accept in (PLAIN, STRICT)]
    expected = [plain, strict] if profile == "audit" else [draft, draft]
    assert [answer.status_code for answer in found] == expected
    assert [set(answer.json()) for answer in found] == [{"errors", "extensions"}] * 2


@pytest.mark.parametrize("accept", [PLAIN, STRICT])
async def test_data_with_errors_is_a_partial_success_in_the_draft_only(graphql: Client, profile: str, accept: str):
    answer = await graphql.post({"query": HALF}, headers={"accept": accept})
    assert answer.status_code == (200 if profile == "audit" else 294)
    assert answer.json()["data"] == {"done": {"outcome": "CREATED"}, "not": None}
    assert [error["extensions"]["code"] for error in answer.json()["errors"]] == ["BAD_USER_INPUT"]
    assert answer.headers["content-type"] == f"{accept}; charset=utf-8"


@pytest.mark.parametrize("accept", [PLAIN, STRICT])
async def test_what_is_answered_without_errors_is_200_in_both(graphql: Client, accept: str):
    answer = await graphql.post({"query": "{ viewer { name } }"}, headers={"accept": accept})
    assert (answer.status_code, answer.json()["data"]) == (200, {"viewer": {"name": "Ada Admin"}})


async def test_a_mutation_by_get_is_405_in_both(graphql: Client):
    parameters = {"query": 'mutation { accountCreate(input: {name: "Acme"}) { outcome } }'}
    answer = await graphql.http.get("/graphql", params=parameters, headers=await graphql.token_of())
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")
    assert await graphql("{ accounts { nodes { id } } }") == {"accounts": {"nodes": []}}


def test_the_profiles_differ_only_where_the_request_was_well_formed():
    assert {code.draft for code in CODES.values() if code.status == code.strict != code.draft} == set()
    assert {(code.status, code.strict) for code in CODES.values() if code.draft == 422} == {(200, 400)}
