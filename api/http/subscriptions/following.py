"""One subscription, whatever carries it: from a position in the feed on, as what its reader may see at each moment."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence

from graphql import OperationType

from api import telemetry
from api.domain.kernel import Viewer
from api.http.envelope import Envelope
from api.http.errors import CODES, Refused, refusal_of
from api.http.front import Call, Event, Page, Services, called
from api.http.metrics import Metrics
from api.http.rates import Admission
from api.http.subscriptions.guests import Guests, Headers
from api.http.subscriptions.hub import Feed, Follower, Hub

PAGE = 12  # events in one read: 20 subscriptions of a socket never have more than 256 waiting
PAGE_BYTES = 50_000  # and not more than about 1 MB
READ_SECONDS = 10.0  # as any request; a connection that is silent is given up then
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 5.0  # seconds until a read that failed is tried again
BEFORE_DATA = b'{"data":'
NOT_HERE = "Only subscriptions are streamed; send queries and mutations by POST, with Accept: application/json."


class Subscriptions:
    """What all subscriptions of a process share."""

    def __init__(self, services: Services, hub: Hub, metrics: Metrics) -> None:
        self.services = services
        self.hub = hub
        self.metrics = metrics
        self.guests = Guests(services.authenticator)

    async def run(self) -> None:
        """Keep everything going until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(kept_going(self.hub.run))
            tasks.create_task(kept_going(self.guests.run))


async def kept_going(run: Callable[[], Awaitable[None]]) -> None:
    """Begin again whatever happens: without these loops nobody would hear of anything, or be put out."""
    while True:
        try:
            await run()
        except Exception as error:  # noqa: BLE001 - whatever it is, it is a mistake of ours and goes to the log
            telemetry.log(logging.ERROR, "failed", code="INTERNAL", **telemetry.described(error))
        await asyncio.sleep(FIRST_PAUSE)


class Following:
    """`await begin()`, then `await more()` again and again."""

    def __init__(self, shared: Subscriptions, headers: Headers, envelope: Envelope, after: int | None = None) -> None:
        """`after`: the position to begin behind, whatever the document says."""
        self._shared = shared
        self._headers = headers
        self._envelope = envelope
        self._position = after
        self._told = 0  # up to which all has been taken by the connection
        self._waiting: Follower | None = None
        self._more = False
        self._owed = 0  # points of an event that there was no budget for
        self._ahead = 0  # points that were paid before it was read again
        self.document: str | None = None
        self.cost = 0

    async def begin(self, viewer: Viewer, feed: Feed) -> Admission:
        """Find out where to begin, for what one event costs. Events are charged as they come.

        Raises:
            Refused, RequestError, RequestErrors: such an operation cannot be followed, or not now.
            DatabaseUnavailable: nobody can say.
        """
        self._feed = feed
        call = await self._call(viewer)
        self.document = call.document.name
        if call.kind is not OperationType.SUBSCRIPTION:
            raise Refused("METHOD_NOT_ALLOWED", NOT_HERE)
        points = call.operation.cost.requested(call.variables)
        admission = self._shared.services.rates.admit(viewer, points, counted=False)
        async with admission:
            asked = call.front.feed.asked(call.document.node, call.operation.node, call.variables, viewer)
            self._interest = asked.interest
            if self._position is None:
                self._position = asked.after
            admission.settle(1)
        self._more = self._position is not None  # it may be gone, or not have been reached
        if self._position is None:
            self._position = await call.front.feed.newest(viewer)
        self._told = self._position
        return admission

    async def more(self) -> Sequence[Event]:
        """The events that come next, at least one. Waits for them, for the database and for the caller's budget.

        Raises:
            Refused, RequestError, RequestErrors: it cannot be followed any longer.
        """
        pause = FIRST_PAUSE
        while True:
            self._told = self._position or 0
            if not self._more:
                self._waiting = Follower(self._told, self._interest)
                self._position = self._told = await self._feed.grown(self._waiting)
            try:
                events = await self._next()
            except Exception as error:
                refused = refusal_of(error)
                if not CODES[refused.code].retryable:
                    raise
                await asyncio.sleep(max(pause, wait_of(refused)))
                pause = min(pause * 2, LONGEST_PAUSE)
            else:
                if events:
                    self._shared.metrics.events.inc(len(events))
                    return events
                pause = FIRST_PAUSE

    @property
    def position(self) -> int:
        """Up to here there is nothing that the connection has not taken: where a new one may begin."""
        return max(self._told, self._waiting.position if self._waiting else 0)

    async def _next(self) -> Sequence[Event]:
        head, services = self._feed.head, self._shared.services
        viewer = await services.authenticator.viewer(self._headers)
        call = await self._call(viewer)
        await self._pay(viewer)
        async with asyncio.timeout(READ_SECONDS):
            page = await self._page(call, head, self._position or 0)
        events = await self._charged(call, within(page.events))
        whole = len(events) == len(page.events)
        self._position = page.position if whole else events[-1].position
        self._more = page.more or not whole
        return events

    async def _call(self, viewer: Viewer) -> Call:
        async with asyncio.timeout(READ_SECONDS):
            return await called(self._shared.services.front(viewer), self._envelope, viewer, "POST")

    async def _page(self, call: Call, head: int | None, after: int) -> Page:
        async with asyncio.timeout(self._shared.services.timeout_seconds):
            return await call.front.feed.page(
                call.document.node,
                call.operation.node,
                call.variables,
                call.viewer,
                key=call.key,
                head=head,
                after=after,
                most=PAGE,
            )

    async def _pay(self, viewer: Viewer) -> None:
        """Pay for the event that waits for it, before it is read again: an empty budget keeps no connection busy.

        Raises:
            Refused: RATE_LIMITED, there is still not enough.
        """
        if self._owed:
            async with self._shared.services.rates.admit(viewer, self._owed, counted=False):
                self.cost += self._owed
                self._ahead, self._owed = self._ahead + self._owed, 0

    async def _charged(self, call: Call, events: Sequence[Event]) -> Sequence[Event]:
        """The events that the caller's budget is enough for; it is charged for them, but for what was paid ahead.

        Raises:
            Refused: RATE_LIMITED, it is not enough for the first one.
        """
        rates, cost = self._shared.services.rates, call.operation.cost
        reckoned = cost.reckoned(call.variables)
        for count, event in enumerate(events):
            whole = cost.actual(reckoned, event.data[len(BEFORE_DATA) : -1])
            points = max(whole - self._ahead, 0)
            try:
                async with rates.admit(call.viewer, points, counted=False):
                    self.cost += points
                    self._ahead -= whole - points
            except Refused as refused:
                self._owed = points if refused.code == "RATE_LIMITED" else 0
                if not count:
                    raise
                return events[:count]
        return events


def within(events: Sequence[Event]) -> Sequence[Event]:
    """As many as fit together, at least one; the rest is read again."""
    size = 0
    for count, event in enumerate(events):
        size += len(event.data)
        if size > PAGE_BYTES and count:
            return events[:count]
    return events


def wait_of(refused: Refused) -> float:
    """The seconds after which another try may succeed, as the caller himself would be told."""
    (first, *_) = refused.formatted()
    return float((first.get("extensions") or {}).get("retryAfterMs", 0)) / 1000
