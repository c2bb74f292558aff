"""What a visibility rule is written with.

A slice's `policy.py` says `visible(t, ctx)`: a SQL condition over the table or alias `t`. The compiler and
`Work.get` render it with bind parameters, so that one rule serves reads and writes.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, false, true

from .viewer import Capability, Level


@dataclass(frozen=True)
class Context:
    """The asking principal as SQL expressions, its rights as data."""

    capability: Capability
    user: ColumnElement[UUID | None]

    def reads(self, object: str, owner: ColumnElement[Any] | None = None) -> ColumnElement[bool]:
        """Rows of this kind the principal may read; `owner` is the column that makes a row its own."""
        level = self.capability.on(object).read
        if level is Level.ALL:
            return true()
        if level is Level.OWN and owner is not None:
            return owner == self.user
        return false()


Visible = Callable[[Any, Context], ColumnElement[bool]]


def as_its_record(_t: Any, _context: Context) -> ColumnElement[bool]:
    """The rule of parts and entries that are reached only through their record."""
    return true()
