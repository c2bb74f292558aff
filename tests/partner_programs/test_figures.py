"""Figures about partners: exact numbers of a handful of records, each computed here by hand, and their rows."""

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from api.domain import commissions, deal_registrations, opportunities, partner_programs
from api.domain.deal_registrations import RegistrationStatus, RejectionReason
from api.domain.kernel import Money, Work
from api.domain.kernel.rates import record_rate
from api.domain.opportunities import OpportunityRow
from api.domain.partner_programs import PartnerRole
from tests.factories import (
    a_budget,
    a_commission,
    a_commission_plan,
    a_fund_claim,
    a_fund_request,
    a_membership,
    a_pipeline,
    a_program,
    a_registration,
    a_stage,
    a_tier,
    a_user,
    an_account,
    an_allocation,
)
from tests.graphql_client import Client, GraphQLFailed, app, graphql  # noqa: F401 - two of them are fixtures
from tests.people import NOW

S = RegistrationStatus
OF_DEALS = ("approvalDays", "approvalRate", "conflictRate", "conversionRate", "expiryRate")
OF_MONEY = ("sourcedRevenue", "influencedRevenue", "commissionCost", "fundsPaid", "fundReturn", "unconverted")
PARTS = "{ value numerator denominator sampleSize absence unit definitionVersion }"
ROWS = {
    "dealRegistration": "registration { id }",
    "partnerRevenue": "opportunity { name } claim { invoice } commissionEntry { kind }",
}
Figures = Mapping[str, tuple[str | None, str, str, int]]


async def asked(graphql: Client, kind: str, arguments: str = "", keys: str = "", **who: Any) -> list[Any]:  # noqa: F811
    names = OF_DEALS if kind == "dealRegistration" else OF_MONEY
    fields = " ".join(f"{name} {PARTS}" for name in names)
    found = await graphql(f"{{ {kind}Metrics{arguments} {{ {keys} {fields} }} }}", **who)
    return list(found[f"{kind}Metrics"])


def numbers(row: Any) -> Figures:
    return {
        name: (one["value"], one["numerator"], one["denominator"], one["sampleSize"])
        for name, one in row.items()
        if name in OF_DEALS + OF_MONEY
    }


async def traced(graphql: Client, kind: str, row: Any, arguments: str = "") -> None:  # noqa: F811
    """Each figure is exactly what its rows are: as many, and as much."""
    for name in (name for name in row if name in OF_DEALS + OF_MONEY):
        metric = "".join(f"_{letter}" if letter.isupper() else letter.upper() for letter in name)
        given = f"(metric: {metric}{arguments})"
        query = f"{{ {kind}MetricRows{given} {{ place numerator denominator day {ROWS[kind]} }} }}"
        rows = (await graphql(query))[f"{kind}MetricRows"]
        assert [one["place"] for one in rows] == list(range(1, row[name]["sampleSize"] + 1)), name
        assert sum(Decimal(one["numerator"]) for one in rows) == Decimal(row[name]["numerator"]), name
        below = [Decimal(one["denominator"]) for one in rows if one["denominator"] is not None]
        assert (sum(below) if name in (*OF_DEALS, "fundReturn") else 1) == Decimal(row[name]["denominator"]), name


@pytest.fixture
async def deals(work: Work) -> dict[str, Any]:
    """Of Brightwater: two approved after 12 and 36 hours, of which one is converted and one expires; one rejected.

    Of Riverside: one approved at once and withdrawn, one that waits and is in conflict, a draft.
    """
    await a_pipeline(work)
    tier = await a_tier(work)
    ids: dict[str, Any] = {"tier": tier}
    for name in ("Brightwater", "Riverside"):
        ids[name] = (await an_account(work, name)).id
        ids[f"{name} member"] = (await a_membership(work, ids[name], tier)).id

    async def submitted(partner: str, customer: str) -> Any:
        made = await a_registration(work, ids[partner], name=customer, customer_domain=f"{customer}.example")
        await deal_registrations.submit(work, made.id)
        await deal_registrations.review(work, made.id)
        return made.id

    one, two, three = [await submitted("Brightwater", customer) for customer in ("aa", "bb", "cc")]
    four = await submitted("Riverside", "dd")
    await submitted("Riverside", "aa")
    await a_registration(work, ids["Riverside"], name="draft")
    await deal_registrations.approve(work, four)
    await deal_registrations.withdraw(work, four)
    work.now = NOW + timedelta(hours=12)
    await deal_registrations.approve(work, one)
    await deal_registrations.convert(work, one)
    work.now = NOW + timedelta(hours=36)
    await deal_registrations.approve(work, two, days=1)
    await deal_registrations.reject(work, three, RejectionReason.EVIDENCE)
    work.now = NOW + timedelta(days=9)
    await deal_registrations.expire(work, {"id": str(two)})
    work.now = NOW
    await work.finish()
    return ids


async def test_the_figures_of_deal_registrations_and_their_rows(graphql: Client, deals: dict[str, Any]):  # noqa: F811
    (row,) = await asked(graphql, "dealRegistration")
    assert numbers(row) == {
        "approvalDays": ("0.67", "2", "3", 3),
        "approvalRate": ("0.750000", "3", "4", 4),
        "conflictRate": ("0.200000", "1", "5", 5),
        "conversionRate": ("0.333333", "1", "3", 3),
        "expiryRate": ("0.333333", "1", "3", 3),
    }
    assert {row[name]["absence"] for name in OF_DEALS} == {None}
    await traced(graphql, "dealRegistration", row)


async def test_the_figures_of_each_partner_and_of_one(graphql: Client, deals: dict[str, Any]):  # noqa: F811
    rows = await asked(graphql, "dealRegistration", "(by: [PARTNER])", "partner { id name } tier { name }")
    found = {row["partner"]["name"]: numbers(row) for row in rows}
    assert found == {
        "Brightwater": {
            "approvalDays": ("1.00", "2", "2", 2),
            "approvalRate": ("0.666667", "2", "3", 3),
            "conflictRate": ("0.000000", "0", "3", 3),
            "conversionRate": ("0.500000", "1", "2", 2),
            "expiryRate": ("0.500000", "1", "2", 2),
        },
        "Riverside": {
            "approvalDays": ("0.00", "0", "1", 1),
            "approvalRate": ("1.000000", "1", "1", 1),
            "conflictRate": ("0.500000", "1", "2", 2),
            "conversionRate": ("0.000000", "0", "1", 1),
            "expiryRate": ("0.000000", "0", "1", 1),
        },
    }
    for row in rows:
        of = f'partner: {{id: "{row["partner"]["id"]}"}}'
        (alone,) = await asked(graphql, "dealRegistration", f"({of})")
        assert numbers(alone) == numbers(row)
        await traced(graphql, "dealRegistration", row, f", {of}")


async def test_a_period_holds_its_first_day_and_not_its_last(graphql: Client, deals: dict[str, Any]):  # noqa: F811
    # Submitted on March 2, decided on the same day, at 21:15 of it, and on March 3 at 21:15.
    for arguments, expected in (
        ('(from: "2026-03-03")', (1, 2, 0)),
        ('(to: "2026-03-03")', (2, 2, 5)),
        ('(from: "2026-03-02", to: "2026-03-04")', (3, 4, 5)),
        ('(from: "2026-03-02", to: "2026-03-02")', (0, 0, 0)),
    ):
        (row,) = await asked(graphql, "dealRegistration", arguments)
        sizes = tuple(row[name]["sampleSize"] for name in ("approvalDays", "approvalRate", "conflictRate"))
        assert sizes == expected, arguments
        await traced(graphql, "dealRegistration", row, f", {arguments[1:-1]}")


async def test_days_are_those_of_the_tenant(graphql: Client, deals: dict[str, Any]):  # noqa: F811
    await graphql.connection.execute("UPDATE tenants SET zone = 'Asia/Tokyo'")
    (row,) = await asked(graphql, "dealRegistration", '(to: "2026-03-03")')
    assert row["approvalDays"]["sampleSize"] == 1  # what was approved at 21:15 was so on the next morning there


async def test_without_records_there_is_no_value_and_the_reason_is_said(graphql: Client, work: Work):  # noqa: F811
    (deals_,) = await asked(graphql, "dealRegistration")
    assert numbers(deals_) == dict.fromkeys(OF_DEALS, (None, "0", "0", 0))
    assert {deals_[name]["absence"] for name in OF_DEALS} == {"NO_RECORDS"}
    (money,) = await asked(graphql, "partnerRevenue")
    assert numbers(money) == {
        "sourcedRevenue": ("0.00", "0", "1", 0),
        "influencedRevenue": ("0.00", "0", "1", 0),
        "commissionCost": ("0.00", "0", "1", 0),
        "fundsPaid": ("0.00", "0", "1", 0),
        "fundReturn": (None, "0", "0", 0),
        "unconverted": ("0", "0", "1", 0),
    }
    assert [money[name]["absence"] for name in OF_MONEY] == [None, None, None, None, "NO_RECORDS", None]
    assert await asked(graphql, "partnerRevenue", "(by: [PARTNER])") == []


@pytest.fixture
async def money(work: Work) -> dict[str, Any]:
    """Brightwater sourced 100.00 USD, 50.00 EUR at 1.10 and 7.00 GBP without a rate; Riverside influenced the first.

    Brightwater was in Silver until March 10, then in Gold; 40.00 USD were paid to it. The deals are Rita's.
    """
    await a_pipeline(work)
    program = (await a_program(work)).id
    silver, gold = [await a_tier(work, name, program, rank=rank) for rank, name in enumerate(("Silver", "Gold"), 1)]
    ids: dict[str, Any] = {"Silver": silver, "Gold": gold}
    for name in ("Brightwater", "Riverside"):
        ids[name] = (await an_account(work, name)).id
        ids[f"{name} member"] = (await a_membership(work, ids[name], silver)).id
    await record_rate(work, "EUR", "USD", date(2026, 1, 1), Decimal("1.1"), "test")
    budget = (await a_budget(work)).id
    allocation = (await an_allocation(work, budget=budget, account=ids["Brightwater"])).id
    request = (await a_fund_request(work, allocation=allocation)).id
    await a_fund_claim(work, 4_000, request=request, status="PAID")
    await a_fund_claim(work, 3_000, request=request, status="APPROVED")
    work.now = NOW + timedelta(days=8)
    await partner_programs.change_tier(work, ids["Brightwater member"], gold.id)
    work.now = NOW + timedelta(days=12)
    won = await a_stage(work, "Won")
    customer, ids["rep"] = (await an_account(work, "Initech")).id, await a_user(work, "Rita Rep")
    for name, amount, currency, day, partners in (
        ("A", 10_000, "USD", date(2026, 3, 5), {"Brightwater": "ORIGINATOR", "Riverside": "RESELLER"}),
        ("B", 5_000, "EUR", date(2026, 3, 12), {"Brightwater": "ORIGINATOR"}),
        ("C", 700, "GBP", date(2026, 3, 12), {"Brightwater": "ORIGINATOR", "Riverside": "INFLUENCER"}),
        ("D", 9_900, "USD", date(2026, 3, 5), {}),
    ):
        values = {"name": name, "stage_id": won.id, "account_id": customer, "closed_on": day, "currency": currency}
        values["owner_id"] = ids["rep"].id
        row: Any = OpportunityRow(values={**values, "amount": Money(amount, currency)})  # type: ignore[typeddict-item]
        deal = (await opportunities.record(work, row)).unwrap()
        await work.flush()
        for partner, role in partners.items():
            await partner_programs.set_opportunity_partner(work, deal.id, ids[partner], PartnerRole(role))
    work.now = NOW
    await work.finish()
    return ids


async def test_the_figures_of_revenue_and_funds_and_their_rows(graphql: Client, money: dict[str, Any]):  # noqa: F811
    (row,) = await asked(graphql, "partnerRevenue", keys="currency")
    assert numbers(row) == {
        "sourcedRevenue": ("155.00", "155", "1", 2),
        "influencedRevenue": ("155.00", "155", "1", 2),  # A counts once, though two partners have a part in it
        "commissionCost": ("0.00", "0", "1", 0),  # there was no plan when these were won
        "fundsPaid": ("40.00", "40", "1", 1),
        "fundReturn": ("3.8750", "155", "40", 3),
        "unconverted": ("1", "1", "1", 1),
    }
    assert (row["currency"], row["fundReturn"]["unit"]) == ("USD", "FACTOR")
    assert {row[name]["definitionVersion"] for name in OF_MONEY} == {1}
    await traced(graphql, "partnerRevenue", row)


async def test_revenue_counts_once_for_each_partner_and_by_the_tier_of_its_day(
    graphql: Client,  # noqa: F811
    money: dict[str, Any],
):
    rows = await asked(graphql, "partnerRevenue", "(by: [PARTNER])", "partner { id name }")
    found = {row["partner"]["name"]: {name: row[name]["value"] for name in OF_MONEY} for row in rows}
    assert found == {
        "Brightwater": dict(zip(OF_MONEY, ("155.00", "155.00", "0.00", "40.00", "3.8750", "1"), strict=True)),
        "Riverside": dict(zip(OF_MONEY, ("0.00", "100.00", "0.00", "0.00", None, "1"), strict=True)),
    }
    for row in rows:
        await traced(graphql, "partnerRevenue", row, f', partner: {{id: "{row["partner"]["id"]}"}}')
    tiers = await asked(graphql, "partnerRevenue", "(by: [TIER])", "tier { id name }")
    assert {row["tier"]["name"]: row["sourcedRevenue"]["value"] for row in tiers} == {
        "Silver": "100.00",
        "Gold": "55.00",
    }
    for row in tiers:
        await traced(graphql, "partnerRevenue", row, f', tier: {{id: "{row["tier"]["id"]}"}}')


async def test_a_return_on_nothing_is_no_number(graphql: Client, money: dict[str, Any]):  # noqa: F811
    (row,) = await asked(graphql, "partnerRevenue", '(from: "2026-03-05", to: "2026-03-06")')
    assert (row["fundReturn"]["value"], row["fundReturn"]["absence"]) == (None, "ZERO_DENOMINATOR")
    assert (row["fundReturn"]["numerator"], row["fundReturn"]["sampleSize"]) == ("100", 1)


async def test_commissions_cost_what_accrued_less_what_was_taken_back(graphql: Client, work: Work):  # noqa: F811
    """10 % of 1,000.00 USD, 500.00 EUR at 1.10 and 70.00 GBP without a rate; a fifth of the first came back later."""
    await record_rate(work, "EUR", "USD", date(2026, 1, 1), Decimal("1.1"), "test")
    member = await a_membership(work, tier=await a_tier(work, commission_percent=Decimal(10)))
    plan = (await a_commission_plan(work, program=member.program_id)).id
    made = [
        await a_commission(work, plan=plan, partner=member.account_id, name=name, amount=amount, currency=currency)
        for name, amount, currency in (("A", 100_000, "USD"), ("B", 50_000, "EUR"), ("C", 7_000, "GBP"))
    ]
    await commissions.approve(work, made[0].id)
    await commissions.pay(work, made[0].id)
    work.now = NOW + timedelta(days=20)
    await commissions.reverse(work, made[0].id, "Returned", amount=Money(2_000, "USD"))
    work.now = NOW
    await work.finish()
    (row,) = await asked(graphql, "partnerRevenue")
    assert numbers(row)["commissionCost"] == ("135.00", "135", "1", 3)
    assert numbers(row)["unconverted"] == ("2", "2", "1", 2)  # the sale in GBP and its commission
    await traced(graphql, "partnerRevenue", row)
    (earlier,) = await asked(graphql, "partnerRevenue", '(to: "2026-03-20")')
    assert numbers(earlier)["commissionCost"] == ("155.00", "155", "1", 2)
    (of_partner,) = await asked(graphql, "partnerRevenue", "(by: [PARTNER])", "partner { id }")
    assert of_partner["commissionCost"]["value"] == "135.00"


async def test_rows_come_in_pages(graphql: Client, deals: dict[str, Any]):  # noqa: F811
    query = "{ dealRegistrationMetricRows(metric: CONFLICT_RATE, %s) { place registration { name } } }"
    pages = [await graphql(query % page) for page in ("first: 2", "first: 2, after: 2", "after: 4", "first: 0")]
    places = [[one["place"] for one in page["dealRegistrationMetricRows"]] for page in pages]
    assert places == [[1, 2], [3, 4], [5], []]
    with pytest.raises(GraphQLFailed, match="first is between 0 and 1000"):
        await graphql(query % "first: 1001")


async def test_who_sees_no_amounts_has_no_figures_of_revenue(graphql: Client, money: dict[str, Any]):  # noqa: F811
    with pytest.raises(GraphQLFailed, match="Cannot query field"):
        await asked(graphql, "partnerRevenue", as_="support_agent")


async def test_partners_that_the_asker_may_not_see_are_one_group(graphql: Client, money: dict[str, Any]):  # noqa: F811
    as_rep: dict[str, Any] = {"as_": "sales_rep", "user": money["rep"]}
    (row,) = await asked(graphql, "partnerRevenue", "(by: [PARTNER])", "partner { name }", **as_rep)
    assert (row["partner"], row["influencedRevenue"]["value"]) == (None, "155.00")
