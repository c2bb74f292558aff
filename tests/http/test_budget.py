"""What a caller reads about his budget: on every answer, also where nothing of the request could be run."""

from typing import Any

import pytest

from tests.graphql_client import Client

VIEWER = "{ viewer { name } }"
STRICT = {"accept": "application/graphql-response+json"}
FULL = {"requested": 0, "actual": 0, "limit": 2000, "remaining": 2000, "restorePerSecond": 200}


async def test_the_cost_of_each_root_field_is_told_to_who_asks(graphql: Client):
    query = {"query": "{ me: viewer { name } accounts(first: 2) { nodes { id } } }"}
    asked = (await graphql.post(query, headers={"x-explain-cost": "1"})).json()["extensions"]["cost"]
    assert (asked["requested"], asked["fields"]) == (4, {"me": 1, "accounts": 3})
    for headers in ({}, {"x-explain-cost": "0"}, {"x-explain-cost": "yes"}):
        assert "fields" not in (await graphql.post(query, headers=headers)).json()["extensions"]["cost"]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"{", "BAD_REQUEST"),
        ({"query": 1}, "BAD_REQUEST"),
        ({"query": "{"}, "GRAPHQL_PARSE_FAILED"),
        ({"query": "{ nope }"}, "GRAPHQL_VALIDATION_FAILED"),
        ({"query": VIEWER, "operationName": "Nope"}, "BAD_USER_INPUT"),
        ({"documentId": "sha256:" + "0" * 64}, "PERSISTED_DOCUMENT_NOT_FOUND"),
        ({"query": VIEWER, "variables": {"a": "\0"}}, "BAD_USER_INPUT"),
    ],
)
async def test_a_refusal_before_the_cost_is_known_tells_the_present_budget(graphql: Client, body: Any, code: str):
    response = await graphql.post(body)
    assert response.json()["errors"][0]["extensions"]["code"] == code
    assert response.json()["extensions"]["cost"] == FULL
    assert response.headers["ratelimit"] == '"points";r=2000;t=0'


async def test_a_stranger_is_told_of_no_budget(graphql: Client):
    response = await graphql.post({"query": VIEWER}, as_=None)
    assert list(response.json()["extensions"]) == ["requestId"]
    assert "ratelimit" not in response.headers


@pytest.mark.parametrize("text", ["{ viewer { } }", "{ }", "{ viewer { user { } } }", "{ viewer { ... { } } }"])
async def test_a_selection_of_nothing_is_no_graphql(graphql: Client, text: str):
    response = await graphql.post({"query": text}, headers=STRICT)
    assert response.status_code == 400
    assert response.json()["errors"][0]["extensions"]["code"] == "GRAPHQL_PARSE_FAILED"


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_an_address_with_a_slash_too_many_is_not_redirected(graphql: Client, method: str):
    response = await graphql.http.request(method, "/graphql/")
    assert (response.status_code, response.json()["errors"][0]["extensions"]["code"]) == (404, "BAD_REQUEST")
    assert "location" not in response.headers


async def test_a_text_that_cannot_be_stored_has_the_status_of_the_media_type_asked_for(graphql: Client):
    body = {"query": VIEWER, "variables": {"a": "\0"}}
    strict = await graphql.post(body, headers=STRICT)
    assert (strict.status_code, strict.headers["content-type"]) == (
        400,
        "application/graphql-response+json; charset=utf-8",
    )
    assert (await graphql.post(body)).status_code == 200
