"""The bare limit: an ASGI function that runs a read written by hand, for one tenant, and returns PostgreSQL's bytes.

No token, no row-level security, no limits, no log: what the same uvicorn and the same driver can do at most.
`python -m tests.bench.limit`, with BENCH_DATABASE_URL, BENCH_PORT and BENCH_POOL.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import asyncpg
import orjson
import uvicorn
from uuid_utils.compat import uuid7


def id_of(prefix: str, column: str) -> str:
    return f"'{prefix}_' || encode(uuid_send({column}), 'hex')"


MOMENT = "rtrim(rtrim(to_char(timezone('UTC', {0}), 'YYYY-MM-DD\"T\"HH24:MI:SS.US'), '0'), '.') || 'Z'"
OWNER = f"CASE WHEN u.id IS NOT NULL THEN json_build_object('id', {id_of('usr', 'u.id')}, 'name', u.name) END"

Q1 = f"""
SELECT json_build_object('contacts', json_build_object('nodes', coalesce(json_agg(row_to_json(r)), '[]')))::text
FROM (
  SELECT {id_of("con", "c.id")} AS id, c.first_name AS "firstName", c.last_name AS "lastName", c.email,
         {MOMENT.format("c.created_at")} AS "createdAt",
         CASE WHEN a.id IS NOT NULL
              THEN json_build_object('id', {id_of("acc", "a.id")}, 'name', a.name, 'owner', {OWNER}) END AS account
    FROM (SELECT * FROM contacts WHERE tenant_id = $1 AND archived_at IS NULL
           ORDER BY created_at DESC, id DESC LIMIT 50) c
    LEFT JOIN accounts a ON a.tenant_id = $1 AND a.id = c.account_id
    LEFT JOIN users u ON u.tenant_id = $1 AND u.id = a.owner_id
   ORDER BY c.created_at DESC, c.id DESC) r
"""

Q2 = f"""
SELECT json_build_object('accounts', json_build_object('nodes', coalesce(json_agg(row_to_json(r)), '[]')))::text
FROM (
  SELECT {id_of("acc", "a.id")} AS id, a.name, {OWNER} AS owner,
         (SELECT json_build_object('nodes', coalesce(json_agg(json_build_object('contact',
                   json_build_object('id', {id_of("con", "k.id")}, 'lastName', k.last_name))), '[]'))
            FROM (SELECT c.id, c.last_name
                    FROM account_contacts j JOIN contacts c ON c.tenant_id = $1 AND c.id = j.contact_id
                   WHERE j.tenant_id = $1 AND j.account_id = a.id AND j.archived_at IS NULL
                   ORDER BY c.name_sort, j.id LIMIT 10) k) AS contacts,
         (SELECT json_build_object('nodes', coalesce(json_agg(json_build_object(
                   'id', {id_of("opp", "o.id")}, 'name', o.name, 'closeDate', o.close_date,
                   'stage', json_build_object('id', {id_of("stg", "s.id")}, 'name', s.name))
                   ORDER BY o.close_date, o.id), '[]'))
            FROM (SELECT id, name, close_date, stage_id FROM opportunities
                   WHERE tenant_id = $1 AND account_id = a.id AND archived_at IS NULL
                   ORDER BY close_date, id LIMIT 5) o
            JOIN stages s ON s.tenant_id = $1 AND s.id = o.stage_id) AS opportunities
    FROM (SELECT * FROM accounts WHERE tenant_id = $1 AND archived_at IS NULL
           ORDER BY name_sort, id LIMIT 20) a
    LEFT JOIN users u ON u.tenant_id = $1 AND u.id = a.owner_id
   ORDER BY a.name_sort, a.id) r
"""

Q3 = f"""
SELECT json_build_object('account', (
  SELECT json_build_object('id', {id_of("acc", "a.id")}, 'name', a.name, 'type', a.type, 'industry', a.industry,
           'owner', CASE WHEN u.id IS NOT NULL THEN
             json_build_object('id', {id_of("usr", "u.id")}, 'name', u.name, 'email', u.email) END)
    FROM accounts a LEFT JOIN users u ON u.tenant_id = $1 AND u.id = a.owner_id
   WHERE a.tenant_id = $1 AND a.id = $2))::text
"""

PAGE = f"""
SELECT json_build_object('opportunities', json_build_object(
  'nodes', (
    SELECT coalesce(json_agg(json_build_object(
             'id', {id_of("opp", "o.id")}, 'name', o.name, 'closeDate', o.close_date,
             'account', CASE WHEN a.id IS NOT NULL THEN
               json_build_object('id', {id_of("acc", "a.id")}, 'name', a.name) END,
             'stage', json_build_object('id', {id_of("stg", "s.id")}, 'name', s.name))
             ORDER BY o.close_date, o.id), '[]')
      FROM (SELECT * FROM opportunities
             WHERE tenant_id = $1 AND archived_at IS NULL AND status = 'OPEN' AND owner_id = $2
             ORDER BY close_date, id LIMIT 25) o
      LEFT JOIN accounts a ON a.tenant_id = $1 AND a.id = o.account_id
      JOIN stages s ON s.tenant_id = $1 AND s.id = o.stage_id),
  'totalCount', json_build_object('value', (
    SELECT count(*) FROM opportunities
     WHERE tenant_id = $1 AND archived_at IS NULL AND status = 'OPEN' AND owner_id = $2))))::text
"""

AGGREGATE = f"""
SELECT json_build_object('opportunitiesAggregate', coalesce(json_agg(json_build_object(
  'keys', json_build_array(json_build_object('value', {id_of("stg", "g.stage_id")})), 'count', g.count,
  'amounts', json_build_array(json_build_object('currency', g.currency, 'sum',
    json_build_object('amount', to_char(g.sum / 100.0, 'FM999999999999990.00')))))), '[]'))::text
FROM (SELECT stage_id, currency, count(*), sum(amount_minor) FROM opportunities
       WHERE tenant_id = $1 AND archived_at IS NULL GROUP BY stage_id, currency) g
"""

CREATE = f"""
WITH made AS (
  INSERT INTO contacts (tenant_id, id, name, name_sort, first_name, last_name, last_name_sort, email, email_sort,
                        email_norm, account_id, owner_id, version, created_at, updated_at)
  VALUES ($1, $2, $3 || ' ' || $4, lower($3 || ' ' || $4), $3, $4, lower($4), $5, $5, $5, $6, NULL, 1, $7, $7)
  RETURNING *)
SELECT json_build_object('contactCreate', json_build_object('contact', json_build_object(
         'id', {id_of("con", "m.id")}, 'firstName', m.first_name, 'lastName', m.last_name, 'email', m.email,
         'account', json_build_object('id', {id_of("acc", "a.id")}, 'name', a.name))))::text
  FROM made m LEFT JOIN accounts a ON a.tenant_id = $1 AND a.id = m.account_id
"""


def uuid_of(text: str) -> UUID:
    return UUID(text[4:])


def new_contact(v: Any) -> tuple[Any, ...]:
    given = v["input"]
    account = uuid_of(given["account"]["id"])
    return (uuid7(), given["firstName"], given["lastName"], given["email"], account, datetime.now(UTC))


READS: Mapping[str, tuple[str, Callable[[Any], tuple[Any, ...]]]] = {
    "/q1": (Q1, lambda _: ()),
    "/q2": (Q2, lambda _: ()),
    "/q3": (Q3, lambda v: (uuid_of(v["id"]),)),
    "/page": (PAGE, lambda v: (uuid_of(v["owner"]),)),
    "/aggregate": (AGGREGATE, lambda _: ()),
    "/create": (CREATE, new_contact),
}
HEADERS = [(b"content-type", b"application/json")]


class Limit:
    def __init__(self, url: str, pool: int) -> None:
        self.url, self.size = url, pool
        self.connections: list[asyncpg.Connection] = []
        self.idle: list[dict[str, Any]] = []
        self.turns = asyncio.Semaphore(pool)

    async def open(self) -> None:
        for _ in range(self.size):
            connection = await asyncpg.connect(self.url, statement_cache_size=0)
            self.connections.append(connection)
            for name in ("text", "varchar", "json"):
                await connection.set_type_codec(
                    name, schema="pg_catalog", encoder=str.encode, decoder=bytes, format="binary"
                )
            self.idle.append({path: await connection.prepare(sql, name=path) for path, (sql, _) in READS.items()})

    async def close(self) -> None:
        for connection in self.connections:
            await connection.close()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            await receive()
            await self.open()
            await send({"type": "lifespan.startup.complete"})
            await receive()
            await self.close()
            await send({"type": "lifespan.shutdown.complete"})
            return
        body = b""
        while True:
            message = await receive()
            body += message["body"]
            if not message.get("more_body"):
                break
        path = scope["path"]
        tenant = UUID(next(value for name, value in scope["headers"] if name == b"x-tenant").decode())
        arguments = READS[path][1](orjson.loads(body)["variables"])
        async with self.turns:
            statements = self.idle.pop()
            try:
                found = await statements[path].fetchval(tenant, *arguments)
            finally:
                self.idle.append(statements)
        answer = b'{"data":' + found + b"}"
        headers = [*HEADERS, (b"content-length", str(len(answer)).encode())]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": answer})


def main() -> None:
    environment = os.environ
    limit = Limit(environment["BENCH_DATABASE_URL"], int(environment["BENCH_POOL"]))
    uvicorn.run(
        limit,
        port=int(environment["BENCH_PORT"]),
        loop="uvloop",
        http="httptools",
        access_log=False,
        log_level="warning",
        lifespan="on",
    )


if __name__ == "__main__":
    main()
