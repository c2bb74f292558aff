"""A slow, dumb executor: graphql-core over the committed SDL, resolvers over plain Python objects.

It shares nothing with the compiler, so that a difference between their answers is a mistake of one of them.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from graphql import (
    DocumentNode,
    GraphQLObjectType,
    GraphQLResolveInfo,
    GraphQLSchema,
    build_schema,
    execute_sync,
    get_named_type,
    get_nullable_type,
    is_composite_type,
    is_list_type,
)

from tests.oracle import service_figures
from tests.oracle.figures import Aggregates, sales_metrics
from tests.oracle.filters import Filters
from tests.oracle.memory import Memory, Row
from tests.oracle.paging import Cursors, Page, Place, keys_of, order_text, page_of
from tests.oracle.rules import fact, holders, listed, named, pointed_at, wire_id
from tests.oracle.seeing import TYPES, Asker, World, viewer
from tests.oracle.wire import written

SDL = Path(__file__).parents[2] / "api/schema/schema.graphql"
CONNECTION = "Connection"
VALUES = frozenset({"Actor", "Money"})  # objects that are values of a field, not rows


class Unanswerable(Exception):
    """The oracle does not know a part of the API; teach it in `rules.py`."""


def node(world: World, id: str) -> Row | None:
    type_ = TYPES[id.partition("_")[0]]
    return next((row for row in world.all(type_) if wire_id(type_, row.id) == id), None)


ROOTS: Mapping[str, Callable[[World, Mapping[str, Any]], Any]] = {
    "caseMetricRows": service_figures.rows_of(service_figures.CASES, "case"),
    "caseMetrics": service_figures.metrics_of(service_figures.CASES),
    "externalIdHolders": lambda world, given: holders(world, given["source"], given["value"]),
    "node": lambda world, given: node(world, given["id"]),
    "nodes": lambda world, given: [node(world, id) for id in given["ids"]],
    "salesMetrics": sales_metrics,
    "satisfactionMetricRows": service_figures.rows_of(service_figures.SATISFACTION, "request"),
    "satisfactionMetrics": service_figures.metrics_of(service_figures.SATISFACTION),
    "viewer": lambda world, _given: viewer(world),
}


# Who may do what is compared with what the API does, in `tests/access/` and `tests/sharing/`; the worlds here have no
# roles, no tokens and no shares.
ADMINISTRATION = {
    "Account": ("shares",),
    "Contact": ("shares",),
    "Query": (
        *("explainAccess", "role", "roles", "token", "tokens"),
        *("fieldProfile", "fieldProfiles", "recordShare", "recordShares", "shareReport"),
    ),
    "User": ("roles",),
    "Viewer": ("capability", "deprecatedUsage"),
}

# Pages of numbered rows, in no other order than that of their numbers. `tests/events/` compares them with what Python
# reads slowly.
FEEDS = ("events",)

# Their own tests compare them with numbers reckoned by hand, and `tests/probes/` with what row-level security lets
# through.
UNTAUGHT = frozenset(
    {
        # Found by PostgreSQL's stemmer and ranked by it: a second one in Python would be compared with itself.
        *("KnowledgeFinding", "KnowledgeSuggestion"),
        # Reckoned from many records, each by a formula of its own.
        *("PartnerTierEligibility", "LeadDistributionFairness", "LeadDistributionShare"),
        *("DealRegistrationMetrics", "DealRegistrationMetricRow"),
        *("PartnerRevenueMetrics", "PartnerRevenueMetricRow", "PartnerCommissionBalance"),
        # Ledgers, of which the worlds here have no rows yet.
        *("CommissionPlan", "PartnerCommission", "PartnerCommissionEntry", "PartnerCommissionStatement"),
    }
)
OF_MANY = ("Connection", "Group")


def left_out(schema: GraphQLSchema) -> None:
    """Take the fields that lead to what is untaught out of the objects and of their filters."""
    for name, type_ in schema.type_map.items():
        if not isinstance(type_, GraphQLObjectType):
            continue
        gone = [
            field
            for field, of in type_.fields.items()
            if {get_named_type(of.type).name.removesuffix(end) for end in ("", *OF_MANY)} & UNTAUGHT
        ]
        filters: Any = schema.type_map.get(f"{name}Filter")
        for field in gone:
            del type_.fields[field]
            if filters is not None:
                filters.fields.pop(field, None)


def committed_schema() -> GraphQLSchema:
    """What the database answers; `rateLimit` is answered by the process."""
    schema = build_schema(SDL.read_text("utf8"))
    assert schema.query_type
    del schema.query_type.fields["rateLimit"]
    for name in FEEDS:
        del schema.query_type.fields[name]
    for type_, names in ADMINISTRATION.items():
        for name in names:
            del schema.type_map[type_].fields[name]  # type: ignore[attr-defined] # objects, all of them
    left_out(schema)
    return schema


class Oracle:
    """Answers queries of one world as one asker."""

    def __init__(self, schema: GraphQLSchema, memory: Memory, cursors: Cursors, now: Any, asker: Asker) -> None:
        self.schema, self.cursors = schema, cursors
        self.world = World(memory, now, asker)
        self.filters = Filters(schema, self.world)

    def answer(self, document: DocumentNode, variables: Mapping[str, Any]) -> Any:
        """`data`, with marks of `Cursors` where cursors stand.

        Raises:
            Unanswerable: a resolver failed.
        """
        result = execute_sync(
            self.schema,
            document,
            variable_values=dict(variables),
            field_resolver=self.resolve,
            type_resolver=lambda value, _info, _type: value.typename,
        )
        if result.errors:
            raise Unanswerable(f"{result.errors[0]}") from result.errors[0].original_error
        return result.data

    def resolve(self, source: Any, info: GraphQLResolveInfo[Any], /, **arguments: Any) -> Any:
        name, type_ = info.field_name, info.parent_type.name
        if type_ == "Query":
            return self.root(name, info, arguments)
        if isinstance(source, Page):
            return self.part(source, name, arguments)
        if isinstance(source, tuple):  # an edge: the page and the row
            return source[1] if name == "node" else self.cursor(*source)
        if isinstance(source, Row):
            return self.field(source, name, info, arguments)
        return source[name]

    # -- roots ---------------------------------------------------------------------------------------------------

    def root(self, name: str, info: GraphQLResolveInfo[Any], arguments: dict[str, Any]) -> Any:
        named_type = get_named_type(info.return_type).name
        if name in ROOTS:
            return ROOTS[name](self.world, arguments)
        if name.endswith("Aggregate"):
            return Aggregates(self.schema, self.world).groups(named_type.removesuffix("Group"), arguments)
        if named_type.endswith(CONNECTION):
            target = named_type.removesuffix(CONNECTION)
            return self.page(self.world.all(target), target, f"Query.{name}", arguments)
        if "where" in arguments:
            return named(self.world, named_type, arguments["where"])
        raise LookupError(f"the oracle does not know Query.{name}; teach it in tests/oracle/executor.py")

    # -- fields of rows ------------------------------------------------------------------------------------------

    def field(self, row: Row, name: str, info: GraphQLResolveInfo[Any], arguments: dict[str, Any]) -> Any:
        target = get_named_type(info.return_type)
        if target.name.endswith(CONNECTION):
            type_ = target.name.removesuffix(CONNECTION)
            return self.page(listed(self.world, row, name, type_), type_, f"{row.typename}.{name}", arguments)
        if is_composite_type(target) and target.name not in VALUES:
            if is_list_type(get_nullable_type(info.return_type)):
                return listed(self.world, row, name, target.name)
            return pointed_at(self.world, row, name, target.name)
        return written(fact(self.world, row, name))

    # -- lists -----------------------------------------------------------------------------------------------------

    def page(self, rows: list[Row], type_: str, list_: str, arguments: dict[str, Any]) -> Page:
        if arguments.get("filter"):
            rows = [row for row in rows if self.filters.fits(row, arguments["filter"], type_)]
        if not arguments.get("includeArchived"):
            rows = [row for row in rows if getattr(row, "archived_at", None) is None]
        order_by = arguments.get("orderBy")
        keys = keys_of(self.schema, self.world, type_, order_by)

        def place(row: Row) -> Place:
            values = tuple(key.value(row) for key in keys)
            return Place(self.world.asker.tenant, list_, order_text(order_by), values)

        return page_of(rows, keys, arguments, self.cursors, place, type_)

    def part(self, page: Page, name: str, arguments: dict[str, Any]) -> Any:
        if name == "nodes":
            return page.rows
        if name == "edges":
            return [(page, row) for row in page.rows]
        if name == "totalCount":
            bound = arguments["upTo"]
            return {"value": min(len(page.all), bound), "isExact": len(page.all) <= bound}
        return {
            "hasNextPage": page.has_next,
            "hasPreviousPage": page.has_previous,
            "startCursor": self.cursor(page, page.rows[0]) if page.rows else None,
            "endCursor": self.cursor(page, page.rows[-1]) if page.rows else None,
        }

    def cursor(self, page: Page, row: Row) -> str:
        return self.cursors.written(page.place(row))
