"""Files of persisted documents as the compilers of clients write them, as pairs of an id and a text.

Two forms are known: an object of ids and texts (graphql-codegen's `persistedDocuments`, Relay's `persistConfig`) and
Apollo's list of operations. In both the id is, or can be set to be, the SHA-256 of the text; nothing else is taken,
because a client sends its ids to the API and could not find anything under another.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from api.http.envelope import ID_PREFIX
from api.http.errors import Refused
from api.http.strict_json import deeper_than_allowed, refuse_unstorable_text

from .output import CommandRefused

APOLLO = "apollo-persisted-query-manifest"
APOLLO_VERSION = 1
MOST_BYTES = 20_000_000
LONGEST_SHOWN = 70
NAME = re.compile(r"\b(?:query|mutation|subscription)\s+([_A-Za-z][_0-9A-Za-z]{0,99})")
# What other compilers make by default, by the number of digits, and how to have SHA-256 instead.
OTHER_HASHES: Mapping[int, tuple[str, str]] = {
    32: ("an MD5", ": in Relay set persistConfig.algorithm to SHA256"),
    40: ("a SHA-1", ": in graphql-codegen set persistedDocuments.hashAlgorithm to sha256"),
    64: ("that of another text", ""),
}


@dataclass(frozen=True)
class Listed:
    """One document of a manifest."""

    id: str
    text: str

    @property
    def name(self) -> str:
        """The operation's name as far as it can be seen without parsing, else the id."""
        found = NAME.search(self.text)
        return found[1] if found else shown(self.id)

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.text.encode()).hexdigest()

    def problem(self) -> str | None:
        """Why the document cannot be registered, whatever the schema."""
        try:
            refuse_unstorable_text(self.text)
        except Refused as refused:
            return str(refused)
        given = self.id.removeprefix(ID_PREFIX)
        if given == self.sha256:
            return None
        kind, remedy = OTHER_HASHES.get(len(given), ("no SHA-256", ""))
        return f"its id {shown(self.id)} is {kind} and should be {self.sha256}{remedy}."


def read(path: Path) -> Sequence[Listed]:
    """The documents of a manifest.

    Raises:
        CommandRefused: there is no such file, or it is not a manifest.
    """
    try:
        with path.open("rb") as file:
            content = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise CommandRefused("NOT_FOUND", f"{path} cannot be read ({error.strerror}): name the manifest.") from error
    if len(content) > MOST_BYTES:
        raise not_a_manifest(path, f"it has more than {MOST_BYTES:,} bytes: split it, each part is pushed by itself")
    members = members_of(path, content)
    if members.get("format") == APOLLO:
        return list(of_apollo(path, members))
    for id, text in members.items():
        if not isinstance(text, str):
            raise not_a_manifest(path, f"the value of {shown(id)!r} is not the text of a document")
    return [Listed(id, text) for id, text in members.items()]


def members_of(path: Path, content: bytes) -> Mapping[str, Any]:
    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        seen: dict[str, Any] = {}
        for key, value in pairs:
            if key in seen:
                raise not_a_manifest(path, f"{shown(key)!r} is in it twice")
            seen[key] = value
        return seen

    if deeper_than_allowed(content):
        raise not_a_manifest(path, "it is nested too deeply")
    try:
        found = json.loads(content.decode(), object_pairs_hook=unique)
    except UnicodeDecodeError as error:
        raise not_a_manifest(path, "it is not UTF-8") from error
    except json.JSONDecodeError as error:
        raise not_a_manifest(path, f"it is not JSON (line {error.lineno}, column {error.colno})") from error
    except ValueError as error:  # a number of thousands of digits
        raise not_a_manifest(path, "a number in it is too long") from error
    if not isinstance(found, dict):
        raise not_a_manifest(path, "it is not a JSON object")
    return found


def of_apollo(path: Path, members: Mapping[str, Any]) -> Iterator[Listed]:
    version, operations = members.get("version"), members.get("operations")
    if version is True or version != APOLLO_VERSION or not isinstance(operations, list):
        raise not_a_manifest(path, f"of Apollo's manifests only version {APOLLO_VERSION} with its operations is known")
    seen: set[str] = set()
    for number, operation in enumerate(operations, 1):
        members = operation if isinstance(operation, dict) else {}
        id, text = members.get("id"), members.get("body")
        if not isinstance(id, str) or not isinstance(text, str):
            raise not_a_manifest(path, f"operation {number} has no id or no body")
        if id in seen:
            raise not_a_manifest(path, f"{shown(id)!r} is in it twice")
        seen.add(id)
        yield Listed(id, text)


def not_a_manifest(path: Path, reason: str) -> CommandRefused:
    return CommandRefused("MANIFEST", f"{path}: {reason}. Nothing was registered.")


def shown(id: str) -> str:
    """An id as it may stand in a line: shortened, and nothing in it that would make a line of its own."""
    safe = "".join(character if character.isprintable() else "�" for character in id[: LONGEST_SHOWN + 1])
    return safe if len(safe) <= LONGEST_SHOWN else f"{safe[: LONGEST_SHOWN - 1]}…"
