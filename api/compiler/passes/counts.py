"""Counting and looking ahead cost something, so they happen only when selected."""

from dataclasses import replace

from api.compiler.ir import Read, ReadPlan

AHEAD = frozenset({"hasNextPage", "hasPreviousPage"})


def count_only_if_asked(plan: ReadPlan) -> ReadPlan:
    """Note whether a connection needs one row more than its page, and whether it needs a count.

    A page that asks for neither reads exactly its rows.

    >>> from api.compiler.examples import account, read
    >>> quiet = count_only_if_asked(ReadPlan((("a", (read(account, kind="page"),)),))).roots[0][1][0]
    >>> (quiet.counts, quiet.more)
    (False, False)
    """

    def ask(read: Read) -> Read:
        counts = any(part.part == "totalCount" for part in read.selected)
        more = any(
            part.part == "position" or (part.part == "pageInfo" and any(name in AHEAD for _, name in part.members))
            for part in read.selected
        )
        return replace(read, counts=counts, more=more)

    return plan.map(ask)
