"""Outsiders change what is shared with them for that, in the fields that are theirs to write."""

from typing import Any

from api.domain.contacts import Contact
from api.domain.kernel import ShareLevel
from api.domain.opportunities import Opportunity
from tests.sharing.conftest import World, shared
from tests.sharing.test_graphql import refused, written

STEP = """mutation($id: ID!, $step: String) { opportunityUpdate(where: {id: $id}, patch: {nextStep: $step}) {
  outcome errors { code path message } opportunity { name nextStep version } } }"""
TITLE = """mutation($id: ID!, $title: String, $version: Int) {
  contactUpdate(where: {id: $id}, patch: {title: $title}, ifVersion: $version) {
    outcome errors { code path message } contact { name title } } }"""
HISTORY = """query($id: ID!) { opportunity(where: {id: $id}) { history(first: 1) { nodes {
  actor { kind id name } changedFields operation } } } }"""


async def test_a_partner_writes_the_next_step_of_a_deal_that_is_shared_for_editing(world: World) -> None:
    await shared(world, "Shared deal", Opportunity, account="Brightwater", level=ShareLevel.EDIT)
    id = world.ids["Shared deal"]
    answer = (await world.ask("Pat", STEP, {"id": id, "step": "Call Ada"}))["opportunityUpdate"]
    assert answer == {
        "outcome": "UPDATED",
        "errors": [],
        "opportunity": {"name": "Shared deal", "nextStep": "Call Ada", "version": 2},
    }
    assert await world.ask("admin", HISTORY, {"id": id}) == {
        "opportunity": {
            "history": {
                "nodes": [
                    {
                        "actor": {"kind": "PARTNER", "id": world.ids["Pat"], "name": "Pat"},
                        "changedFields": ["nextStep"],
                        "operation": "opportunityUpdate",
                    }
                ]
            }
        }
    }
    again = (await world.ask("Pat", STEP, {"id": id, "step": "Call Ada"}))["opportunityUpdate"]
    assert (again["outcome"], again["opportunity"]["version"]) == ("UNCHANGED", 2)


async def test_a_customer_corrects_his_own_data(world: World) -> None:
    answer = (await world.ask("Ada", TITLE, {"id": world.ids["Ada"], "title": "CTO"}))["contactUpdate"]
    assert answer == {"outcome": "UPDATED", "errors": [], "contact": {"name": "Ada", "title": "CTO"}}


async def test_whatever_is_not_shared_for_editing_stays_as_it_is(world: World) -> None:
    await shared(world, "Shared deal", Opportunity, account="Brightwater", level=ShareLevel.COMMENT)
    await shared(world, "Ada", Contact, account="Brightwater")
    seen = await refused(world, "Pat", STEP, id=world.ids["Shared deal"], step="Mine")
    assert (seen["code"], seen["path"]) == ("NOT_ALLOWED", [])
    assert (await refused(world, "Pat", TITLE, id=world.ids["Ada"], title="Mine"))["code"] == "NOT_ALLOWED"
    hidden = await refused(world, "Pat", STEP, id=world.ids["Hidden deal"], step="Mine")
    absent = await refused(world, "Pat", STEP, id="opp_" + "0" * 32, step="Mine")
    assert hidden == absent
    assert hidden["code"] == "NOT_FOUND"
    stale = await refused(world, "Ada", TITLE, id=world.ids["Ada"], title="CEO", version=7)
    assert stale["code"] == "VERSION_CONFLICT"


async def test_fields_that_are_not_theirs_do_not_exist_in_the_patch(world: World) -> None:
    await shared(world, "Shared deal", Opportunity, account="Brightwater", level=ShareLevel.EDIT)
    before = await written(world)
    variables: dict[str, Any] = {"id": world.ids["Shared deal"]}
    for patch in ('{name: "Mine"}', '{amount: {amount: "1", currency: "USD"}}', '{notes: "x"}', "{owner: null}"):
        query = f"mutation($id: ID!) {{ opportunityUpdate(where: {{id: $id}}, patch: {patch}) {{ outcome }} }}"
        assert await world.refused("Pat", query, variables) == "GRAPHQL_VALIDATION_FAILED"
    assert await written(world) == before


async def test_the_same_key_has_one_effect_for_outsiders_too(world: World) -> None:
    query = TITLE.replace("ifVersion: $version", 'ifVersion: $version, idempotencyKey: "once-and-only"')
    first = await world.ask("Ada", query, {"id": world.ids["Ada"], "title": "CTO"})
    counted = await written(world)
    assert await world.ask("Ada", query, {"id": world.ids["Ada"], "title": "CTO"}) == first
    assert await written(world) == counted
