"""Groups of opportunities: counts and sums by up to four fields, money per currency."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

import strawberry
from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Numeric,
    Select,
    Text,
    Uuid,
    case,
    cast,
    func,
    literal_column,
    select,
)
from sqlalchemy.dialects.postgresql import aggregate_order_by

from api.compiler import Leaf, Leaves, RequestError, Root, Scope, Tree, converted
from api.domain.opportunities import Opportunity, OpportunityLine
from api.domain.users import User

from .binding import composed, computed, group_keys, money, readable, unnested
from .connections import argument, lazy, rooted
from .enums import described_enum
from .interfaces import Money, Node
from .scalars import CurrencyCode
from .wire import id_text, money_text

MOST_KEYS = 4
MOST_GROUPS = 1000


class OpportunityGroupField(StrEnum):
    PIPELINE = "PIPELINE"
    STAGE = "STAGE"
    STATUS = "STATUS"
    OWNER = "OWNER"
    TEAM = "TEAM"
    ACCOUNT = "ACCOUNT"
    PRODUCT = "PRODUCT"
    CLOSED_MONTH = "CLOSED_MONTH"


described_enum(
    OpportunityGroupField,
    "OpportunityGroupField",
    "What opportunities can be grouped by.",
    PIPELINE="By pipeline.",
    STAGE="By stage.",
    STATUS="By open, won, lost.",
    OWNER="By owner.",
    TEAM="By the team of the owner.",
    ACCOUNT="By account.",
    PRODUCT="By product of the lines: an opportunity counts for each of its products, with the sum of those lines.",
    CLOSED_MONTH="By the month it closed, as `2026-03`.",
)
# Group field → GraphQL type and id prefix of the record a key stands for.
RECORDS: Mapping[str, tuple[str, str] | None] = {
    "PIPELINE": ("Pipeline", "pip"),
    "STAGE": ("Stage", "stg"),
    "STATUS": None,
    "OWNER": ("User", "usr"),
    "TEAM": ("Team", "tea"),
    "ACCOUNT": ("Account", "acc"),
    "PRODUCT": ("Product", "prd"),
    "CLOSED_MONTH": None,
}


@strawberry.type(description="One key of a group.")
class GroupKey:
    field: OpportunityGroupField = strawberry.field(description="What it groups by.")
    value: str | None = strawberry.field(description="The record's id, the status, or the month; null for none.")
    node: Node | None = strawberry.field(description="The record, if the key is one you may see.")


@readable(
    elements={"currency": Text(), "count": BigInteger(), "sum_minor": BigInteger(), "average_minor": Numeric()},
    description="Amounts of one currency; amounts of different currencies are never added up.",
)
class MoneyAggregate:
    currency: CurrencyCode = computed(lambda row, _scope: row.currency, "The currency.")
    count: int = computed(lambda row, _scope: row.count, "How many amounts.")
    sum: Money = money("sum_minor", "Their sum.")
    average: Money | None = composed(
        {
            "amount": lambda row, _scope: money_text(func.round(row.average_minor), row.currency),
            "currency": lambda row, _scope: row.currency,
        },
        "Their mean, rounded half away from zero.",
        absent=lambda row, _scope: row.average_minor.is_(None),
    )


def keys_of(arguments: Mapping[str, Tree]) -> list[str]:
    by = arguments.get("groupBy")
    names = [str(value) for value in by.values] if isinstance(by, Leaves) else []
    if len(set(names)) != len(names) or len(names) > MOST_KEYS:
        raise RequestError("BAD_USER_INPUT", f"group by at most {MOST_KEYS} different fields", ("groupBy",))
    return names


def group_rows(scope: Scope, arguments: Mapping[str, Tree], matching: Any) -> Select[Any]:
    """One row for each group: `value_<n>`, `id_<n>`, `count`, `amounts`."""
    names = keys_of(arguments)
    per_currency = currencies(scope, names, matching)
    keys = [per_currency.c[f"{part}_{at}"] for at in range(len(names)) for part in ("value", "id")]
    amounts = func.json_build_object(
        literal_column("'currency'"),
        per_currency.c.currency,
        literal_column("'count'"),
        per_currency.c.amounts,
        literal_column("'sum_minor'"),
        per_currency.c.sum_minor,
        literal_column("'average_minor'"),
        per_currency.c.average_minor,
    )
    listed = func.json_agg(aggregate_order_by(amounts, per_currency.c.currency)).filter(
        per_currency.c.amounts > literal_column("0")
    )
    first = arguments.get("first")
    size = scope.bind(converted(first.get, bounded), BigInteger()) if isinstance(first, Leaf) else literal_column("100")
    count = func.coalesce(func.sum(per_currency.c.count), literal_column("0"))
    grouped = select(
        *keys,
        cast(count, BigInteger).label("count"),
        func.coalesce(listed, literal_column("'[]'::json")).label("amounts"),
    )
    return grouped.group_by(*keys).order_by(count.desc(), *keys).limit(size)


def bounded(first: int) -> int:
    if not 0 <= first <= MOST_GROUPS:
        raise RequestError("BAD_USER_INPUT", f"first is between 0 and {MOST_GROUPS}", ("first",))
    return first


def currencies(scope: Scope, names: list[str], matching: Any) -> Any:
    """One row for each group and currency."""
    deal = Opportunity.__table__.alias("deal")
    rows: Any = deal
    amount: ColumnElement[Any] = deal.c.amount_minor
    keys: dict[str, ColumnElement[Any]] = {
        "PIPELINE": deal.c.pipeline_id,
        "STAGE": deal.c.stage_id,
        "OWNER": deal.c.owner_id,
        "ACCOUNT": deal.c.account_id,
    }
    if "TEAM" in names:
        owner = User.__table__.alias("owner")
        rows = rows.outerjoin(owner, (owner.c.tenant_id == scope.tenant) & (owner.c.id == deal.c.owner_id))
        keys["TEAM"] = owner.c.team_id
    if "PRODUCT" in names:
        sold = products(scope)
        rows = rows.outerjoin(sold, sold.c.opportunity_id == deal.c.id)
        keys["PRODUCT"] = sold.c.product_id
        amount = case((sold.c.opportunity_id.is_(None), deal.c.amount_minor), else_=sold.c.total_minor)
    columns = []
    for at, name in enumerate(names):
        record = RECORDS[name]
        if record is None:
            value = deal.c.status if name == "STATUS" else func.to_char(deal.c.closed_on, literal_column("'YYYY-MM'"))
            columns += [value.label(f"value_{at}"), literal_column("NULL::uuid", Uuid()).label(f"id_{at}")]
        else:
            columns += [id_text(record[1], keys[name]).label(f"value_{at}"), keys[name].label(f"id_{at}")]
    return (
        select(
            *columns,
            deal.c.currency,
            func.count().label("count"),
            func.count(amount).label("amounts"),
            func.sum(amount).label("sum_minor"),
            func.avg(amount).label("average_minor"),
        )
        .select_from(rows)
        .where(scope.visible("Opportunity", deal), deal.c.archived_at.is_(None), *matching(deal))
        .group_by(*(literal_column(str(place + 1)) for place in range(len(columns))), deal.c.currency)
        .subquery("per_currency")
    )


def products(scope: Scope) -> Any:
    lines = OpportunityLine.__table__.alias("line")
    return (
        select(lines.c.opportunity_id, lines.c.product_id, func.sum(lines.c.total_minor).label("total_minor"))
        .where(lines.c.tenant_id == scope.tenant)
        .group_by(lines.c.opportunity_id, lines.c.product_id)
        .subquery("sold")
    )


@readable(build=group_rows, filtered="Opportunity", description="Opportunities that have the same keys.")
class OpportunityGroup:
    keys: list[GroupKey] = group_keys(
        {name: record[0] if record else None for name, record in RECORDS.items()}, "One for each field of `groupBy`."
    )
    count: int = computed(lambda row, _scope: row.count, "How many opportunities.")
    amounts: list[MoneyAggregate] = unnested("amounts", "Their amounts, one entry per currency, sorted by it.")


@strawberry.type
class Query:
    opportunities_aggregate: list[OpportunityGroup] = rooted(
        list[OpportunityGroup],
        "Opportunities counted and summed in groups, the largest first; without `groupBy` one group of all.",
        Root("rows", "OpportunityGroup"),
        [
            argument("filter", lazy("OpportunityFilter", "api.schema.opportunities") | None, "Which opportunities."),
            argument("group_by", list[OpportunityGroupField], "At most 4 fields.", default=[]),
            argument("first", int, "At most so many groups, 0 to 1000.", default=100),
        ],
    )
