"""F01 to F03: the process or the connection dies around a COMMIT."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from tests.faults.ledger import Told
from tests.faults.load import CREATE, mixed, repeated
from tests.faults.place import Place
from tests.faults.proxy import COMMIT, COMMITTED, Proxy, Trap, Verb, Way, to_port
from tests.faults.row import Row

KILLS = 2
LATEST_KILL = 0.05  # seconds after the request was sent
BEFORE_KILL = 0.5  # seconds


async def killed_mid_mutation(place: Place) -> None:
    """F01: SIGKILL at a random moment of many mutations."""
    async with mixed(place, 20, pause=0.02) as load:
        for _ in range(KILLS):
            await asyncio.sleep(BEFORE_KILL)
            await load.next_request()
            await asyncio.sleep(place.chance.uniform(0, LATEST_KILL))
            place.api.kill()
            await place.restarted()
    await place.check()


async def killed_before_response(place: Place) -> None:
    """F02: the commit is done, the answer is held back, the process dies; the key answers with the same record."""
    acknowledged: list[dict[str, object]] = []
    for number in range(3):
        name = f"held-{number}"
        async with Proxy(to_port(place.api.port), place.chance) as front:
            trap = front.set(Trap(Way.BACK, Verb.BLACKHOLE, pattern=b"HTTP/1.1 200", through=False))
            caller = place.caller(address=f"http://127.0.0.1:{front.port}")
            place.ledger.asked(name, "contact", key=f"key of {name}")
            asking = asyncio.create_task(caller.ask(CREATE, {"input": {"lastName": name}}, f"key of {name}"))
            await asyncio.wait_for(trap.caught.wait(), 10)
            place.api.kill()
            front.all(Verb.CUT)
            answer = await asking
            if answer.status != 0:
                place.blame("F02", f"the answer was not held back: {answer.status}")
        await place.api.serve()
        made = await place.sql("SELECT id FROM contacts WHERE last_name = $1", name)
        if len(made) != 1:
            place.blame("I1", f"{name} was committed before the answer, and is there {len(made)} times")
            continue
        id = f"con_{made[0]['id'].hex}"
        acknowledged.append({"name": name, "key": f"key of {name}", "id": id})
        place.ledger.told(name, Told.DONE, id=id, version=1)
    await repeated(place, acknowledged)
    await place.check()


async def answer_of_commit_lost(place: Place) -> None:
    """F03: COMMIT reaches PostgreSQL, or just does not, and its answer never reaches the server."""
    for number, trap in enumerate(ways_to_lose(place)):
        for key in (None, f"key of lost-{number}"):
            name = f"lost-{number}-{'keyed' if key else 'bare'}"
            caller = place.caller()
            await caller.ask(CREATE, {"input": {"lastName": f"warm {name}"}})  # a connection is open
            place.proxy.traps = []
            trap.times = 1
            trap.caught.clear()
            place.proxy.set(trap)
            await caller.write(name, "contact", CREATE, {"input": {"lastName": name}}, key=key)
            if not trap.caught.is_set():
                place.blame("F03", f"{name}: no COMMIT passed the proxy")
            place.proxy.clear()
    counts = place.ledger.counts
    place.notes.append(f"{counts[Told.DONE]} done, {counts[Told.UNKNOWN]} unknown")
    if counts[Told.REFUSED]:
        place.blame("F03", f"{counts[Told.REFUSED]} were refused for good")
    async with mixed(place, 4, what=("create", "keyed", "amount")):
        for trap in ways_to_lose(place):
            place.proxy.set(trap)
            await asyncio.sleep(0.15)
    place.proxy.clear()
    await place.check()


def ways_to_lose(place: Place) -> Sequence[Trap]:
    moment = place.chance.uniform(0, 0.02)
    return (
        Trap(Way.THERE, Verb.CUT, COMMIT),
        Trap(Way.THERE, Verb.RESET, COMMIT, delay=moment),
        Trap(Way.THERE, Verb.CUT, COMMIT, through=False),
        Trap(Way.BACK, Verb.CUT, COMMITTED, through=False),
        Trap(Way.BACK, Verb.RESET, COMMITTED, through=False),
    )


ROWS = (
    Row("F01", "kill -9 of the server mid-mutation", killed_mid_mutation),
    Row("F02", "kill -9 between COMMIT and the response", killed_before_response),
    Row("F03", "COMMIT sent, its answer lost", answer_of_commit_lost),
)
