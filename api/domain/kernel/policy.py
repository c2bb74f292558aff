"""What a visibility rule is written with.

A slice's `policy.py` says `visible(t, ctx)`: a SQL condition over the table or alias `t`. The compiler and
`Work.get` render it with bind parameters, so that one rule serves reads and writes.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, True_, and_, any_, exists, false, literal_column, select, true

from .viewer import Capability, Level


@dataclass(frozen=True)
class Context:
    """The asking principal as SQL expressions, its rights as data."""

    capability: Capability
    user: ColumnElement[UUID | None]
    team: ColumnElement[Any]  # an array of users

    def reads(self, object: str, owner: ColumnElement[Any] | None = None) -> ColumnElement[bool]:
        """Rows of this kind the principal may read; `owner` is the column that makes a row its own."""
        return self.reach(self.capability.on(object).read, owner)

    def reach(self, level: Level, owner: ColumnElement[Any] | None = None) -> ColumnElement[bool]:
        """The rows that a right of this level covers, as `Viewer.reaches` says of one."""
        if level is Level.ALL:
            return true()
        if owner is None or level is Level.NONE:
            return false()
        return owner == self.user if level is Level.OWN else owner == any_(self.team)


def seen_through(**records: Any) -> "Visible":
    """The rule of a row that ties records together: seen by whoever sees all of them.

    Each argument is a column of the row and the kind of record it points at.
    """

    def visible(t: Any, context: Context) -> ColumnElement[bool]:
        conditions: list[ColumnElement[bool]] = []
        for name, record in records.items():
            other = record.__table__.alias(f"seen_{record.__tablename__}")
            rule = record.visible(other.c, context)
            if isinstance(rule, True_):
                continue  # whoever sees all of them needs no look
            same = (other.c.tenant_id == t.tenant_id, other.c.id == getattr(t, name), rule)
            found: Any = select(literal_column("1")).select_from(other).where(*same).correlate_except(other)
            conditions.append(exists(found))
        return and_(*conditions) if conditions else true()

    return visible


Visible = Callable[[Any, Context], ColumnElement[bool]]


def as_its_record(_t: Any, _context: Context) -> ColumnElement[bool]:
    """The rule of parts and entries that are reached only through their record."""
    return true()
