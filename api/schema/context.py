"""What a mutation's resolvers get to work with."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from graphql import DocumentNode
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from api.domain.kernel import Viewer


@dataclass
class Context:
    """One mutation request. `read_back(info, object, id)` reads a record under the caller's rights, after commit."""

    viewer: Viewer
    sessions: async_sessionmaker[AsyncSession]
    document: DocumentNode
    variables: Mapping[str, Any]
    request_id: str
    idempotency_key: str | None
    now: Callable[[], datetime]
    read_back: Callable[[Any, str, Any], Awaitable[Any]]
    read_in_work: Callable[[Any, Any, str, Any, str], Awaitable[Any]]
    replayed: list[bool] = field(default_factory=list)
