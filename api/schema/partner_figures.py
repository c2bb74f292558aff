"""Figures about partners, made of facts: one row for each figure and each record that counts in it.

A figure is Σ numerators / Σ denominators of its facts, and its drill-down is these facts, so the two cannot differ.
What a fact brings in is rounded before it is added up, to the digits that are shown.
"""

from collections.abc import Callable, Collection, Mapping
from datetime import date
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Date,
    DateTime,
    Numeric,
    Select,
    Text,
    Uuid,
    and_,
    cast,
    func,
    literal_column,
    null,
    or_,
    select,
    union_all,
)

from api.compiler import Leaf, Leaves, Null, RequestError, Scope, Tree, converted
from api.domain import partner_programs

from .aggregates import bounded
from .connections import argument, lazy
from .enums import described_enum
from .metrics import seen, text_of

ONE, ZERO = literal_column("1", Numeric), literal_column("0", Numeric)
NO_ID = literal_column("NULL::uuid", Uuid())
NO_NUMBER: ColumnElement[Any] = cast(null(), Numeric)
TEN: ColumnElement[Any] = literal_column("10")
Arguments = Mapping[str, Tree]


class PartnerMetricDimension(StrEnum):
    PARTNER = "PARTNER"
    TIER = "TIER"


described_enum(
    PartnerMetricDimension,
    "PartnerMetricDimension",
    "What figures about partners are grouped by.",
    PARTNER="By partner account; those about which there is nothing to say are left out.",
    TIER="By the tier the partner was in at the time: that of its oldest membership, if it is in several programs.",
)


def fact(
    figure: StrEnum,
    records: Mapping[str, ColumnElement[Any]],
    *,
    partner: ColumnElement[Any],
    at: ColumnElement[Any],
    day: ColumnElement[Any],
    numerator: ColumnElement[Any],
    denominator: ColumnElement[Any] = NO_NUMBER,
) -> Select[Any]:
    """SELECT of the facts of one figure; without denominators the figure is a sum."""
    return select(
        text_of(figure).label("figure"),
        *(column.label(name) for name, column in records.items()),
        partner.label("partner_id"),
        cast(at, DateTime(timezone=True)).label("at"),
        cast(day, Date).label("day"),
        cast(func.round(cast(numerator, Numeric), TEN), Numeric).label("numerator"),
        cast(func.round(cast(denominator, Numeric), TEN), Numeric).label("denominator"),
    )


def given(arguments: Arguments, name: str) -> Tree | None:
    tree = arguments.get(name)
    return None if isinstance(tree, Null) else tree


def dimensions(arguments: Arguments) -> list[PartnerMetricDimension]:
    by = arguments.get("by")
    names = [PartnerMetricDimension(value) for value in by.values] if isinstance(by, Leaves) else []
    if len(set(names)) != len(names):
        raise RequestError("BAD_USER_INPUT", "name each dimension once", ("by",))
    return names


def tier_of(scope: Scope, row: Any) -> ColumnElement[Any]:
    """The tier that the partner of a fact was in at its instant."""
    stays = partner_programs.PartnerTierHistory.__table__.alias("stay")
    members = partner_programs.PartnerMembership.__table__.alias("member")
    same = and_(members.c.tenant_id == stays.c.tenant_id, members.c.id == stays.c.membership_id)
    return (
        select(stays.c.tier_id)
        .select_from(stays.join(members, same))
        .where(
            scope.visible("PartnerTierHistoryEntry", stays),
            scope.visible("PartnerMembership", members),
            members.c.account_id == row.partner_id,
            stays.c.entered_at <= row.at,
            or_(stays.c.left_at.is_(None), stays.c.left_at > row.at),
        )
        .order_by(members.c.created_at, members.c.id)
        .limit(literal_column("1"))
        .correlate_except(stays, members)
        .scalar_subquery()
    )


def narrowed(
    scope: Scope, arguments: Arguments, facts: Collection[Select[Any]], records: Collection[str]
) -> tuple[Any, list[PartnerMetricDimension]]:
    """The facts that are asked for, each record once for each figure and group, and what they are grouped by."""
    rows = union_all(*facts).subquery("facts")
    conditions: list[ColumnElement[bool]] = []
    if isinstance(first := arguments.get("from"), Leaf):
        conditions.append(rows.c.day >= scope.bind(first.get, Date()))
    if isinstance(last := arguments.get("to"), Leaf):
        conditions.append(rows.c.day < scope.bind(last.get, Date()))
    if (partner := given(arguments, "partner")) is not None:
        conditions.append(rows.c.partner_id == scope.named("Account", partner))
    if (tier := given(arguments, "tier")) is not None:
        conditions.append(tier_of(scope, rows.c) == scope.named("PartnerTier", tier))
    by = dimensions(arguments)
    source, seen_keys = seen(scope, rows, {"partner_id": "Account"} if PartnerMetricDimension.PARTNER in by else {})
    keys: list[ColumnElement[Any]] = list(seen_keys.values())
    if PartnerMetricDimension.TIER in by:
        keys.append(tier_of(scope, rows.c).label("tier_id"))
    plain = [rows.c[name] for name in ("figure", *records, "day", "numerator", "denominator")]
    return select(*plain, *keys).select_from(source).where(*conditions).distinct().subquery("narrowed"), by


def figures_of(
    scope: Scope,
    arguments: Arguments,
    facts: Collection[Select[Any]],
    records: Collection[str],
    figures: Mapping[str, tuple[StrEnum, bool]],
) -> Select[Any]:
    """One row for each group: what `metric` reads of each figure, keys, `place`.

    `figures`: by name, and whether it is a quotient; else it is a sum.
    """
    rows, by = narrowed(scope, arguments, facts, records)
    names = [name for name in ("partner_id", "tier_id") if name in rows.c]
    columns: list[ColumnElement[Any]] = []
    for name, (figure, divided) in figures.items():
        of_figure = rows.c.figure == text_of(figure)
        size = func.count().filter(of_figure)
        below = func.coalesce(func.sum(rows.c.denominator).filter(of_figure), ZERO) if divided else ONE
        columns += [
            func.coalesce(func.sum(rows.c.numerator).filter(of_figure), ZERO).label(f"{name}_numerator"),
            cast(below, Numeric).label(f"{name}_denominator"),
            cast(size, BigInteger).label(f"{name}_size"),
        ]
    keys = [rows.c[name] for name in names]
    ids = [(rows.c[name] if name in names else NO_ID).label(name) for name in ("partner_id", "tier_id")]
    place = func.row_number().over(order_by=keys or [ONE]).label("place")
    grouped = select(*columns, *ids, place, scope.tenant.label("tenant_id"))
    return grouped.group_by(*keys) if by else grouped


def rows_of(
    scope: Scope, arguments: Arguments, facts: Collection[Select[Any]], records: Collection[str], metric: Tree | None
) -> Select[Any]:
    """The facts of one figure, the latest first, in pages by `place`."""
    if not isinstance(metric, Leaf):
        raise RequestError("BAD_USER_INPUT", "name a metric", ("metric",))
    rows, _ = narrowed(scope, arguments, facts, records)
    order = (rows.c.day.desc(), *(rows.c[name] for name in records))
    place = func.row_number().over(order_by=order).label("place")
    asked = rows.c.figure == cast(scope.bind(metric.get, Text()), Text)
    numbered = select(*rows.c, place, scope.tenant.label("tenant_id")).where(asked).subquery("numbered")
    page = select(*numbered.c).order_by(numbered.c.place)
    if isinstance(after := arguments.get("after"), Leaf):
        page = page.where(numbered.c.place > scope.bind(after.get, BigInteger()))
    first = arguments.get("first")
    size = scope.bind(converted(first.get, bounded), BigInteger()) if isinstance(first, Leaf) else ZERO
    return page.limit(size)


def shown(name: str) -> Callable[[Any, Scope], ColumnElement[Any]]:
    return lambda row, _scope: cast(func.trim_scale(getattr(row, name)), Text)


NARROWING = [
    argument("partner", lazy("AccountRef", "api.schema.accounts") | None, "Of one partner only."),
    argument(
        "tier",
        lazy("PartnerTierRef", "api.schema.partner_programs") | None,
        "Of partners that were in this tier at the time only.",
    ),
    argument("from_", date | None, "First day of the period, in the tenant's time zone."),
    argument("to", date | None, "Day after the last of the period."),
]
GROUPING = argument(
    "by", list[PartnerMetricDimension], "One row for each group; without it one row for everything.", default=[]
)
PAGING = [
    argument("first", int, "At most so many rows, 0 to 1000.", default=100),
    argument("after", int | None, "Only rows behind this `place`."),
]
