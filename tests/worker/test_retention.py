"""What is old goes by its age, in batches, and whoever reads the feed too late is told."""

import asyncio
from datetime import timedelta

import asyncpg

from api.worker.retention import delete_old, prune
from tests.conftest import Committed
from tests.db.sessions import ask
from tests.worker.test_relay import connected

OUTBOX = """
INSERT INTO outbox (tenant_id, event_id, aggregate_type, aggregate_id, version, types, schema_version, actor, changed,
                    payload, occurred_at, position)
SELECT $1, (lpad(to_hex((extract(epoch FROM clock_timestamp() - $2::interval) * 1000)::bigint), 12, '0')
            || lpad(to_hex(n), 20, '0'))::uuid,
       'contact', gen_random_uuid(), 1, '{contact.created}', 1, '{}', '{}', '{}',
       clock_timestamp() - interval '1 year', n
  FROM generate_series($3::bigint, $4::bigint) AS n"""
KEYS = """
INSERT INTO idempotency_keys (tenant_id, principal_id, key, operation, fingerprint, created_at)
SELECT $1, gen_random_uuid(), 'a used key ' || n, 'x', '', clock_timestamp() - make_interval(hours => n)
  FROM generate_series(70, 75) AS n"""
JOBS = """
INSERT INTO jobs (tenant_id, id, kind, key, payload, due_at, state, attempts, crashes, created_at, finished_at)
SELECT $1, gen_random_uuid(), 'test', state || hours, '{}', clock_timestamp(), state, 1, 0, clock_timestamp(),
       CASE WHEN state NOT IN ('WAITING', 'RUNNING') THEN clock_timestamp() - make_interval(hours => hours) END
  FROM unnest('{WAITING,RUNNING,DONE,FAILED,QUARANTINED}'::text[]) AS state, unnest('{1,25,721}'::int[]) AS hours"""
QUEUE = """
INSERT INTO crm_queue.pgqueuer (priority, entrypoint, status, created)
SELECT 0, 'gone', 'queued', clock_timestamp() - make_interval(hours => hours) FROM unnest('{1,25}'::int[]) AS hours"""
LOG = """
INSERT INTO crm_queue.pgqueuer_log (job_id, status, priority, entrypoint, created)
SELECT 1, 'successful', 0, 'gone', clock_timestamp() - make_interval(hours => hours)
  FROM unnest('{1,25}'::int[]) AS hours"""


async def test_old_events_go_in_batches_and_the_feed_knows_how_far(committed: Committed):
    statements: list[str] = []
    owner = await asyncpg.connect(committed.superuser_url)
    await owner.execute("INSERT INTO feed_heads (tenant_id, position) VALUES ($1, 30)", committed.tenant.id)
    await owner.execute(OUTBOX, committed.tenant.id, timedelta(days=31), 1, 20)
    await owner.execute(OUTBOX, committed.tenant.id, timedelta(days=29), 21, 30)
    await owner.close()

    async with connected(committed.urls.worker) as connection:
        connection.add_query_logger(lambda query: statements.append(query.query))
        assert await prune(connection, asyncio.Event(), 8) == 20
        assert await prune(connection, asyncio.Event(), 8) == 0

    assert sum("DELETE FROM outbox" in one for one in statements) == 3  # 8, 8 and 4
    assert await ask(committed.urls.worker, "SELECT pruned FROM feed_heads") == 20
    kept = "SELECT array_agg(position ORDER BY position) FROM outbox"
    assert await ask(committed.urls.worker, kept) == list(range(21, 31))


async def test_what_is_done_used_or_forgotten_goes_by_its_age(committed: Committed):
    owner = await asyncpg.connect(committed.superuser_url)
    await owner.execute(KEYS, committed.tenant.id)
    await owner.execute(JOBS, committed.tenant.id)
    await owner.execute("UPDATE jobs SET total = 1 WHERE key = 'DONE25'")
    await owner.execute(QUEUE)
    await owner.execute(LOG)

    async with connected(committed.urls.worker) as connection:
        counts = await delete_old(connection, asyncio.Event(), batch=2)
        assert await delete_old(connection, asyncio.Event(), batch=2) == {}

    assert counts == {
        "idempotency keys": 4,
        "jobs that are done": 1,
        "jobs that were given up or counted": 2,
        "wake-ups that woke nobody": 1,
        "the log of wake-ups": 1,
    }
    keys = await owner.fetchval("SELECT array_agg(key ORDER BY key) FROM idempotency_keys")
    assert keys == ["a used key 70", "a used key 71"]
    jobs = await owner.fetchval("SELECT string_agg(key, ' ' ORDER BY key) FROM jobs WHERE finished_at IS NOT NULL")
    assert jobs == "DONE1 DONE25 FAILED1 FAILED25 QUARANTINED1 QUARANTINED25"
    assert await owner.fetchval("SELECT count(*) FROM jobs WHERE finished_at IS NULL") == 6
    await owner.close()
