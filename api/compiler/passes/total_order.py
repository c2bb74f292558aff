"""Every list has one order, down to the last row."""

from dataclasses import replace

from api.compiler.catalog import Entity
from api.compiler.ir import Order, Read, ReadPlan


def total_order(plan: ReadPlan) -> ReadPlan:
    """End every ORDER BY with the primary key, so that cursors never skip a row.

    Two deals of equal amount would otherwise come back in any order, and a page boundary between them would
    drop one. The key runs in the direction of the first sort key, so that one index serves both.

    >>> from api.compiler.examples import account, read
    >>> deals = read(account, kind="page", order=(Order("amount_minor", "bigint", descending=True),))
    >>> [(o.column, o.descending) for o in total_order(ReadPlan((("a", (deals,)),))).roots[0][1][0].order]
    [('amount_minor', True), ('id', True)]

    Idempotent; leaves reads that already order by the key alone, and rows that are numbered. What has no id, such as a
    link of two records, ends with the rest of its key.

    >>> from api.compiler.examples import link
    >>> links = read(link, kind="page", order=(Order("case_id", "uuid", descending=True),))
    >>> plan = total_order(ReadPlan((("l", (links,)),)))
    >>> [(o.column, o.descending) for o in plan.roots[0][1][0].order]
    [('case_id', True), ('article_id', True)]
    >>> total_order(plan) == plan
    True
    """

    def close(read: Read) -> Read:
        if read.kind != "page" or read.entity.numbered:
            return read
        ordered = {order.column for order in read.order}
        descending = bool(read.order) and read.order[0].descending
        missing = [Order(name, "uuid", descending) for name in key_of(read.entity) if name not in ordered]
        return replace(read, order=(*read.order, *missing))

    return plan.map(close)


def key_of(entity: Entity) -> tuple[str, ...]:
    table = entity.table
    if table is None or "id" in table.c:
        return ("id",)
    return tuple(column.name for column in table.primary_key if column.name != "tenant_id")
