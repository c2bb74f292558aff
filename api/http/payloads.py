"""What an event says to the owner of a webhook: his document, run for the one event with the rights he has now."""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from datetime import UTC, datetime
from typing import Any

import asyncpg
import orjson
from asyncpg.pool import PoolConnectionProxy
from graphql import FieldNode, OperationDefinitionNode, OperationType

from api.compiler import Cache, RequestError, Verify
from api.db.pool import Fetching
from api.domain.kernel import Invalid, NotFound, Viewer
from api.domain.webhooks import Sealer, TooLarge, body
from api.http.auth import utc_now, viewer_of
from api.http.documents import Document, Documents
from api.http.errors import Refused
from api.http.limits import Limits
from api.http.rates import Rates
from api.outbound.guard import Guard
from api.schema import schema
from api.schema.editions import MOST_EDITIONS, Edition
from api.schema.feed import feed_page
from api.schema.reading import Reads

OWNER = "SELECT coalesce((SELECT row_to_json(found)::text FROM crm_webhook_owner($1) AS found), 'null')"
EXPIRED = "POSITION_EXPIRED"
SHARED_SECONDS, MOST_SHARED = 1.0, 1_000
READ_SECONDS = 10.0  # as any request; a connection that is silent is given up then
ANY_EVENT = "subscription { events { id } }"
WRONG = "it is a subscription to `events` without variables and without `after`: subscription { events { … } }"
Kept = tuple[Documents, Reads]


class NotFitting(Exception):
    """The owner may not run the document, or may not any more; the text says why."""


class Payloads:
    """Documents of webhooks by the edition of the schema that their owners see."""

    def __init__(
        self,
        pool: Fetching,
        secret: bytes,
        limits: Limits,
        *,
        now: Callable[[], datetime] = utc_now,
        verify: Verify | None = None,
    ) -> None:
        def kept(edition: Edition) -> Kept:
            return Documents(edition.core, limits), Reads(edition.core, edition.catalog, pool, secret, now, verify)

        self._kept, self._made = kept, Cache[Kept](MOST_EDITIONS)
        self._recent: OrderedDict[Hashable, tuple[float, asyncio.Future[bytes | None]]] = OrderedDict()

    async def owner(self, connection: asyncpg.Connection | PoolConnectionProxy, endpoint: Any) -> Viewer | None:
        """The owner of an endpoint with the rights he has now; None if he may not use the API any more.

        `connection` is one of `crm_worker`.
        """
        row = orjson.loads(await connection.fetchval(OWNER, endpoint))
        if row is None or row["archived"] or row["revoked_at"] is not None:
            return None
        if row["expires_at"] is not None and datetime.fromisoformat(row["expires_at"]) <= datetime.now(UTC):
            return None
        return viewer_of(row)

    def document(self, owner: Viewer, text: str) -> tuple[Document, OperationDefinitionNode, Reads]:
        """Raises NotFitting: it is no subscription of the owner's edition, costs too much, or takes variables."""
        edition = schema.editions.of(owner.capability)
        documents, reads = self._made.get(edition, lambda: self._kept(edition))
        try:
            document = documents.get(text)
            node = document.operation(None).node
        except Refused as refused:
            raise NotFitting("; ".join(str(one["message"]) for one in refused.formatted())) from refused
        first = node.selection_set.selections[0]
        arguments = first.arguments if isinstance(first, FieldNode) else ()
        if (
            node.operation is not OperationType.SUBSCRIPTION
            or node.variable_definitions
            or any(one.name.value == "after" for one in arguments or ())
        ):
            raise NotFitting(WRONG)
        return document, node, reads

    async def data(self, owner: Viewer, text: str, position: int) -> bytes | None:
        """The answer for the event at a position, as JSON; None if it is not for him, or not kept any more.

        Endpoints that send the same to the same owner within a second share one read.

        Raises:
            NotFitting: as `document`.
            DatabaseUnavailable, TimeoutError: nobody can say.
        """
        key = owner.tenant, owner.principal, owner.team, owner.capability.hash, text, position
        until, reading = self._recent.get(key, (0.0, None))
        if reading is None or until <= time.monotonic():
            reading = asyncio.ensure_future(self._read(owner, text, position))
            self._recent[key] = (time.monotonic() + SHARED_SECONDS, reading)
            self._recent.move_to_end(key)
            reading.add_done_callback(lambda done: self._done(key, done))
            if len(self._recent) > MOST_SHARED:
                self._recent.popitem(last=False)
        return await asyncio.shield(reading)

    def _done(self, key: Hashable, reading: asyncio.Future[bytes | None]) -> None:
        """A failure is told to those who wait for it, and to nobody later."""
        if reading.cancelled() or reading.exception() is not None:
            self._recent.pop(key, None)

    async def _read(self, owner: Viewer, text: str, position: int) -> bytes | None:
        document, node, reads = self.document(owner, text)
        try:
            async with asyncio.timeout(READ_SECONDS):
                page = await feed_page(
                    reads, document.node, node, {}, owner, key=document.key, after=position - 1, until=position, limit=1
                )
        except RequestError as error:
            if error.code == EXPIRED:
                return None
            raise NotFitting(str(error)) from error
        if not page.events:
            return None
        ((_, answer),) = page.events
        return answer.removeprefix(b'{"data":').removesuffix(b"}")


class Sending:
    """What mutations about webhooks need besides the database."""

    def __init__(self, payloads: Payloads, guard: Guard, sealer: Sealer, rates: Rates) -> None:
        self._payloads, self.guard, self.sealer, self._rates = payloads, guard, sealer, rates

    def check_document(self, viewer: Viewer, text: str) -> None:
        """Raises Invalid unless the viewer may have a webhook with this document."""
        try:
            self._payloads.document(viewer, text)
        except NotFitting as error:
            raise Invalid(("document",), str(error), "document") from error

    async def preview(self, viewer: Viewer, text: str, event: tuple[str, datetime, int]) -> str | None:
        """The body that the viewer's endpoint would send for an event: type, instant, position; None for nothing.

        It costs what the document costs as an operation of its own.

        Raises:
            NotFound: the viewer may not see the event.
            Invalid: the document is none for the viewer, or the body is too long.
            Refused: RATE_LIMITED, the viewer's budget is not enough.
        """
        type_, occurred_at, position = event
        try:
            if await self._payloads.data(viewer, ANY_EVENT, position) is None:
                raise NotFound("event", ("event",))
            cost = self._payloads.document(viewer, text)[0].operation(None).cost
            reckoned = cost.reckoned({})
            async with self._rates.admit(viewer, reckoned.requested, counted=False) as admission:
                data = await self._payloads.data(viewer, text, position)
                admission.settle(1 if data is None else cost.actual(reckoned, data))
            return None if data is None else body(type_, occurred_at, data).decode()
        except (NotFitting, TooLarge) as error:
            raise Invalid(("document",), str(error), "document") from error
