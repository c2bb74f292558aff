"""Append: lines are added to opportunities, and their lists read; nobody sees two orders, and no line is lost.

Lines of an opportunity are the list that the product has; each has a name that is used once.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Sequence
from itertools import pairwise

from tests.faults.ledger import Told
from tests.faults.place import Place

ADD = """mutation Add($id: ID!, $name: String!) {
  did: opportunityLineAdd(where: {id: $id}, line: {name: $name, quantity: "1",
                          unitPrice: {amount: "1", currency: "USD"}}) {
    opportunity { id version } outcome errors { code message } } }"""
READ = "query Read($id: ID!) { opportunity(where: {id: $id}) { lines { name position } } }"


async def run(place: Place, *, clients: int, operations: int, keys: int) -> None:
    deals = place.tenant.deals[-keys:]
    reads: dict[str, list[list[str]]] = {deal: [] for deal in deals}
    done: dict[str, set[str]] = {deal: set() for deal in deals}
    tried: dict[str, set[str]] = {deal: set() for deal in deals}

    async def read(number: int, deal: str) -> None:
        answer = await callers[number].ask(READ, {"id": deal})
        record = (answer.data or {}).get("opportunity")
        if record:
            lines = sorted(record["lines"], key=lambda line: line["position"])
            reads[deal].append([line["name"] for line in lines])

    async def client(number: int) -> None:
        for count in range(operations // clients):
            deal, name = place.chance.choice(deals), f"line {number}-{count}"
            if place.chance.random() < 0.5:
                tried[deal].add(name)
                before = place.ledger.counts[Told.DONE]
                answer = await callers[number].write(f"a{number}-{count}", "append", ADD, {"id": deal, "name": name})
                did = (answer.data or {}).get("did") or {}
                if place.ledger.counts[Told.DONE] > before and did.get("opportunity"):
                    done[deal].add(name)
            else:
                await read(number, deal)

    callers = [place.caller() for _ in range(clients)]
    await asyncio.gather(*(client(number) for number in range(clients)))
    for deal in deals:
        await read(0, deal)
        for fault in faults(reads[deal], done[deal], tried[deal]):
            place.blame("append", f"{deal}: {fault}")


def faults(reads: Sequence[Sequence[str]], done: Collection[str], tried: Collection[str]) -> list[str]:
    """What is wrong with the reads of one list, of which the last came when all was quiet.

    >>> faults([["a"], ["a", "b"], ["a", "b"]], {"a"}, {"a", "b"})
    []
    >>> faults([["b"], ["a", "b"]], {"a", "b", "c"}, {"a", "b"})
    ["['b'] is no beginning of ['a', 'b']", "lost: ['c']"]
    >>> faults([["a", "a", "z"]], set(), {"a"})
    ['twice: a', "from nowhere: ['z']"]
    """
    found, final = [], list(reads[-1]) if reads else []
    ordered = sorted(reads, key=len)
    for shorter, longer in pairwise(ordered):
        if list(longer[: len(shorter)]) != list(shorter):
            found.append(f"{list(shorter)} is no beginning of {list(longer)}")
            break
    found += [f"twice: {name}" for name in dict.fromkeys(final) if final.count(name) > 1]
    if lost := sorted(set(done) - set(final)):
        found.append(f"lost: {lost}")
    if strange := sorted(set(final) - set(tried)):
        found.append(f"from nowhere: {strange}")
    return found
