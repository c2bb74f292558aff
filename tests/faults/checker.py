"""The independent checker: a process of its own that believes the ledger and the database, and nothing of the product.

It reads as the superuser, whom row-level security does not bind. Its order is a JSON object on standard input; its
answer, `violations` and `notes`, is one on standard output. Invariants are those of the design by their numbers.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg

QUIET_SECONDS = 5.0  # until nothing of the product is in a transaction any more
SPARE = 6  # backends beside the pools: a look at readiness, a LISTEN, a connection about to end
TABLES = {"con": "contacts", "opp": "opportunities", "acc": "accounts", "prd": "products"}
MADE = {"contact": ("contacts", "last_name"), "account": ("accounts", "name"), "opportunity": ("opportunities", "name")}
SHOWN = 5

VERSIONED = """
SELECT c.relname::text AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p')
   AND (SELECT count(*) FROM pg_attribute a WHERE a.attrelid = c.oid AND NOT a.attisdropped
           AND a.attname IN ('tenant_id', 'id', 'version', 'created_at', 'updated_at', 'archived_at')) = 6
"""
# What the tests put there without history stays at version 1.
HISTORY = """
SELECT t.id, t.version, o.versions FROM {table} t LEFT JOIN LATERAL (
  SELECT array_agg(o.version ORDER BY o.version) AS versions FROM outbox o
   WHERE o.tenant_id = t.tenant_id AND o.aggregate_id = t.id) o ON true
 WHERE (o.versions IS NOT NULL OR t.version > 1 OR t.created_at <> timestamptz '2026-03-02 09:15Z')
   AND o.versions IS DISTINCT FROM (SELECT array_agg(n ORDER BY n) FROM generate_series(1, t.version) AS n)
"""
TRAILS = """
SELECT coalesce(e.object_id, o.aggregate_id) AS id, coalesce(e.version, o.version) AS version,
       e.id IS NULL AS no_audit, o.event_id IS NULL AS no_event, v.id IS NULL AS no_values
  FROM change_events e FULL JOIN outbox o
    ON o.tenant_id = e.tenant_id AND o.aggregate_id = e.object_id AND o.version = e.version
  LEFT JOIN change_values v ON v.tenant_id = e.tenant_id AND v.id = e.id
 WHERE e.id IS NULL OR o.event_id IS NULL OR v.id IS NULL LIMIT 20
"""
ORPHANS = """
SELECT o.aggregate_type, o.aggregate_id FROM outbox o
 WHERE NOT EXISTS (SELECT FROM ({records}) r WHERE r.tenant_id = o.tenant_id AND r.id = o.aggregate_id) LIMIT 20
"""
BUSY = """
SELECT pid, state, left(query, 80) AS query FROM pg_stat_activity
 WHERE datname = current_database() AND usename LIKE 'crm\\_%' AND state <> 'idle'
"""
BACKENDS = """
SELECT usename::text AS name, count(*) AS count FROM pg_stat_activity
 WHERE datname = current_database() AND usename LIKE 'crm\\_%' GROUP BY 1
"""

COUNTED = """
SELECT id, kind, state, total, applied, skipped, rejected, last_error FROM jobs WHERE total IS NOT NULL
"""
# A job that is done has come to the last of its positions, so that it began `total` before the end of its range.
REPLAYED = """
SELECT j.id, j.applied, r.wanted, r.there, r.made
  FROM jobs j JOIN webhook_endpoints e ON e.tenant_id = j.tenant_id AND e.id = j.subject_id
 CROSS JOIN LATERAL (
   SELECT count(*) FILTER (WHERE fits) AS wanted, count(*) AS there,
          count(*) FILTER (WHERE fits AND sent) AS made
     FROM (SELECT e.objects = '{}' OR o.aggregate_type = ANY (e.objects) AS fits,
                  EXISTS (SELECT FROM webhook_deliveries d WHERE d.tenant_id = o.tenant_id AND d.endpoint_id = e.id
                             AND d.event_id = o.event_id AND d.position = o.position) AS sent
             FROM outbox o WHERE o.tenant_id = j.tenant_id
              AND o.position <= (j.payload ->> 'through')::bigint
              AND o.position > (j.payload ->> 'through')::bigint - j.total) one) r
 WHERE j.kind = 'webhooks.replay' AND j.state = 'DONE' AND j.rejected = 0
"""

Entry = dict[str, Any]


class Findings:
    def __init__(self, order: Mapping[str, Any]) -> None:
        self.order = order
        self.violations: list[str] = []
        self.notes: list[str] = []
        self.asked: dict[str, Entry] = {}
        self.told: dict[str, Entry] = {}
        self._blamed: dict[str, int] = defaultdict(int)

    def blame(self, invariant: str, text: str) -> None:
        """The first few of each kind; of the rest how many there are."""
        self._blamed[invariant] += 1
        if self._blamed[invariant] <= SHOWN:
            self.violations.append(f"{invariant}: {text}")

    def read_ledger(self) -> None:
        for line in Path(self.order["ledger"]).read_text("utf8").splitlines():
            entry = json.loads(line)
            if "asked" in entry:
                self.asked[entry["asked"]] = entry
            else:
                self.told[entry["told"]] = entry

    def close(self) -> None:
        for invariant, count in self._blamed.items():
            if count > SHOWN:
                self.violations.append(f"{invariant}: … and {count - SHOWN} more")


async def durability(connection: asyncpg.Connection, found: Findings) -> None:
    """I1: what was acknowledged is there, at least at the version that was told."""
    done = [one for one in found.told.values() if one["what"] == "done" and one.get("id")]
    by_table: dict[str, dict[UUID, Entry]] = defaultdict(dict)
    for one in done:
        prefix, _, hexadecimal = one["id"].partition("_")
        known = by_table[TABLES[prefix]]
        id = UUID(hexadecimal)
        if one.get("version", 0) >= known.get(id, {}).get("version", 0):
            known[id] = one
    for table, wanted in by_table.items():
        rows = await connection.fetch(f"SELECT id, version FROM {table} WHERE id = ANY($1)", list(wanted))
        there = {row["id"]: row["version"] for row in rows}
        for id, one in wanted.items():
            if id not in there:
                found.blame("I1", f"{one['told']} was acknowledged and is not in {table}")
            elif there[id] < one.get("version", 0):
                found.blame("I1", f"{one['told']} made version {one['version']}, {table} has {there[id]}")


async def effects(connection: asyncpg.Connection, found: Findings) -> None:
    """I2: nothing is there twice, and nothing of what was refused."""
    for kind, (table, column) in MADE.items():
        names = [name for name, one in found.asked.items() if one["kind"] == kind]
        rows = await connection.fetch(
            f"SELECT {column} AS name, count(*) AS count FROM {table} WHERE {column} = ANY($1) GROUP BY 1", names
        )
        for row in rows:
            told = found.told.get(row["name"], {}).get("what")
            if row["count"] > 1:
                found.blame("I2", f"{row['name']} was asked for once and is there {row['count']} times")
            if told == "refused":
                found.blame("I2", f"{row['name']} was refused, with the promise that nothing changed, and is there")


async def keys(connection: asyncpg.Connection, found: Findings) -> None:
    """I2 and I6: a key has its result, and it is the one that was told."""
    started = await connection.fetchval("SELECT count(*) FROM idempotency_keys WHERE result IS NULL")
    if started:
        found.blame("I6", f"{started} idempotency keys have no result")
    rows = await connection.fetch("SELECT key, result FROM idempotency_keys")
    stored = {row["key"]: json.loads(row["result"] or "{}").get("id") for row in rows}
    for name, entry in found.asked.items():
        told, key = found.told.get(name), entry.get("key")
        if told is None or told["what"] != "done" or not key or not told.get("id"):
            continue
        if stored.get(key) is None:
            found.blame("I2", f"{name} was acknowledged and its key is not stored")
        elif UUID(stored[key]).hex != told["id"].partition("_")[2]:
            found.blame("I2", f"{name} was told {told['id']}, its key stands for {stored[key]}")


async def trails(connection: asyncpg.Connection, found: Findings) -> None:
    """I3 and I11: versions from 1 without a gap in outbox and audit, and nothing in them without a record."""
    tables = [row["name"] for row in await connection.fetch(VERSIONED)]
    for table in tables:
        for row in await connection.fetch(HISTORY.format(table=table)):
            found.blame("I3", f"{table} {row['id']} is at {row['version']}, its events are {row['versions']}")
    for row in await connection.fetch(TRAILS):
        missing = [name for name in ("no_audit", "no_event", "no_values") if row[name]]
        found.blame("I11", f"{row['id']} version {row['version']}: {' '.join(missing)}")
    records = " UNION ALL ".join(f"SELECT tenant_id, id FROM {table}" for table in tables)
    for row in await connection.fetch(ORPHANS.format(records=records)):
        found.blame("I3", f"an event of {row['aggregate_type']} {row['aggregate_id']}, which does not exist")


async def bulk(connection: asyncpg.Connection, found: Findings) -> None:
    """I8: what a job has done, left out and refused is all there was; and it has done what it says."""
    for row in await connection.fetch(COUNTED):
        name, counted = f"{row['kind']} {row['id']}", row["applied"] + row["skipped"] + row["rejected"]
        if counted > row["total"] or (row["state"] == "DONE" and counted != row["total"]):
            found.blame("I8", f"{name} is {row['state']} and has counted {counted} of {row['total']}")
        if row["state"] != "DONE" and found.order.get("bulk"):
            found.blame("I6", f"{name} is {row['state']}: {row['last_error']}")
    for row in await connection.fetch(REPLAYED):
        if row["applied"] != row["there"]:
            found.blame("I8", f"{row['id']} looked at {row['applied']} events of {row['there']}")
        if row["made"] != row["wanted"]:
            found.blame("I8", f"{row['id']} made {row['made']} deliveries for {row['wanted']} events")


async def pools(connection: asyncpg.Connection, found: Findings) -> None:
    """I9: after some quiet nobody is in a transaction, and no more connections are open than the pools may have."""
    until = time.monotonic() + found.order.get("quiet", QUIET_SECONDS)
    while busy := await connection.fetch(BUSY):
        if time.monotonic() > until:
            for row in busy:
                found.blame("I9", f"backend {row['pid']} is {row['state']}: {row['query']}")
            break
        await asyncio.sleep(0.1)
    most = 2 * found.order["pool"] * found.order.get("processes", 1) + SPARE
    counts = {row["name"]: row["count"] for row in await connection.fetch(BACKENDS)}
    if sum(counts.values()) > most:
        found.blame("I9", f"{counts} backends, at most {most}")


async def tenancy(connection: asyncpg.Connection, found: Findings) -> None:
    """I10: a canary is where it was put, and nowhere else."""
    for tenant, canary in found.order.get("canaries", {}).items():
        rows = await connection.fetch("SELECT tenant_id FROM accounts WHERE name = $1", canary)
        if [row["tenant_id"] for row in rows] != [UUID(tenant)]:
            found.blame("I10", f"the account {canary!r} is in {len(rows)} tenants")


async def storage(connection: asyncpg.Connection, found: Findings) -> None:
    """I14, if asked for: checksums are on, and every index has what its table has."""
    if found.order.get("storage"):
        if await connection.fetchval("SHOW data_checksums") != "on":
            found.blame("I14", "checksums are off")
        await connection.execute("CREATE EXTENSION IF NOT EXISTS amcheck")
        rows = await connection.fetch(
            "SELECT c.oid::regclass::text AS name FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid "
            "JOIN pg_am a ON a.oid = c.relam WHERE a.amname = 'btree' AND c.relnamespace = 'public'::regnamespace "
            "AND c.relkind = 'i' AND i.indisready AND i.indisvalid"
        )
        for row in rows:
            try:
                await connection.execute(f"SELECT bt_index_check('{row['name']}', true)")
            except asyncpg.PostgresError as error:
                found.blame("I14", f"{row['name']}: {error}")
        for row in await connection.fetch(VERSIONED):
            for bad in await connection.fetch("SELECT msg FROM verify_heapam($1::regclass)", row["name"]):
                found.blame("I14", f"{row['name']}: {bad['msg']}")


CHECKS: tuple[Callable[[asyncpg.Connection, Findings], Awaitable[None]], ...] = (
    durability,
    effects,
    keys,
    trails,
    bulk,
    pools,
    tenancy,
    storage,
)


async def check(order: Mapping[str, Any]) -> Findings:
    found = Findings(order)
    found.read_ledger()
    connection = await asyncpg.connect(order["url"], timeout=10)
    try:
        for one in CHECKS:
            await one(connection, found)
    finally:
        await connection.close()
    for name in found.asked.keys() - found.told.keys():
        found.notes.append(f"{name} was under way to the end")
    found.close()
    return found


def main() -> None:
    found = asyncio.run(check(json.load(sys.stdin)))
    json.dump({"violations": found.violations, "notes": found.notes}, sys.stdout)


if __name__ == "__main__":
    main()
