"""The wire forms and the arithmetic of graphql.md §2.11, written a second time; nothing here is the product's."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

MINOR_DIGITS = {"JPY": 0, "KRW": 0, "KWD": 3, "BHD": 3, "CLF": 4}
FILED_UNDER = {"ł": "l", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i"}
DURATION = re.compile(r"P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?", re.ASCII)


@dataclass(frozen=True)
class Money:
    """Minor units of a currency, null as a whole when the amount is not known."""

    minor: int | None
    currency: str | None


def digits_of(currency: str) -> int:
    return MINOR_DIGITS.get(currency, 2)


def half_away(value: Fraction, digits: int = 0) -> Fraction:
    """Rounded to so many decimal digits, a half away from zero."""
    scaled = abs(value) * 10**digits
    whole = (scaled.numerator * 2 + scaled.denominator) // (scaled.denominator * 2)
    return Fraction(whole if value >= 0 else -whole, 10**digits)


def decimal_text(value: Fraction, digits: int) -> str:
    """With exactly so many decimal digits."""
    rounded = half_away(value, digits)
    minor = abs(rounded.numerator * 10**digits // rounded.denominator)
    sign = "-" if rounded < 0 else ""
    whole, rest = divmod(minor, 10**digits)
    return f"{sign}{whole}.{rest:0{digits}}" if digits else f"{sign}{whole}"


def trimmed(value: Fraction) -> str:
    """With up to 10 decimal digits, no zeros at the end."""
    text = decimal_text(value, 10)
    return text.rstrip("0").rstrip(".")


def major(minor: int, currency: str) -> str:
    return decimal_text(Fraction(minor, 10 ** digits_of(currency)), digits_of(currency))


def money(value: Money) -> dict[str, Any] | None:
    if value.minor is None or value.currency is None:
        return None
    return {"amount": major(value.minor, value.currency), "currency": value.currency}


def instant(at: datetime) -> str:
    text = at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")
    return text.rstrip("0").rstrip(".") + "Z"


def written(value: Any) -> Any:
    """A fact as JSON has it."""
    if isinstance(value, Money):
        return money(value)
    if isinstance(value, datetime):
        return instant(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return format(value, "f")
    return value


def fold(text: str) -> str:
    """No case, no marks, single spaces; letters that have no plain form stand under the one people file them under."""
    apart = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    letters = (FILED_UNDER.get(one, one) for one in apart if not unicodedata.combining(one))
    return " ".join("".join(letters).split())


def same(text: str | None, other: str) -> bool:
    return text is not None and fold(text) == fold(other)


def shifted(at: datetime, duration: str, sign: int) -> datetime:
    """An instant moved by a duration: first years and months, the day of a shorter month being its last, then the rest.

    The calendar is UTC's.
    """
    match = DURATION.fullmatch(duration)
    assert match is not None, duration
    years, months, weeks, days, hours, minutes, seconds = (int(part or 0) for part in match.groups())
    there = at.astimezone(UTC)
    months_since_year_0 = there.year * 12 + there.month - 1 + sign * (years * 12 + months)
    year, month = divmod(months_since_year_0, 12)
    there = there.replace(year=year, month=month + 1, day=min(there.day, days_of(year, month + 1)))
    return there + sign * timedelta(weeks=weeks, days=days, hours=hours, minutes=minutes, seconds=seconds)


def days_of(year: int, month: int) -> int:
    following = date(year + month // 12, month % 12 + 1, 1)
    return (following - date(year, month, 1)).days
