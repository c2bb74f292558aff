"""The public holidays of countries and their parts, as the package `holidays` knows them."""

from collections.abc import Mapping
from datetime import date

import holidays

from api.domain.kernel import Invalid

FIRST_YEAR, LAST_YEAR, MOST_YEARS = 1950, 2100, 20


def public_holidays(country: str, region: str | None, first: int, last: int) -> Mapping[date, str]:
    """The days and their names, in the language of the country, of the years from `first` to `last`.

    Raises:
        Invalid: the country or the region is not known, or the years are not.
    """
    regions = holidays.list_supported_countries(include_aliases=False).get(country)
    if regions is None:
        raise Invalid(("country",), "the holidays of this country are not known; enter them with `holidays`", "country")
    if region is not None and region not in regions:
        known = ", ".join(regions) or "none"
        raise Invalid(
            ("region",), f"this is no region of the country with holidays of its own; known: {known}", "region"
        )
    if not FIRST_YEAR <= first <= last <= LAST_YEAR or last - first >= MOST_YEARS:
        reason = f"give at most {MOST_YEARS} years in order, from {FIRST_YEAR} to {LAST_YEAR}"
        raise Invalid(("last_year",), reason, "range", MOST_YEARS)
    language = holidays.country_holidays(country).default_language  # else that of the machine
    return dict(holidays.country_holidays(country, subdiv=region, years=range(first, last + 1), language=language))
