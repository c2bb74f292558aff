"""Callers of the API who write down everything and trust an error only as far as the contract says.

What is `retryable` is sent again, with or without an idempotency key: the contract promises that this has one effect.
What was interrupted without an answer is sent again only with a key.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx

from tests.faults.ledger import Ledger, Told

LATE = 1.0  # more than that is a hang
IN_A_FAULT = frozenset({409, 429, 503, 504})
OUTCOME_UNKNOWN = "OUTCOME_UNKNOWN"
CODES = frozenset({"WRITE_CONFLICT", "RATE_LIMITED", "UNAVAILABLE", "STORAGE_FULL", "TIMEOUT", OUTCOME_UNKNOWN})
HASTE = (0.1, 0.4)  # of what he was told to wait: a kit has no time
PAUSE = 0.05
AFTER_A_BREAK = (0.05, 0.15)  # seconds
LONGEST_WAIT = 1.0  # seconds that a caller may be told to wait when the database is busy or gone


@dataclass(frozen=True)
class Answer:
    """`status` is 0 if there was none, and `code` that of the first error."""

    status: int
    data: Mapping[str, Any] | None
    code: str | None
    retryable: bool
    seconds: float
    replayed: bool = False
    wait: float = 0.0  # seconds until another try, as told


@dataclass
class Manner:
    """How callers of one run behave, and what they have seen."""

    ledger: Ledger
    chance: random.Random
    violations: list[str] = field(default_factory=list)
    seen: Counter[str] = field(default_factory=Counter)
    patience: float = 30.0  # seconds of trying again
    slowness: float = 1.0  # what a busy machine may add to time limits, as a factor
    longest: float = 0.0
    deadline: float = 10.0  # of a request, by the settings

    def blame(self, invariant: str, text: str) -> None:
        self.violations.append(f"{invariant}: {text}")


class Caller:
    """One principal with connections of its own."""

    def __init__(self, address: str, token: str, manner: Manner, *, timeout: float = 25.0) -> None:
        self.manner = manner
        self.http = httpx.AsyncClient(
            base_url=address,
            headers={"authorization": f"Bearer {token}", "content-type": "application/json"},
            timeout=timeout,
            limits=httpx.Limits(max_connections=None, max_keepalive_connections=50),
        )

    async def close(self) -> None:
        await self.http.aclose()

    async def ask(self, document: str, variables: Mapping[str, Any] | None = None, key: str | None = None) -> Answer:
        """One request and its answer, which is held to what may be answered during a fault."""
        began = time.monotonic()
        headers = {"idempotency-key": key} if key else {}
        try:
            response = await self.http.post(
                "/graphql", json={"query": document, "variables": variables or {}}, headers=headers
            )
        except httpx.TimeoutException:
            took = time.monotonic() - began
            self.manner.blame("I12", f"no answer within {took:.1f} s")
            return Answer(0, None, None, retryable=False, seconds=took)
        except httpx.HTTPError:
            self.manner.seen["broken off"] += 1
            await asyncio.sleep(self.manner.chance.uniform(*AFTER_A_BREAK))
            return Answer(0, None, None, retryable=False, seconds=time.monotonic() - began)
        return self._judged(response, time.monotonic() - began)

    def _judged(self, response: httpx.Response, seconds: float) -> Answer:
        manner, status = self.manner, response.status_code
        manner.longest = max(manner.longest, seconds)
        if seconds > (manner.deadline + LATE) * manner.slowness:
            manner.blame("I12", f"an answer took {seconds:.1f} s: status {status} {response.text[:300]}")
        try:
            body = response.json()
        except ValueError:
            manner.blame("I12", f"status {status} without JSON: {response.text[:100]!r}")
            return Answer(status, None, None, retryable=False, seconds=seconds)
        errors = body.get("errors") or []
        first = errors[0].get("extensions", {}) if errors else {}
        code, retryable = first.get("code"), bool(first.get("retryable"))
        if errors:
            manner.seen[str(code)] += 1
            if code not in CODES:
                manner.blame("I12", f"status {status} {code}: {errors[0].get('message')}")
        if status != httpx.codes.OK and status not in IN_A_FAULT:
            manner.blame("I12", f"status {status} {code}")
        wait = float(response.headers.get("retry-after", 0))
        if status in IN_A_FAULT and retryable and not wait:
            manner.blame("I12", f"status {status} {code} without Retry-After")
        replayed = response.headers.get("idempotent-replayed") == "true"
        return Answer(status, body.get("data"), code, retryable, seconds, replayed, wait)

    async def write(
        self, name: str, kind: str, document: str, variables: Mapping[str, Any], *, key: str | None = None
    ) -> Answer:
        """Ask until the outcome is known or may not be found out; the ledger has the operation by its `name`.

        The mutation has the alias `did`.
        """
        manner = self.manner
        manner.ledger.asked(name, kind, key=key, variables=dict(variables))
        until, doubtful = time.monotonic() + manner.patience, False
        while True:
            answer = await self.ask(document, variables, key)
            did = (answer.data or {}).get("did")
            if did is not None and answer.code is None and not in_progress(did):
                return self._done(name, answer)
            if answer.status == 0 or answer.code == OUTCOME_UNKNOWN:
                doubtful = True
            again = answer.retryable or in_progress(did) or (key is not None and doubtful)
            if not again or time.monotonic() > until:
                told = Told.UNKNOWN if doubtful else Told.REFUSED
                manner.ledger.told(name, told, code=answer.code, status=answer.status)
                return answer
            await asyncio.sleep(min(answer.wait, LONGEST_WAIT) * manner.chance.uniform(*HASTE) or PAUSE)

    def _done(self, name: str, answer: Answer) -> Answer:
        did = (answer.data or {})["did"]
        record = next((value for value in did.values() if isinstance(value, dict) and "id" in value), None)
        refused = [error["code"] for error in did.get("errors", ())]
        facts = {"id": record["id"], "version": record.get("version")} if record else {}
        if refused or (record is None and "results" not in did):
            self.manner.ledger.told(name, Told.REFUSED, codes=refused)
        else:
            self.manner.ledger.told(name, Told.DONE, outcome=did.get("outcome"), replayed=answer.replayed, **facts)
        return answer


def in_progress(did: Mapping[str, Any] | None) -> bool:
    """An earlier request with the key, interrupted for its caller, still runs."""
    return any(error["code"] == "IDEMPOTENCY_IN_PROGRESS" for error in (did or {}).get("errors", ()))
