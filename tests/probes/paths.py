"""Every way to a field of the schema: roots, nodes, nested reads, filters, orders, groups, keys in other systems.

Made from a schema and its catalog, so that types, fields and operators of later slices are probed without a line here.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from graphql import (
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    get_named_type,
    is_leaf_type,
    is_object_type,
    is_required_argument,
)

from api.compiler import Catalog
from tests.probes.operands import Values, absent_id, key_values, operands, wire_id

PAGE = "first: 100, includeArchived: true"
DEEPEST = 3  # relations in a row


@dataclass(frozen=True)
class Path:
    """One way in. `$0`, `$1`, … of the text are filled with what `victim` says of a hidden row, or with `nobody`.

    `table`: where the hidden row is; None for a read that needs to know nothing. `told`: the two answers may differ
    only if the row is seen; otherwise only what comes out is looked at. `fields`: how many coordinates it reads.
    """

    name: str
    text: str
    types: tuple[str, ...] = ()
    table: str | None = None
    victim: Values | None = None
    nobody: Values | None = None
    told: bool = True
    column: str | None = None  # of the table, that a filter compares with what is said


@dataclass(frozen=True)
class Walk:
    """What is read of a schema."""

    schema: GraphQLSchema
    catalog: Catalog

    @property
    def page(self) -> str:
        """The first rows of any list, and the archived ones if they can be asked for."""
        asked = any("includeArchived" in field.args for field in self.roots.values())
        return PAGE if asked else PAGE.partition(",")[0]

    @property
    def roots(self) -> dict[str, GraphQLField]:
        query = self.schema.query_type
        assert query is not None
        return dict(query.fields)

    def lists(self) -> Iterator[tuple[str, str]]:
        """Root field and type of every list of records."""
        for name, root in self.catalog.roots.items():
            if root.kind == "page" and root.entity is not None:
                yield name, root.entity

    def ones(self) -> Iterator[tuple[str, str]]:
        for name, root in self.catalog.roots.items():
            if root.kind == "one" and root.entity is not None:
                yield name, root.entity

    def type(self, name: str) -> GraphQLObjectType:
        found = self.schema.type_map[name]
        assert isinstance(found, GraphQLObjectType)
        return found

    def table(self, entity: str) -> str | None:
        table = self.catalog.entities[entity].table
        return getattr(table, "name", None)

    def listed(self, entity: str) -> bool:
        return any(one == entity for _, one in self.lists())

    # -- what can be selected ---------------------------------------------------------------------------------------

    def leaves(self, entity: str) -> Iterator[tuple[str, str]]:
        """Field and selection of everything that is a value of the row itself."""
        targets = self.catalog.entities[entity].targets if entity in self.catalog.entities else {}
        for name, field in self.type(entity).fields.items():
            named = get_named_type(field.type)
            if name in targets or any(is_required_argument(one) for one in field.args.values()):
                continue
            if is_leaf_type(named):
                yield name, name
            elif is_object_type(named) and named.name not in self.catalog.entities:
                yield name, f"{name} {{ {self.composite(named)} }}"

    def composite(self, type_: Any, depth: int = 3) -> str:
        parts = []
        for name, field in type_.fields.items():
            named = get_named_type(field.type)
            if is_leaf_type(named):
                parts.append(name)
            elif isinstance(named, GraphQLInterfaceType):
                parts.append(f"{name} {{ __typename id }}")
            elif is_object_type(named) and depth and named.name not in self.catalog.entities:
                parts.append(f"{name} {{ {self.composite(named, depth - 1)} }}")
        return " ".join(parts) or "__typename"

    def relations(self, entity: str) -> Iterator[tuple[str, str, str]]:
        """Field, the entity it leads to, and the text around what is selected there, with `%s`."""
        for name, target in self.catalog.entities[entity].targets.items():
            named = get_named_type(self.type(entity).fields[name].type)
            paged = named.name.endswith("Connection")
            yield name, target, f"{name}(first: 20) {{ nodes {{ %s }} }}" if paged else f"{name} {{ %s }}"

    def nested(self, entity: str, depth: int = DEEPEST) -> Iterator[tuple[str, str]]:
        """Path and selection of the values behind the relations of an entity.

        Records are not left again, since they have paths of their own; rows that only a record leads to are.
        """
        for name, target, around in self.relations(entity):
            for field, selection in self.leaves(target):
                yield f"{name}.{field}", around % selection
            if depth > 1 and not self.listed(target):
                for path, selection in self.nested(target, depth - 1):
                    yield f"{name}.{path}", around % selection
        yield from self.keys_of(entity)

    def keys_of(self, entity: str) -> Iterator[tuple[str, str]]:
        """Fields of an interface type, such as the record behind a group's key."""
        for name, field in self.type(entity).fields.items():
            if isinstance(get_named_type(field.type), GraphQLInterfaceType):
                yield name, f"{name} {{ __typename id }}"


def read_paths(schema: GraphQLSchema, catalog: Catalog) -> list[Path]:
    """All of them, the same in each run."""
    from_here = Walk(schema, catalog)
    makers = (open_lists, sorted_lists, single_records, nested_values, other_roots, filtered_lists, key_holders)
    return [path for make in makers for path in make(from_here)]


def open_lists(walk: Walk) -> Iterator[Path]:
    for root, entity in walk.lists():
        for field, selection in walk.leaves(entity):
            yield Path(f"{root}.nodes.{field}", f"{root}({walk.page}) {{ nodes {{ {selection} }} }}")
            yield Path(f"{root}.edges.{field}", f"{root}({walk.page}) {{ edges {{ cursor node {{ {selection} }} }} }}")
        yield Path(f"{root}.totalCount", f"{root}({walk.page}) {{ totalCount {{ value }} nodes {{ id }} }}")


def sorted_lists(walk: Walk) -> Iterator[Path]:
    for root, entity in walk.lists():
        enum = walk.schema.type_map[f"{entity}SortField"]
        assert isinstance(enum, GraphQLEnumType)
        for value in enum.values:
            for direction in ("ASC", "DESC"):
                order = f"orderBy: [{{field: {value}, direction: {direction}}}]"
                text = f"{root}({walk.page}, {order}) {{ nodes {{ id }} pageInfo {{ startCursor endCursor }} }}"
                yield Path(f"{root}(orderBy {value} {direction})", text)


def single_records(walk: Walk) -> Iterator[Path]:
    """By id, by a key in another system, by a natural key, through `node` and `nodes`."""
    for root, entity in walk.ones():
        table = walk.table(entity)
        reference = walk.schema.type_map[f"{entity}Ref"]
        assert isinstance(reference, GraphQLInputObjectType)
        for field, selection in walk.leaves(entity):
            by_id = {"types": ("ID!",), "table": table, "victim": wire_id, "nobody": absent_id}
            yield Path(f"{root}(id).{field}", f"{root}(where: {{id: $0}}) {{ {selection} }}", **by_id)  # type: ignore[arg-type]
            inside = f"... on {entity} {{ {selection} }}"
            yield Path(f"node.{entity}.{field}", f"node(id: $0) {{ {inside} }}", **by_id)  # type: ignore[arg-type]
            yield Path(f"nodes.{entity}.{field}", f"nodes(ids: [$0]) {{ {inside} }}", **by_id)  # type: ignore[arg-type]
            for name in reference.fields:
                if name != "id":
                    text, types = reference_text(reference, name)
                    found = Path(f"{root}({name}).{field}", f"{root}(where: {text}) {{ {selection} }}", types, table)
                    parts = parts_of(reference, name)
                    yield with_values(found, key_values(name, parts), key_values(name, parts, "!"))


def reference_text(reference: GraphQLInputObjectType, name: str) -> tuple[str, tuple[str, ...]]:
    """A reference by one of its keys, and the types of its parts."""
    type_: Any = get_named_type(reference.fields[name].type)
    if not isinstance(type_, GraphQLInputObjectType):
        return f"{{{name}: $0}}", (f"{type_.name}!",)
    parts = ", ".join(f"{part}: ${at}" for at, part in enumerate(type_.fields))
    return f"{{{name}: {{{parts}}}}}", tuple(f"{get_named_type(one.type).name}!" for one in type_.fields.values())


def nested_values(walk: Walk) -> Iterator[Path]:
    """Behind the records of a list, and behind one record whose id is known."""
    ones = {entity: root for root, entity in walk.ones()}
    for root, entity in walk.lists():
        table = walk.table(entity)
        for path, selection in walk.nested(entity):
            yield Path(f"{root}.nodes.{path}", f"{root}({walk.page}) {{ nodes {{ {selection} }} }}")
            one = f"{ones[entity]}(where: {{id: $0}}) {{ {selection} }}"
            yield Path(f"{ones[entity]}(id).{path}", one, ("ID!",), table, wire_id, absent_id)


def other_roots(walk: Walk) -> Iterator[Path]:
    """Aggregates, metrics, the viewer: what is built from arguments."""
    for root, about in walk.catalog.roots.items():
        field = walk.roots[root]
        if about.kind not in {"row", "rows"} or any(is_required_argument(one) for one in field.args.values()):
            continue
        entity = get_named_type(field.type).name
        if entity not in walk.catalog.entities:
            continue
        selections = [*walk.leaves(entity), *walk.nested(entity, 2)]
        keys: list[str | None] = [None]
        if "groupBy" in field.args:
            enum: Any = get_named_type(field.args["groupBy"].type)
            keys += list(enum.values)
        for key in keys:
            arguments = f"(groupBy: [{key}])" if key else ""
            for name, selection in selections:
                yield Path(f"{root}{arguments}.{name}", f"{root}{arguments} {{ {selection} }}")


def key_holders(walk: Walk) -> Iterator[Path]:
    if "externalIdHolders" not in walk.catalog.roots:
        return
    for _, entity in walk.lists():
        for inside in ("type", "record { __typename id }"):
            text = f"externalIdHolders(source: $0, value: $1) {{ {inside} }}"
            path = Path(f"externalIdHolders.{entity}.{inside[:6]}", text, ("String!", "String!"), walk.table(entity))
            parts = ("source", "value")
            yield with_values(path, key_values("externalId", parts), key_values("externalId", parts, "!"))


def with_values(path: Path, victim: Values, nobody: Values) -> Path:
    return Path(path.name, path.text, path.types, path.table, victim, nobody)


# -- filters ---------------------------------------------------------------------------------------------------------

SHAPES = {
    "": "%s",
    "and": "{and: [%s]}",
    "or": "{or: [%s]}",
    "not": "{not: %s}",
    "or not": "{or: [{not: %s}]}",
}


def filtered_lists(walk: Walk) -> Iterator[Path]:
    """Each operator of each field: on the list itself, under and, or and not, and from records related to it."""
    for root, entity in walk.lists():
        for field, column in walk.catalog.entities[entity].filters.items():
            for operator, type_, text in operators(walk, entity, field, column.kind):
                about = (entity, field, column.kind, operator, type_)
                yield from shaped(walk, root, about, text)
                yield from related(walk, about, text)


def operators(walk: Walk, entity: str, field: str, kind: str) -> Iterator[tuple[str, str, str]]:
    """Operator, type of its operand, and the filter that holds it."""
    conditions: Any = get_named_type(walk.schema.type_map[f"{entity}Filter"].fields[field].type)  # type: ignore[attr-defined]
    money = kind == "money"
    if money:
        conditions = get_named_type(conditions.fields["amount"].type)
    for operator, one in conditions.fields.items():
        type_ = str(one.type).rstrip("!") + "!"
        if operator in {"inLast", "inNext", "isNull"}:
            continue
        if money:
            yield operator, type_, f"{{{field}: {{currency: $1, amount: {{{operator}: $0}}}}}}"
        else:
            yield operator, type_, f"{{{field}: {{{operator}: $0}}}}"


def shaped(walk: Walk, root: str, about: tuple[str, str, str, str, str], text: str) -> Iterator[Path]:
    entity, field, _, operator, _ = about
    for shape, around in SHAPES.items():
        filter = around.replace("%s", text)
        asked = f"{root}({walk.page}, filter: {filter}) {{ totalCount {{ value }} nodes {{ id }} }}"
        yield operand_path(f"{root}(filter {shape} {field}.{operator})".replace("  ", " "), asked, walk, about)
    aggregate = f"{root}Aggregate"
    if aggregate in walk.catalog.roots:
        asked = f"{aggregate}(filter: {text}) {{ count }}"
        yield operand_path(f"{aggregate}(filter {field}.{operator}).count", asked, walk, about)
    assert entity


def related(walk: Walk, about: tuple[str, str, str, str, str], text: str) -> Iterator[Path]:
    """The filter, asked of the records that point at the hidden one or that it points at."""
    entity, field, _, operator, _ = about
    for root, from_ in walk.lists():
        inputs: Any = walk.schema.type_map[f"{from_}Filter"]
        for name, one in inputs.fields.items():
            named = get_named_type(one.type).name
            if named == f"{entity}Filter" and name not in {"and", "or", "not"}:
                quantifiers = {"": f"{{{name}: {text}}}", "not ": f"{{not: {{{name}: {text}}}}}"}
            elif named == f"{entity}ListFilter":
                quantifiers = {f"{some} ": f"{{{name}: {{{some}: {text}}}}}" for some in ("some", "none", "every")}
            else:
                continue
            for quantifier, filter in quantifiers.items():
                asked = f"{root}({walk.page}, filter: {filter}) {{ totalCount {{ value }} nodes {{ id }} }}"
                yield operand_path(f"{root}(filter {quantifier}{name}.{field}.{operator})", asked, walk, about)


def operand_path(name: str, text: str, walk: Walk, about: tuple[str, str, str, str, str]) -> Path:
    entity, field, kind, operator, type_ = about
    column = walk.catalog.entities[entity].filters[field].column
    types = (type_, "CurrencyCode!") if kind == "money" else (type_,)
    many = type_.startswith("[")
    beside = -1 if operator in {"gt", "lte"} else 1  # on the side where it makes a difference to the row's own value
    victim, nobody = operands(column, kind, 0, many=many), operands(column, kind, beside, many=many)
    told = kind not in {"enum", "bool"}
    return Path(name, text, types, walk.table(entity), victim, nobody, told, column)


def parts_of(reference: GraphQLInputObjectType, name: str) -> tuple[str, ...]:
    """The parts of a key of a reference; none if it is a single value."""
    type_ = get_named_type(reference.fields[name].type)
    return tuple(type_.fields) if isinstance(type_, GraphQLInputObjectType) else ()
