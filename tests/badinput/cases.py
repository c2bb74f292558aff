"""The case files as cases: what is sent, and what the answer has to be."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.badinput.recipes import bytes_of, filled, text_of

FOLDER = Path(__file__).parent / "cases"
MEMBERS = frozenset(
    "name each expect status query variables ask operation body method target headers accept token send slow to "
    "pieces pause closes health".split()
)


@dataclass(frozen=True)
class Sent:
    """One HTTP request; `token`: of whom (mine, foreign, none, or a text of its own)."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes
    token: str = "mine"
    query: str | None = None
    to: str = "app"  # or "server": the process that listens


@dataclass(frozen=True)
class Raw:
    """Bytes on a socket, with a pause between the pieces; `<token>` in them becomes the header of the token."""

    pieces: tuple[bytes, ...]
    pause: float
    slow: bool


@dataclass(frozen=True)
class Talk:
    """What is said over a WebSocket, after an introduction if it has `begun`; `<mine>` in it becomes a token."""

    says: tuple[bytes, ...]
    begun: bool = True
    binary: bool = False


@dataclass(frozen=True)
class Case:
    """`expect`: outcomes of which one has to come; `status`: where it does not follow from the outcome."""

    group: str
    name: str
    sent: Sent | Raw | Talk
    expect: tuple[str, ...]
    status: tuple[int, ...] = ()
    change: bool = field(default=False)  # what is expected may write

    def __str__(self) -> str:
        return f"{self.group}: {self.name}"


class BadCase(Exception):
    """A case file says something that nobody reads."""


def load(path: Path) -> dict[str, Any]:
    return tomllib.loads(path.read_text("utf8"))


@dataclass(frozen=True)
class Draft:
    """A case whose texts have not been made yet."""

    group: str
    name: str
    data: Mapping[str, Any]
    one: Mapping[str, Any]
    accept: str | None

    def case(self) -> Case:
        return a_case(self.group, self.name, self.data, self.one, self.accept)


def written() -> Iterator[Case]:
    """Every case of the files that write cases out."""
    return (draft.case() for draft in drafts())


def drafts() -> Iterator[Draft]:
    for path in sorted(FOLDER.glob("*.toml")):
        data = load(path)
        for given in data.get("case", ()):
            yield from expanded(path.stem, data, given)


def expanded(group: str, data: Mapping[str, Any], given: Mapping[str, Any]) -> Iterator[Draft]:
    """One case, or as many as `each` has values and `accept` has media types."""
    unknown = given.keys() - MEMBERS
    if unknown:
        raise BadCase(f"{group}: {given['name']}: nobody reads {', '.join(sorted(unknown))}")
    merged = {**data.get("defaults", {}), **given}
    for value in merged.pop("each", [None]):
        one = merged if value is None else filled(merged, "each", value)
        name = one["name"] if value is None or "<each>" in given["name"] else f"{one['name']}: {shown(value)}"
        accepts = one.get("accept", [None])
        for accept in accepts if isinstance(accepts, list) else [accepts]:
            suffix = f" ({accept})" if isinstance(accepts, list) and accept else ""
            yield Draft(group, name + suffix, data, one, accept)


def a_case(group: str, name: str, data: Mapping[str, Any], one: Mapping[str, Any], accept: str | None) -> Case:
    expect, status = listed(one["expect"]), tuple(listed(one.get("status", [])))
    if "pieces" in one:
        pieces = tuple(bytes_of(filled(part, "head", data["head"])) for part in one["pieces"])
        return Case(group, name, Raw(pieces, one.get("pause", 0.0), one.get("slow", False)), expect, status)
    headers = {"content-type": "application/json", **({"accept": accept} if accept else {}), **one.get("headers", {})}
    headers = {key: text_of(value) for key, value in headers.items()}
    query = text_of(data.get("ask", {})[one["ask"]] if "ask" in one else one["query"]) if asks(one) else None
    body = bytes_of(one.get("body", "")) if query is None else body_of(query, one)
    sent = Sent(
        one.get("method", "POST"),
        text_of(one.get("target", "/graphql")),
        headers,
        body,
        text_of(one.get("token", "mine")),
        query,
        one.get("to", "app"),
    )
    return Case(group, name, sent, expect, status, change=(query or "").lstrip().startswith("mutation"))


def asks(one: Mapping[str, Any]) -> bool:
    return "ask" in one or "query" in one


def body_of(query: str, one: Mapping[str, Any]) -> bytes:
    members = [b'"query":' + bytes_of({"json": query})]
    if "variables" in one:
        members.append(b'"variables":' + bytes_of(one["variables"]))
    if "operation" in one:
        members.append(b'"operationName":' + bytes_of(one["operation"]))
    return b"{" + b",".join(members) + b"}"


def listed(value: Any) -> tuple[Any, ...]:
    return tuple(value) if isinstance(value, Sequence) and not isinstance(value, str) else (value,)


def shown(value: object) -> str:
    text = " ".join(str(value).split())
    return text if len(text) <= 40 else f"{text[:39]}…"
