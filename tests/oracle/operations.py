"""Random queries, made from the SDL: a type, field or argument that is added there is asked for without a line here."""

from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from random import Random
from typing import Any
from uuid import UUID

from graphql import (
    GraphQLArgument,
    GraphQLBoolean,
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    get_named_type,
    is_abstract_type,
    is_enum_type,
    is_input_object_type,
    is_leaf_type,
    is_required_argument,
)

from tests.oracle.document import Enum, Part, Query, Var, Variable
from tests.oracle.paging import Cursors, order_text
from tests.oracle.seeing import World
from tests.oracle.values import Values, complete

DEEPEST = 6
MOST_FIELDS = (5, 8, 12, 20, 40)  # one of these for each query
MOST_ROWS = 300
NULLABLE = frozenset(
    {
        *("first", "last", "after", "before", "filter", "orderBy"),
        *("from", "to", "asOf", "currency", "pipeline", "account", "owner"),
    }
)

Composite = GraphQLObjectType | GraphQLInterfaceType


@dataclass
class Operations:
    """Makes queries for one world; `favourites` are orders that are asked for again, so that cursors fit."""

    schema: GraphQLSchema
    random: Random
    world: World
    cursors: Cursors
    favourites: dict[str, list[list[dict[str, Any]]]] = field(default_factory=dict)
    walks: dict[UUID, tuple[str, list[dict[str, Any]]]] = field(
        default_factory=dict
    )  # where each tenant's last one was
    asked: set[str] = field(default_factory=set)

    def make(self) -> "Made":
        return Making(self, Values(self.schema, self.random, self.world, self.asked)).query()


@dataclass
class Made:
    """A query, and how to run it again with other values of its variables."""

    query: Query
    values: Values

    def again(self) -> Query:
        self.values.again()
        return deepcopy(self.query)


@dataclass
class Making:
    """One query being made, and how much of it there is."""

    all: Operations
    values: Values
    fragments: dict[str, Part] = field(default_factory=dict)
    fields: int = 0
    names: int = 0
    most: int = 0

    @property
    def random(self) -> Random:
        return self.all.random

    def chance(self, probability: float) -> bool:
        return self.random.random() < probability

    def query(self) -> Made:
        root = self.all.schema.query_type
        assert root is not None
        self.most = self.random.choice(MOST_FIELDS)
        make = self.random.choice([self.anything] * 4 + [self.walk] * 2 + [self.filtered] * 2 + [self.figures])
        return Made(Query(make(root), self.fragments, self.values.variables), self.values)

    def anything(self, root: GraphQLObjectType) -> list[Part]:
        names = self.random.choices(list(root.fields), k=self.random.choice([1, 1, 2]))
        parts = [self.field(root, name, 1, 1, aliased=True) for name in names]
        if self.chance(0.1):
            parts.append(Part("__typename", directives=self.directives()))
        return self.wrapped(root, parts, 1)

    def walk(self, root: GraphQLObjectType) -> list[Part]:
        """A small page of a list, mostly behind or ahead of a cursor: where the mistakes of paging are."""
        tenant = self.all.world.asker.tenant
        name, target = self.list_of(root)
        order = self.order(target, root.fields[name].args["orderBy"].type)
        if tenant in self.all.walks and self.chance(0.7):
            name, order = self.all.walks[tenant]
            target = get_named_type(root.fields[name].type).name.removesuffix("Connection")
        self.all.walks[tenant] = name, order
        arguments, _ = self.page(f"Query.{name}", root.fields[name], target, 1, order=order)
        return [Part(name, arguments=arguments, parts=self.cursors(self.all.schema.type_map[target]))]

    def filtered(self, root: GraphQLObjectType) -> list[Part]:
        """All rows that fit a filter, and their number: where the mistakes of filters are."""
        name, target = self.list_of(root)
        filter: Any = self.all.schema.type_map[f"{target}Filter"]
        found = [self.values.filtered(filter) for _ in range(self.random.choice([1, 1, 2]))]
        wanted = {"first": 100, "includeArchived": self.chance(0.3)}
        return [
            Part(
                name,
                self.alias(),
                {"filter": one, **wanted},
                parts=[Part("totalCount", parts=[Part("value")]), Part("nodes", parts=[Part("id")])],
            )
            for one in found
        ]

    def figures(self, root: GraphQLObjectType) -> list[Part]:
        """Groups or sales figures as a whole: where the mistakes of sums are."""
        fields = {name: get_named_type(one.type) for name, one in root.fields.items()}
        name = self.random.choice([name for name, type_ in fields.items() if type_.name.endswith(("Group", "Metrics"))])
        arguments, _ = self.arguments(f"Query.{name}", root.fields[name], "", 1)
        return [Part(name, arguments=arguments, parts=self.whole(fields[name]))]

    def whole(self, type_: Any) -> list[Part]:
        """All fields of a type and of what it is made of; the id of a record."""
        if is_abstract_type(type_) or type_.interfaces:
            return [Part("id")]
        self.all.asked |= {f"{type_.name}.{name}" for name in type_.fields}
        targets = {name: get_named_type(one.type) for name, one in type_.fields.items()}
        return [Part(name, parts=[] if is_leaf_type(one) else self.whole(one)) for name, one in targets.items()]

    def list_of(self, root: GraphQLObjectType) -> tuple[str, str]:
        """A list of all records of a type: name of the field, and the type."""
        name = self.random.choice([name for name, one in root.fields.items() if "before" in one.args])
        return name, get_named_type(root.fields[name].type).name.removesuffix("Connection")

    # -- selections ----------------------------------------------------------------------------------------------

    def selection(self, type_: Composite, depth: int, rows: int) -> list[Part]:
        """Fields of a type, some of them in fragments. `rows`: how often the type may come at most."""
        nested = [name for name, one in type_.fields.items() if not is_leaf_type(get_named_type(one.type))]
        leaves = [name for name in type_.fields if name not in nested]
        parts = [self.leaf(type_, name, depth, rows) for name in self.sample(type_, leaves, [0, 1, 2, 4])]
        if depth < DEEPEST and self.fields < self.most:
            parts += [self.field(type_, name, depth, rows) for name in self.sample(type_, nested, [0, 1, 1, 2, 3])]
        if is_abstract_type(type_):
            possible = self.random.sample(self.all.schema.get_possible_types(type_), 2)
            parts += [self.on(one, depth, rows) for one in possible]
        if self.chance(0.15) or not parts:
            parts.append(Part("__typename", alias=self.alias() if self.chance(0.3) else None))
        if self.chance(0.1):
            parts = self.doubled(type_, parts, depth, rows)
        self.random.shuffle(parts)
        return self.wrapped(type_, parts, depth)

    def sample(self, type_: Composite, names: Sequence[str], sizes: Sequence[int]) -> list[str]:
        """Some of the names, often those that nobody asked for before."""
        new = [name for name in names if f"{type_.name}.{name}" not in self.all.asked]
        names = new if new and self.chance(0.5) else names
        return self.random.sample(list(names), min(self.random.choice(list(sizes)), len(names)))

    def leaf(self, type_: Composite, name: str, depth: int, rows: int) -> Part:
        return self.field(type_, name, depth, rows, aliased=self.chance(0.08))

    def field(self, type_: Composite, name: str, depth: int, rows: int, *, aliased: bool = False) -> Part:
        self.fields += 1
        self.all.asked.add(f"{type_.name}.{name}")
        declared: GraphQLField = type_.fields[name]
        target: Any = get_named_type(declared.type)
        arguments, size = self.arguments(f"{type_.name}.{name}", declared, target.name, rows)
        aliased = aliased or (bool(declared.args) and self.chance(0.9))
        part = Part(name, self.alias() if aliased else None, arguments, directives=self.directives())
        if not is_leaf_type(target):
            part.parts = self.selection(target, depth + 1, rows * size)
        if "before" in declared.args and self.chance(0.35):
            part.parts += self.cursors(get_named_type(target.fields["nodes"].type))
        return part

    def cursors(self, of: Any) -> list[Part]:
        """What later queries go on from."""
        node = Part("node", parts=[Part("id" if "id" in of.fields else "__typename")])
        edges = Part("edges", self.alias(), parts=[Part("cursor"), node])
        facts = [Part("startCursor"), Part("endCursor"), Part("hasNextPage"), Part("hasPreviousPage")]
        return [edges, Part("pageInfo", self.alias(), parts=facts)]

    def alias(self) -> str:
        self.names += 1
        return f"a{self.names}"

    def directives(self) -> list[tuple[str, Any]]:
        if not self.chance(0.04):
            return []
        wanted: Any = GraphQLNonNull(GraphQLBoolean)
        return [
            (
                self.random.choice(["skip", "include"]),
                self.values.given(wanted, lambda: self.chance(0.5), probability=0.5),
            )
        ]

    def on(self, type_: GraphQLObjectType, depth: int, rows: int) -> Part:
        """A fragment on one of the types that an interface may be."""
        parts = self.selection(type_, depth + 1, rows)
        for part in parts:  # the same name may have another type on another type
            part.alias = part.alias or (self.alias() if part.name not in {"", "id", "__typename"} else None)
        return Part(on=type_.name, parts=parts, directives=self.directives())

    def doubled(self, type_: Composite, parts: list[Part], depth: int, rows: int) -> list[Part]:
        """A field a second time, to be merged with the first, its own selection being another."""
        nested = [part for part in parts if part.name in type_.fields and part.parts]
        if not nested or depth >= DEEPEST:
            return parts
        chosen = self.random.choice(nested)
        target: Any = get_named_type(type_.fields[chosen.name].type)
        twin = Part(chosen.name, chosen.alias, deepcopy(chosen.arguments))
        twin.parts = self.selection(target, depth + 1, rows * 10)
        return [*parts, twin]

    def wrapped(self, type_: Composite, parts: list[Part], depth: int) -> list[Part]:
        """Some of the fields in an inline or a named fragment, on the type or an interface that has them."""
        if not parts or not self.chance(0.15):
            return parts
        at = self.random.randrange(len(parts))
        inside = parts[at : at + self.random.randrange(1, 4)]
        rest = parts[at + len(inside) :]
        on: str | None = type_.name
        if all(part.name in {"id", "__typename"} and not part.arguments for part in inside):
            on = self.random.choice([type_.name, *[one.name for one in type_.interfaces]])
        if self.chance(0.4):
            name = f"f{len(self.fragments)}"
            self.fragments[name] = Part(on=on, parts=inside)
            spreads = [Part(spread=name, directives=self.directives())]
            if self.chance(0.2):
                spreads.append(Part(spread=name, directives=self.directives()))
            return [*parts[:at], *spreads, *rest]
        on = on if self.chance(0.7) else None
        return [*parts[:at], Part(on=on, parts=inside, directives=self.directives()), *rest]

    # -- arguments -----------------------------------------------------------------------------------------------

    def arguments(self, list_: str, declared: GraphQLField, target: str, rows: int) -> tuple[dict[str, Any], int]:
        """The arguments of a field, and how many rows it may have."""
        if "before" in declared.args:
            return self.page(list_, declared, target.removesuffix("Connection"), rows)
        found: dict[str, Any] = {}
        if {"source", "value"} <= declared.args.keys():
            self.all.asked |= {f"{list_}({name})" for name in declared.args}
            return self.values.external_key(), 4
        for name, argument in declared.args.items():
            if is_required_argument(argument) or self.chance(0.6):
                self.all.asked.add(f"{list_}({name})")
                found[name] = self.argument(name, argument)
        return found, 4

    def argument(self, name: str, argument: GraphQLArgument) -> Any:
        if name in NULLABLE and not isinstance(argument.type, GraphQLNonNull) and self.chance(0.05):
            return None
        about = ""
        if name in {"groupBy", "by"}:
            return self.values.given(argument.type, lambda: self.keys(get_named_type(argument.type)))
        return self.values.given(argument.type, lambda: self.values.value(argument.type, about))

    def keys(self, enum: Any) -> list[Enum]:
        """Different fields to group by."""
        chosen = self.random.sample(list(enum.values), self.random.randrange(min(len(enum.values), 3) + 1))
        self.all.asked |= {f"{enum.name}.{name}" for name in chosen}
        return [Enum(name) for name in chosen]

    def page(
        self, list_: str, declared: GraphQLField, target: str, rows: int, *, order: list[dict[str, Any]] | None = None
    ) -> tuple[dict[str, Any], int]:
        """Arguments of a connection. Cursors are those that the product gave for this list in this order."""
        found: dict[str, Any] = {}
        types: Mapping[str, Any] = {name: argument.type for name, argument in declared.args.items()}
        eager = order is not None
        if not eager and "orderBy" in types and self.chance(0.6):
            order = self.order(target, types["orderBy"])
        known = self.all.cursors.of(self.all.world.asker.tenant, list_, order_text(order and complete(order)))
        cursors = [name for name in ("after", "before") if known and self.chance(0.6 if eager else 0.5)]
        for name in cursors:
            found[name] = self.values.given(types[name], lambda: self.random.choice(known))
        if order is not None:
            found["orderBy"] = self.values.given(types["orderBy"], lambda: order, fixed=True)
        size = 25 if rows * 25 <= MOST_ROWS else max(MOST_ROWS // rows, 1)
        side = self.random.choice(["first", "last", "first"])
        if eager or size < 25 or self.chance(0.75):
            size = min(size, self.random.choice([1, 1, 2, 3, 4, 5, 5, 10, 0]))
            found[side] = self.size(types[side], size)
        for name in sorted(set(types) - {"first", "last", "after", "before", "orderBy"}):
            if self.chance(0.1 if eager else 0.35):
                found[name] = self.values.given(types[name], lambda name=name: self.values.value(types[name]))  # type: ignore[misc]
        for name in sorted(NULLABLE & (set(types) - set(found))):
            if self.chance(0.03):
                found[name] = None if self.chance(0.5) else self.null(types[name])
        self.all.asked |= {f"{list_}({name})" for name in found}
        names = list(found)
        self.random.shuffle(names)
        return {name: found[name] for name in names}, size or 1

    def size(self, type_: Any, size: int) -> Any:
        """A number of rows; as a variable it is always sent, or the page would have another size."""
        if not self.chance(0.3):
            return size
        return self.variable("Int!" if self.chance(0.5) else str(type_), size)

    def null(self, type_: Any) -> Var:
        name = f"v{len(self.values.variables)}"
        self.values.variables[name] = Variable(str(type_), None)
        return Var(name)

    def variable(self, type_: str, value: Any) -> Var:
        name = f"v{len(self.values.variables)}"
        self.values.variables[name] = Variable(type_, value)
        self.values.makers[name] = lambda: self.random.randrange(value + 1)
        return Var(name)

    def order(self, target: str, type_: Any) -> list[dict[str, Any]]:
        favourites = self.all.favourites.setdefault(target, [])
        if favourites and self.chance(0.7):
            return self.random.choice(favourites)
        made = self.values.order(get_named_type(type_))
        if len(favourites) < 3:
            favourites.append(made)
        return made


def everything(schema: GraphQLSchema) -> set[str]:
    """What can be asked for: fields and their arguments, and what filters, sorts, groups and references are made of."""
    found, waiting, seen = set[str](), [schema.query_type], set[str]()
    while waiting:
        type_: Any = waiting.pop()
        if type_ is None or type_.name in seen:
            continue
        seen.add(type_.name)
        if is_abstract_type(type_):
            waiting += schema.get_possible_types(type_)
        for name, one in getattr(type_, "fields", {}).items():
            waiting.append(get_named_type(one.type))
            waiting += [get_named_type(argument.type) for argument in getattr(one, "args", {}).values()]
            found |= {f"{type_.name}.{name}({argument})" for argument in getattr(one, "args", {})}
            if not is_input_object_type(type_) or type_.name.endswith(("Filter", "Ref")):
                found.add(f"{type_.name}.{name}")
        if is_enum_type(type_) and type_.name.endswith(("SortField", "GroupField")):
            found |= {f"{type_.name}.{name}" for name in type_.values}
    own = {f"{name}.isNull" for name in seen if name.endswith("Filter") and related_only(schema.type_map[name])}
    return found - own - {"MoneyFilter.currency", "MoneyFilter.amount"}


def related_only(type_: Any) -> bool:
    """Whether it is a filter of records, whose `isNull` is for filters on related records."""
    return "and" in getattr(type_, "fields", {})
