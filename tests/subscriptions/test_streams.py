"""Events as server-sent events: what the stream says, how it is resumed, and what is refused before it begins."""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest

from api.domain import documents, tokens
from api.http.subscriptions import streams
from tests.conftest import Committed
from tests.graphql_client import SECRET, bearer
from tests.subscriptions.serving import PATIENCE, Served, a_token, serving

EVENTS = """
subscription Events($after: String) {
  events(after: $after) { position ... on AccountChanged { account { name } } }
}
"""
STREAM = {"accept": "text/event-stream"}
WHO = "{ viewer { name } }"


class Stream:
    def __init__(self, response: httpx.Response) -> None:
        self.response = response
        self._pieces = response.aiter_text()
        self._text = ""

    async def hear(self) -> str:
        """The next message with its lines."""
        async with asyncio.timeout(PATIENCE):
            while "\n\n" not in self._text:
                self._text += await anext(self._pieces)
        message, _, self._text = self._text.partition("\n\n")
        return message

    async def event(self) -> tuple[int, Any]:
        """The id and the data of the next event; heartbeats are passed over."""
        while True:
            message = await self.hear()
            if message != ":" and not message.startswith("id: "):
                kind, id, data = message.split("\n")
                assert kind == "event: next"
                return int(id.removeprefix("id: ")), orjson.loads(data.removeprefix("data: "))

    async def rest(self) -> str:
        async with asyncio.timeout(PATIENCE):
            return self._text + "".join([piece async for piece in self._pieces])


@asynccontextmanager
async def streaming(
    served: Served, query: str = EVENTS, *, token: str | None = None, method: str = "POST", **headers: str
) -> AsyncIterator[Stream]:
    await served.relay()
    sent = {
        **STREAM,
        **bearer(token or served.token),
        **{name.replace("_", "-"): value for name, value in headers.items()},
    }
    async with httpx.AsyncClient(timeout=None) as client:  # noqa: S113 - a stream goes on
        asked: Mapping[str, Any] = {"params": {"query": query}} if method == "GET" else {"json": {"query": query}}
        async with client.stream(method, served.url, headers=sent, **asked) as response:
            yield Stream(response)


async def refused(served: Served, content: Any, **headers: str) -> httpx.Response:
    async with httpx.AsyncClient() as client:
        return await client.post(served.url, json=content, headers={**STREAM, **bearer(served.token), **headers})


@pytest.mark.parametrize("method", ["POST", "GET"])
async def test_a_stream_says_what_happens(served: Served, method: str):
    async with streaming(served, method=method) as stream:
        answer = stream.response
        assert (answer.status_code, answer.headers["content-type"]) == (200, "text/event-stream; charset=utf-8")
        assert answer.headers["cache-control"] == "no-cache, no-store, no-transform"
        assert answer.headers["x-accel-buffering"] == "no"
        assert "x-request-id" in answer.headers
        assert "ratelimit" in answer.headers
        assert await stream.hear() == ":"
        await served.account("Initech")
        position, data = await stream.event()
    assert data == {"data": {"events": {"position": str(position), "account": {"name": "Initech"}}}}


async def test_a_heartbeat_comes_every_fifteen_seconds(served: Served, monkeypatch: pytest.MonkeyPatch):
    assert streams.HEARTBEAT_SECONDS == 15
    monkeypatch.setattr(streams, "HEARTBEAT_SECONDS", 0.05)
    async with streaming(served) as stream:
        assert [await stream.hear() for _ in range(4)] == [":"] * 4


async def test_who_resumes_by_id_is_told_it_with_each_heartbeat_however_little_fits(
    served: Served, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(streams, "HEARTBEAT_SECONDS", 0.05)
    query = 'subscription { events(types: ["account.archived"]) { position } }'
    async with streaming(served, query=query, last_event_id="") as stream:
        begin = int((await stream.hear()).removeprefix("id: "))
        await served.accounts("One", "Two", "Three")
        async with asyncio.timeout(5):
            while await stream.hear() != f"id: {begin + 3}":
                pass


async def test_a_client_that_comes_again_is_told_what_it_missed(served: Served):
    async with streaming(served) as stream:
        await stream.hear()
        await served.account("Seen")
        seen, _ = await stream.event()
    await served.accounts("Missed", "Missed too")
    async with streaming(served, last_event_id=str(seen)) as stream:
        heard = [await stream.event() for _ in range(2)]
    assert [position for position, _ in heard] == [seen + 1, seen + 2]
    assert [data["data"]["events"]["account"]["name"] for _, data in heard] == ["Missed", "Missed too"]


@pytest.mark.parametrize("id", ["x", "-1", "1.5", "9" * 19, "1 2"])
async def test_a_last_event_id_that_is_none_is_refused(served: Served, id: str):
    answer = await refused(served, {"query": EVENTS}, **{"last-event-id": id})
    assert (answer.status_code, code_of(answer)) == (400, "BAD_REQUEST")


@pytest.mark.parametrize(
    ("content", "headers", "status", "code"),
    [
        ({"query": EVENTS}, {"authorization": "Bearer x"}, 401, "UNAUTHENTICATED"),
        ({"query": EVENTS}, {"accept": "application/json"}, 400, "BAD_REQUEST"),
        ({"query": EVENTS}, {"accept": "text/event-stream;q=0, application/json"}, 400, "BAD_REQUEST"),
        ({"query": EVENTS}, {"accept": "text/plain"}, 406, "NOT_ACCEPTABLE"),
        ({"query": EVENTS}, {"content-type": "text/plain"}, 415, "UNSUPPORTED_MEDIA_TYPE"),
        ({"query": WHO}, {}, 406, "NOT_ACCEPTABLE"),
        ({"query": 'mutation { accountCreate(input: {name: "X"}) { outcome } }'}, {}, 406, "NOT_ACCEPTABLE"),
        ({"query": "subscription { x }"}, {}, 400, "GRAPHQL_VALIDATION_FAILED"),
        ({"query": "subscription {"}, {}, 400, "GRAPHQL_PARSE_FAILED"),
        ({"query": EVENTS, "variables": {"after": 1}}, {}, 400, "BAD_USER_INPUT"),
        ({"query": EVENTS, "variables": {"after": "x"}}, {}, 400, "BAD_CURSOR"),
        ({"query": EVENTS, "variables": []}, {}, 400, "BAD_REQUEST"),
        ([{"query": EVENTS}], {}, 400, "BAD_REQUEST"),
        ({"documentId": "sha256:" + "0" * 64}, {}, 400, "PERSISTED_DOCUMENT_NOT_FOUND"),
    ],
)
async def test_what_cannot_be_streamed_is_refused_as_any_request(
    served: Served, content: Any, headers: dict[str, str], status: int, code: str
):
    answer = await refused(served, content, **headers)
    assert (answer.status_code, code_of(answer)) == (status, code)
    assert answer.headers["content-type"].startswith("application/")


async def test_a_caller_who_takes_streams_and_json_gets_json_for_a_query(served: Served):
    answer = await refused(served, {"query": WHO}, accept="text/event-stream, application/json")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json; charset=utf-8")


async def test_the_fifty_first_connection_of_a_principal_is_told_to_wait(served: Served):
    token = await a_token(served.committed)
    async with AsyncExitStack() as opened:
        for _ in range(50):
            await opened.enter_async_context(served.socket(token))
        answer = await refused(served, {"query": EVENTS}, **bearer(token))
        assert (answer.status_code, code_of(answer), answer.headers["retry-after"]) == (429, "RATE_LIMITED", "1")


async def test_a_revoked_token_is_told_so_and_the_stream_ends(served: Served):
    async with served.committed.open_as() as work:
        made, text = await tokens.create(work, "read_only", "Screen", pepper=tokens.pepper(SECRET))
    async with streaming(served, token=text) as stream:
        await stream.hear()
        async with served.committed.open_as() as work:
            await tokens.revoke(work, made.id)
        said = await asyncio.wait_for(stream.rest(), 5)
    (told,) = [line for line in said.split("\n") if line.startswith('data: {"errors":')]
    assert orjson.loads(told.removeprefix("data: "))["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"
    assert said.endswith("event: complete\ndata:\n\n")


async def test_a_registered_document_is_streamed_from_its_own_address(served: Served):
    text = "subscription Registered { events { position } }"
    async with served.committed.open_as() as work:
        await documents.register(work, [text])
    address = f"{served.url}/sha256:{hashlib.sha256(text.encode()).hexdigest()}"
    async with (
        httpx.AsyncClient() as client,
        client.stream("GET", address, headers={**STREAM, **bearer(served.token)}) as response,
    ):
        assert (response.status_code, response.headers["content-type"]) == (200, "text/event-stream; charset=utf-8")


async def test_a_server_that_stops_ends_the_stream_without_completing_it(committed: Committed, tmp_path: Path):
    async with serving(committed, tmp_path) as served, streaming(served) as stream:
        assert await stream.hear() == ":"
        served.server.should_exit = True
        assert await stream.rest() == ""


def code_of(answer: httpx.Response) -> str:
    return str(answer.json()["errors"][0]["extensions"]["code"])
