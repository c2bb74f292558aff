"""The wire form of each leaf type. Strawberry's own accept NaN, naive instants and floats; these do not."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, NewType
from zoneinfo import available_timezones

import strawberry
from graphql import GraphQLError, StringValueNode, ValueNode
from strawberry.types.scalar import ScalarDefinition

from api.domain.kernel import CURRENCIES, instant_text, language_tag

CurrencyCode = NewType("CurrencyCode", str)
CountryCode = NewType("CountryCode", str)
TimeZone = NewType("TimeZone", str)
Locale = NewType("Locale", str)
Duration = NewType("Duration", str)

INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?(Z|[+-]\d\d:\d\d)", re.ASCII)
DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
NUMBER = re.compile(r"-?\d{1,20}(\.\d{1,10})?", re.ASCII)
PERIOD = re.compile(
    r"P(?=.)(\d{1,3}Y)?(\d{1,4}M)?(\d{1,4}W)?(\d{1,5}D)?(T(?=.)(\d{1,5}H)?(\d{1,6}M)?(\d{1,7}S)?)?", re.ASCII
)
YEARS = range(1900, 2201)


def instant(value: object) -> datetime:
    """Raises GraphQLError unless it is an RFC 3339 instant with an offset, between 1900 and 2200."""
    if isinstance(value, str) and INSTANT.fullmatch(value):
        try:
            parsed = datetime.fromisoformat(value).astimezone(UTC)
        except (ValueError, OverflowError):
            parsed = None
        if parsed is not None and parsed.year in YEARS and "T24:" not in value:
            return parsed
    raise GraphQLError("a DateTime is an RFC 3339 instant with offset, such as 2026-03-02T09:15:00Z")


def written_instant(value: object) -> str:
    """The wire form of an instant of ours; what comes out of SQL has it already."""
    return instant_text(value) if isinstance(value, datetime) else str(value)


def day(value: object) -> date:
    if isinstance(value, str) and DAY.fullmatch(value):
        try:
            parsed = date.fromisoformat(value)
        except ValueError:
            parsed = None
        if parsed is not None and parsed.year in YEARS:
            return parsed
    raise GraphQLError("a Date is a day of the years 1900 to 2200, such as 2026-03-02")


def number(value: object) -> Decimal:
    if isinstance(value, str) and NUMBER.fullmatch(value):
        try:
            return Decimal(value)
        except InvalidOperation as error:
            raise GraphQLError("a Decimal is a string of digits, such as '1054.00'") from error
    raise GraphQLError("a Decimal is a string of at most 20 digits and 10 decimal digits, such as '1054.00'")


def one_of(known: Callable[[str], bool], message: str) -> Callable[[object], str]:
    def parse(value: object) -> str:
        if isinstance(value, str) and known(value):
            return value
        raise GraphQLError(message)

    return parse


def scalar(
    name: str,
    description: str,
    parse: Callable[[object], Any],
    specified_by: str | None = None,
    serialize: Callable[[Any], str] = str,
) -> ScalarDefinition:
    """A scalar written as a string. Values that come out of SQL are already in their wire form."""

    def literal(node: ValueNode, _variables: object = None) -> Any:
        return parse(node.value if isinstance(node, StringValueNode) else None)

    return strawberry.scalar(
        name=name,
        description=description,
        specified_by_url=specified_by,
        serialize=serialize,
        parse_value=parse,
        parse_literal=literal,
    )


SCALARS: dict[object, ScalarDefinition] = {
    datetime: scalar(
        "DateTime",
        "An instant, RFC 3339 with an offset; always answered in UTC as `2026-03-02T09:15:00Z`. Years 1900 to 2200.",
        instant,
        "https://scalars.graphql.org/andimarek/date-time.html",
        written_instant,
    ),
    date: scalar(
        "Date",
        "A day without a time zone, `2026-03-02`. Years 1900 to 2200.",
        day,
        "https://scalars.graphql.org/andimarek/local-date.html",
    ),
    Decimal: scalar(
        "Decimal",
        'An exact number as a string, `"1054.00"`: at most 20 digits before and 10 after the point. Never a float.',
        number,
    ),
    Duration: scalar(
        "Duration",
        "A length of time in ISO 8601: `P30D`, `P1M`, `PT12H`. Years and months are the calendar's.",
        one_of(lambda text: bool(PERIOD.fullmatch(text)), "a Duration is ISO 8601, such as P30D or PT12H"),
        "https://www.iso.org/iso-8601-date-and-time-format.html",
    ),
    CurrencyCode: scalar(
        "CurrencyCode",
        "An ISO 4217 currency code, `USD`.",
        one_of(lambda code: code in CURRENCIES, "a CurrencyCode is an ISO 4217 code, such as USD"),
        "https://www.iso.org/iso-4217-currency-codes.html",
    ),
    CountryCode: scalar(
        "CountryCode",
        "An ISO 3166-1 alpha-2 country code, `US`.",
        one_of(lambda code: bool(re.fullmatch("[A-Z]{2}", code)), "a CountryCode is two capital letters, such as US"),
        "https://www.iso.org/iso-3166-country-codes.html",
    ),
    TimeZone: scalar(
        "TimeZone",
        "An IANA time zone, `Europe/Berlin`.",
        one_of(lambda zone: zone in available_timezones(), "a TimeZone is an IANA name, such as Europe/Berlin"),
        "https://www.iana.org/time-zones",
    ),
    Locale: scalar(
        "Locale",
        "A language, with script and region where they matter: a BCP 47 tag, `de` or `pt-BR`.",
        one_of(lambda tag: language_tag(tag) is not None, "a Locale is a BCP 47 language tag, such as de or pt-BR"),
        "https://www.rfc-editor.org/info/bcp47",
    ),
}
