"""`first`, `after`, `last`, `before` → a window."""

from dataclasses import replace

from api.compiler.arguments import Leaf, converted
from api.compiler.errors import RequestError
from api.compiler.ir import Page, Read, ReadPlan
from api.compiler.request import Getter

DEFAULT_SIZE = 25
MOST = 100


def paginate(plan: ReadPlan) -> ReadPlan:
    """Bound every connection: 25 rows unless asked, never more than 100.

    Sizes and cursors are values, not structure: the same statement serves every page. `first` and `last` together
    have no defined meaning and are refused.

    >>> from api.compiler.examples import account, read
    >>> page = paginate(ReadPlan((("a", (read(account, kind="page"),)),))).roots[0][1][0].page
    >>> (page.size(None), page.backward)
    (25, False)
    """

    def window(read: Read) -> Read:
        if read.kind != "page":
            return read
        given = {name: read.arguments.get(name) for name in ("first", "last", "after", "before")}
        leaves = {name: tree.get for name, tree in given.items() if isinstance(tree, Leaf)}
        if "first" in leaves and "last" in leaves:
            raise RequestError("BAD_PAGINATION", "give first or last, not both", ("first",), [read.node])
        name = "last" if "last" in leaves else "first"
        size = checked(leaves[name], name, read) if name in leaves else (lambda _request: DEFAULT_SIZE)
        return replace(read, page=Page(size, name == "last", leaves.get("after"), leaves.get("before")))

    return plan.map(window)


def checked(get: Getter, name: str, read: Read) -> Getter:
    node = read.node

    def bounded(size: int) -> int:
        if not 0 <= size <= MOST:
            raise RequestError("BAD_PAGINATION", f"{name} is between 0 and {MOST}", (name,), [node])
        return size

    return converted(get, bounded)
