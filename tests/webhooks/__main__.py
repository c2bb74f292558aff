"""`make webhooks`: hostile URLs and evil receivers. Ends with `webhooks: N urls x 3, 0 forbidden connections; …`."""

import asyncio
import sys
import tempfile
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from pathlib import Path

from api import telemetry
from api.db.engine import write_engine, write_sessions
from api.db.migrations import upgrade
from api.db.pool import ReadPool
from tests.cluster import Cluster, a_cluster, external_url, in_memory
from tests.conftest import Committed
from tests.people import a_tenant, a_user, opener
from tests.webhooks.hostile import URLS
from tests.webhooks.proof import Held, Led, evil, hostile

EMPTY = "crm_webhooks_empty"


@asynccontextmanager
async def a_database(cluster: Cluster, name: str) -> AsyncIterator[Committed]:
    cluster.create_database(name, EMPTY)
    urls = cluster.urls(name)
    engine, reads = write_engine(urls.app), ReadPool(urls.app)
    await reads.open()
    sessions = write_sessions(engine)
    tenant = await a_tenant(sessions)
    admin = await a_user(sessions, tenant.id)
    try:
        yield Committed(
            urls, cluster.superuser_url(name), engine, sessions, reads, tenant, admin, opener(sessions, admin)
        )
    finally:
        await reads.close()
        await engine.dispose()
        cluster.drop_database(name)


async def proved(cluster: Cluster, folder: Path) -> tuple[Led, Held]:
    async with a_database(cluster, "crm_webhooks_hostile") as database:
        led = await hostile(database, folder, URLS)
    async with a_database(cluster, "crm_webhooks_evil") as database:
        return led, await evil(database, folder)


def main() -> int:
    telemetry.configure("error")
    with a_cluster(external_url()) as cluster, tempfile.TemporaryDirectory(dir=in_memory()) as folder:
        cluster.create_database(EMPTY)
        with ThreadPoolExecutor(1) as thread:  # Alembic runs an event loop of its own
            thread.submit(upgrade, cluster.urls(EMPTY).migration).result()
        led, held = asyncio.run(proved(cluster, Path(folder)))
    create, update, deliver = led.steps
    print(f"create {create}, update {update}, deliver {deliver}; {led.public} connections to public addresses")
    print(f"good: {held.arrived} of {held.expected} deliveries; the worker grew by {held.megabytes} MB")
    print(
        f"webhooks: {len(URLS)} urls x 3, {len(led.forbidden)} forbidden connections; "
        f"{held.evil} evil, {held.good} good, p95 {held.p95_ms} ms"
    )
    return 0 if not led.forbidden and led.public == 1 and held.is_well else 1


if __name__ == "__main__":
    sys.exit(main())
