"""Groups and sales figures, in exact fractions: domain.md §0 (2, 3) and §13, graphql.md §2.9a."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

from graphql import GraphQLSchema

from tests.oracle.filters import Filters
from tests.oracle.memory import Row
from tests.oracle.rules import named, wire_id
from tests.oracle.seeing import MODELS, TYPES, World
from tests.oracle.wire import Money, decimal_text, digits_of, fold, half_away, money, trimmed

MOST_NAMED = 100
# The amount that a slice adds up, and the day at whose rate it is converted; by default that of `asOf`.
AMOUNTS: Mapping[str, str] = {
    "Account": "annual_revenue_minor",
    "DealRegistration": "estimated_amount_minor",
    "Opportunity": "amount_minor",
    "PartnerFundAllocation": "amount_minor",
    "PartnerFundClaim": "amount_minor",
    "PartnerFundRequest": "amount_minor",
    "PartnerMarketingBudget": "amount_minor",
    "Product": "list_price_minor",
}
DAYS: Mapping[str, str] = {"Opportunity": "closed_on"}


@dataclass
class Share:
    """What a row brings to one group: usually all of it."""

    row: Row
    key: Any
    minor: int | None


Sharing = Callable[[Row, World, int | None], Iterable[Share]]


def by_product(row: Row, world: World, minor: int | None) -> Iterable[Share]:
    """A share for each product of the lines, with the sum of those lines; everything under none without lines."""
    lines = [one for one in world.all("OpportunityLine") if one.opportunity_id == row.id]
    if not lines:
        return [Share(row, None, minor)]
    products = {line.product_id for line in lines}
    return [
        Share(
            row,
            product and world.one("Product", product),
            sum(one.total_minor for one in lines if one.product_id == product),
        )
        for product in products
    ]


def by_team(row: Row, world: World, minor: int | None) -> Iterable[Share]:
    owner = world.memory.one("User", row.owner_id)
    return [Share(row, world.one("Team", owner.team_id if owner else None), minor)]


def by_closed_month(row: Row, _world: World, minor: int | None) -> Iterable[Share]:
    return [Share(row, row.closed_on and row.closed_on.strftime("%Y-%m"), minor)]


KEYS: Mapping[tuple[str, str], Sharing] = {
    ("Opportunity", "CLOSED_MONTH"): by_closed_month,
    ("Opportunity", "PRODUCT"): by_product,
    ("Opportunity", "TEAM"): by_team,
}


def shares(row: Row, name: str, world: World, minor: int | None) -> Iterable[Share]:
    """By a record or a column of the row, unless KEYS says otherwise. Texts are one if they fold alike."""
    known = KEYS.get((row.typename, name))
    if known is not None:
        return known(row, world, minor)
    column = MODELS[row.typename].__table__.c.get(f"{name.lower()}_id")
    if column is not None:
        target = next(
            type_ for type_ in set(TYPES.values()) if MODELS[type_].__tablename__ == column.info["references"]
        )
        return [Share(row, world.one(target, getattr(row, column.name)), minor)]
    value = getattr(row, name.lower())
    if isinstance(value, bool):
        return [Share(row, str(value).lower(), minor)]
    folded = MODELS[row.typename].__table__.c[name.lower()].info["folded_in"]
    return [Share(row, fold(value) if folded and value is not None else value, minor)]


def value_of(key: Any) -> str | None:
    """As text, which is also what groups are sorted by."""
    if isinstance(key, Row):
        return wire_id(key.typename, key.id)
    return str(key) if isinstance(key, int) else key


@dataclass
class Aggregates:
    schema: GraphQLSchema
    world: World

    def groups(self, type_: str, arguments: Mapping[str, Any]) -> list[dict[str, Any]]:
        """One dict for each group, the largest first, then by the values of their keys, empty ones last."""
        filters, names = Filters(self.schema, self.world), arguments["groupBy"]
        rows = [row for row in self.world.all(type_) if row.archived_at is None]
        rows = [row for row in rows if filters.fits(row, arguments.get("filter") or {}, type_)]
        found: dict[tuple[str | None, ...], tuple[list[Any], list[Share]]] = {}
        if not names:
            found[()] = ([], [])
        for row in rows:
            for keys, share in self.spread(row, names):
                values = tuple(value_of(key) for key in keys)
                found.setdefault(values, (keys, []))[1].append(share)
        ordered = sorted(found.items(), key=lambda one: (-len(one[1][1]), [(value is None, value) for value in one[0]]))
        return [self.group(type_, names, keys, parts, arguments) for _, (keys, parts) in ordered[: arguments["first"]]]

    def spread(self, row: Row, names: Sequence[str]) -> list[tuple[list[Any], Share]]:
        """The row's places in the groups: all combinations of its keys."""
        amount = AMOUNTS.get(row.typename)
        found: list[tuple[list[Any], Share]] = [([], Share(row, None, getattr(row, amount) if amount else None))]
        for name in names:
            found = [
                ([*keys, part.key], part)
                for keys, share in found
                for part in shares(row, name, self.world, share.minor)
            ]
        return found

    def group(
        self, type_: str, names: Sequence[str], keys: list[Any], parts: list[Share], arguments: Mapping[str, Any]
    ) -> dict[str, Any]:
        return {
            "keys": [
                {"field": name, "value": value_of(key), "node": key if isinstance(key, Row) else None}
                for name, key in zip(names, keys, strict=True)
            ],
            "count": len(parts),
            "amounts": amounts([Money(part.minor, part.row.currency) for part in parts]) if type_ in AMOUNTS else None,
            "converted": self.converted(type_, parts, arguments) if arguments.get("currency") else None,
        }

    def converted(self, type_: str, parts: list[Share], arguments: Mapping[str, Any]) -> dict[str, Any]:
        given, currency = arguments.get("asOf"), arguments["currency"]
        as_of = date.fromisoformat(given) if given else self.world.day(self.world.now)
        worth, left_out = [], []
        for part in parts:
            if part.minor is None:
                continue
            day = getattr(part.row, DAYS[type_]) if type_ in DAYS else None
            found = exchanged(self.world, part.minor, part.row.currency, currency, day or as_of)
            if found is None:
                left_out.append(wire_id(type_, part.row.id))
            else:
                worth.append(found)
        return {
            "count": len(worth),
            "sum": money(Money(int(half_away(sum(worth, Fraction(0)))), currency)),
            "rateDate": as_of.isoformat(),
            "unconvertedCount": len(left_out),
            "unconverted": sorted(left_out)[:MOST_NAMED],
        }


def amounts(values: list[Money]) -> list[dict[str, Any]]:
    """Count, sum and mean of each currency that has amounts."""
    known = [one for one in values if one.minor is not None]
    found = []
    for currency in sorted({str(one.currency) for one in known}):
        minors = [int(one.minor or 0) for one in known if one.currency == currency]
        mean = int(half_away(Fraction(sum(minors), len(minors))))
        found.append(
            {
                "currency": currency,
                "count": len(minors),
                "sum": money(Money(sum(minors), currency)),
                "average": money(Money(mean, currency)),
            }
        )
    return found


def exchanged(world: World, minor: int, base: str, quote: str, day: date) -> Fraction | None:
    """In minor units of `quote`, not rounded; the newest entry of the newest date up to the day counts."""
    if base == quote:
        return Fraction(minor)
    rates = [
        one for one in world.all("ExchangeRate") if (one.base, one.quote) == (base, quote) and one.valid_from <= day
    ]
    if not rates:
        return None
    rate = max(rates, key=lambda one: (one.valid_from, one.id)).rate
    return Fraction(minor * 10 ** digits_of(quote), 10 ** digits_of(base)) * Fraction(rate)


def sales_metrics(world: World, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """domain.md §13: win rate, cycle, velocity."""
    deals = [row for row in world.all("Opportunity") if row.archived_at is None]
    if arguments.get("pipeline"):
        pipeline = named(world, "Pipeline", arguments["pipeline"])
        deals = [row for row in deals if pipeline is not None and row.pipeline_id == pipeline.id]
    first, last = (date.fromisoformat(arguments[name]) if arguments.get(name) else None for name in ("from", "to"))
    closed = [
        row
        for row in deals
        if row.closed_on and (first is None or row.closed_on >= first) and (last is None or row.closed_on < last)
    ]
    won = [row for row in closed if row.status == "WON"]
    currency = world.tenant.currency
    known = [row for row in won if row.amount_minor is not None]
    worths = [exchanged(world, row.amount_minor, row.currency, currency, row.closed_on) for row in known]
    worth = [one / 10 ** digits_of(currency) for one in worths if one is not None]
    open_count, amount = sum(row.status == "OPEN" for row in deals), sum(worth, Fraction(0))
    cycles = [(row.closed_on - row.opened_on).days for row in won if row.opened_on]
    all_cycles = [(row.closed_on - row.opened_on).days for row in closed if row.opened_on]
    return {
        "currency": currency,
        "openCount": metric(open_count, 1, open_count, "COUNT", 0),
        "wonCount": metric(len(won), 1, len(won), "COUNT", 0),
        "lostCount": metric(len(closed) - len(won), 1, len(closed) - len(won), "COUNT", 0),
        "wonAmount": metric(amount, 1, len(worth), "MONEY", digits_of(currency)),
        "averageWonAmount": metric(amount, len(worth), len(worth), "MONEY", digits_of(currency)),
        "winRate": metric(len(won), len(closed), len(closed), "RATIO", 6),
        "salesCycleDays": metric(sum(cycles), len(cycles), len(cycles), "DAYS", 2),
        "closedCycleDays": metric(sum(all_cycles), len(all_cycles), len(all_cycles), "DAYS", 2),
        "salesVelocity": metric(
            open_count * (ratio(amount, len(worth)) or 0) * (ratio(len(won), len(closed)) or 0),
            ratio(sum(cycles), len(cycles)) or 0,
            open_count + len(closed),
            "MONEY_PER_DAY",
            digits_of(currency),
        ),
        "unconvertedCount": worths.count(None),
    }


def ratio(numerator: Fraction | int, denominator: int) -> Fraction | None:
    return Fraction(numerator) / denominator if denominator else None


def metric(numerator: Fraction | int, denominator: Fraction | int, size: int, unit: str, digits: int) -> dict[str, Any]:
    return {
        "value": decimal_text(Fraction(numerator) / Fraction(denominator), digits) if denominator else None,
        "numerator": trimmed(Fraction(numerator)),
        "denominator": trimmed(Fraction(denominator)),
        "sampleSize": size,
        "unit": unit,
        "absence": None if denominator else "ZERO_DENOMINATOR" if size else "NO_RECORDS",
        "definitionVersion": 1,
    }
