"""Every table read is guarded: the tenant's rows, and of those what the viewer may see."""

from dataclasses import replace

from api.compiler.ir import Read, ReadPlan


def apply_policy(plan: ReadPlan) -> ReadPlan:
    """Mark every read of a table as guarded; render refuses to read a table that is not.

    Rows that an entity builds itself (`Entity.build`) are guarded where they are built.

    >>> from api.compiler.examples import account, read
    >>> apply_policy(ReadPlan((("a", (read(account),)),))).roots[0][1][0].guarded
    True
    """

    def guard(read: Read) -> Read:
        return replace(read, guarded=True)

    return plan.map(guard)
