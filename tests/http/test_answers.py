"""What a well-behaved client gets: bytes, headers, media types, replays, ids, the pages beside GraphQL."""

import io
import re
from uuid import UUID

import orjson
import pytest

from api import telemetry
from api.http.errors import CODES
from tests.graphql_client import Client, GraphQLFailed

VIEWER = "{ viewer { name } }"
CREATE = """
mutation Create($name: String!) {
  accountCreate(input: {name: $name}) { account { id name version } outcome errors { code } }
}
"""
ACCOUNTS = "{ accounts { nodes { name } } }"


async def test_a_query_is_one_statement_and_its_bytes_are_the_answer(graphql: Client, statements: list[str]):
    await graphql.token_of()
    statements.clear()
    response = await graphql.post({"query": VIEWER})
    assert len(statements) == 1
    request_id = response.headers["x-request-id"]
    extensions = response.json()["extensions"]
    left = extensions["cost"]["remaining"]
    assert left in {1999, 2000}
    cost = {"requested": 1, "actual": 1, "limit": 2000, "remaining": left, "restorePerSecond": 200}
    assert extensions == {"requestId": request_id, "cost": cost}
    members = b'{"data":{"viewer":{"name":"Ada Admin"}},"extensions":' + orjson.dumps(extensions)
    assert response.content == members + b"}"
    assert response.headers["ratelimit"] == f'"points";r={left};t={2000 - left}'
    assert response.headers["ratelimit-policy"] == '"points";q=2000;w=10'
    assert response.headers["cache-control"] == "no-store"
    assert response.headers["vary"] == "Accept, Authorization, Api-Preview, Origin"
    assert response.headers["x-content-type-options"] == "nosniff"
    assert int(response.headers["content-length"]) == len(response.content)


async def test_where_the_time_went_is_told_by_stage(graphql: Client):
    timing = (await graphql.post({"query": VIEWER})).headers["server-timing"]
    assert re.fullmatch(
        r"db;dur=[\d.]+, auth;dur=[\d.]+, envelope;dur=[\d.]+, document;dur=[\d.]+, "
        r"admit;dur=[\d.]+, read;dur=[\d.]+, total;dur=[\d.]+",
        timing,
    )


@pytest.mark.parametrize("given", ["abc-123", "A" * 64, "trace:1.2_3"])
async def test_a_request_id_of_the_caller_is_kept(graphql: Client, given: str):
    response = await graphql.post({"query": VIEWER}, headers={"x-request-id": given})
    assert response.headers["x-request-id"] == response.json()["extensions"]["requestId"] == given


@pytest.mark.parametrize("given", ["", "A" * 65, "a b", 'a"b', "<script>", "a,b"])
async def test_any_other_request_id_is_replaced(graphql: Client, given: str):
    response = await graphql.post({"query": VIEWER}, headers={"x-request-id": given})
    assert UUID(response.headers["x-request-id"]).version == 7
    assert given not in response.text or not given


@pytest.mark.parametrize(
    ("accept", "media_type", "status"),
    [
        (None, "application/json", 200),
        ("*/*", "application/json", 200),
        ("application/json", "application/json", 200),
        ("application/graphql-response+json", "application/graphql-response+json", 400),
        ("application/graphql-response+json, application/json;q=0.9", "application/graphql-response+json", 400),
        ("application/graphql-response+json;q=0.5, application/json", "application/json", 200),
        (
            "application/graphql-response+json; charset=utf-8, application/json; charset=utf-8",
            "application/graphql-response+json",
            400,
        ),
    ],
)
async def test_the_media_type_decides_the_status_of_an_invalid_document(
    graphql: Client, accept: str | None, media_type: str, status: int
):
    headers = {} if accept is None else {"accept": accept}
    if accept is None:
        graphql.http.headers.pop("accept")
    invalid = await graphql.post({"query": "{ nope }"}, headers=headers)
    assert (invalid.status_code, invalid.headers["content-type"]) == (status, f"{media_type}; charset=utf-8")
    assert "data" not in invalid.json()
    valid = await graphql.post({"query": VIEWER}, headers=headers)
    assert (valid.status_code, valid.headers["content-type"]) == (200, f"{media_type}; charset=utf-8")
    for broken in (b"{", b"{}"):
        response = await graphql.post(broken, headers=headers)
        assert (response.status_code, response.headers["content-type"]) == (400, "application/json; charset=utf-8")


async def test_a_query_may_be_sent_by_get(graphql: Client):
    parameters = {
        "query": "query A($skip: Boolean!) { viewer { name @skip(if: $skip) kind } } query B { __typename }",
        "operationName": "A",
        "variables": '{"skip": true}',
    }
    response = await graphql.http.get("/graphql", params=parameters, headers=await graphql.token_of())
    assert response.json()["data"] == {"viewer": {"kind": "STAFF"}}


@pytest.mark.parametrize("member", ["operationName", "variables", "extensions"])
async def test_null_members_are_as_good_as_missing_ones(graphql: Client, member: str):
    response = await graphql.post({"query": VIEWER, member: None, "id": 1})
    assert response.json()["data"] == {"viewer": {"name": "Ada Admin"}}


async def test_data_and_schema_may_be_asked_for_together(graphql: Client, statements: list[str]):
    await graphql.token_of()
    statements.clear()
    data = await graphql(
        "{ __schema { queryType { name } } ...F }"
        'fragment F on Query { viewer { name } t: __type(name: "User") { name } }'
    )
    assert data == {
        "__schema": {"queryType": {"name": "Query"}},
        "t": {"name": "User"},
        "viewer": {"name": "Ada Admin"},
    }
    assert len(statements) == 1


async def test_the_schema_alone_needs_no_statement(graphql: Client, statements: list[str]):
    await graphql.token_of()
    statements.clear()
    assert await graphql("{ __typename }") == {"__typename": "Query"}
    assert await graphql("query($n: String!) { __type(name: $n) { kind } }", {"n": "Account"}) == {
        "__type": {"kind": "OBJECT"}
    }
    assert statements == []


async def test_variables_that_do_not_fit_the_schema_part_are_refused(graphql: Client):
    with pytest.raises(GraphQLFailed) as caught:
        await graphql("query($n: String!) { __type(name: $n) { kind } }", {"n": 1})
    assert caught.value.code == "BAD_USER_INPUT"


async def test_an_idempotency_key_in_the_header_stands_for_the_argument(graphql: Client):
    body = {"query": CREATE, "variables": {"name": "Acme"}}
    first, second = [await graphql.post(body, headers={"idempotency-key": "order-4711"}) for _ in range(2)]
    assert first.json()["data"] == second.json()["data"]
    assert first.json()["data"]["accountCreate"]["outcome"] == "CREATED"
    assert "idempotent-replayed" not in first.headers
    assert "idempotentReplay" not in first.json()["extensions"]
    assert second.headers["idempotent-replayed"] == "true"
    assert second.json()["extensions"]["idempotentReplay"] is True
    assert (await graphql(ACCOUNTS))["accounts"]["nodes"] == [{"name": "Acme"}]


async def test_an_idempotency_key_used_for_something_else_is_refused(graphql: Client):
    headers = {"idempotency-key": "order-4711"}
    await graphql(CREATE, {"name": "Acme"}, headers=headers)
    refused = await graphql(CREATE, {"name": "Umbrella"}, headers=headers)
    assert refused["accountCreate"] == {
        "account": None,
        "outcome": "FAILED",
        "errors": [{"code": "IDEMPOTENCY_KEY_REUSED"}],
    }
    assert (await graphql(ACCOUNTS))["accounts"]["nodes"] == [{"name": "Acme"}]


async def test_a_front_end_on_an_allowed_address_may_call(graphql: Client):
    origin = {"origin": "https://ui.example.com"}
    asked = {**origin, "access-control-request-method": "POST", "access-control-request-headers": "authorization"}
    preflight = await graphql.http.options("/graphql", headers=asked)
    assert preflight.status_code == 200
    assert preflight.headers["access-control-allow-origin"] == "https://ui.example.com"
    assert "Authorization" in preflight.headers["access-control-allow-headers"]
    answer = await graphql.post({"query": VIEWER}, headers=origin)
    assert answer.headers["access-control-allow-origin"] == "https://ui.example.com"
    assert "access-control-allow-credentials" not in answer.headers
    for body, role in ((b"{", "admin"), (b"{", None)):
        refused = await graphql.post(body, as_=role, headers=origin)
        assert refused.headers["access-control-allow-origin"] == "https://ui.example.com"


async def test_a_front_end_elsewhere_may_not(graphql: Client):
    asked = {"origin": "https://evil.example", "access-control-request-method": "POST"}
    preflight = await graphql.http.options("/graphql", headers=asked)
    assert preflight.status_code == 400
    assert "access-control-allow-origin" not in preflight.headers


async def test_the_page_says_where_things_are_and_loads_nothing(graphql: Client):
    response = await graphql.http.get("/errors")
    assert response.status_code == 200
    for place in ("/graphql", "/schema.graphql", "/livez", "/readyz", *CODES):
        assert place in response.text
    assert not re.search(r"<script|src=|https?://|crm_(pat|int)_[0-9A-Za-z]", response.text)
    policy = response.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert response.headers["x-frame-options"] == "DENY"
    assert response.headers["referrer-policy"] == "no-referrer"


async def test_the_process_lives_and_can_serve(graphql: Client):
    for path in ("/livez", "/readyz"):
        response = await graphql.http.get(path)
        assert (response.status_code, response.json()) == (200, {"status": "ok"})
        assert response.headers["cache-control"] == "no-store"


async def test_the_log_line_tells_what_was_asked_but_nothing_of_a_person(graphql: Client):
    stream = io.StringIO()
    telemetry.configure("info", stream)
    try:
        query = 'query Secret { viewer { name } accounts(filter: {name: {eq: "Canary Ltd"}}) { nodes { id } } }'
        response = await graphql.post({"query": query, "variables": {"x": "canary@example.com"}})
        await graphql.http.get("/canary@example.com?email=canary@example.com")
    finally:
        telemetry.configure("error")
    line, other = map(orjson.loads, stream.getvalue().splitlines())
    assert line.pop("timestamp").endswith("Z")
    assert line.pop("duration_ms") > line.pop("database_ms") > 0
    assert len(line.pop("document")) == 16
    assert line == {
        "event": "request",
        "level": "info",
        "request_id": response.headers["x-request-id"],
        "method": "POST",
        "path": "/graphql",
        "status": 200,
        "operation_type": "query",
        "statements": 3,  # the token, the budget and the data
        "cost": 2,
        "tenant": str(graphql.admin.tenant_id),
        "principal": str(graphql.admin.id),
    }
    assert other["status"] == 404
    assert "path" not in other
    assert "anary" not in stream.getvalue()
    assert "Secret" not in stream.getvalue()
    assert "Ada" not in stream.getvalue()
