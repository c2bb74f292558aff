"""GraphQL selection and variables in, `ReadPlan` out: fragments, aliases, directives and arguments are gone after this.

The document has been validated against the schema, so every name here exists.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

from graphql import (
    DirectiveNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLField,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
    VariableNode,
    get_named_type,
    is_abstract_type,
)

from .arguments import PREFIX, Leaf, Leaves, Tree, argument_trees
from .catalog import Catalog, Composite, Entity, Keys, Root, ToAny, ToMany, ToOne, Value
from .errors import RequestError
from .ir import AnyVariant, Constant, Either, GroupKeys, Object, Read, ReadPlan, Scalar, Selected

INTROSPECTION = frozenset({"__schema", "__type"})


@dataclass(frozen=True)
class Selection:
    """One operation being read: its schema, catalog, fragments and coerced variables."""

    schema: GraphQLSchema
    catalog: Catalog
    fragments: Mapping[str, FragmentDefinitionNode]
    variables: Mapping[str, Any]

    def plan(self, operation: OperationDefinitionNode) -> ReadPlan:
        query = self.object_type("Query")
        roots: list[tuple[str, tuple[Read, ...] | str]] = []
        for key, nodes in self.fields(query, [operation.selection_set]).items():
            name = nodes[0].name.value
            if name == "__typename":
                roots.append((key, query.name))
            elif name not in INTROSPECTION:
                roots.append((key, self.root(key, query, query.fields[name], nodes)))
        return ReadPlan(tuple(roots), self.catalog.entities)

    def feed(self, operation: OperationDefinitionNode) -> ReadPlan:
        """What a subscription operation selects of each row of a feed, as a page of it under its response key.

        The request's facts say which page: `after`, `until` and `limit`.
        """
        key, nodes = self.subscribed(operation)
        node, name, subscription = nodes[0], nodes[0].name.value, self.object_type("Subscription")
        entity = self.catalog.entities[get_named_type(subscription.fields[name].type).name]
        sets = [one.selection_set for one in nodes if one.selection_set]
        said = {"after": fact("after"), "until": fact("until"), "first": fact("limit")}
        arguments = {**self.arguments(node, subscription.fields[name]), **said}
        members = (("cursor", "cursor"), ("node", "node"))
        edges = Selected("edges", "edges", members, (("node", self.inside("node", entity, node, sets)),))
        selected = (edges, Selected("position", "position"))
        read = Read(key, "page", entity, f"Subscription.{name}", arguments, node, selected=selected)
        return ReadPlan(((key, (read,)),), self.catalog.entities)

    def subscribed(self, operation: OperationDefinitionNode) -> tuple[str, list[FieldNode]]:
        """The one field of a subscription operation: its response key and its nodes."""
        ((key, nodes),) = self.fields(self.object_type("Subscription"), [operation.selection_set]).items()
        return key, nodes

    def record(
        self, entity: Entity, sets: Iterable[SelectionSetNode], key: str, node: FieldNode, *, many: bool = False
    ) -> Read:
        """The read-back of one record, or of many, after a mutation, selected by `sets`."""
        kept = (item for item in self.items(entity, list(sets)) if getattr(item, "key", "") != "__typename")
        items = (Constant("__typename", entity.name), *kept)
        if many:
            return Read(
                key, "nodes", entity, f"Mutation.{key}", {}, node, items, ids=lambda request: request.facts["ids"]
            )
        return Read(key, "one", entity, f"Mutation.{key}", {}, node, items, ids=lambda request: request.facts["id"])

    def root(
        self, key: str, query: GraphQLObjectType, declared: GraphQLField, nodes: list[FieldNode]
    ) -> tuple[Read, ...]:
        node, name = nodes[0], nodes[0].name.value
        arguments = self.arguments(node, declared)
        root: Root = self.catalog.roots[name]
        sets = [one.selection_set for one in nodes if one.selection_set]
        owner = f"{query.name}.{name}"
        if root.kind in {"node", "nodes"}:
            return tuple(
                Read(key, root.kind, entity, owner, arguments, node, self.items(entity, sets))  # type: ignore[arg-type]
                for entity in self.entities_of(arguments, node)
            )
        entity = self.catalog.entities[root.entity or ""]
        if root.kind in {"page", "feed"}:
            return (self.page(key, entity, owner, arguments, node, sets, None),)
        return (Read(key, root.kind, entity, owner, arguments, node, self.items(entity, sets, arguments)),)  # type: ignore[arg-type]

    def entities_of(self, arguments: Mapping[str, Tree], node: FieldNode) -> list[Entity]:
        """The types that the ids of `node(id:)` or `nodes(ids:)` name by their prefix, each once."""
        tree = arguments.get("id") or arguments.get("ids")
        values = tree.values if isinstance(tree, Leaves) else (tree.value,) if isinstance(tree, Leaf) else ()
        found: dict[str, Entity] = {}
        for value in values:
            match = PREFIX.fullmatch(str(value))
            entity = self.catalog.by_prefix(match[1] if match else None)
            if entity is None:
                shown = str(value)[:100]
                raise RequestError("BAD_USER_INPUT", f"{shown!r} is not an id of this API", ("id",), [node])
            found[entity.name] = entity
        return [found[name] for name in sorted(found)]

    def page(  # noqa: PLR0913, PLR0917 - the seven facts of a connection
        self,
        key: str,
        entity: Entity,
        owner: str,
        arguments: Mapping[str, Tree],
        node: FieldNode,
        sets: list[SelectionSetNode],
        relation: ToMany | None,
    ) -> Read:
        connection = self.object_type(f"{entity.name}Connection")
        selected = tuple(
            self.part(part_key, entity, connection, parts) for part_key, parts in self.fields(connection, sets).items()
        )
        return Read(key, "page", entity, owner, arguments, node, selected=selected, relation=relation)

    def part(self, key: str, entity: Entity, connection: GraphQLObjectType, nodes: list[FieldNode]) -> Selected:
        """One selected field of a connection."""
        node, name = nodes[0], nodes[0].name.value
        sets = [one.selection_set for one in nodes if one.selection_set]
        if name == "__typename":
            return Selected(key, "__typename", ((connection.name, ""),))
        if name == "totalCount":
            arguments = self.arguments(node, connection.fields[name])
            up_to = arguments["upTo"]
            members = tuple(
                (k, f[0].name.value) for k, f in self.fields(self.object_type("BoundedCount"), sets).items()
            )
            return Selected(key, "totalCount", members, up_to=up_to.get if isinstance(up_to, Leaf) else None)
        if name == "position":
            return Selected(key, "position")
        if name == "pageInfo":
            members = tuple((k, f[0].name.value) for k, f in self.fields(self.object_type("PageInfo"), sets).items())
            return Selected(key, "pageInfo", members)
        if name == "nodes":
            return Selected(key, "nodes", reads=((key, self.inside(key, entity, node, sets)),))
        fields = self.fields(self.object_type(f"{entity.name}Edge"), sets)
        members = tuple((k, f[0].name.value) for k, f in fields.items())
        reads = tuple((k, self.inside(k, entity, node, below)) for k, below in sets_of(fields, "node"))
        return Selected(key, "edges", members, reads)

    def inside(self, key: str, entity: Entity, node: FieldNode, sets: list[SelectionSetNode]) -> Read:
        """What is selected of a connection's records; its rows come from the connection's own read."""
        items = (self.variants(key, entity, node, sets),) if entity.variants else self.items(entity, sets)
        return Read(key, "one", entity, entity.name, {}, node, items)

    def variants(self, key: str, entity: Entity, node: FieldNode, sets: list[SelectionSetNode]) -> AnyVariant:
        """What is selected of a row for each type that it may have."""
        variants: Any = entity.variants
        reads = []
        for value, name in sorted(variants.entities.items()):
            one = self.catalog.entities[name]
            when = (variants.column, value)
            items = (of_variant(item, entity, when) for item in self.items(one, sets))
            reads.append((value, Read(key, "one", one, name, {}, node, tuple(items))))
        return AnyVariant(key, variants.column, tuple(reads))

    def items(
        self, entity: Entity, sets: list[SelectionSetNode], around: Mapping[str, Tree] = MappingProxyType({})
    ) -> tuple[Any, ...]:
        """What is selected of an entity's row; `around` are the arguments of the field that reads it."""
        type_ = self.object_type(entity.name)
        return tuple(self.item(key, entity, nodes, around) for key, nodes in self.fields(type_, sets).items())

    def item(  # noqa: PLR0911 - one for each kind of source
        self, key: str, entity: Entity, nodes: list[FieldNode], around: Mapping[str, Tree]
    ) -> Any:
        type_ = self.object_type(entity.name)
        node, name = nodes[0], nodes[0].name.value
        if name == "__typename":
            return Constant(key, type_.name)
        declared, source = type_.fields[name], entity.fields[name]
        sets = [one.selection_set for one in nodes if one.selection_set]
        if isinstance(source, Value):
            return Scalar(key, source)
        if isinstance(source, Composite):
            inner = get_named_type(declared.type)
            members = tuple((k, f[0].name.value) for k, f in self.fields(inner, sets).items())
            return Object(key, source, members, inner.name)
        if isinstance(source, Keys):
            return self.keys(key, source, sets, node, around)
        if isinstance(source, ToAny):
            return self.either(key, source, sets, node)
        target, owner = self.catalog.entities[entity.targets[name]], f"{type_.name}.{name}"
        arguments = self.arguments(node, declared)
        if isinstance(source, ToMany) and source.paged:
            return self.page(key, target, owner, arguments, node, sets, source)
        kind = "one" if isinstance(source, ToOne) else "list"
        return Read(key, kind, target, owner, arguments, node, self.items(target, sets), relation=source)  # type: ignore[arg-type]

    def keys(
        self, key: str, source: Keys, sets: list[SelectionSetNode], node: FieldNode, around: Mapping[str, Tree]
    ) -> GroupKeys:
        """The group keys of an aggregate, with the reads of the records they stand for."""
        fields = self.fields(self.object_type(source.typename), sets)
        nodes = sets_of(fields, "node")
        by = around.get("groupBy")
        groups: list[tuple[str, tuple[tuple[str, Read], ...]]] = []
        for at, value in enumerate(by.values if isinstance(by, Leaves) else ()):
            target, reads = source.targets[str(value)], []
            for k, below in nodes if target is not None else ():
                entity = self.catalog.entities[target or ""]
                items, relation = self.items(entity, below), ToOne(f"id_{at}")
                reads.append((k, Read(k, "one", entity, "GroupKey.node", {}, node, items, relation=relation)))
            groups.append((str(value), tuple(reads)))
        members = tuple((k, f[0].name.value) for k, f in fields.items())
        return GroupKeys(key, members, tuple(groups), source.typename)

    def either(self, key: str, source: ToAny, sets: list[SelectionSetNode], node: FieldNode) -> Either:
        """The record of any type that the row points at: one read for each type it may be of."""
        relation, reads = ToOne(source.column), []
        for value, name in sorted(source.types.items()):
            entity = self.catalog.entities[name]
            when, items = (source.type_column, value), self.items(entity, sets)
            reads.append(Read(key, "one", entity, name, {}, node, items, relation=relation, when=when))
        return Either(key, tuple(reads))

    def arguments(self, node: FieldNode, declared: GraphQLField) -> Mapping[str, Tree]:
        if not declared.args:
            return {}
        given = {argument.name.value: argument.value for argument in node.arguments or ()}
        return argument_trees(given, declared.args, self.variables)

    def fields(self, type_: GraphQLObjectType, sets: Iterable[SelectionSetNode]) -> dict[str, list[FieldNode]]:
        """Response key → field nodes, fragments opened, skipped ones left out."""
        found: dict[str, list[FieldNode]] = {}
        opened = set[str]()
        for one in sets:
            self.collect(type_, one, found, opened)
        return found

    def collect(
        self, type_: GraphQLObjectType, one: SelectionSetNode, found: dict[str, list[FieldNode]], opened: set[str]
    ) -> None:
        """A fragment is opened once: links of a chain that each spread the next one twice would double with each."""
        for node in one.selections:
            if not self.included(node.directives or ()):
                continue
            if isinstance(node, FieldNode):
                found.setdefault(node.alias.value if node.alias else node.name.value, []).append(node)
            elif isinstance(node, InlineFragmentNode):
                if node.type_condition is None or self.applies(node.type_condition.name.value, type_):
                    self.collect(type_, node.selection_set, found, opened)
            elif isinstance(node, FragmentSpreadNode) and node.name.value not in opened:
                opened.add(node.name.value)
                fragment = self.fragments[node.name.value]
                if self.applies(fragment.type_condition.name.value, type_):
                    self.collect(type_, fragment.selection_set, found, opened)

    def applies(self, condition: str, type_: GraphQLObjectType) -> bool:
        if condition == type_.name:
            return True
        abstract = self.schema.type_map[condition]
        return is_abstract_type(abstract) and self.schema.is_sub_type(abstract, type_)

    def included(self, directives: Iterable[DirectiveNode]) -> bool:
        for directive in directives:
            name = directive.name.value
            if name in {"skip", "include"}:
                condition = next(argument.value for argument in directive.arguments or ())
                value = (
                    self.variables[condition.name.value] if isinstance(condition, VariableNode) else condition.value  # type: ignore[attr-defined]
                )
                if value is None:
                    raise RequestError(
                        "BAD_USER_INPUT", f"null is neither true nor false for @{name}", nodes=[directive]
                    )
                if bool(value) is (name == "skip"):
                    return False
        return True

    def object_type(self, name: str) -> GraphQLObjectType:
        return self.schema.type_map[name]  # type: ignore[return-value]


def of_variant(item: Any, whole: Entity, when: tuple[str, str]) -> Any:
    """An item of one type of a row: a record is looked for only if it is of that type, a list may be that of each."""
    if not isinstance(item, Read):
        return item
    return replace(item, owner=whole.name) if item.kind == "list" else replace(item, when=when)


def fact(name: str) -> Leaf:
    return Leaf(lambda request: request.facts[name], None)


def sets_of(fields: Mapping[str, list[FieldNode]], name: str) -> list[tuple[str, list[SelectionSetNode]]]:
    """(response key, selection sets) of each field with a name: it may stand there under several keys."""
    return [
        (key, [one.selection_set for one in nodes if one.selection_set])
        for key, nodes in fields.items()
        if nodes[0].name.value == name
    ]
