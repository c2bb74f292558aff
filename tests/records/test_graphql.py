"""What all records have in common: a key in another system, whatever their type."""

from api.domain import accounts, products
from api.domain.kernel import ExternalKey
from tests.graphql_client import Client
from tests.people import OpenAs, Sessions, a_user

QUERY = """{
  externalIdHolders(source: "shop", value: "77") {
    type
    record { __typename id version ... on Account { name } ... on Product { code } }
  }
}"""


async def test_a_key_leads_to_its_records_of_all_types_in_one_statement(
    graphql: Client, open_as: OpenAs, statements: list[str]
):
    async with open_as() as work:
        await accounts.create(work, {"name": "Acme"}, external_ids=[ExternalKey("shop", "77")])
        await products.create(work, {"name": "Roof", "code": "roof"}, external_ids=[ExternalKey("shop", "77")])
        await products.create(work, {"name": "Wall", "code": "wall"}, external_ids=[ExternalKey("erp", "77")])
    statements.clear()

    found = (await graphql(QUERY))["externalIdHolders"]

    assert [(one["type"], one["record"]["__typename"]) for one in found] == [
        ("account", "Account"),
        ("product", "Product"),
    ]
    assert (found[0]["record"]["name"], found[1]["record"]["code"]) == ("Acme", "roof")
    assert len(statements) == 1


async def test_the_key_of_a_record_one_may_not_see_is_not_there(
    graphql: Client, open_as: OpenAs, sessions: Sessions, admin: object
):
    tenant = admin.tenant_id  # type: ignore[attr-defined]
    rep = await a_user(sessions, tenant, "Rita Rep")
    async with open_as() as work:
        await accounts.create(work, {"name": "Acme"}, external_ids=[ExternalKey("shop", "77")])

    assert (await graphql(QUERY, as_="sales_rep", user=rep)) == {"externalIdHolders": []}
