"""A figure with the numbers behind it."""

from collections.abc import Mapping
from decimal import Decimal
from enum import StrEnum
from typing import Any

import strawberry
from sqlalchemy import ColumnElement, Numeric, Text, cast, func, literal_column

from .binding import composed
from .enums import described_enum


class MetricUnit(StrEnum):
    COUNT = "COUNT"
    RATIO = "RATIO"
    DAYS = "DAYS"
    MONEY = "MONEY"
    MONEY_PER_DAY = "MONEY_PER_DAY"


described_enum(
    MetricUnit,
    "MetricUnit",
    "What a figure is counted in.",
    COUNT="A number of records.",
    RATIO="A fraction from 0 to 1, 6 decimal digits.",
    DAYS="Days, 2 decimal digits.",
    MONEY="Money of the tenant's reporting currency, with its digits.",
    MONEY_PER_DAY="Money of the tenant's reporting currency a day, with its digits.",
)


@strawberry.type(description="A figure with the numbers behind it; value = numerator / denominator, rounded once.")
class Metric:
    value: Decimal | None = strawberry.field(description="The figure; null when the denominator is 0.")
    numerator: Decimal = strawberry.field(description="What is divided, up to 10 decimal digits.")
    denominator: Decimal = strawberry.field(description="What it is divided by, up to 10 decimal digits.")
    sample_size: int = strawberry.field(description="How many records it is computed from.")
    unit: MetricUnit = strawberry.field(description="What value and numerator are counted in.")


DIGITS: Mapping[MetricUnit, str] = {MetricUnit.COUNT: "0", MetricUnit.RATIO: "6", MetricUnit.DAYS: "2"}


def metric(name: str, unit: MetricUnit, description: str) -> Any:
    """A Metric from the columns `<name>_numerator`, `<name>_denominator`, `<name>_size` and, for money, `unit`.

    `unit` is the reporting currency's minor unit in major units; `digits` the number of its digits.
    """

    def digits(row: Any) -> ColumnElement[Any]:
        return literal_column(DIGITS[unit]) if unit in DIGITS else row.digits

    def shown(number: ColumnElement[Any]) -> ColumnElement[Any]:
        return cast(func.trim_scale(func.round(cast(number, Numeric), literal_column("10"))), Text)

    def part(row: Any, which: str) -> ColumnElement[Any]:
        return cast(getattr(row, f"{name}_{which}"), Numeric)

    fields = {
        "value": lambda row, _scope: cast(
            func.round(
                part(row, "numerator") / func.nullif(part(row, "denominator"), literal_column("0")), digits(row)
            ),
            Text,
        ),
        "numerator": lambda row, _scope: shown(part(row, "numerator")),
        "denominator": lambda row, _scope: shown(part(row, "denominator")),
        "sampleSize": lambda row, _scope: getattr(row, f"{name}_size"),
        "unit": lambda _row, _scope: literal_column(f"'{unit.value}'", Text()),
    }
    return composed(fields, description)
