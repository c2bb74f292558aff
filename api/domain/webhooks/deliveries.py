"""Deliveries that people ask for: tests and replays. Those of events are made by the relay's follower."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from api.domain.kernel import Invalid, JobOptions, LimitExceeded, NotFound, Progress, Work, is_live, new_id

from .models import WebhookEndpoint, WebhookState

MOST_REPLAYED = 1_000_000
REPLAYED_AT_ONCE = 500  # in one transaction
REPLAY_JOB, BULK = "webhooks.replay", "bulk"
PREFIX = "whd"
TEST_TYPE = "webhook_endpoint.test"

# Whether an endpoint `e` wants an event: SQL over `types`, `object` and `changed` of a row `o`.
MATCHES = """
(cardinality(e.types) = 0 OR e.types && o.types)
AND (cardinality(e.objects) = 0 OR o.aggregate_type = ANY (e.objects))
AND (cardinality(e.changed_fields) = 0 OR e.changed_fields && o.changed)
"""
# A delivery begins anew, and is kept as long as a new one. A lease on it goes on: whoever has it is still sending.
DUE = "state = 'WAITING', attempts = 0, due_at = now(), finished_at = NULL, error = NULL"

COLUMNS = """tenant_id, id, endpoint_id, event_id, position, object, subject, types, occurred_at,
                                     created_at, state, attempts, due_at"""
# The id of a delivery follows from event and endpoint, so that it is the same whenever the row is made anew.
OF_EVENTS = """
SELECT o.tenant_id, overlay(md5(e.id::text || o.event_id::text) PLACING left(replace(o.event_id::text, '-', ''), 12)
                            FROM 1)::uuid,
       e.id, o.event_id, o.position, o.aggregate_type, o.aggregate_id, o.types, o.occurred_at,
       now(), 'WAITING', 0, now()
  FROM outbox AS o JOIN webhook_endpoints AS e ON e.tenant_id = o.tenant_id
"""
FOLLOW = f"""
INSERT INTO webhook_deliveries ({COLUMNS})
{OF_EVENTS} JOIN unnest($1::uuid[], $2::uuid[]) AS relayed (tenant_id, event_id)
    ON relayed.tenant_id = o.tenant_id AND relayed.event_id = o.event_id
 WHERE e.state = 'ACTIVE' AND e.archived_at IS NULL AND o.position IS NOT NULL AND {MATCHES}
    ON CONFLICT (tenant_id, endpoint_id, event_id) DO NOTHING
"""

TEST = """
INSERT INTO webhook_deliveries (tenant_id, id, endpoint_id, types, occurred_at, created_at, state, attempts, due_at)
VALUES ($1, $2, $3, ARRAY[$4], $5, now(), 'WAITING', 0, now())
"""
REPLAY = f"""
UPDATE webhook_deliveries SET {DUE} WHERE tenant_id = $1 AND endpoint_id = $2 AND id = $3 RETURNING id
"""  # noqa: S608 - constants of ours
HEAD = "SELECT position, pruned FROM feed_heads WHERE tenant_id = $1"
# How many events of a part of the range there are. How many of them are sent is nobody's to know: the endpoint may ask
# for what its reader may not see, and a range of one event would tell of it.
REPLAY_RANGE = f"""
WITH sent AS (
    INSERT INTO webhook_deliveries AS d ({COLUMNS})
    {OF_EVENTS} WHERE o.tenant_id = $1 AND e.id = $2 AND o.position > $3 AND o.position <= $4 AND {MATCHES}
        ON CONFLICT (tenant_id, endpoint_id, event_id) DO UPDATE SET {DUE})
SELECT count(*) FROM outbox WHERE tenant_id = $1 AND position > $3 AND position <= $4
"""  # noqa: S608 - constants of ours


async def send_test(work: Work, id: UUID, *, if_version: int | None = None) -> UUID:
    """Send an event that tells of nothing, to see whether it arrives; the id of the delivery.

    Raises:
        NotFound, NotAllowed, Archived: about the endpoint.
        Invalid: it is disabled.
    """
    endpoint = await sending(work, id, if_version)
    made = new_id()
    await work.driven.fetch(TEST, [work.tenant, made, endpoint.id, TEST_TYPE, work.now])
    return made


async def replay(work: Work, id: UUID, delivery: UUID, *, if_version: int | None = None) -> None:
    """Send one delivery again, now, under the same `webhook-id`, as often as a new one is tried.

    Raises:
        NotFound, NotAllowed, Archived, Invalid: as `send_test`; NotFound for a delivery that is not the endpoint's.
    """
    endpoint = await sending(work, id, if_version)
    if not await work.driven.fetch(REPLAY, [work.tenant, endpoint.id, delivery]):
        raise NotFound("delivery", ("delivery",))


async def replay_range(work: Work, id: UUID, *, after: int, through: int, if_version: int | None = None) -> UUID:
    """Let every event behind one position up to another be sent that the endpoint asks for, also what it never got.

    It is done in the background; the id of the job.

    Raises:
        NotFound, NotAllowed, Archived, Invalid: as `send_test`; Invalid for a range that ends before it begins.
        LimitExceeded: more events than a million, or a replay of this endpoint is still under way.
    """
    if not 0 <= after < through:
        raise Invalid(("through",), "the range ends behind its beginning", "range")
    endpoint = await sending(work, id, if_version)
    last, _ = await ends_of_feed(work)
    through = max(after, min(through, last))
    if through - after > MOST_REPLAYED:
        raise LimitExceeded(("through",), MOST_REPLAYED, "events are replayed at once; make the range smaller")
    key = endpoint.id.hex
    if await is_live(work, REPLAY_JOB, key=key):
        raise LimitExceeded(("where",), 1, "replay of an endpoint is under way at a time; wait until it is DONE")
    payload = {"endpoint": key, "after": after, "through": through}
    about: JobOptions = {"queue": BULK, "subject": endpoint.id, "total": through - after}
    return await work.schedule(REPLAY_JOB, key=key, due_at=work.now, payload=payload, **about)


async def replay_part(work: Work, payload: Mapping[str, Any]) -> Progress:
    """Make the deliveries of the next 500 events of a range.

    Applied is what was looked at, whether the endpoint asks for it or not; rejected what is not kept any more, and all
    that is left of the range if nothing is sent to the endpoint any more.
    """
    after, through = payload["after"], payload["through"]
    endpoint = await work.get(WebhookEndpoint, UUID(payload["endpoint"]))
    if endpoint.state is not WebhookState.ACTIVE or endpoint.archived_at is not None:
        return Progress(rejected=through - after)
    _, pruned = await ends_of_feed(work)
    begin = min(max(after, pruned), through)
    end = min(begin + REPLAYED_AT_ONCE, through)
    ((there,),) = await work.driven.fetch(REPLAY_RANGE, [work.tenant, endpoint.id, begin, end])
    rest = {**payload, "after": end} if end < through else None
    return Progress(applied=there, rejected=end - after - there, next=rest)


async def ends_of_feed(work: Work) -> tuple[int, int]:
    """The last position that was given, and the last that is not kept any more."""
    for last, pruned in await work.driven.fetch(HEAD, [work.tenant]):
        return last, pruned
    return 0, 0


async def sending(work: Work, id: UUID, if_version: int | None) -> WebhookEndpoint:
    endpoint = await work.edit(WebhookEndpoint, id, if_version=if_version)
    if endpoint.state is not WebhookState.ACTIVE:
        raise Invalid(("where",), "this webhook endpoint is disabled; enable it first", "active")
    return endpoint
