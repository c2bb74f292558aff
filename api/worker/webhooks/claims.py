"""Deliveries as rows: made for relayed events, claimed with a lease, ended. All of it as `crm_worker`.

A claim takes turns: of each tenant one delivery of each endpoint, then the second of each. An endpoint has 4 requests
at a time, a tenant 20. Half of the tenant's are kept for first requests of endpoints that do well, so that receivers
who keep us waiting do not keep others waiting.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID

import asyncpg
from asyncpg.pool import PoolConnectionProxy

from api.db.pool import DatabaseUnavailable
from api.domain.webhooks import FOLLOW

from .schedule import BREAKER, LONGEST_PAUSE_SECONDS, PAUSE_SECONDS

Connection = asyncpg.Connection | PoolConnectionProxy
LOST = (OSError, DatabaseUnavailable, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError)
PER_ENDPOINT, PER_TENANT, SHARED = 4, 20, 10
LOCK = 0x63726D_776861  # "crm" "wha": claims are counted, so one is made at a time

CLAIM = f"""
WITH RECURSIVE waiting AS (
    (SELECT tenant_id, endpoint_id FROM webhook_deliveries WHERE state = 'WAITING'
      ORDER BY tenant_id, endpoint_id LIMIT 1)
    UNION ALL
    SELECT found.* FROM waiting CROSS JOIN LATERAL (
        SELECT tenant_id, endpoint_id FROM webhook_deliveries
         WHERE state = 'WAITING' AND (tenant_id, endpoint_id) > (waiting.tenant_id, waiting.endpoint_id)
         ORDER BY tenant_id, endpoint_id LIMIT 1) AS found
), busy AS MATERIALIZED (
    SELECT tenant_id, endpoint_id, count(*) AS requests FROM webhook_deliveries
     WHERE lease_until IS NOT NULL AND lease_until > now() GROUP BY tenant_id, endpoint_id
), ready AS (
    SELECT endpoint.tenant_id, endpoint.id AS endpoint_id, endpoint.ordering, health.failures > 0 AS ailing,
           coalesce(busy.requests, 0) AS requests,
           CASE WHEN health.failures >= {BREAKER} THEN 1 ELSE {PER_ENDPOINT} END AS most
      FROM waiting
      JOIN webhook_endpoints AS endpoint ON endpoint.tenant_id = waiting.tenant_id AND endpoint.id = waiting.endpoint_id
      JOIN webhook_health AS health ON health.tenant_id = endpoint.tenant_id AND health.endpoint_id = endpoint.id
      LEFT JOIN busy ON busy.tenant_id = endpoint.tenant_id AND busy.endpoint_id = endpoint.id
     WHERE endpoint.state = 'ACTIVE' AND endpoint.archived_at IS NULL
       AND (health.closed_until IS NULL OR health.closed_until <= now())
), due AS (
    SELECT ready.tenant_id, ready.ailing, found.id, found.due_at,
           ready.requests + row_number() OVER (PARTITION BY ready.tenant_id, ready.endpoint_id
                                               ORDER BY found.due_at, found.position) AS place
      FROM ready CROSS JOIN LATERAL (
        SELECT one.id, one.due_at, one.position FROM webhook_deliveries AS one
         WHERE one.tenant_id = ready.tenant_id AND one.endpoint_id = ready.endpoint_id AND one.state = 'WAITING'
           AND one.due_at <= now() AND (one.lease_until IS NULL OR one.lease_until <= now())
           AND (ready.ordering = 'NONE' OR NOT EXISTS (
                SELECT FROM webhook_deliveries AS earlier
                 WHERE earlier.tenant_id = one.tenant_id AND earlier.endpoint_id = one.endpoint_id
                   AND earlier.state = 'WAITING' AND earlier.subject = one.subject
                   AND earlier.position < one.position))
         ORDER BY one.due_at LIMIT greatest(ready.most - ready.requests, 0)) AS found
), ranked AS (
    SELECT due.*, coalesce(held.requests, 0) + row_number() OVER (PARTITION BY due.tenant_id
                                                                   ORDER BY place, ailing, due_at) AS turn
      FROM due LEFT JOIN (SELECT tenant_id, sum(requests) AS requests FROM busy GROUP BY tenant_id) AS held
        ON held.tenant_id = due.tenant_id
), chosen AS (
    SELECT tenant_id, id FROM ranked
     WHERE turn <= {PER_TENANT} AND (turn <= {SHARED} OR place = 1 AND NOT ailing)
     ORDER BY turn, due_at LIMIT $1
), locked AS (
    SELECT one.tenant_id, one.id FROM webhook_deliveries AS one
      JOIN chosen ON chosen.tenant_id = one.tenant_id AND chosen.id = one.id
       FOR UPDATE OF one SKIP LOCKED
)
UPDATE webhook_deliveries AS one
   SET lease_until = now() + $2::interval, attempts = one.attempts + 1
  FROM locked JOIN webhook_endpoints AS endpoint ON endpoint.tenant_id = locked.tenant_id
 WHERE one.tenant_id = locked.tenant_id AND one.id = locked.id AND endpoint.id = one.endpoint_id
RETURNING one.tenant_id AS tenant, one.id, one.endpoint_id AS endpoint, one.position, one.object, one.types,
          one.occurred_at, one.attempts, one.lease_until AS lease,
          endpoint.version, endpoint.url, endpoint.document, endpoint.changed_fields,
          ARRAY(SELECT unnest(event.changed) FROM outbox AS event
                 WHERE event.tenant_id = one.tenant_id AND event.event_id = one.event_id) AS changed,
          ARRAY(SELECT secret.id FROM webhook_secrets AS secret
                 WHERE secret.tenant_id = one.tenant_id AND secret.endpoint_id = one.endpoint_id
                   AND (secret.expires_at IS NULL OR secret.expires_at > now())
                 ORDER BY secret.id DESC) AS secret_ids,
          ARRAY(SELECT secret.sealed FROM webhook_secrets AS secret
                 WHERE secret.tenant_id = one.tenant_id AND secret.endpoint_id = one.endpoint_id
                   AND (secret.expires_at IS NULL OR secret.expires_at > now())
                 ORDER BY secret.id DESC) AS sealed
"""  # noqa: S608 - constants of ours

# The instant at which it ends is the proof that the lease is still ours: numbers of attempts come again. A row that was
# begun anew meanwhile has another number, and goes on as such. What was held back was no attempt.
ENDED = """
UPDATE webhook_deliveries
   SET state = $4, attempts = attempts - CASE WHEN $10 THEN 1 ELSE 0 END, lease_until = NULL,
       due_at = CASE WHEN $4 = 'WAITING' THEN now() + $5 ELSE due_at END,
       status = $6, error = left($7, 200), duration_ms = $8, excerpt = left($9, 1000),
       finished_at = CASE WHEN $4 = 'WAITING' THEN NULL ELSE now() END
 WHERE tenant_id = $1 AND id = $2 AND attempts = $3 AND lease_until = $11 AND state = 'WAITING'
"""
WORKED = """
UPDATE webhook_health SET failures = 0, failing_since = NULL, closed_until = NULL, succeeded_at = now()
 WHERE tenant_id = $1 AND endpoint_id = $2
   AND (failures > 0 OR succeeded_at IS NULL OR succeeded_at < now() - interval '10 seconds')
"""
FAILED = f"""
UPDATE webhook_health
   SET failures = least(failures, 1000000) + 1, failing_since = coalesce(failing_since, now()),
       closed_until = CASE WHEN failures + 1 >= {BREAKER} THEN now() + interval '1 second' * least(
           {LONGEST_PAUSE_SECONDS}, {PAUSE_SECONDS} * power(2, least(failures + 1 - {BREAKER}, 10))) END
 WHERE tenant_id = $1 AND endpoint_id = $2
RETURNING now() - failing_since AS failing_for
"""  # noqa: S608 - constants of ours
RELEASE = """
UPDATE webhook_deliveries SET lease_until = NULL
 WHERE (tenant_id, id, lease_until) IN (SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::timestamptz[]))
"""


@dataclass(frozen=True, slots=True)
class Claim:
    """A delivery that is ours until `lease`. `attempts` counts the present one, `version` is the endpoint's."""

    tenant: UUID
    id: UUID
    endpoint: UUID
    position: int | None
    object: str | None
    types: Sequence[str]
    occurred_at: datetime
    attempts: int
    lease: datetime
    version: int
    url: str
    document: str
    changed_fields: Sequence[str]
    changed: Sequence[str]
    secret_ids: Sequence[UUID]
    sealed: Sequence[bytes]


class Relayed(Protocol):
    """What is needed of a relayed event."""

    @property
    def tenant(self) -> UUID: ...
    @property
    def event_id(self) -> UUID: ...


async def follow(connection: Connection, batch: Sequence[Relayed]) -> None:
    """Make the deliveries of events, in the transaction that gives them their positions."""
    await connection.execute(FOLLOW, [event.tenant for event in batch], [event.event_id for event in batch])


async def claim(connection: Connection, most: int, lease: timedelta) -> list[Claim]:
    """Take at most so many deliveries that are due, in turns."""
    async with connection.transaction():
        await connection.execute("SELECT pg_advisory_xact_lock($1)", LOCK)
        return [Claim(**row) for row in await connection.fetch(CLAIM, most, lease)]


async def release(connection: Connection, claims: Sequence[Claim]) -> None:
    """Give back what was begun and will not be ended here."""
    given = [[getattr(one, name) for one in claims] for name in ("tenant", "id", "lease")]
    await connection.execute(RELEASE, *given)
