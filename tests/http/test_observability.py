"""What an operator sees: figures for Prometheus, spans, and a log of what was slow. None of it holds anybody's data."""

import asyncio
import hashlib
import io
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import orjson
import pytest
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from sqlalchemy.ext.asyncio import AsyncConnection

from api import telemetry
from api.app import services
from api.domain.users import User
from api.http.metrics import Metrics
from api.http.routes import application
from api.http.slow import SlowLog
from api.http.tracing import Tracing
from api.settings import Settings
from tests.conftest import SameConnection, raw
from tests.graphql_client import SECRET, Client, no_problems
from tests.people import NOW, Sessions

OPERATOR = "operator-of-the-machine"
QUERY = "query Q($name: String!) { accounts(filter: {name: {eq: $name}}) { nodes { name } } }"
CANARY = {"query": QUERY, "variables": {"name": "Canary Ltd"}}
TRACE, PARENT = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"


class Watched:
    """The application, and everything that it tells of its requests."""

    def __init__(self, client: Client, slow: SlowLog, spans: InMemorySpanExporter) -> None:
        self.client, self.slow, self._exporter = client, slow, spans

    def spans(self) -> tuple[ReadableSpan, ...]:
        return self._exporter.get_finished_spans()

    async def metrics(self, token: str = OPERATOR) -> httpx.Response:
        return await self.client.http.get("/metrics", headers={"authorization": f"Bearer {token}"})


@pytest.fixture
async def watched(
    connection: AsyncConnection, reads: SameConnection, sessions: Sessions, admin: User, tmp_path: Path
) -> AsyncIterator[Watched]:
    exporter, provider = InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    slow = SlowLog(reads, threshold_ms=0.001)
    app = application(
        services(Settings(data_dir=tmp_path), reads, sessions, SECRET, outside=reads, now=lambda: NOW),
        problems=no_problems,
        metrics=Metrics(OPERATOR),
        after=(Tracing(provider).record, slow.record),
    )
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://crm.test") as http:
        yield Watched(Client(http, raw(connection), admin), slow, exporter)
        await asyncio.gather(*slow.running)


async def test_requests_are_counted_by_kind_and_code_but_never_by_what_a_caller_wrote(watched: Watched):
    await watched.client.post(CANARY)
    await watched.client.post(CANARY)
    await watched.client.post({"query": "{ canary }"})
    await watched.client.post({"query": "{ viewer { name } }"}, as_=None)

    shown = (await watched.metrics()).text
    assert 'crm_requests_total{code="OK",document="open",operation="query"} 2.0' in shown
    assert 'crm_requests_total{code="GRAPHQL_VALIDATION_FAILED",document="open",operation="none"} 1.0' in shown
    assert 'crm_requests_total{code="UNAUTHENTICATED",document="open",operation="none"} 1.0' in shown
    assert 'crm_request_seconds_count{document="open",operation="query"} 2.0' in shown
    # the token is looked up once, and the documents are the two reads
    assert 'crm_database_seconds_count{operation="query"} 2.0' in shown
    assert "anary" not in shown


@pytest.mark.parametrize("token", ["", "wrong", OPERATOR + "x"])
async def test_the_figures_are_for_the_operator_only(watched: Watched, token: str):
    response = await watched.metrics(token)
    assert (response.status_code, response.json()["errors"][0]["extensions"]["code"]) == (401, "UNAUTHENTICATED")
    assert "crm_requests" not in response.text


async def test_nobody_reads_the_figures_where_the_operator_has_set_no_token(watched: Watched, graphql: Client):
    for given in ("Bearer ", "Bearer None", ""):
        response = await graphql.http.get("/metrics", headers={"authorization": given})
        assert response.status_code == 401


async def test_an_operation_is_one_span_with_its_statements_below_it(watched: Watched):
    headers = {"traceparent": f"00-{TRACE}-{PARENT}-01", "x-request-id": "abc-1"}
    await watched.client.post(CANARY, headers=headers)

    operation = next(one for one in watched.spans() if one.name == "query")
    assert operation.context is not None
    assert operation.parent is not None
    assert (f"{operation.context.trace_id:032x}", f"{operation.parent.span_id:016x}") == (TRACE, PARENT)
    attributes = dict(operation.attributes or {})
    assert attributes["graphql.operation.type"] == "query"
    assert attributes["graphql.document.id"] == hashlib.sha256(QUERY.encode()).hexdigest()[:16]
    assert attributes["crm.request_id"] == "abc-1"
    assert attributes["http.response.status_code"] == 200
    below = [one for one in watched.spans() if one.parent and one.parent.span_id == operation.context.span_id]
    assert [one.name for one in below] == ["SELECT", "WITH", "SELECT"]  # the token, its points, the data
    assert attributes["crm.cost"] == 1  # nobody is named so: the empty page
    assert all(operation.start_time <= one.start_time <= one.end_time <= operation.end_time for one in below)  # type: ignore[operator]
    assert not any("Canary" in str(dict(one.attributes or {})) for one in watched.spans())


async def test_a_request_that_never_became_an_operation_has_no_span(watched: Watched):
    await watched.client.post(b"{}", as_=None)
    await watched.client.http.get("/livez")
    assert watched.spans() == ()


async def test_what_is_slow_is_logged_with_its_plan_and_without_its_values(watched: Watched):
    stream = io.StringIO()
    await watched.client.token_of()
    telemetry.configure("warning", stream)
    try:
        await watched.client.post(CANARY, headers={"x-request-id": "slow-1"})
        await asyncio.gather(*watched.slow.running)
        await watched.client.post(CANARY, headers={"x-request-id": "slow-2"})
        await asyncio.gather(*watched.slow.running)
    finally:
        telemetry.configure("error")
    first, second = map(orjson.loads, stream.getvalue().splitlines())
    assert (first["event"], first["request_id"]) == ("slow", "slow-1")
    assert any("accounts" in line for line in first["plan"])
    assert first["duration_ms"] >= first["database_ms"] > 0
    assert (second["event"], second["request_id"]) == ("slow", "slow-2")
    assert "plan" not in second  # the same statement is explained once a minute
    assert "Canary" not in stream.getvalue()
