"""F08 to F11: PostgreSQL stops, restarts, loses backends."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress

from tests.faults.load import Load, mixed, until_served
from tests.faults.place import Place, Readiness
from tests.faults.row import Row

CLIENTS = 8
PAUSE = 0.03
DOWN = 2.6  # seconds: longer than /readyz may take to notice
NOTICED_SECONDS, READY_SECONDS, SUCCESS_SECONDS = 2.0, 5.0, 5.0
STORM_SECONDS, STORM_SECONDS_FULL, EVERY = 3, 30, 0.05
OURS = "SELECT pid FROM pg_stat_activity WHERE datname = $1 AND usename LIKE 'crm\\_%'"


async def outage(place: Place, fault: Callable[[], Awaitable[object]], *, down: float = 0.0) -> None:
    """Break it under load; `fault` returns when PostgreSQL is to come back, `down` is how long it was gone."""
    readiness = Readiness(place.api.address)
    watching = asyncio.create_task(readiness.watch())
    async with mixed(place, CLIENTS, pause=PAUSE) as load:
        await asyncio.sleep(place.chance.uniform(0.3, 0.8))
        broken = time.monotonic()
        await fault()
        back = await place.postgres.ready()
        load.mark()
        await recovered(place, load)
        await asyncio.sleep(0.3)
    noticed = readiness.since(broken, state=False)
    if down > NOTICED_SECONDS:
        if noticed is None:
            place.blame("I12", f"/readyz stayed true for {down:.1f} s without PostgreSQL")
        else:
            place.held("I12", "/readyz false", noticed, NOTICED_SECONDS)
    with suppress(TimeoutError):
        async with asyncio.timeout(place.limit(READY_SECONDS)):
            await readiness.is_ready.wait()
    watching.cancel()
    again = readiness.since(back, state=True)
    if again is None:
        place.blame("I12", "/readyz stays false")
    else:
        place.held("I12", "/readyz true again", again, READY_SECONDS)
    await place.check(storage=True)


async def recovered(place: Place, load: Load) -> None:
    """I13: the first success after PostgreSQL accepts connections."""
    limit, began = place.limit(SUCCESS_SECONDS), time.monotonic()
    try:
        async with asyncio.timeout(limit):
            await load.success.wait()
    except TimeoutError:
        place.blame("I13", f"no success within {limit:.1f} s after PostgreSQL accepts")
    else:
        place.notes.append(f"first success {time.monotonic() - began:.2f} s after PostgreSQL accepts")


async def immediate_stop(place: Place) -> None:
    """F08."""

    async def fault() -> None:
        await asyncio.to_thread(place.postgres.stop, "immediate")
        await asyncio.sleep(DOWN)
        await asyncio.to_thread(place.postgres.start)

    await outage(place, fault, down=DOWN)


async def fast_restart(place: Place) -> None:
    """F09."""
    await outage(place, lambda: asyncio.to_thread(place.postgres.restart, "fast"))


async def backend_killed(place: Place) -> None:
    """F10: SIGKILL to one backend, whereupon PostgreSQL ends all of them and recovers."""

    async def fault() -> None:
        victims = await place.sql(OURS, place.database)
        place.postgres.kill(place.chance.choice(victims)["pid"])

    await outage(place, fault)


async def terminations(place: Place) -> None:
    """F11: a random backend is terminated every 50 ms."""
    ended = 0
    async with mixed(place, CLIENTS, pause=PAUSE):
        until = time.monotonic() + place.sized(STORM_SECONDS, STORM_SECONDS_FULL)
        while time.monotonic() < until:
            victims = await place.sql(OURS, place.database)
            if victims:
                await place.sql("SELECT pg_terminate_backend($1)", place.chance.choice(victims)["pid"])
                ended += 1
            await asyncio.sleep(EVERY)
    place.notes.append(f"{ended} backends terminated")
    place.held("I13", "service after the storm", await until_served(place), SUCCESS_SECONDS)
    await place.check()


ROWS = (
    Row("F08", "PostgreSQL stopped immediately, started", immediate_stop),
    Row("F09", "PostgreSQL restarted fast", fast_restart),
    Row("F10", "kill -9 of one backend", backend_killed),
    Row("F11", "storm of pg_terminate_backend", terminations),
)
