"""One row of the table of faults."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

from tests.faults.place import Place


class Skipped(Exception):
    """This machine does not permit the fault; the text is the reason."""


@dataclass(frozen=True)
class Row:
    """`run` breaks something and blames what does not hold; `settings` are those of its server.

    `missing`: the part of the product that is not built yet, for which the row waits. `alone`: it takes so much of the
    machine that no other row could keep its time limits beside it. `seldom`: once is enough where others run thrice.
    """

    number: str
    fault: str
    run: Callable[[Place], Awaitable[None]] | None = None
    settings: Mapping[str, str] = field(default_factory=dict)
    missing: str | None = None
    alone: bool = False
    seldom: bool = False
