"""Whatever a list can be filtered or sorted by is served by an index, under row-level security.

PostgreSQL explains the product's own statements with their parameters, as `crm_app`, on a large world. Its planner is
left as it is: an index counts if it is what PostgreSQL takes.
"""

import json
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import asyncpg
import orjson
import pytest
from graphql import OperationDefinitionNode, parse, validate
from sqlalchemy import Table

from api.compiler import Column, Entity, ToMany, ToOne
from api.domain import access
from api.domain.kernel import PrincipalKind, Viewer
from api.schema import schema
from api.schema.reading import Reads
from tests.cluster import Cluster
from tests.compiler.large_world import fill, tenant_of
from tests.compiler.plans import LISTED as LISTED_ALIAS
from tests.compiler.plans import Scan, lists_in, scans_in
from tests.people import NOW


def has_few_values(column: Column) -> bool:
    return column.kind in {"enum", "bool"} or column.name == "currency"


TENANT = tenant_of(0)
VIEWER = Viewer(TENANT, TENANT, PrincipalKind.STAFF, "Ada Admin", access.shipped("admin"), TENANT)
ENTITIES = schema.catalog.entities
LISTS: dict[str, Entity] = {
    name: ENTITIES[root.entity]
    for name, root in schema.catalog.roots.items()
    if root.kind == "page" and root.entity is not None
}
FILTERS = [(root, field) for root, entity in LISTS.items() for field in entity.filters]
FEW_VALUES = [(root, field) for root, field in FILTERS if has_few_values(LISTS[root].filters[field])]
SORTS = [(root, key) for root, entity in LISTS.items() for key, column in entity.sorts.items() if not column.through]
RELATED_SORTS = [
    (root, key) for root, entity in LISTS.items() for key, column in entity.sorts.items() if column.through
]
JOINS_WHOLE = {"Hash Join", "Merge Join"}  # those that read each table once
EQUAL = ("eq", "in")
RANGES = ("lt", "gt", "between")
OPERATORS: dict[str, Sequence[str]] = {
    "text": (*EQUAL, "startsWith"),
    "uuid": EQUAL,
    "enum": EQUAL,
    "bool": ("eq",),
    "int": (*EQUAL, *RANGES),
    "bigint": (*EQUAL, *RANGES),
    "money": (*EQUAL, *RANGES),
    "date": (*EQUAL, *RANGES, "inLast", "inNext"),
    "timestamp": ("eq", *RANGES, "inLast", "inNext"),
}
# Where the column's own index is not what answers, and why that is right.
OTHERWISE = {
    "a value that many rows have": "the list is walked in its order, which finds a page of them within a few rows",
    "the order of a related record": "a row without one has its place, too, so all rows are joined, then cut",
}


@dataclass
class Values:
    """Values of one column, in the viewer's live rows."""

    rare: list[Any]
    low: Any = None
    high: Any = None
    often: Any = None


@dataclass
class LargeWorld:
    reads: Reads
    app: asyncpg.Connection
    exempt: asyncpg.Connection

    async def plan(self, selections: Sequence[str], connection: asyncpg.Connection | None = None) -> Any:
        """How PostgreSQL would answer an operation of these fields."""
        document = parse("{" + " ".join(f"list{at}: {one}" for at, one in enumerate(selections)) + "}")
        assert validate(schema.core, document) == []
        (operation,) = document.definitions
        assert isinstance(operation, OperationDefinitionNode)
        statement = self.reads.compiler.operation(document, operation, {}, self.reads.visibility(VIEWER))
        parameters = statement.parameters(self.reads.request(VIEWER, {}))
        explain = f"EXPLAIN (FORMAT JSON) {statement.text}"
        return orjson.loads(await (connection or self.app).fetchval(explain, *parameters))[0]["Plan"]

    async def values(self, entity: Entity, column: Column) -> Values:
        rows = live_rows(entity, column)
        if has_few_values(column):
            counted = f"SELECT {column.column} {rows} GROUP BY 1 ORDER BY count(*)"
            often, rare = [await self.exempt.fetchval(f"{counted} {way} LIMIT 1", TENANT) for way in ("DESC", "ASC")]
            return Values([rare], often=often)
        low, one, two, high = [
            await self.exempt.fetchval(f"SELECT {column.column} {rows} ORDER BY 1 {place} LIMIT 1", TENANT)
            for place in ("OFFSET 10", "DESC OFFSET 110", "DESC OFFSET 100", "DESC OFFSET 10")
        ]
        return Values([one, two], low, high)

    async def rarely(self, entity: Entity) -> str:
        """A filter that few rows of the entity fit."""
        column = next(
            entity.filters[name] for name in ("name", *entity.filters) if name in entity.filters and name != "id"
        )
        return condition(entity, column, "eq", await self.values(entity, column))


@pytest.fixture(scope="module")
async def large(cluster: Cluster, template: str) -> AsyncIterator[LargeWorld]:
    name = "crm_large"
    cluster.create_database(name, template)
    await fill(cluster.superuser_url(name), [ENTITIES[one].table for one in sorted(LISTED)])  # type: ignore[misc]
    app, exempt = await asyncpg.connect(cluster.urls(name).app), await asyncpg.connect(cluster.superuser_url(name))
    yield LargeWorld(Reads(schema.core, schema.catalog, NeverAsked(), b"s" * 32, lambda: NOW), app, exempt)
    await app.close()
    await exempt.close()
    cluster.drop_database(name)


class NeverAsked:
    """The pool of reads that are only compiled."""

    async def fetch(self, sql: str, arguments: list[Any]) -> bytes:
        raise AssertionError(f"asked for {arguments} with {sql}")


def live_rows(entity: Entity, column: Column) -> str:
    """FROM and WHERE of the viewer's rows that have a value."""
    table: Table = entity.table  # type: ignore[assignment]
    conditions = ["tenant_id = $1", f"{column.column} IS NOT NULL"]
    conditions += ["archived_at IS NULL"] if entity.archivable else []
    conditions += ["currency = 'USD'"] if column.kind == "money" else []
    return f"FROM {table.name} WHERE {' AND '.join(conditions)}"


def relations(kind: type[ToOne | ToMany]) -> list[tuple[str, str]]:
    """Root and field of every relation of a kind that can be filtered by."""
    inputs: dict[str, Any] = {root: schema.core.type_map[f"{entity.name}Filter"] for root, entity in LISTS.items()}
    return [
        (root, field)
        for root, entity in LISTS.items()
        for field in inputs[root].fields
        if isinstance(entity.fields.get(field), kind)
    ]


TO_ONE, TO_MANY = relations(ToOne), relations(ToMany)
LISTED = {one.name for one in LISTS.values()} | {LISTS[root].targets[field] for root, field in (*TO_ONE, *TO_MANY)}


def condition(entity: Entity, column: Column, operator: str, values: Values) -> str:
    """The filter of a list on one field."""

    def text(value: Any) -> str:
        return literal(entity, column, value)

    match operator:
        case "in":
            fits = f"in: [{', '.join(text(value) for value in values.rare)}]"
        case "startsWith":
            fits = f"startsWith: {text(values.rare[0][:-1])}"
        case "between":
            fits = f"gte: {text(values.rare[0])}, lte: {text(values.rare[1])}"
        case "inLast" | "inNext":
            fits = f'{operator}: "P1D"'
        case _:
            value = {"eq": values.rare[0], "lt": values.low, "gt": values.high}[operator]
            fits = f"{operator}: {text(value)}"
    return (
        f'{column.name}: {{currency: "USD", amount: {{{fits}}}}}'
        if column.kind == "money"
        else f"{column.name}: {{{fits}}}"
    )


def literal(entity: Entity, column: Column, value: Any) -> str:
    """A value of the database in a GraphQL document."""
    match column.kind:
        case "uuid":
            return f'"{entity.prefix}_{value.hex}"'
        case "money":
            return f'"{value / 100:.2f}"'
        case "timestamp":
            return json.dumps(value.isoformat().replace("+00:00", "Z"))
        case "enum":
            return str(value)
    return json.dumps(value, default=str)


def filtered(root: str, filter: str) -> str:
    return f"{root}(first: 25, filter: {{{filter}}}) {{ nodes {{ id }} }}"


def ordered(root: str, key: str, direction: str, nulls: str) -> str:
    by = f"{{field: {key}, direction: {direction}, nulls: {nulls}}}"
    return f"{root}(first: 25, orderBy: [{by}]) {{ nodes {{ id }} }}"


def in_order(scans: Iterator[Scan]) -> list[Scan]:
    """The list itself, then the other table."""
    return sorted(scans, key=lambda scan: LISTED_ALIAS.fullmatch(scan.alias) is None)


@pytest.mark.parametrize(("root", "field"), FILTERS)
async def test_a_filter_is_answered_by_an_index_of_its_column(root: str, field: str, large: LargeWorld):
    entity, column = LISTS[root], LISTS[root].filters[field]
    values = await large.values(entity, column)
    operators = OPERATORS[column.kind]

    plan = await large.plan([filtered(root, condition(entity, column, one, values)) for one in operators])

    by_column = {operator: scan.uses(column.column) for operator, scan in zip(operators, lists_in(plan), strict=True)}
    assert by_column == dict.fromkeys(operators, True)


@pytest.mark.parametrize(("root", "field"), FEW_VALUES)
async def test_a_value_that_many_rows_have_is_met_early_in_the_order_of_the_list(
    root: str, field: str, large: LargeWorld
):
    entity, column = LISTS[root], LISTS[root].filters[field]
    often = literal(entity, column, (await large.values(entity, column)).often)

    plan = await large.plan([filtered(root, f"{field}: {{eq: {often}}}")])

    (scan,) = lists_in(plan)
    assert scan.is_by_index, OTHERWISE["a value that many rows have"]
    assert not scan.is_sorted_whole


@pytest.mark.parametrize(("root", "key"), SORTS)
async def test_an_order_is_that_of_an_index(root: str, key: str, large: LargeWorld):
    ways = [(direction, nulls) for direction in ("ASC", "DESC") for nulls in ("FIRST", "LAST")]

    plan = await large.plan([ordered(root, key, *way) for way in ways])

    scans = dict(zip(ways, lists_in(plan), strict=True))
    assert {way: (scan.is_by_index, scan.is_sorted_whole) for way, scan in scans.items()} == dict.fromkeys(
        ways, (True, False)
    )


@pytest.mark.parametrize(("root", "key"), RELATED_SORTS)
async def test_an_order_by_a_related_record_reads_each_table_once(root: str, key: str, large: LargeWorld):
    scans = list(scans_in(await large.plan([ordered(root, key, "ASC", "LAST")])))

    assert [scan.alias for scan in scans] == ["t1", "s1_0"]
    assert all(JOINS_WHOLE & {*scan.above} for scan in scans), OTHERWISE["the order of a related record"]


@pytest.mark.parametrize(("root", "field"), TO_ONE)
async def test_a_filter_on_a_related_record_finds_that_first_and_then_its_rows(
    root: str, field: str, large: LargeWorld
):
    relation, target = LISTS[root].fields[field], ENTITIES[LISTS[root].targets[field]]
    assert isinstance(relation, ToOne)

    plan = await large.plan([filtered(root, f"{field}: {{{await large.rarely(target)}}}")])

    own, other = in_order(scans_in(plan))
    assert other.is_by_index
    assert own.uses(relation.column)


@pytest.mark.parametrize(("root", "field"), TO_MANY)
async def test_a_filter_on_a_list_asks_an_index_for_its_records(root: str, field: str, large: LargeWorld):
    relation, target = LISTS[root].fields[field], ENTITIES[LISTS[root].targets[field]]
    assert isinstance(relation, ToMany)
    few = await large.rarely(target)
    for quantifier, fits in {"some": few, "none": few, "every": few, "count": "gt: 3"}.items():
        own, other = in_order(scans_in(await large.plan([filtered(root, f"{field}: {{{quantifier}: {{{fits}}}}}")])))

        assert own.is_by_index, quantifier
        assert own.uses("id") or not own.is_sorted_whole, quantifier
        assert other.uses(relation.column) or (quantifier in {"some", "none"} and other.is_by_index), quantifier


async def test_without_its_index_a_field_fails_this_proof(large: LargeWorld):
    fields = [filtered("accounts", "employees: {eq: 7}"), ordered("accounts", "EMPLOYEES", "ASC", "LAST")]
    dropping = large.exempt.transaction()
    await dropping.start()
    await large.exempt.execute("DROP INDEX ix_accounts_employees, ix_accounts_employees_desc; SET LOCAL ROLE crm_app")

    by_value, by_order = lists_in(await large.plan(fields, large.exempt))

    await dropping.rollback()
    assert not by_value.uses("employees")
    assert by_order.is_sorted_whole


async def test_the_rows_are_many_and_those_of_a_tenant_are_all_that_the_application_sees(large: LargeWorld):
    async with large.app.transaction():
        await large.app.execute("SELECT set_config('crm.tenant', $1, true)", str(TENANT))
        assert await large.app.fetchval("SELECT count(*) FROM accounts") == 60_000
    assert await large.app.fetchval("SELECT count(*) FROM accounts") == 0
    assert await large.exempt.fetchval("SELECT count(*) FROM accounts") == 100_000
    assert await large.app.fetchval("SELECT current_user || row_security_active('accounts')") == "crm_apptrue"
