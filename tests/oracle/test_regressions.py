"""What the oracle has found, each with the smallest world that shows it."""

from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import text

from api.domain import opportunities
from api.domain.kernel import Money, Work
from tests.factories import a_pipeline, a_stage, a_team, a_user, an_account, an_opportunity
from tests.graphql_client import Client, GraphQLFailed, app, graphql  # noqa: F401 - two of them are fixtures

TRANSITIONS = "{ opportunities { nodes { availableTransitions { verb stage { name } } } } }"


async def advances(graphql: Client) -> list[str]:  # noqa: F811 - the fixture's value
    (deal,) = (await graphql(TRANSITIONS))["opportunities"]["nodes"]
    return [one["stage"]["name"] for one in deal["availableTransitions"] if one["verb"] == "ADVANCE"]


async def test_an_archived_stage_leaves_no_gap_that_a_strict_pipeline_could_not_cross(graphql: Client, work: Work):  # noqa: F811
    await a_pipeline(work, strict_order=True)
    gone, following = await a_stage(work, "Qualification"), await a_stage(work, "Proposal")
    deal = await an_opportunity(work, stage="Prospecting")
    await opportunities.archive_stage(work, gone.id)
    await work.finish()

    assert await advances(graphql) == ["Proposal"]
    await opportunities.advance(work, deal.id, following.id)


@pytest.mark.parametrize(
    ("filter", "names"),
    [
        ({"annualRevenue": {"currency": "USD", "amount": {}}}, ["Dollar"]),
        ({"not": {"annualRevenue": {"currency": "USD", "amount": {}}}}, ["Euro", "None"]),
    ],
)
async def test_a_money_filter_without_a_condition_still_speaks_of_one_currency(
    graphql: Client,  # noqa: F811
    work: Work,
    filter: dict[str, Any],
    names: list[str],
):
    for name, money in (("Dollar", Money(100, "USD")), ("Euro", Money(100, "EUR")), ("None", None)):
        await an_account(work, name, annual_revenue=money)
    await work.finish()

    query = "query($filter: AccountFilter) { accounts(filter: $filter, orderBy: [{field: NAME}]) { nodes { name } } }"
    found = (await graphql(query, {"filter": filter}))["accounts"]["nodes"]
    assert [one["name"] for one in found] == names


@pytest.mark.parametrize(
    "empty", [{"name": {}}, {"annualRevenue": {"currency": "USD", "amount": {}}}], ids=["text", "money"]
)
async def test_conditions_without_an_operator_count_as_conditions(graphql: Client, empty: dict[str, Any]):  # noqa: F811
    query = "query($filter: AccountFilter) { accounts(filter: $filter) { nodes { name } } }"
    await graphql(query, {"filter": {"and": [empty] * 50}})

    with pytest.raises(GraphQLFailed) as caught:
        await graphql(query, {"filter": {"and": [empty] * 51}})
    assert caught.value.code == "INVALID_FILTER"


async def test_groups_stay_in_order_when_their_records_are_asked_for(graphql: Client, work: Work):  # noqa: F811
    managers = [await a_user(work, f"Manager {at}") for at in range(6)]
    for at, manager in enumerate(managers):
        for number in range(at + 1):
            await a_team(work, f"Team {at} {number}", manager_id=manager.id)
    await work.finish()
    await work.session.execute(text("SET LOCAL enable_nestloop = off"))  # any other join loses the order

    groups = (await graphql("{ teamsAggregate(groupBy: [MANAGER]) { keys { node { ... on User { name } } } } }"))[
        "teamsAggregate"
    ]
    assert [one["keys"][0]["node"]["name"] for one in groups] == [f"Manager {at}" for at in (5, 4, 3, 2, 1, 0)]


async def test_records_left_out_of_a_conversion_are_named_by_id_whatever_their_currency(graphql: Client, work: Work):  # noqa: F811
    ids = [
        (await an_account(work, f"Account {at}", annual_revenue=Money(100, currency))).id
        for at, currency in enumerate(["JPY", "EUR", "KWD", "EUR", "CHF", "JPY"])
    ]
    await work.finish()

    query = '{ accountsAggregate(currency: "USD") { converted { unconvertedCount unconverted } } }'
    (group,) = (await graphql(query))["accountsAggregate"]
    assert group["converted"] == {"unconvertedCount": 6, "unconverted": [f"acc_{id.hex}" for id in sorted(ids)]}


async def test_the_velocity_is_computed_unrounded(graphql: Client, work: Work):  # noqa: F811
    """3 open × (10¹⁴ / 7) × 7 / 9 = 33,333,333,333,333.3333333333… to the last of ten digits."""
    await an_opportunity(work, "Big", status=opportunities.Status.WON, amount=10**16)
    for at in range(6):
        await an_opportunity(work, f"Won {at}", status=opportunities.Status.WON, amount=0)
    for at in range(2):
        await an_opportunity(work, f"Lost {at}", status=opportunities.Status.LOST)
    for at in range(3):
        await an_opportunity(work, f"Open {at}")
    await work.finish()

    velocity = (await graphql("{ salesMetrics { salesVelocity { numerator } } }"))["salesMetrics"]["salesVelocity"]
    assert Decimal(velocity["numerator"]) == Decimal("33333333333333.3333333333")


async def test_codes_are_compared_as_they_are_written(graphql: Client, work: Work):  # noqa: F811
    await an_opportunity(work)
    await work.finish()

    count = "query($code: CodeFilter) { opportunities(filter: {currency: $code}) { totalCount { value } } }"
    found = [await graphql(count, {"code": {"eq": code}}) for code in ("USD", "usd")]
    assert [one["opportunities"]["totalCount"]["value"] for one in found] == [1, 0]
