"""Outsiders read what is shared with them, and find nothing else, by whatever door."""

from datetime import timedelta

from api.domain import sharing
from api.domain.accounts import Account
from api.domain.contacts import Contact
from api.domain.opportunities import Opportunity
from tests.people import NOW
from tests.sharing.conftest import LATER, World, shared

EVERYTHING = "{ accounts { nodes { name } } contacts { nodes { name } } opportunities { nodes { name } } }"
NODES = "query($ids: [ID!]!) { nodes(ids: $ids) { id ... on Account { name } ... on Contact { name } } }"


async def test_without_shares_a_partner_sees_himself_and_his_company(world: World) -> None:
    assert await world.ask("Pat", EVERYTHING) == {
        "accounts": {"nodes": [{"name": "Brightwater"}]},
        "contacts": {"nodes": [{"name": "Pat"}]},
        "opportunities": {"nodes": []},
    }


async def test_without_shares_a_customer_sees_only_himself(world: World) -> None:
    assert await world.ask("Ada", EVERYTHING) == {
        "accounts": {"nodes": []},
        "contacts": {"nodes": [{"name": "Ada"}]},
        "opportunities": {"nodes": []},
    }


async def test_the_viewer_says_who_asks(world: World) -> None:
    asked = "{ viewer { id kind name tenant { name } } }"
    assert await world.ask("Pat", asked) == {
        "viewer": {"id": world.ids["Pat"], "kind": "PARTNER", "name": "Pat", "tenant": {"name": "Acme"}}
    }
    assert (await world.ask("Ada", asked))["viewer"]["kind"] == "CUSTOMER"


async def test_outsiders_have_budgets_of_their_own(world: World) -> None:
    for who, limit in (("Pat", 500), ("Ada", 500), ("admin", 2_000)):
        answer = (await world.post(who, "{ viewer { name } }")).json()
        assert answer["extensions"]["cost"]["limit"] == limit


async def test_a_contact_who_changes_sides_takes_no_token_along(world: World) -> None:
    move = "mutation($id: ID!, $to: ID!) { contactUpdate(where: {id: $id}, patch: {account: {id: $to}}) { outcome } }"
    await shared(world, "Shared deal", Opportunity, account="Riverside")
    await world.ask("admin", move, {"id": world.ids["Pat"], "to": world.ids["Riverside"]})
    assert await world.refused("Pat", EVERYTHING) == "UNAUTHENTICATED"
    assert len((await world.ask("Quinn", EVERYTHING))["opportunities"]["nodes"]) == 1


async def test_a_shared_record_is_seen_by_all_of_the_account_and_by_nobody_else(world: World) -> None:
    await shared(world, "Shared deal", Opportunity, account="Brightwater")
    deals = "{ opportunities { nodes { name account { name } } totalCount { value } } }"
    assert await world.ask("Pat", deals) == {
        "opportunities": {"nodes": [{"name": "Shared deal", "account": None}], "totalCount": {"value": 1}}
    }
    for other in ("Quinn", "Ada"):
        assert await world.ask(other, deals) == {"opportunities": {"nodes": [], "totalCount": {"value": 0}}}


async def test_a_share_reaches_no_further_than_its_record(world: World) -> None:
    await shared(world, "Initech", Account, contact="Ada")
    asked = "{ accounts(first: 3) { nodes { name opportunities(first: 3) { nodes { name } totalCount { value } } } } }"
    assert (await world.ask("Ada", asked))["accounts"]["nodes"] == [
        {"name": "Initech", "opportunities": {"nodes": [], "totalCount": {"value": 0}}}
    ]
    await shared(world, "Shared deal", Opportunity, contact="Ada")
    assert (await world.ask("Ada", asked))["accounts"]["nodes"][0]["opportunities"] == {
        "nodes": [{"name": "Shared deal"}],
        "totalCount": {"value": 1},
    }


async def test_what_is_not_shared_is_absent_by_its_id_too(world: World) -> None:
    ids = [world.ids[name] for name in ("Riverside", "Pat", "Bob", "Hidden deal", "Brightwater")]
    found = (await world.ask("Pat", NODES, {"ids": ids}))["nodes"]
    assert found == [None, {"id": ids[1], "name": "Pat"}, None, None, {"id": ids[4], "name": "Brightwater"}]
    for name in ("Hidden deal", "Riverside"):
        assert await world.ask("Pat", "query($id: ID!) { node(id: $id) { id } }", {"id": world.ids[name]}) == {
            "node": None
        }


async def test_a_filter_finds_nothing_of_what_is_not_shared(world: World) -> None:
    await shared(world, "Shared deal", Opportunity, account="Brightwater")
    by_account = '{ opportunities(filter: {account: {name: {startsWith: "I"}}}) { nodes { name } } }'
    assert (await world.ask("Pat", by_account))["opportunities"]["nodes"] == []
    absent = "{ opportunities(filter: {account: {isNull: true}}) { nodes { name } } }"
    assert (await world.ask("Pat", absent))["opportunities"]["nodes"] == [{"name": "Shared deal"}]
    sorted_by = "{ opportunities(orderBy: [{field: ACCOUNT_NAME}]) { nodes { name } } }"
    assert (await world.ask("Pat", sorted_by))["opportunities"]["nodes"] == [{"name": "Shared deal"}]


async def test_fields_outside_the_default_set_show_only_with_a_profile(world: World) -> None:
    await shared(world, "Shared deal", Opportunity, account="Brightwater")
    async with world.committed.open_as() as work:
        profile = await sharing.create_profile(work, {"name": "Priced", "sets": [("opportunity", "commercial")]})
    await shared(world, "Hidden deal", Opportunity, account="Brightwater", field_profile_id=profile.id)
    deals = "{ opportunities(orderBy: [{field: NAME}]) { nodes { name amount { amount currency } } } }"
    assert (await world.ask("Pat", deals))["opportunities"]["nodes"] == [
        {"name": "Hidden deal", "amount": {"amount": "7777.00", "currency": "USD"}},
        {"name": "Shared deal", "amount": None},
    ]
    dear = '{ opportunities(filter: {amount: {currency: "USD", amount: {gt: "0"}}}) { nodes { name } } }'
    assert (await world.ask("Pat", dear))["opportunities"]["nodes"] == [{"name": "Hidden deal"}]
    unknown = '{ opportunities(filter: {amount: {currency: "USD", amount: {isNull: true}}}) { nodes { name } } }'
    assert (await world.ask("Pat", unknown))["opportunities"]["nodes"] == [{"name": "Shared deal"}]
    by_worth = "{ opportunities(orderBy: [{field: AMOUNT, direction: DESC, nulls: FIRST}]) { nodes { name } } }"
    assert (await world.ask("Pat", by_worth))["opportunities"]["nodes"] == [
        {"name": "Shared deal"},
        {"name": "Hidden deal"},
    ]


async def test_everybody_sees_how_to_reach_himself_but_not_others(world: World) -> None:
    await shared(world, "Ada", Contact, account="Brightwater")
    people = "{ contacts(orderBy: [{field: NAME}]) { nodes { name email } } }"
    assert (await world.ask("Pat", people))["contacts"]["nodes"] == [
        {"name": "Ada", "email": None},
        {"name": "Pat", "email": "pat@example.com"},
    ]
    by_email = '{ contacts(filter: {email: {startsWith: "ada"}}) { totalCount { value } } }'
    assert (await world.ask("Pat", by_email))["contacts"]["totalCount"]["value"] == 0


async def test_a_revoked_share_is_over_with_the_next_request(world: World) -> None:
    id = await shared(world, "Shared deal", Opportunity, account="Brightwater", expires_at=LATER)
    assert len((await world.ask("Pat", EVERYTHING))["opportunities"]["nodes"]) == 1
    async with world.committed.open_as() as work:
        await sharing.revoke(work, id)
    assert (await world.ask("Pat", EVERYTHING))["opportunities"]["nodes"] == []


async def test_a_share_ends_with_its_instant(world: World) -> None:
    await shared(world, "Shared deal", Opportunity, account="Brightwater", expires_at=NOW + timedelta(minutes=1))
    # The database's own clock is past that already: row-level security ends the share whatever the program thinks.
    assert (await world.ask("Pat", EVERYTHING))["opportunities"]["nodes"] == []


async def test_an_archived_record_is_no_longer_shared(world: World) -> None:
    await shared(world, "Shared deal", Opportunity, account="Brightwater")
    await world.ask(
        "admin",
        "mutation($id: ID!) { opportunityArchive(where: {id: $id}) { outcome } }",
        {"id": world.ids["Shared deal"]},
    )
    assert (await world.ask("Pat", EVERYTHING))["opportunities"]["nodes"] == []


STAFF_ONLY = [
    "{ users { nodes { name } } }",
    "{ accounts { nodes { notes } } }",
    "{ accounts { nodes { owner { name } } } }",
    "{ accounts { nodes { history { nodes { id } } } } }",
    "{ accounts { nodes { externalIds { value } } } }",
    "{ accounts(includeArchived: true) { nodes { name } } }",
    '{ account(where: {domain: "example.com"}) { name } }',
    '{ contact(where: {externalId: {source: "x", value: "y"}}) { name } }',
    '{ contact(where: {email: "bob@example.com"}) { name } }',
    '{ contacts(filter: {owner: {name: {eq: "Ada Admin"}}}) { nodes { name } } }',
    "{ contacts(orderBy: [{field: OWNER_NAME}]) { nodes { name } } }",
    "{ opportunitiesAggregate { count } }",
    "{ salesMetrics { wonCount { value } } }",
    "{ opportunities { nodes { probability } } }",
    "{ opportunities { nodes { availableTransitions { verb } } } }",
    "{ viewer { roles } }",
    "{ roles { nodes { name } } }",
    'mutation { accountCreate(input: {name: "Mine"}) { outcome } }',
    "mutation($id: ID!) { contactArchive(where: {id: $id}) { outcome } }",
]


async def test_what_outsiders_have_no_part_in_does_not_exist_for_them(world: World) -> None:
    codes = {query: await world.refused("Pat", query, {"id": world.ids["Pat"]}) for query in STAFF_ONLY}
    assert codes == dict.fromkeys(STAFF_ONLY, "GRAPHQL_VALIDATION_FAILED")


async def test_the_token_dies_with_the_contact_or_the_partnership(world: World) -> None:
    archive = "mutation($id: ID!) { %sArchive(where: {id: $id}) { outcome } }"
    await world.ask("admin", archive % "contact", {"id": world.ids["Ada"]})
    assert await world.refused("Ada", EVERYTHING) == "UNAUTHENTICATED"
    await world.ask("admin", archive % "account", {"id": world.ids["Brightwater"]})
    assert await world.refused("Pat", EVERYTHING) == "UNAUTHENTICATED"
    assert (await world.ask("Quinn", "{ viewer { name } }"))["viewer"]["name"] == "Quinn"
