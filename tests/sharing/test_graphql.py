"""Sharing by the API: share, change, revoke, profiles, tokens for contacts, and the report of what is seen."""

import re
from typing import Any

from sqlalchemy import text

from api.domain.opportunities import Opportunity
from tests.graphql_client import bearer
from tests.sharing.conftest import World, shared

SHARE = """mutation($input: RecordShareCreateInput!) { recordShareCreate(input: $input) {
  outcome errors { code path message } recordShare { id level expiresAt account { name } contact { name }
    fieldProfile { name } record { id } } } }"""
REVOKE = "mutation($id: ID!) { recordShareRevoke(where: {id: $id}) { outcome recordShare { revokedAt } } }"
CHANGE = """mutation($id: ID!, $patch: RecordSharePatch!) { recordShareUpdate(where: {id: $id}, patch: $patch) {
  outcome errors { code path message } recordShare { level fieldProfile { name } } } }"""
PROFILE = """mutation($input: FieldProfileCreateInput!) { fieldProfileCreate(input: $input) {
  outcome errors { code path message } fieldProfile { id name sets { object fieldSet } } } }"""
REPORT = """query($id: ID!, $as: OutsiderKind!) { shareReport(principal: $id, as: $as) {
  objectType level fields share { id } record { ... on Account { name } ... on Contact { name }
    ... on Opportunity { name } } } }"""
STEP = """mutation($id: ID!, $step: String) { opportunityUpdate(where: {id: $id}, patch: {nextStep: $step}) {
  outcome errors { code path message } } }"""
DEALS = "{ opportunities { nodes { name amount { amount } } } }"


async def written(world: World) -> dict[str, int]:
    """How many shares, profiles, tokens and events there are."""
    counts = {}
    async with world.committed.engine.connect() as connection:
        await connection.execute(
            text("SELECT set_config('crm.tenant', :id, true)"), {"id": str(world.committed.tenant.id)}
        )
        for table in ("record_shares", "field_profiles", "field_profile_sets", "tokens", "change_events", "outbox"):
            counts[table] = (await connection.execute(text(f"SELECT count(*) FROM {table}"))).scalar_one()
    return counts


async def refused(world: World, who: str, mutation: str, **variables: Any) -> dict[str, Any]:
    """The only error of a mutation that was refused and left nothing behind."""
    before = await written(world)
    (payload,) = (await world.ask(who, mutation, variables)).values()
    assert payload["outcome"] == "FAILED"
    assert await written(world) == before
    (error,) = payload["errors"]
    return dict(error)


async def test_a_record_is_shared_changed_and_taken_back(world: World) -> None:
    made = await world.ask(
        "admin", PROFILE, {"input": {"name": "Priced", "sets": [{"object": "opportunity", "fieldSet": "commercial"}]}}
    )
    assert made["fieldProfileCreate"]["errors"] == []
    assert made["fieldProfileCreate"]["fieldProfile"]["sets"] == [{"object": "opportunity", "fieldSet": "commercial"}]
    grant = {"record": world.ids["Shared deal"], "account": {"id": world.ids["Brightwater"]}}
    answer = (await world.ask("admin", SHARE, {"input": grant}))["recordShareCreate"]
    assert answer["errors"] == []
    share = answer["recordShare"]
    assert (answer["outcome"], share["level"], share["account"], share["contact"]) == (
        "CREATED",
        "VIEW",
        {"name": "Brightwater"},
        None,
    )
    assert (await world.ask("Pat", DEALS))["opportunities"]["nodes"] == [{"name": "Shared deal", "amount": None}]

    changed = await world.ask(
        "admin", CHANGE, {"id": share["id"], "patch": {"level": "EDIT", "fieldProfile": {"name": "priced"}}}
    )
    assert changed["recordShareUpdate"]["recordShare"] == {"level": "EDIT", "fieldProfile": {"name": "Priced"}}
    assert (await world.ask("Pat", DEALS))["opportunities"]["nodes"] == [
        {"name": "Shared deal", "amount": {"amount": "1000.00"}}
    ]

    ended = await world.ask("admin", REVOKE, {"id": share["id"]})
    assert ended["recordShareRevoke"] == {"outcome": "UPDATED", "recordShare": {"revokedAt": "2026-03-02T09:15:00Z"}}
    assert (await world.ask("Pat", DEALS))["opportunities"]["nodes"] == []
    again = await refused(world, "admin", CHANGE, id=share["id"], patch={"level": "VIEW"})
    assert again["code"] == "INVALID"


async def test_what_cannot_be_shared_is_refused(world: World) -> None:
    deal, company = world.ids["Shared deal"], {"id": world.ids["Brightwater"]}
    person = {"id": world.ids["Ada"]}
    user = (await world.ask("admin", "{ users(first: 1) { nodes { id } } }"))["users"]["nodes"][0]["id"]
    await shared(world, "Hidden deal", Opportunity, account="Brightwater")
    refusals = {
        "both": {"record": deal, "account": company, "contact": person},
        "neither": {"record": deal},
        "a user": {"record": user, "account": company},
        "over": {"record": deal, "account": company, "expiresAt": "2026-03-02T09:15:00Z"},
        "twice": {"record": world.ids["Hidden deal"], "account": company},
        "absent": {"record": "opp_" + "0" * 32, "account": company},
    }
    codes = {name: (await refused(world, "admin", SHARE, input=given))["code"] for name, given in refusals.items()}
    assert codes == {
        "both": "INVALID",
        "neither": "INVALID",
        "a user": "INVALID",
        "over": "INVALID",
        "twice": "DUPLICATE",
        "absent": "NOT_FOUND",
    }
    unknown = await refused(
        world, "admin", PROFILE, input={"name": "Notes", "sets": [{"object": "account", "fieldSet": "internal_notes"}]}
    )
    assert unknown["code"] == "INVALID"


async def test_the_report_says_exactly_what_is_seen(world: World) -> None:
    await shared(world, "Shared deal", Opportunity, account="Brightwater")
    rows = (await world.ask("admin", REPORT, {"id": world.ids["Pat"], "as": "PARTNER"}))["shareReport"]
    assert [(row["objectType"], row["record"]["name"], row["level"]) for row in rows] == [
        ("account", "Brightwater", None),
        ("contact", "Pat", None),
        ("opportunity", "Shared deal", "VIEW"),
    ]
    common = ["createdAt", "id", "updatedAt", "version"]
    assert rows[0]["fields"] == sorted([*common, "name", "legalName", "industry"])
    assert {"email", "phone"} <= set(rows[1]["fields"])
    assert rows[2]["fields"] == sorted(
        [*common, "name", "account", "status", "currency", "closeDate", "closedOn", "nextStep"]
    )
    for row in rows:  # each field is there for the outsider, and the record with it
        kind = row["objectType"]
        shown = " ".join(f"{name} {{ id }}" if name == "account" else name for name in row["fields"])
        asked = f'{{ {kind}s: {{"account": "accounts", "contact": "contacts", "opportunity": "opportunities"}} }}'
        assert asked
        plural = {"account": "accounts", "contact": "contacts", "opportunity": "opportunities"}[kind]
        found = (await world.ask("Pat", f"{{ {plural} {{ nodes {{ {shown} }} }} }}"))[plural]["nodes"]
        assert len(found) == 1
    as_customer = (await world.ask("admin", REPORT, {"id": world.ids["Pat"], "as": "CUSTOMER"}))["shareReport"]
    assert [row["objectType"] for row in as_customer] == ["contact"]


async def test_a_token_for_a_contact_opens_what_is_shared_with_him(world: World) -> None:
    make = """mutation($input: ContactTokenCreateInput!) { contactTokenCreate(input: $input) {
      outcome errors { code path message } secret token { kind contact { name } user { name } } } }"""
    given = {"contact": {"id": world.ids["Bob"]}, "kind": "PARTNER", "name": "Bob's portal"}
    made = (await world.ask("admin", make, {"input": given}))["contactTokenCreate"]
    assert made["token"] == {"kind": "PARTNER", "contact": {"name": "Bob"}, "user": None}
    assert made["secret"].startswith("crm_ptr_")
    world.tokens["Bob"] = made["secret"]
    assert (await world.ask("Bob", "{ accounts { nodes { name } } viewer { name } }")) == {
        "accounts": {"nodes": [{"name": "Initech"}]},
        "viewer": {"name": "Bob"},
    }


async def test_a_record_that_is_shared_already_is_told_so_in_words_of_the_business(world: World) -> None:
    await shared(world, "Shared deal", Opportunity, account="Brightwater")
    grant = {"record": world.ids["Shared deal"], "account": {"id": world.ids["Brightwater"]}}
    assert await refused(world, "admin", SHARE, input=grant) == {
        "code": "DUPLICATE",
        "path": ["input", "record"],
        "message": "this record is shared with this account or contact already; change that share, or revoke it first",
    }


async def test_an_id_of_no_record_is_refused_with_the_forms_that_are_taken(world: World) -> None:
    answer = await world.post("admin", SHARE, {"input": {"record": "xyz_1", "account": {"id": world.ids["Riverside"]}}})
    (error,) = answer.json()["errors"]
    assert error["extensions"]["code"] == "BAD_USER_INPUT"
    assert error["message"] == (
        "'xyz_1' is not the id of a record that can be shared; such ids look like acc_…, cas_…, con_…, opp_…"
    )


async def test_an_outsider_is_not_told_of_a_role(world: World) -> None:
    await shared(world, "Shared deal", Opportunity, account="Brightwater")
    error = await refused(world, "Pat", STEP, id=world.ids["Shared deal"], step="Mine")
    assert error == {
        "code": "NOT_ALLOWED",
        "path": [],
        "message": "you may not change this opportunity; ask somebody who may",
    }
    sdl = (await world.http.get("/schema.graphql", headers=bearer(world.tokens["Pat"]))).text
    assert "Opportunity" in sdl
    assert re.findall(r"[^\n]*\broles?\b[^\n]*", sdl) == []
