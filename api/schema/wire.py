"""How a column's value is written as JSON, in SQL."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Date, DateTime, Numeric, Text, Uuid, cast, func, literal_column

from api.compiler import RequestError
from api.domain.kernel import EnumText, Invalid, Money, fold, major

UTC_FORMAT: ColumnElement[str] = literal_column("""'YYYY-MM-DD"T"HH24:MI:SS.US'""")


def id_text(prefix: str, id: ColumnElement[Any]) -> ColumnElement[Any]:
    """`<prefix>_<32 hex digits>`."""
    digits = func.encode(func.uuid_send(id), literal_column("'hex'"))  # quicker than `translate(id::text, …)`
    return literal_column(f"'{prefix}_'", Text()).op("||")(digits)


def instant_text(instant: ColumnElement[Any]) -> ColumnElement[Any]:
    """RFC 3339 in UTC with `Z`; no zeros at the end of the fraction."""
    text = func.to_char(func.timezone(literal_column("'UTC'"), instant), UTC_FORMAT)
    trimmed = func.rtrim(func.rtrim(text, literal_column("'0'")), literal_column("'.'"))
    return trimmed.op("||")(literal_column("'Z'"))


def money_text(minor: ColumnElement[Any], currency: ColumnElement[Any]) -> ColumnElement[Any]:
    """An amount in major units with exactly the currency's digits."""
    return cast(major(minor, currency), Text)


def written(column: ColumnElement[Any], type_: Any) -> ColumnElement[Any]:
    """The wire form of a column by its type; what JSON has itself stays as it is."""
    if isinstance(type_, DateTime):
        return instant_text(column)
    if isinstance(type_, Numeric):
        return cast(column, Text)
    return column


def kind_of(type_: Any) -> str:
    """The kind of a column as the compiler's filters and sorts know it."""
    kinds: tuple[tuple[type, str], ...] = (
        (EnumText, "enum"),
        (Uuid, "uuid"),
        (DateTime, "timestamp"),
        (Date, "date"),
        (BigInteger, "bigint"),
        (Text, "text"),
    )
    for known, kind in kinds:
        if isinstance(type_, known):
            return kind
    return "bool" if type_.python_type is bool else "int"


def minor_units(value: tuple[Decimal, str]) -> int:
    """(amount in major units, currency) → minor units.

    Raises:
        RequestError: INVALID_FILTER for more digits than the currency has, or more than can be stored.
    """
    amount, currency = value
    try:
        return Money.of(amount, currency).minor
    except Invalid as refusal:
        raise RequestError("INVALID_FILTER", str(refusal), ("filter",)) from refusal


CONVERSIONS: dict[str, Callable[[Any], Any]] = {"money": minor_units, "text": fold, "enum": str}
