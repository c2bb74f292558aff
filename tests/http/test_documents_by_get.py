"""Caching by clients: ETag and If-None-Match on GET, and what nobody may store."""

import httpx
import pytest

from api.http import etag
from tests.graphql_client import Client
from tests.http.sent_documents import REGISTERED, document_id, register
from tests.people import OpenAs

TAG = b'"0f"'
STRICT = {"accept": "application/graphql-response+json"}
MATCHING = {
    "the tag": b'"0f"',
    "a weak one": b'W/"0f"',
    "one of several": b'"a", "0f" , W/"b"',
    "without spaces": b'"a","0f"',
    "empty members": b', "a",, "0f",',
    "any": b" * ",
    "a comma inside another": b'"a,b", "0f"',
}
OTHER = {
    "nothing": b"",
    "another": b'"0e"',
    "no quotes": b"0f",
    "one quote": b'"0f',
    "in capitals": b'"0F"',
    "a lower-case weak one": b'w/"0f"',
    "any among others": b'*, "0f"',
    "no comma": b'"a" "0f"',
    "a longer one": b'"0f0"',
    "quoted in another": b"\"'0f'\"",
    "100 kB": b'"a",' * 25_000,
}


@pytest.mark.parametrize("header", MATCHING.values(), ids=MATCHING.keys())
def test_a_header_that_holds_the_tag_matches(header: bytes):
    assert etag.matches(header, TAG)


@pytest.mark.parametrize("header", OTHER.values(), ids=OTHER.keys())
def test_a_header_that_does_not_hold_the_tag_does_not_match(header: bytes):
    assert not etag.matches(header, TAG)
    assert not etag.matches(None, TAG)


def test_a_tag_depends_on_where_one_part_ends():
    assert etag.strong(b"a", b"bc") != etag.strong(b"ab", b"c")
    assert etag.strong(b"a", b"bc") == etag.strong(b"a", b"bc")


async def get(graphql: Client, text: str, **headers: str) -> httpx.Response:
    sent = {**await graphql.token_of(), **{name.replace("_", "-"): value for name, value in headers.items()}}
    return await graphql.http.get("/graphql", params={"query": text}, headers=sent)


async def test_an_unchanged_answer_is_not_sent_again(graphql: Client):
    query = "{ accounts { nodes { name } } }"
    first, again = await get(graphql, query), await get(graphql, query)
    assert first.headers["etag"] == again.headers["etag"]
    assert first.json()["extensions"]["requestId"] != again.json()["extensions"]["requestId"]
    same = await get(graphql, query, if_none_match=first.headers["etag"])
    assert (same.status_code, same.content) == (304, b"")
    assert same.headers["etag"] == first.headers["etag"]
    assert same.headers["cache-control"] == "private, no-cache"
    assert same.headers["vary"].startswith("Accept, Authorization")
    assert not {"content-type", "content-length"} & set(same.headers)
    assert same.headers["x-request-id"]
    for header in (f'W/{first.headers["etag"]}, "x"', "*"):
        assert (await get(graphql, query, if_none_match=header)).status_code == 304


async def test_a_changed_answer_is_sent_with_another_tag(graphql: Client):
    query = "{ accounts { nodes { name } } }"
    first = await get(graphql, query)
    await graphql('mutation { accountCreate(input: {name: "Acme"}) { outcome } }')
    changed = await get(graphql, query, if_none_match=first.headers["etag"])
    assert (changed.status_code, changed.json()["data"]) == (200, {"accounts": {"nodes": [{"name": "Acme"}]}})
    assert changed.headers["etag"] != first.headers["etag"]


async def test_each_media_type_has_a_tag_of_its_own(graphql: Client):
    plain, strict = await get(graphql, "{ __typename }"), await get(graphql, "{ __typename }", **STRICT)
    assert plain.headers["etag"] != strict.headers["etag"]
    crossed = await get(graphql, "{ __typename }", if_none_match=plain.headers["etag"], **STRICT)
    assert crossed.status_code == 200


async def test_an_answer_by_get_may_be_kept_by_its_caller_alone(graphql: Client, open_as: OpenAs):
    await register(open_as, [REGISTERED])
    by_path = await graphql.http.get(f"/graphql/{document_id(REGISTERED)}", headers=await graphql.token_of())
    assert (by_path.status_code, by_path.headers["cache-control"]) == (200, "private, no-cache")
    assert by_path.headers["vary"].startswith("Accept, Authorization")


async def test_what_is_refused_or_posted_is_not_to_be_stored(graphql: Client):
    refused = await get(graphql, "{ nope }", if_none_match="*")
    missing = await graphql.http.get(f"/graphql/{document_id('x')}", headers=await graphql.token_of())
    unknown = await graphql.http.get(f"/graphql/{document_id('x')}", headers={"if-none-match": "*"})
    posted = await graphql.post({"query": "{ __typename }"}, headers={"if-none-match": "*"})
    assert [response.status_code for response in (refused, missing, unknown, posted)] == [200, 200, 401, 200]
    for response in (refused, missing, unknown, posted):
        assert response.headers["cache-control"] == "no-store"
        assert response.headers["vary"].startswith("Accept, Authorization")
        assert "etag" not in response.headers


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE"])
async def test_the_address_of_a_document_takes_get_alone(graphql: Client, method: str):
    path = f"/graphql/{document_id(REGISTERED)}"
    response = await graphql.http.request(method, path, headers=await graphql.token_of())
    assert response.status_code == 405
    assert response.headers["allow"] == "GET"
