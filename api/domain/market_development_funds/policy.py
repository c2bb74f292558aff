"""Who may see market development funds.

A partner user sees the allocations of the accounts that he acts for, and requests and claims by his scope. Budgets are
for colleagues only: they tell what other partners get.
"""

from typing import Any

from sqlalchemy import ColumnElement, and_

from api.domain.kernel import Context


def visible_budgets(t: Any, context: Context) -> ColumnElement[bool]:
    return context.reads("partner_marketing_budget", t)


def visible_allocations(t: Any, context: Context) -> ColumnElement[bool]:
    if context.outside is None:
        return context.reads("partner_fund_allocation")
    return and_(t.archived_at.is_(None), context.outside.acts_for(t.account_id))


def visible_requests(t: Any, context: Context) -> ColumnElement[bool]:
    if context.outside is None:
        return context.reads("partner_fund_request")
    return and_(t.archived_at.is_(None), context.outside.works_on(t.account_id, t.contact_id))


def visible_claims(t: Any, context: Context) -> ColumnElement[bool]:
    if context.outside is None:
        return context.reads("partner_fund_claim")
    return and_(t.archived_at.is_(None), context.outside.works_on(t.account_id, t.contact_id))
