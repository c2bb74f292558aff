"""Who may see cases."""

from typing import Any

from sqlalchemy import ColumnElement

from api.domain.kernel import Context


def visible(t: Any, context: Context) -> ColumnElement[bool]:
    """All cases, or one's own."""
    return context.reads("case", t, "owner_id")


def visible_policies(_t: Any, context: Context) -> ColumnElement[bool]:
    return context.reads("sla_policy")


def visible_entitlements(_t: Any, context: Context) -> ColumnElement[bool]:
    return context.reads("entitlement")


def visible_rules(_t: Any, context: Context) -> ColumnElement[bool]:
    return context.reads("escalation_rule")
