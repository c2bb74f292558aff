"""Every table reference gets its name by its place in the tree."""

from dataclasses import replace
from itertools import count
from typing import Any

from api.compiler.ir import AnyVariant, Either, GroupKeys, Read, ReadPlan, Selected


def name_aliases(plan: ReadPlan) -> ReadPlan:
    """Name reads 1, 2, … in document order, parents before children.

    The same operation always gives the same text, so that the server's prepared statement is found again.

    >>> from api.compiler.examples import account, read
    >>> plan = ReadPlan((("a", (read(account),)), ("b", (read(account),))))
    >>> [root[0].alias for _, root in name_aliases(plan).roots]
    ['1', '2']
    """
    numbers = count(1)

    def item(one: Any) -> Any:
        if isinstance(one, Read):
            return name(one)
        if isinstance(one, GroupKeys | Either | AnyVariant):
            return one.change(name)
        return one

    def part(one: Selected) -> Selected:
        return replace(one, reads=tuple((key, name(read)) for key, read in one.reads))

    def name(read: Read) -> Read:
        alias = str(next(numbers))
        return replace(read, alias=alias, items=tuple(map(item, read.items)), selected=tuple(map(part, read.selected)))

    return replace(
        plan,
        roots=tuple((key, root if isinstance(root, str) else tuple(map(name, root))) for key, root in plan.roots),
    )
