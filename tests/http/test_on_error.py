"""A client says whether a field that fails takes its parent with it, or is null although it never should be."""

from typing import Any

import pytest

from api.schema import writing
from tests.graphql_client import Client

CREATE = 'mutation { accountCreate(input: { name: "Acme" }) { outcome errors { code } } }'
VIEWER = "{ viewer { name } }"


@pytest.fixture
def broken_payloads(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if a bug left out what must be there."""
    attempted = writing.attempted

    async def incomplete(*about: Any) -> Any:
        payload = await attempted(*about)
        payload.errors = None
        return payload

    monkeypatch.setattr(writing, "attempted", incomplete)


@pytest.mark.parametrize("on_error", [None, "PROPAGATE"])
async def test_a_failure_takes_its_parent_with_it_unless_asked_otherwise(
    graphql: Client, broken_payloads: None, on_error: str | None
):
    answer = (await graphql.post({"query": CREATE, "onError": on_error})).json()
    assert answer.get("data", {"accountCreate": None}) == {"accountCreate": None}
    assert answer["errors"][0]["path"] == ["accountCreate", "errors"]


async def test_a_failure_is_null_in_its_place_for_who_asks_for_that(graphql: Client, broken_payloads: None):
    answer = (await graphql.post({"query": CREATE, "onError": "NULL"})).json()
    assert answer["data"] == {"accountCreate": {"outcome": "CREATED", "errors": None}}
    assert [error["path"] for error in answer["errors"]] == [["accountCreate", "errors"]]


async def test_what_does_not_fail_is_answered_the_same(graphql: Client):
    token = await graphql.token_of()
    expected = (await graphql.post({"query": VIEWER})).json()["data"]
    assert (await graphql.post({"query": VIEWER, "onError": "NULL"})).json()["data"] == expected
    by_get = await graphql.http.get("/graphql", params={"query": VIEWER, "onError": "NULL"}, headers=token)
    assert by_get.json()["data"] == expected


@pytest.mark.parametrize("on_error", ["HALT", "null", "", 1, True, []])
async def test_any_other_way_is_refused(graphql: Client, on_error: Any):
    answer = await graphql.post({"query": VIEWER, "onError": on_error})
    assert (answer.status_code, answer.json()["errors"][0]["extensions"]["code"]) == (400, "BAD_REQUEST")
    assert "onError" in answer.json()["errors"][0]["message"]
