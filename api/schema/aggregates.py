"""Aggregates: the records of a list counted and summed in groups, money per currency and, if asked, converted.

Every slice declares what it can be grouped by; the types, the field and the SQL follow from that.
"""

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

import strawberry
from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Date,
    Label,
    Numeric,
    Select,
    Text,
    Uuid,
    and_,
    cast,
    column,
    func,
    literal_column,
    select,
)
from sqlalchemy.dialects.postgresql import JSON, aggregate_order_by

from api.compiler import Leaf, Leaves, RequestError, Root, Scope, Tree, converted
from api.domain.kernel import FieldAccess, records
from api.domain.kernel.rates import converted as in_currency
from api.domain.kernel.rates import rate_on

from .binding import composed, computed, group_keys, money, readable, readable_of, unnested, unnested_one
from .connections import argument, lazy, rooted
from .enums import described_enum
from .interfaces import Money, Node
from .scalars import CurrencyCode
from .wire import id_text, money_text

MOST_KEYS = 4
MOST_GROUPS = 1000
MOST_NAMED = 100
ZERO: ColumnElement[int] = literal_column("0")


@dataclass(frozen=True)
class Key:
    """One thing to group by: an expression over the row, or (`join`) over further rows joined to it.

    `record`: GraphQL type and id prefix of the record the key stands for. `amount`: replaces the row's amount when
    this key is among the groups.
    """

    description: str
    value: Callable[[Any], ColumnElement[Any]]
    record: tuple[str, str] | None = None
    join: Callable[[Any, Any, Scope], tuple[Any, Any]] | None = None
    amount: Callable[[Any, Any], ColumnElement[Any]] | None = None

    def of_group(self, inner: Any, at: int) -> list[Label[Any]]:
        """Value and id of a group. A record's id becomes text here, once for each group, and not for each row."""
        id = inner.c[f"id_{at}"]
        value = inner.c[f"value_{at}"] if self.record is None else id_text(self.record[1], id)
        return [value.label(f"value_{at}"), id.label(f"id_{at}")]


def column_key(column: str, record: tuple[str, str] | None, description: str) -> Key:
    return Key(description, lambda row: row.c[column], record)


def month_key(column: str, description: str) -> Key:
    """By the month of a day, as `2026-03`."""
    return Key(description, lambda row: func.to_char(row.c[column], literal_column("'YYYY-MM'")))


@readable(
    elements={"currency": Text(), "count": BigInteger(), "sum_minor": Numeric(), "average_minor": Numeric()},
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


@readable(
    elements={
        "currency": Text(),
        "count": BigInteger(),
        "sum_minor": Numeric(),
        "rate_date": Date(),
        "unconverted_count": BigInteger(),
        "unconverted": JSON(),
    },
    description="Amounts of several currencies in one, at dated rates.",
)
class ConvertedAggregate:
    sum: Money = composed(
        {
            "amount": lambda row, _scope: money_text(func.round(func.coalesce(row.sum_minor, ZERO)), row.currency),
            "currency": lambda row, _scope: row.currency,
        },
        "Sum of the amounts that could be converted, rounded once.",
    )
    count: int = computed(lambda row, _scope: row.count, "How many amounts were converted.")
    rate_date: date = computed(lambda row, _scope: row.rate_date, "Day of the rates of what is not closed.")
    unconverted_count: int = computed(lambda row, _scope: row.unconverted_count, "Amounts without a rate, left out.")
    unconverted: list[strawberry.ID] = computed(
        lambda row, _scope: row.unconverted, "Ids of the first 100 records whose amounts are left out."
    )


@dataclass
class Aggregate:
    """The aggregate of one type. `money`: its column of minor units; `day`: the day whose rate converts a row."""

    cls: type[Any]
    keys: Mapping[str, Key]
    money: str | None = None
    day: Callable[[Any, ColumnElement[Any]], ColumnElement[Any]] = field(default=lambda _row, as_of: as_of)

    def __post_init__(self) -> None:
        name = self.cls.__name__
        self.entity = name
        self.key_field: Any = StrEnum(f"{name}GroupField", {key: key for key in self.keys})  # type: ignore[misc]
        texts = {key: one.description for key, one in self.keys.items()}
        described_enum(self.key_field, f"{name}GroupField", f"What {name} records can be grouped by.", **texts)
        self.group = self.group_type()
        setattr(sys.modules[self.cls.__module__], self.group.__name__, self.group)

    def group_type(self) -> Any:
        name, optional = self.cls.__name__, None
        key = type(
            f"{name}GroupKey",
            (),
            {
                "__annotations__": {"field": self.key_field, "value": str | optional, "node": Node | optional},
                "__module__": self.cls.__module__,
                "field": strawberry.field(description="What it groups by."),
                "value": strawberry.field(description="The record's id, or the value; null for none."),
                "node": strawberry.field(description="The record, if the key is one that you may see."),
            },
        )
        made: Any = strawberry.type(key, description="One key of a group.")
        targets = {key: one.record[0] if one.record else None for key, one in self.keys.items()}
        annotations: dict[str, Any] = {"keys": list[made], "count": int}
        values: dict[str, Any] = {
            "keys": group_keys(targets, f"{name}GroupKey", "One for each field of `groupBy`."),
            "count": computed(lambda row, _scope: row.count, "How many records."),
        }
        if self.money is not None:
            optional_converted: Any = ConvertedAggregate | optional
            annotations |= {"amounts": list[MoneyAggregate], "converted": optional_converted}
            values["amounts"] = unnested("amounts", "Their amounts, one entry per currency, sorted by it.")
            values["converted"] = unnested_one(
                "converted", "Their amounts in the `currency` asked for; null without one."
            )
        group = type(f"{name}Group", (), {"__annotations__": annotations, "__module__": self.cls.__module__, **values})
        return readable(build=self.rows, filtered=name, description=f"{name} records that have the same keys.")(group)

    def query(self) -> Any:
        """The field of Query."""
        name, module = self.cls.__name__, self.cls.__module__
        arguments = [
            argument("filter", lazy(f"{name}Filter", module) | None, "Which records; archived ones never count."),
            argument("group_by", list[self.key_field], "At most 4 fields.", default=[]),  # type: ignore[name-defined]
            argument("first", int, "At most so many groups, 0 to 1000.", default=100),
        ]
        if self.money is not None:
            arguments += [
                argument("currency", CurrencyCode | None, "Currency for `converted`."),
                argument("as_of", date | None, "Day of the rates for what is not closed; today when left out."),
            ]
        text = f"{name} records counted in groups, the largest first; without `groupBy` one group of all."
        return rooted(list[self.group], text, Root("rows", f"{name}Group"), arguments)  # type: ignore[name-defined]

    # -- SQL ------------------------------------------------------------------------------------------------------

    def rows(self, scope: Scope, arguments: Mapping[str, Tree], matching: Any) -> Select[Any]:
        """One row for each group: `value_<n>`, `id_<n>`, `count`, `amounts`, `converted`, its `place` among them."""
        names = keys_of(arguments)
        inner = self.per_currency(scope, names, arguments, matching)
        keys = [key for at, name in enumerate(names) for key in self.keys[name].of_group(inner, at)]
        by = [key.element for key in keys]
        count = func.coalesce(func.sum(inner.c.count), ZERO)
        columns = [cast(count, BigInteger).label("count")]
        if self.has_money(scope):
            columns += [listed(inner).label("amounts"), self.converted_list(inner, scope, arguments).label("converted")]
        order = (count.desc(), *by)
        columns.append(func.row_number().over(order_by=order).label("place"))
        first = arguments.get("first")
        size = scope.bind(converted(first.get, bounded), BigInteger()) if isinstance(first, Leaf) else ZERO
        return select(*keys, *columns).group_by(*by).order_by(*order).limit(size)

    def has_money(self, scope: Scope) -> bool:
        """Whether there are amounts that the principal may see."""
        if self.money is None:
            return False
        record = readable_of(self.cls).record
        field_set = record.__table__.c[self.money].info["field_set"]
        return scope.context.capability.field(record.object, field_set) is not FieldAccess.HIDDEN

    def per_currency(self, scope: Scope, names: list[str], arguments: Mapping[str, Tree], matching: Any) -> Any:
        """One row for each group and, where there is money, currency."""
        record = readable_of(self.cls).record
        row = record.__table__.alias("row")
        rows: Any = row
        amount: ColumnElement[Any] | None = row.c[self.money] if self.money and self.has_money(scope) else None
        columns: list[ColumnElement[Any]] = []
        for at, name in enumerate(names):
            key, source = self.keys[name], row
            if key.join is not None:
                rows, source = key.join(rows, row, scope)
            if key.amount is not None and amount is not None:
                amount = key.amount(row, source)
            value = key.value(source)
            if key.record is not None:
                target = records()[key.record[1]].__table__.alias(f"of_{at}")
                rows, value = if_seen(scope, rows, key.record[0], target, value)
            columns += key_columns(value, key, at)
        groups: list[ColumnElement[Any]] = [literal_column(str(place + 1)) for place in range(len(columns))]
        columns.append(func.count().label("count"))
        if amount is not None:
            groups.append(row.c.currency)
            columns += [row.c.currency.label("currency"), *self.sums(row, amount, scope, arguments)]
        where = (scope.visible(self.entity, row), row.c.archived_at.is_(None), *matching(row))
        return select(*columns).select_from(rows).where(*where).group_by(*groups).subquery("per_currency")

    def sums(
        self, row: Any, amount: ColumnElement[Any], scope: Scope, arguments: Mapping[str, Tree]
    ) -> list[ColumnElement[Any]]:
        target = arguments.get("currency")
        sums: list[ColumnElement[Any]] = [
            func.count(amount).label("amounts"),
            func.sum(amount).label("sum_minor"),
            func.avg(amount).label("average_minor"),
        ]
        if not isinstance(target, Leaf):
            return sums
        currency = cast(scope.bind(target.get, Text()), Text)
        rate = rate_on(scope.tenant, row.c.currency, currency, self.day(row, as_of(scope, arguments)))
        worth = in_currency(amount, row.c.currency, currency, rate)
        left_out = and_(amount.is_not(None), worth.is_(None))
        ids = func.array_agg(aggregate_order_by(id_text(readable_of(self.cls).record.prefix, row.c.id), row.c.id))
        return [
            *sums,
            func.count(worth).label("worth_count"),
            func.sum(worth).label("worth"),
            func.count().filter(left_out).label("left_out_count"),
            ids.filter(left_out).label("left_out"),
        ]

    def converted_list(self, inner: Any, scope: Scope, arguments: Mapping[str, Tree]) -> ColumnElement[Any]:
        target = arguments.get("currency")
        if not isinstance(target, Leaf):
            return literal_column("'[]'::json")
        texts = func.array_to_string(inner.c.left_out, literal_column("','"))
        ids = first_of(func.string_agg(texts, literal_column("','")))
        entry = func.json_build_object(
            literal_column("'currency'"),
            cast(scope.bind(target.get, Text()), Text),
            literal_column("'count'"),
            func.coalesce(func.sum(inner.c.worth_count), ZERO),
            literal_column("'sum_minor'"),
            func.sum(inner.c.worth),
            literal_column("'rate_date'"),
            as_of(scope, arguments),
            literal_column("'unconverted_count'"),
            func.coalesce(func.sum(inner.c.left_out_count), ZERO),
            literal_column("'unconverted'"),
            func.coalesce(ids, literal_column("'[]'::json")),
        )
        return func.json_build_array(entry)


def if_seen(
    scope: Scope, rows: Any, entity: str, target: Any, id: ColumnElement[Any]
) -> tuple[Any, ColumnElement[Any]]:
    """The rows, and the id of a record that they point at: none if the viewer may not see it, as everywhere.

    Otherwise groups by it would tell how many there are. `target`: an alias of the record's table, joined if need be.
    """
    if scope.sees_all(entity, target):
        return rows, id
    return rows.outerjoin(target, and_(scope.visible(entity, target), target.c.id == id)), target.c.id


def first_of(ids: ColumnElement[Any]) -> ColumnElement[Any]:
    """SQL: the first hundred of ids that are joined by commas, as a JSON array; NULL for none."""
    texts = func.unnest(func.string_to_array(ids, literal_column("','")))
    each = texts.table_valued(column("id", Text())).render_derived(name="each")
    first = select(each.c.id).order_by(each.c.id).limit(literal_column(str(MOST_NAMED))).subquery("first")
    return select(func.json_agg(first.c.id)).scalar_subquery()


def key_columns(value: ColumnElement[Any], key: Key, at: int) -> list[ColumnElement[Any]]:
    if key.record is None:
        text = value if isinstance(value.type, Text) else cast(value, Text)
        return [text.label(f"value_{at}"), literal_column("NULL::uuid", Uuid()).label(f"id_{at}")]
    return [literal_column("NULL::text", Text()).label(f"value_{at}"), value.label(f"id_{at}")]


def listed(inner: Any) -> ColumnElement[Any]:
    """The amounts of a group as a JSON array, one element for each currency."""
    entry = func.json_build_object(
        literal_column("'currency'"),
        inner.c.currency,
        literal_column("'count'"),
        inner.c.amounts,
        literal_column("'sum_minor'"),
        inner.c.sum_minor,
        literal_column("'average_minor'"),
        inner.c.average_minor,
    )
    entries = func.json_agg(aggregate_order_by(entry, inner.c.currency)).filter(inner.c.amounts > ZERO)
    return func.coalesce(entries, literal_column("'[]'::json"))


def as_of(scope: Scope, arguments: Mapping[str, Tree]) -> ColumnElement[Any]:
    """The day of the rates: as asked, else today in the tenant's zone."""
    given = arguments.get("asOf")
    return cast(scope.bind(given.get, Date()), Date) if isinstance(given, Leaf) else scope.day_of(scope.now)


def keys_of(arguments: Mapping[str, Tree]) -> list[str]:
    by = arguments.get("groupBy")
    names = [str(value) for value in by.values] if isinstance(by, Leaves) else []
    if len(set(names)) != len(names) or len(names) > MOST_KEYS:
        raise RequestError("BAD_USER_INPUT", f"group by at most {MOST_KEYS} different fields", ("groupBy",))
    return names


def bounded(first: int) -> int:
    if not 0 <= first <= MOST_GROUPS:
        raise RequestError("BAD_USER_INPUT", f"first is between 0 and {MOST_GROUPS}", ("first",))
    return first
