"""`explainAccess` for outsiders says what they can do, and by which share."""

from typing import Any

import pytest

from api.domain import access, sharing
from api.domain.accounts import Account
from api.domain.contacts import Contact
from api.domain.kernel import Level, Right, ShareLevel, wire
from api.domain.opportunities import Opportunity
from tests.record_writes import NIL
from tests.sharing.conftest import LATER, World, shared

EXPLAIN = """
query($id: ID!, $principal: ID, $as: OutsiderKind!) {
  explainAccess(id: $id, principal: $principal, as: $as) {
    principalId isActive contact { name } user { id }
    read { ...Decision } write { ...Decision } delete { ...Decision }
    fieldRights { fieldSet access }
  }
}
fragment Decision on AccessDecision {
  allowed
  grants {
    kind because level roleName teams { team { id } } fieldRights { fieldSet access }
    share { id level expiresAt fieldProfile { name } account { name } contact { name } }
  }
}
"""
TOKENS = "{ tokens { nodes { id name } } }"
NOTHING = {"allowed": False, "grants": []}
READS = "query($id: ID!) { node(id: $id) { id } }"
WRITES = {
    "con": 'mutation($id: ID!) { it: contactUpdate(where: {id: $id}, patch: {title: "New"}) { outcome } }',
    "opp": 'mutation($id: ID!) { it: opportunityUpdate(where: {id: $id}, patch: {nextStep: "New"}) { outcome } }',
}


async def explained(world: World, name: str, principal: str, kind: str = "PARTNER") -> Any:
    variables = {"id": world.ids[name], "principal": principal, "as": kind}
    return (await world.ask("admin", EXPLAIN, variables))["explainAccess"]


async def token_of(world: World, who: str) -> str:
    found = (await world.ask("admin", TOKENS))["tokens"]["nodes"]
    return next(str(one["id"]) for one in found if one["name"] == f"of {who}")


async def a_profile(world: World) -> Any:
    async with world.committed.open_as() as work:
        made = await sharing.create_profile(work, {"name": "Priced", "sets": [("opportunity", "commercial")]})
    return made.id


async def test_a_share_is_the_grant_with_its_level_its_profile_and_its_end(world: World) -> None:
    profile = await a_profile(world)
    share = await shared(
        world,
        "Shared deal",
        Opportunity,
        account="Brightwater",
        level=ShareLevel.EDIT,
        field_profile_id=profile,
        expires_at=LATER,
    )
    fields = [{"fieldSet": "commercial", "access": "READ"}, {"fieldSet": "internal_notes", "access": "HIDDEN"}]
    grant = {
        "kind": "SHARE",
        "because": "SHARED",
        "level": None,
        "roleName": None,
        "teams": [],
        "fieldRights": fields,
        "share": {
            "id": wire("shr", share),
            "level": "EDIT",
            "expiresAt": LATER.isoformat().replace("+00:00", "Z"),
            "fieldProfile": {"name": "Priced"},
            "account": {"name": "Brightwater"},
            "contact": None,
        },
    }
    for principal in (world.ids["Pat"], await token_of(world, "Pat")):
        assert await explained(world, "Shared deal", principal) == {
            "principalId": world.ids["Pat"],
            "isActive": True,
            "contact": {"name": "Pat"},
            "user": None,
            "read": {"allowed": True, "grants": [grant]},
            "write": {"allowed": True, "grants": [grant]},
            "delete": NOTHING,
            "fieldRights": fields,
        }


async def test_each_share_is_told_and_their_fields_add_up(world: World) -> None:
    await shared(world, "Shared deal", Opportunity, account="Brightwater", level=ShareLevel.EDIT)
    profile = await a_profile(world)
    await shared(world, "Shared deal", Opportunity, contact="Pat", field_profile_id=profile)
    found = await explained(world, "Shared deal", world.ids["Pat"])
    told = {(one["share"]["level"], one["fieldRights"][0]["access"]) for one in found["read"]["grants"]}
    assert told == {("EDIT", "HIDDEN"), ("VIEW", "READ")}
    assert [one["share"]["level"] for one in found["write"]["grants"]] == ["EDIT"]
    assert found["fieldRights"][0] == {"fieldSet": "commercial", "access": "READ"}
    as_customer = await explained(world, "Shared deal", world.ids["Pat"], "CUSTOMER")
    assert [one["share"]["level"] for one in as_customer["read"]["grants"]] == ["VIEW"]


async def test_an_outsider_is_its_own_record_and_a_partner_its_company(world: World) -> None:
    own = await explained(world, "Pat", world.ids["Pat"])
    assert [(one["kind"], one["because"], one["share"]) for one in own["write"]["grants"]] == [
        ("OWN_RECORD", "SELF", None)
    ]
    assert {one["fieldSet"]: one["access"] for one in own["fieldRights"]}["pii"] == "READ"
    company = await explained(world, "Brightwater", world.ids["Pat"])
    assert (company["read"]["allowed"], company["write"]) == (True, NOTHING)
    customer = await explained(world, "Initech", world.ids["Ada"], "CUSTOMER")
    assert (customer["read"], customer["write"]) == (NOTHING, NOTHING)


async def test_a_share_that_is_over_is_no_grant(world: World) -> None:
    revoked = await shared(world, "Shared deal", Opportunity, account="Brightwater")
    async with world.committed.open_as() as work:
        await sharing.revoke(work, revoked)
    found = await explained(world, "Shared deal", world.ids["Pat"])
    assert (found["isActive"], found["read"], found["write"]) == (True, NOTHING, NOTHING)


async def test_who_cannot_call_any_more_may_nothing_whatever_is_shared(world: World) -> None:
    await shared(world, "Shared deal", Opportunity, contact="Pat")
    token = await token_of(world, "Pat")
    move = "mutation($id: ID!, $to: ID!) { contactUpdate(where: {id: $id}, patch: {account: {id: $to}}) { outcome } }"
    await world.ask("admin", move, {"id": world.ids["Pat"], "to": world.ids["Riverside"]})
    found = await explained(world, "Shared deal", token)
    assert (found["isActive"], found["read"]["allowed"]) == (False, False)
    assert [one["kind"] for one in found["read"]["grants"]] == ["SHARE"]
    anew = await explained(world, "Shared deal", world.ids["Pat"])  # with a new token it would be the other's partner
    assert (anew["isActive"], anew["read"]["allowed"]) == (True, True)
    await world.ask(
        "admin", "mutation($id: ID!) { contactArchive(where: {id: $id}) { outcome } }", {"id": world.ids["Pat"]}
    )
    assert (await explained(world, "Shared deal", world.ids["Pat"]))["isActive"] is False


async def test_an_archived_record_is_seen_by_no_outsider(world: World) -> None:
    await shared(world, "Shared deal", Opportunity, account="Brightwater")
    archive = "mutation($id: ID!) { opportunityArchive(where: {id: $id}) { outcome } }"
    await world.ask("admin", archive, {"id": world.ids["Shared deal"]})
    assert (await explained(world, "Shared deal", world.ids["Pat"]))["read"] == NOTHING


async def test_kinds_that_cannot_be_shared_are_closed_to_outsiders(world: World) -> None:
    answer = await world.ask("admin", "{ products { nodes { id } } stages: pipelines { nodes { id } } }")
    world.ids["pipeline"] = answer["stages"]["nodes"][0]["id"]
    found = await explained(world, "pipeline", await token_of(world, "Pat"))
    assert (found["principalId"], found["read"], found["write"]) == (world.ids["Pat"], NOTHING, NOTHING)


async def test_who_may_not_read_shares_is_not_told_of_outsiders(world: World) -> None:
    async with world.committed.open_as() as work:
        look = Right(Level.ALL)
        rights = {"role": look, "user": look, "account": look, "contact": look, "opportunity": look}
        await access.create(work, {"name": "looker", "rights": {**rights, "token": Right(Level.ALL, create=True)}})
    made = await world.ask(
        "admin", 'mutation { tokenCreate(input: {name: "Look", role: {name: "looker"}}) { secret } }'
    )
    world.tokens["looker"] = made["tokenCreate"]["secret"]
    brief = "query($id: ID!, $p: ID) { explainAccess(id: $id, principal: $p) { read { allowed } } }"
    about = {"id": world.ids["Shared deal"]}
    assert await world.refused("looker", brief, {**about, "p": world.ids["Pat"]}) == "FORBIDDEN"
    token = await token_of(world, "Pat")
    assert await world.ask("looker", brief, {**about, "p": token}) == {"explainAccess": None}


@pytest.mark.parametrize("principal", ["con_" + NIL, "tok_" + NIL])
async def test_somebody_who_is_not_there_is_explained_as_null(world: World, principal: str) -> None:
    assert await explained(world, "Shared deal", principal) is None


async def test_the_explanation_is_what_the_api_does_for_every_outsider_and_record(world: World) -> None:
    await shared(world, "Shared deal", Opportunity, account="Brightwater", level=ShareLevel.EDIT)
    await shared(world, "Hidden deal", Opportunity, contact="Ada", level=ShareLevel.COMMENT)
    await shared(world, "Initech", Account, account="Riverside", level=ShareLevel.EDIT)
    await shared(world, "Bob", Contact, contact="Quinn", level=ShareLevel.EDIT)
    await shared(world, "Ada", Contact, account="Brightwater")
    differences: list[Any] = []
    answers: list[bool] = []
    for who, kind in (("Pat", "PARTNER"), ("Quinn", "PARTNER"), ("Ada", "CUSTOMER")):
        token = await token_of(world, who)
        for name, id in world.ids.items():
            told = await explained(world, name, world.ids[who], kind)
            assert told == await explained(world, name, token)
            reads = (await world.ask(who, READS, {"id": id}))["node"] is not None
            write = WRITES.get(id[:3])
            outcome = (await world.ask(who, write, {"id": id}))["it"]["outcome"] if write else "FAILED"
            done = (reads, outcome != "FAILED")
            answers += done
            if done != (told["read"]["allowed"], told["write"]["allowed"]):
                differences.append((who, name, done, told))
    assert differences == []
    assert (answers.count(True), len(answers)) == (15, 54)


async def test_outsiders_are_not_explained_to_themselves(world: World) -> None:
    assert await world.refused("Pat", EXPLAIN, {"id": world.ids["Pat"], "as": "PARTNER"}) == "GRAPHQL_VALIDATION_FAILED"
