"""What tokens and tenants may ask for in a while: two buckets of points for every request, shared by all processes.

The buckets are rows of `rate_buckets`, filled by the clock of the database. A process draws what it expects to need
within a second, for the bucket of the token and that of the tenant at once, and serves from memory until that is spent
or a second old; what is left goes back with the next draw.
"""

from __future__ import annotations

import asyncio
import math
import time
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from types import TracebackType
from typing import Any, Self
from uuid import UUID

import orjson

from api.db.pool import Fetching
from api.domain.kernel import Viewer
from api.http.cost import refuse_above
from api.http.errors import Refused, refusal_of
from api.http.limits import STAFF, TENANT, Limits
from api.schema.limits import RateLimit

LEASE_SECONDS = 1.0
LEAST_SECONDS = 0.25  # of a bucket's restoring; less is not worth a round trip
SHORTEST = 0.05  # seconds that a rate of spending is measured over, and between two draws of an empty bucket
BUSY_SECONDS = 0.25  # after which another try is worth it when too many requests are under way
AT_LEAST = 0.001  # seconds
MILLI = 1_000
LONGEST_AGE = 3_600.0  # seconds; a bucket is full long before
MOST_HELD = 10_000  # tokens

# One row after the other: the token's, then the tenant's, in all processes alike, so that no two wait for each other.
# A draw is told by a setting, because RETURNING knows the new row only. The level is what there was at `filled_at`,
# plus what has come back since, plus what the process returns, and never above the burst.
DRAW = """
WITH asked AS (
  SELECT * FROM unnest(ARRAY[$1::uuid, $2::uuid], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[], $7::bigint[])
    AS asked (id, rate, burst, returned, needed, wanted)
), drawn AS (
  INSERT INTO rate_buckets AS bucket (tenant_id, id, millipoints, filled_at)
  SELECT CASE WHEN set_config('crm.tenant', CAST($2::uuid AS text), true) IS NOT NULL THEN $2::uuid END,
         id,
         CASE WHEN set_config('crm.drawn', least(wanted, burst)::text, true) IS NOT NULL
              THEN burst - least(wanted, burst) END,
         clock_timestamp()
    FROM asked
  ON CONFLICT (tenant_id, id) DO UPDATE SET (millipoints, filled_at) = (
    SELECT CASE WHEN set_config('crm.drawn', granted::text, true) IS NOT NULL THEN level - granted END, at
      FROM (
        SELECT level, at, CASE WHEN level < needed THEN 0 ELSE least(wanted, level) END AS granted
          FROM (
            SELECT asked.needed, asked.wanted, clock.at,
                   least(
                     asked.burst,
                     bucket.millipoints + asked.returned + floor(
                       asked.rate * greatest(extract(epoch FROM clock.at - bucket.filled_at), 0)
                     )::bigint
                   ) AS level
              FROM asked, (SELECT clock_timestamp() AS at) AS clock
             WHERE asked.id = excluded.id
          ) AS filled
      ) AS granting
  )
  RETURNING id, millipoints, current_setting('crm.drawn')::bigint AS granted
)
SELECT json_object_agg(id, json_build_array(granted, millipoints))::text FROM drawn
"""


@dataclass(eq=False, slots=True)
class Bucket:
    """What this process has drawn of one bucket and knows of the rest. All amounts are millipoints."""

    id: UUID
    rate: int
    burst: int
    most: int  # requests under way
    running: int = 0
    left: int = 0
    drawn_at: float = -math.inf
    spent: int = 0  # since then
    room: int = 0  # between the bucket's level and the burst, before the draw
    level: int = 0  # after it
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)  # to draw; that of the tenant is taken

    def usable(self, now: float) -> int:
        """What may be spent from memory.

        A bucket that is full gets no fuller. So what would have come back meanwhile, had there been room, is taken off
        what was drawn: otherwise an idle process had a full bucket and its draw as well.
        """
        age = now - self.drawn_at
        return max(self.kept(age), 0) if age < LEASE_SECONDS else 0

    def kept(self, age: float) -> int:
        """What was drawn and not spent, less what a full bucket would not have taken."""
        overflow = int((min(LONGEST_AGE, age)) * self.rate) - self.spent - self.room
        return self.left - overflow if overflow > 0 else self.left

    def there(self, now: float) -> int:
        """What there is in all, as far as this process knows: others may have drawn or returned."""
        if self.drawn_at == -math.inf:
            return self.burst
        age = now - self.drawn_at
        return min(self.burst, max(self.kept(age), 0) + self.level + int(age * self.rate))

    def seconds_until(self, needed: int, now: float) -> float:
        """Until there is enough, 0 if there is now. Too little is not drawn again and again."""
        enough = max(needed, int(self.rate * SHORTEST))
        return max(0.0, (min(enough, self.burst) - self.there(now)) / self.rate)

    def wanted(self, needed: int, now: float) -> int:
        """What to draw: as much as was spent lately, for a second; a little more than needed at least."""
        lately = self.spent / max(now - self.drawn_at, SHORTEST)
        return max(needed, int(self.rate * LEAST_SECONDS), min(int(lately * LEASE_SECONDS), self.rate))

    def draw(self, granted: int, level: int, now: float) -> None:
        self.left += granted  # to what was given back while the draw was under way
        self.level, self.drawn_at, self.spent = level, now, 0
        self.room = self.burst - level - granted


class Pair:
    """The buckets of a token and of its tenant, and the limits of such a token, as they are told to callers."""

    __slots__ = ("limits", "policy", "template", "tenant", "token")

    def __init__(self, token: Bucket, tenant: Bucket, limits: Limits) -> None:
        self.token, self.tenant, self.limits = token, tenant, limits
        window = -(-limits.burst // limits.points_per_second)
        self.policy = b"ratelimit-policy", b'"points";q=%d;w=%d' % (limits.burst, window)
        self.template = b'{"requested":%%d,"actual":%%d,"limit":%d,"remaining":%%d,"restorePerSecond":%d}' % (
            limits.burst,
            limits.points_per_second,
        )


class Rates:
    """The budgets of this process. `limits`: those of each kind of token, by its name; others have those of staff."""

    def __init__(self, pool: Fetching, limits: Mapping[str, Limits] | None = None) -> None:
        self.pool = pool
        self._limits = {"STAFF": STAFF, **(limits or {})}
        self._tokens: OrderedDict[UUID, Pair] = OrderedDict()
        self._tenants: OrderedDict[UUID, Bucket] = OrderedDict()

    def limits_of(self, viewer: Viewer) -> Limits:
        return self._limits.get(viewer.kind.value) or self._limits["STAFF"]

    def admit(self, viewer: Viewer, requested: int, *, counted: bool = True) -> Admission:
        """`async with rates.admit(viewer, requested) as admission:` around everything the request does.

        `counted`: among the requests under way; what is bounded otherwise is not.

        Entering raises `Refused`, QUERY_TOO_EXPENSIVE or RATE_LIMITED, or what the database raises when it does not
        answer.
        """
        pair = self._tokens.get(viewer.token or viewer.principal)
        return Admission(self, pair or self._pair(viewer), requested, counted=counted)

    def _pair(self, viewer: Viewer) -> Pair:
        token, limits = viewer.token or viewer.principal, self.limits_of(viewer)
        tenant = self._tenants.get(viewer.tenant)
        if tenant is None:
            tenant = self._tenants[viewer.tenant] = a_bucket(viewer.tenant, self._limits["STAFF"], TENANT)
        pair = self._tokens[token] = Pair(a_bucket(token, limits), tenant, limits)
        forget_oldest(self._tokens)
        forget_oldest(self._tenants)
        return pair

    async def draw(self, pair: Pair, needed: int) -> None:
        """Have so many millipoints in both buckets.

        Raises:
            Refused: RATE_LIMITED.
        """
        async with pair.tenant.turn:
            if not enough(pair, needed, time.monotonic()):
                await self._draw(pair, needed)

    async def _draw(self, pair: Pair, needed: int) -> None:
        now, buckets = time.monotonic(), (pair.token, pair.tenant)
        refuse_for(seconds_until(pair, needed, now))
        wanted = [one.wanted(needed, now) for one in buckets]
        returned = [max(one.kept(now - one.drawn_at), 0) for one in buckets]
        for one in buckets:
            one.left = 0  # whatever becomes of the draw, nothing is spent twice
        # The token comes first, and not the tenant: a draw takes nothing of the tenant's share of the pool, or who has
        # all of that would wait for the draw, and then again. There is one at a time for each tenant.
        each: Sequence[Any] = (
            *(str(one.id) for one in buckets),
            [one.rate for one in buckets],
            [one.burst for one in buckets],
            returned,
            [needed] * len(buckets),
            wanted,
        )
        answer = orjson.loads(await self.pool.fetch(DRAW, each))
        now = time.monotonic()
        for one in buckets:
            granted, level = answer[str(one.id)]
            one.draw(granted, level, now)
        if not enough(pair, needed, now):
            refuse_for(max(seconds_until(pair, needed, now), AT_LEAST))


def a_bucket(id: UUID, limits: Limits, times: int = 1) -> Bucket:
    rate, burst = limits.points_per_second * MILLI * times, limits.burst * MILLI * times
    return Bucket(id, rate, burst, limits.concurrent * times)


def enough(pair: Pair, needed: int, now: float) -> bool:
    return pair.token.usable(now) >= needed and pair.tenant.usable(now) >= needed


def seconds_until(pair: Pair, needed: int, now: float) -> float:
    """Until both buckets have enough, by what is known of them; a bucket not drawn of lately may have it now."""
    short = [
        one for one in (pair.token, pair.tenant) if one.usable(now) < needed and now - one.drawn_at < LEASE_SECONDS
    ]
    return max((one.seconds_until(needed, now) for one in short), default=0.0)


def refuse_for(seconds: float) -> None:
    """Raise RATE_LIMITED unless it is for no time."""
    if seconds > 0:
        raise limited("This token or its tenant has asked for too much.", seconds)


def limited(why: str, seconds: float) -> Refused:
    milliseconds = math.ceil(seconds * 1000) + 1  # the clocks of the database and of this process run apart a little
    message = f"{why} Try again in {milliseconds / 1000:.3g} seconds."
    after = str(math.ceil(milliseconds / 1000)).encode()
    return Refused(
        "RATE_LIMITED",
        errors=({"message": message, "extensions": {"retryAfterMs": milliseconds}},),
        headers=[(b"retry-after", after)],
    )


def forget_oldest(held: OrderedDict[UUID, Any]) -> None:
    """Let go what was made first; what it has drawn is lost, and requests under way are counted anew."""
    if len(held) > MOST_HELD:
        held.popitem(last=False)


class Admission:
    """One request's leave to run: what it was charged, and what the caller is told about it."""

    __slots__ = ("_counted", "_left", "_pair", "_rates", "_settled", "actual", "requested")

    def __init__(self, rates: Rates, pair: Pair, requested: int, *, counted: bool = True) -> None:
        self.requested = requested
        self.actual = 0
        self._rates = rates
        self._pair = pair
        self._counted = int(counted)
        self._settled = False
        self._left: int | None = None

    async def __aenter__(self) -> Self:
        pair, needed = self._pair, self.requested * MILLI
        token, tenant = pair.token, pair.tenant
        refuse_above(self.requested, pair.limits.cost)
        if self._counted and (token.running >= token.most or tenant.running >= tenant.most):
            raise limited("This token or its tenant has too many requests under way.", BUSY_SECONDS)
        token.running += self._counted
        tenant.running += self._counted
        try:
            if not enough(pair, needed, time.monotonic()):
                await self._rates.draw(pair, needed)
        except BaseException:
            self._leave()
            raise
        self._charge(self.requested)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._leave()
        # A request that was stopped has kept the database busy. Any other failure has cost nothing but the attempt.
        if isinstance(error, Exception) and not self._settled and refusal_of(error).code != "TIMEOUT":
            self.settle(1)

    def settle(self, actual: int) -> None:
        """Give back what was charged and not used; only the first call counts."""
        if not self._settled:
            self._settled = True
            self._charge(min(actual, self.requested) - self.requested)

    def _charge(self, points: int) -> None:
        """Take points out of both buckets, or give them back."""
        self.actual += points
        self._left = None
        amount = points * MILLI
        token, tenant = self._pair.token, self._pair.tenant
        token.left -= amount
        token.spent += amount
        tenant.left -= amount
        tenant.spent += amount

    def _leave(self) -> None:
        self._pair.token.running -= self._counted
        self._pair.tenant.running -= self._counted

    # -- what the caller is told --------------------------------------------------------------------------------------

    @property
    def remaining(self) -> int:
        """Points the token has left, or its tenant if that is less."""
        if self._left is None:
            now = time.monotonic()
            self._left = max(min(self._pair.token.there(now), self._pair.tenant.there(now)) // MILLI, 0)
        return self._left

    def extension(self, fields: Mapping[str, int] | None = None) -> bytes:
        """`extensions.cost` as JSON; `fields`: the requested cost of each root field, for those who ask."""
        told = self._pair.template % (self.requested, self.actual, self.remaining)
        return told if fields is None else told[:-1] + b',"fields":' + orjson.dumps(fields) + b"}"

    def headers(self) -> tuple[tuple[bytes, bytes], ...]:
        """`RateLimit` and `RateLimit-Policy`, as in draft-ietf-httpapi-ratelimit-headers-11."""
        limits, left = self._pair.limits, self.remaining
        reset = -(-(limits.burst - left) // limits.points_per_second)
        return self._pair.policy, (b"ratelimit", b'"points";r=%d;t=%d' % (left, reset))

    def memory(self) -> Memory:
        """The root value of what is answered from memory."""
        limits, left = self._pair.limits, self.remaining
        rate = float(limits.points_per_second)
        at = datetime.now(UTC) + timedelta(seconds=(limits.burst - left) / rate)
        return Memory(
            RateLimit(cost=self.requested, limit=limits.burst, remaining=left, restore_per_second=rate, reset_at=at)
        )


@dataclass(frozen=True, slots=True)
class Memory:
    """Fields of Query that are answered without the database, by their names in Python."""

    rate_limit: RateLimit
