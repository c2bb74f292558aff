"""One attempt: who owns the endpoint now, what he may see, the request, and what becomes of its answer."""

from __future__ import annotations

import asyncio
import logging
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import asyncpg
import orjson

from api import __version__, telemetry
from api.domain.access import hidden_names
from api.domain.kernel import Viewer, wire
from api.domain.webhooks import (
    PREFIX,
    CannotOpen,
    DeliveryState,
    DisabledReason,
    Sealer,
    TooLarge,
    WebhookEndpoint,
    body,
    signed,
)
from api.http.payloads import NotFitting, Payloads
from api.outbound.client import Answer, Client, Failed
from api.outbound.destinations import Unusable

from .claims import ENDED, FAILED, LOST, WORKED, Claim, release
from .schedule import DELAYS, GIVEN_UP_AFTER, GONE, MOST_CRASHES, next_delay

HEADERS = (("content-type", "application/json"), ("user-agent", f"headless-crm/{__version__}"))
KNOWN_SECONDS = 5.0  # how long rights that were taken may still count
MOST_REMEMBERED = 10_000
PAUSES = (0.2, 0.5, 1.0, 2.0, 4.0, None)  # seconds between attempts to write down how one ended
SOON, LATER = timedelta(seconds=1), timedelta(minutes=5)  # until what was held back is looked at again
WELL = range(200, 300)
REDIRECTS = range(300, 400)


class HeldBack(Exception):
    """Nothing can be sent now: it waits for the endpoint to be enabled again, or for the operator."""

    def __init__(self, reason: str, disable: DisabledReason | None = None, *, again: timedelta = SOON) -> None:
        super().__init__(reason)
        self.disable, self.again = disable, again


Disable = Callable[[UUID, UUID, DisabledReason], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Ended:
    """What an attempt came to. `again`: how long until the next one; only a WAITING delivery has one.

    `held_back`: nothing was sent, so that it does not count.
    """

    state: DeliveryState
    error: str | None = None
    answer: Answer | None = None
    again: timedelta = timedelta(0)
    disable: DisabledReason | None = None
    arrived: bool | None = None  # None: it tells nothing of the receiver
    held_back: bool = False


class Sender:
    """Ends what was claimed: each attempt is one request, outside of any transaction."""

    def __init__(
        self, connections: asyncpg.Pool, client: Client, sealer: Sealer, payloads: Payloads, disable: Disable
    ) -> None:
        self._connections, self._client = connections, client
        self._sealer, self._payloads, self._disable = sealer, payloads, disable
        self._owners: OrderedDict[tuple[UUID, int], tuple[float, Viewer | None]] = OrderedDict()

    async def send(self, claim: Claim) -> None:
        """One attempt, and what becomes of the delivery.

        Raises:
            OSError, asyncpg errors: PostgreSQL went away. What was sent is sent again when the lease ends.
        """
        ended = await self._attempt(claim)
        for pause in PAUSES:  # what has arrived is not sent again because PostgreSQL restarts just now
            try:
                disable = await self._end(claim, ended)
                break
            except LOST:
                if pause is None:
                    raise
                await asyncio.sleep(pause)
        if disable is not None:
            await self._disable(claim.tenant, claim.endpoint, disable)

    async def _end(self, claim: Claim, ended: Ended) -> DisabledReason | None:
        """Write down what became of it; why the endpoint is to be disabled, if it is."""
        disable = ended.disable
        async with self._connections.acquire() as connection:
            if ended.arrived is False:
                failing_for = await connection.fetchval(FAILED, claim.tenant, claim.endpoint)
                if disable is None and failing_for is not None and failing_for >= GIVEN_UP_AFTER:
                    disable = DisabledReason.FAILING
            elif ended.arrived:
                await connection.execute(WORKED, claim.tenant, claim.endpoint)
            await connection.execute(ENDED, claim.tenant, claim.id, claim.attempts, *outcome(ended), claim.lease)
            await release(connection, [claim])  # what was begun anew meanwhile need not wait for the end of the lease
        return disable

    async def _attempt(self, claim: Claim) -> Ended:
        if claim.attempts > len(DELAYS) + MOST_CRASHES:
            return Ended(DeliveryState.FAILED, "given up: it has never come to an end")
        try:
            payload, keys = await self._ready(claim)
        except HeldBack as error:
            return Ended(DeliveryState.WAITING, str(error), again=error.again, disable=error.disable, held_back=True)
        except TooLarge as error:
            return Ended(DeliveryState.FAILED, str(error))
        except LOST:
            raise
        except Exception as error:  # noqa: BLE001 - one delivery that we cannot make does not hold up others
            telemetry.log(logging.ERROR, "webhook", delivery=str(claim.id), **telemetry.described(error))
            return replace(failed(claim, None, "it could not be made; the log of the worker says why"), arrived=None)
        return Ended(DeliveryState.SKIPPED) if payload is None else await self._sent(claim, payload, keys)

    async def _sent(self, claim: Claim, payload: bytes, keys: list[bytes]) -> Ended:
        signatures = signed(wire(PREFIX, claim.id), int(time.time()), payload, keys)
        try:
            where = self._client.destination(claim.url)
            answer = await self._client.post(where, [*HEADERS, *signatures], payload, tenant=claim.tenant)
        except (Failed, Unusable) as error:
            return failed(claim, None, str(error))
        return judged(claim, answer)

    async def _ready(self, claim: Claim) -> tuple[bytes | None, list[bytes]]:
        """The body, as `_payload`, and the keys that sign it. Raises HeldBack, TooLarge."""
        owner = await self._owner(claim)
        if owner is None:
            raise HeldBack("the owner may not use the API any more", DisabledReason.OWNER)
        try:
            payload = await self._payload(claim, owner)
            keys = [
                self._sealer.open(sealed, tenant=claim.tenant, endpoint=claim.endpoint, id=id)
                for id, sealed in zip(claim.secret_ids, claim.sealed, strict=True)
            ]
        except NotFitting as error:
            raise HeldBack(str(error), DisabledReason.DOCUMENT) from error
        except CannotOpen as error:
            raise HeldBack("its secret does not open: CRM_SECRET_KEY is another one", again=LATER) from error
        return payload, keys

    async def _owner(self, claim: Claim) -> Viewer | None:
        # By version: what a new owner has written is never run with the rights that the one before him had.
        key = claim.endpoint, claim.version
        known = self._owners.get(key)
        if known is None or known[0] <= time.monotonic():
            async with self._connections.acquire() as connection:
                viewer = await self._payloads.owner(connection, claim.endpoint)
            known = self._owners[key] = (time.monotonic() + KNOWN_SECONDS, viewer)
            self._owners.move_to_end(key)
            if len(self._owners) > MOST_REMEMBERED:
                self._owners.popitem(last=False)
        return known[1]

    async def _payload(self, claim: Claim, owner: Viewer) -> bytes | None:
        """The body; None for what the owner may not see or did not ask for. Raises NotFitting, TooLarge."""
        if claim.position is None:
            told = {"endpoint": wire(WebhookEndpoint.prefix, claim.endpoint)}
            return body(claim.types[0], claim.occurred_at, orjson.dumps(told))
        hidden = hidden_names(owner.capability).get(claim.object or "", ())
        if claim.changed_fields and not set(claim.changed_fields) & (set(claim.changed) - set(hidden)):
            return None  # it would tell that a hidden field changed
        data = await self._payloads.data(owner, claim.document, claim.position)
        return None if data is None else body(claim.types[0], claim.occurred_at, data)


def judged(claim: Claim, answer: Answer) -> Ended:
    if answer.status in WELL:
        return Ended(DeliveryState.DELIVERED, answer=answer, arrived=True)
    if answer.status == GONE:
        return failed(claim, answer, "the receiver is gone (410)", disable=DisabledReason.GONE)
    if answer.status in REDIRECTS:
        return failed(claim, answer, "the receiver redirects, which is not followed: change the URL")
    return failed(claim, answer, f"the receiver answered {answer.status}")


def failed(claim: Claim, answer: Answer | None, error: str, *, disable: DisabledReason | None = None) -> Ended:
    status, retry_after = (answer.status, answer.retry_after) if answer else (None, None)
    again = None if disable else next_delay(claim.attempts, status, retry_after, datetime.now(UTC))
    state = DeliveryState.FAILED if again is None else DeliveryState.WAITING
    return Ended(state, error, answer, again or timedelta(0), disable, arrived=False)


def outcome(ended: Ended) -> tuple[object, ...]:
    answer = ended.answer
    return (
        ended.state.value,
        ended.again,
        answer and answer.status,
        ended.error,
        answer and round(answer.seconds * 1_000),
        answer and excerpt(answer.body),
        ended.held_back,
    )


def excerpt(text: bytes) -> str:
    """What PostgreSQL can store of it, at most 1 kB; nothing for nothing."""
    return text[:1_000].decode("utf8", "replace").replace("\0", "\N{REPLACEMENT CHARACTER}")
