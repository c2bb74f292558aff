"""What is true of every statement: tied to the tenant, free of the request's values, one for a whole operation."""

import re
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from graphql import parse

from api.compiler.verifier import NUMBERS, Reader
from api.domain.kernel.model import Model
from api.schema import schema
from api.schema.verifying import words_of
from tests.compiler.conftest import Library
from tests.compiler.test_cases import CASES

TABLES = {name: "id" if name == "tenants" else "tenant_id" for name in Model.metadata.tables}
EVERY_CASE = pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
HEAD = re.compile(r"^-- \w+: (\d+) parameters, the tenant is \$(\d+)$", re.MULTILINE)
WORD = re.compile(r"\w+")
WORDS = words_of(schema.core, schema.catalog)


def statements_in(path: Path) -> list[tuple[str, int, int]]:
    """The statements of a case, which `test_cases` shows to be the present ones: text, number of parameters, tenant."""
    found = HEAD.split(path.with_suffix(".sql").read_text("utf8"))[1:]
    return [(sql, int(number), int(tenant)) for number, tenant, sql in zip(*[iter(found)] * 3, strict=True)]


@EVERY_CASE
def test_every_reference_to_a_table_is_tied_to_the_tenant(path: Path):
    for sql, _, tenant in statements_in(path):
        reader = Reader(sql, TABLES)
        assert reader.untied(tenant) == []
        assert reader.references != []


def test_the_reader_notices_a_reference_that_is_not_tied():
    sql = """
    SELECT 1 FROM accounts AS a JOIN LATERAL (SELECT u.id FROM users AS u WHERE u.id = a.owner_id) AS x ON true
    WHERE a.tenant_id = $1 AND EXISTS (SELECT 1 FROM teams AS t WHERE t.tenant_id = $1 OR true)
      AND EXISTS (SELECT 1 FROM (SELECT p.tenant_id FROM products AS p) AS d WHERE d.tenant_id = a.tenant_id)
    """
    reader = Reader(sql, TABLES)
    assert [table for table, _ in reader.references] == ["accounts", "users", "teams", "products"]
    assert reader.untied(1) == ["users u", "teams t"]


@EVERY_CASE
def test_its_constants_are_words_of_the_schema_and_its_parameters_are_all_used(path: Path):
    words = WORDS | set(WORD.findall(path.read_text("utf8")))
    for sql, number, _ in statements_in(path):
        leaves = Reader(sql, TABLES).leaves
        assert leaves.texts <= words, leaves.texts - words
        assert leaves.numbers <= NUMBERS
        assert leaves.parameters == set(range(1, number + 1))


CANARIES: dict[str, Any] = {
    "text": "Canary' OR '1'='1",
    "number": 918_273_645,
    "amount": "918273.64",
    "day": "2199-09-18",
    "instant": "2199-09-18T07:06:05Z",
    "id": "acc_" + "9182736455463728" * 2,
    "bound": 91_827,
    "size": 87,
    "currency": "SGD",
}
QUERY = """
query($text: String!, $number: Int!, $amount: Decimal!, $day: Date!, $instant: DateTime!, $id: ID!, $bound: Int!,
      $size: Int!, $currency: CurrencyCode!) {
  accounts(first: $size, filter: {
    name: {eq: $text, startsWith: $text, in: [$text], notIn: [$text]}, employees: {gt: $number}, id: {ne: $id},
    createdAt: {lt: $instant}, annualRevenue: {currency: $currency, amount: {gt: $amount}}, parent: {id: {in: [$id]}}
  }) { totalCount(upTo: $bound) { value } nodes { name } }
  account(where: {externalId: {source: $text, value: $text}}) { name }
  product(where: {code: $text}) { name }
  node(id: $id) { id }
  nodes(ids: [$id, $id]) { id }
  opportunities(last: $size, filter: {closeDate: {in: [$day]}}) { nodes { name } }
  salesMetrics(from: $day, to: $day, pipeline: {name: $text}) { currency }
  opportunitiesAggregate(first: $size, currency: $currency, asOf: $day) { count converted { count } }
}
"""


@pytest.mark.parametrize("literal", [False, True], ids=["as variables", "in the document"])
async def test_no_value_of_a_request_is_in_the_text(library: Library, *, literal: bool):
    query, variables = QUERY, dict(CANARIES)
    if literal:
        query = "{" + query.split(") {", 1)[1]
        for name, value in CANARIES.items():
            query = query.replace(f"${name}", f'"{value}"' if isinstance(value, str) else str(value))
        variables = {}
    statement, parameters = library.compiled(query, variables, as_="sales_rep")

    for value in (*CANARIES.values(), 91_827_364, "canary", UUID(CANARIES["id"][4:]), "9182736455463728"):
        assert str(value) not in statement.text
    for identity in (library.world.tenant.id, library.world.rep.id):
        assert str(identity) not in statement.text
        assert identity in parameters
    assert Reader(statement.text, TABLES).leaves.parameters == set(range(1, len(parameters) + 1))
    await library(query, variables, as_="sales_rep")


async def test_literals_and_variables_of_the_same_shape_give_the_same_text(library: Library):
    variable = "query($n: Int, $name: String!) { accounts(first: $n, filter: {name: {eq: $name}}) { nodes { id } } }"
    literal = '{ accounts(first: 7, filter: {name: {eq: "x"}}) { nodes { id } } }'
    assert library.compiled(variable, {"n": 3, "name": "y"})[0].text == library.compiled(literal)[0].text


async def test_other_values_of_the_same_shape_are_answered_by_the_same_statement(library: Library):
    query = "query($names: [String!], $n: Int) { accounts(first: $n, filter: {name: {in: $names}}) { nodes { name } } }"
    library.sent.clear()
    answers = [
        await library(query, {"names": names, "n": n})
        for names, n in ((["globex"], 5), (["zenith", "ÉCLAIR", "x"], 5), (["x"], 1))
    ]

    assert [[node["name"] for node in answer["accounts"]["nodes"]] for answer in answers] == [
        ["Globex"],
        ["Zenith", "Éclair"],
        [],
    ]
    assert len({sql for sql, _ in library.sent}) == 1
    assert len(library.reads.shapes.get((query, library.world.viewer("admin").capability.hash), dict).entries) == 1  # type: ignore[arg-type]


async def test_the_order_of_group_keys_is_part_of_the_shape(library: Library):
    query = """
    query($by: [OpportunityGroupField!]!) { opportunitiesAggregate(groupBy: $by, first: 1) { keys { field value } } }
    """
    for by in (["STATUS", "CLOSED_MONTH"], ["CLOSED_MONTH", "STATUS"]):
        (group,) = (await library(query, {"by": by}))["opportunitiesAggregate"]
        values = {"STATUS": "OPEN", "CLOSED_MONTH": None}
        assert group["keys"] == [{"field": field, "value": values[field]} for field in by]


async def test_a_flag_an_enum_a_prefix_and_a_missing_variable_are_part_of_the_shape(library: Library):
    query = """
    query($archived: Boolean! = false, $null: Boolean = true, $field: AccountSortField = NAME, $id: ID!, $after: String)
    {
      accounts(includeArchived: $archived, filter: {industry: {isNull: $null}}, orderBy: [{field: $field}],
               after: $after) { nodes { name } }
      node(id: $id) { id }
    }
    """
    world = library.world
    globex, roof = world.id("acc", "Globex"), world.id("opp", "Roof")
    given: list[dict[str, Any]] = [
        {"id": globex},
        {"id": globex, "archived": True},
        {"id": globex, "null": False},
        {"id": globex, "field": "CREATED_AT"},
        {"id": globex, "after": None},
        {"id": roof},
    ]
    found = [await library(query, variables) for variables in given]

    assert [[node["name"] for node in answer["accounts"]["nodes"]] for answer in found] == [
        ["Initech", "Zenith"],
        ["Initech", "Umbrella", "Zenith"],
        ["Éclair", "Globex", "Globex France"],
        ["Initech", "Zenith"],
        ["Initech", "Zenith"],
        ["Initech", "Zenith"],
    ]
    assert [answer["node"]["id"] for answer in found] == [globex] * 5 + [roof]


async def test_a_statement_is_kept_for_each_role_and_never_serves_another(library: Library):
    query = "{ accounts { totalCount { value } } }"
    counts = [(await library(query, as_=role))["accounts"]["totalCount"]["value"] for role in ("admin", "sales_rep")]
    again = [(await library(query, as_=role))["accounts"]["totalCount"]["value"] for role in ("sales_rep", "admin")]

    assert (counts, again) == ([5, 3], [3, 5])


async def test_a_whole_operation_is_one_statement(library: Library):
    query = "{" + " ".join(f"r{path.stem}: __typename" for path in CASES) + "}"
    parts = [
        "a: accounts { nodes { opportunities { nodes { lines { product { code } } } } } }",
        'b: opportunities(filter: {account: {owner: {name: {eq: "x"}}}}) { totalCount { value } nodes { name } }',
        "c: viewer { name }",
        "d: salesMetrics { currency }",
        "e: opportunitiesAggregate(groupBy: [OWNER]) { keys { node { id } } }",
        'f: node(id: "acc_00000000000000000000000000000000") { id }',
    ]
    library.sent.clear()
    await library("{" + " ".join(parts) + "}")
    await library(query)
    assert len(library.sent) == 2


async def test_what_is_skipped_altogether_leaves_an_empty_object(library: Library):
    query = """
    query($no: Boolean!) {
      accounts(first: 1) { nodes { id @include(if: $no) } edges { node { id @include(if: $no) } } }
      viewer { tenant { id @include(if: $no) } user @include(if: $no) { id } }
      node(id: "%s") { ... on Opportunity { id } }
    }
    """
    data = await library(query % library.world.id("acc", "Globex"), {"no": False})
    assert data == {
        "accounts": {"nodes": [{}], "edges": [{"node": {}}]},
        "viewer": {"tenant": {}},
        "node": {},
    }
    assert await library("query($no: Boolean!) { viewer @include(if: $no) { id } }", {"no": False}) == {}


def test_a_plan_can_be_watched_after_every_pass(library: Library):
    document = parse("{ accounts { nodes { name } } }")
    seen: list[str] = []
    viewer = library.world.viewer("admin")
    library.reads.compiler.operation(
        document,
        document.definitions[0],  # type: ignore[arg-type]
        {},
        library.reads.visibility(viewer),
        watch=lambda name, _plan: seen.append(name),
    )
    assert seen == [
        *("bind_relations", "apply_policy", "apply_filters", "apply_order"),
        *("total_order", "paginate", "count_only_if_asked", "name_aliases"),
    ]
