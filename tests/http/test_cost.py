"""What operations cost, before and after: by the prices in the SDL, and never more than was said before."""

import json
import re
import time
from collections.abc import AsyncIterator
from random import Random
from typing import Any

import pytest
from graphql import build_schema, get_operation_ast, parse

from api.compiler import RequestError, RequestErrors
from api.db.engine import write_engine
from api.db.pool import ReadPool
from api.http import limits
from api.http.cost import Costing, Prices, costings, objects_in, refuse_above
from api.http.documents import Documents
from api.http.errors import Refused
from api.schema import schema
from api.schema.limits import price_of
from tests.cluster import Cluster
from tests.http.test_documents import FINE, REFUSED, SLOW
from tests.http.test_documents import SCHEMA as NASTY
from tests.oracle.comparing import ORACLE_SCHEMA, Bench, bench, viewer
from tests.oracle.executor import Oracle
from tests.oracle.operations import Operations

PRICES = Prices(schema.core)
GENERATED = 80
ROWS: list[Any] = [{}] * 250


def costing(text: str) -> Costing:
    (found,) = costings(PRICES, parse(text), 10**9)
    return found


def spent(text: str, variables: dict[str, Any], data: bytes) -> int:
    found = costing(text)
    return found.actual(found.reckoned(variables), data)


CASES: dict[str, tuple[str, dict[str, Any], int]] = {
    "leaves are free": ("{ __typename }", {}, 0),
    "an object": ("{ viewer { id name } }", {}, 1),
    "objects below": ("{ viewer { user { id } tenant { id } } }", {}, 3),
    "a page of 25 by default": ("{ accounts { nodes { id } } }", {}, 1 + 25),
    "a page by first": ("{ accounts(first: 50) { nodes { id } } }", {}, 1 + 50),
    "a page by last": ("{ accounts(last: 7) { nodes { id } } }", {}, 1 + 7),
    "no rows": ("{ accounts(first: 0) { nodes { id } } }", {}, 1),
    "edges": ("{ accounts(first: 10) { edges { cursor node { id } } } }", {}, 1 + 10 * 2),
    "rows twice": ("{ accounts(first: 10) { nodes { id } edges { cursor } } }", {}, 1 + 10 + 10),
    "only the page": ("{ accounts { pageInfo { endCursor } } }", {}, 1 + 1),
    "a count": ("{ accounts { totalCount { value } } }", {}, 1 + 5),
    "a page in a page": ("{ accounts(first: 20) { nodes { contacts(first: 10) { nodes { id } } } } }", {}, 1 + 20 * 12),
    "a negative size": ("{ accounts(first: -5) { nodes { id } } }", {}, 1),
    "a size that is refused later": ("{ accounts(first: 99999999999999999999) { nodes { id } } }", {}, 1 + 100),
    "a plain list": ("{ account(where: {id: 1}) { externalIds { value } } }", {}, 1 + 5),
    "a list of leaves": ("{ account(where: {id: 1}) { domains } }", {}, 1),
    "groups by default": ("{ usersAggregate { count } }", {}, 100),
    "groups by first": ("{ usersAggregate(first: 3) { keys { value } } }", {}, 3 + 3 * 2),
    "ids": ('{ nodes(ids: ["a", "b", "c"]) { id } }', {}, 3),
    "ids in a variable": ("query($v: [ID!]!) { nodes(ids: $v) { id } }", {"v": ["a"] * 9}, 9),
    "ids that are none": ("query($v: [ID!]!) { nodes(ids: $v) { id } }", {"v": 5}, 5),
    "the dearest type of an interface": (
        "{ node(id: 1) { ... on Account { owner { id } } ... on Contact { account { owner { id } } } } }",
        {},
        1 + 2,
    ),
    "what all types have": ("{ node(id: 1) { id ... on Record { version } ... on Node { id } } }", {}, 1),
    "a mutation": ("mutation { contactCreate(input: {}) { contact { id } errors { code } } }", {}, 10 + 1 + 1),
    "a bulk call": (
        "mutation($r: [X!]!) { accountBulkUpsert(rows: $r) { results { account { id } } } }",
        {"r": ROWS},
        10 + 2 * 250 + 250 * 2,
    ),
    "a bulk call without results": (
        "mutation($r: [X!]!) { accountBulkUpsert(rows: $r) { created } }",
        {"r": ROWS},
        10 + 2 * 250,
    ),
    "the schema is free": ("{ __schema { types { fields { name } } } __type(name: 1) { name } }", {}, 0),
    "the budget": ("{ rateLimit { remaining } }", {}, 1),
    "a variable": ("query($n: Int) { accounts(first: $n) { nodes { id } } }", {"n": 40}, 1 + 40),
    "a variable's default": ("query($n: Int = 40) { accounts(first: $n) { nodes { id } } }", {}, 1 + 40),
    "null instead of a default": ("query($n: Int = 40) { accounts(first: $n) { nodes { id } } }", {"n": None}, 1 + 25),
    "no value at all": ("query($n: Int) { accounts(first: $n) { nodes { id } } }", {}, 1 + 25),
    "a value of another type": ("query($n: Int) { accounts(first: $n) { nodes { id } } }", {"n": {"a": []}}, 1 + 25),
    "skipped": ("query($s: Boolean!) { viewer @skip(if: $s) { id } }", {"s": True}, 0),
    "not skipped": ("query($s: Boolean!) { viewer @skip(if: $s) { id } }", {"s": False}, 1),
    "included": (
        "query($s: Boolean!) { viewer { ...F @include(if: $s) } } fragment F on Viewer { user { id } }",
        {"s": True},
        2,
    ),
    "not included": ("{ viewer { ... @include(if: false) { user { id } } } }", {}, 1),
    "a fragment in two places": (
        "{ a: viewer { ...F } b: viewer { ...F ...F } } fragment F on Viewer { user { id } }",
        {},
        4,
    ),
    "a fragment on a connection": (
        "{ a: teams(first: 2) { ...F } b: teams(first: 3) { ...F } } fragment F on TeamConnection { nodes { id } }",
        {},
        (1 + 2) + (1 + 3),
    ),
}


@pytest.mark.parametrize(("text", "variables", "cost"), CASES.values(), ids=CASES.keys())
def test_an_operation_costs(text: str, variables: dict[str, Any], cost: int):
    assert costing(text).requested(variables) == cost


def test_each_root_field_has_its_share():
    found = costing(
        "{ viewer { id } all: accounts { nodes { id } } ...F } fragment F on Query { all: accounts { nodes { id } } }"
    )
    assert found.reckoned({}).fields == {"viewer": 1, "all": 52}
    assert found.requested({}) == 53


def test_sizes_are_told_apart_and_asked_for_again():
    found = costing("query($n: Int, $s: Boolean!) { accounts(first: $n) @skip(if: $s) { nodes { id } } }")
    assert found.constant is None
    for _ in range(2):
        assert [found.requested({"n": n, "s": False}) for n in (1, 2, 3)] == [2, 3, 4]
        assert found.requested({"n": 1, "s": True}) == 0
    assert [found.requested({"n": n, "s": False}) for n in range(100)] == [n + 1 for n in range(100)]


@pytest.mark.parametrize("text", [*FINE.values(), *SLOW.values(), *(text for text, _ in REFUSED.values())])
def test_a_document_that_was_not_validated_is_reckoned_quickly(text: str):
    """What the walk over the document takes, valid or not, this takes."""
    try:
        document = parse(text, max_tokens=2_000)
        limits.check(document)
    except Exception:  # noqa: BLE001 - it does not get as far
        return
    for core in (NASTY, schema.core):
        began = time.thread_time()
        for one in costings(Prices(core), document, 10**30):
            assert one.requested({}) >= 0
        assert time.thread_time() - began < 0.5


def test_fragments_that_spread_each_other_end():
    text = "{ viewer { ...F } } fragment F on Viewer { user { id } ...G } fragment G on Viewer { ...F ...Nope }"
    assert costing(text).requested({}) == 2


def test_unknown_names_cost_nothing():
    text = "{ nope { a { b } } viewer { nope { a } user { nope } } ... on Nope { viewer { id } } ...Nope }"
    assert costing(text).requested({}) == 2
    with_unknown_variables = "{ accounts(first: $nope) { nodes { id } } viewer @skip(if: $nope) { id } }"
    assert costing(with_unknown_variables).requested({}) == 27
    assert costings(PRICES, parse("subscription { viewer { id } }"), 10**9)[0].requested({}) == 0


def test_interfaces_in_interfaces_do_not_multiply():
    types = "".join(f"type T{i} implements N {{ id: ID! n: N l: [N!]! }}" for i in range(60))
    core = build_schema(f"interface N {{ id: ID! n: N l: [N!]! }} {types} type Query {{ n: N }}")
    document = parse("{" + "n {" * 14 + "id" + "}" * 14 + "}")
    began = time.thread_time()
    assert costings(Prices(core), document, 10**9)[0].requested({}) == 14
    assert time.thread_time() - began < 0.5


def test_too_much_is_refused_with_the_numbers():
    text = "{ accounts(first: 100) { nodes { contacts(first: 100) { nodes { id } } } } }"
    with pytest.raises(Refused) as caught:
        costings(PRICES, parse(text), 2_000)
    assert caught.value.code == "QUERY_TOO_EXPENSIVE"
    assert "10,201 points; at most 2,000 are" in str(caught.value)
    refuse_above(2_000, 2_000)


@pytest.mark.parametrize(
    ("data", "objects"),
    [
        (b"{}", 0),
        (b'{"a":null}', 0),
        (b'{"a":{"b":1}}', 1),
        (b'{"a" : [{"b":1}, \n {"b":2}], "c" : {"d" : []}}', 3),
        (rb'{"a":{"b":"{","c":"x{"}}', 1),
        (rb'{"a":["{","{"],"b":"{\"x\":{\"y\":1}"}', 0),
        (rb'{"a":"}}}","b":{"c":"{\"}"}}', 1),
    ],
)
def test_objects_are_counted_without_being_read(data: bytes, objects: int):
    assert objects_in(data) == objects


def test_an_answer_costs_what_came_back():
    text = "{ accounts(first: 10) { n: totalCount { value } nodes { id owner { id } } } }"
    data = b'{"accounts":{"n" : {"value" : 2}, "nodes" : [{"id":"a","owner":null}, \n {"id":"b","owner":{"id":"c"}}]}}'
    assert costing(text).requested({}) == 1 + 5 + 10 * 2
    assert spent(text, {}, data) == 1 + 5 + 3


def test_a_mutation_costs_itself_whatever_comes_back():
    text = "mutation($r: [X!]!) { accountBulkUpsert(rows: $r) { results { account { id } } } }"
    data = b'{"accountBulkUpsert":{"results":[{"account":{"id":"a"}},{"account":null}]}}'
    assert spent(text, {"r": [{}, {}]}, data) == 10 + 2 * 2 + 3
    assert spent(text, {"r": [{}, {}]}, b'{"accountBulkUpsert":null}') == 10 + 2 * 2 - 1


def test_every_limit_holds_a_document_of_its_kind():
    for one in (limits.STAFF, limits.PARTNER):
        assert one.burst >= one.cost
    assert (limits.PARTNER.cost, limits.PARTNER.tokens, limits.PARTNER.burst) == (500, 800, 500)
    assert limits.registered(limits.PARTNER).tokens == 20_000


def test_the_sdl_says_what_a_field_costs():
    """Whoever reads the SDL can compute what we compute."""
    built = build_schema(schema.sdl)
    for name, type_ in built.type_map.items():
        for key, field in getattr(type_, "fields", {}).items():
            if name.startswith("__") or not hasattr(field, "args"):
                continue
            price = price_of(key, field, name, mutation=name == "Mutation")
            applied = {one.name.value: one for one in field.ast_node.directives or ()}
            assert ("cost" in applied) == (price.weight > 1), f"{name}.{key}"
            assert ("listSize" in applied) == (price.rows is not None and not price.by_parent), f"{name}.{key}"
    assert "contacts(" in schema.sdl
    assert re.search(r"rows: \[AccountUpsertRow!\]! @cost\(weight: 2\)", schema.sdl)
    assert 'AccountConnection! @listSize(assumedSize: 25, slicingArguments: ["first", "last"]' in schema.sdl


# -- L5 -------------------------------------------------------------------------------------------------------------


@pytest.fixture
async def world(cluster: Cluster, template: str) -> AsyncIterator[Bench]:
    name = "crm_cost"
    cluster.create_database(name, template)
    engine, pool = write_engine(cluster.superuser_url(name)), ReadPool(cluster.urls(name).app)
    await pool.open()
    yield await bench(5, engine, pool)
    await pool.close()
    await engine.dispose()
    cluster.drop_database(name)


def points(value: Any, counts: set[str]) -> int:
    """The slow way: every object is a point, a count four more."""
    if isinstance(value, list):
        return sum(points(one, counts) for one in value)
    if not isinstance(value, dict):
        return 0
    return 1 + sum(points(one, counts) + 4 * (key in counts) for key, one in value.items())


async def test_no_answer_costs_more_than_was_said(world: Bench):
    """Of generated documents on a random world; only plain lists may be longer than they are taken to be."""
    random, done, longer = Random("cost"), 0, 0
    documents = Documents(schema.core)
    favourites: dict[str, Any] = {}
    walks: dict[Any, Any] = {}
    while done < GENERATED:
        asker = random.choice([one for one in world.world.askers if one.user])
        oracle = Oracle(ORACLE_SCHEMA, world.memory, world.cursors, world.world.now, asker)
        query = Operations(ORACLE_SCHEMA, random, oracle.world, world.cursors, favourites, walks, set()).make().query
        text, variables = query.text(), query.values()
        if "rateLimit" in text:
            continue
        try:
            document = documents.get(text)
            operation = get_operation_ast(document.node)
            assert operation is not None
            data = await world.reads.execute(document.node, operation, variables, viewer(asker), key=document.key)
        except (Refused, RequestError, RequestErrors):
            continue
        found, answer = costing(text), json.loads(data)
        counts = {alias or "totalCount" for alias in re.findall(r"(?:(\w+): )?\btotalCount\b", text)}
        used, requested = points(answer, counts) - 1, found.requested(variables)
        assert found.actual(found.reckoned(variables), data) == min(used, requested), text
        longer += used > requested
        done += 1
    assert longer <= GENERATED // 10
