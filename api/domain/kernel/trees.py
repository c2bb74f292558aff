"""Trees of records that name their parent: no circles, at most ten levels."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import func, select, union_all
from sqlalchemy.orm import aliased

from .errors import Invalid
from .fields import argument
from .model import among

if TYPE_CHECKING:
    from .work import Work

DEPTH = 10


class Tree:
    """The part of a tenant's trees that a command may change: all ancestors and descendants of what moves."""

    def __init__(self, parents: Mapping[UUID, UUID | None], path: str = "parent") -> None:
        self.parents = dict(parents)
        self.path = path
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
            raise Invalid((self.path,), "a record cannot be below itself; choose another one", "circle")
        if len(above) + self.height(id) > DEPTH:
            raise Invalid((self.path,), f"a tree has at most {DEPTH} levels; choose a higher one", "depth", DEPTH)

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


async def load_tree(
    work: "Work", entity: Any, moved: Iterable[UUID], parents: set[UUID], column: str = "parent_id"
) -> Tree:
    """The tree around records that may move and the parents they may get, with one recursive statement.

    `column` names the parent.
    No other transaction can change the tenant's trees of this kind until this one ends.
    """
    path = argument(column)
    if not parents:
        return Tree({}, path)
    await work.flush()
    lock = func.pg_advisory_xact_lock(func.hashtextextended(f"{entity.__tablename__}.{path} {work.tenant}", 0))
    await work.session.execute(select(lock))
    parent = getattr(entity, column)
    own = select(entity.id, parent.label("parent_id")).where(entity.tenant_id == work.tenant)
    node = aliased(entity)
    above = getattr(node, column)
    next_one = select(node.id, above.label("parent_id")).where(node.tenant_id == work.tenant)
    up = own.where(among(entity.id, parents)).cte("up", recursive=True)
    up = up.union(next_one.where(node.id == up.c.parent_id))
    down = own.where(among(entity.id, moved)).cte("down", recursive=True)
    down = down.union(next_one.where(above == down.c.id))
    rows = await work.session.execute(union_all(select(up), select(down)))
    return Tree(dict(rows.all()), path)
