"""Bank: amounts move between two opportunities in one mutation; whoever reads all of them sees the same sum."""

from __future__ import annotations

import asyncio
from decimal import Decimal
from typing import Any
from uuid import UUID

from tests.faults.asking import Caller
from tests.faults.place import AMOUNT_MINOR, Place

ACCOUNTS = 10
MOVE = """mutation Move($rows: [OpportunityUpsertRow!]!) {
  did: opportunityBulkUpsert(rows: $rows, onRowError: REJECT_ALL) {
    updated failed results { outcome errors { code } } errors { code message } } }"""


def uuid_of(wire: str) -> UUID:
    return UUID(wire.partition("_")[2])


def document(accounts: int) -> str:
    """A query that reads all of them at one moment."""
    declared = ", ".join(f"$i{number}: ID!" for number in range(accounts))
    fields = (f"a{n}: opportunity(where: {{id: $i{n}}}) {{ id version amount {{ amount }} }}" for n in range(accounts))
    return f"query All({declared}) {{ {' '.join(fields)} }}"


def total_of(accounts: int) -> Decimal:
    return Decimal(accounts * AMOUNT_MINOR) / 100


async def run(place: Place, *, tellers: int, moves: int, accounts: int = ACCOUNTS) -> None:
    """Every teller tries `moves` transfers, each between two accounts as it has just read them."""
    ids = {f"i{number}": id for number, id in enumerate(place.tenant.deals[:accounts])}
    await asyncio.gather(*(teller(place, number, moves, ids) for number in range(tellers)))
    (row,) = await place.sql(
        "SELECT sum(amount_minor) AS sum FROM opportunities WHERE id = ANY($1)", [uuid_of(id) for id in ids.values()]
    )
    if Decimal(int(row["sum"])) / 100 != total_of(accounts):
        place.blame("bank", f"the database has {row['sum']} cents in all, not {total_of(accounts)}")


async def teller(place: Place, number: int, moves: int, ids: dict[str, str]) -> None:
    caller = place.caller()
    for count in range(moves):
        accounts = await balances(place, caller, ids)
        if accounts is None:
            continue
        giver, taker = place.chance.sample(accounts, 2)
        amount = Decimal(place.chance.randint(1, 100)) / 100
        rows = [changed(giver, -amount), changed(taker, amount)]
        await caller.write(f"move-{number}-{count}", "move", MOVE, {"rows": rows})


async def balances(place: Place, caller: Caller, ids: dict[str, str]) -> list[dict[str, Any]] | None:
    answer = await caller.ask(document(len(ids)), ids)
    if answer.data is None:
        return None
    accounts = list(answer.data.values())
    total = sum(Decimal(one["amount"]["amount"]) for one in accounts)
    if total != total_of(len(ids)):
        place.blame("bank", f"a read shows {total} in all, not {total_of(len(ids))}")
    return accounts


def changed(account: dict[str, Any], by: Decimal) -> dict[str, Any]:
    amount = Decimal(account["amount"]["amount"]) + by
    return {
        "match": {"id": account["id"]},
        "values": {"amount": {"amount": str(amount), "currency": "USD"}},
        "ifVersion": account["version"],
    }
