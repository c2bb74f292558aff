"""The link of a request over HTTP: a GET reads, a POST answers, once; whatever is wrong with it sounds the same."""

from typing import Any

import pytest

from api.domain import satisfaction
from api.domain.cases import CaseStatus
from api.domain.kernel import Work, new_id, wire
from api.http.satisfaction import REFUSAL, SHAPE
from api.settings import SecretKey
from tests.factories import a_case, a_contact
from tests.graphql_client import SECRET, Client
from tests.watching import nothing_changes

ASK = """mutation ($case: ID!) { satisfactionRequestCreate(input: {kind: CSAT, case: {id: $case}}) {
  link satisfactionRequest { id } errors { code message path }
} }"""
READ = "query ($id: ID!) { satisfactionRequest(where: {id: $id}) { status score comment version } }"


@pytest.fixture
async def case(work: Work) -> str:
    contact = await a_contact(work)
    made = await a_case(work, status=CaseStatus.RESOLVED, contact_id=contact.id)
    await work.finish()
    return wire("cas", made.id)


@pytest.fixture
async def asked(graphql: Client, case: str) -> Any:
    return (await graphql(ASK, {"case": case}))["satisfactionRequestCreate"]


async def test_a_get_says_what_is_asked_and_changes_nothing(graphql: Client, asked: Any):
    async with nothing_changes(graphql):
        for _ in range(2):
            answer = await graphql.http.get(asked["link"])
            assert (answer.status_code, answer.json()) == (
                200,
                {
                    "kind": "CSAT",
                    "lowest": 1,
                    "highest": 5,
                    "status": "ASKED",
                    "expiresAt": "2026-04-01T09:15:00+00:00",
                },
            )
            assert answer.headers["cache-control"] == "no-store"


async def test_a_post_answers_once(graphql: Client, asked: Any):
    answer = await graphql.http.post(asked["link"], json={"score": 4})
    assert answer.json() == {"kind": "CSAT", "lowest": 1, "highest": 5, "status": "ANSWERED", "score": 4}
    id = asked["satisfactionRequest"]["id"]
    found = (await graphql(READ, {"id": id}))["satisfactionRequest"]
    assert found == {"status": "ANSWERED", "score": 4, "comment": None, "version": 2}
    async with nothing_changes(graphql):
        for again in (
            graphql.http.post(asked["link"], json={"score": 1}),
            graphql.http.post(asked["link"], json={"decline": True}),
            graphql.http.get(asked["link"]),
        ):
            refused = await again
            assert (refused.status_code, refused.json()["errors"][0]["message"]) == (403, REFUSAL)


@pytest.mark.parametrize(
    "body",
    [{}, {"score": 6}, {"score": 0}, {"score": "5"}, {"score": True}, {"decline": False}, {"score": 5, "x": 1}, []],
)
async def test_what_is_no_answer_is_refused_and_changes_nothing(graphql: Client, asked: Any, body: Any):
    async with nothing_changes(graphql):
        refused = await graphql.http.post(asked["link"], json=body)
    assert refused.status_code == 400
    assert refused.json()["errors"][0]["message"].endswith(SHAPE)


async def test_links_that_nobody_made_sound_like_used_ones(graphql: Client, asked: Any, work: Work):
    foreign = satisfaction.sign(SecretKey(b"x" * 32), work.tenant, new_id())
    unknown = satisfaction.sign(SECRET, work.tenant, new_id())
    elsewhere = satisfaction.sign(SECRET, new_id(), new_id())
    for signed in ("x", foreign, unknown, elsewhere):
        answer = await graphql.http.get(f"/satisfaction/{signed}")
        assert (answer.status_code, answer.json()["errors"][0]["message"]) == (403, REFUSAL)
    assert (await graphql.http.put(asked["link"], json={"score": 5})).status_code == 405


async def test_a_dry_run_and_a_refusal_tell_no_link(graphql: Client, case: str):
    tried = ASK.replace("}}) {", "}}, dryRun: true) {")
    async with nothing_changes(graphql):
        assert (await graphql(tried, {"case": case}))["satisfactionRequestCreate"]["link"] is None
    await graphql(ASK, {"case": case})
    async with nothing_changes(graphql):
        refused = (await graphql(ASK, {"case": case}))["satisfactionRequestCreate"]
    assert refused["link"] is None
    assert [error["message"] for error in refused["errors"]] == ["this contact was asked in the last 30 days"]
