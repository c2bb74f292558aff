"""A figure with the numbers behind it."""

from collections.abc import Mapping
from decimal import Decimal
from enum import StrEnum
from typing import Any

import strawberry
from sqlalchemy import ColumnElement, Integer, Numeric, Text, and_, case, cast, func, literal_column

from api.compiler import Scope
from api.domain.accounts import Account
from api.domain.kernel import Record
from api.domain.users import User

from .aggregates import if_seen
from .binding import composed
from .enums import described_enum


class MetricUnit(StrEnum):
    COUNT = "COUNT"
    RATIO = "RATIO"
    DAYS = "DAYS"
    MONEY = "MONEY"
    MONEY_PER_DAY = "MONEY_PER_DAY"
    FACTOR = "FACTOR"
    MINUTES = "MINUTES"
    POINTS = "POINTS"


class MetricAbsence(StrEnum):
    NO_RECORDS = "NO_RECORDS"
    ZERO_DENOMINATOR = "ZERO_DENOMINATOR"


described_enum(
    MetricUnit,
    "MetricUnit",
    "What a figure is counted in.",
    COUNT="A number of records.",
    RATIO="A fraction from 0 to 1, 6 decimal digits.",
    DAYS="Days, 2 decimal digits.",
    MONEY="Money of the tenant's reporting currency, with its digits.",
    MONEY_PER_DAY="Money of the tenant's reporting currency a day, with its digits.",
    MINUTES="Minutes, 2 decimal digits.",
    POINTS="Points from -100 to 100, 2 decimal digits.",
    FACTOR="How many times the denominator, 4 decimal digits; both are money of the tenant's reporting currency.",
)
described_enum(
    MetricAbsence,
    "MetricAbsence",
    "Why a figure has no value.",
    NO_RECORDS="There are no records to compute it from.",
    ZERO_DENOMINATOR="There are, but what is to be divided by adds up to 0.",
)


@strawberry.type(description="A figure with the numbers behind it; value = numerator / denominator, rounded once.")
class Metric:
    value: Decimal | None = strawberry.field(description="The figure; null when the denominator is 0.")
    absence: MetricAbsence | None = strawberry.field(description="Why there is no value; null when there is one.")
    numerator: Decimal = strawberry.field(description="What is divided, up to 10 decimal digits.")
    denominator: Decimal = strawberry.field(description="What it is divided by, up to 10 decimal digits.")
    sample_size: int = strawberry.field(description="How many records it is computed from.")
    unit: MetricUnit = strawberry.field(description="What value and numerator are counted in.")
    definition_version: int = strawberry.field(
        description="Which definition it is computed by, from 1; it rises when the formula changes. Compare figures of "
        "one version only."
    )


DIGITS: Mapping[MetricUnit, str] = {
    MetricUnit.COUNT: "0",
    MetricUnit.RATIO: "6",
    MetricUnit.DAYS: "2",
    MetricUnit.FACTOR: "4",
    MetricUnit.MINUTES: "2",
    MetricUnit.POINTS: "2",
}
MODELS: Mapping[str, type[Record]] = {"Account": Account, "User": User}  # what figures are grouped by


def text_of(value: StrEnum) -> ColumnElement[str]:
    return literal_column(f"'{value.value}'", Text())


def seen(scope: Scope, rows: Any, records: Mapping[str, str]) -> tuple[Any, dict[str, ColumnElement[Any]]]:
    """What to select from, and columns for those that are ids of records; `records` has the type of each."""
    source = rows
    columns: dict[str, ColumnElement[Any]] = {}
    for name, entity in records.items():
        target = MODELS[entity].__table__.alias(f"of_{name}")
        source, column = if_seen(scope, source, entity, target, rows.c[name])
        columns[name] = column.label(name)
    return source, columns


def metric(name: str, unit: MetricUnit, description: str, version: int = 1) -> Any:
    """A Metric from the columns `<name>_numerator`, `<name>_denominator`, `<name>_size` and, for money, `unit`.

    `unit` is the reporting currency's minor unit in major units; `digits` the number of its digits.
    `version`: raise it with every change of what the figure counts.
    """

    def digits(row: Any) -> ColumnElement[Any]:
        return literal_column(DIGITS[unit]) if unit in DIGITS else row.digits

    def shown(number: ColumnElement[Any]) -> ColumnElement[Any]:
        return cast(func.trim_scale(func.round(cast(number, Numeric), literal_column("10"))), Text)

    def part(row: Any, which: str) -> ColumnElement[Any]:
        return cast(getattr(row, f"{name}_{which}"), Numeric)

    def absence(row: Any) -> ColumnElement[Any]:
        nothing = getattr(row, f"{name}_size") == literal_column("0", Integer)
        zero = part(row, "denominator") == literal_column("0", Numeric)
        return case(
            (and_(zero, nothing), text_of(MetricAbsence.NO_RECORDS)), (zero, text_of(MetricAbsence.ZERO_DENOMINATOR))
        )

    fields = {
        "absence": lambda row, _scope: absence(row),
        "value": lambda row, _scope: cast(
            func.round(
                part(row, "numerator") / func.nullif(part(row, "denominator"), literal_column("0")), digits(row)
            ),
            Text,
        ),
        "numerator": lambda row, _scope: shown(part(row, "numerator")),
        "denominator": lambda row, _scope: shown(part(row, "denominator")),
        "sampleSize": lambda row, _scope: getattr(row, f"{name}_size"),
        "unit": lambda _row, _scope: text_of(unit),
        "definitionVersion": lambda _row, _scope: literal_column(str(version), Integer),
    }
    return composed(fields, description)
