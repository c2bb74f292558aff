"""Record ids: UUIDv7 inside, `<prefix>_<32 hex digits>` on the wire."""

import re
from uuid import UUID

from uuid_utils.compat import uuid7

from .errors import MalformedId

WIRE = re.compile(r"([a-z]{3})_([0-9a-f]{32})")


def new_id() -> UUID:
    """A UUIDv7: later ids sort after earlier ones, to the millisecond, in one process also within it."""
    return uuid7()


def wire(prefix: str, id: UUID) -> str:
    return f"{prefix}_{id.hex}"


def prefix_of(text: str) -> str | None:
    """The prefix of a well-formed id, None for anything else."""
    match = WIRE.fullmatch(text)
    return match[1] if match else None


def parse(prefix: str, text: str) -> UUID:
    """The id behind its wire form.

    Raises:
        MalformedId: not `<prefix>_<32 lower-case hex digits>`; the message names the prefix that was expected.
    """
    match = WIRE.fullmatch(text)
    if match is None or match[1] != prefix:
        raise MalformedId(prefix, text[:100])
    return UUID(match[2])
