"""The feed of one edition of the schema: what `api.schema.feed` reads, once for all who ask the same at once."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple

import orjson
from graphql import DocumentNode, OperationDefinitionNode

from api.compiler.feed import SCANNED
from api.domain.kernel import Viewer
from api.http.errors import Refused
from api.schema.feed import feed_page, feed_start, newest
from api.schema.reading import Reads

READS = 4  # at once, of all subscriptions of a process; the other connections are for requests
POSITION = re.compile("0|[1-9][0-9]{0,17}", re.ASCII)


class Event(NamedTuple):
    position: int
    data: bytes


@dataclass(frozen=True, slots=True)
class Page:
    events: tuple[Event, ...]
    position: int
    more: bool


class Feeds:
    """Readers who may see the same and ask for the same from the same position on share one statement."""

    def __init__(self, reads: Reads, turns: asyncio.Semaphore) -> None:
        """`turns`: how many of all editions may read at once."""
        self._reads = reads
        self._turns = turns
        self._running: dict[Hashable, asyncio.Task[Page]] = {}

    async def start(
        self,
        document: DocumentNode,
        operation: OperationDefinitionNode,
        variables: Mapping[str, Any],
        viewer: Viewer,
    ) -> int:
        """The position that the operation begins behind: the newest if it does not say.

        Raises:
            RequestErrors: variables do not fit their types.
            Refused: BAD_CURSOR.
        """
        given = feed_start(self._reads, document, operation, variables, viewer)
        if given is None:
            return await newest(self._reads, viewer)
        if not POSITION.fullmatch(given):
            raise Refused("BAD_CURSOR", "after is no position of an event: leave it out, or give one of those seen.")
        return int(given)

    async def page(  # noqa: PLR0913 - what a page depends on
        self,
        document: DocumentNode,
        operation: OperationDefinitionNode,
        variables: Mapping[str, Any],
        viewer: Viewer,
        *,
        key: Hashable,
        growth: int,
        after: int,
        most: int,
    ) -> Page:
        """`growth`: of the feed when it was last looked at; a read that began before is not shared.

        Raises:
            RequestErrors, RequestError: as `feed_page`.
        """
        who = viewer.tenant, viewer.principal, viewer.team, viewer.account, viewer.capability.hash
        told = orjson.dumps(variables, option=orjson.OPT_SORT_KEYS)
        question = key, who, told, growth, after, most
        running = self._running.get(question)
        if running is None:
            reading = self._page(document, operation, variables, viewer, key, after, most)
            running = self._running[question] = asyncio.ensure_future(reading)
            running.add_done_callback(partial(self._done, question))
        return await asyncio.shield(running)  # whoever gives up does not take the others with him

    async def _page(  # noqa: PLR0913, PLR0917 - as above
        self,
        document: DocumentNode,
        operation: OperationDefinitionNode,
        variables: Mapping[str, Any],
        viewer: Viewer,
        key: Hashable,
        after: int,
        most: int,
    ) -> Page:
        async with self._turns:
            found = await feed_page(
                self._reads, document, operation, variables, viewer, key=key, after=after, limit=most
            )
        more = len(found.events) >= most or found.position - after >= SCANNED
        return Page(tuple(Event(*one) for one in found.events), found.position, more)

    def _done(self, question: Hashable, task: asyncio.Task[Page]) -> None:
        self._running.pop(question, None)
        if not task.cancelled():
            task.exception()  # those who waited have it, if anybody still does
