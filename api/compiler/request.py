"""What a compiled statement's parameters are computed from."""

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import lru_cache
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
    former: tuple[bytes, ...] = ()  # secrets that cursors may have been written with before


Getter = Callable[[Request], Any]


def tenant_of(request: Request) -> UUID:
    return request.tenant


def now_of(request: Request) -> datetime:
    return request.now


def tenant_text(request: Request) -> str:
    return text_of(request.tenant)


def principal_text(request: Request) -> str:
    return text_of(request.principal)


@lru_cache(maxsize=10_000)
def text_of(id: UUID) -> str:
    """Asked for in every request, mostly of the same few."""
    return str(id)
