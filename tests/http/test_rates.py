"""Budgets of points over the real table: several `Rates`, each with a pool of its own, are several processes."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

import orjson
import pytest
from graphql import parse, validate

from api.db.pool import DatabaseUnavailable, ReadPool
from api.db.urls import Urls
from api.domain.access import shipped
from api.domain.kernel import PrincipalKind, Viewer, new_id
from api.http.errors import Refused
from api.http.introspection import Introspection, split
from api.http.limits import STAFF, by_kind
from api.http.rates import Rates
from api.schema import schema
from api.settings import SettingRefused, load

SMALL = replace(STAFF, cost=200, points_per_second=200, burst=200, concurrent=50)
Process = Callable[[], Awaitable[Rates]]


@pytest.fixture
async def process(database: Urls) -> AsyncIterator[Process]:
    """Starts one more process."""
    pools = []

    async def start() -> Rates:
        pool = ReadPool(database.app, size=2)
        await pool.open()
        pools.append(pool)
        return Rates(pool, {"STAFF": SMALL})

    yield start
    for pool in pools:
        await pool.close()


def somebody(tenant: UUID | None = None) -> Viewer:
    """Somebody who has never asked for anything."""
    person = new_id()
    return Viewer(tenant or new_id(), person, PrincipalKind.STAFF, "Sam", shipped("admin"), person, token=new_id())


async def spend(rates: Rates, who: Viewer, points: int, actual: int | None = None) -> int:
    async with rates.admit(who, points) as admission:
        admission.settle(points if actual is None else actual)
    return admission.actual


async def refused(rates: Rates, who: Viewer, points: int) -> Refused:
    with pytest.raises(Refused) as caught:
        await spend(rates, who, points)
    return caught.value


async def hammer(rates: Rates, who: Viewer, points: int, until: float) -> int:
    """Ask for as much as is to be had; what was admitted."""
    admitted = 0
    while time.monotonic() < until:
        try:
            admitted += await spend(rates, who, points)
        except Refused:
            await asyncio.sleep(0.004)
        await asyncio.sleep(0)
    return admitted


async def emptied(rates: Rates, who: Viewer) -> int:
    """Ask until the first refusal; what was admitted."""
    admitted = 0
    with suppress(Refused):
        while True:
            admitted += await spend(rates, who, 5)
    return admitted


async def test_a_burst_is_admitted_and_no_more(process: Process):
    rates, who = await process(), somebody()
    for _ in range(4):
        assert await spend(rates, who, 50) == 50
    refusal = await refused(rates, who, 50)
    assert refusal.code == "RATE_LIMITED"
    milliseconds = refusal.errors[0]["extensions"]["retryAfterMs"]
    assert 150 < milliseconds <= 251
    assert dict(refusal.headers) == {b"retry-after": b"1"}


async def test_who_waits_as_told_is_admitted(process: Process):
    rates, who = await process(), somebody()
    await spend(rates, who, 100)
    await spend(rates, who, 100)
    for _ in range(5):
        refusal = await refused(rates, who, 60)
        await asyncio.sleep(refusal.errors[0]["extensions"]["retryAfterMs"] / 1000)
        assert await spend(rates, who, 60) == 60


async def test_what_was_not_used_is_given_back(process: Process):
    rates, who = await process(), somebody()
    for _ in range(20):
        assert await spend(rates, who, 100, actual=5) == 5
    assert (await refused(rates, who, 150)).code == "RATE_LIMITED"


async def test_a_request_that_fails_costs_one_point_and_one_that_times_out_all(process: Process):
    rates, who = await process(), somebody()
    with suppress(ValueError):
        async with rates.admit(who, 100) as failed:
            raise ValueError
    with suppress(TimeoutError):
        async with rates.admit(who, 100) as late:
            raise TimeoutError
    assert (failed.actual, late.actual) == (1, 100)
    assert 95 <= failed.remaining <= 115


@pytest.mark.parametrize("processes", [1, 2, 4])
async def test_processes_share_one_budget(process: Process, processes: int):
    """L4: never more than the limit and 2 %, never less than 95 % of it."""
    running, who, seconds = [await process() for _ in range(processes)], somebody(), 1.5
    began = time.monotonic()
    found = await asyncio.gather(*(hammer(rates, who, 5, began + seconds) for rates in running))
    admitted = sum(found) + sum([await emptied(rates, who) for rates in running])
    limit = SMALL.burst + SMALL.points_per_second * (time.monotonic() - began)
    assert 0.95 * limit <= admitted <= 1.02 * limit


@pytest.mark.parametrize("processes", [1, 4])
async def test_a_client_within_its_limit_is_never_refused(process: Process, processes: int):
    running, who = [await process() for _ in range(processes)], somebody()
    began = time.monotonic()
    for place in range(40):
        await asyncio.sleep(max(0.0, began + place * 0.025 - time.monotonic()))
        assert await spend(running[place % processes], who, 5) == 5


@pytest.mark.parametrize("processes", [1, 4])
async def test_drawn_points_do_not_come_on_top_of_a_full_bucket(process: Process, processes: int):
    running, who = [await process() for _ in range(processes)], somebody()
    began = time.monotonic()
    for place in range(40):
        await asyncio.sleep(max(0.0, began + place * 0.02 - time.monotonic()))
        await spend(running[place % processes], who, 4)
    await asyncio.sleep(0.4)
    began = time.monotonic()
    found = await asyncio.gather(*(hammer(rates, who, 4, began + 0.5) for rates in running))
    limit = SMALL.burst + SMALL.points_per_second * (time.monotonic() - began)
    window = SMALL.burst + SMALL.points_per_second * 10
    assert sum(found) <= limit + 0.02 * window


async def test_tokens_have_buckets_of_their_own_and_share_that_of_the_tenant(process: Process):
    rates = await process()
    tenant = new_id()
    people = [somebody(tenant) for _ in range(6)]
    for who in people[:5]:
        assert await spend(rates, who, 100) == 100
        assert await spend(rates, who, 90) == 90
    assert (await refused(rates, people[5], 100)).code == "RATE_LIMITED"
    assert await spend(rates, people[5], 30) == 30


async def test_no_more_requests_run_at_once_than_allowed(process: Process):
    rates, who = await process(), somebody()
    admitted = [rates.admit(who, 1) for _ in range(50)]
    for one in admitted:
        await one.__aenter__()
    refusal = await refused(rates, who, 1)
    assert "under way" in refusal.errors[0]["message"]
    assert refusal.errors[0]["extensions"]["retryAfterMs"] == 251
    await admitted[0].__aexit__(None, None, None)
    assert await spend(rates, who, 1) == 1


async def test_a_second_is_served_by_few_statements(process: Process):
    rates, who, sent = await process(), somebody(), list[str]()
    rates.pool.on_statement.append(lambda sql, _arguments: sent.append(sql))  # type: ignore[attr-defined]
    began = time.monotonic()
    while time.monotonic() < began + 1:
        await spend(rates, who, 1)
        await asyncio.sleep(0.01)
    assert len(sent) <= 5


async def test_refusals_come_from_memory(process: Process):
    rates, who, sent = await process(), somebody(), list[str]()
    await spend(rates, who, 100)
    await spend(rates, who, 100)
    rates.pool.on_statement.append(lambda sql, _arguments: sent.append(sql))  # type: ignore[attr-defined]
    for _ in range(200):
        await refused(rates, who, 100)
    assert len(sent) <= 1


async def test_a_database_that_does_not_answer_is_no_reason_to_admit():
    rates = Rates(ReadPool("postgresql://nobody@127.0.0.1:1/nothing"), {"STAFF": SMALL})
    with pytest.raises(DatabaseUnavailable):
        await spend(rates, somebody(), 1)
    with pytest.raises(DatabaseUnavailable):
        await spend(rates, somebody(), 1)


async def test_what_the_caller_is_told(process: Process):
    rates, who = await process(), somebody()
    async with rates.admit(who, 60) as admission:
        admission.settle(20)
    said = orjson.loads(admission.extension())
    assert said == {
        "requested": 60,
        "actual": 20,
        "limit": 200,
        "remaining": said["remaining"],
        "restorePerSecond": 200,
    }
    assert 180 <= said["remaining"] <= 190
    headers = dict(admission.headers())
    assert headers[b"ratelimit-policy"] == b'"points";q=200;w=1'
    assert headers[b"ratelimit"] in {b'"points";r=%d;t=1' % left for left in range(180, 191)}


async def test_another_tenant_does_not_see_the_buckets(process: Process):
    rates, who = await process(), somebody()
    await spend(rates, who, 200 // 2)
    count = "(SELECT count(*)::text FROM rate_buckets)"
    counted = f"SELECT CASE WHEN set_config('crm.tenant', $1, true) IS NOT NULL THEN {count} END"
    assert await rates.pool.fetch(counted, [str(who.tenant)]) == b"2"
    assert await rates.pool.fetch(counted, [str(new_id())]) == b"0"


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("{ rateLimit { limit } }", {"memory"}),
        ("{ __typename a: rateLimit { limit } }", {"memory"}),
        ("{ viewer { id } ...F } fragment F on Query { rateLimit { limit } }", {"data", "memory"}),
        ("{ viewer { id } rateLimit { limit } __schema { description } __typename }", {"data", "schema", "memory"}),
        ("{ viewer { id } }", {"data"}),
    ],
)
def test_what_needs_no_database_is_split_off(text: str, kinds: set[str]):
    document = parse(text)
    parts = split(document, document.definitions[0])  # type: ignore[arg-type]
    found = {kind: getattr(parts, kind) for kind in ("data", "schema", "memory")}
    assert {kind for kind, part in found.items() if part is not None} == kinds
    for part in found.values():
        assert part is None or validate(schema.core, part.document) == []


async def test_the_budget_is_answered_from_memory(process: Process):
    rates, who, sent = await process(), somebody(), list[str]()
    document = parse("{ mine: rateLimit { cost limit remaining restorePerSecond resetAt __typename } }")
    part = split(document, document.definitions[0]).memory  # type: ignore[arg-type]
    assert part is not None
    async with rates.admit(who, 40) as admission:
        rates.pool.on_statement.append(lambda sql, _arguments: sent.append(sql))  # type: ignore[attr-defined]
        answer = orjson.loads(Introspection(schema.core).of_memory(part, {}, admission.memory()))["mine"]
    assert sent == []
    assert 160 <= answer.pop("remaining") <= 200
    assert answer["resetAt"].endswith("Z")
    assert "T" in answer["resetAt"]
    assert datetime.fromisoformat(answer.pop("resetAt")) > datetime(2026, 1, 1, tzinfo=UTC)
    assert answer == {"cost": 40, "limit": 200, "restorePerSecond": 200.0, "__typename": "RateLimit"}


def test_a_burst_below_the_cost_of_one_document_is_no_setting(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("CRM_RATE_BURST", "1999")
    with pytest.raises(SettingRefused, match="CRM_RATE_BURST is refused: it must be at least CRM_MAX_COST, 2000"):
        load()
    monkeypatch.setenv("CRM_MAX_COST", "500")
    assert by_kind(load())["STAFF"].burst == 1999
