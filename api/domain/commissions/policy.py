"""Who may see commissions.

A partner user sees the commissions, entries and statements of the accounts that he acts for. Plans are for colleagues
only: they tell what other partners get.
"""

from typing import Any

from sqlalchemy import ColumnElement, and_

from api.domain.kernel import Context


def visible_plans(t: Any, context: Context) -> ColumnElement[bool]:
    return context.reads("commission_plan", t)


def visible_commissions(t: Any, context: Context) -> ColumnElement[bool]:
    return of_partner("partner_commission", t, context)


def visible_entries(t: Any, context: Context) -> ColumnElement[bool]:
    return of_partner("partner_commission_entry", t, context)


def visible_statements(t: Any, context: Context) -> ColumnElement[bool]:
    return of_partner("partner_commission_statement", t, context)


def of_partner(object: str, t: Any, context: Context) -> ColumnElement[bool]:
    if context.outside is None:
        return context.reads(object)
    return and_(t.archived_at.is_(None), context.outside.acts_for(t.account_id))
