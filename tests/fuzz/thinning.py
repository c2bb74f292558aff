"""The committed schema with only some of its fields, so that what is generated from it stays small.

Generated from the whole schema a document nests relations until it is refused for its size. Each thinned schema keeps
other fields, so that many of them meet all. Documents for it are documents for the whole schema, too, except where
an id has a scalar of its own: `AccountRef.id` is an `AccountId`, so that ids of accounts can be drawn for it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from random import Random
from typing import Any

from graphql import (
    ConstDirectiveNode,
    DocumentNode,
    EnumTypeDefinitionNode,
    FieldDefinitionNode,
    GraphQLSchema,
    InputObjectTypeDefinitionNode,
    InputValueDefinitionNode,
    InterfaceTypeDefinitionNode,
    NamedTypeNode,
    NameNode,
    NonNullTypeNode,
    ObjectTypeDefinitionNode,
    ScalarTypeDefinitionNode,
    build_ast_schema,
)

ROOTS = frozenset({"Query", "Mutation"})
BUILT_IN = frozenset({"ID", "String", "Int", "Float", "Boolean"})
KEPT = 0.3
ANY_ID = "AnyId"
REFERENCE = "Ref"


def thinned(document: DocumentNode, random: Random) -> GraphQLSchema:
    """Some of the fields of each type and of each input; those that must be given stay."""
    leaves = {
        node.name.value
        for node in document.definitions
        if isinstance(node, ScalarTypeDefinitionNode | EnumTypeDefinitionNode)
    } | BUILT_IN
    promised = {
        node.name.value: {field.name.value for field in node.fields or ()}
        for node in document.definitions
        if isinstance(node, InterfaceTypeDefinitionNode)
    }
    definitions: list[Any] = []
    for node in document.definitions:
        if isinstance(node, ObjectTypeDefinitionNode):
            must = set[str]().union(*(promised[one.name.value] for one in node.interfaces or ()))
            fields = tuple(with_ids(field) for field in node.fields or ())
            kept = fields if node.name.value in ROOTS else tuple(some(fields, must, leaves, random))
            definitions.append(replace(node, fields=kept))
        elif isinstance(node, InputObjectTypeDefinitionNode):
            definitions.append(replace(node, fields=tuple(some_inputs(node, random)), directives=()))
        else:
            definitions.append(node)
    ids = {f"{prefix}Id" for prefix in references(document)} | {ANY_ID}
    scalars = [ScalarTypeDefinitionNode(name=NameNode(value=name)) for name in sorted(ids)]
    return build_ast_schema(DocumentNode(definitions=(*definitions, *scalars)), assume_valid=True)


def references(document: DocumentNode) -> Iterable[str]:
    """The names of the types that inputs refer to."""
    names = (node.name.value for node in document.definitions if isinstance(node, InputObjectTypeDefinitionNode))
    return [name.removesuffix(REFERENCE) for name in names if name.endswith(REFERENCE)]


def some(
    fields: Sequence[FieldDefinitionNode], must: set[str], leaves: set[str], random: Random
) -> Sequence[FieldDefinitionNode]:
    """What interfaces promise, some of the rest, and a leaf to end with if there is one."""
    kept = [field for field in fields if field.name.value in must or random.random() < KEPT]
    if not any(named(field.type) in leaves for field in kept):
        kept += [field for field in fields if named(field.type) in leaves][:1]
    return kept or fields[:1]


def some_inputs(node: InputObjectTypeDefinitionNode, random: Random) -> Sequence[InputValueDefinitionNode]:
    """What must be given and some of the rest; of those of which one is to be given, that one."""
    name = node.name.value
    fields = [with_id(field, f"{name.removesuffix(REFERENCE)}Id" if name.endswith(REFERENCE) else ANY_ID)
              for field in node.fields or ()]  # fmt: skip
    if any(is_one_of(directive) for directive in node.directives or ()):
        one = random.choice(fields)
        return [replace(one, type=required(one.type))]
    kept = [field for field in fields if isinstance(field.type, NonNullTypeNode) or random.random() < KEPT]
    return kept or [random.choice(fields)]


def required(type_: Any) -> NonNullTypeNode:
    return type_ if isinstance(type_, NonNullTypeNode) else NonNullTypeNode(type=type_)


def is_one_of(directive: ConstDirectiveNode) -> bool:
    return directive.name.value == "oneOf"


def with_ids(field: FieldDefinitionNode) -> FieldDefinitionNode:
    return replace(field, arguments=tuple(with_id(argument, ANY_ID) for argument in field.arguments or ()))


def with_id(value: InputValueDefinitionNode, name: str) -> InputValueDefinitionNode:
    return replace(value, type=renamed(value.type, name))


def renamed(type_: Any, name: str) -> Any:
    """The type with `ID` replaced by another scalar."""
    if isinstance(type_, NamedTypeNode):
        return NamedTypeNode(name=NameNode(value=name)) if type_.name.value == "ID" else type_
    return replace(type_, type=renamed(type_.type, name))


def named(type_: Any) -> str:
    while not isinstance(type_, NamedTypeNode):
        type_ = type_.type
    return str(type_.name.value)
