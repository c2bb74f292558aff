"""What a compiled statement's parameters are computed from."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID


class Request(NamedTuple):
    """The values of one execution: coerced variables, the asking principal, the instant, the cursor secret."""

    variables: Mapping[str, Any]
    tenant: UUID
    principal: UUID
    user: UUID | None
    now: datetime
    secret: bytes
    facts: Mapping[str, Any]  # further values of the viewer, and ids of records to read back


Getter = Callable[[Request], Any]
