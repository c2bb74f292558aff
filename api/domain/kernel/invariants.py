"""Rules about several records together, looked at when a work is done: no way to change one of them goes past."""

from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING

from .changes import Change

if TYPE_CHECKING:
    from .work import Work

Check = Callable[["Work", Sequence[Change]], Awaitable[None]]
CHECKS: list[tuple[frozenset[str], Check]] = []


def in_the_end(*objects: str) -> Callable[[Check], Check]:
    """Call the function before the end of a work that has changed such records, with those changes; it may refuse."""

    def add(check: Check) -> Check:
        CHECKS.append((frozenset(objects), check))
        return check

    return add


async def check_all(work: "Work", changes: Sequence[Change]) -> None:
    for objects, check in CHECKS:
        if about := [change for change in changes if change.record.object in objects]:
            await check(work, about)
