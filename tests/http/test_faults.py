"""What the caller sees when PostgreSQL is slow, busy, full or gone: an honest status, soon, and none of our insides."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import orjson
import pytest
from sqlalchemy.exc import DBAPIError

from api import telemetry
from api.app import services
from api.compiler.errors import RequestError
from api.db import checks
from api.db.pool import DatabaseUnavailable
from api.domain import tokens
from api.http import errors
from api.http.errors import CODES, Refused, refusal_of
from api.http.routes import application
from api.settings import Settings
from tests.cluster import Cluster
from tests.conftest import Committed
from tests.graphql_client import JSON, SECRET, Client, bearer

# graphql.md §2.6: the closed list.
DOCUMENTED = """
UNAUTHENTICATED FORBIDDEN BAD_REQUEST PAYLOAD_TOO_LARGE UNSUPPORTED_MEDIA_TYPE METHOD_NOT_ALLOWED BAD_PAGINATION
BAD_CURSOR INVALID_FILTER BAD_USER_INPUT QUERY_TOO_EXPENSIVE RATE_LIMITED TIMEOUT UNAVAILABLE STORAGE_FULL
PERSISTED_DOCUMENT_NOT_FOUND DOCUMENT_NOT_TRUSTED GRAPHQL_PARSE_FAILED GRAPHQL_VALIDATION_FAILED INTERNAL NOT_ACCEPTABLE
WRITE_CONFLICT OUTCOME_UNKNOWN POSITION_EXPIRED
""".split()
ACCOUNTS = {"query": "{ accounts { nodes { id } } }"}
CONTACTS = {"query": "{ contacts { nodes { id } } }"}
VIEWER = {"query": "{ viewer { name } }"}
CREATE = {"query": 'mutation { accountCreate(input: {name: "Acme"}) { account { id } outcome errors { code } } }'}


class Live:
    """The application on pools of its own, as the server runs it, with a setting changed here and there."""

    def __init__(self, committed: Committed, folder: Path, **changed: Any) -> None:
        settings = Settings(data_dir=folder, **changed)
        self.committed = committed
        wired = services(settings, committed.reads, committed.sessions, SECRET, outside=committed.reads)
        self.app = application(wired, problems=self.problems)

    async def problems(self) -> Sequence[str]:
        return await checks.problems(self.committed.urls.app)

    async def token(self) -> dict[str, str]:
        async with self.committed.open_as() as work:
            _, text = await tokens.create(
                work, "admin", "Laptop", pepper=tokens.pepper(SECRET), user_id=self.committed.admin.id
            )
        return {**JSON, **bearer(text)}

    async def post(self, body: Any, headers: dict[str, str]) -> httpx.Response:
        transport = httpx.ASGITransport(self.app)
        async with httpx.AsyncClient(transport=transport, base_url="http://crm.test") as client:
            return await client.post("/graphql", json=body, headers=headers)

    async def get(self, path: str) -> httpx.Response:
        transport = httpx.ASGITransport(self.app)
        async with httpx.AsyncClient(transport=transport, base_url="http://crm.test") as client:
            return await client.get(path)


KILL = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'crm_app' AND datname = 'crm_committed'
"""


@pytest.fixture
async def superuser(committed: Committed) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(committed.superuser_url)
    yield connection
    await connection.close()


async def operate(cluster: Cluster, *statements: str) -> None:
    connection = await asyncpg.connect(cluster.superuser_url())
    try:
        for statement in statements:
            await connection.execute(statement)
    finally:
        await connection.close()


def check(response: httpx.Response, status: int, code: str) -> None:
    answer = response.json()
    error = answer["errors"][0]
    assert (response.status_code, error["extensions"]["code"]) == (status, code)
    assert "data" not in answer
    assert error["extensions"]["retryable"] is CODES[code].retryable
    assert error["extensions"]["docs"] == f"/#{code}"
    if CODES[code].retryable:
        assert response.headers["retry-after"] == "1"
        assert error["extensions"]["retryAfterMs"] == 1000
    assert not any(
        word in response.text for word in ("Traceback", "asyncpg", "sqlalchemy", ".py", "SELECT", "relation")
    )


def test_the_codes_are_the_documented_ones():
    assert sorted(CODES) == sorted(DOCUMENTED)
    assert {name for name, code in CODES.items() if code.retryable} == {
        "RATE_LIMITED",
        "WRITE_CONFLICT",
        "TIMEOUT",
        "UNAVAILABLE",
        "STORAGE_FULL",
    }


class OfPostgres(Exception):
    def __init__(self, sqlstate: str) -> None:
        self.sqlstate = sqlstate


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (Refused("BAD_REQUEST", "x"), "BAD_REQUEST"),
        (RequestError("BAD_CURSOR", "x"), "BAD_CURSOR"),
        (TimeoutError(), "TIMEOUT"),
        (DatabaseUnavailable(), "UNAVAILABLE"),
        (ConnectionRefusedError(), "UNAVAILABLE"),
        (FileNotFoundError(), "UNAVAILABLE"),
        (asyncpg.QueryCanceledError(), "TIMEOUT"),
        (asyncpg.LockNotAvailableError(), "WRITE_CONFLICT"),
        (asyncpg.DeadlockDetectedError(), "WRITE_CONFLICT"),
        (asyncpg.SerializationError(), "WRITE_CONFLICT"),
        (asyncpg.DiskFullError(), "STORAGE_FULL"),
        (asyncpg.TooManyConnectionsError(), "UNAVAILABLE"),
        (asyncpg.AdminShutdownError(), "UNAVAILABLE"),
        (asyncpg.ConnectionDoesNotExistError(), "UNAVAILABLE"),
        (asyncpg.StatementTooComplexError(), "QUERY_TOO_EXPENSIVE"),
        (asyncpg.UndefinedTableError(), "INTERNAL"),
        (DBAPIError("x", {}, OfPostgres("53100")), "STORAGE_FULL"),
        (DBAPIError("x", {}, OfPostgres("40P01")), "WRITE_CONFLICT"),
        (DBAPIError("x", {}, OfPostgres("08006")), "UNAVAILABLE"),
        (DBAPIError("x", {}, OfPostgres("XX000"), connection_invalidated=True), "UNAVAILABLE"),
        (DBAPIError("x", {}, OfPostgres("42P01")), "INTERNAL"),
        (KeyError("secret"), "INTERNAL"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else value,
)
def test_every_failure_has_its_code(error: Exception, code: str):
    refused = refusal_of(error)
    assert refused.code == code
    assert "secret" not in str(refused.formatted())


async def test_a_bug_is_answered_without_a_word_about_it_and_logged_with_its_place(
    graphql: Client, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    def broken(*_: Any, **__: Any) -> Any:
        raise KeyError("ada@example.com")

    monkeypatch.setattr("api.schema.reading.Reads.coerced", broken)
    telemetry.configure("info")
    try:
        response = await graphql.post(VIEWER)
    finally:
        telemetry.configure("error")
    check(response, 500, "INTERNAL")
    assert "ada@example.com" not in response.text
    written = capsys.readouterr().err
    assert "ada@example.com" not in written
    failed = orjson.loads(written.splitlines()[0])
    assert (failed["event"], failed["level"], failed["exception"]) == ("failed", "error", "builtins.KeyError")
    assert failed["request_id"] == response.headers["x-request-id"]
    assert any("reading.py" in frame for frame in failed["frames"])


async def test_a_request_that_takes_too_long_is_stopped_on_the_server_too(
    committed: Committed, superuser: asyncpg.Connection, tmp_path: Path
):
    live = Live(committed, tmp_path, request_timeout_seconds=0.3)
    headers = await live.token()
    assert (await live.post(VIEWER, headers)).status_code == 200
    async with superuser.transaction():
        await superuser.execute("LOCK TABLE accounts IN ACCESS EXCLUSIVE MODE")
        began = asyncio.get_running_loop().time()
        check(await live.post(ACCOUNTS, headers), 504, "TIMEOUT")
        check(await live.post(CREATE, headers), 504, "TIMEOUT")
        assert asyncio.get_running_loop().time() - began < 1.5
    await asyncio.sleep(0.1)
    waiting = "SELECT count(*) FROM pg_stat_activity WHERE datname = 'crm_committed' AND wait_event_type = 'Lock'"
    assert await superuser.fetchval(waiting) == 0
    assert (await live.post(ACCOUNTS, headers)).json()["data"] == {"accounts": {"nodes": []}}


async def test_a_lock_that_outlives_its_patience_is_a_conflict(
    committed: Committed, superuser: asyncpg.Connection, tmp_path: Path
):
    live = Live(committed, tmp_path)
    headers = await live.token()
    assert (await live.post(VIEWER, headers)).status_code == 200
    async with superuser.transaction():
        await superuser.execute("LOCK TABLE accounts IN ACCESS EXCLUSIVE MODE")
        check(await live.post(CREATE, headers), 409, "WRITE_CONFLICT")
    answer = (await live.post(ACCOUNTS, headers)).json()
    assert answer["data"] == {"accounts": {"nodes": []}}


async def test_connections_killed_between_requests_are_not_noticed(
    committed: Committed, superuser: asyncpg.Connection, tmp_path: Path
):
    live = Live(committed, tmp_path)
    headers = await live.token()
    for body in (VIEWER, CREATE, VIEWER, CREATE):
        await superuser.execute(KILL)
        response = await live.post(body, headers)
        assert (response.status_code, "errors" in response.json()) == (200, False)


async def test_a_database_that_is_gone_is_told_from_a_wrong_token(
    committed: Committed, cluster: Cluster, tmp_path: Path
):
    live = Live(committed, tmp_path)
    headers = await live.token()
    assert (await live.post(VIEWER, headers)).status_code == 200
    assert (await live.get("/readyz")).status_code == 200
    await operate(cluster, "ALTER DATABASE crm_committed ALLOW_CONNECTIONS false", KILL)
    other = {**headers, **bearer(tokens.new_credential(tokens.TokenKind.STAFF).text)}
    check(await live.post(VIEWER, headers), 503, "UNAVAILABLE")
    check(await live.post(CREATE, headers), 503, "UNAVAILABLE")
    check(await live.post(VIEWER, other), 503, "UNAVAILABLE")
    assert (await live.get("/livez")).status_code == 200
    await asyncio.sleep(2)
    ready = await live.get("/readyz")
    assert (ready.status_code, ready.json()) == (503, {"status": "unavailable", "problems": 1})
    await operate(cluster, "ALTER DATABASE crm_committed ALLOW_CONNECTIONS true")
    await asyncio.sleep(2)
    assert (await live.post(VIEWER, headers)).status_code == 200
    assert (await live.post(VIEWER, other)).status_code == 401
    assert (await live.get("/readyz")).status_code == 200


async def test_when_every_connection_is_busy_the_next_is_told_within_a_second(
    committed: Committed, superuser: asyncpg.Connection, tmp_path: Path
):
    live = Live(committed, tmp_path)
    headers = await live.token()
    assert (await live.post(VIEWER, headers)).status_code == 200
    async with superuser.transaction():
        await superuser.execute("LOCK TABLE accounts IN ACCESS EXCLUSIVE MODE")
        waiting = [asyncio.create_task(live.post(ACCOUNTS, headers)) for _ in range(10)]
        await asyncio.sleep(0.3)
        began = asyncio.get_running_loop().time()
        check(await live.post(CONTACTS, headers), 503, "UNAVAILABLE")
        assert asyncio.get_running_loop().time() - began < 1.3
    statuses = [answer.status_code for answer in await asyncio.gather(*waiting)]
    assert statuses.count(503) == 2  # of the ten connections a tenant has eight
    assert set(statuses) <= {200, 409, 503}


async def test_who_has_spent_everything_is_told_when_to_come_back(committed: Committed, tmp_path: Path):
    live = Live(committed, tmp_path, max_cost=10, rate_burst=12, rate_points_per_second=1)
    headers = await live.token()
    three = {"query": "{ viewer { user { id } tenant { id } } }"}
    answers = [await live.post(three, headers) for _ in range(12)]
    refused = next(response for response in answers if response.status_code != 200)
    (error,) = refused.json()["errors"]
    assert (refused.status_code, error["extensions"]["code"]) == (429, "RATE_LIMITED")
    assert error["extensions"]["retryable"] is True
    assert 0 < error["extensions"]["retryAfterMs"] <= 1_000 * int(refused.headers["retry-after"]) <= 4_000
    assert "data" not in refused.json()
    cost = refused.json()["extensions"]["cost"]
    assert (cost["requested"], cost["actual"], cost["limit"], cost["restorePerSecond"]) == (3, 0, 12, 1)
    assert cost["remaining"] < 3
    assert refused.headers["ratelimit"] == f'"points";r={cost["remaining"]};t={12 - cost["remaining"]}'
    dear = await live.post({"query": "{ accounts(first: 10) { nodes { id } } }"}, headers)
    check(dear, 200, "QUERY_TOO_EXPENSIVE")  # no waiting helps
    await asyncio.sleep(int(refused.headers["retry-after"]))
    assert (await live.post(three, headers)).status_code == 200


def test_a_message_echoes_little_and_guesses_nothing():
    assert errors.shortened("Cannot query field 'x'. Did you mean 'y' or 'z'?") == "Cannot query field 'x'."
    assert len(errors.shortened("a" * 10_000)) == 100
    assert len(errors.shortened("a b " * 10_000)) == 300
