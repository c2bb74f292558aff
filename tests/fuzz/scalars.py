"""Values for the scalars: half of them real, so that a fair part of the operations does something."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from graphql import ValueNode
from hypothesis import strategies as st
from hypothesis_graphql import nodes

from api.domain.kernel import CURRENCIES
from tests.fuzz.thinning import ANY_ID

Values = st.SearchStrategy[ValueNode]
Ids = Mapping[str, Sequence[str]]  # ids that are there, by the name of the type

WRONG = st.sampled_from(["", "x", "null", "NaN", "2026-02-30", "1e5", "' OR 1=1 --", "\u202e", "0" * 300])
TEXTS: Mapping[str, st.SearchStrategy[str]] = {
    "DateTime": st.datetimes().map(lambda at: f"{max(at.year, 1900) % 300 + 1900}{at.isoformat()[4:19]}Z"),
    "Date": st.dates().map(lambda day: f"{day.year % 300 + 1900}-{day.month:02}-{min(day.day, 28):02}"),
    "Decimal": st.decimals(-(10**12), 10**12, places=2).map(str),
    "Duration": st.sampled_from(["P1D", "P30D", "PT12H", "P1M", "P1Y2M3DT4H5M6S", "PT0S", "P999Y"]),
    "CurrencyCode": st.sampled_from(sorted(CURRENCIES)),
    "CountryCode": st.sampled_from(["US", "DE", "GB", "JP", "ZZ"]),
    "TimeZone": st.sampled_from(["Europe/Berlin", "UTC", "America/New_York", "Pacific/Kiritimati"]),
    "Locale": st.sampled_from(["de", "en-US", "pt-BR", "zh-Hant-TW", "und"]),
}


def strategies(ids: Ids) -> dict[str, Values]:
    """By the name of the scalar; ids by `thinning`'s names."""
    found = {name: mostly(good) for name, good in TEXTS.items()}
    for name, known in ids.items():
        found[f"{name}Id"] = identifiers(known)
    found[ANY_ID] = identifiers([one for known in ids.values() for one in known])
    return found


def mostly(good: st.SearchStrategy[str]) -> Values:
    """Good values nine times of ten, as far as Hypothesis has it so."""
    return st.one_of(*[good] * 9, WRONG).map(nodes.String)


def identifiers(known: Sequence[str]) -> Values:
    """Half of them are there."""
    prefix = known[0][:4] if known else "acc_"
    there = st.sampled_from(list(known)) if known else st.just(f"{prefix}{'0' * 32}")
    absent = st.integers(0, 2**128 - 1).map(lambda number: f"{prefix}{number:032x}")
    bad = st.one_of(st.just("x"), st.just(f"xyz_{'0' * 32}"), st.text(max_size=10).filter(storable))
    return st.one_of(*[there] * 3, *[absent] * 2, bad).map(nodes.String)


def storable(text: str) -> bool:
    return "\0" not in text and not any(0xD800 <= ord(one) <= 0xDFFF for one in text)
