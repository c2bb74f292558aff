"""Figures about deal registrations, and the registrations that each is made of.

Partner users have them, too: of the registrations that they see, which are their own.
"""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any

import strawberry
from sqlalchemy import ColumnElement, Numeric, Select, and_, case, cast, func, literal_column, or_

from api.compiler import Root, Scope, Tree
from api.domain import deal_registrations as domain
from api.domain.deal_registrations import RegistrationStatus

from .accounts import Account
from .binding import computed, readable, to_one
from .connections import argument, rooted
from .deal_registrations import DealRegistration
from .enums import described_enum
from .metrics import Metric, MetricUnit, metric, text_of
from .partner_figures import GROUPING, NARROWING, ONE, PAGING, ZERO, fact, figures_of, rows_of, shown
from .partner_programs import PartnerTier

SECONDS_OF_A_DAY: ColumnElement[Any] = literal_column("86400")
RECORDS = ("registration_id",)


class DealRegistrationMetric(StrEnum):
    APPROVAL_DAYS = "APPROVAL_DAYS"
    APPROVAL_RATE = "APPROVAL_RATE"
    CONFLICT_RATE = "CONFLICT_RATE"
    CONVERSION_RATE = "CONVERSION_RATE"
    EXPIRY_RATE = "EXPIRY_RATE"


described_enum(
    DealRegistrationMetric,
    "DealRegistrationMetric",
    "A figure about deal registrations, named as the field of DealRegistrationMetrics.",
    APPROVAL_DAYS="`approvalDays`.",
    APPROVAL_RATE="`approvalRate`.",
    CONFLICT_RATE="`conflictRate`.",
    CONVERSION_RATE="`conversionRate`.",
    EXPIRY_RATE="`expiryRate`.",
)
M, S = DealRegistrationMetric, RegistrationStatus


def of_registrations(scope: Scope, figure: DealRegistrationMetric) -> Select[Any]:
    """The facts of a figure: the registrations that count, on the day that puts them into a period."""
    one = domain.DealRegistration.__table__.alias("claim")
    is_over = and_(one.c.status == text_of(S.APPROVED), one.c.expires_at <= scope.now)
    waited = func.extract("epoch", one.c.approved_at - one.c.submitted_at) / SECONDS_OF_A_DAY
    figures: dict[DealRegistrationMetric, tuple[ColumnElement[Any], ColumnElement[Any]]] = {
        M.APPROVAL_DAYS: (one.c.approved_at, waited),
        M.APPROVAL_RATE: (one.c.decided_at, one.c.approved_at.is_not(None)),
        M.CONFLICT_RATE: (one.c.submitted_at, one.c.has_conflict),
        M.CONVERSION_RATE: (one.c.approved_at, one.c.status == text_of(S.CONVERTED)),
        M.EXPIRY_RATE: (one.c.approved_at, or_(one.c.status == text_of(S.EXPIRED), is_over)),
    }
    at, counts = figures[figure]
    numerator: ColumnElement[Any] = cast(waited, Numeric) if counts is waited else case((counts, ONE), else_=ZERO)
    return fact(
        figure,
        {"registration_id": one.c.id},
        partner=one.c.partner_id,
        at=at,
        day=scope.day_of(at),
        numerator=numerator,
        denominator=ONE,
    ).where(scope.visible("DealRegistration", one), one.c.archived_at.is_(None), at.is_not(None))


def facts(scope: Scope) -> list[Select[Any]]:
    return [of_registrations(scope, figure) for figure in DealRegistrationMetric]


def metrics_rows(scope: Scope, arguments: Mapping[str, Tree], _matching: Any) -> Select[Any]:
    figures = {figure.lower(): (figure, True) for figure in DealRegistrationMetric}
    return figures_of(scope, arguments, facts(scope), RECORDS, figures)


def metric_rows(scope: Scope, arguments: Mapping[str, Tree], _matching: Any) -> Select[Any]:
    return rows_of(scope, arguments, facts(scope), RECORDS, arguments.get("metric"))


@readable(
    build=metrics_rows,
    description="Figures about deal registrations; archived ones and drafts never count. Days are the tenant's.",
    outside=("partner", "approvalDays", "approvalRate", "conflictRate", "conversionRate", "expiryRate"),
)
class DealRegistrationMetrics:
    partner: Account | None = to_one("partner_id", "accounts.Account", "The partner, if it is grouped by that.")
    tier: PartnerTier | None = to_one(
        "tier_id", "partner_programs.PartnerTier", "The tier at the time, if it is grouped by that."
    )
    approval_days: Metric = metric(
        "approval_days",
        MetricUnit.DAYS,
        "Σ (approvedAt − submittedAt) / registrations approved in the period, whatever became of them; by the clock "
        "on the wall, in days of 24 hours.",
    )
    approval_rate: Metric = metric(
        "approval_rate",
        MetricUnit.RATIO,
        "Approved / approved or rejected, of registrations whose decidedAt is in the period.",
    )
    conflict_rate: Metric = metric(
        "conflict_rate",
        MetricUnit.RATIO,
        "With hasConflict, as it was last looked at / all, of registrations submitted in the period.",
    )
    conversion_rate: Metric = metric(
        "conversion_rate",
        MetricUnit.RATIO,
        "Became an opportunity until now / all, of registrations approved in the period.",
    )
    expiry_rate: Metric = metric(
        "expiry_rate",
        MetricUnit.RATIO,
        "Whose protection has ended unused until now / all, of registrations approved in the period; withdrawn ones "
        "have not expired.",
    )


@readable(
    build=metric_rows,
    description="A registration that counts in a figure.",
    outside=("place", "day", "numerator", "denominator", "registration"),
)
class DealRegistrationMetricRow:
    place: int = computed(lambda row, _scope: row.place, "Where it stands, from 1; give the last as `after`.")
    registration: DealRegistration | None = to_one(
        "registration_id", "deal_registrations.DealRegistration", "The registration."
    )
    day: date = computed(lambda row, _scope: row.day, "The day that puts it into a period.")
    numerator: Decimal = computed(shown("numerator"), "What it adds to the numerator.")
    denominator: Decimal = computed(shown("denominator"), "What it adds to the denominator.")


@strawberry.type
class Query:
    deal_registration_metrics: list[DealRegistrationMetrics] = rooted(
        list[DealRegistrationMetrics],
        "Figures about the deal registrations that you may see. The period is [from, to) in days of the tenant's time "
        "zone, on what each figure says; without it, all time.",
        Root("rows", "DealRegistrationMetrics"),
        [GROUPING, *NARROWING],
    )
    deal_registration_metric_rows: list[DealRegistrationMetricRow] = rooted(
        list[DealRegistrationMetricRow],
        "The registrations that a figure is made of, the latest first: their numerators and denominators add up to "
        "its own.",
        Root("rows", "DealRegistrationMetricRow"),
        [argument("metric", DealRegistrationMetric, "Which figure."), *NARROWING, *PAGING],
    )
