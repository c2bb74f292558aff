"""Cursors that were real once: cut, flipped, lengthened, and used in lists they do not belong to."""

from __future__ import annotations

import base64
import json
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from typing import Any

from tests.badinput.asking import Asker
from tests.badinput.cases import FOLDER, Case, Sent, load

GROUP = "cursors"
JSON = {"content-type": "application/json"}
DATA = load(FOLDER / "cursors.toml")


class NoCursor(Exception):
    """A list of the world is too short to have a cursor."""


async def cursor_cases(asker: Asker, *, share: int = 1) -> AsyncIterator[Case]:
    """Every mutation of a real cursor of every list; with a `share` only each so-manieth of them."""
    taken = {(one["name"], whose): await cursor(asker, one, whose) for one in DATA["list"] for whose in WHOSE}
    at = 0
    for one in DATA["list"]:
        own = taken[one["name"], "mine"]
        damaged = [(f"{what['kind']} {name}", text) for what in DATA["mutation"] for name, text in made(what, own)]
        strange = [
            (f"that of {name}, {whose}", text)
            for (name, whose), text in taken.items()
            if (name, whose) != (one["name"], "mine")
        ]
        for name, text in [*damaged, *strange]:
            at += 1
            if text != own and at % share == 0:
                argument = "after" if at % 2 else "before"
                yield Case(GROUP, f"{one['name']}: {name}", page(one, {"first": 2, argument: text}), ("BAD_CURSOR",))


WHOSE = ("mine", "foreign")


async def cursor(asker: Asker, one: Mapping[str, Any], whose: str) -> str:
    """A cursor that the server has just made."""
    answer = await asker.answer(page(one, {"first": DATA["sizes"]}, whose))
    found = ((answer.json.get("data") or {}).get(one["field"]) or {}).get("pageInfo", {}).get("endCursor")
    if not found:
        raise NoCursor(f"{one['name']}: {answer.body[:300]!r}")
    return str(found)


def page(one: Mapping[str, Any], variables: Mapping[str, Any], whose: str = "mine") -> Sent:
    body = json.dumps({"query": one["query"], "variables": variables}).encode()
    return Sent("POST", "/graphql", JSON, body, token=whose, query=one["query"])


def made(what: Mapping[str, Any], cursor: str) -> Iterator[tuple[str, str]]:
    """The damaged forms of a cursor, with names."""
    raw = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
    return KINDS[what["kind"]](what, cursor, raw)


def sealed(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def flipped(what: Mapping[str, Any], _cursor: str, raw: bytes) -> Iterator[tuple[str, str]]:
    for at in range(0, len(raw), what["step"]):
        for bit in (0, 3, 7):
            yield f"bit {bit} of byte {at}", sealed(raw[:at] + bytes([raw[at] ^ 1 << bit]) + raw[at + 1 :])


def cut(what: Mapping[str, Any], cursor: str, _raw: bytes) -> Iterator[tuple[str, str]]:
    for length in what["lengths"]:
        yield f"after {length}", cursor[:length]
        yield f"before the last {length}", cursor[length + 1 :]


def lengthened(what: Mapping[str, Any], cursor: str, _raw: bytes) -> Iterator[tuple[str, str]]:
    for tail in what["tails"]:
        yield repr(tail), cursor + tail
        yield f"{tail!r} in front", tail + cursor


def swapped(what: Mapping[str, Any], cursor: str, _raw: bytes) -> Iterator[tuple[str, str]]:
    for at in range(0, len(cursor) - 1, what["step"]):
        yield f"{at}", cursor[:at] + cursor[at + 1] + cursor[at] + cursor[at + 2 :]


def replaced(what: Mapping[str, Any], _cursor: str, raw: bytes) -> Iterator[tuple[str, str]]:
    for at in range(0, len(raw), what["step"]):
        for byte in what["bytes"]:
            yield f"byte {at} by {byte}", sealed(raw[:at] + bytes([byte]) + raw[at + 1 :])


def left_out(what: Mapping[str, Any], _cursor: str, raw: bytes) -> Iterator[tuple[str, str]]:
    for at in range(0, len(raw), what["step"]):
        yield f"byte {at}", sealed(raw[:at] + raw[at + 1 :])


Damage = Callable[[Mapping[str, Any], str, bytes], Iterator[tuple[str, str]]]
KINDS: Mapping[str, Damage] = {
    "flip": flipped,
    "cut": cut,
    "tail": lengthened,
    "swap": swapped,
    "replace": replaced,
    "without": left_out,
}
