"""Trees of records that name their parent: no circles, at most ten levels."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import func, select, union_all
from sqlalchemy.orm import aliased

from .errors import Invalid
from .model import among

if TYPE_CHECKING:
    from .work import Work

DEPTH = 10


class Tree:
    """The part of a tenant's trees that a command may change: all ancestors and descendants of what moves."""

    def __init__(self, parents: Mapping[UUID, UUID | None]) -> None:
        self.parents = dict(parents)
        self.children: dict[UUID, set[UUID]] = {}
        for id, parent in parents.items():
            if parent is not None:
                self.children.setdefault(parent, set()).add(id)

    def check(self, id: UUID | None, parent: UUID) -> None:
        """Raises Invalid if the record (None: a new one) cannot come under the parent."""
        above = [parent]
        while (higher := self.parents.get(above[-1])) is not None and len(above) <= DEPTH:
            above.append(higher)
        if id in above:
            raise Invalid(("parent",), "a record cannot be below itself; choose another parent", "circle")
        if len(above) + self.height(id) > DEPTH:
            raise Invalid(("parent",), f"a tree has at most {DEPTH} levels; choose a higher parent", "depth", DEPTH)

    def move(self, id: UUID, parent: UUID | None) -> None:
        before = self.parents.get(id)
        if before is not None:
            self.children[before].discard(id)
        self.parents[id] = parent
        if parent is not None:
            self.children.setdefault(parent, set()).add(id)

    def height(self, id: UUID | None) -> int:
        """Levels of the record and what is below it."""
        below = self.children.get(id, ()) if id is not None else ()
        return 1 + max((self.height(child) for child in below), default=0)


async def load_tree(work: "Work", entity: Any, moved: Iterable[UUID], parents: set[UUID]) -> Tree:
    """The tree around records that may move and the parents they may get, with one recursive statement.

    No other transaction can change the tenant's trees of this kind until this one ends.
    """
    if not parents:
        return Tree({})
    await work.flush()
    lock = func.pg_advisory_xact_lock(func.hashtextextended(f"{entity.__tablename__}.parent {work.tenant}", 0))
    await work.session.execute(select(lock))
    own = select(entity.id, entity.parent_id).where(entity.tenant_id == work.tenant)
    node = aliased(entity)
    next_one = select(node.id, node.parent_id).where(node.tenant_id == work.tenant)
    up = own.where(among(entity.id, parents)).cte("up", recursive=True)
    up = up.union(next_one.where(node.id == up.c.parent_id))
    down = own.where(among(entity.id, moved)).cte("down", recursive=True)
    down = down.union(next_one.where(node.parent_id == down.c.id))
    rows = await work.session.execute(union_all(select(up), select(down)))
    return Tree(dict(rows.all()))
