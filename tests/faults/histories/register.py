"""Register: opportunities are changed only at the version that was read, and read; each is linearizable.

A record's version is the order of its states, so nothing has to be searched for: every version is written once, a
read shows what was written at its version, and what began after something had ended sees no older version.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from tests.faults.asking import Caller
from tests.faults.histories import bank
from tests.faults.load import SET_AMOUNT
from tests.faults.place import Place

READ = "query Read($id: ID!) { opportunity(where: {id: $id}) { id version amount { amount } } }"


@dataclass(frozen=True)
class Seen:
    """One operation that was answered: from when to when, and the state it found or made."""

    begun: float
    ended: float
    version: int
    value: Decimal
    wrote: bool


async def run(place: Place, *, clients: int, operations: int, keys: int) -> None:
    deals = place.tenant.deals[bank.ACCOUNTS :] + place.tenant.deals[: bank.ACCOUNTS]
    histories: dict[str, list[Seen]] = {deal: [] for deal in deals[:keys]}
    attempted: dict[str, set[Decimal]] = {deal: set() for deal in histories}

    async def client(number: int) -> None:
        caller = place.caller()
        for count in range(operations // clients):
            deal = place.chance.choice(list(histories))
            seen = await read(caller, deal)
            if seen is None:
                continue
            histories[deal].append(seen)
            if place.chance.random() < 0.6:  # each write has read before
                value = Decimal(number * 10**6 + count + 1)
                attempted[deal].add(value)
                wrote = await write(caller, f"r{number}-{count}", deal, value, seen.version)
                if wrote is not None:
                    histories[deal].append(wrote)

    await asyncio.gather(*(client(number) for number in range(clients)))
    for deal, history in histories.items():
        for fault in faults(history, attempted[deal]):
            place.blame("register", f"{deal}: {fault}")


def faults(history: Sequence[Seen], attempted: set[Decimal]) -> list[str]:
    """What is wrong with the history of one record.

    >>> made = Seen(1, 2, 2, Decimal(5), True)
    >>> faults([made, Seen(3, 4, 2, Decimal(5), False)], {Decimal(5)})
    []
    >>> faults([made, Seen(3, 4, 1, Decimal(1000), False)], {Decimal(5)})
    ['version 1 at 3, after version 2 at 2']
    >>> faults([made, Seen(1, 5, 2, Decimal(6), True)], {Decimal(5), Decimal(6)})
    ['version 2 is 5 and 6']
    """
    found: list[str] = []
    values: dict[int, Decimal] = {}
    for one in history:
        known = values.setdefault(one.version, one.value)
        if known != one.value:
            found.append(f"version {one.version} is {known} and {one.value}")
        if one.value not in attempted and one.version > 1:
            found.append(f"version {one.version} is {one.value}, which nobody wrote")
    writes = [one.version for one in history if one.wrote]
    if not found:
        found += [f"version {version} was written twice" for version in set(writes) if writes.count(version) > 1]
    by_end = sorted(history, key=lambda one: one.ended)
    newest: Seen | None = None
    at = 0
    for one in sorted(history, key=lambda one: one.begun):
        while at < len(by_end) and by_end[at].ended < one.begun:
            if newest is None or by_end[at].version > newest.version:
                newest = by_end[at]
            at += 1
        if newest is not None and one.version < newest.version + one.wrote:
            found.append(f"version {one.version} at {one.begun:g}, after version {newest.version} at {newest.ended:g}")
    return found


async def read(caller: Caller, deal: str) -> Seen | None:
    began = asyncio.get_running_loop().time()
    answer = await caller.ask(READ, {"id": deal})
    record = (answer.data or {}).get("opportunity")
    return seen(record, began, wrote=False) if record else None


async def write(caller: Caller, name: str, deal: str, value: Decimal, version: int) -> Seen | None:
    began = asyncio.get_running_loop().time()
    variables = {"id": deal, "amount": str(value), "version": version}
    answer = await caller.write(name, "amount", SET_AMOUNT, variables)
    record = ((answer.data or {}).get("did") or {}).get("opportunity")
    return seen(record, began, wrote=True) if record else None


def seen(record: dict[str, Any], began: float, *, wrote: bool) -> Seen:
    ended = asyncio.get_running_loop().time()
    return Seen(began, ended, record["version"], Decimal(record["amount"]["amount"]), wrote)
