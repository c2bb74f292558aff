"""Arguments as trees: their structure shapes SQL, their values become parameters.

A tree is built from a document's literals and the present values of its variables. What may differ between two
requests without changing the SQL sits behind a getter; everything else is part of the shape, see `shape_of`.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from graphql import (
    GraphQLArgument,
    GraphQLBoolean,
    GraphQLEnumType,
    GraphQLError,
    GraphQLID,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLList,
    GraphQLNonNull,
    ListValueNode,
    NullValueNode,
    ObjectValueNode,
    Undefined,
    ValueNode,
    VariableNode,
    get_named_type,
    value_from_ast,
)

from .errors import RequestError
from .request import Getter

PREFIX = re.compile(r"([a-z]{3})_[0-9a-f]{32}")


@dataclass(frozen=True, slots=True)
class Leaf:
    """A scalar or enum. `value` is the present one: only enums, booleans and id prefixes may shape SQL."""

    get: Getter
    value: Any


@dataclass(frozen=True, slots=True)
class Leaves:
    """A list of scalars, one array parameter whatever its length; `values` as `Leaf.value`."""

    get: Getter
    values: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """An input object: the given fields only."""

    fields: Mapping[str, "Tree"]


@dataclass(frozen=True, slots=True)
class Items:
    """A list of input objects."""

    items: tuple["Tree", ...]


@dataclass(frozen=True, slots=True)
class Null:
    """An explicit null."""


Tree = Leaf | Leaves | Group | Items | Null


@dataclass(frozen=True, slots=True, eq=False)
class Written:
    """The getter of a value that stands in the document, or is a default: every request of this text has it."""

    value: Any

    def __call__(self, _request: object) -> Any:
        return self.value


def constant(value: Any) -> Getter:
    return Written(value)


def variable(name: str) -> Getter:
    return lambda request: request.variables[name]


def inner(get: Getter, key: str | int) -> Getter:
    return lambda request: get(request)[key]


def each(getters: tuple[Getter, ...]) -> Getter:
    return lambda request: [get(request) for get in getters]


def converted(get: Getter, convert: Callable[[Any], Any]) -> Getter:
    return lambda request: convert(get(request))


def argument_trees(
    given: Mapping[str, ValueNode], declared: Mapping[str, GraphQLArgument], variables: Mapping[str, Any]
) -> dict[str, Tree]:
    """The trees of a field's arguments; an argument that is absent and has no default is absent here too."""
    trees: dict[str, Tree] = {}
    for name, argument in declared.items():
        tree = from_node(given[name], argument.type, variables) if name in given else None
        if tree is None and argument.default_value is not Undefined:
            tree = from_value(argument.default_value, argument.type, constant(argument.default_value))
        if tree is not None:
            trees[name] = present(tree, argument.type, given.get(name))
    return trees


def present(tree: Tree, type_: GraphQLInputType, node: ValueNode | None) -> Tree:
    """The tree. A nullable variable may stand where a default is, but its null is not a value there.

    Raises:
        RequestError: BAD_USER_INPUT for null where the type has none.
    """
    if isinstance(tree, Null) and isinstance(type_, GraphQLNonNull):
        raise RequestError(
            "BAD_USER_INPUT", "null is not a value here; leave it out instead", nodes=[node] if node else ()
        )
    return tree


def from_node(node: ValueNode, type_: GraphQLInputType, variables: Mapping[str, Any]) -> Tree | None:
    """The tree of a value in the document; None for a variable that was not given."""
    if isinstance(node, VariableNode):
        name = node.name.value
        return from_value(variables[name], type_, variable(name)) if name in variables else None
    if isinstance(node, NullValueNode):
        return Null()
    bare = type_.of_type if isinstance(type_, GraphQLNonNull) else type_
    if isinstance(bare, GraphQLList):
        nodes = node.values if isinstance(node, ListValueNode) else (node,)
        return from_nodes(nodes, bare.of_type, variables)
    if isinstance(bare, GraphQLInputObjectType) and isinstance(node, ObjectValueNode):
        return object_tree(node, bare, variables)
    try:
        value = value_from_ast(node, bare)
    except GraphQLError as error:
        raise RequestError("BAD_USER_INPUT", error.message, nodes=[node]) from error
    if value is Undefined:
        raise RequestError("BAD_USER_INPUT", f"this is not a value of type {bare}", nodes=[node])
    return Leaf(constant(value), value)


def from_nodes(nodes: tuple[ValueNode, ...], item: GraphQLInputType, variables: Mapping[str, Any]) -> Tree:
    trees = [tree for node in nodes if (tree := from_node(node, item, variables)) is not None]
    if is_object(item):
        return Items(tuple(trees))
    leaves = tuple(tree if isinstance(tree, Leaf) else Leaf(constant(None), None) for tree in trees)
    return Leaves(each(tuple(leaf.get for leaf in leaves)), tuple(leaf.value for leaf in leaves))


def object_tree(node: ObjectValueNode, type_: GraphQLInputObjectType, variables: Mapping[str, Any]) -> Group:
    given = {field.name.value: field.value for field in node.fields}
    fields: dict[str, Tree] = {}
    for name, declared in type_.fields.items():
        tree = from_node(given[name], declared.type, variables) if name in given else None
        if tree is None and declared.default_value is not Undefined:
            tree = from_value(declared.default_value, declared.type, constant(declared.default_value))
        if tree is not None:
            fields[name] = present(tree, declared.type, given.get(name))
    return Group(fields)


def from_value(value: Any, type_: GraphQLInputType, get: Getter) -> Tree:
    """The tree of a coerced value that `get` will fetch from later requests of the same shape."""
    bare = type_.of_type if isinstance(type_, GraphQLNonNull) else type_
    if value is None:
        return Null()
    if isinstance(bare, GraphQLList):
        if is_object(bare.of_type):
            return Items(tuple(from_value(item, bare.of_type, inner(get, at)) for at, item in enumerate(value)))
        return Leaves(get, tuple(value))
    if isinstance(bare, GraphQLInputObjectType):
        fields: dict[str, GraphQLInputField] = bare.fields
        return Group({key: from_value(item, fields[key].type, inner(get, key)) for key, item in value.items()})
    return Leaf(get, value)


def is_object(type_: GraphQLInputType) -> bool:
    bare = type_.of_type if isinstance(type_, GraphQLNonNull) else type_
    return isinstance(bare, GraphQLInputObjectType)


def shape_of(value: Any, type_: GraphQLInputType) -> Any:
    """What of a variable's value may change the SQL: structure, enums, booleans, id prefixes; hashable.

    >>> from graphql import GraphQLInt
    >>> shape_of(7, GraphQLInt) == shape_of(8, GraphQLInt), shape_of(None, GraphQLInt)
    (True, None)

    Of a list of scalars the length does not matter, of a list of enums even the order does: it orders groups.
    """
    bare = type_.of_type if isinstance(type_, GraphQLNonNull) else type_
    if value is None:
        return None
    if isinstance(bare, GraphQLList):
        shapes = tuple(shape_of(item, bare.of_type) for item in value)
        ordered = isinstance(get_named_type(bare), GraphQLInputObjectType | GraphQLEnumType)
        return shapes if ordered else ("*", *sorted({str(shape) for shape in shapes}))
    if isinstance(bare, GraphQLInputObjectType):
        return tuple(sorted((key, shape_of(item, bare.fields[key].type)) for key, item in value.items()))
    if isinstance(bare, GraphQLEnumType) or bare is GraphQLBoolean:
        return str(value)
    if bare is GraphQLID:
        match = PREFIX.fullmatch(str(value))
        return match[1] if match else "?"
    return "."
