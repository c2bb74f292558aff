"""Accounts through the API."""

import json
from collections.abc import Mapping
from typing import Any, ClassVar

import pytest

from api.domain.kernel import Money, Work
from api.domain.users import User
from tests.factories import a_user, an_account, an_opportunity
from tests.graphql_client import Client
from tests.record_writes import NIL, RecordWrites
from tests.watching import nothing_changes


class TestAccount(RecordWrites):
    noun, type_name = "account", "Account"
    new: ClassVar[Mapping[str, Any]] = {
        "name": "Acme",
        "domains": ["acme.com"],
        "annualRevenue": {"amount": "12.50", "currency": "EUR"},
    }
    change: ClassVar[Mapping[str, Any]] = {"industry": "Roofs", "employees": 12}
    shown = "name industry employees domains annualRevenue { amount currency } owner { name }"
    natural: ClassVar[tuple[str, Any]] = ("domain", "ACME.com.")
    duplicate: ClassVar[list[str]] = ["input", "domains"]
    statements: ClassVar[Mapping[str, int]] = {"Create": 3, "Update": 4, "Archive": 7, "Restore": 8, "BulkUpsert": 4}

    def another(self, mark: str) -> dict[str, Any]:
        return {**super().another(mark), "domains": [f"{mark.replace(' ', '-')}.example.com"]}


CREATE = """
mutation($v: AccountCreateInput!, $key: String, $dry: Boolean! = false) {
  accountCreate(input: $v, idempotencyKey: $key, dryRun: $dry) {
    outcome account { id name domains addresses { kind street city country } externalIds { source value }
      parent { name } owner { name } history { nodes { version changedFields changes { field before after } } } }
    errors { code message path ... on ValidationError { constraint limit } ... on DuplicateError { existing { id } } }
  }
}
"""
UPDATE = """
mutation($where: AccountRef!, $v: AccountPatch!) {
  accountUpdate(where: $where, patch: $v) {
    outcome account { id version name domains addresses { kind street city country } owner { name } parent { name }
      annualRevenue { amount } }
    errors { code path ... on ValidationError { constraint limit } }
  }
}
"""


async def test_lists_of_a_patch_add_and_never_remove(graphql: Client):
    office = {"kind": "OFFICE", "street": None, "city": "Berlin", "country": "DE"}
    billing = {"kind": "BILLING", "street": None, "city": "Bonn", "country": "DE"}
    keys = [{"source": "shop", "value": "1"}]
    given = {"name": "Acme", "domains": ["b.com"], "addresses": [office], "externalIds": keys}
    made = (await graphql(CREATE, {"v": given}))["accountCreate"]
    assert made["errors"] == []
    patch = {"domains": ["A.com", "b.com"], "addresses": [billing], "externalIds": [{"source": "erp", "value": "1"}]}
    payload = (await graphql(UPDATE, {"where": {"domain": "b.com"}, "v": patch}))["accountUpdate"]

    assert (payload["outcome"], payload["errors"]) == ("UPDATED", [])
    assert payload["account"]["domains"] == ["a.com", "b.com"]
    assert payload["account"]["addresses"] == [billing, office]
    again = (await graphql(UPDATE, {"where": {"domain": "a.com"}, "v": patch}))["accountUpdate"]
    assert (again["outcome"], again["account"]["version"]) == ("UNCHANGED", 2)


async def test_null_clears_what_may_be_empty_and_is_refused_for_the_rest(graphql: Client):
    revenue = {"amount": "1", "currency": "USD"}
    await graphql(CREATE, {"v": {"name": "Acme", "domains": ["acme.com"], "annualRevenue": revenue}})
    where = {"domain": "acme.com"}
    cleared = await graphql(UPDATE, {"where": where, "v": {"owner": None, "annualRevenue": None, "parent": None}})
    account = cleared["accountUpdate"]["account"]
    assert (account["owner"], account["annualRevenue"], account["parent"]) == (None, None, None)

    async with nothing_changes(graphql):
        for name in ("name", "type"):
            payload = (await graphql(UPDATE, {"where": where, "v": {name: None}}))["accountUpdate"]
            error = {"code": "REQUIRED", "path": ["patch", name], "constraint": None, "limit": None}
            assert payload["errors"] == [error]


@pytest.mark.parametrize(
    ("values", "code", "path", "constraint", "limit"),
    [
        ({"name": "x", "domains": ["no domain"]}, "INVALID", ["domains"], "domain", None),
        ({"name": "x", "domains": [f"a{at}.com" for at in range(51)]}, "LIMIT_EXCEEDED", ["domains"], None, 50),
        ({"name": "x", "employees": -1}, "INVALID", ["employees"], "range", 0),
        ({"name": "x", "yearFounded": 999}, "INVALID", ["yearFounded"], "range", 1000),
        (
            {"name": "x", "annualRevenue": {"amount": "1.005", "currency": "USD"}},
            "INVALID",
            ["annualRevenue"],
            "digits",
            2,
        ),
        ({"name": "x", "annualRevenue": {"amount": "-1", "currency": "USD"}}, "INVALID", ["annualRevenue"], "range", 0),
        ({"name": "x", "notes": "x" * 20_001}, "TOO_LONG", ["notes"], "length", 20_000),
        ({"name": "x", "parent": {"domain": "nobody.com"}}, "NOT_FOUND", ["parent"], None, None),
        ({"name": "x", "parent": {"domain": "no domain"}}, "INVALID", ["parent", "domain"], "domain", None),
        ({"name": "x", "owner": {"email": "nobody@example.com"}}, "NOT_FOUND", ["owner"], None, None),
        (
            {"name": "x", "addresses": [{"kind": "OFFICE", "city": "y" * 201}]},
            "TOO_LONG",
            ["addresses", "0", "city"],
            "length",
            200,
        ),
    ],
)
async def test_a_wrong_value_is_refused_with_its_place_and_rule(
    graphql: Client, values: dict[str, Any], code: str, path: list[str], constraint: str | None, limit: int | None
):
    async with nothing_changes(graphql):
        payload = (await graphql(CREATE, {"v": values}))["accountCreate"]
    (error,) = payload["errors"]
    assert (payload["outcome"], error["code"], error["path"]) == ("FAILED", code, ["input", *path])
    assert (error.get("constraint"), error.get("limit")) == (constraint, limit)
    assert error["message"] != ""


async def test_a_reference_that_cannot_be_is_refused_where_it_stands(graphql: Client):
    async with nothing_changes(graphql):
        payload = (await graphql(UPDATE, {"where": {"domain": "no domain"}, "v": {}}))["accountUpdate"]
        assert payload["errors"] == [
            {"code": "INVALID", "path": ["where", "domain"], "constraint": "domain", "limit": None}
        ]
        for text in ("a\0b", "\ud800"):
            body = json.dumps({"query": UPDATE, "variables": {"where": {"domain": text}, "v": {}}}).encode()
            answer = (await graphql.post(body)).json()
            assert [error["extensions"]["code"] for error in answer["errors"]] == ["BAD_USER_INPUT"]


async def test_a_domain_moves_on_when_its_account_is_archived(graphql: Client):
    first = await graphql(CREATE, {"v": {"name": "Old", "domains": ["acme.com"]}})
    old = first["accountCreate"]["account"]["id"]
    await graphql('mutation { accountArchive(where: {domain: "acme.com"}) { outcome } }')
    await graphql(CREATE, {"v": {"name": "New", "domains": ["acme.com"]}})
    query = """
    mutation($id: ID!) {
      accountRestore(where: {id: $id}) {
        outcome errors { code path ... on DuplicateError { existing { ... on Account { name } } } }
      }
    }
    """
    async with nothing_changes(graphql):
        data = await graphql(query, {"id": old})
    assert data["accountRestore"] == {
        "outcome": "FAILED",
        "errors": [{"code": "RESTORE_CONFLICT", "path": ["where", "domains"], "existing": {"name": "New"}}],
    }


async def test_a_tree_has_ten_levels_and_no_circle(graphql: Client):
    for level in range(11):
        parent = {"parent": {"domain": f"l{level - 1}.com"}} if level else {}
        payload = (await graphql(CREATE, {"v": {"name": "x", "domains": [f"l{level}.com"], **parent}}))["accountCreate"]
        assert payload["outcome"] == ("CREATED" if level < 10 else "FAILED")
    assert (payload["errors"][0]["path"], payload["errors"][0]["constraint"]) == (["input", "parent"], "depth")
    circle = {"where": {"domain": "l0.com"}, "v": {"parent": {"domain": "l9.com"}}}
    async with nothing_changes(graphql):
        errors = (await graphql(UPDATE, circle))["accountUpdate"]["errors"]
    assert [(one["path"], one["constraint"]) for one in errors] == [(["patch", "parent"], "circle")]


async def test_several_mutations_of_a_request_stand_and_fall_alone(graphql: Client):
    data = await graphql(
        """mutation {
          a: accountCreate(input: {name: "A", domains: ["a.com"]}) { outcome }
          b: accountCreate(input: {name: "B", domains: ["a.com"]}) { outcome errors { code } }
          d: accountUpdate(where: {domain: "a.com"}, patch: {name: "D"}) { outcome account { name version } }
        }"""
    )
    assert data == {
        "a": {"outcome": "CREATED"},
        "b": {"outcome": "FAILED", "errors": [{"code": "DUPLICATE"}]},
        "d": {"outcome": "UPDATED", "account": {"name": "D", "version": 2}},
    }


async def test_the_key_in_the_header_stands_for_one_mutation_however_it_is_written(graphql: Client):
    key = {"idempotency-key": "one-key-for-all"}
    two = 'a: accountCreate(input: {name: "A"}) { outcome } b: accountCreate(input: {name: "B"}) { outcome }'
    one = 'accountCreate(input: {name: "A"}) { outcome }'
    async with nothing_changes(graphql):
        for query in (f"mutation {{ {two} }}", f"mutation {{ ...F }} fragment F on Mutation {{ {two} }}"):
            answer = await graphql.post({"query": query}, headers=key)
            assert (answer.status_code, answer.json()["errors"][0]["extensions"]["code"]) == (400, "BAD_REQUEST")
    for query in (f"mutation {{ __typename {one} }}", f"mutation {{ ...F }} fragment F on Mutation {{ {one} }}"):
        assert (await graphql.post({"query": query}, headers=key)).json()["data"]["accountCreate"][
            "outcome"
        ] == "CREATED"
    assert (await graphql("{ accounts { totalCount { value } } }"))["accounts"]["totalCount"]["value"] == 1


# A sales representative sees and changes only what is theirs


@pytest.fixture
async def rep(work: Work) -> User:
    return await a_user(work, "Rita Rep", email="rita@example.com")


@pytest.fixture
async def theirs(work: Work, rep: User) -> tuple[str, str]:
    """Ids of an account of Rita's and of one of Ada's, which is its parent and has its opportunity."""
    foreign = await an_account(work, "Foreign", domains=["foreign.com"], annual_revenue=Money(100, "USD"))
    own = await an_account(work, "Own", owner_id=rep.id, parent_id=foreign.id, domains=["own.com"])
    await an_opportunity(work, "Roof", owner_id=rep.id, account_id=foreign.id)
    await an_opportunity(work, "Cellar", account_id=own.id)
    await work.finish()
    return f"acc_{own.id.hex}", f"acc_{foreign.id.hex}"


async def test_what_is_not_theirs_is_absent_by_every_path(graphql: Client, rep: User, theirs: tuple[str, str]):
    own, foreign = theirs
    data = await graphql(
        """query($own: ID!, $foreign: ID!) {
          accounts { nodes { name parent { name } opportunities { nodes { name } } } totalCount { value } }
          account(where: {id: $foreign}) { name }
          by_domain: account(where: {domain: "foreign.com"}) { name }
          node(id: $foreign) { id }
          nodes(ids: [$foreign, $own]) { id }
          opportunities { nodes { name account { name } } }
          filtered: opportunities(filter: {account: {name: {startsWith: "f"}}}) { totalCount { value } }
          users { nodes { name accounts { nodes { name } } opportunities { totalCount { value } } } }
          salesMetrics { openCount { value } }
        }""",
        {"own": own, "foreign": foreign},
        as_="sales_rep",
        user=rep,
    )
    data |= await graphql(
        """{
          without: accounts(filter: {parent: {isNull: true}}) { nodes { name } }
          some: accounts(filter: {opportunities: {some: {}}}) { totalCount { value } }
          children: accounts(filter: {children: {count: {gt: 0}}}) { totalCount { value } }
          accountsAggregate(groupBy: [PARENT, OWNER]) { keys { value } count amounts { count } }
          opportunitiesAggregate(groupBy: [ACCOUNT]) { keys { value node { id } } count }
        }""",
        as_="sales_rep",
        user=rep,
    )
    assert data == {
        "accounts": {
            "nodes": [{"name": "Own", "parent": None, "opportunities": {"nodes": []}}],
            "totalCount": {"value": 1},
        },
        "account": None,
        "by_domain": None,
        "node": None,
        "nodes": [None, {"id": own}],
        "opportunities": {"nodes": [{"name": "Roof", "account": None}]},
        "filtered": {"totalCount": {"value": 0}},
        "without": {"nodes": [{"name": "Own"}]},
        "some": {"totalCount": {"value": 0}},
        "children": {"totalCount": {"value": 0}},
        "users": {
            "nodes": [
                {
                    "name": "Rita Rep",
                    "accounts": {"nodes": [{"name": "Own"}]},
                    "opportunities": {"totalCount": {"value": 1}},
                },
                {"name": "Ada Admin", "accounts": {"nodes": []}, "opportunities": {"totalCount": {"value": 0}}},
            ]
        },
        "accountsAggregate": [{"keys": [{"value": None}, {"value": f"usr_{rep.id.hex}"}], "count": 1, "amounts": []}],
        "opportunitiesAggregate": [{"keys": [{"value": None, "node": None}], "count": 1}],
        "salesMetrics": {"openCount": {"value": "1"}},
    }


async def test_a_foreign_account_and_one_that_does_not_exist_are_refused_in_the_same_words(
    graphql: Client, rep: User, theirs: tuple[str, str]
):
    _, foreign = theirs
    async with nothing_changes(graphql):
        for verb, more in (("Update", 'patch: {name: "x"}'), ("Archive", ""), ("Restore", "")):
            answers = []
            for where in (
                f'{{id: "{foreign}"}}',
                f'{{id: "acc_{NIL}"}}',
                '{domain: "foreign.com"}',
                '{domain: "nobody.com"}',
            ):
                shown = "outcome account { id } errors { code message path }"
                field = f"account{verb}(where: {where} {more}) {{ {shown} }}"
                answers.append((await graphql(f"mutation {{ {field} }}", as_="sales_rep", user=rep))[f"account{verb}"])
            error = {"code": "NOT_FOUND", "message": "there is no such account", "path": ["where"]}
            assert answers == [{"outcome": "FAILED", "account": None, "errors": [error]}] * 4
        for parent in ("foreign.com", "nobody.com"):
            payload = await graphql(
                CREATE, {"v": {"name": "x", "parent": {"domain": parent}}}, as_="sales_rep", user=rep
            )
            (error,) = payload["accountCreate"]["errors"]
            assert (error["code"], error["path"]) == ("NOT_FOUND", ["input", "parent"])


async def test_a_duplicate_of_a_foreign_account_does_not_show_it(graphql: Client, rep: User, theirs: tuple[str, str]):
    payload = await graphql(CREATE, {"v": {"name": "x", "domains": ["foreign.com"]}}, as_="sales_rep", user=rep)
    (error,) = payload["accountCreate"]["errors"]
    assert (error["code"], error["existing"]) == ("DUPLICATE", None)


async def test_a_representative_makes_accounts_of_their_own_only(graphql: Client, rep: User):
    made = await graphql(CREATE, {"v": {"name": "Mine"}}, as_="sales_rep", user=rep)
    assert made["accountCreate"]["account"]["owner"] == {"name": "Rita Rep"}
    async with nothing_changes(graphql):
        for owner in (None, {"email": "ada.admin@example.com"}):
            payload = await graphql(CREATE, {"v": {"name": "x", "owner": owner}}, as_="sales_rep", user=rep)
            assert [one["code"] for one in payload["accountCreate"]["errors"]] == ["NOT_ALLOWED"]
        given = {
            "where": {"id": made["accountCreate"]["account"]["id"]},
            "v": {"owner": {"email": "ada.admin@example.com"}},
        }
        payload = await graphql(UPDATE, given, as_="sales_rep", user=rep)
        assert [one["code"] for one in payload["accountUpdate"]["errors"]] == ["NOT_ALLOWED"]
