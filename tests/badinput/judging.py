"""Whether an answer is one that the contract allows."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from tests.badinput.cases import FOLDER, Case, Sent, load

SECONDS = 2.0
LONGEST_ECHO = 100
LARGEST_REFUSAL = 30_000
STRICT = "application/graphql-response+json"
OK, REFUSED = "ok", "payload"
STATUSES: Mapping[str, tuple[int, int]] = {name: tuple(both) for name, both in load(FOLDER / "statuses.toml").items()}
# Words of our inside that no caller may read: stacks, SQL, drivers, types of Python, paths.
INSIDE = re.compile(
    r"Traceback|File \"|\.py\b|asyncpg|sqlalchemy|starlette|strawberry|psycopg|site-packages|/usr/|/home/"
    r"|\bSELECT\b.*\bFROM\b|\bINSERT INTO\b|\brelation \"|\bcolumn \"|\bsyntax error at or near\b"
    r"|<class|<function|<object|NoneType|\b(?:Type|Key|Value|Attribute|Index|Recursion|Overflow|Unicode\w*)Error\b"
    r"|'(?:str|int|float|dict|list|bytes|bool)' object|__\w+__(?<!__typename)(?<!__schema)(?<!__type)"
)


@dataclass(frozen=True)
class Answer:
    """What came back, and how long it took; status 0: the connection was closed without a word."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    seconds: float

    @property
    def json(self) -> Any:
        try:
            return orjson.loads(self.body)
        except orjson.JSONDecodeError:
            return None


def outcome_of(answer: Answer) -> str:
    """`ok`, the code of the first error, or `payload CODE` for a refusal of the domain."""
    found = answer.json
    if not isinstance(found, dict):
        return f"no JSON object, status {answer.status}"
    if found.get("errors"):
        return str((found["errors"][0].get("extensions") or {}).get("code"))
    for payload in (found.get("data") or {}).values():
        if isinstance(payload, dict) and isinstance(payload.get("errors"), list) and payload["errors"]:
            return f"{REFUSED} {payload['errors'][0].get('code', 'of some kind')}"
    return OK


def faults(case: Case, answer: Answer) -> Iterator[str]:
    """Everything that is wrong with an answer of the application."""
    assert isinstance(case.sent, Sent)
    outcome = outcome_of(answer)
    if not any(outcome == one or outcome.startswith(f"{one} ") for one in case.expect):
        yield f"{outcome}, not {' or '.join(case.expect)}"
    statuses = case.status or (status_of(outcome, case.sent),)
    if answer.status not in statuses:
        yield f"status {answer.status}, not {statuses[0]}"
    if answer.status >= 500:
        yield f"status {answer.status}"
    if answer.seconds > SECONDS:
        yield f"{answer.seconds:.1f} seconds"
    if outcome != OK and case.sent.method != "HEAD":
        yield from shape_faults(answer.json)
        yield from echo_faults(case.sent, messages(answer.json), len(answer.body))


def status_of(outcome: str, sent: Sent) -> int:
    """The status the contract names for an outcome, in the profile of the audits."""
    plain, strict = STATUSES.get(outcome, (200, 200))
    return strict if sent.headers.get("accept") == STRICT else plain


def shape_faults(found: Any) -> Iterator[str]:
    """An error has a message, a code of the closed list, and says whether trying again helps."""
    for error in found.get("errors", ()) if isinstance(found, dict) else ():
        extensions = error.get("extensions") or {}
        if extensions.get("code") not in STATUSES:
            yield f"the code {extensions.get('code')} is not in the list"
        if not error.get("message"):
            yield "an error without a message"
        if not extensions.get("requestId") or "retryable" not in extensions:
            yield "an error without requestId and retryable"


def messages(found: Any) -> Sequence[str]:
    if not isinstance(found, dict):
        return ()
    told = [str(error.get("message")) for error in found.get("errors", ())]
    for payload in (found.get("data") or {}).values():
        if isinstance(payload, dict) and isinstance(payload.get("errors"), list):
            told += [str(error.get("message")) for error in payload.get("errors") or ()]
    return told


def echo_faults(sent: Sent, told: Sequence[str], size: int) -> Iterator[str]:
    """No word of our inside that the caller has not sent himself, at most a hundred characters of what he sent."""
    given = sent.body.decode("utf8", "replace") + (sent.query or "") + sent.target
    for message in told:
        inside = INSIDE.search(message)
        if inside and inside[0] not in given:
            yield f"tells {inside[0]!r}: {message}"
        for at in range(len(message) - LONGEST_ECHO):
            if message[at : at + LONGEST_ECHO + 1] in given:
                yield f"echoes more than {LONGEST_ECHO} characters: {message}"
                break
    if size > LARGEST_REFUSAL:
        yield f"{size} bytes of refusal"
