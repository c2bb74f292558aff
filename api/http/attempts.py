"""How often an address may fail: a small bucket for each, in the memory of the process."""

from __future__ import annotations

import ipaddress
import math
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from api.http.errors import CODES, Refused

AT_ONCE = 10
SECONDS_EACH = 6.0
MOST_ADDRESSES = 10_000
NETWORK_BITS = 64  # of IPv6: whoever has one address of it has all of them


class Attempts:
    """Each attempt takes one; what does not fail gives it back. Behind a proxy all have the address of the proxy."""

    def __init__(
        self,
        clock: Callable[[], float] = time.monotonic,
        *,
        at_once: int = AT_ONCE,
        seconds_each: float = SECONDS_EACH,
    ) -> None:
        """`at_once` may fail; one of them comes back every `seconds_each`."""
        self._clock = clock
        self._at_once, self._each = at_once, seconds_each
        self._full_at: OrderedDict[str, float] = OrderedDict()  # when the bucket is full again

    @contextmanager
    def counted(self, address: str) -> Iterator[None]:
        """An attempt; it counts if it is refused, but not for what is no fault of the caller's.

        Raises:
            Refused: RATE_LIMITED, as `take`.
        """
        self.take(address)
        failed = False
        try:
            yield
        except Refused as refusal:
            failed = not CODES[refusal.code].retryable
            raise
        finally:
            if not failed:
                self.give_back(address)

    def take(self, address: str) -> None:
        """Raise RATE_LIMITED if this address has failed too often."""
        self.check(address)
        now, key = self._clock(), network(address)
        self._full_at[key] = max(self._full_at.get(key, now), now) + self._each
        self._full_at.move_to_end(key)
        if len(self._full_at) > MOST_ADDRESSES:
            self._full_at.popitem(last=False)

    def check(self, address: str) -> None:
        """As `take`, and takes nothing."""
        now = self._clock()
        wait = max(self._full_at.get(network(address), now), now) + (1 - self._at_once) * self._each - now
        if wait > 0:
            message = f"Too many attempts failed from this address. Try again in {math.ceil(wait)} seconds."
            raise Refused("RATE_LIMITED", message, headers=[(b"retry-after", str(math.ceil(wait)).encode())])

    def give_back(self, address: str) -> None:
        key = network(address)
        if key in self._full_at:
            self._full_at[key] -= self._each


def network(address: str) -> str:
    """The address, or for IPv6 the network it is in; what is no address stands for itself."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv4Address):
        return address
    if parsed.ipv4_mapped is not None:
        return str(parsed.ipv4_mapped)
    return str(ipaddress.ip_network((int(parsed), NETWORK_BITS), strict=False))
