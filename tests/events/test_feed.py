"""The feed as a query: what happened, in order, as the reader may see it now."""

from api.domain import accounts
from tests.events.conftest import Feed


async def test_the_feed_tells_what_happened_in_one_statement(feed: Feed):
    async with feed.place.open_as() as work:
        account = await accounts.create(work, {"name": "Globex"})
    async with feed.place.open_as() as work:
        await accounts.update(work, account.id, {"name": "Globex Corporation"})
    await feed.relay()

    found = await feed("""{ events(filter: {object: {eq: "account"}}) {
        position
        pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
        nodes { __typename position type types version changedFields previousValues { field value }
                actor { kind name } object recordId
                ... on AccountChanged { account { name } } } } }""")

    assert found["events"]["position"] == "3"
    assert found["events"]["nodes"][1] == {
        "__typename": "AccountChanged",
        "position": "2",
        "type": "account.updated",
        "types": ["account.updated"],
        "version": 2,
        "changedFields": ["name"],
        "previousValues": [{"field": "name", "value": "Globex"}],
        "actor": {"kind": "STAFF", "name": "Ada Admin"},
        "object": "account",
        "recordId": f"acc_{account.id.hex}",
        "account": {"name": "Globex Corporation"},
    }
    assert [node["type"] for node in found["events"]["nodes"]] == ["account.created", "account.updated"]
    assert found["events"]["pageInfo"] == {
        "hasNextPage": False,
        "hasPreviousPage": False,
        "startCursor": "1",
        "endCursor": "2",
    }
    assert len([sql for sql in feed.statements if "outbox" in sql]) == 1
