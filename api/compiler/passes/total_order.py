"""Every list has one order, down to the last row."""

from dataclasses import replace

from api.compiler.ir import Order, Read, ReadPlan


def total_order(plan: ReadPlan) -> ReadPlan:
    """End every ORDER BY with the primary key, so that cursors never skip a row.

    Two deals of equal amount would otherwise come back in any order, and a page boundary between them would
    drop one. The key runs in the direction of the first sort key, so that one index serves both.

    >>> from api.compiler.examples import account, read
    >>> deals = read(account, kind="page", order=(Order("amount_minor", "bigint", descending=True),))
    >>> [(o.column, o.descending) for o in total_order(ReadPlan((("a", (deals,)),))).roots[0][1][0].order]
    [('amount_minor', True), ('id', True)]

    Idempotent; leaves reads that already order by the key alone, and rows that are numbered.
    """

    def close(read: Read) -> Read:
        if read.kind != "page" or read.entity.numbered or any(order.column == "id" for order in read.order):
            return read
        descending = bool(read.order) and read.order[0].descending
        return replace(read, order=(*read.order, Order("id", "uuid", descending)))

    return plan.map(close)
