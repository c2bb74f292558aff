"""Figures about money with partners: what they sourced and influenced, what was paid to them, what came of it.

For colleagues only: this revenue is made of deals that a partner may not see.
"""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any

import strawberry
from sqlalchemy import ColumnElement, Numeric, Select, Text, and_, case, cast, func, literal_column, or_, select

from api.compiler import Root, Scope, Tree
from api.domain import commissions, partner_programs
from api.domain import market_development_funds as funds
from api.domain.commissions import EntryKind
from api.domain.kernel import Tenant, minor_unit
from api.domain.kernel.money import DIGITS
from api.domain.kernel.rates import converted, rate_on
from api.domain.market_development_funds import FundClaimStatus
from api.domain.opportunities import Opportunity as Deal
from api.domain.opportunities import Status
from api.domain.partner_programs import PartnerRole

from .accounts import Account
from .binding import computed, readable, to_one
from .commissions import PartnerCommissionEntry
from .connections import argument, rooted
from .enums import described_enum
from .metrics import Metric, MetricUnit, metric, text_of
from .opportunities import Opportunity
from .partner_figures import (
    GROUPING,
    NARROWING,
    NO_ID,
    NO_NUMBER,
    ONE,
    PAGING,
    ZERO,
    fact,
    figures_of,
    rows_of,
    shown,
)
from .partner_funds import PartnerFundClaim
from .partner_programs import PartnerTier
from .scalars import CurrencyCode

RECORDS = ("opportunity_id", "claim_id", "entry_id")
A_DAY: ColumnElement[Any] = literal_column("1")


class PartnerRevenueMetric(StrEnum):
    SOURCED_REVENUE = "SOURCED_REVENUE"
    INFLUENCED_REVENUE = "INFLUENCED_REVENUE"
    COMMISSION_COST = "COMMISSION_COST"
    FUNDS_PAID = "FUNDS_PAID"
    FUND_RETURN = "FUND_RETURN"
    UNCONVERTED = "UNCONVERTED"


described_enum(
    PartnerRevenueMetric,
    "PartnerRevenueMetric",
    "A figure about money with partners, named as the field of PartnerRevenueMetrics.",
    SOURCED_REVENUE="`sourcedRevenue`.",
    INFLUENCED_REVENUE="`influencedRevenue`.",
    COMMISSION_COST="`commissionCost`.",
    FUNDS_PAID="`fundsPaid`.",
    FUND_RETURN="`fundReturn`.",
    UNCONVERTED="`unconverted`.",
)
M = PartnerRevenueMetric


def worth(scope: Scope, minor: Any, currency: Any, own: Any, day: Any) -> ColumnElement[Any]:
    """An amount in major units of the reporting currency, at the rate of the day; NULL without a rate."""
    rate = rate_on(scope.tenant, currency, own.c.currency, day)
    return cast(converted(minor, currency, own.c.currency, rate) * minor_unit(own.c.currency), Numeric)


def keys(**given: Any) -> dict[str, Any]:
    """The ids of a fact: that of the record which is given, none of the other kinds."""
    return {name: given.get(name, NO_ID) for name in RECORDS}


def end_of(day: Any, own: Any) -> ColumnElement[Any]:
    """The instant at which a day ends for the tenant."""
    return func.timezone(own.c.zone, day + A_DAY)


def of_deals(scope: Scope, figure: PartnerRevenueMetric, *, sourced: bool) -> Select[Any]:
    """Won deals with their partners, each as often as it has any; `sourced`: with their originators only."""
    deal, own = Deal.__table__.alias("deal"), Tenant.__table__.alias("own")
    part = partner_programs.OpportunityPartner.__table__.alias("part")
    same = and_(part.c.tenant_id == deal.c.tenant_id, part.c.opportunity_id == deal.c.id)
    value = worth(scope, deal.c.amount_minor, deal.c.currency, own, deal.c.closed_on)
    lost = figure is M.UNCONVERTED
    made = (
        fact(
            figure,
            keys(opportunity_id=deal.c.id),
            partner=part.c.account_id,
            at=end_of(deal.c.closed_on, own),
            day=deal.c.closed_on,
            numerator=ONE if lost else value,
            denominator=ZERO if figure is M.FUND_RETURN else NO_NUMBER,
        )
        .select_from(deal.join(part, same).join(own, scope.visible("Tenant", own)))
        .where(
            scope.visible("Opportunity", deal),
            scope.visible("OpportunityPartner", part),
            deal.c.archived_at.is_(None),
            deal.c.status == text_of(Status.WON),
            deal.c.amount_minor.is_not(None),
            value.is_(None) if lost else value.is_not(None),
        )
    )
    return made.where(part.c.role == text_of(PartnerRole.ORIGINATOR)) if sourced else made


def of_claims(scope: Scope, figure: PartnerRevenueMetric) -> Select[Any]:
    """Claims of partners that were paid."""
    claim, own = funds.PartnerFundClaim.__table__.alias("claim"), Tenant.__table__.alias("own")
    value = worth(scope, claim.c.approved_minor, claim.c.currency, own, claim.c.paid_on)
    lost = figure is M.UNCONVERTED
    divides = figure is M.FUND_RETURN
    return (
        fact(
            figure,
            keys(claim_id=claim.c.id),
            partner=claim.c.account_id,
            at=end_of(claim.c.paid_on, own),
            day=claim.c.paid_on,
            numerator=ONE if lost else ZERO if divides else value,
            denominator=value if divides else NO_NUMBER,
        )
        .select_from(claim.join(own, scope.visible("Tenant", own)))
        .where(
            scope.visible("PartnerFundClaim", claim),
            claim.c.archived_at.is_(None),
            claim.c.status == text_of(FundClaimStatus.PAID),
            value.is_(None) if lost else value.is_not(None),
        )
    )


def of_entries(scope: Scope, figure: PartnerRevenueMetric) -> Select[Any]:
    """Entries of the ledgers that say what commissions cost: what was accrued, less what was taken back."""
    entry, own = commissions.PartnerCommissionEntry.__table__.alias("entry"), Tenant.__table__.alias("own")
    value = worth(scope, entry.c.amount_minor, entry.c.currency, own, entry.c.booked_on)
    lost = figure is M.UNCONVERTED
    return (
        fact(
            figure,
            keys(entry_id=entry.c.id),
            partner=entry.c.account_id,
            at=end_of(entry.c.booked_on, own),
            day=entry.c.booked_on,
            numerator=ONE if lost else value,
        )
        .select_from(entry.join(own, scope.visible("Tenant", own)))
        .where(
            scope.visible("PartnerCommissionEntry", entry),
            or_(entry.c.kind == text_of(EntryKind.ACCRUED), entry.c.kind == text_of(EntryKind.REVERSED)),
            value.is_(None) if lost else value.is_not(None),
        )
    )


def facts(scope: Scope) -> list[Select[Any]]:
    return [
        of_deals(scope, M.SOURCED_REVENUE, sourced=True),
        of_deals(scope, M.INFLUENCED_REVENUE, sourced=False),
        of_entries(scope, M.COMMISSION_COST),
        of_claims(scope, M.FUNDS_PAID),
        of_deals(scope, M.FUND_RETURN, sourced=True),
        of_claims(scope, M.FUND_RETURN),
        of_deals(scope, M.UNCONVERTED, sourced=False),
        of_claims(scope, M.UNCONVERTED),
        of_entries(scope, M.UNCONVERTED),
    ]


def metrics_rows(scope: Scope, arguments: Mapping[str, Tree], _matching: Any) -> Select[Any]:
    figures = {figure.lower(): (figure, figure is M.FUND_RETURN) for figure in PartnerRevenueMetric}
    rows = figures_of(scope, arguments, facts(scope), RECORDS, figures).subquery("figures")
    own = Tenant.__table__.alias("reporting")
    known: list[Any] = [
        (own.c.currency == literal_column(f"'{code}'"), literal_column(str(n))) for code, n in DIGITS.items()
    ]
    digits: ColumnElement[Any] = case(*known, else_=literal_column("2"))
    return select(*rows.c, own.c.currency, digits.label("digits")).select_from(
        rows.join(own, scope.visible("Tenant", own))
    )


def metric_rows(scope: Scope, arguments: Mapping[str, Tree], _matching: Any) -> Select[Any]:
    return rows_of(scope, arguments, facts(scope), RECORDS, arguments.get("metric"))


@readable(
    build=metrics_rows,
    description="Figures about money with partners, in the tenant's reporting currency, each amount at the rate of its "
    "day. Archived records never count.",
    reads=(Deal.__table__.c.amount_minor,),
)
class PartnerRevenueMetrics:
    partner: Account | None = to_one("partner_id", "accounts.Account", "The partner, if it is grouped by that.")
    tier: PartnerTier | None = to_one(
        "tier_id", "partner_programs.PartnerTier", "The tier at the end of the day, if it is grouped by that."
    )
    currency: CurrencyCode = computed(lambda row, _scope: cast(row.currency, Text), "The tenant's reporting currency.")
    sourced_revenue: Metric = metric(
        "sourced_revenue",
        MetricUnit.MONEY,
        "Σ amounts of opportunities with a partner as the originator, won with closedOn in the period. A sale has one "
        "originator, so each counts once, also over all groups.",
    )
    influenced_revenue: Metric = metric(
        "influenced_revenue",
        MetricUnit.MONEY,
        "Σ amounts of opportunities with a partner in any role, the originator too, won with closedOn in the period. "
        "Each counts once in each group, so that groups may add up to more than all without groups.",
    )
    commission_cost: Metric = metric(
        "commission_cost",
        MetricUnit.MONEY,
        "Σ amounts of commission entries of the kinds ACCRUED and REVERSED, the latter negative, with bookedOn in the "
        "period. A payment is no cost of its own.",
    )
    funds_paid: Metric = metric(
        "funds_paid", MetricUnit.MONEY, "Σ approved amounts of fund claims that were paid, with paidOn in the period."
    )
    fund_return: Metric = metric(
        "fund_return",
        MetricUnit.FACTOR,
        "Sourced revenue / funds paid of the period; of all partners, also of those that got nothing, unless grouped.",
    )
    unconverted: Metric = metric(
        "unconverted",
        MetricUnit.COUNT,
        "Opportunities, claims and commission entries that would count, whose currency has no rate for their day; "
        "their amounts are left out above.",
    )


@readable(
    build=metric_rows,
    description="A record that counts in a figure: an opportunity, a claim or a commission entry.",
    reads=(Deal.__table__.c.amount_minor,),
)
class PartnerRevenueMetricRow:
    place: int = computed(lambda row, _scope: row.place, "Where it stands, from 1; give the last as `after`.")
    opportunity: Opportunity | None = to_one(
        "opportunity_id", "opportunities.Opportunity", "The opportunity, if it is one."
    )
    claim: PartnerFundClaim | None = to_one("claim_id", "partner_funds.PartnerFundClaim", "The claim, if it is one.")
    commission_entry: PartnerCommissionEntry | None = to_one(
        "entry_id", "commissions.PartnerCommissionEntry", "The entry of a ledger of commissions, if it is one."
    )
    day: date = computed(lambda row, _scope: row.day, "The day that puts it into a period.")
    numerator: Decimal = computed(shown("numerator"), "What it adds to the numerator.")
    denominator: Decimal | None = computed(
        shown("denominator"), "What it adds to the denominator; null where the figure is a sum, divided by 1."
    )


@strawberry.type
class Query:
    partner_revenue_metrics: list[PartnerRevenueMetrics] = rooted(
        list[PartnerRevenueMetrics],
        "Figures about money with partners, of the records that you may see. The period is [from, to) on the days that "
        "each figure says; without it, all time.",
        Root("rows", "PartnerRevenueMetrics"),
        [GROUPING, *NARROWING],
    )
    partner_revenue_metric_rows: list[PartnerRevenueMetricRow] = rooted(
        list[PartnerRevenueMetricRow],
        "The records that a figure is made of, the latest first: their numerators and denominators add up to its own.",
        Root("rows", "PartnerRevenueMetricRow"),
        [argument("metric", PartnerRevenueMetric, "Which figure."), *NARROWING, *PAGING],
    )
