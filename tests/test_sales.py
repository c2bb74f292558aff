"""Sales figures and groups: exact numbers of a handful of opportunities, each computed here by hand."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import text

from api.domain import opportunities
from api.domain.kernel import Money, Work
from api.domain.kernel.rates import record_rate
from api.domain.opportunities import OpportunityRow
from tests.factories import a_pipeline, a_product, a_stage, a_team, a_user, an_account, an_opportunity
from tests.graphql_client import Client, GraphQLFailed, app, graphql  # noqa: F401 - two of them are fixtures

FIGURES = """
currency unconvertedCount openCount { value } wonCount { value } lostCount { value } wonAmount { value sampleSize }
averageWonAmount { value numerator denominator } winRate { value } salesCycleDays { value sampleSize }
closedCycleDays { value } salesVelocity { value numerator denominator sampleSize unit }
"""


async def closed(
    work: Work, stage: str, amount: int | None, opened: date | None, day: date, currency: str = "USD", **values: Any
) -> None:
    """An opportunity as an old file has it, won from an account of its own or lost; amount in minor units."""
    at = await a_stage(work, stage)
    account = await an_account(work)
    money = {"amount": Money(amount, currency)} if amount is not None else {}
    facts = {"name": "x", "stage_id": at.id, "account_id": account.id, "opened_on": opened, "closed_on": day}
    given = {**facts, "currency": currency, **money, **values}
    (await opportunities.record(work, OpportunityRow(values=given))).unwrap()  # type: ignore[arg-type]
    await work.flush()


async def of_currency(work: Work, amount: int | None, currency: str) -> None:
    """An open opportunity of so many minor units."""
    money = None if amount is None else Money(amount, currency)
    values = {"name": "x", "stage_id": (await a_stage(work)).id, "amount": money, "currency": currency}
    await opportunities.create(work, values)  # type: ignore[arg-type]
    await work.flush()


async def figures(graphql: Client, arguments: str = "", **who: Any) -> Any:  # noqa: F811 - the fixture's value
    return (await graphql(f"{{ salesMetrics{arguments} {{ {FIGURES} }} }}", **who))["salesMetrics"]


@pytest.fixture
async def year(work: Work) -> None:
    """Won 100.00 in 10 days, 50.01 in 20 and something of unknown worth; lost one after 33 days; open two."""
    await closed(work, "Won", 10_000, date(2026, 1, 1), date(2026, 1, 11))
    await closed(work, "Won", 5_001, date(2026, 1, 12), date(2026, 2, 1))
    await closed(work, "Won", None, None, date(2026, 2, 28))
    await closed(work, "Lost", 99_999, date(2026, 1, 1), date(2026, 2, 3))
    for at in range(2):
        await an_opportunity(work, f"open {at}")
    await work.finish()


async def test_the_figures_of_all_time(graphql: Client, year: None):  # noqa: F811
    found = await figures(graphql)
    assert found == {
        "currency": "USD",
        "unconvertedCount": 0,
        "openCount": {"value": "2"},
        "wonCount": {"value": "3"},
        "lostCount": {"value": "1"},
        "wonAmount": {"value": "150.01", "sampleSize": 2},
        "averageWonAmount": {"value": "75.01", "numerator": "150.01", "denominator": "2"},
        "winRate": {"value": "0.750000"},
        "salesCycleDays": {"value": "15.00", "sampleSize": 2},
        "closedCycleDays": {"value": "21.00"},
        # 2 open × 75.005 × 0.75 / 15 days
        "salesVelocity": {
            "value": "7.50",
            "numerator": "112.5075",
            "denominator": "15",
            "sampleSize": 6,
            "unit": "MONEY_PER_DAY",
        },
    }


@pytest.mark.parametrize(
    ("arguments", "won", "lost"),
    [
        ('(from: "2026-01-11")', "3", "1"),
        ('(from: "2026-01-12")', "2", "1"),
        ('(to: "2026-01-11")', "0", "0"),
        ('(to: "2026-01-12")', "1", "0"),
        ('(from: "2026-02-01", to: "2026-03-01")', "2", "1"),
        ('(from: "2026-02-01", to: "2026-02-01")', "0", "0"),
        ('(from: "2026-03-01", to: "2026-01-01")', "0", "0"),
        ("(from: null, to: null, pipeline: null)", "3", "1"),
    ],
)
async def test_a_period_holds_its_first_day_and_not_its_last(
    graphql: Client,  # noqa: F811
    year: None,
    arguments: str,
    won: str,
    lost: str,
):
    found = await figures(graphql, arguments)
    assert (found["wonCount"]["value"], found["lostCount"]["value"]) == (won, lost)
    assert found["openCount"]["value"] == "2"  # open is open now, whatever the period


async def test_figures_that_cannot_be_computed_are_null(graphql: Client, work: Work):  # noqa: F811
    await a_pipeline(work)
    await work.finish()
    found = await figures(graphql)
    nothing = ("averageWonAmount", "winRate", "salesCycleDays", "closedCycleDays", "salesVelocity")
    assert [found[name]["value"] for name in nothing] == [None] * 5
    assert (found["wonAmount"]["value"], found["openCount"]["value"]) == ("0.00", "0")


async def test_figures_of_one_pipeline(graphql: Client, work: Work, year: None):  # noqa: F811
    other = await a_pipeline(work, "Renewals")
    await an_opportunity(work, "there", stage_id=(await a_stage(work, "Proposal", other.id)).id)
    await work.finish()
    counts = [
        (await figures(graphql, f'(pipeline: {{name: "{name}"}})'))["openCount"]["value"]
        for name in ("Sales", "Renewals", "no such pipeline")
    ]
    assert counts == ["2", "1", "0"]
    assert (await figures(graphql))["openCount"]["value"] == "3"


async def test_an_archived_opportunity_no_longer_counts(graphql: Client, work: Work, year: None):  # noqa: F811
    roof = await an_opportunity(work, "archived")
    await opportunities.archive(work, roof.id)
    await work.finish()
    assert (await figures(graphql))["openCount"]["value"] == "2"


async def test_an_amount_is_converted_at_the_rate_of_the_day_it_closed(graphql: Client, work: Work):  # noqa: F811
    await record_rate(work, "EUR", "USD", date(2026, 1, 1), Decimal("1.10"), "ECB")
    await record_rate(work, "EUR", "USD", date(2026, 2, 1), Decimal("1.20"), "ECB")
    await record_rate(work, "JPY", "USD", date(2026, 1, 1), Decimal("0.0065"), "ECB")
    await closed(work, "Won", 10_000, None, date(2026, 1, 31), "EUR")  # 110.00
    await closed(work, "Won", 10_000, None, date(2026, 2, 1), "EUR")  # 120.00
    await closed(work, "Won", 1_001, None, date(2026, 2, 1), "JPY")  # 6.5065
    await closed(work, "Won", 10_000, None, date(2025, 12, 31), "EUR")  # no rate yet
    await closed(work, "Won", 10_000, None, date(2026, 2, 1), "CHF")  # no rate at all
    await work.finish()
    found = await figures(graphql)
    assert found["wonAmount"] == {"value": "236.51", "sampleSize": 3}
    assert (found["unconvertedCount"], found["wonCount"]["value"]) == (2, "5")
    assert found["averageWonAmount"] == {"value": "78.84", "numerator": "236.5065", "denominator": "3"}


@pytest.mark.parametrize(("currency", "value", "average"), [("JPY", "10001", "5001"), ("KWD", "10.001", "5.001")])
async def test_money_has_the_digits_of_the_reporting_currency(
    graphql: Client,  # noqa: F811
    work: Work,
    currency: str,
    value: str,
    average: str,
):
    for amount in (5_000, 5_001):
        await closed(work, "Won", amount, None, date(2026, 2, 1), currency)
    await work.finish()
    await work.session.execute(text("UPDATE tenants SET currency = :code"), {"code": currency})
    found = await figures(graphql)
    assert (found["currency"], found["wonAmount"]["value"], found["averageWonAmount"]["value"]) == (
        currency,
        value,
        average,
    )


async def test_a_representative_has_figures_of_their_own(graphql: Client, work: Work, year: None):  # noqa: F811
    rep = await a_user(work, "Rita Rep")
    await closed(work, "Won", 700, date(2026, 1, 1), date(2026, 1, 8), owner_id=rep.id)
    await work.finish()
    found = await figures(graphql, as_="sales_rep", user=rep)
    assert (found["wonCount"]["value"], found["wonAmount"]["value"], found["openCount"]["value"]) == ("1", "7.00", "0")


async def test_a_group_counts_and_sums_per_currency_and_never_across(
    graphql: Client,  # noqa: F811
    work: Work,
):
    for amount, currency in ((1, "USD"), (2, "USD"), (None, "USD"), (5, "EUR")):
        await of_currency(work, amount, currency)
    await work.finish()
    data = await graphql(
        "{ opportunitiesAggregate { count amounts { currency count sum { amount } average { amount } } } }"
    )
    assert data["opportunitiesAggregate"] == [
        {
            "count": 4,
            "amounts": [
                {"currency": "EUR", "count": 1, "sum": {"amount": "0.05"}, "average": {"amount": "0.05"}},
                # 1.5 cents, half away from zero
                {"currency": "USD", "count": 2, "sum": {"amount": "0.03"}, "average": {"amount": "0.02"}},
            ],
        }
    ]


async def test_sums_outgrow_sixty_four_bits(graphql: Client, work: Work):  # noqa: F811
    for _ in range(100):
        await an_opportunity(work, amount=10**17)
    await work.finish()
    data = await graphql("{ opportunitiesAggregate { amounts { sum { amount } average { amount } } } }")
    assert data["opportunitiesAggregate"][0]["amounts"] == [
        {"sum": {"amount": "100000000000000000.00"}, "average": {"amount": "1000000000000000.00"}}
    ]


async def test_groups_are_the_largest_first_and_bounded(graphql: Client, work: Work):  # noqa: F811
    east = await a_team(work, "East")
    rita, tom = await a_user(work, "Rita", team_id=east.id), await a_user(work, "Tom")
    for owner, number in ((rita, 3), (tom, 2), (None, 1)):
        for _ in range(number):
            await an_opportunity(work, owner_id=owner and owner.id)
    await work.finish()
    query = """
    query($n: Int!) {
      owners: opportunitiesAggregate(groupBy: [OWNER], first: $n) { count keys { node { ... on User { name } } } }
      teams: opportunitiesAggregate(groupBy: [TEAM], first: $n) { count keys { node { ... on Team { name } } } }
    }
    """
    found = await graphql(query, {"n": 10})
    assert [(one["count"], one["keys"][0]["node"]) for one in found["owners"]] == [
        (3, {"name": "Rita"}),
        (2, {"name": "Tom"}),
        (1, None),
    ]
    assert sorted((one["count"], one["keys"][0]["node"] is None) for one in found["teams"]) == [(3, False), (3, True)]
    assert [len(groups) for groups in (await graphql(query, {"n": 1})).values()] == [1, 1]
    assert [len(groups) for groups in (await graphql(query, {"n": 0})).values()] == [0, 0]


async def test_an_opportunity_counts_for_each_of_its_products_with_the_sum_of_those_lines(
    graphql: Client,  # noqa: F811
    work: Work,
):
    gtx, mg = await a_product(work, "GTX", price=100), await a_product(work, "MG", price=7)
    lines = [
        {"product_id": gtx.id},
        {"product_id": mg.id},
        {"product_id": gtx.id},
        {"name": "w", "unit_price": Money(5, "USD")},
    ]
    at = (await a_stage(work)).id
    await opportunities.create(work, {"name": "a", "stage_id": at}, lines=lines)  # type: ignore[arg-type]
    await opportunities.create(work, {"name": "b", "stage_id": at, "amount": Money(1000, "USD")})
    await work.finish()
    data = await graphql(
        """{ opportunitiesAggregate(groupBy: [PRODUCT]) {
               count keys { node { ... on Product { code } } } amounts { sum { amount } } } }"""
    )
    found = {
        (group["keys"][0]["node"] or {}).get("code"): (group["count"], group["amounts"][0]["sum"]["amount"])
        for group in data["opportunitiesAggregate"]
    }
    assert found == {"GTX": (1, "2.00"), "MG": (1, "0.07"), None: (2, "10.05")}


async def test_months_are_those_of_the_closing_day(graphql: Client, year: None):  # noqa: F811
    data = await graphql(
        """{ opportunitiesAggregate(groupBy: [CLOSED_MONTH], filter: {status: {ne: OPEN}}) {
               keys { value } count } }"""
    )
    found = [(group["keys"][0]["value"], group["count"]) for group in data["opportunitiesAggregate"]]
    assert found == [("2026-02", 3), ("2026-01", 1)]


async def test_groups_convert_to_one_currency_and_name_what_they_leave_out(graphql: Client, work: Work):  # noqa: F811
    await record_rate(work, "EUR", "USD", date(2026, 1, 1), Decimal("1.10"), "ECB")
    for amount, currency in ((1_000, "USD"), (1_000, "EUR"), (1_000, "CHF")):
        await of_currency(work, amount, currency)
    await work.finish()
    data = await graphql(
        """{ opportunitiesAggregate(currency: "USD") { converted {
               sum { amount currency } count unconvertedCount unconverted rateDate } } }"""
    )
    converted = data["opportunitiesAggregate"][0]["converted"]
    assert converted["sum"] == {"amount": "21.00", "currency": "USD"}
    assert (converted["count"], converted["unconvertedCount"], converted["rateDate"]) == (2, 1, "2026-03-02")
    assert len(converted["unconverted"]) == 1


async def test_a_group_by_too_much_is_refused(graphql: Client):  # noqa: F811
    for by in ("[OWNER, OWNER]", "[OWNER, STAGE, STATUS, TEAM, ACCOUNT]"):
        with pytest.raises(GraphQLFailed) as failed:
            await graphql(f"{{ opportunitiesAggregate(groupBy: {by}) {{ count }} }}")
        assert failed.value.code == "BAD_USER_INPUT"
