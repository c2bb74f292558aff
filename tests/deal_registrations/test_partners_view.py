"""What partner users see of deal registrations, and what they do with them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from api.domain.deal_registrations import RegistrationStatus
from api.domain.kernel import Work
from tests.conftest import Committed
from tests.factories import a_pipeline, a_registration, an_account, an_opportunity
from tests.partner_programs.conftest import populate
from tests.sharing.conftest import World, an_outside_world

CREATE = """mutation($input: DealRegistrationCreateInput!) { v: dealRegistrationCreate(input: $input) {
  outcome errors { code path } dealRegistration { id status hasConflict registeredBy { name } } } }"""
VERB = """mutation($id: ID!) { v: dealRegistration%s(where: {id: $id}) {
  outcome errors { code message path } dealRegistration { status hasConflict decisionDueAt } } }"""
MINE = "{ dealRegistrations(orderBy: [{field: CREATED_AT}]) { nodes { name } totalCount { value } } }"
DEAL = {
    "name": "Initech",
    "customerDomain": "initech.example",
    "customerCountry": "US",
    "evidence": "Three meetings",
    "estimatedAmount": {"amount": "1000.00", "currency": "USD"},
}


@pytest.fixture
async def world(committed: Committed, tmp_path: Path) -> AsyncIterator[World]:
    async with an_outside_world(committed, tmp_path) as made:
        async with committed.open_as() as work:
            await populate(made, work)
        yield made


@asynccontextmanager
async def unchanged(world: World) -> AsyncIterator[None]:
    """Neither a registration nor an event differs afterwards."""
    before = await rows_of(world)
    yield
    assert await rows_of(world) == before


async def rows_of(world: World) -> list[Any]:
    async with world.committed.sessions() as session:
        await session.begin_as({"crm.tenant": str(world.committed.tenant.id)})
        queries = ("SELECT d::text AS row FROM deal_registrations d ORDER BY id", "SELECT count(*) AS row FROM outbox")
        return [row["row"] for query in queries for row in await session.fetch(query)]


async def drafted(world: World, who: str, **more: Any) -> str:
    payload = (await world.ask(who, CREATE, {"input": {**DEAL, **more}}))["v"]
    assert (payload["outcome"], payload["errors"]) == ("CREATED", [])
    return str(payload["dealRegistration"]["id"])


async def seen(world: World, who: str) -> list[str]:
    page = (await world.ask(who, MINE))["dealRegistrations"]
    assert page["totalCount"]["value"] == len(page["nodes"])
    return [node["name"] for node in page["nodes"]]


async def test_a_partner_user_registers_a_deal_and_sees_by_his_scope_what_his_company_does(world: World):
    for who, name in (("Pat", "Of Pat"), ("Olga", "Of Olga"), ("Gus", "Of Gus"), ("Quinn", "Of Quinn")):
        await drafted(world, who, name=name)
    await drafted(world, "Pat", name="For Grove", partner={"id": world.ids["Grove"]})
    assert {who: await seen(world, who) for who in ("Pat", "Ann", "Olga", "Gus", "Quinn", "Nobody")} == {
        "Pat": ["Of Pat", "Of Olga", "Of Gus", "For Grove"],
        "Ann": ["Of Pat", "Of Olga"],
        "Olga": ["Of Olga"],
        "Gus": ["Of Gus", "For Grove"],
        "Quinn": ["Of Quinn"],
        "Nobody": [],
    }
    async with unchanged(world):
        for who, more in (("Quinn", {"partner": {"id": world.ids["Grove"]}}), ("Nobody", {})):
            payload = (await world.ask(who, CREATE, {"input": {**DEAL, **more}}))["v"]
            assert [(one["code"], one["path"]) for one in payload["errors"]] == [("NOT_FOUND", ["input", "partner"])]


async def test_a_losing_partner_learns_that_there_is_a_conflict_and_nothing_else(world: World):
    first = await drafted(world, "Pat")
    assert (await world.ask("Pat", VERB % "Submit", {"id": first}))["v"]["dealRegistration"] == {
        "status": "SUBMITTED",
        "hasConflict": False,
        "decisionDueAt": "2026-03-04T09:15:00Z",
    }
    for name in ("Review", "Approve"):
        assert (await world.ask("channel_manager", VERB % name, {"id": first}))["v"]["outcome"] == "UPDATED"
    second = await drafted(world, "Quinn")
    lost = (await world.ask("Quinn", VERB % "Submit", {"id": second}))["v"]["dealRegistration"]
    assert (lost["status"], lost["hasConflict"]) == ("SUBMITTED", True)
    async with world.committed.open_as() as work:
        await a_direct_deal(work)
    third = await drafted(world, "Quinn", name="Globex", customerDomain="globex.example")
    told = (await world.ask("Quinn", VERB % "Submit", {"id": third}))["v"]["dealRegistration"]
    assert told == lost  # whoever or whatever stands against it

    hidden = ("conflict", "notes", "overrideReason", "matchedBy", "customerAccount { id }", "owner { id }", "isOverdue")
    for field in (*hidden, "history { nodes { changedFields } }", "availableTransitions { verb }"):
        query = f"{{ dealRegistrations {{ nodes {{ {field} }} }} }}"
        assert await world.refused("Quinn", query) == "GRAPHQL_VALIDATION_FAILED", field
    for name in ("Review", "Approve", "Archive", "Restore"):
        assert await world.refused("Quinn", VERB % name, {"id": second}) == "GRAPHQL_VALIDATION_FAILED"
    query = "query($id: ID!) { dealRegistration(where: {id: $id}) { id } node(id: $id) { id } }"
    assert await world.ask("Quinn", query, {"id": first}) == {"dealRegistration": None, "node": None}


async def a_direct_deal(work: Work) -> None:
    await a_pipeline(work)
    account = await an_account(work, "Globex", domains=["globex.example"])
    await an_opportunity(work, account_id=account.id)


async def test_a_partner_user_changes_submits_and_withdraws_what_is_his_and_nothing_of_others(world: World):
    mine = await drafted(world, "Pat")
    update = """mutation($id: ID!, $patch: DealRegistrationPatch!) { v: dealRegistrationUpdate(
      where: {id: $id}, patch: $patch) { outcome errors { code path } } }"""
    patch = {"id": mine, "patch": {"evidence": "Four meetings"}}
    assert (await world.ask("Pat", update, patch))["v"]["outcome"] == "UPDATED"
    async with unchanged(world):
        for who in ("Quinn", "Olga", "Gus"):
            for text, variables in (
                (update, patch),
                (VERB % "Submit", {"id": mine}),
                (VERB % "Withdraw", {"id": mine}),
            ):
                errors = (await world.ask(who, text, variables))["v"]["errors"]
                assert [(one["code"], one["path"]) for one in errors] == [("NOT_FOUND", ["where"])]
        moved = {"id": mine, "patch": {"partner": {"id": world.ids["Grove"]}}}
        refused = (await world.ask("Pat", update, moved))["v"]["errors"]
        assert [(one["code"], one["path"]) for one in refused] == [("NOT_ALLOWED", ["patch", "partner"])]
    for who, name in (("Ann", "Submit"), ("Pat", "Withdraw")):
        assert (await world.ask(who, VERB % name, {"id": mine}))["v"]["outcome"] == "UPDATED"
    async with unchanged(world):
        again = (await world.ask("Pat", VERB % "Withdraw", {"id": mine}))["v"]["errors"]
    assert [one["code"] for one in again] == ["ILLEGAL_TRANSITION"]


async def test_the_partner_works_on_the_opportunity_that_his_registration_became(world: World):
    async with world.committed.open_as() as work:
        await a_pipeline(work)
        await a_registration(work, world.keys["Brightwater"], status=RegistrationStatus.CONVERTED)
    query = "{ opportunities { nodes { id name nextStep } } }"
    (deal,) = (await world.ask("Pat", query))["opportunities"]["nodes"]
    assert deal["name"] == "Initech"
    step = """mutation($id: ID!) { v: opportunityUpdate(where: {id: $id}, patch: {nextStep: "Call"}) {
      opportunity { nextStep } } }"""
    assert (await world.ask("Ann", step, {"id": deal["id"]}))["v"]["opportunity"] == {"nextStep": "Call"}
    assert (await world.ask("Quinn", query))["opportunities"]["nodes"] == []


# Figures

FIGURES = """query($id: ID!) { dealRegistrationMetrics(by: [%s] %s) { approvalRate { value absence sampleSize }
  conflictRate { value numerator denominator } }
  dealRegistrationMetricRows(metric: CONFLICT_RATE %s) { registration { name } numerator denominator } }"""


async def figures(world: World, who: str, by: str = "", of: str | None = None) -> tuple[list[Any], list[str]]:
    """His figures, and the names of the registrations of which the conflicts are counted."""
    one = "partner: {id: $id}" if of else ""
    text = FIGURES % (by, one, one)
    found = await world.ask(who, text if of else text.replace("($id: ID!)", ""), {"id": of} if of else None)
    rows = found["dealRegistrationMetricRows"]
    groups = [(one["approvalRate"]["value"], one["conflictRate"]["value"]) for one in found["dealRegistrationMetrics"]]
    sums = [sum(int(row[part]) for row in rows) for part in ("numerator", "denominator")]
    parts = [[int(one["conflictRate"][part]) for one in found["dealRegistrationMetrics"]] for part in PARTS]
    assert sums == [sum(part) for part in parts]
    return groups, sorted(row["registration"]["name"] for row in rows)


PARTS = ("numerator", "denominator")


async def test_a_partner_user_has_the_figures_of_what_he_sees_and_of_nothing_else(world: World):
    names = {"Of Pat": "Pat", "Of Olga": "Olga", "Of Gus": "Gus", "Of Quinn": "Quinn"}
    ids = {name: await drafted(world, who, name=name) for name, who in names.items()}
    await drafted(world, "Quinn", name="A draft")
    for name, who in names.items():  # all for one customer, so each after the first has a conflict
        await world.ask(who, VERB % "Submit", {"id": ids[name]})
    for verb in ("Review", "Approve"):
        await world.ask("channel_manager", VERB % verb, {"id": ids["Of Pat"]})
    assert {who: await figures(world, who) for who in ("admin", "Pat", "Ann", "Olga", "Gus", "Quinn", "Nobody")} == {
        "admin": ([("1.000000", "0.750000")], ["Of Gus", "Of Olga", "Of Pat", "Of Quinn"]),
        "Pat": ([("1.000000", "0.666667")], ["Of Gus", "Of Olga", "Of Pat"]),
        "Ann": ([("1.000000", "0.500000")], ["Of Olga", "Of Pat"]),
        "Olga": ([(None, "1.000000")], ["Of Olga"]),
        "Gus": ([(None, "1.000000")], ["Of Gus"]),
        "Quinn": ([(None, "1.000000")], ["Of Quinn"]),
        "Nobody": ([(None, None)], []),
    }
    by_partner = {who: (await figures(world, who, "PARTNER"))[0] for who in ("admin", "Pat", "Quinn")}
    assert {who: len(groups) for who, groups in by_partner.items()} == {"admin": 3, "Pat": 2, "Quinn": 1}


async def test_naming_another_partner_tells_as_much_as_naming_nobody(world: World):
    for who in ("Pat", "Quinn"):
        await world.ask(who, VERB % "Submit", {"id": await drafted(world, who, name=f"Of {who}")})
    nothing: Any = ([(None, None)], [])
    assert await figures(world, "Pat", of=world.ids["Brightwater"]) == ([(None, "0.000000")], ["Of Pat"])
    for other in (world.ids["Riverside"], "acc_" + "0" * 32):
        assert await figures(world, "Pat", of=other) == nothing
        assert await figures(world, "Pat", "PARTNER", of=other) == ([], [])


async def test_figures_of_money_and_tiers_of_the_past_are_for_colleagues(world: World):
    for text in (
        "{ dealRegistrationMetrics(by: [TIER]) { approvalRate { value } } }",
        "{ dealRegistrationMetrics { tier { name } } }",
        '{ dealRegistrationMetrics(tier: {id: "pti_%s"}) { approvalRate { value } } }' % ("0" * 32),
        '{ dealRegistrationMetricRows(metric: APPROVAL_RATE, tier: {id: "pti_%s"}) { place } }' % ("0" * 32),
        "{ partnerRevenueMetrics { sourcedRevenue { value } } }",
        "{ partnerRevenueMetricRows(metric: FUNDS_PAID) { place } }",
    ):
        assert await world.refused("Pat", text) == "GRAPHQL_VALIDATION_FAILED", text
