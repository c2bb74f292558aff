"""Callers at work while something breaks: makers of contacts, changers of opportunities, readers."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from tests.faults.asking import Answer, Caller
from tests.faults.ledger import Told
from tests.faults.place import Place, Tenant

CREATE = """mutation Create($input: ContactCreateInput!) {
  did: contactCreate(input: $input) { contact { id version lastName } outcome errors { code message } } }"""
SET_AMOUNT = """mutation SetAmount($id: ID!, $amount: Decimal!, $version: Int) {
  did: opportunityUpdate(where: {id: $id}, patch: {amount: {amount: $amount, currency: "USD"}}, ifVersion: $version) {
    opportunity { id version amount { amount } } outcome errors { code message } } }"""
READ = """query Read($account: ID!) {
  account(where: {id: $account}) { id name } accounts(first: 5) { nodes { name } }
  contacts(first: 20) { nodes { id lastName } } }"""
VIEWER = "{ viewer { name } }"
OF_MIXED = ("create", "create", "keyed", "keyed", "amount", "read")
TRIES_OF_AGAIN = 60


@dataclass
class Load:
    """`mixed` runs callers until it is left. `success`: of a request that was sent after `mark`."""

    place: Place
    stopping: bool = False
    sent: int = 0
    prefix: str = "c"
    marked: float = 0.0
    success: asyncio.Event = field(default_factory=asyncio.Event)
    tasks: list[asyncio.Task[None]] = field(default_factory=list)
    _sending: asyncio.Event = field(default_factory=asyncio.Event)

    def mark(self) -> None:
        """From now on look out for the first success."""
        self.marked = asyncio.get_running_loop().time()
        self.success.clear()

    def noticed(self, answer: Answer, began: float) -> None:
        if answer.data is not None and began >= self.marked:
            self.success.set()

    async def next_request(self) -> None:
        """Return at the moment when a request is about to be sent."""
        self._sending.clear()
        await self._sending.wait()

    async def one(self, caller: Caller, name: str, what: str, tenant: Tenant) -> Answer:
        place, loop = self.place, asyncio.get_running_loop()
        began = loop.time()
        self.sent += 1
        self._sending.set()
        match what:
            case "create" | "keyed":
                key = f"key of {name}" if what == "keyed" else None
                answer = await caller.write(name, "contact", CREATE, {"input": {"lastName": name}}, key=key)
            case "amount":
                deal = place.chance.choice(tenant.deals)
                amount = place.chance.randint(1, 10**6)
                answer = await caller.write(name, "amount", SET_AMOUNT, {"id": deal, "amount": str(amount)})
            case _:
                answer = await caller.ask(READ, {"account": tenant.account})
                judge_canaries(place, answer, tenant)
        self.noticed(answer, began)
        return answer

    async def caller(self, number: int, what: Sequence[str], pause: float) -> None:
        which = number % len(self.place.campaign.tenants)
        caller, tenant, count = self.place.caller(which), self.place.campaign.tenants[which], 0
        while not self.stopping:
            count += 1
            await self.one(caller, f"{self.prefix}{number}-{count}", self.place.chance.choice(what), tenant)
            if pause:
                await asyncio.sleep(pause * self.place.chance.random())


@asynccontextmanager
async def mixed(
    place: Place, clients: int = 8, *, what: Sequence[str] = OF_MIXED, pause: float = 0.0
) -> AsyncIterator[Load]:
    """Callers beside what the block does; at its end they finish what they have begun."""
    place.loads += 1
    load = Load(place, prefix=f"load{place.loads}-")
    load.tasks = [asyncio.create_task(load.caller(number, what, pause)) for number in range(clients)]
    try:
        yield load
    finally:
        load.stopping = True
        await asyncio.gather(*load.tasks)
        if not place.ledger.counts[Told.DONE]:
            place.blame("I13", "no write was acknowledged at all")


def judge_canaries(place: Place, answer: Answer, tenant: Tenant) -> None:
    """I10: what a tenant reads is what it asked for: its own canary, and no other."""
    if answer.data is None:
        return
    names = [node["name"] for node in (answer.data.get("accounts") or {}).get("nodes", ())]
    found = answer.data.get("account")
    if names != [tenant.canary] or found != {"id": tenant.account, "name": tenant.canary}:
        place.blame("I10", f"{tenant.canary} reads {names} and {found}")


async def repeated(place: Place, lines: Sequence[dict[str, object]]) -> None:
    """I2: whatever was acknowledged under a key is answered with the same record when it is sent again."""
    caller = place.caller()
    for line in lines:
        if not line.get("key"):
            continue
        answer = await caller.ask(CREATE, {"input": {"lastName": line["name"]}}, str(line["key"]))
        record = ((answer.data or {}).get("did") or {}).get("contact") or {}
        if record.get("id") != line["id"] or not answer.replayed:
            place.blame("I2", f"{line['name']} made {line['id']}, its key answers {record.get('id')} ({answer.code})")


async def until_served(place: Place, seconds: float = 30.0) -> float:
    """Seconds until a read and a write succeed again."""
    loop, caller = asyncio.get_running_loop(), place.caller()
    began = loop.time()
    while loop.time() - began < seconds:
        if (await caller.ask(VIEWER)).data is not None:
            return loop.time() - began
        await asyncio.sleep(0.05)
    place.blame("I13", f"nothing is served for {seconds:g} s")
    return seconds
