"""`orderBy` → sort keys."""

from dataclasses import replace

from api.compiler.arguments import Group, Items, Leaf
from api.compiler.catalog import Column, Entity
from api.compiler.errors import RequestError
from api.compiler.ir import Order, Read, ReadPlan

MOST_KEYS = 3


def apply_order(plan: ReadPlan) -> ReadPlan:
    """Turn `orderBy` into sort keys on indexed columns; without it newest first.

    A text sorts by its folded companion, so that É stands beside E; where the column cannot be NULL the position
    of NULLs is left out of the SQL, or the index would not serve the order.

    >>> from api.compiler.examples import account, by_name, read
    >>> plan = ReadPlan((("a", (read(account, kind="page", arguments=by_name),)),))
    >>> [(o.column, o.descending) for o in apply_order(plan).roots[0][1][0].order]
    [('name_sort', False)]
    """

    def sort(read: Read) -> Read:
        if read.kind == "rows":  # what builds them numbers them: joins may lose the order of a subquery
            return replace(read, order=(Order("place"),))
        if read.order or read.entity.table is None:
            return read
        if read.kind == "list":
            return replace(read, order=listed(read))
        if read.kind != "page":
            return read
        if read.entity.numbered:
            return replace(read, order=(Order(read.entity.numbered.column, "bigint"),))
        tree = read.arguments.get("orderBy")
        keys = tree.items if isinstance(tree, Items) else ()
        if len(keys) > MOST_KEYS:
            raise RequestError("BAD_USER_INPUT", f"at most {MOST_KEYS} sort keys", ("orderBy",), [read.node])
        order = tuple(one(read.entity, key) for key in keys if isinstance(key, Group))
        names = [key.column for key in order]
        if len(set(names)) != len(names):
            raise RequestError("BAD_USER_INPUT", "a field can be a sort key only once", ("orderBy",), [read.node])
        return replace(read, order=order or default(read.entity))

    return plan.map(sort)


def one(entity: Entity, key: Group) -> Order:
    field, direction, nulls = (key.fields.get(name) for name in ("field", "direction", "nulls"))
    column = entity.sorts[str(field.value)] if isinstance(field, Leaf) else entity.sorts["CREATED_AT"]
    descending = isinstance(direction, Leaf) and str(direction.value) == "DESC"
    first = isinstance(nulls, Leaf) and str(nulls.value) == "FIRST"
    return ordered(column, descending=descending, nulls_first=first)


def ordered(column: Column, *, descending: bool, nulls_first: bool = False) -> Order:
    first = column.nullable and nulls_first
    return Order(column.column, column.kind, descending, column.nullable, first, column.through)


def default(entity: Entity) -> tuple[Order, ...]:
    return tuple(ordered(column, descending=descending) for column, descending in entity.default_order)


def listed(read: Read) -> tuple[Order, ...]:
    names = getattr(read.relation, "order", ())
    return tuple(Order(name) for name in names)
