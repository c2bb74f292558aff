"""What partner users see of programs, tiers and memberships: by their scope, and nothing of other partners."""

from tests.sharing.conftest import World

MEMBERSHIPS = "{ partnerMemberships(orderBy: [{field: CREATED_AT}]) { nodes { id } totalCount { value } } }"
PROGRAMS = """{ partnerPrograms(first: 2) { nodes { name
  tiers(first: 2, orderBy: [{field: RANK}]) { nodes { name commissionPercent } }
  memberships(first: 2) { nodes { account { name } } } } } }"""
APPLY = """mutation($program: ID!, $account: ID!) { partnerMembershipApply(
  input: {program: {id: $program}, account: {id: $account}, application: "We sell a lot"}) {
    outcome errors { code path message } partnerMembership { status application account { name } tier { name } } } }"""
APPLY_OWN = APPLY.replace("$program: ID!, $account: ID!", "$program: ID!").replace(" account: {id: $account},", "")


async def seen(world: World, who: str) -> set[str]:
    page = (await world.ask(who, MEMBERSHIPS))["partnerMemberships"]
    names = {world.ids[f"{name} membership"]: name for name in ("Brightwater", "Riverside", "Grove")}
    assert page["totalCount"]["value"] == len(page["nodes"])
    return {names[node["id"]] for node in page["nodes"]}


async def test_a_partner_user_sees_memberships_by_his_scope(world: World) -> None:
    assert {who: await seen(world, who) for who in ("Pat", "Ann", "Olga", "Gus", "Quinn", "Nobody", "admin")} == {
        "Pat": {"Brightwater", "Grove"},
        "Ann": {"Brightwater"},
        "Olga": {"Brightwater"},
        "Gus": {"Grove"},
        "Quinn": {"Riverside"},
        "Nobody": set(),
        "admin": {"Brightwater", "Riverside", "Grove"},
    }


async def test_he_sees_his_program_and_its_tiers_and_of_the_members_himself(world: World) -> None:
    assert (await world.ask("Quinn", PROGRAMS))["partnerPrograms"]["nodes"] == [
        {
            "name": "Resellers",
            "tiers": {"nodes": [{"name": name, "commissionPercent": None} for name in ("Silver", "Gold")]},
            "memberships": {"nodes": [{"account": {"name": "Riverside"}}]},
        }
    ]
    assert (await world.ask("Nobody", PROGRAMS))["partnerPrograms"]["nodes"] == []


async def test_he_sees_what_the_tiers_of_his_program_take(world: World) -> None:
    certify = """mutation($tier: ID!) {
      c: certificationCreate(input: {name: "Installer"}) { outcome }
      t: partnerTierUpdate(where: {id: $tier}, patch: {
        certifications: [{certification: {name: "Installer"}, least: 2}]}) { outcome } }"""
    done = await world.ask("channel_manager", certify, {"tier": world.ids["Gold"]})
    assert done == {"c": {"outcome": "CREATED"}, "t": {"outcome": "UPDATED"}}
    query = """{ partnerTiers(first: 2, orderBy: [{field: RANK}]) {
      nodes { name certifications { certification { name } least } } } }"""
    taken = [{"certification": {"name": "Installer"}, "least": 2}]
    for who in ("Pat", "Olga", "Quinn", "admin"):
        assert (await world.ask(who, query))["partnerTiers"]["nodes"] == [
            {"name": "Silver", "certifications": []},
            {"name": "Gold", "certifications": taken},
        ], who
    assert (await world.ask("Nobody", query))["partnerTiers"]["nodes"] == []


FOR_COLLEAGUES = (
    "partnerMemberships { nodes { notes } }",
    "partnerMemberships { nodes { statusReason } }",
    "partnerMemberships { nodes { owner { name } } }",
    "partnerMemberships { nodes { tierHistory { nodes { reason } } } }",
    'partnerMemberships(filter: {notes: {eq: "x"}}) { nodes { id } }',
    "partnerMembershipsAggregate { groups { count } }",
    "partnerPrograms { nodes { notes } }",
    "partnerTiers { nodes { weight } }",
    "partnerTiers(filter: {weight: {eq: 1}}) { nodes { id } }",
)


async def test_what_is_for_colleagues_does_not_exist_for_him(world: World) -> None:
    for selection in FOR_COLLEAGUES:
        assert await world.refused("Pat", f"{{ {selection} }}") == "GRAPHQL_VALIDATION_FAILED", selection


async def test_what_is_not_his_is_not_there_by_its_id_either(world: World) -> None:
    query = "query($id: ID!) { partnerMembership(where: {id: $id}) { id } node(id: $id) { id } }"
    other = await world.ask("Quinn", query, {"id": world.ids["Brightwater membership"]})
    absent = await world.ask("Quinn", query, {"id": "pmb_" + "0" * 32})
    assert other == absent == {"partnerMembership": None, "node": None}


async def test_a_scope_and_its_end_count_at_once(world: World) -> None:
    scope = """mutation($id: ID!, $scope: PartnerScope!) { partnerUserSetScope(where: {id: $id}, scope: $scope) {
      outcome partnerUser { scope } } }"""
    answer = await world.ask("channel_manager", scope, {"id": world.ids["Ann user"], "scope": "SUBTREE"})
    assert answer == {"partnerUserSetScope": {"outcome": "UPDATED", "partnerUser": {"scope": "SUBTREE"}}}
    assert await seen(world, "Ann") == {"Brightwater", "Grove"}
    end = "mutation($id: ID!) { partnerUserArchive(where: {id: $id}) { outcome } }"
    await world.ask("channel_manager", end, {"id": world.ids["Ann user"]})
    assert await seen(world, "Ann") == set()


async def test_he_applies_to_an_open_program_for_an_account_that_he_acts_for(world: World) -> None:
    hidden = (await world.ask("Pat", APPLY_OWN, {"program": world.ids["Hidden program"]}))["partnerMembershipApply"]
    assert [(error["code"], error["path"]) for error in hidden["errors"]] == [("NOT_FOUND", ["input", "program"])]
    opened = (
        "mutation($id: ID!) { partnerProgramUpdate(where: {id: $id}, patch: {acceptsApplications: true}) { outcome } }"
    )
    await world.ask("channel_manager", opened, {"id": world.ids["Hidden program"]})
    variables = {"program": world.ids["Hidden program"], "account": world.ids["Grove"]}
    made = (await world.ask("Pat", APPLY, variables))["partnerMembershipApply"]
    assert made == {
        "outcome": "CREATED",
        "errors": [],
        "partnerMembership": {"status": "APPLIED", "application": "We sell a lot", "account": None, "tier": None},
    }
    twice = (await world.ask("Gus", APPLY_OWN, {"program": world.ids["Hidden program"]}))["partnerMembershipApply"]
    assert [(error["code"], error["path"]) for error in twice["errors"]] == [("DUPLICATE", ["input", "account"])]
    other = (await world.ask("Quinn", APPLY, variables))["partnerMembershipApply"]
    absent = (await world.ask("Quinn", APPLY, {**variables, "account": "acc_" + "0" * 32}))["partnerMembershipApply"]
    assert other == absent
    assert [(error["code"], error["path"]) for error in other["errors"]] == [("NOT_FOUND", ["input", "account"])]
