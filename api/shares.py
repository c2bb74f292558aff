"""No tenant takes a whole pool, of connections or of threads: some are always left to the others.

Without that one tenant's slow queries would keep everybody waiting, however many requests each may have under way.
"""

from __future__ import annotations

import asyncio
from collections.abc import Hashable
from dataclasses import dataclass

RESERVED = 5  # one connection of so many is never had by who has all the others


class ShareTaken(Exception):
    """One tenant asks for more than its share of a pool. Worth another try in a moment."""


@dataclass(eq=False, slots=True)
class Share:
    turns: asyncio.Semaphore
    users: int = 0  # that hold a turn or wait for one


class Shares:
    """Turns by tenant for a pool of `size` connections; one with fewer than five has nothing to reserve.

    `most` is how many of them one tenant may have, if it is not all but the reserve.
    """

    def __init__(self, size: int, most: int | None = None) -> None:
        self.most = size - size // RESERVED if most is None else most
        self._shares: dict[Hashable, Share] = {}

    async def enter(self, tenant: Hashable) -> None:
        """Wait until the tenant holds less than its share. Each `enter` that returns is followed by one `leave`."""
        share = self._shares.get(tenant)
        if share is None:
            share = self._shares[tenant] = Share(asyncio.Semaphore(self.most))
        share.users += 1
        try:
            await share.turns.acquire()
        except BaseException:
            self._forget(tenant, share)
            raise

    async def wait(self, tenant: Hashable, seconds: float) -> None:
        """As `enter`, but no longer than that.

        Raises:
            ShareTaken: the tenant still holds all that it may have.
        """
        try:
            async with asyncio.timeout(seconds):
                await self.enter(tenant)
        except TimeoutError as error:
            raise ShareTaken("this tenant has as much under way as it may have") from error

    def leave(self, tenant: Hashable) -> None:
        share = self._shares[tenant]
        share.turns.release()
        self._forget(tenant, share)

    def is_full(self, tenant: Hashable) -> bool:
        share = self._shares.get(tenant)
        return share is not None and share.turns.locked()

    def _forget(self, tenant: Hashable, share: Share) -> None:
        share.users -= 1
        if not share.users:
            del self._shares[tenant]
