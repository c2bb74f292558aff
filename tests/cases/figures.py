"""What tests ask about figures of cases, and how they follow each to its rows."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from tests.graphql_client import Client

FIGURES = (
    *("firstResponseMedian", "firstResponseNinetieth", "firstResponseCalendarMedian", "firstResponseCalendarNinetieth"),
    *("firstResponseAttainment", "nextResponseAttainment", "updateAttainment", "resolutionAttainment"),
    *("resolutionMean", "resolutionMedian", "resolutionNinetieth", "reopenRate", "firstContactResolution"),
    *("backlog", "backlogUnderOneDay", "backlogUnderSevenDays", "backlogUnderThirtyDays", "backlogOlder"),
)
PARTS = "{ value numerator denominator sampleSize absence unit }"
BETWEEN = {name for name in FIGURES if name.endswith(("Median", "Ninetieth"))}
ROWS = """query ($metric: CaseMetric!, $from: Date, $to: Date) {
  caseMetricRows(metric: $metric, from: $from, to: $to) { place numerator day case { number } }
}"""
Figures = Mapping[str, tuple[str | None, str, str, int]]


async def asked(graphql: Client, arguments: str = "", keys: str = "", **who: Any) -> list[Any]:
    fields = " ".join(f"{name} {PARTS}" for name in FIGURES)
    return list((await graphql(f"{{ caseMetrics{arguments} {{ {keys} {fields} }} }}", **who))["caseMetrics"])


def numbers(row: Any) -> Figures:
    """Value, numerator, denominator and size of the sample of each figure."""
    names = (name for name in row if isinstance(row[name], dict) and "sampleSize" in row[name])
    return {
        name: tuple(row[name][part] for part in ("value", "numerator", "denominator", "sampleSize")) for name in names
    }


def enum_of(name: str) -> str:
    return "".join(f"_{letter}" if letter.isupper() else letter.upper() for letter in name)


async def traced(graphql: Client, row: Any, **period: str) -> None:
    """Each figure is exactly what its rows are: as many, and as much."""
    for name in FIGURES:
        rows = (await graphql(ROWS, {"metric": enum_of(name), **period}))["caseMetricRows"]
        assert [one["place"] for one in rows] == list(range(1, row[name]["sampleSize"] + 1)), name
        if name not in BETWEEN:
            assert sum(Decimal(one["numerator"]) for one in rows) == Decimal(row[name]["numerator"]), name
