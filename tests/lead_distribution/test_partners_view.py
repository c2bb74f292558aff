"""What partner users see of offers and leads, and what they do with them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from api.domain import lead_distribution
from tests.conftest import Committed
from tests.factories import a_lead
from tests.partner_programs.conftest import populate
from tests.sharing.conftest import World, an_outside_world

OFFERS = """{ partnerLeadOffers(orderBy: [{field: OFFERED_AT}]) { nodes {
  id status productFamily partner { name } lead { name email } } totalCount { value } } }"""
LEADS = "{ leads { nodes { id name email status nextStep } totalCount { value } } }"
ANSWER = """mutation($id: ID!) { v: partnerLeadOffer%s(where: {id: $id}%s) {
  outcome errors { code path } partnerLeadOffer { status lead { name email } } } }"""
VERB = "mutation($id: ID!) { v: lead%s(where: {id: $id}%s) { outcome errors { code path } lead { status nextStep } } }"


@pytest.fixture
async def world(committed: Committed, tmp_path: Path) -> AsyncIterator[World]:
    """A lead is offered to Brightwater; next would be Riverside."""
    async with an_outside_world(committed, tmp_path) as made:
        async with committed.open_as() as work:
            await populate(made, work)
            for name, territory in (("Brightwater", "emea/dach"), ("Riverside", "emea")):
                values: Any = {"partner_id": made.keys[name], "territories": [territory]}
                await lead_distribution.create_profile(work, values)
            lead = await a_lead(work, email="grace@initech.example", territory="EMEA/DACH", product_family="ERP")
            made.note("lead", lead)
            await lead_distribution.distribute(work, lead.id)
        yield made


@asynccontextmanager
async def unchanged(world: World) -> AsyncIterator[None]:
    """Neither a lead, nor an offer, nor an event differs afterwards."""
    before = await rows_of(world)
    yield
    assert await rows_of(world) == before


async def rows_of(world: World) -> list[Any]:
    async with world.committed.sessions() as session:
        await session.begin_as({"crm.tenant": str(world.committed.tenant.id)})
        tables = ("leads", "partner_lead_offers", "partner_lead_candidates", "outbox", "jobs")
        found = []
        for table in tables:
            found += [row["row"] for row in await session.fetch(f"SELECT t::text AS row FROM {table} t ORDER BY 1")]
        return found


async def offers(world: World, who: str) -> list[Any]:
    page = (await world.ask(who, OFFERS))["partnerLeadOffers"]
    assert page["totalCount"]["value"] == len(page["nodes"])
    return list(page["nodes"])


async def test_an_offer_shows_what_the_lead_is_about_and_not_who_it_is(world: World):
    (offer,) = await offers(world, "Pat")
    assert {**offer, "id": None} == {
        "id": None,
        "status": "OFFERED",
        "productFamily": "ERP",
        "partner": {"name": "Brightwater"},
        "lead": None,
    }
    for who in ("Gus", "Quinn", "Nobody"):
        assert await offers(world, who) == []
    for who in ("Pat", "Quinn"):
        assert (await world.ask(who, LEADS))["leads"] == {"nodes": [], "totalCount": {"value": 0}}
    hidden = ("seed", "draw", "totalWeight", "level", "attempt", "candidates { weight }", "history { nodes { id } }")
    for field in hidden:
        query = f"{{ partnerLeadOffers {{ nodes {{ {field} }} }} }}"
        assert await world.refused("Pat", query) == "GRAPHQL_VALIDATION_FAILED", field
    for query in ("leadDistributionShares { offers }", "leadDistributionFairness { offers }"):
        assert await world.refused("Pat", f"{{ {query} }}") == "GRAPHQL_VALIDATION_FAILED"


async def test_who_accepts_sees_the_lead_and_works_on_it(world: World):
    (offer,) = await offers(world, "Pat")
    accepted = (await world.ask("Ann", ANSWER % ("Accept", ""), {"id": offer["id"]}))["v"]
    assert accepted["partnerLeadOffer"] == {
        "status": "ACCEPTED",
        "lead": {"name": "Hopper", "email": "grace@initech.example"},
    }
    lead = world.ids["lead"]
    step = ', patch: {nextStep: "Call"}'
    assert (await world.ask("Pat", VERB % ("Update", step), {"id": lead}))["v"]["lead"]["nextStep"] == "Call"
    assert (await world.ask("Pat", VERB % ("Start", ""), {"id": lead}))["v"]["lead"]["status"] == "WORKING"
    for field in ("notes", "source", "owner { name }", "routing", "skills", "history { nodes { id } }"):
        assert await world.refused("Pat", f"{{ leads {{ nodes {{ {field} }} }} }}") == "GRAPHQL_VALIDATION_FAILED", (
            field
        )
    async with unchanged(world):
        other = VERB % ("Update", ', patch: {company: "X"}')
        assert await world.refused("Pat", other, {"id": lead}) == "GRAPHQL_VALIDATION_FAILED"
        assert await world.refused("Pat", VERB % ("Assign", ""), {"id": lead}) == "GRAPHQL_VALIDATION_FAILED"
        for name, more in (("Update", step), ("Start", ""), ("Qualify", ""), ("Disqualify", ", reason: SPAM")):
            errors = (await world.ask("Quinn", VERB % (name, more), {"id": lead}))["v"]["errors"]
            assert [(one["code"], one["path"]) for one in errors] == [("NOT_FOUND", ["where"])]


async def test_who_declines_learns_nothing_of_who_is_asked_next(world: World):
    (offer,) = await offers(world, "Pat")
    async with unchanged(world):
        for who in ("Quinn", "Gus", "Nobody"):
            for text in (ANSWER % ("Accept", ""), ANSWER % ("Decline", ", reason: OTHER")):
                errors = (await world.ask(who, text, {"id": offer["id"]}))["v"]["errors"]
                assert [(one["code"], one["path"]) for one in errors] == [("NOT_FOUND", ["where"])]
    declined = (await world.ask("Pat", ANSWER % ("Decline", ", reason: OTHER"), {"id": offer["id"]}))["v"]
    assert (declined["outcome"], declined["partnerLeadOffer"]) == ("UPDATED", {"status": "DECLINED", "lead": None})
    assert [one["status"] for one in await offers(world, "Pat")] == ["DECLINED"]
    (next_one,) = await offers(world, "Quinn")
    assert (next_one["status"], next_one["partner"]) == ("OFFERED", {"name": "Riverside"})
    assert await offers(world, "Gus") == []  # the subtree of whoever has declined
