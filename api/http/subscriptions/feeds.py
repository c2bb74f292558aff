"""The feed of one edition of the schema: what `api.schema.feed` reads, once for all who ask the same at once."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Hashable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple, TypeVar
from uuid import UUID

import orjson
from graphql import DocumentNode, OperationDefinitionNode

from api.compiler.arguments import Leaves
from api.compiler.feed import SCANNED
from api.domain.kernel import Viewer
from api.http.errors import Refused
from api.http.front import Asked, Interest
from api.schema.feed import feed_page, feed_start, newest
from api.schema.reading import Reads
from api.shares import Shares

READS = 4  # at once, of all subscriptions of a process; the other connections are for requests
T = TypeVar("T")
POSITION = re.compile("0|[1-9][0-9]{0,17}", re.ASCII)


class Event(NamedTuple):
    position: int
    data: bytes


@dataclass(frozen=True, slots=True)
class Page:
    events: tuple[Event, ...]
    position: int
    more: bool


class Turns:
    """How many reads of subscriptions run at once in a process; a tenant that has all but one waits for its own."""

    def __init__(self, size: int) -> None:
        self._free = asyncio.Semaphore(size)
        self._shares = Shares(size, max(1, size - 1))

    @asynccontextmanager
    async def of(self, tenant: UUID) -> AsyncIterator[None]:
        await self._shares.enter(tenant)
        try:
            async with self._free:
                yield
        finally:
            self._shares.leave(tenant)


class Feeds:
    """Readers who may see the same and ask for the same from the same position on share one statement."""

    def __init__(self, reads: Reads, turns: Turns, seconds: float) -> None:
        """`turns`: those of all editions; `seconds`: how long one read may take."""
        self._reads = reads
        self._turns = turns
        self._seconds = seconds
        self._running: dict[Hashable, asyncio.Task[Any]] = {}

    def asked(
        self,
        document: DocumentNode,
        operation: OperationDefinitionNode,
        variables: Mapping[str, Any],
        viewer: Viewer,
    ) -> Asked:
        """What the arguments of the operation say.

        Raises:
            RequestErrors: variables do not fit their types.
            Refused: BAD_CURSOR, `after` is no position.
        """
        coerced, _ = self._reads.coerced(operation, variables)
        selection = self._reads.compiler.selection(document, coerced)
        _, (node, *_) = selection.subscribed(operation)
        arguments = selection.arguments(node, selection.object_type("Subscription").fields[node.name.value])
        request = self._reads.request(viewer, coerced)
        narrowing = (arguments.get(name) for name in ("types", "changedFields"))
        names = (frozenset(one.get(request)) if isinstance(one, Leaves) else None for one in narrowing)
        after = feed_start(self._reads, document, operation, variables, viewer)
        if after is not None and not POSITION.fullmatch(after):
            raise Refused("BAD_CURSOR", "after is no position of an event: leave it out, or give one of those seen.")
        return Asked(None if after is None else int(after), Interest(*names))

    async def newest(self, viewer: Viewer) -> int:
        """The position of the newest event of the viewer's tenant."""
        return await self._shared(("newest", viewer.tenant), viewer.tenant, lambda: newest(self._reads, viewer))

    async def page(  # noqa: PLR0913 - what a page depends on
        self,
        document: DocumentNode,
        operation: OperationDefinitionNode,
        variables: Mapping[str, Any],
        viewer: Viewer,
        *,
        key: Hashable,
        head: int | None,
        after: int,
        most: int,
    ) -> Page:
        """`head`: of the feed when it was last looked at; a read that began before is not shared.

        Raises:
            RequestErrors, RequestError: as `feed_page`.
        """
        who = viewer.tenant, viewer.principal, viewer.team, viewer.account, viewer.capability.hash
        told = orjson.dumps(variables, option=orjson.OPT_SORT_KEYS)
        question = key, who, told, head, after, most

        async def read() -> Page:
            found = await feed_page(
                self._reads, document, operation, variables, viewer, key=key, after=after, limit=most
            )
            more = len(found.events) >= most or found.position - after >= SCANNED
            return Page(tuple(Event(*one) for one in found.events), found.position, more)

        return await self._shared(question, viewer.tenant, read)

    async def _shared(self, question: Hashable, tenant: UUID, read: Callable[[], Awaitable[T]]) -> T:
        running = self._running.get(question)
        if running is None:
            running = self._running[question] = asyncio.ensure_future(self._in_turn(tenant, read))
            running.add_done_callback(partial(self._done, question))
        answer: T = await asyncio.shield(running)  # whoever gives up does not take the others with him
        return answer

    async def _in_turn(self, tenant: UUID, read: Callable[[], Awaitable[T]]) -> T:
        # Nobody who waits may stop it, so it ends by itself: a silent connection would keep its turn for ever.
        async with asyncio.timeout(self._seconds), self._turns.of(tenant):
            return await read()

    def _done(self, question: Hashable, task: asyncio.Task[Any]) -> None:
        self._running.pop(question, None)
        if not task.cancelled():
            task.exception()  # those who waited have it, if anybody still does
