"""Compiled statements by operation, shape of variables and capability."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

T = TypeVar("T")


class Cache(Generic[T]):
    """A mapping that forgets what was used longest ago. Shapes are the client's input, so it must be bounded."""

    def __init__(self, bound: int) -> None:
        self.bound = bound
        self.entries: OrderedDict[Hashable, T] = OrderedDict()

    def get(self, key: Hashable, make: Callable[[], T]) -> T:
        """The entry of `key`, made on first use."""
        found = self.entries.get(key)
        if found is not None:
            self.entries.move_to_end(key)
            return found
        made = self.entries[key] = make()
        if len(self.entries) > self.bound:
            self.entries.popitem(last=False)
        return made
