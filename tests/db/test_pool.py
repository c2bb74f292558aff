"""The read pool on a real PostgreSQL: what it keeps, what it survives, what it refuses."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest

from api.db.pool import DatabaseUnavailable, ReadPool, WrongArguments
from api.db.urls import Urls
from tests.cluster import Cluster

PREPARED = "SELECT count(*)::text FROM pg_prepared_statements"


@pytest.fixture
async def pool(database: Urls) -> AsyncIterator[ReadPool]:
    pool = ReadPool(database.app, size=2, statements=3, wait_seconds=0.2)
    await pool.open()
    yield pool
    await pool.close()


@pytest.fixture
async def superuser(cluster: Cluster) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(cluster.superuser_url())
    yield connection
    await connection.close()


async def pids(pool: ReadPool) -> set[bytes]:
    """The server processes behind the pool's two connections."""
    sleepy = "SELECT pg_backend_pid()::text FROM pg_sleep(0.05)"
    return set(await asyncio.gather(pool.fetch(sleepy, []), pool.fetch(sleepy, [])))


async def test_text_comes_as_the_bytes_of_its_utf_8_form(pool: ReadPool):
    assert await pool.fetch("SELECT $1::text || ' Łódź'", ["Émile"]) == "Émile Łódź".encode()
    assert await pool.fetch("SELECT row_to_json(r)::text FROM (SELECT 1 AS a, NULL AS b) r", []) == b'{"a":1,"b":null}'


async def test_a_statement_is_prepared_once_and_the_least_used_is_let_go(pool: ReadPool):
    for _ in range(5):
        await pool.fetch("SELECT 'a'", [])
    assert await pool.fetch(PREPARED, []) == b"2"
    for text in "bcdef":
        await pool.fetch(f"SELECT '{text}'", [])
    # Three are held; the one let go last is closed on the server with the next prepare.
    assert int(await pool.fetch(PREPARED, [])) <= 4


async def test_reads_one_after_the_other_share_one_connection(pool: ReadPool):
    seen = {await pool.fetch("SELECT pg_backend_pid()::text", []) for _ in range(10)}
    assert len(seen) == 1


async def test_every_statement_is_shown_to_those_who_watch(pool: ReadPool):
    seen = []
    pool.on_statement.append(lambda sql, args: seen.append((sql, list(args))))
    await pool.fetch("SELECT $1::text", ["x"])
    assert seen == [("SELECT $1::text", ["x"])]


async def test_a_read_leaves_no_setting_behind(pool: ReadPool):
    await pool.fetch("SELECT set_config('crm.tenant', $1, true)", ["a"])
    assert await pool.fetch("SELECT coalesce(current_setting('crm.tenant', true), '')", []) == b""


async def test_a_failed_statement_costs_no_connection(pool: ReadPool):
    before = await pids(pool)
    with pytest.raises(asyncpg.DivisionByZeroError):
        await pool.fetch("SELECT (1 / $1::int)::text", [0])
    with pytest.raises(WrongArguments, match="expects 1 argument"):
        await pool.fetch("SELECT $1::text", [])
    assert await pids(pool) == before


async def test_connections_that_died_are_replaced_without_an_error(pool: ReadPool, superuser: asyncpg.Connection):
    before = await pids(pool)
    for pid in before:
        await superuser.execute("SELECT pg_terminate_backend($1)", int(pid))
    after = await pids(pool)
    assert len(after) == 2
    assert not after & before


async def test_a_cancelled_read_stops_on_the_server_and_keeps_its_connection(
    pool: ReadPool, superuser: asyncpg.Connection
):
    pid = int(await pool.fetch("SELECT pg_backend_pid()::text", []))
    reading = asyncio.create_task(pool.fetch("SELECT pg_sleep(30)::text", []))
    await asyncio.sleep(0.1)
    reading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reading
    assert int(await pool.fetch("SELECT pg_backend_pid()::text", [])) == pid
    assert await superuser.fetchval("SELECT state FROM pg_stat_activity WHERE pid = $1", pid) == "idle"


async def test_a_read_that_gets_no_turn_in_time_is_refused_and_later_ones_are_served(pool: ReadPool):
    slow = [asyncio.create_task(pool.fetch("SELECT pg_sleep(0.5)::text", [])) for _ in range(2)]
    await asyncio.sleep(0.05)
    with pytest.raises(DatabaseUnavailable, match="busy"):
        await pool.fetch("SELECT 'x'", [])
    await asyncio.gather(*slow)
    assert await pool.fetch("SELECT 'x'", []) == b"x"


async def test_without_a_server_attempts_pause_and_then_go_on(tmp_path: Path, database: Urls):
    pool = ReadPool(f"postgresql://crm_app@/crm?host={tmp_path}", size=2)
    for _ in range(20):
        with pytest.raises(DatabaseUnavailable):
            await pool.fetch("SELECT 'x'", [])
    await asyncio.sleep(0.12)
    pool._url = database.app
    await pool.open()
    assert await pool.fetch("SELECT 'x'", []) == b"x"
    await pool.close()


async def test_a_closed_pool_leaves_no_connection_on_the_server(pool: ReadPool, superuser: asyncpg.Connection):
    running = await pids(pool)
    reading = asyncio.create_task(pool.fetch("SELECT pg_sleep(0.2)::text", []))
    await asyncio.sleep(0.05)
    await pool.close()
    assert await reading == b""
    await asyncio.sleep(0.1)
    left = await superuser.fetchval(
        "SELECT count(*) FROM pg_stat_activity WHERE pid = ANY ($1)", [int(pid) for pid in running]
    )
    assert left == 0


async def test_a_read_that_answers_with_nothing_is_a_bug(pool: ReadPool):
    with pytest.raises(TypeError, match="one text"):
        await pool.fetch("SELECT NULL::text", [])
