"""Six hundred requests of ten tenants; `make pool-hop` makes ten thousand of fifty."""

from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest

from api.db.urls import Urls
from tests.access.pool_hop import DATABASE, run
from tests.access.watched import SETTINGS, Guard, WatchedReads
from tests.cluster import Cluster


@pytest.fixture
def migrated(cluster: Cluster, template: str) -> Iterator[str]:
    cluster.create_database(DATABASE, template)
    yield DATABASE
    cluster.drop_database(DATABASE)


@pytest.mark.proof
async def test_tenants_who_share_two_connections_never_see_each_other_and_leave_nothing_behind(
    cluster: Cluster, migrated: str, tmp_path: Path
):
    result = await run(cluster, migrated, tmp_path, requests=600, tenants=10)
    assert result.foreign == []
    assert result.left == []
    assert result.unknown == set()
    assert result.last_line == "pool-hop: 600 requests, 10 tenants, 0 foreign rows, 0 settings left"
    assert result.looks > 400
    assert result.outcomes["answered"] > 150
    assert result.outcomes["cancelled"] > 50
    for outcome in ("22012", "23505", "55P03", "57014"):  # division by zero, duplicate key, lock, statement time-out
        assert result.outcomes[f"failed with {outcome}"] > 0, outcome
    assert result.outcomes["status 504"] > 0


@pytest.mark.parametrize("name", SETTINGS)
async def test_the_guard_notices_a_setting_that_a_request_leaves(database: Urls, name: str):
    pool = WatchedReads(database.app, Guard("crm_app"), size=1)
    await pool.open()
    await pool.fetch("SELECT set_config($1, $2, false)", [name, "01980000-0000-7000-8000-000000000000"])
    await pool.look()
    await pool.close()
    assert len(pool.guard.left) == 1
    assert "01980000" in pool.guard.left[0]


async def test_the_guard_notices_an_open_transaction_a_lock_and_a_changed_setting(database: Urls):
    for statement in ("BEGIN", "SELECT pg_advisory_lock(7242)", "SET work_mem = '1MB'", "LISTEN crm"):
        pool = WatchedReads(database.app, Guard("crm_app"), size=1)
        await pool.open()
        reader: asyncpg.Connection = pool._idle[0].connection
        await reader.execute(statement)
        await pool.look()
        await pool.close()
        assert len(pool.guard.left) == 1, statement
