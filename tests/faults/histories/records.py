"""Set, unique and idempotency: records that are made once, whoever asks however often."""

from __future__ import annotations

import asyncio
import json

from tests.faults.asking import Answer, Caller
from tests.faults.load import CREATE
from tests.faults.place import Place

PAGE = """query Page($after: String) {
  contacts(first: 100, after: $after) { nodes { lastName } pageInfo { hasNextPage endCursor } } }"""
UPSERT = """mutation Upsert($value: String!, $name: String!) {
  did: accountUpsert(match: {externalId: {source: "shop", value: $value}}, values: {name: $name}) {
    account { id version name } outcome errors { code message } } }"""
CHANGED = 0.1  # of the repetitions have another body


async def set_of_contacts(place: Place, *, clients: int, operations: int) -> None:
    """Set: what was acknowledged is in the final list, and nothing that nobody asked for."""

    async def client(number: int) -> None:
        caller = place.caller()
        for count in range(operations // clients):
            name = f"s{number}-{count}"
            key = f"key of {name}" if count % 2 else None
            await caller.write(name, "contact", CREATE, {"input": {"lastName": name}}, key=key)

    await asyncio.gather(*(client(number) for number in range(clients)))
    listed = await everybody(place.caller())
    lines = [json.loads(line) for line in place.ledger.path.read_text("utf8").splitlines()]
    asked = {line["asked"] for line in lines if "asked" in line}
    done = {line["told"] for line in lines if line.get("what") == "done"}
    if lost := done - set(listed):
        place.blame("set", f"lost: {sorted(lost)[:5]}")
    if strange := set(listed) - asked:
        place.blame("set", f"from nowhere: {sorted(strange)[:5]}")
    if len(listed) != len(set(listed)):
        place.blame("set", f"{len(listed) - len(set(listed))} are listed twice")


async def everybody(caller: Caller) -> list[str]:
    """The last names of all contacts, page by page."""
    found: list[str] = []
    after = None
    while True:
        answer = await caller.ask(PAGE, {"after": after})
        if answer.data is None:
            await asyncio.sleep(answer.wait or 0.1)
            continue
        page = answer.data["contacts"]
        found += [node["lastName"] for node in page["nodes"]]
        if not page["pageInfo"]["hasNextPage"]:
            return found
        after = page["pageInfo"]["endCursor"]


async def unique(place: Place, *, clients: int, keys: int) -> None:
    """Unique: everybody upserts the same external ids; each is one account, with what its last version wrote."""
    wrote: dict[str, dict[int, str]] = {f"u{number}": {} for number in range(keys)}

    async def client(number: int) -> None:
        caller = place.caller()
        for value, versions in wrote.items():
            name = f"{value} by {number}"
            answer = await caller.write(f"unique {name}", "upsert", UPSERT, {"value": value, "name": name})
            account = ((answer.data or {}).get("did") or {}).get("account")
            if account:
                versions[account["version"]] = account["name"]

    await asyncio.gather(*(client(number) for number in range(clients)))
    rows = await place.sql(
        "SELECT e.value, count(*) AS count, max(a.version) AS version, max(a.name) AS name "
        "FROM external_ids e JOIN accounts a ON a.tenant_id = e.tenant_id AND a.id = e.record_id "
        "WHERE e.source = 'shop' GROUP BY e.value"
    )
    there = {row["value"]: row for row in rows}
    for value, versions in wrote.items():
        row = there.get(value)
        if versions and (row is None or row["count"] != 1):
            place.blame("unique", f"{value} is there {row['count'] if row else 0} times")
        elif row is not None and versions.get(row["version"], row["name"]) != row["name"]:
            place.blame("unique", f"{value} has {row['name']}, its last version wrote {versions[row['version']]}")


async def idempotency(place: Place, *, keys: int) -> None:
    """Idempotency: one key 2 to 5 times at once; one effect, one answer, and another body is refused."""
    callers = [place.caller() for _ in range(5)]
    for number in range(keys):
        name, key = f"i{number}", f"key of i{number}"
        place.ledger.asked(name, "contact", key=key)
        times = place.chance.randint(2, 5)
        bodies = [name] + [f"{name} changed" if place.chance.random() < CHANGED else name for _ in range(times - 1)]
        answers = await asyncio.gather(
            *(again(caller, body, key) for caller, body in zip(callers, bodies, strict=False))
        )
        ids = set()
        for body, answer in zip(bodies, answers, strict=True):
            did = (answer.data or {}).get("did") or {}
            codes = [error["code"] for error in did.get("errors", ())]
            if did.get("contact"):
                ids.add((did["contact"]["id"], body))
            elif codes != ["IDEMPOTENCY_KEY_REUSED"]:
                place.blame("idempotency", f"{body} is answered {answer.status} {answer.code or codes}")
        if len(ids) != 1:
            place.blame("idempotency", f"{key} has {len(ids)} effects: {sorted(ids)}")


async def again(caller: Caller, name: str, key: str) -> Answer:
    """Until there is an answer that is final."""
    while True:
        answer = await caller.ask(CREATE, {"input": {"lastName": name}}, key)
        did = (answer.data or {}).get("did") or {}
        if did and [error["code"] for error in did.get("errors", ())] != ["IDEMPOTENCY_IN_PROGRESS"]:
            return answer
        if not did and not answer.retryable and answer.status:
            return answer
        await asyncio.sleep(0.05)
