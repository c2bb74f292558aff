"""Contacts over HTTP: what is written is read back, lists, filters and figures, relations from both sides."""

from collections.abc import Mapping
from typing import Any, ClassVar

from sqlalchemy import func, select

from api.domain import contacts, opportunities
from api.domain.contacts import Contact
from api.domain.kernel import ChangeEvent, OutboxEntry, wire
from api.domain.opportunities import ContactRole
from api.domain.users import User
from tests.factories import a_contact, a_user, an_account, an_opportunity
from tests.graphql_client import Client
from tests.people import OpenAs
from tests.record_writes import RecordWrites


class TestContact(RecordWrites):
    noun, type_name = "contact", "Contact"
    new: ClassVar[Mapping[str, Any]] = {"lastName": "Lovelace", "email": "ada@example.com"}
    change: ClassVar[Mapping[str, Any]] = {"firstName": "Ada", "language": "en-GB", "phone": "+4930901820"}
    shown = "name firstName lastName email phone language emails { email isPrimary }"
    natural: ClassVar[tuple[str, Any]] = ("email", "ADA@EXAMPLE.com")
    duplicate: ClassVar[list[str]] = ["input", "email"]
    statements: ClassVar[Mapping[str, int]] = {"Create": 3, "Update": 7, "Archive": 5, "Restore": 6, "BulkUpsert": 4}

    def another(self, mark: str) -> dict[str, Any]:
        return {"lastName": f"Lovelace {mark}", "email": f"{mark.replace(' ', '.')}@example.com"}


CREATE = """mutation($input: ContactCreateInput!) {
  contactCreate(input: $input) {
    outcome
    errors { code message path ... on ValidationError { constraint } ... on DuplicateError { existing { id } } }
    contact {
      name email phone language zone
      emails { email original label isPrimary verifiedAt }
      phones { number original extension isPrimary }
      addresses { kind postalCode country }
      account { name }
      accounts { nodes { isPrimaryAccount isPrimaryContact role endedOn account { name } } }
      owner { name }
    }
  }
}"""
BULK = """mutation($rows: [ContactUpsertRow!]!) {
  contactBulkUpsert(rows: $rows) {
    created updated unchanged failed
    results { outcome contact { name email } errors { code path } }
  }
}"""


async def refused(graphql: Client, values: Any) -> list[Any]:
    answer = (await graphql(CREATE, {"input": {"lastName": "Lovelace", **values}}))["contactCreate"]
    assert (answer["outcome"], answer["contact"]) == ("FAILED", None)
    return [(error["code"], error["path"]) for error in answer["errors"]]


async def test_a_new_contact_is_read_back_with_everything_that_belongs_to_it(graphql: Client, open_as: OpenAs):
    async with open_as() as work:
        await an_account(work, "Acme", domains=["acme.com"])

    answer = await graphql(
        CREATE,
        {
            "input": {
                "firstName": "Ada",
                "lastName": "Lovelace",
                "account": {"domain": "acme.com"},
                "email": "Ada@Example.com",
                "emails": [{"email": "ada@home.example", "label": "home"}],
                "phones": [{"number": "030 901820", "extension": "7"}],
                "addresses": [{"kind": "OFFICE", "postalCode": "D-10115", "country": "DE"}],
                "language": "en-GB",
                "zone": "Europe/London",
            }
        },
    )

    assert answer["contactCreate"] == {
        "outcome": "CREATED",
        "errors": [],
        "contact": {
            "name": "Ada Lovelace",
            "email": "Ada@example.com",
            "phone": "+4930901820",
            "language": "en-GB",
            "zone": "Europe/London",
            "emails": [
                {
                    "email": "Ada@example.com",
                    "original": "Ada@Example.com",
                    "label": None,
                    "isPrimary": True,
                    "verifiedAt": None,
                },
                {
                    "email": "ada@home.example",
                    "original": "ada@home.example",
                    "label": "home",
                    "isPrimary": False,
                    "verifiedAt": None,
                },
            ],
            "phones": [{"number": "+4930901820", "original": "030 901820", "extension": "7", "isPrimary": True}],
            "addresses": [{"kind": "OFFICE", "postalCode": "10115", "country": "DE"}],
            "account": {"name": "Acme"},
            "accounts": {
                "nodes": [
                    {
                        "isPrimaryAccount": True,
                        "isPrimaryContact": False,
                        "role": None,
                        "endedOn": None,
                        "account": {"name": "Acme"},
                    }
                ]
            },
            "owner": {"name": "Ada Admin"},
        },
    }


async def test_what_is_wrong_is_said_of_the_argument_and_nothing_is_stored(graphql: Client, open_as: OpenAs):
    async with open_as() as work:
        known = await a_contact(work, email="ada@example.com")

    first = [{"email": "ok@example.com"}, {"email": "no"}]
    assert await refused(graphql, {"emails": first}) == [("INVALID", ["input", "emails", "1", "email"])]
    assert await refused(graphql, {"phone": "030 901820"}) == [("INVALID", ["input", "phone"])]
    assert await refused(graphql, {"phones": [{"number": "1"}]}) == [("INVALID", ["input", "phones", "0", "number"])]
    office = {"kind": "OFFICE", "country": "US", "postalCode": "1"}
    assert await refused(graphql, {"addresses": [office]}) == [("INVALID", ["input", "addresses", "0", "postalCode"])]
    nobody = {"externalId": {"source": "erp", "value": "1"}}
    assert await refused(graphql, {"account": nobody}) == [("NOT_FOUND", ["input", "account"])]
    answer = await graphql(CREATE, {"input": {"lastName": "Copy", "email": "ADA@example.com"}})
    assert answer["contactCreate"]["errors"] == [
        {
            "code": "DUPLICATE",
            "message": "another contact already has this value",
            "path": ["input", "email"],
            "existing": {"id": wire("con", known.id)},
        }
    ]

    async with open_as() as work:
        assert await work.session.scalar(select(func.count()).select_from(Contact)) == 1
        assert await work.session.scalar(select(func.count()).select_from(OutboxEntry)) == 1
        assert await work.session.scalar(select(func.count()).select_from(ChangeEvent)) == 1


async def test_a_payload_has_what_is_selected_in_that_order(graphql: Client):
    made = await graphql("""mutation {
      kind: __typename
      contactCreate(input: {firstName: "Ada", lastName: "Lovelace"}) {
        outcome
        contact { lastName kind: __typename ... on Contact { owner { name __typename } } __typename firstName }
        again: contact { firstName }
        errors { message }
        __typename
      }
    }""")

    owner = [("name", "Ada Admin"), ("__typename", "User")]
    contact = made["contactCreate"]["contact"]
    assert next(iter(made.items())) == ("kind", "Mutation")
    assert list(made["contactCreate"]) == ["outcome", "contact", "again", "errors", "__typename"]
    assert list(contact) == ["lastName", "kind", "owner", "__typename", "firstName"]
    assert (contact["lastName"], contact["kind"], contact["__typename"]) == ("Lovelace", "Contact", "Contact")
    assert list(contact["owner"].items()) == owner
    assert made["contactCreate"]["again"] == {"firstName": "Ada"}


async def test_a_shop_upserts_customers_by_email_in_as_many_statements_whatever_their_number(
    graphql: Client, open_as: OpenAs, statements: list[str]
):
    async with open_as() as work:
        await an_account(work, "Acme", domains=["acme.com"])

    async def upsert(number: int, prefix: str, outcome: str) -> int:
        rows = [
            {
                "match": {"email": f"{prefix}{n}@example.com"},
                "values": {"lastName": f"{prefix} {n}", "account": {"domain": "acme.com"}},
            }
            for n in range(number)
        ]
        statements.clear()
        answer = (await graphql(BULK, {"rows": rows}))["contactBulkUpsert"]
        assert answer[outcome] == number
        assert answer["results"][-1]["contact"] == {
            "name": f"{prefix} {number - 1}",
            "email": f"{prefix}{number - 1}@example.com",
        }
        return len(statements)

    assert await upsert(3, "few", "created") == await upsert(30, "many", "created")
    assert await upsert(3, "few", "unchanged") == await upsert(30, "many", "unchanged")


async def test_a_refused_row_has_its_index_in_the_path(graphql: Client):
    rows = [
        {"match": {"email": "ada@example.com"}, "values": {"lastName": "Lovelace"}},
        {"match": {"email": "grace@example.com"}, "values": {"lastName": "Hopper", "phones": [{"number": "x"}]}},
    ]

    answer = (await graphql(BULK, {"rows": rows}))["contactBulkUpsert"]

    assert [answer[name] for name in ("created", "updated", "unchanged", "failed")] == [1, 0, 0, 1]
    assert answer["results"][1]["errors"] == [
        {"code": "INVALID", "path": ["rows", "1", "values", "phones", "0", "number"]}
    ]


async def test_relations_are_made_ended_and_read_from_both_sides(graphql: Client, open_as: OpenAs):
    async with open_as() as work:
        await an_account(work, "Acme", domains=["acme.com"])
        await an_account(work, "Globex", domains=["globex.com"])
        await a_contact(work, email="ada@example.com")
        await a_contact(work, "Hopper", email="grace@example.com")
    ada = 'where: {email: "ada@example.com"}'

    await graphql(f"""mutation {{
      a: contactRelate({ada}, account: {{domain: "acme.com"}}, role: "Analyst", startedOn: "2020-01-01") {{ outcome }}
      b: contactRelate(where: {{email: "grace@example.com"}}, account: {{domain: "acme.com"}}) {{ outcome }}
      c: contactRelate({ada}, account: {{domain: "globex.com"}}, role: "Countess") {{ outcome }}
      d: contactRelationMakePrimary({ada}, account: {{domain: "globex.com"}}) {{ outcome }}
      e: contactRelationMakePrimary(
        where: {{email: "grace@example.com"}}, account: {{domain: "acme.com"}}, side: ACCOUNT
      ) {{ outcome }}
    }}""")
    end = f'contactRelationEnd({ada}, account: {{domain: "acme.com"}}, endedOn: "2025-12-31") {{ outcome }}'
    assert await graphql(f"mutation {{ {end} }}") == {"contactRelationEnd": {"outcome": "UPDATED"}}
    found = await graphql("""{
      accounts(first: 10, orderBy: {field: NAME}) { nodes {
        name
        primaryContact { lastName }
        contacts(orderBy: {field: CONTACT_NAME}) {
          totalCount { value }
          nodes { role startedOn endedOn isPrimaryAccount isPrimaryContact contact { name } }
        }
        now: contacts(filter: {endedOn: {isNull: true}}) { nodes { contact { name } } }
      } }
    }""")

    hopper = {"role": None, "startedOn": None, "endedOn": None, "isPrimaryAccount": True, "isPrimaryContact": True}
    analyst = {"role": "Analyst", "startedOn": "2020-01-01", "endedOn": "2025-12-31"}
    assert found["accounts"]["nodes"] == [
        {
            "name": "Acme",
            "primaryContact": {"lastName": "Hopper"},
            "contacts": {
                "totalCount": {"value": 2},
                "nodes": [
                    {**hopper, "contact": {"name": "Hopper"}},
                    {**analyst, "isPrimaryAccount": False, "isPrimaryContact": False, "contact": {"name": "Lovelace"}},
                ],
            },
            "now": {"nodes": [{"contact": {"name": "Hopper"}}]},
        },
        {
            "name": "Globex",
            "primaryContact": {"lastName": "Lovelace"},
            "contacts": {
                "totalCount": {"value": 1},
                "nodes": [{**hopper, "role": "Countess", "contact": {"name": "Lovelace"}}],
            },
            "now": {"nodes": [{"contact": {"name": "Lovelace"}}]},
        },
    ]


async def test_contacts_are_found_by_what_they_and_their_relations_are(
    graphql: Client, open_as: OpenAs, statements: list[str]
):
    async with open_as() as work:
        acme, globex = await an_account(work, "Acme"), await an_account(work, "Globex")
        boss = await a_contact(work, "Zuse", first_name="Élise", email="elise@example.com", phone="+4930901820")
        ada = await a_contact(work, "Ada", reports_to_id=boss.id, language="de-AT", account_id=acme.id)
        await contacts.relate(work, ada.id, globex.id, role="Beirätin")
        await contacts.relate(work, boss.id, globex.id)
        await a_contact(work, "İpek")

    async def names(condition: str) -> list[str]:
        statements.clear()
        query = f"{{ contacts(filter: {condition}, orderBy: {{field: NAME}}) {{ nodes {{ lastName }} }} }}"
        found = (await graphql(query))["contacts"]["nodes"]
        assert len(statements) == 1
        return [one["lastName"] for one in found]

    assert await names("{}") == ["Ada", "Zuse", "İpek"]
    assert await names('{name: {startsWith: "ELISE"}}') == ["Zuse"]
    assert await names('{lastName: {eq: "ipek"}}') == ["İpek"]
    assert await names('{email: {in: ["ELISE@example.com"]}}') == ["Zuse"]
    assert await names("{email: {isNull: true}}") == ["Ada", "İpek"]
    assert await names('{phone: {startsWith: "+4930"}}') == ["Zuse"]
    assert await names('{language: {eq: "de-AT"}}') == ["Ada"]
    assert await names('{reportsTo: {name: {eq: "elise zuse"}}}') == ["Ada"]
    assert await names("{reports: {some: {}}}") == ["Zuse"]
    assert await names('{owner: {email: {eq: "ada.admin@example.com"}}}') == ["Ada", "Zuse", "İpek"]
    assert await names('{account: {name: {eq: "acme"}}}') == ["Ada"]
    assert await names('{accounts: {some: {account: {name: {eq: "globex"}}}}}') == ["Ada", "Zuse"]
    assert await names('{accounts: {some: {role: {eq: "beiratin"}}}}') == ["Ada"]
    assert await names("{accounts: {none: {}}}") == ["İpek"]
    assert await names('{accounts: {every: {account: {name: {eq: "globex"}}}}}') == ["Zuse", "İpek"]
    assert await names("{accounts: {count: {gte: 2}}}") == ["Ada"]


async def test_contacts_are_counted_by_owner_account_and_language(graphql: Client, open_as: OpenAs):
    async with open_as() as work:
        acme = await an_account(work, "Acme")
        for name, language in (("One", "de"), ("Two", "de"), ("Three", None)):
            await a_contact(work, name, language=language, account_id=acme.id if language else None)

    found = await graphql("""{
      contactsAggregate(groupBy: [ACCOUNT, LANGUAGE]) { count keys { value node { ... on Account { name } } } }
      byOwner: contactsAggregate(groupBy: [OWNER], filter: {language: {eq: "de"}}) {
        count keys { node { ... on User { name } } }
      }
    }""")

    acme_id = wire("acc", acme.id)
    assert found == {
        "contactsAggregate": [
            {"count": 2, "keys": [{"value": acme_id, "node": {"name": "Acme"}}, {"value": "de", "node": None}]},
            {"count": 1, "keys": [{"value": None, "node": None}, {"value": None, "node": None}]},
        ],
        "byOwner": [{"count": 2, "keys": [{"node": {"name": "Ada Admin"}}]}],
    }


async def test_a_sales_rep_does_not_learn_of_contacts_of_others(graphql: Client, open_as: OpenAs):
    async with open_as() as work:
        rep = await a_user(work, "Rita Rep")
        acme = await an_account(work, "Acme", owner_id=rep.id)
        hidden = await an_account(work, "Hidden")
        own = await a_contact(work, "Own", owner_id=rep.id, account_id=acme.id)
        foreign = await a_contact(work, "Foreign", email="foreign@example.com", account_id=acme.id)
        await contacts.relate(work, own.id, hidden.id)
        await contacts.make_primary(work, foreign.id, acme.id)
        deal = await an_opportunity(work, owner_id=rep.id)
        for contact in (own, foreign):
            await opportunities.set_contact_role(work, deal.id, contact.id, ContactRole.USER)

    found = await graphql(
        """{
          contact(where: {email: "foreign@example.com"}) { name }
          contacts(first: 10) { totalCount { value } nodes { name accounts { nodes { account { name } } } } }
          accounts(filter: {contacts: {some: {contact: {name: {eq: "foreign"}}}}}) { nodes { name } }
          all: accounts(first: 10) {
            nodes { name primaryContact { name } contacts { totalCount { value } nodes { contact { name } } } }
          }
          opportunities { nodes { contactRoles { contact { name } } } }
        }""",
        as_="sales_rep",
        user=rep,
    )

    own_account = {"totalCount": {"value": 1}, "nodes": [{"contact": {"name": "Own"}}]}
    assert found == {
        "contact": None,
        "contacts": {
            "totalCount": {"value": 1},
            "nodes": [{"name": "Own", "accounts": {"nodes": [{"account": {"name": "Acme"}}]}}],
        },
        "accounts": {"nodes": []},
        "all": {"nodes": [{"name": "Acme", "primaryContact": None, "contacts": own_account}]},
        "opportunities": {"nodes": [{"contactRoles": [{"contact": {"name": "Own"}}]}]},
    }


async def test_an_opportunity_has_people_on_both_sides(graphql: Client, open_as: OpenAs, admin: User):
    async with open_as() as work:
        await a_contact(work, email="ada@example.com")
        roof = wire("opp", (await an_opportunity(work)).id)
    ada = 'contact: {email: "ada@example.com"}'
    splits = f'[{{user: {{email: "{admin.email}"}}, kind: REVENUE, percent: "100"}}]'

    done = await graphql(f"""mutation {{
      role: opportunityContactRoleSet(where: {{id: "{roof}"}}, {ada}, role: CHAMPION, isPrimary: true) {{
        outcome opportunity {{ contactRoles {{ role isPrimary contact {{ name }} }} }}
      }}
      splits: opportunitySplitsSet(where: {{id: "{roof}"}}, splits: {splits}) {{
        outcome opportunity {{ splits {{ kind percent user {{ name }} }} }}
      }}
      short: opportunitySplitsSet(where: {{id: "{roof}"}}, splits: {splits.replace("100", "99.99")}) {{
        outcome errors {{ code message path }}
      }}
    }}""")
    found = await graphql("""{ contacts(filter: {opportunityRoles: {some: {role: {eq: CHAMPION}}}}) {
      nodes { opportunityRoles { nodes { role opportunity { name } } } }
    } }""")

    role = {"role": "CHAMPION", "isPrimary": True, "contact": {"name": "Lovelace"}}
    split = {"kind": "REVENUE", "percent": "100.00", "user": {"name": "Ada Admin"}}
    assert done == {
        "role": {"outcome": "UPDATED", "opportunity": {"contactRoles": [role]}},
        "splits": {"outcome": "UPDATED", "opportunity": {"splits": [split]}},
        "short": {
            "outcome": "FAILED",
            "errors": [
                {
                    "code": "INVALID",
                    "message": "the revenue splits add up to 99.99 %; they must be exactly 100 %, or none",
                    "path": ["splits"],
                }
            ],
        },
    }
    assert found["contacts"]["nodes"] == [
        {"opportunityRoles": {"nodes": [{"role": "CHAMPION", "opportunity": {"name": "Roof"}}]}}
    ]


async def test_parts_are_removed_and_the_history_tells(graphql: Client, open_as: OpenAs):
    async with open_as() as work:
        await a_contact(work, emails=[{"email": "ada@example.com"}, {"email": "old@example.com"}])

    found = await graphql("""mutation {
      contactEmailRemove(where: {email: "ada@example.com"}, email: "OLD@example.com") {
        contact { emails { email } history(first: 1) { nodes { operation changedFields } } }
      }
      first: contactEmailRemove(where: {email: "ada@example.com"}, email: "ada@example.com") {
        contact { email emails { email } }
      }
    }""")

    assert found == {
        "contactEmailRemove": {
            "contact": {
                "emails": [{"email": "ada@example.com"}],
                "history": {"nodes": [{"operation": "contactEmailRemove", "changedFields": ["emails"]}]},
            }
        },
        "first": {"contact": {"email": None, "emails": []}},
    }
