"""The desk of one tenant: what an agent's page and the look for due timers cost with many open cases.

As many cases are settled, and older. A case has a timer; DUE of them are due, the others in the days to come.
"""

from __future__ import annotations

import asyncio
import time
from datetime import timedelta
from statistics import median

import asyncpg

from api.db.urls import Urls
from api.worker.jobs import NEXT, TAKE
from tests.bench import measuring, world
from tests.bench.figures import Goal, ratio
from tests.bench.measuring import Bench
from tests.bench.servers import Server
from tests.bench.workloads import Ask, Workload

FEW, MANY = 1_000, 100_000  # open cases
QUEUES, DUE = 10, 10
SLOWER = 1.3
CLOCK = ["case.clock"]
LEASE = timedelta(minutes=1)
SWEEPS = 100  # of a round
TENANT = "pg_temp.id_of(1, 1)"

# A list of work says "100 or more": nobody counts what he will not do today.
PAGE = """
query Desk($queue: ID!) {
  cases(
    first: 25
    filter: {queue: {id: {eq: $queue}}, status: {in: [NEW, OPEN, WAITING_CUSTOMER, WAITING_THIRD_PARTY]}}
    orderBy: [{field: NEXT_DUE_AT}]
  ) {
    nodes { id number subject status priority nextDueAt account { id name } owner { id name } }
    totalCount(upTo: 100) { value isExact }
  }
}"""
FILL = f"""
INSERT INTO queues (tenant_id, id, name, name_sort, routing, version, created_at, updated_at)
SELECT {TENANT}, pg_temp.id_of(9, n), 'Queue ' || n, 'queue ' || n, 'MANUAL', 1, {world.FIRST_DAY}, {world.FIRST_DAY}
  FROM generate_series(1, {QUEUES}) AS n;

INSERT INTO cases (tenant_id, id, number, subject, subject_sort, account_id, owner_id, queue_id, origin, priority,
                   status, status_since, reopen_count, escalation_level, resolved_at, resolution_code, closed_at,
                   next_due_at, version, created_at, updated_at)
SELECT {TENANT}, pg_temp.id_of(10, n), n, 'Case ' || n, 'case ' || n, pg_temp.id_of(5, 5 * (n % 40) + 1),
       pg_temp.id_of(2, 5 * (n % 20) + 1), pg_temp.id_of(9, n % {QUEUES} + 1), 'EMAIL',
       ('{{LOW,NORMAL,HIGH,URGENT}}'::text[])[1 + n % 4],
       CASE WHEN open THEN ('{{NEW,OPEN,WAITING_CUSTOMER,WAITING_THIRD_PARTY}}'::text[])[1 + n / {QUEUES} % 4]
            ELSE 'CLOSED' END,
       at, 0, 0, CASE WHEN NOT open THEN at END, CASE WHEN NOT open THEN 'SOLVED' END, CASE WHEN NOT open THEN at END,
       CASE WHEN open THEN at + (hashint8extended(n, 1) & 1048575) * interval '1 second' END, 1, at, at
  FROM generate_series(1, 2 * $1::int) AS n,
       LATERAL (SELECT n > $1 AS open, {world.FIRST_DAY} + n * interval '1 second' AS at);

INSERT INTO jobs (tenant_id, id, kind, key, payload, due_at, state, attempts, crashes, created_at)
SELECT {TENANT}, pg_temp.id_of(11, n), 'case.clock', n::text, '{{}}',
       CASE WHEN n <= {DUE} THEN now() ELSE now() + interval '1 day' + n * interval '1 second' END,
       'WAITING', 0, 0, now()
  FROM generate_series(1, $1::int) AS n
"""


def workload() -> Workload:
    """Each queue in turn."""
    asks = tuple(Ask(0, {"queue": f"que_{world.id_of('queue', number + 1).hex}"}, {}) for number in range(QUEUES))
    return Workload("desk", "a queue's page, sorted by what is due next, counted", PAGE, "", asks)


async def fill(superuser: str, size: int) -> None:
    """Give the first tenant of a filled world so many open cases."""
    connection = await asyncpg.connect(superuser)
    try:
        await connection.execute("SET session_replication_role = replica")
        await connection.execute(world.ID_FUNCTION)
        for statement in FILL.split(";\n"):
            await connection.execute(statement.replace("$1", str(size)))
        # Rows whose commit is not on disk yet are not known as visible to all, which an index-only scan needs.
        await connection.execute("CHECKPOINT")
        await connection.execute("VACUUM ANALYZE cases, queues, jobs")
    finally:
        await connection.close()


def grown(bench: Bench, small: Server, large: Server, few: Urls, many: Urls) -> list[Goal]:
    """The same page of FEW and of MANY open cases, and the worker's look for what is due among their timers."""
    asked, title = workload(), f"{MANY:,} open cases vs {FEW:,}"
    page = measuring.times_slower(bench, title, (f"{FEW:,}", small, asked), (f"{MANY:,}", large, asked))
    sweep = asyncio.run(swept(few, many, bench.rounds))
    return [
        Goal(f"{asked.title}, {title}, time", page, SLOWER, at_most=True),
        Goal(f"the look for timers that are due, {title}, time", sweep, SLOWER, at_most=True),
    ]


async def swept(few: Urls, many: Urls, rounds: int) -> float:
    """How much longer the look takes with many timers, in turn."""
    one, other = await asyncpg.connect(few.worker), await asyncpg.connect(many.worker)
    try:
        for connection in (one, other):
            await sweep_seconds(connection)
        times = [(await sweep_seconds(other), await sweep_seconds(one)) for _ in range(rounds)]
    finally:
        await one.close()
        await other.close()
    return ratio([slow for slow, _ in times], [quick for _, quick in times])


async def sweep_seconds(connection: asyncpg.Connection) -> float:
    """The median of several; nothing stays taken."""
    found = []
    for _ in range(SWEEPS):
        turn = connection.transaction()
        await turn.start()
        started = time.perf_counter()
        taken = await connection.fetch(TAKE, LEASE, CLOCK, 100, False)
        await connection.fetchval(NEXT, CLOCK)
        found.append(time.perf_counter() - started)
        await turn.rollback()
        if len(taken) != DUE:
            raise measuring.Different(f"{len(taken)} timers are due, not {DUE}")
    return median(found)
