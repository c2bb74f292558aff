"""When what did not arrive is sent again, and when an endpoint is left alone."""

import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

# Of Standard Webhooks: the first attempt at once, each further one so long after the failure of the one before.
DELAYS = tuple(
    timedelta(seconds=seconds) for seconds in (0, 5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400)
)
JITTER = 0.2
SHORTEST, LONGEST = timedelta(seconds=1), timedelta(hours=24)
ASKED_TO_WAIT = frozenset({429, 503})
GONE = 410
GIVEN_UP_AFTER = timedelta(days=5)
# The breaker: after so many failures in a row nothing is sent for a while, then one event as a trial.
BREAKER = 5
MOST_CRASHES = 3  # of whoever sends it, beside the attempts that ended
PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 5, 300


def next_delay(
    attempts: int,
    status: int | None,
    retry_after: str | None,
    now: datetime,
    chance: Callable[[], float] = random.random,
) -> timedelta | None:
    """How long to wait after the failure of attempt number `attempts`, counted from 1; None to give up.

    >>> next_delay(1, 500, None, datetime.now(UTC), chance=lambda: 0.5)
    datetime.timedelta(seconds=5)
    """
    if attempts >= len(DELAYS):
        return None
    asked = waiting_time(retry_after, now) if status in ASKED_TO_WAIT else None
    if asked is not None:
        return min(max(asked, SHORTEST), LONGEST)
    return DELAYS[attempts] * (1 + JITTER * (2 * chance() - 1))


def waiting_time(retry_after: str | None, now: datetime) -> timedelta | None:
    """What a Retry-After header asks for: seconds, or a date; None for anything else."""
    if retry_after is None:
        return None
    if retry_after.isascii() and retry_after.isdecimal():
        return timedelta(seconds=min(int(retry_after[:12]), 10**9))
    try:
        until = parsedate_to_datetime(retry_after)
    except (ValueError, OverflowError):
        return None
    return (until if until.tzinfo else until.replace(tzinfo=UTC)) - now
