"""The webhooks' part of the worker: it follows the relay, and runs the loop that sends."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

import asyncpg

from api.domain import access
from api.domain.kernel import Archived, PrincipalKind, Viewer, open_work
from api.domain.webhooks import DisabledReason, Sealer, disable
from api.http.limits import by_kind
from api.http.payloads import Payloads
from api.outbound.client import Client
from api.outbound.destinations import allowed_hosts
from api.outbound.guard import Guard
from api.worker.place import CONNECT_SECONDS, Place
from api.worker.relay import RelayedEvent

from . import claims
from .loop import Deliveries
from .sender import Disable, Sender

CONNECTIONS = 4
QUEUE = "webhook"


async def follow(place: Place, connection: asyncpg.Connection, batch: Sequence[RelayedEvent]) -> None:
    """Make the deliveries of a batch of events."""
    await claims.follow(connection, batch)
    if wake := place.wakes.get(QUEUE):
        asyncio.get_running_loop().call_later(0.01, wake)  # they are there once the batch is committed


async def deliver(place: Place, stopping: asyncio.Event) -> None:
    """Send what is due until `stopping`.

    Raises:
        OSError, asyncpg errors: PostgreSQL went away.
    """
    pool = await asyncpg.create_pool(
        place.urls.worker, min_size=1, max_size=CONNECTIONS, timeout=CONNECT_SECONDS, command_timeout=CONNECT_SECONDS
    )
    try:
        sender = Sender(pool, client(place), Sealer(place.secret), payloads(place), disabling(place))
        lease = timedelta(seconds=place.settings.job_lease_seconds)
        deliveries = Deliveries(pool, sender.send, lease=lease)
        place.wakes[QUEUE] = deliveries.woken.set
        await deliveries.run(stopping)
    finally:
        place.wakes.pop(QUEUE, None)
        pool.terminate()


def client(place: Place) -> Client:
    return Client(Guard(allowed_hosts(place.settings.webhook_allowed_hosts)))


def payloads(place: Place) -> Payloads:
    return Payloads(place.reads, place.secret, by_kind(place.settings)[PrincipalKind.STAFF])


def disabling(place: Place) -> Disable:
    """What disables an endpoint in the name of the CRM itself."""

    async def disable_for(tenant: UUID, endpoint: UUID, reason: DisabledReason) -> None:
        viewer = Viewer(tenant, tenant, PrincipalKind.SYSTEM, "webhooks", access.shipped("admin"))
        facts = {"now": datetime.now(UTC), "request_id": f"webhook {endpoint}", "operation": "webhookEndpointDisable"}
        try:
            async with open_work(place.sessions, viewer, **facts) as work:  # type: ignore[arg-type] # of three types
                await disable(work, endpoint, reason=reason)
        except Archived:
            return  # it sends nothing anyway

    return disable_for
