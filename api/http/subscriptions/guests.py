"""Who is connected to this process and for how long: at most so many connections each, none without a valid token."""

from __future__ import annotations

import asyncio
import logging
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from uuid import UUID

from api import telemetry
from api.db.pool import DatabaseUnavailable
from api.domain.kernel import Viewer
from api.http.auth import Authenticator
from api.http.errors import Refused, refusal_of

MOST_CONNECTIONS = 50  # of one principal, sockets and streams together
CHECK_SECONDS = 3.0  # a token that is revoked opens nothing after this and the look-up itself
BUSY_SECONDS = 1

Headers = tuple[tuple[bytes, bytes], ...]  # the Authorization header
Leave = Callable[[Refused], None]


class Guests:
    def __init__(self, authenticator: Authenticator, most: int = MOST_CONNECTIONS) -> None:
        self._authenticator = authenticator
        self._most = most
        self._connections: Counter[tuple[UUID, UUID]] = Counter()
        self._by_token: dict[Headers, set[Leave]] = {}
        self._due: dict[Headers, float] = {}  # when each token is looked at next at the latest, the first one first

    @contextmanager
    def received(self, viewer: Viewer, headers: Headers, leave: Leave) -> Iterator[None]:
        """Around a connection; `leave` is called when its token opens nothing any more.

        Raises:
            Refused: RATE_LIMITED, the principal has too many connections.
        """
        who = viewer.tenant, viewer.principal
        if self._connections[who] >= self._most:
            message = f"Too many connections; one principal may have {self._most} to a server. Close one first."
            raise Refused("RATE_LIMITED", message)
        self._connections[who] += 1
        others = self._by_token.setdefault(headers, set())
        others.add(leave)
        self._due.setdefault(headers, time.monotonic() + CHECK_SECONDS)
        try:
            yield
        finally:
            others.discard(leave)
            if not others:
                self._by_token.pop(headers, None)
                self._due.pop(headers, None)
            self._connections[who] -= 1
            if not self._connections[who]:
                del self._connections[who]

    async def run(self) -> None:
        """Look at every token again and again until cancelled."""
        while True:
            await asyncio.sleep(self._pause())
            headers = next(iter(self._due), None)
            if headers is not None:
                del self._due[headers]
                self._due[headers] = time.monotonic() + CHECK_SECONDS
                await self._check(headers)

    def _pause(self) -> float:
        """Seconds until a token is to be looked at: they take turns over the whole time, and none has to wait longer.

        Whoever comes meanwhile is due later than that.
        """
        pause = CHECK_SECONDS / max(len(self._due), 1)
        first = next(iter(self._due.values()), None)
        return pause if first is None else min(max(first - time.monotonic(), 0.0), pause)

    async def _check(self, headers: Headers) -> None:
        self._authenticator.forget_one(headers)
        try:
            await self._authenticator.viewer(headers)
        except Refused as refused:
            if refused.code == "UNAUTHENTICATED":
                for leave in tuple(self._by_token.get(headers, ())):
                    leave(refused)
        except DatabaseUnavailable:
            return  # nobody can say; no event can be read meanwhile either
        except Exception as error:  # noqa: BLE001 - one token that cannot be looked up must not keep all others in
            telemetry.log(logging.ERROR, "guests", code=refusal_of(error).code, **telemetry.described(error))
