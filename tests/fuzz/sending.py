"""Sends generated operations and looks for answers that no caller should get."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx
import orjson

from tests.badinput.judging import STATUSES, Answer, outcome_of, shape_faults
from tests.badinput.place import Place
from tests.fuzz.making import Made

SECONDS = 2.0
EVERY = 500
UNWELL = frozenset({"INTERNAL", "TIMEOUT", "UNAVAILABLE", "STORAGE_FULL", "WRITE_CONFLICT", "RATE_LIMITED"})


@dataclass
class Found:
    """What became of the operations."""

    outcomes: Counter[str] = field(default_factory=Counter)
    makers: Counter[str] = field(default_factory=Counter)
    unhandled: list[tuple[Made, str]] = field(default_factory=list)
    slowest: tuple[float, str] = (0.0, "")

    @property
    def done(self) -> int:
        return sum(self.outcomes.values())

    @property
    def ran(self) -> int:
        """How many were valid and did something, or were refused by a rule of the domain."""
        return sum(count for outcome, count in self.outcomes.items() if outcome.split()[0] in {"ok", "payload"})


async def send(client: httpx.AsyncClient, token: str, text: str) -> Answer:
    headers = {"authorization": f"Bearer {token}", "content-type": "application/json"}
    began = time.perf_counter()
    response = await client.post("/graphql", content=orjson.dumps({"query": text}), headers=headers)
    return Answer(response.status_code, dict(response.headers), response.content, time.perf_counter() - began)


def unhandled(answer: Answer) -> Iterator[str]:
    outcome = outcome_of(answer)
    if answer.status >= 500 or outcome in UNWELL or outcome.startswith("no JSON"):
        yield f"{outcome}, status {answer.status}: {answer.body[:200]!r}"
    found = answer.json
    codes = {(error.get("extensions") or {}).get("code") for error in errors_of(found)}
    for code in sorted(str(code) for code in codes - STATUSES.keys()):
        yield f"the code {code} is not in the list"
    yield from shape_faults(found)


def errors_of(found: Any) -> Iterable[Any]:
    return found.get("errors", ()) if isinstance(found, dict) else ()


async def fuzz(
    place: Place,
    client: httpx.AsyncClient,
    made: Iterator[Made],
    most: int,
    until: float,
    tell: Callable[[str], None] = print,
) -> Found:
    """As many operations as are wanted, or as fit until a time of the monotonic clock."""
    found = Found()
    while found.done < most and time.monotonic() < until:
        one = next(made)
        try:
            answer = await send(client, place.token, one.text)
        except Exception as error:  # noqa: BLE001 - whatever the application lets out is what we look for
            found.outcomes["raised"] += 1
            found.unhandled.append((one, f"raised {type(error).__name__}: {str(error)[:200]}"))
            continue
        found.outcomes[outcome_of(answer)] += 1
        found.makers[one.maker] += 1
        found.slowest = max(found.slowest, (answer.seconds, one.field))
        complaints = list(unhandled(answer))
        if answer.seconds > SECONDS:  # others may have had the machine to themselves meanwhile: once is no fault
            again = await send(client, place.token, one.text)
            if again.seconds > SECONDS:
                complaints.append(f"{answer.seconds:.1f} seconds, then {again.seconds:.1f}")
        for complaint in complaints:
            found.unhandled.append((one, complaint))
            tell(f"{complaint}\n{one.text}\n")
        if found.done % EVERY == 0:
            tell(f"{found.done} operations, {found.ran} ran, {len(found.unhandled)} unhandled")
            await asyncio.sleep(0)
    return found
