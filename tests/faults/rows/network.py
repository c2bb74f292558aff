"""F12 to F14: the network between the server and PostgreSQL breaks or is slow; callers go away."""

from __future__ import annotations

import asyncio
import time

from tests.faults.load import CREATE, VIEWER, mixed, until_served
from tests.faults.place import Place
from tests.faults.proxy import Verb, Weather
from tests.faults.row import Row

CLIENTS = 8
PAUSE = 0.03
BREAKS = (Verb.CUT, Verb.RESET, Verb.BLACKHOLE, Verb.HALF_OPEN)
BROKEN = {Verb.CUT: 0.3, Verb.RESET: 0.3, Verb.BLACKHOLE: 0.8, Verb.HALF_OPEN: 0.0}  # seconds without new connections
HEALED_SECONDS = 5.0
SHORT_DEADLINE = {"CRM_REQUEST_TIMEOUT_SECONDS": "3"}
SLOW = Weather(latency=0.2, jitter=0.1, bandwidth=50_000)
SLOW_SECONDS, SLOW_SECONDS_FULL = 5.0, 30.0
STORM_SECONDS, STORM_SECONDS_FULL, LEAVERS = 3.0, 30.0, 12
LATENCY = Weather(latency=0.02, jitter=0.02)
LEAVES_AFTER = 0.25  # seconds at most


async def connections_lost(place: Place) -> None:
    """F12: connections are cut, reset, silent or half-open; new ones come after a while."""
    slowest = 0.0
    async with mixed(place, CLIENTS, pause=PAUSE):
        for verb in BREAKS:
            await asyncio.sleep(place.chance.uniform(0.2, 0.5))
            place.proxy.weather = Weather(
                refusing=verb in {Verb.CUT, Verb.RESET}, blackhole=verb in {Verb.BLACKHOLE, Verb.HALF_OPEN}
            )
            lost = place.proxy.all(verb)
            await asyncio.sleep(BROKEN[verb])
            place.proxy.clear()
            healed = await until_served(place)
            slowest = max(slowest, healed)
            # What was silent is known to be lost only at the deadline of those who wait for it.
            silent = place.manner.deadline if verb in {Verb.BLACKHOLE, Verb.HALF_OPEN} else 0.0
            place.held("I13", f"service after {verb} of {lost} connections", healed, HEALED_SECONDS + silent)
    place.notes.append(f"healed within {slowest:.1f} s, the longest answer {place.manner.longest:.1f} s")
    await place.check()


async def slow_network(place: Place) -> None:
    """F13: 200 ± 100 ms and 50 kB/s to PostgreSQL."""
    async with mixed(place, CLIENTS, pause=PAUSE):
        await asyncio.sleep(0.3)
        place.proxy.weather = SLOW
        await asyncio.sleep(place.sized(int(SLOW_SECONDS), int(SLOW_SECONDS_FULL)))
        place.proxy.clear()
    place.held("I13", "service after the slow network", await until_served(place), HEALED_SECONDS)
    place.notes.append(f"the longest answer {place.manner.longest:.1f} s")
    await place.check()


async def callers_go_away(place: Place) -> None:
    """F14: callers disconnect while the server waits for PostgreSQL, and its own deadline cancels at random."""
    left = 0
    place.proxy.weather = LATENCY
    until = time.monotonic() + place.sized(int(STORM_SECONDS), int(STORM_SECONDS_FULL))

    async def leaver(number: int) -> None:
        nonlocal left
        caller, count = place.caller(number % 2), 0
        while time.monotonic() < until:
            count += 1
            name = f"l{number}-{count}"
            place.ledger.asked(name, "contact")
            asking = caller.ask(CREATE, {"input": {"lastName": name}}) if count % 2 else caller.ask(VIEWER)
            try:
                async with asyncio.timeout(place.chance.uniform(0.001, LEAVES_AFTER)):
                    await asking
            except TimeoutError:
                left += 1

    async with mixed(place, CLIENTS // 2, pause=PAUSE):
        await asyncio.gather(*(leaver(number) for number in range(LEAVERS)))
        place.proxy.clear()
    place.held("I13", "service after the storm", await until_served(place), HEALED_SECONDS)
    place.notes.append(f"{left} callers left")
    await place.check()


ROWS = (
    Row("F12", "cut, RST, silence, half-open to PostgreSQL", connections_lost, settings=SHORT_DEADLINE),
    Row("F13", "latency 200 ms ±100, 50 kB/s to PostgreSQL", slow_network),
    Row("F14", "storm of cancellations", callers_go_away, settings={"CRM_REQUEST_TIMEOUT_SECONDS": "0.2"}),
)
