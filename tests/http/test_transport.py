"""What reaches the endpoint and is no GraphQL request: its status, its code, and that nothing happens."""

from collections.abc import AsyncIterator
from typing import Any

import orjson
import pytest

from tests.graphql_client import Client
from tests.http.footprint import footprint

ANSWERED = b'{"query": "{ __typename }"}'
CREATE = b'{"query": "mutation { accountCreate(input: {name: \\"Acme\\"}) { outcome } }"}'
DEEP = b'{"query": "{ __typename }", "variables": {"a": ' + b"[" * 70 + b"]" * 70 + b"}}"

BODIES: dict[str, tuple[bytes, int, str]] = {
    "nothing": (b"", 400, "BAD_REQUEST"),
    "a number": (b"1", 400, "BAD_REQUEST"),
    "null": (b"null", 400, "BAD_REQUEST"),
    "true": (b"true", 400, "BAD_REQUEST"),
    "a string": (b'"x"', 400, "BAD_REQUEST"),
    "an empty list": (b"[]", 400, "BAD_REQUEST"),
    "a batch": (b"[" + ANSWERED + b"]", 400, "BAD_REQUEST"),
    "a batch of a thousand": (b"[" + b",".join([CREATE] * 1000) + b"]", 400, "BAD_REQUEST"),
    "a batch in a batch": (b"[[" + CREATE + b"]]", 400, "BAD_REQUEST"),
    "an empty object": (b"{}", 400, "BAD_REQUEST"),
    "no query": (b'{"variables": {}}', 400, "BAD_REQUEST"),
    "a null query": (b'{"query": null}', 400, "BAD_REQUEST"),
    "an empty query": (b'{"query": ""}', 400, "BAD_REQUEST"),
    "a query that is a number": (b'{"query": 1}', 400, "BAD_REQUEST"),
    "a query that is a list": (b'{"query": ["{ __typename }"]}', 400, "BAD_REQUEST"),
    "a query that is an object": (b'{"query": {"a": 1}}', 400, "BAD_REQUEST"),
    "a query that is true": (b'{"query": true}', 400, "BAD_REQUEST"),
    "variables that are a list": (b'{"query": "{ __typename }", "variables": []}', 400, "BAD_REQUEST"),
    "variables that are a string": (b'{"query": "{ __typename }", "variables": "{}"}', 400, "BAD_REQUEST"),
    "variables that are a number": (b'{"query": "{ __typename }", "variables": 0}', 400, "BAD_REQUEST"),
    "variables that are false": (b'{"query": "{ __typename }", "variables": false}', 400, "BAD_REQUEST"),
    "an operation name that is a number": (b'{"query": "{ __typename }", "operationName": 1}', 400, "BAD_REQUEST"),
    "an operation name that is an object": (b'{"query": "{ __typename }", "operationName": {}}', 400, "BAD_REQUEST"),
    "extensions that are a list": (b'{"query": "{ __typename }", "extensions": []}', 400, "BAD_REQUEST"),
    "extensions that are a string": (b'{"query": "{ __typename }", "extensions": "x"}', 400, "BAD_REQUEST"),
    "half an object": (b'{"query": "{ __typename }"', 400, "BAD_REQUEST"),
    "two objects": (ANSWERED * 2, 400, "BAD_REQUEST"),
    "a comment": (b"/* x */" + ANSWERED, 400, "BAD_REQUEST"),
    "single quotes": (b"{'query': '{ __typename }'}", 400, "BAD_REQUEST"),
    "a form": (b"query=%7B__typename%7D", 400, "BAD_REQUEST"),
    "a bare document": (b"{ __typename }", 400, "BAD_REQUEST"),
    "bytes that are not UTF-8": (b'{"query": "\xff"}', 400, "BAD_REQUEST"),
    "an overlong form": (b'{"query": "\xc0\xaf"}', 400, "BAD_REQUEST"),
    "a surrogate in UTF-8": (b'{"query": "\xed\xa0\x80"}', 400, "BAD_REQUEST"),
    "UTF-16": (ANSWERED.decode().encode("utf-16"), 400, "BAD_REQUEST"),
    "UTF-16 without a mark": (ANSWERED.decode().encode("utf-16-le"), 400, "BAD_REQUEST"),
    "UTF-32": (ANSWERED.decode().encode("utf-32"), 400, "BAD_REQUEST"),
    "a byte order mark": (b"\xef\xbb\xbf" + ANSWERED, 400, "BAD_REQUEST"),
    "100,000 brackets": (b"[" * 100_000, 400, "BAD_REQUEST"),
    "50,000 nested objects": (b'{"query": "{ __typename }", "variables": ' + b'{"a":' * 50_000, 400, "BAD_REQUEST"),
    "variables 70 levels deep": (DEEP, 400, "BAD_REQUEST"),
    "5,000 digits": (b'{"query": "{ __typename }", "variables": {"a": ' + b"9" * 5000 + b"}}", 400, "BAD_REQUEST"),
    "20 digits": (b'{"query": "{ __typename }", "variables": {"a": ' + b"9" * 20 + b"}}", 400, "BAD_REQUEST"),
    "NaN": (b'{"query": "{ __typename }", "variables": {"a": NaN}}', 400, "BAD_REQUEST"),
    "Infinity": (b'{"query": "{ __typename }", "variables": {"a": Infinity}}', 400, "BAD_REQUEST"),
    "-Infinity": (b'{"query": "{ __typename }", "variables": {"a": -Infinity}}', 400, "BAD_REQUEST"),
    "1e999": (b'{"query": "{ __typename }", "variables": {"a": 1e999}}', 400, "BAD_REQUEST"),
    "the query twice": (b'{"query": "{ __typename }", "query": "{ nope }"}', 400, "BAD_REQUEST"),
    "a variable twice": (b'{"query": "{ __typename }", "variables": {"a": 1, "a": 2}}', 400, "BAD_REQUEST"),
    "U+0000 in the query": (b'{"query": "{ __typename }\\u0000"}', 200, "BAD_USER_INPUT"),
    "U+0000 in a variable": (b'{"query": "{ __typename }", "variables": {"a": "\\u0000"}}', 200, "BAD_USER_INPUT"),
    "U+0000 in a key": (b'{"query": "{ __typename }", "variables": {"\\u0000": 1}}', 200, "BAD_USER_INPUT"),
    "half a surrogate pair": (b'{"query": "{ __typename }", "variables": {"a": "\\ud800"}}', 200, "BAD_USER_INPUT"),
    "a pair the wrong way": (
        b'{"query": "{ __typename }", "variables": {"a": ["\\udc00\\ud800"]}}',
        200,
        "BAD_USER_INPUT",
    ),
    "a raw U+0000": (b'{"query": "{ __typename }\x00"}', 400, "BAD_REQUEST"),
    "a stored document": (
        b'{"extensions": {"persistedQuery": {"version": 1, "sha256Hash": "x"}}}',
        200,
        "PERSISTED_DOCUMENT_NOT_FOUND",
    ),
    "10 MB": (b'{"query": "' + b" " * 10_000_000 + b'"}', 413, "PAYLOAD_TOO_LARGE"),
    "one byte too many": (b" " * 4_000_001, 413, "PAYLOAD_TOO_LARGE"),
    "an unknown operation": (b'{"query": "{ __typename }", "operationName": "A"}', 200, "BAD_USER_INPUT"),
    "an ambiguous operation": (b'{"query": "query A { __typename } query B { __typename }"}', 200, "BAD_USER_INPUT"),
}
HEADERS: dict[str, tuple[dict[str, str], int, str]] = {
    "text/plain": ({"content-type": "text/plain"}, 415, "UNSUPPORTED_MEDIA_TYPE"),
    "a form's type": ({"content-type": "application/x-www-form-urlencoded"}, 415, "UNSUPPORTED_MEDIA_TYPE"),
    "multipart": ({"content-type": "multipart/form-data; boundary=x"}, 415, "UNSUPPORTED_MEDIA_TYPE"),
    "an empty type": ({"content-type": ""}, 415, "UNSUPPORTED_MEDIA_TYPE"),
    "a longer type": ({"content-type": "application/jsonx"}, 415, "UNSUPPORTED_MEDIA_TYPE"),
    "application/graphql": ({"content-type": "application/graphql"}, 415, "UNSUPPORTED_MEDIA_TYPE"),
    "a type in a parameter": ({"content-type": "text/plain; a=application/json"}, 415, "UNSUPPORTED_MEDIA_TYPE"),
    "utf-7": ({"content-type": "application/json; charset=utf-7"}, 415, "UNSUPPORTED_MEDIA_TYPE"),
    "latin-1": ({"content-type": "application/json; charset=iso-8859-1"}, 415, "UNSUPPORTED_MEDIA_TYPE"),
    "two types": ({"content-type": "application/json, text/plain"}, 415, "UNSUPPORTED_MEDIA_TYPE"),
    "gzip": ({"content-encoding": "gzip"}, 415, "UNSUPPORTED_MEDIA_TYPE"),
    "br": ({"content-encoding": "br"}, 415, "UNSUPPORTED_MEDIA_TYPE"),
    "zstd": ({"content-encoding": "zstd"}, 415, "UNSUPPORTED_MEDIA_TYPE"),
    "an unknown encoding": ({"content-encoding": "rot13"}, 415, "UNSUPPORTED_MEDIA_TYPE"),
    "html only": ({"accept": "text/html"}, 406, "NOT_ACCEPTABLE"),
    "nothing at all": ({"accept": "*/*;q=0"}, 406, "NOT_ACCEPTABLE"),
    "an image": ({"accept": "image/*"}, 406, "NOT_ACCEPTABLE"),
    "a stream": ({"accept": "text/event-stream"}, 406, "NOT_ACCEPTABLE"),
    "a long idempotency key": ({"idempotency-key": "k" * 256}, 400, "BAD_REQUEST"),
}
FINE: dict[str, dict[str, str]] = {
    "a charset": {"content-type": "application/json; charset=utf-8"},
    "a charset in quotes": {"content-type": 'Application/JSON;charset="UTF-8"'},
    "identity": {"content-encoding": "identity"},
    "anything": {"accept": "*/*"},
    "a browser": {"accept": "text/html,application/xhtml+xml,*/*;q=0.8"},
    "application/*": {"accept": "application/*"},
    "a foreign origin": {"origin": "https://evil.example"},
    "a null origin": {"origin": "null"},
    "a cookie": {"cookie": "session=x"},
}


def refusal(response: Any) -> tuple[int, str]:
    """Status and code, after the checks that hold for every refusal."""
    answer = orjson.loads(response.content)
    assert "data" not in answer
    (error,) = answer["errors"]
    assert set(error) <= {"message", "locations", "extensions"}
    assert set(error["extensions"]) <= {"code", "requestId", "retryable", "retryAfterMs", "docs", "argument"}
    assert error["extensions"]["requestId"] == response.headers["x-request-id"] == answer["extensions"]["requestId"]
    assert len(error["message"]) <= 300
    assert not any(word in response.text for word in ("Traceback", "asyncpg", "sqlalchemy", ".py", "SELECT "))
    return response.status_code, error["extensions"]["code"]


@pytest.mark.parametrize(("body", "status", "code"), BODIES.values(), ids=BODIES.keys())
async def test_a_body_that_is_no_request_is_refused(graphql: Client, body: bytes, status: int, code: str):
    before = await footprint(graphql.connection, graphql.admin.tenant_id)
    assert refusal(await graphql.post(body)) == (status, code)
    assert await footprint(graphql.connection, graphql.admin.tenant_id) == before
    assert (await graphql.post(ANSWERED)).json()["data"] == {"__typename": "Query"}


@pytest.mark.parametrize(("headers", "status", "code"), HEADERS.values(), ids=HEADERS.keys())
async def test_headers_that_promise_something_else_are_refused(
    graphql: Client, headers: dict[str, str], status: int, code: str
):
    before = await footprint(graphql.connection, graphql.admin.tenant_id)
    assert refusal(await graphql.post(CREATE, headers=headers)) == (status, code)
    assert await footprint(graphql.connection, graphql.admin.tenant_id) == before


@pytest.mark.parametrize("headers", FINE.values(), ids=FINE.keys())
async def test_headers_of_ordinary_clients_are_taken(graphql: Client, headers: dict[str, str]):
    response = await graphql.post(ANSWERED, headers=headers)
    assert response.status_code == 200
    assert response.headers["content-type"] == "application/json; charset=utf-8"
    assert response.json()["data"] == {"__typename": "Query"}
    assert "access-control-allow-origin" not in response.headers


async def test_a_missing_content_type_is_refused(graphql: Client):
    headers = await graphql.token_of()
    assert refusal(await graphql.http.post("/graphql", content=ANSWERED, headers=headers)) == (
        415,
        "UNSUPPORTED_MEDIA_TYPE",
    )


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE", "QUERY"])
async def test_other_methods_are_named_in_allow(graphql: Client, method: str):
    response = await graphql.http.request(method, "/graphql", headers=await graphql.token_of())
    assert response.status_code == 405
    assert response.headers["allow"] == "GET, POST"


async def test_a_body_that_grows_too_large_is_refused_without_reading_on(graphql: Client):
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        while True:
            sent += 1
            yield b" " * 1_000_000

    headers = {**await graphql.token_of(), "content-type": "application/json"}
    response = await graphql.http.post("/graphql", content=endless(), headers=headers)
    assert refusal(response) == (413, "PAYLOAD_TOO_LARGE")
    assert response.headers["connection"] == "close"
    assert sent == 5


async def test_a_body_announced_as_too_large_is_not_read_at_all(graphql: Client):
    reads = []

    async def unread() -> AsyncIterator[bytes]:
        reads.append(1)
        yield b" "

    headers = {**await graphql.token_of(), "content-type": "application/json", "content-length": "4000001"}
    assert refusal(await graphql.http.post("/graphql", content=unread(), headers=headers)) == (413, "PAYLOAD_TOO_LARGE")
    assert reads == []


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [
        ("", 400, "BAD_REQUEST"),
        ("query=", 400, "BAD_REQUEST"),
        ("query=%FF", 400, "BAD_REQUEST"),
        ("query=%7B__typename%7D&query=%7Bnope%7D", 400, "BAD_REQUEST"),
        ("query=%7B__typename%7D&variables=%5B%5D", 400, "BAD_REQUEST"),
        ("query=%7B__typename%7D&variables=%7B", 400, "BAD_REQUEST"),
        ("query=%7B__typename%7D&extensions=1", 400, "BAD_REQUEST"),
        ("query=%7B__typename%7D%00", 200, "BAD_USER_INPUT"),
        ("query=%7B__typename%7D&" + "&".join("a=b" for _ in range(30)), 400, "BAD_REQUEST"),
        ("query=mutation%7BaccountCreate(input%3A%7Bname%3A%22A%22%7D)%7Boutcome%7D%7D", 405, "METHOD_NOT_ALLOWED"),
        ("query=mutation%7B__typename%7D", 405, "METHOD_NOT_ALLOWED"),
    ],
)
async def test_a_get_that_is_no_query_is_refused(graphql: Client, query: str, status: int, code: str):
    before = await footprint(graphql.connection, graphql.admin.tenant_id)
    response = await graphql.http.get(f"/graphql?{query}", headers=await graphql.token_of())
    assert refusal(response) == (status, code)
    assert response.headers.get("allow") == ("POST" if status == 405 else None)
    assert await footprint(graphql.connection, graphql.admin.tenant_id) == before


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/nothing", 404), ("POST", "/graphql/x", 404), ("POST", "/", 405), ("DELETE", "/livez", 405)],
)
async def test_what_is_not_there_is_refused_in_json(graphql: Client, method: str, path: str, status: int):
    response = await graphql.http.request(method, path)
    assert refusal(response)[0] == status
