"""Sales metrics: counts, win rate, cycle and velocity of a period.

Formulas: domain.md §13 of the design; all in one statement, computed unrounded and rounded once.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any

import strawberry
from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Date,
    Numeric,
    Select,
    Text,
    and_,
    case,
    cast,
    func,
    literal_column,
    select,
    true,
)

from api.compiler import Leaf, Null, Root, Scope, Tree
from api.domain.kernel import Tenant, minor_unit
from api.domain.kernel.money import DIGITS
from api.domain.kernel.rates import converted, rate_on
from api.domain.opportunities import Opportunity

from .binding import computed, readable
from .connections import argument, lazy, rooted
from .metrics import Metric, MetricUnit, metric
from .scalars import CurrencyCode

ONE, ZERO = literal_column("1", Numeric), literal_column("0", Numeric)
EXACT = literal_column("1.00000000000000000000", Numeric)


def deals(scope: Scope, arguments: Mapping[str, Tree]) -> Any:
    """One row for each opportunity that counts, its amount converted to the reporting currency at its own day."""
    deal, tenant = Opportunity.__table__.alias("deal"), Tenant.__table__.alias("tenant")
    conditions = [scope.visible("Opportunity", deal), deal.c.archived_at.is_(None)]
    pipeline = arguments.get("pipeline")
    if pipeline is not None and not isinstance(pipeline, Null):
        conditions.append(deal.c.pipeline_id == scope.named("Pipeline", pipeline))
    within: list[ColumnElement[bool]] = []
    if isinstance(first := arguments.get("from"), Leaf):
        within.append(deal.c.closed_on >= scope.bind(first.get, Date()))
    if isinstance(last := arguments.get("to"), Leaf):
        within.append(deal.c.closed_on < scope.bind(last.get, Date()))
    day = func.coalesce(deal.c.closed_on, cast(func.timezone(tenant.c.zone, scope.now), Date))
    rate = rate_on(scope.tenant, deal.c.currency, tenant.c.currency, day)
    period = and_(true(), *within)
    return (
        select(
            (deal.c.status == literal_column("'OPEN'")).label("is_open"),
            and_(deal.c.status == literal_column("'WON'"), period).label("is_won"),
            and_(deal.c.status == literal_column("'LOST'"), period).label("is_lost"),
            (deal.c.closed_on - deal.c.opened_on).label("days"),
            deal.c.amount_minor,
            converted(deal.c.amount_minor, deal.c.currency, tenant.c.currency, rate).label("minor"),
        )
        .select_from(deal.join(tenant, scope.visible("Tenant", tenant)))
        .where(*conditions)
        .subquery("deals")
    )


def sums(scope: Scope, arguments: Mapping[str, Tree]) -> Any:
    """One row: what the figures are made of."""
    rows = deals(scope, arguments)
    won, lost, closed = rows.c.is_won, rows.c.is_lost, rows.c.is_won | rows.c.is_lost
    timed = rows.c.days.is_not(None)
    worth = and_(won, rows.c.minor.is_not(None))

    def count(condition: ColumnElement[bool]) -> ColumnElement[int]:
        return func.count().filter(condition)

    def total(value: ColumnElement[Any], condition: ColumnElement[bool]) -> ColumnElement[Any]:
        return func.coalesce(func.sum(cast(value, Numeric)).filter(condition), ZERO)

    return select(
        count(rows.c.is_open).label("open"),
        count(won).label("won"),
        count(lost).label("lost"),
        count(worth).label("worth"),
        total(rows.c.minor, worth).label("won_minor"),
        count(and_(won, rows.c.amount_minor.is_not(None), rows.c.minor.is_(None))).label("unconverted"),
        count(and_(won, timed)).label("won_timed"),
        total(rows.c.days, and_(won, timed)).label("won_days"),
        count(and_(closed, timed)).label("closed_timed"),
        total(rows.c.days, and_(closed, timed)).label("closed_days"),
    ).subquery("sums")


def metrics_row(scope: Scope, arguments: Mapping[str, Tree], _matching: Any) -> Select[Any]:
    row, tenant = sums(scope, arguments), Tenant.__table__.alias("own")
    amount = row.c.won_minor * minor_unit(tenant.c.currency)
    closed = row.c.won + row.c.lost
    # One division, with 20 decimal digits: of two, the second would carry on what the first has cut off.
    speed = row.c.open * amount * row.c.won * EXACT / func.nullif(row.c.worth * closed, ZERO)
    cycle = row.c.won_days / func.nullif(row.c.won_timed, ZERO)
    parts = {
        "open": (row.c.open, ONE, row.c.open),
        "won": (row.c.won, ONE, row.c.won),
        "lost": (row.c.lost, ONE, row.c.lost),
        "won_amount": (amount, ONE, row.c.worth),
        "average_won_amount": (amount, row.c.worth, row.c.worth),
        "win_rate": (row.c.won, closed, closed),
        "sales_cycle": (row.c.won_days, row.c.won_timed, row.c.won_timed),
        "closed_cycle": (row.c.closed_days, row.c.closed_timed, row.c.closed_timed),
        "velocity": (
            func.coalesce(speed, ZERO),
            func.coalesce(cycle, ZERO),
            row.c.open + closed,
        ),
    }
    columns = [
        cast(value, Numeric if which != "size" else BigInteger).label(f"{name}_{which}")
        for name, values in parts.items()
        for which, value in zip(("numerator", "denominator", "size"), values, strict=True)
    ]
    digits = case(
        *((tenant.c.currency == literal_column(f"'{code}'"), literal_column(str(n))) for code, n in DIGITS.items()),
        else_=literal_column("2"),
    )
    return select(tenant.c.currency, digits.label("digits"), row.c.unconverted, *columns).select_from(
        row.join(tenant, scope.visible("Tenant", tenant))
    )


@readable(
    build=metrics_row,
    description="Sales figures of a period; open figures are as of now.",
    reads=(Opportunity.__table__.c.amount_minor,),
)
class SalesMetrics:
    currency: CurrencyCode = computed(lambda row, _scope: cast(row.currency, Text), "The tenant's reporting currency.")
    open_count: Metric = metric("open", MetricUnit.COUNT, "Open opportunities, now.")
    won_count: Metric = metric("won", MetricUnit.COUNT, "Opportunities won in the period.")
    lost_count: Metric = metric("lost", MetricUnit.COUNT, "Opportunities lost in the period.")
    won_amount: Metric = metric(
        "won_amount", MetricUnit.MONEY, "Σ amounts won, each converted at the rate of the day it closed."
    )
    average_won_amount: Metric = metric(
        "average_won_amount", MetricUnit.MONEY, "Won amount / opportunities won whose amount is known and converted."
    )
    win_rate: Metric = metric("win_rate", MetricUnit.RATIO, "Won / (won + lost).")
    sales_cycle_days: Metric = metric(
        "sales_cycle", MetricUnit.DAYS, "Mean of closedOn − openedOn of those won; those without openedOn are left out."
    )
    closed_cycle_days: Metric = metric("closed_cycle", MetricUnit.DAYS, "The same for won and lost together.")
    sales_velocity: Metric = metric(
        "velocity",
        MetricUnit.MONEY_PER_DAY,
        "Open count × average won amount × win rate / sales cycle days; the first three are the numerator.",
    )
    unconverted_count: int = computed(
        lambda row, _scope: row.unconverted,
        "Won opportunities whose currency has no rate for the day they closed; their amounts are left out above.",
    )


@strawberry.type
class Query:
    sales_metrics: SalesMetrics = rooted(
        SalesMetrics,
        "Sales figures of the opportunities you may see. The period is [from, to) on closedOn; without it, all time.",
        Root("row", "SalesMetrics"),
        [
            argument("pipeline", lazy("PipelineRef", "api.schema.pipelines") | None, "Of one pipeline only."),
            argument("from_", date | None, "First day of the period."),
            argument("to", date | None, "Day after the last of the period."),
        ],
    )
