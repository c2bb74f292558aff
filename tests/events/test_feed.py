"""The feed as a query: what happened, in order, as the reader may see it now."""

from collections.abc import Mapping
from typing import Any

import pytest
from graphql import OperationDefinitionNode, parse

from api.compiler import RequestError
from api.db.functions import FEED_EXPIRED
from api.domain import access, accounts, contacts
from api.domain.kernel import FieldAccess, Level, Right, records, wire
from api.domain.users import User
from api.schema import schema
from api.schema.feed import feed_page, feed_start, newest
from api.schema.reading import Reads
from tests.events.conftest import Feed
from tests.graphql_client import SECRET, GraphQLFailed
from tests.people import NOW, a_user, viewer_of

POSITIONS = "{ events(%s) { position nodes { position } } }"


def positions(found: Mapping[str, Any]) -> list[int]:
    return [int(node["position"]) for node in found["events"]["nodes"]]


@pytest.fixture
async def accounts_of_two(feed: Feed) -> tuple[User, accounts.Account, accounts.Account]:
    """Rita with her Globex, Ada with her Initech; Globex is renamed. Positions 1 to 3."""
    rita = await a_user(feed.place.sessions, feed.place.tenant.id, "Rita Rep")
    async with feed.place.open_as() as work:
        globex = await accounts.create(work, {"name": "Globex", "owner_id": rita.id})
    async with feed.place.open_as() as work:
        initech = await accounts.create(work, {"name": "Initech", "owner_id": feed.place.admin.id})
    async with feed.place.open_as() as work:
        await accounts.update(work, globex.id, {"name": "Globex Corporation"})
    await feed.relay()
    return rita, globex, initech


async def test_the_feed_tells_what_happened_in_one_statement(
    feed: Feed, accounts_of_two: tuple[User, accounts.Account, accounts.Account]
):
    _, globex, _ = accounts_of_two

    found = await feed("""{ events(filter: {object: {eq: "account"}}) {
        position
        pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
        nodes { __typename position type types version changedFields previousValues { field value }
                actor { kind name } object recordId occurredAt
                ... on AccountChanged { account { name } } } } }""")

    assert found["events"]["nodes"][2] == {
        "__typename": "AccountChanged",
        "position": "3",
        "type": "account.updated",
        "types": ["account.updated"],
        "version": 2,
        "changedFields": ["name"],
        "previousValues": [{"field": "name", "value": "Globex"}],
        "actor": {"kind": "STAFF", "name": "Ada Admin"},
        "object": "account",
        "recordId": wire("acc", globex.id),
        "occurredAt": "2026-03-02T09:15:00Z",
        "account": {"name": "Globex Corporation"},
    }
    assert [node["type"] for node in found["events"]["nodes"][:2]] == ["account.created"] * 2
    assert found["events"]["position"] == "4"  # the token's event is the newest, and no account's
    assert found["events"]["pageInfo"] == {
        "hasNextPage": False,
        "hasPreviousPage": False,
        "startCursor": "1",
        "endCursor": "3",
    }
    who_what_and_the_budget = 3
    assert len(feed.statements) == who_what_and_the_budget
    assert len([sql for sql in feed.statements if "outbox" in sql]) == 1


async def test_pages_run_from_the_position_that_was_seen_last(
    feed: Feed, accounts_of_two: tuple[User, accounts.Account, accounts.Account]
):
    seen, after = [], "0"
    for _ in range(4):
        found = await feed(
            "query ($after: String) { events(after: $after, first: 1) {"
            " position nodes { position } edges { cursor } pageInfo { hasNextPage } } }",
            {"after": after},
        )
        after = found["events"]["position"]
        seen.append((positions(found), found["events"]["edges"], found["events"]["pageInfo"]["hasNextPage"]))
    assert seen == [([at], [{"cursor": str(at)}], at < 4) for at in (1, 2, 3, 4)]
    found = await feed('{ events(after: "4") { position nodes { position } pageInfo { hasNextPage endCursor } } }')
    assert found["events"] == {
        "position": "4",
        "nodes": [],
        "pageInfo": {"hasNextPage": False, "endCursor": None},
    }


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ('types: ["account.updated"]', [3]),
        ('types: ["account.updated", "token.created"]', [3, 4]),
        ("types: []", []),
        ('changedFields: ["name"]', [1, 2, 3, 4]),
        ('changedFields: ["owner", "nothing"]', [1, 2]),
        ('filter: {object: {in: ["token"]}}', [4]),
        ('filter: {object: {ne: "account"}}', [4]),
        ('filter: {id: {eq: "$globex"}}', [1, 3]),
        ('filter: {id: {in: ["$initech"]}}, types: ["account.created"]', [2]),
        ('after: "1", filter: {id: {eq: "$globex"}}', [3]),
    ],
)
async def test_events_are_narrowed_by_type_field_kind_and_record(
    feed: Feed, accounts_of_two: tuple[User, accounts.Account, accounts.Account], asked: str, expected: list[int]
):
    _, globex, initech = accounts_of_two
    asked = asked.replace("$globex", wire("acc", globex.id)).replace("$initech", wire("acc", initech.id))
    assert positions(await feed(POSITIONS % asked)) == expected


async def test_an_event_is_seen_by_whoever_sees_its_record_now(
    feed: Feed, accounts_of_two: tuple[User, accounts.Account, accounts.Account]
):
    rita, globex, initech = accounts_of_two
    only_accounts = 'filter: {object: {eq: "account"}}'
    assert positions(await feed(POSITIONS % only_accounts, as_="sales_rep", user=rita)) == [1, 3]
    async with feed.place.open_as() as work:
        await accounts.update(work, globex.id, {"owner_id": feed.place.admin.id})
        await accounts.update(work, initech.id, {"owner_id": rita.id})
    await feed.relay()
    found = await feed(POSITIONS % only_accounts, as_="sales_rep", user=rita)
    assert positions(found) == [2, 6]  # what happened to Initech, from its beginning
    assert found["events"]["position"] == "6"


async def test_what_is_archived_still_tells(feed: Feed, accounts_of_two: tuple[User, accounts.Account, Any]):
    _, globex, _ = accounts_of_two
    async with feed.place.open_as() as work:
        await accounts.archive(work, globex.id)
    await feed.relay()
    query = "{ events(types: [%s]) { nodes { ... on AccountChanged { account { archivedAt } } } } }"
    found = await feed(query % '"account.archived"')
    assert found["events"]["nodes"] == [{"account": {"archivedAt": "2026-03-02T09:15:00Z"}}]


async def test_a_hidden_field_has_no_name_no_value_and_never_changed(feed: Feed):
    everything = Right(Level.ALL, Level.ALL, create=True, delete=True)
    async with feed.place.open_as() as work:
        person = await contacts.create(work, {"last_name": "Roe", "notes": "drinks"})
        await access.create(
            work, {"name": "clerk", "rights": {"contact": everything}, "fields": {("contact", "pii"): FieldAccess.READ}}
        )
    async with feed.place.open_as() as work:
        await contacts.update(work, person.id, {"notes": "drinks a lot"})
    async with feed.place.open_as() as work:
        await contacts.update(work, person.id, {"notes": "does not drink", "title": "Buyer"})
    await feed.relay()
    query = """{ events(types: ["contact.updated"]%s) {
        nodes { changedFields previousValues { field value } } } }"""

    admin = await feed(query % "")
    assert admin["events"]["nodes"] == [
        {"changedFields": ["notes"], "previousValues": [{"field": "notes", "value": "drinks"}]},
        {
            "changedFields": ["notes", "title"],
            "previousValues": [{"field": "notes", "value": "drinks a lot"}, {"field": "title", "value": None}],
        },
    ]
    clerk = await feed(query % "", as_="clerk")
    assert clerk["events"]["nodes"] == [
        {"changedFields": [], "previousValues": []},
        {"changedFields": ["title"], "previousValues": [{"field": "title", "value": None}]},
    ]
    asked = ', changedFields: ["notes"]'
    assert len((await feed(query % asked))["events"]["nodes"]) == 2
    assert (await feed(query % asked, as_="clerk"))["events"]["nodes"] == []


async def test_what_retention_has_deleted_is_an_error_and_never_a_gap(
    feed: Feed, accounts_of_two: tuple[User, accounts.Account, Any]
):
    await feed.worker.execute("DELETE FROM outbox WHERE position <= 2")
    await feed.worker.execute("UPDATE feed_heads SET pruned = 2")
    for after in ("0", "1"):
        with pytest.raises(GraphQLFailed) as refused:
            await feed(POSITIONS % f'after: "{after}"')
        assert refused.value.code == "POSITION_EXPIRED"
        assert "no longer kept" in str(refused.value)
    assert positions(await feed(POSITIONS % 'after: "2"')) == [3, 4]
    found = await feed("{ events { nodes { position } pageInfo { hasPreviousPage } } }")
    assert (positions(found), found["events"]["pageInfo"]) == ([3, 4], {"hasPreviousPage": False})


@pytest.mark.parametrize("after", ["5", "999999999999999999", "-1", "01", "", "x", "1 ", "1" * 19])
async def test_a_position_that_was_never_given_is_refused(
    feed: Feed, accounts_of_two: tuple[User, accounts.Account, Any], after: str
):
    with pytest.raises(GraphQLFailed) as refused:
        await feed("query ($after: String) { events(after: $after) { position } }", {"after": after})
    assert refused.value.code == "BAD_CURSOR"


async def test_too_many_names_or_a_foreign_id_are_refused(feed: Feed):
    names = ", ".join(f'"a{number}"' for number in range(251))
    for asked in (f"types: [{names}]", f"changedFields: [{names}]", 'filter: {id: {eq: "nothing"}}'):
        with pytest.raises(GraphQLFailed) as refused:
            await feed(POSITIONS % asked)
        assert refused.value.code == "BAD_USER_INPUT"
    with pytest.raises(GraphQLFailed) as refused:
        await feed(POSITIONS % "first: 101")
    assert refused.value.code == "BAD_PAGINATION"


async def test_an_empty_feed_begins_at_zero(feed: Feed):
    await feed("{ viewer { name } }")
    await feed.worker.execute("DELETE FROM outbox")
    await feed.worker.execute("UPDATE feed_heads SET position = 0")
    found = await feed('{ events(after: "0") { position nodes { id } pageInfo { hasNextPage hasPreviousPage } } }')
    assert found["events"] == {
        "position": "0",
        "nodes": [],
        "pageInfo": {"hasNextPage": False, "hasPreviousPage": False},
    }


async def test_a_page_looks_at_ten_thousand_positions_and_says_how_far_it_came(feed: Feed):
    async with feed.place.open_as() as work:
        await accounts.create(work, {"name": "Globex"})
    await feed.relay()
    await feed("{ viewer { name } }")
    await feed.worker.execute("UPDATE feed_heads SET position = 25000")
    await feed.worker.execute("UPDATE outbox SET position = 25000 WHERE position = 2")
    seen, after = [], "0"
    while after != "25000":
        found = await feed(POSITIONS % f'after: "{after}", types: ["token.created"]')
        after = found["events"]["position"]
        seen.append((after, positions(found)))
    assert seen == [("10000", []), ("20000", []), ("25000", [25000])]


# For subscriptions and webhooks

LISTEN = """subscription ($after: String) {
  happened: events(types: ["account.created", "account.updated"], after: $after) {
    ...on Event { type ...on AccountChanged { account { name } } }
  }
}"""


def subscribed(feed: Feed) -> tuple[Reads, Any, OperationDefinitionNode]:
    document = parse(LISTEN)
    (operation,) = document.definitions
    assert isinstance(operation, OperationDefinitionNode)
    reads = Reads(schema.core, schema.catalog, feed.place.reads, SECRET, lambda: NOW)
    return reads, document, operation


async def test_a_subscription_operation_is_answered_event_by_event(
    feed: Feed, accounts_of_two: tuple[User, accounts.Account, Any]
):
    rita, _, _ = accounts_of_two
    reads, document, operation = subscribed(feed)
    admin, rep = viewer_of(feed.place.admin, "admin"), viewer_of(rita, "sales_rep")
    feed.statements.clear()

    page = await feed_page(reads, document, operation, {}, admin, key="k", after=0)
    assert page.events == [
        (1, b'{"data":{"happened":{"type":"account.created","account":{"name":"Globex Corporation"}}}}'),
        (2, b'{"data":{"happened":{"type":"account.created","account":{"name":"Initech"}}}}'),
        (3, b'{"data":{"happened":{"type":"account.updated","account":{"name":"Globex Corporation"}}}}'),
    ]
    assert page.position == 3
    assert len(feed.statements) == 1
    some = await feed_page(reads, document, operation, {}, admin, key="k", after=0, limit=2)
    assert ([at for at, _ in some.events], some.position) == ([1, 2], 2)
    one = await feed_page(reads, document, operation, {}, admin, key="k", after=1, until=2, limit=1)
    assert ([at for at, _ in one.events], one.position) == ([2], 2)
    hers = await feed_page(reads, document, operation, {}, rep, key="k", after=0)
    assert ([at for at, _ in hers.events], hers.position) == ([1, 3], 3)

    assert await newest(reads, admin) == 3
    assert feed_start(reads, document, operation, {"after": "2"}, admin) == "2"
    assert feed_start(reads, document, operation, {}, admin) is None


async def test_a_page_behind_what_is_kept_says_so(feed: Feed, accounts_of_two: tuple[User, accounts.Account, Any]):
    reads, document, operation = subscribed(feed)
    await feed.worker.execute("UPDATE feed_heads SET pruned = 2")
    with pytest.raises(RequestError) as refused:
        await feed_page(reads, document, operation, {}, viewer_of(feed.place.admin, "admin"), key="k", after=1)
    assert refused.value.code == "POSITION_EXPIRED"
    assert FEED_EXPIRED == "CRM01"


# Against a slow reading in Python

EVERYTHING = """query ($after: String) { events(after: $after, first: 100) { position nodes {
    position types version changedFields previousValues { field value } } } }"""
CLASSES = {record.object: record for record in records().values()}


async def slowly(feed: Feed, user: User, role: str) -> list[dict[str, Any]]:
    """What the feed should tell, one event after the other, by asking the domain for each record."""
    rows = await feed.worker.fetch(
        "SELECT position, aggregate_type, aggregate_id, types, version, changed, payload::json #>> '{previous}' AS old"
        "  FROM outbox ORDER BY position"
    )
    found = []
    async with feed.place.open_as(role, user) as work:
        for row in rows:
            record = CLASSES[row["aggregate_type"]]
            if not await work.load(record, [row["aggregate_id"]]):
                continue
            text = 'SELECT key, value FROM json_each_text($1::json) ORDER BY key COLLATE "C"'
            old = await feed.worker.fetch(text, row["old"])
            found.append(
                {
                    "position": str(row["position"]),
                    "types": row["types"],
                    "version": row["version"],
                    "changedFields": row["changed"],
                    "previousValues": [{"field": one["key"], "value": one["value"]} for one in old],
                }
            )
    return found


async def test_the_feed_is_what_a_slow_reading_of_each_event_finds(feed: Feed):
    place = feed.place
    people = [await a_user(place.sessions, place.tenant.id, f"Rep {number}") for number in range(3)]
    owned: list[accounts.Account] = []
    for number in range(12):
        async with place.open_as() as work:
            owner = [*people, None][number % 4]
            owned.append(await accounts.create(work, {"name": f"A{number}", "owner_id": owner.id if owner else None}))
            await contacts.create(work, {"last_name": f"C{number}", "notes": "x", "owner_id": people[number % 3].id})
    for number, account in enumerate(owned[::2]):
        async with place.open_as() as work:
            await accounts.update(work, account.id, {"owner_id": people[number % 3].id, "name": "New"})
            if number % 2:
                await accounts.archive(work, account.id)
    await feed.relay()
    readers = [("admin", place.admin), *(("sales_rep", one) for one in people[:2]), ("read_only", people[2])]
    for role, user in readers:
        await feed("{ viewer { name } }", as_=role, user=user)  # makes the token, which is an event, too
    for role, user in readers:
        told: list[dict[str, Any]] = []
        after, newest_one = "0", str(await feed.worker.fetchval("SELECT position FROM feed_heads"))
        while after != newest_one:
            page = (await feed(EVERYTHING, {"after": after}, as_=role, user=user))["events"]
            told, after = told + page["nodes"], page["position"]
        assert told == await slowly(feed, user, role)
        assert told
