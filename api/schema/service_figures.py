"""Figures about service, made of facts: one row for each figure and each record that counts in it.

A figure is made of its facts and nothing else, and its drill-down is these facts, so the two cannot differ: as many,
and, where it is a quotient or a count, as much. What a fact brings in is rounded before it is added up.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Date,
    Double,
    Numeric,
    Select,
    Text,
    Uuid,
    and_,
    cast,
    func,
    literal_column,
    select,
    union_all,
)

from api.compiler import Leaf, Leaves, Null, RequestError, Scope, Tree, converted

from .aggregates import bounded
from .connections import argument, lazy
from .enums import described_enum
from .metrics import seen, text_of

ONE, ZERO = literal_column("1", Numeric), literal_column("0", Numeric)
TEN: ColumnElement[Any] = literal_column("10")
NO_ID, NO_TEXT = literal_column("NULL::uuid", Uuid()), literal_column("NULL::text", Text())
MICROSECONDS_OF_A_MINUTE = literal_column("60 * 1000000", BigInteger())
SECONDS_OF_A_MINUTE = literal_column("60", BigInteger())
Arguments = Mapping[str, Tree]


class ServiceDimension(StrEnum):
    OWNER = "OWNER"
    ACCOUNT = "ACCOUNT"
    PRIORITY = "PRIORITY"
    TYPE = "TYPE"


described_enum(
    ServiceDimension,
    "ServiceMetricDimension",
    "What figures about service are grouped by, as the cases are now.",
    OWNER="By who works on the case.",
    ACCOUNT="By whose case it is.",
    PRIORITY="By its priority.",
    TYPE="By its type.",
)
KEYS: Mapping[ServiceDimension, tuple[str, ColumnElement[Any]]] = {
    ServiceDimension.OWNER: ("owner_id", NO_ID),
    ServiceDimension.ACCOUNT: ("account_id", NO_ID),
    ServiceDimension.PRIORITY: ("priority", NO_TEXT),
    ServiceDimension.TYPE: ("type", NO_TEXT),
}
RECORDS = {ServiceDimension.OWNER: "User", ServiceDimension.ACCOUNT: "Account"}


class Kind(StrEnum):
    """How a figure is made of its facts. The last two stand between them: numerator is the figure, denominator 1."""

    QUOTIENT = "QUOTIENT"
    COUNT = "COUNT"
    MEDIAN = "0.5"
    NINTH_DECILE = "0.9"


@dataclass(frozen=True)
class Figures:
    """The figures of one field of Query; `facts` makes the SELECT of one, `record` is the column that drills down.

    `same`: figures that are made of the facts of another.
    """

    kinds: Mapping[Any, Kind]
    facts: Callable[[Scope, Any], Select[Any]]
    record: str
    same: Mapping[Any, Any] = field(default_factory=dict)

    def rows(self, scope: Scope, arguments: Arguments, _matching: Any) -> Select[Any]:
        """One row for each group: what `metric` reads of each figure, and its keys."""
        rows, by = self.narrowed(scope, arguments, self.kinds.keys() - self.same.keys())
        columns: list[ColumnElement[Any]] = []
        for figure, kind in self.kinds.items():
            of_figure, name = rows.c.figure == text_of(self.same.get(figure, figure)), figure.value.lower()
            size = func.count().filter(of_figure)
            numerator, denominator = parts(rows, kind, of_figure, size)
            columns += [
                cast(func.coalesce(numerator, ZERO), Numeric).label(f"{name}_numerator"),
                cast(func.coalesce(denominator, ZERO), Numeric).label(f"{name}_denominator"),
                cast(size, BigInteger).label(f"{name}_size"),
            ]
        names = [KEYS[one][0] for one in by]
        keys = [rows.c[name] for name in names]
        shown = [(rows.c[name] if name in names else absent).label(name) for name, absent in KEYS.values()]
        place = func.row_number().over(order_by=keys or [ONE]).label("place")
        grouped = select(*columns, *shown, place, scope.tenant.label("tenant_id"))
        return grouped.group_by(*keys) if by else grouped

    def facts_of_one(self, scope: Scope, arguments: Arguments, _matching: Any) -> Select[Any]:
        """The facts of one figure, the latest first, in pages by `place`."""
        asked = arguments.get("metric")
        if not isinstance(asked, Leaf):
            raise RequestError("BAD_USER_INPUT", "name a metric", ("metric",))
        figure = next(one for one in self.kinds if one.value == asked.value)
        rows, _ = self.narrowed(scope, arguments, [self.same.get(figure, figure)])
        # A record may bring in several facts of one day; those that are alike in everything may change places.
        alike = [column for column in rows.c if column.key not in {"day", "record_id"}]
        place = func.row_number().over(order_by=(rows.c.day.desc(), rows.c.record_id, *alike)).label("place")
        columns = (*rows.c, rows.c.record_id.label(self.record), place, scope.tenant.label("tenant_id"))
        numbered = select(*columns).subquery("numbered")
        page = select(*numbered.c).order_by(numbered.c.place)
        if isinstance(after := arguments.get("after"), Leaf):
            page = page.where(numbered.c.place > scope.bind(after.get, BigInteger()))
        first = arguments.get("first")
        return page.limit(scope.bind(converted(first.get, bounded), BigInteger()) if isinstance(first, Leaf) else ZERO)

    def narrowed(
        self, scope: Scope, arguments: Arguments, figures: Collection[StrEnum]
    ) -> tuple[Any, list[ServiceDimension]]:
        """The facts of some figures that are asked for, and what they are grouped by."""
        rows = union_all(*(self.facts(scope, one) for one in self.kinds if one in figures)).subquery("facts")
        conditions: list[ColumnElement[bool]] = []
        if isinstance(first := arguments.get("from"), Leaf):
            conditions.append(rows.c.day >= scope.bind(first.get, Date()))
        if isinstance(last := arguments.get("to"), Leaf):
            conditions.append(rows.c.day < scope.bind(last.get, Date()))
        for name, entity, column in (("account", "Account", "account_id"), ("owner", "User", "owner_id")):
            if (named := arguments.get(name)) is not None and not isinstance(named, Null):
                conditions.append(rows.c[column] == scope.named(entity, named))
        by = dimensions(arguments)
        source, keys = seen(scope, rows, {KEYS[one][0]: RECORDS[one] for one in by if one in RECORDS})
        columns = [keys.get(column.key, column) for column in rows.c]
        return select(*columns).select_from(source).where(*conditions).subquery("narrowed"), by


def parts(rows: Any, kind: Kind, of_figure: ColumnElement[bool], size: ColumnElement[Any]) -> tuple[Any, Any]:
    """Numerator and denominator of a figure."""
    total = func.sum(rows.c.numerator).filter(of_figure)
    if kind is Kind.QUOTIENT:
        return total, cast(size, Numeric)
    if kind is Kind.COUNT:
        return total, ONE
    between = func.percentile_cont(literal_column(kind.value)).within_group(cast(rows.c.numerator, Double))
    return cast(between.filter(of_figure), Numeric), func.least(size, literal_column("1"))


def fact(
    figure: StrEnum, record: ColumnElement[Any], case: Any, *, day: ColumnElement[Any], numerator: ColumnElement[Any]
) -> Select[Any]:
    """SELECT of the facts of one figure; `case` has the keys of the groups."""
    return select(
        text_of(figure).label("figure"),
        record.label("record_id"),
        cast(day, Date).label("day"),
        cast(func.round(cast(numerator, Numeric), TEN), Numeric).label("numerator"),
        *(case.c[name] for name, _ in KEYS.values()),
    )


def dimensions(arguments: Arguments) -> list[ServiceDimension]:
    by = arguments.get("by")
    names = [ServiceDimension(value) for value in by.values] if isinstance(by, Leaves) else []
    if len(set(names)) != len(names):
        raise RequestError("BAD_USER_INPUT", "name each dimension once", ("by",))
    return names


def minutes_of(microseconds: Any) -> ColumnElement[Any]:
    return cast(microseconds, Numeric) / MICROSECONDS_OF_A_MINUTE


def minutes_between(begin: Any, end: Any) -> ColumnElement[Any]:
    return cast(func.extract("epoch", end - begin), Numeric) / SECONDS_OF_A_MINUTE


def shown(name: str) -> Callable[[Any, Scope], ColumnElement[Any]]:
    return lambda row, _scope: cast(func.trim_scale(getattr(row, name)), Text)


def same_case(part: Any, case: Any) -> ColumnElement[bool]:
    return and_(part.c.tenant_id == case.c.tenant_id, part.c.case_id == case.c.id)


NARROWING = [
    argument("account", lazy("AccountRef", "api.schema.accounts") | None, "Of the cases of one account only."),
    argument("owner", lazy("UserRef", "api.schema.users") | None, "Of the cases that one user works on only."),
    argument("from_", date | None, "First day of the period, in the tenant's time zone."),
    argument("to", date | None, "Day after the last of the period."),
]
GROUPING = argument(
    "by", list[ServiceDimension], "One row for each group; without it one row for everything.", default=[]
)
PAGING = [
    argument("first", int, "At most so many rows, 0 to 1000.", default=100),
    argument("after", int | None, "Only rows behind this `place`."),
]
