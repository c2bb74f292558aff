"""Who may see cases: staff all of them, or their own; outsiders what is shared with them; customers what they asked.

Of a case that they see, outsiders see the public comments.
"""

from typing import Any

from sqlalchemy import ColumnElement, and_, or_, true

from api.domain.kernel import Context, Visible


def visible(t: Any, context: Context) -> ColumnElement[bool]:
    rule = context.reads("case", t, "owner_id")
    if context.outside is None:
        return rule
    return or_(rule, and_(t.archived_at.is_(None), context.outside.asks(t.contact_id)))


def visible_comments(of_case: Visible) -> Visible:
    """`of_case`: the rule of the case that a comment is about."""

    def visible(t: Any, context: Context) -> ColumnElement[bool]:
        return true() if context.outside is None else and_(t.is_public, of_case(t, context))

    return visible


def visible_policies(_t: Any, context: Context) -> ColumnElement[bool]:
    return context.reads("sla_policy")


def visible_entitlements(_t: Any, context: Context) -> ColumnElement[bool]:
    return context.reads("entitlement")


def visible_rules(_t: Any, context: Context) -> ColumnElement[bool]:
    return context.reads("escalation_rule")
