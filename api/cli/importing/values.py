"""Texts of a file as values of the domain."""

from __future__ import annotations

import re
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from functools import cache, lru_cache
from typing import TypeVar

from api.domain.kernel import Invalid, Money, digits_of

E = TypeVar("E", bound=StrEnum)

NUMBER = re.compile(r"[+-]?[0-9]{1,18}(\.[0-9]{1,18})?")
PARTS = {
    "YYYY": r"(?P<year>[0-9]{4})",
    "MM": r"(?P<month>[0-9]{2})",
    "DD": r"(?P<day>[0-9]{2})",
    "M": r"(?P<month>[0-9]{1,2})",
    "D": r"(?P<day>[0-9]{1,2})",
}
YES, NO = frozenset({"yes", "true", "1", "y"}), frozenset({"no", "false", "0", "n"})
SEPARATORS = re.compile(r"[\s,;]+")
LONGEST_SHOWN = 60


def shown(text: str) -> str:
    """A text of the file in a message: quoted, cut when long."""
    return repr(text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]}…")


@cache
def day_pattern(form: str) -> re.Pattern[str]:
    """The pattern of dates written as `form`, in which YYYY, MM or M, and DD or D each stand once.

    >>> day_pattern("M/D/YYYY").fullmatch("3/1/2017").groupdict()
    {'month': '3', 'day': '1', 'year': '2017'}
    """
    words = re.split(r"(YYYY|MM|DD|M|D)", form)
    names = sorted(word[0] for word in words if word in PARTS)
    if names != ["D", "M", "Y"]:
        raise ValueError("write the form of dates with YYYY, MM or M, and DD or D, as in YYYY-MM-DD")
    return re.compile("".join(PARTS.get(word) or re.escape(word) for word in words))


@lru_cache(maxsize=10_000)
def day(text: str, form: str, field: str) -> date:
    match = day_pattern(form).fullmatch(text)
    try:
        if match is not None:
            return date(int(match["year"]), int(match["month"]), int(match["day"]))
    except ValueError:
        pass  # the 30th of February has the right form
    raise Invalid((field,), f"{shown(text)} is not a day written as {form}", "date")


def number(text: str, times: Decimal, field: str) -> Decimal:
    if NUMBER.fullmatch(text) is None:
        raise Invalid((field,), f"{shown(text)} is not a number such as 1234.5", "number")
    return Decimal(text) * times


def whole(text: str, times: Decimal, field: str) -> int:
    found = number(text, times, field)
    if found != found.to_integral_value():
        raise Invalid((field,), f"{shown(text)} is not a whole number", "number")
    return int(found)


@lru_cache(maxsize=10_000)
def money(text: str, times: Decimal, currency: str, field: str, *, rounded: bool) -> Money:
    """`rounded`: the file's amounts are floats, such as 21.3500004; half a minor unit goes away from zero."""
    amount = number(text, times, field)
    if rounded:
        amount = amount.quantize(Decimal(1).scaleb(-digits_of(currency)), rounding=ROUND_HALF_UP)
    return Money.of(amount, currency, field)


def flag(text: str, field: str) -> bool:
    word = text.casefold()
    if word not in YES | NO:
        raise Invalid((field,), f"{shown(text)} is neither yes nor no", "flag")
    return word in YES


def choice(text: str, among: type[E], field: str) -> E:
    try:
        return among(text.strip().upper().replace(" ", "_"))
    except ValueError as error:
        known = ", ".join(member.value for member in among)
        raise Invalid((field,), f"{shown(text)} is none of {known}", "choice") from error


def several(text: str) -> list[str]:
    return [one for one in SEPARATORS.split(text) if one]
