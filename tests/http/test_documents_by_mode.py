"""Every mode of a token and every way to send a document: what runs and what is refused."""

from collections.abc import Mapping
from typing import Any

import httpx
import pytest

from api.domain.tokens import DocumentMode
from tests.graphql_client import Client
from tests.http.footprint import footprint
from tests.http.sent_documents import (
    FREE,
    MUTATION,
    REGISTERED,
    automatic,
    document_id,
    in_query_string,
    register,
    retire,
    sha256,
    token_of_mode,
)
from tests.people import OpenAs, Sessions, a_tenant, a_user, opener

RETIRED = "query Retired { viewer { name } }"
RUNS = (200, None)
MISS = (200, "PERSISTED_DOCUMENT_NOT_FOUND")
NOT_TRUSTED = (403, "DOCUMENT_NOT_TRUSTED")
BAD = (400, "BAD_REQUEST")
UNPARSED = (200, "GRAPHQL_PARSE_FAILED")
APOLLO_FREE = {"query": FREE, "extensions": automatic(FREE)}
APOLLO_REGISTERED = {"query": REGISTERED, "extensions": automatic(REGISTERED)}

# What is sent → how → the answer to a token in mode OPEN, APQ, TRUSTED.
WAYS: dict[str, tuple[str, Mapping[str, object], tuple[Any, Any, Any]]] = {
    "free text": ("POST", {"query": FREE}, (RUNS, RUNS, NOT_TRUSTED)),
    "free text by GET": ("GET", {"query": FREE}, (RUNS, RUNS, NOT_TRUSTED)),
    "registered text": ("POST", {"query": REGISTERED}, (RUNS, RUNS, RUNS)),
    "registered text by GET": ("GET", {"query": REGISTERED}, (RUNS, RUNS, NOT_TRUSTED)),
    "registered id": ("POST", {"documentId": document_id(REGISTERED)}, (RUNS, RUNS, RUNS)),
    "registered id by GET": ("GET", {"documentId": document_id(REGISTERED)}, (RUNS, RUNS, RUNS)),
    "registered id in the path": ("PATH", {"documentId": document_id(REGISTERED)}, (RUNS, RUNS, RUNS)),
    "Apollo's registered hash": ("POST", {"extensions": automatic(REGISTERED)}, (RUNS, RUNS, RUNS)),
    "Apollo's registered hash by GET": ("GET", {"extensions": automatic(REGISTERED)}, (RUNS, RUNS, RUNS)),
    "Apollo's registered hash and text": ("POST", APOLLO_REGISTERED, (RUNS, RUNS, RUNS)),
    "Apollo's registered hash and text by GET": ("GET", APOLLO_REGISTERED, (RUNS, RUNS, NOT_TRUSTED)),
    "Apollo's free hash and text": ("POST", APOLLO_FREE, (RUNS, RUNS, NOT_TRUSTED)),
    "Apollo's free hash and text by GET": ("GET", APOLLO_FREE, (RUNS, RUNS, NOT_TRUSTED)),
    "unknown id": ("POST", {"documentId": document_id(FREE)}, (MISS, MISS, MISS)),
    "unknown id by GET": ("GET", {"documentId": document_id(FREE)}, (MISS, MISS, MISS)),
    "unknown id in the path": ("PATH", {"documentId": document_id(FREE)}, (MISS, MISS, MISS)),
    "Apollo's unknown hash": ("POST", {"extensions": automatic(FREE)}, (MISS, MISS, MISS)),
    "Apollo's unknown hash by GET": ("GET", {"extensions": automatic(FREE)}, (MISS, MISS, MISS)),
    "Apollo's hash of another text": ("POST", {"query": FREE, "extensions": automatic(REGISTERED)}, (BAD, BAD, BAD)),
    "retired id": ("POST", {"documentId": document_id(RETIRED)}, (MISS, MISS, MISS)),
    "retired text": ("POST", {"query": RETIRED}, (RUNS, RUNS, NOT_TRUSTED)),
    "what is no GraphQL": ("POST", {"query": "{"}, (UNPARSED, UNPARSED, NOT_TRUSTED)),
    "introspection": ("POST", {"query": "{ __schema { queryType { name } } }"}, (RUNS, RUNS, NOT_TRUSTED)),
}
ID = document_id(REGISTERED)
MALFORMED: dict[str, Mapping[str, object]] = {
    "an id that is a number": {"documentId": 1},
    "an id that is a list": {"documentId": [ID]},
    "an empty id": {"documentId": ""},
    "an id without its prefix": {"documentId": sha256(REGISTERED)},
    "an id in capitals": {"documentId": f"sha256:{sha256(REGISTERED).upper()}"},
    "an id with a newline": {"documentId": f"{ID}\n"},
    "an MD5": {"documentId": "md5:3be4abb81fa595e25eb725b2c6a87508"},
    "64 kB of id": {"documentId": "sha256:" + "0" * 65_536},
    "an id and a text": {"documentId": ID, "query": REGISTERED},
    "an id twice over": {"documentId": ID, "extensions": automatic(REGISTERED)},
    "an extension that is a list": {"extensions": {"persistedQuery": [1]}},
    "no version": {"extensions": {"persistedQuery": {"sha256Hash": sha256(REGISTERED)}}},
    "version 2": {"extensions": {"persistedQuery": {"version": 2, "sha256Hash": sha256(REGISTERED)}}},
    "version true": {"extensions": {"persistedQuery": {"version": True, "sha256Hash": sha256(REGISTERED)}}},
    "a hash that is a number": {"extensions": {"persistedQuery": {"version": 1, "sha256Hash": 5}}},
    "no hash": {"query": FREE, "extensions": {"persistedQuery": {"version": 1}}},
    "an empty hash with a text": {"query": FREE, "extensions": {"persistedQuery": {"version": 1, "sha256Hash": ""}}},
}


async def answer(graphql: Client, way: str, members: Mapping[str, object], token: dict[str, str]) -> httpx.Response:
    if way == "POST":
        return await graphql.post(members, as_=None, headers=token)
    if way == "PATH":
        return await graphql.http.get(f"/graphql/{members['documentId']}", headers=token)
    return await graphql.http.get("/graphql", params=in_query_string(members), headers=token)


def outcome(response: httpx.Response) -> tuple[int, str | None]:
    found = response.json()
    assert ("data" in found) != ("errors" in found)
    return response.status_code, found["errors"][0]["extensions"]["code"] if "errors" in found else None


@pytest.mark.parametrize(("way", "members", "by_mode"), WAYS.values(), ids=WAYS.keys())
async def test_what_a_token_may_send(
    graphql: Client, open_as: OpenAs, way: str, members: Mapping[str, object], by_mode: tuple[Any, Any, Any]
):
    await register(open_as, [REGISTERED, RETIRED])
    await retire(open_as, RETIRED)
    tokens = [await token_of_mode(open_as, mode) for mode in DocumentMode]
    before = await footprint(graphql.connection, graphql.admin.tenant_id)
    for token, expected in zip(tokens, by_mode, strict=True):
        response = await answer(graphql, way, members, token)
        assert outcome(response) == expected
        if expected == RUNS and "viewer" in response.text:
            assert response.json()["data"] == {"viewer": {"name": "test"}}
        if expected == MISS:
            assert response.json()["errors"][0]["message"] == "PersistedQueryNotFound"
        if expected == BAD:
            assert response.json()["errors"][0]["message"] == "provided sha does not match query"
    assert await footprint(graphql.connection, graphql.admin.tenant_id) == before


@pytest.mark.parametrize("members", MALFORMED.values(), ids=MALFORMED.keys())
async def test_what_names_no_document_is_no_request(graphql: Client, open_as: OpenAs, members: Mapping[str, object]):
    await register(open_as, [REGISTERED])
    for mode in DocumentMode:
        assert outcome(await answer(graphql, "POST", members, await token_of_mode(open_as, mode))) == BAD


async def test_a_path_with_a_second_document_is_no_request(graphql: Client):
    for second in ({"query": FREE}, {"documentId": ID}, {"extensions": automatic(FREE)}):
        params = in_query_string(second)
        response = await graphql.http.get(f"/graphql/{ID}", params=params, headers=await graphql.token_of())
        assert outcome(response) == BAD


@pytest.mark.parametrize("path", ["x", "sha256:x", sha256(REGISTERED), f"{ID}0", f"{ID}/x", ID.upper()])
async def test_a_path_that_is_no_id_is_no_address(graphql: Client, path: str):
    assert (await graphql.http.get(f"/graphql/{path}", headers=await graphql.token_of())).status_code == 404


async def test_apollos_hash_alone_is_answered_once_the_text_was_sent_with_it(graphql: Client, open_as: OpenAs):
    token = await token_of_mode(open_as, DocumentMode.APQ)
    alone = {"extensions": automatic(FREE)}
    assert outcome(await answer(graphql, "POST", alone, token)) == MISS
    assert outcome(await answer(graphql, "POST", APOLLO_FREE, token)) == RUNS
    assert outcome(await answer(graphql, "POST", alone, token)) == RUNS
    assert outcome(await answer(graphql, "GET", alone, token)) == RUNS
    assert outcome(await answer(graphql, "PATH", {"documentId": document_id(FREE)}, token)) == RUNS


async def test_what_one_token_sent_for_itself_is_unknown_to_those_of_other_modes(graphql: Client, open_as: OpenAs):
    apq = await token_of_mode(open_as, DocumentMode.APQ)
    await answer(graphql, "POST", APOLLO_FREE, apq)
    for mode in (DocumentMode.OPEN, DocumentMode.TRUSTED):
        token = await token_of_mode(open_as, mode)
        assert outcome(await answer(graphql, "POST", {"extensions": automatic(FREE)}, token)) == MISS
    opened = await token_of_mode(open_as, DocumentMode.OPEN)
    other = f"{FREE} "
    await answer(graphql, "POST", {"query": other, "extensions": automatic(other)}, opened)
    assert outcome(await answer(graphql, "POST", {"extensions": automatic(other)}, apq)) == MISS


async def test_a_text_that_cannot_run_is_not_remembered_by_its_hash(graphql: Client, open_as: OpenAs):
    token = await token_of_mode(open_as, DocumentMode.APQ)
    wrong = "{ nope }"
    sent = {"query": wrong, "extensions": automatic(wrong)}
    assert outcome(await answer(graphql, "POST", sent, token)) == (200, "GRAPHQL_VALIDATION_FAILED")
    assert outcome(await answer(graphql, "POST", {"extensions": automatic(wrong)}, token)) == MISS


@pytest.mark.parametrize("mode", DocumentMode)
async def test_another_tenants_documents_are_unknown(
    graphql: Client, open_as: OpenAs, sessions: Sessions, mode: DocumentMode
):
    await register(open_as, [REGISTERED])
    apq = await token_of_mode(open_as, DocumentMode.APQ)
    await answer(graphql, "POST", APOLLO_FREE, apq)
    assert outcome(await answer(graphql, "POST", {"documentId": ID}, apq)) == RUNS
    stranger = opener(sessions, await a_user(sessions, (await a_tenant(sessions, "Umbrella")).id))
    token = await token_of_mode(stranger, mode)
    assert outcome(await answer(graphql, "POST", {"documentId": ID}, token)) == MISS
    assert outcome(await answer(graphql, "PATH", {"documentId": ID}, token)) == MISS
    assert outcome(await answer(graphql, "POST", {"extensions": automatic(FREE)}, token)) == MISS
    expected = NOT_TRUSTED if mode is DocumentMode.TRUSTED else RUNS
    assert outcome(await answer(graphql, "POST", {"query": REGISTERED}, token)) == expected


async def test_a_registered_mutation_runs_by_post_and_not_by_get(graphql: Client, open_as: OpenAs):
    await register(open_as, [MUTATION])
    token = await token_of_mode(open_as, DocumentMode.TRUSTED)
    before = await footprint(graphql.connection, graphql.admin.tenant_id)
    for way in ("GET", "PATH"):
        response = await answer(graphql, way, {"documentId": document_id(MUTATION)}, token)
        assert outcome(response) == (405, "METHOD_NOT_ALLOWED")
        assert response.headers["allow"] == "POST"
    assert await footprint(graphql.connection, graphql.admin.tenant_id) == before
    response = await answer(graphql, "POST", {"documentId": document_id(MUTATION)}, token)
    assert response.json()["data"] == {"accountCreate": {"outcome": "CREATED"}}


async def test_introspection_is_open_to_a_trusted_token_once_it_is_registered(graphql: Client, open_as: OpenAs):
    text = "{ __schema { queryType { name } } }"
    await register(open_as, [text])
    token = await token_of_mode(open_as, DocumentMode.TRUSTED)
    response = await answer(graphql, "POST", {"query": text}, token)
    assert response.json()["data"] == {"__schema": {"queryType": {"name": "Query"}}}


async def test_an_id_chooses_the_document_and_the_name_its_operation(graphql: Client, open_as: OpenAs):
    text = "query A($name: String!) { accounts(filter: {name: {eq: $name}}) { nodes { name } } } query B { __typename }"
    await register(open_as, [text])
    members: Mapping[str, object] = {"documentId": document_id(text), "operationName": "A", "variables": {"name": "x"}}
    token = await token_of_mode(open_as, DocumentMode.TRUSTED)
    for way in ("POST", "GET"):
        response = await answer(graphql, way, members, token)
        assert response.json()["data"] == {"accounts": {"nodes": []}}
    unnamed = await answer(graphql, "POST", {"documentId": document_id(text)}, token)
    assert outcome(unnamed) == (200, "BAD_USER_INPUT")


async def test_a_registered_document_is_still_one_statement(graphql: Client, open_as: OpenAs, statements: list[str]):
    text = "{ accounts { nodes { name } } }"
    await register(open_as, [text])
    token = await token_of_mode(open_as, DocumentMode.TRUSTED)
    for _ in range(3):
        statements.clear()
        assert outcome(await answer(graphql, "PATH", {"documentId": document_id(text)}, token)) == RUNS
        assert len(statements) == 1


async def test_a_strict_client_gets_a_status_that_says_so(graphql: Client):
    response = await graphql.post(
        {"documentId": document_id(FREE)}, headers={"accept": "application/graphql-response+json"}
    )
    assert outcome(response) == (400, "PERSISTED_DOCUMENT_NOT_FOUND")
    assert response.headers["content-type"] == "application/graphql-response+json; charset=utf-8"
