"""Relation → the equality that ties a row to its parent."""

from dataclasses import replace

from api.compiler.catalog import ToMany, ToOne
from api.compiler.ir import Link, Read, ReadPlan


def bind_relations(plan: ReadPlan) -> ReadPlan:
    """Give every nested read its link, so that render knows join keys and nothing of relations.

    A to-one relation looks from the parent's column to the target's key, a to-many from the target's column to
    the parent's key; mixing the two up reads somebody else's rows.

    >>> from api.compiler.examples import account, read
    >>> owner = read(account, relation=ToOne("owner_id"))
    >>> link = bind_relations(ReadPlan((("a", (owner,)),))).roots[0][1][0].link
    >>> (link.column, link.key)
    ('id', 'owner_id')
    """

    def bind(read: Read) -> Read:
        relation = read.relation
        if isinstance(relation, ToOne):
            return replace(read, link=Link(relation.key, relation.column, via=relation.via))
        if isinstance(relation, ToMany):
            return replace(read, link=Link(relation.column, relation.key, relation.constants, relation.via))
        return read

    return plan.map(bind)
