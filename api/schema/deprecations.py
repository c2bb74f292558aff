"""What of the schema is going away: dates and replacements that a machine can read, and which of it a document uses.

A reason reads "Use `orders`. Removal not before 2027-07-01."; coordinates are those of the GraphQL specification:
`Type.field`, `Type.field(argument:)`, `Enum.VALUE`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from graphql import (
    ArgumentNode,
    DocumentNode,
    EnumValueNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLArgument,
    GraphQLEnumType,
    GraphQLEnumValue,
    GraphQLField,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    ObjectFieldNode,
    OperationDefinitionNode,
    TypeInfo,
    TypeInfoVisitor,
    Visitor,
    get_named_type,
    visit,
)

REPLACEMENT = re.compile(r"`([^`]+)`")
REMOVAL = re.compile(r"Removal not before (\d{4}-\d\d-\d\d)\.")

Element = GraphQLField | GraphQLArgument | GraphQLInputField | GraphQLEnumValue


class UnclearDeprecation(Exception):
    """A reason without a replacement that exists, or without a date; the text says where and what to write."""


@dataclass(frozen=True, slots=True)
class Deprecation:
    coordinate: str
    replacement: str  # as the reason names it: a sibling, a coordinate or a type
    removal: date  # not before this day


def elements(core: GraphQLSchema) -> Iterator[tuple[str, str, Element]]:
    """Everything that can be deprecated: its coordinate, the prefix of its siblings' coordinates, and itself."""
    for name, type_ in core.type_map.items():
        if name.startswith("__"):
            continue
        if isinstance(type_, GraphQLObjectType | GraphQLInterfaceType):
            for field_name, field in type_.fields.items():
                yield f"{name}.{field_name}", f"{name}.{{}}", field
                for argument_name, argument in field.args.items():
                    sibling = f"{name}.{field_name}({{}}:)"
                    yield sibling.format(argument_name), sibling, argument
        elif isinstance(type_, GraphQLInputObjectType):
            for input_name, input_field in type_.fields.items():
                yield f"{name}.{input_name}", f"{name}.{{}}", input_field
        elif isinstance(type_, GraphQLEnumType):
            for value_name, value in type_.values.items():
                yield f"{name}.{value_name}", f"{name}.{{}}", value


def deprecations(core: GraphQLSchema) -> dict[str, Deprecation]:
    """Coordinate → what its reason says.

    Raises:
        UnclearDeprecation: for the first reason that a machine cannot read.
    """
    reasons = {coordinate: element.deprecation_reason for coordinate, _, element in elements(core)}
    found = {}
    for coordinate, siblings, element in elements(core):
        reason = element.deprecation_reason
        if reason is None:
            continue
        named = REPLACEMENT.search(reason)
        if named is None:
            raise unclear(coordinate, reason, "it names no replacement in backticks")
        replacement = named[1]
        known = next((name for name in (replacement, siblings.format(replacement)) if name in reasons), None)
        if known == coordinate or (known is None and replacement not in core.type_map):
            raise unclear(coordinate, reason, f"there is no {replacement}, as a sibling, coordinate or type")
        if known is not None and reasons[known] is not None:
            raise unclear(coordinate, reason, f"{replacement} is deprecated itself")
        found[coordinate] = Deprecation(coordinate, replacement, removal_of(coordinate, reason))
    return found


def removal_of(coordinate: str, reason: str) -> date:
    dated = REMOVAL.search(reason)
    if dated is None:
        raise unclear(coordinate, reason, "it does not say when")
    try:
        return date.fromisoformat(dated[1])
    except ValueError:
        raise unclear(coordinate, reason, f"{dated[1]} is not a day") from None


def unclear(coordinate: str, reason: str, problem: str) -> UnclearDeprecation:
    example = "Use `orders`. Removal not before 2027-07-01."
    return UnclearDeprecation(f'{coordinate} is deprecated with "{reason}": {problem}. Write it like "{example}"')


@lru_cache(128)  # there are fewer editions
def any_deprecated(core: GraphQLSchema) -> bool:
    """Whether anything of a schema is deprecated: it has ten thousand elements."""
    return any(element.deprecation_reason is not None for _, _, element in elements(core))


class Deprecated:
    """Finds what a document uses of the deprecated part of one schema."""

    def __init__(self, core: GraphQLSchema) -> None:
        self._core = core
        self._any = any_deprecated(core)

    def used(self, document: DocumentNode) -> Sequence[tuple[str, ...]]:
        """For each operation of a valid document, in their order, the sorted coordinates it uses.

        One linear walk; none at all while nothing is deprecated. Values inside variables are not in the document.
        """
        operations = [node for node in document.definitions if isinstance(node, OperationDefinitionNode)]
        if not self._any:
            return [()] * len(operations)
        type_info = TypeInfo(self._core)
        walk = Uses(type_info)
        visit(document, TypeInfoVisitor(type_info, walk))
        return [tuple(sorted(walk.reached(operation))) for operation in operations]


class Uses(Visitor):
    """Deprecated coordinates and fragment spreads by the definition they stand in."""

    def __init__(self, type_info: TypeInfo) -> None:
        super().__init__()
        self._type_info = type_info
        self._definition: object = None
        self._field = ""
        self._coordinates: dict[object, set[str]] = {}
        self._spreads: dict[object, set[str]] = {}

    def reached(self, operation: OperationDefinitionNode) -> set[str]:
        """What the operation and all fragments it spreads, directly or not, use."""
        found, seen, waiting = set[str](), set[object](), [key_of(operation)]
        while waiting:
            definition = waiting.pop()
            if definition not in seen:
                seen.add(definition)
                found |= self._coordinates[definition]
                waiting += self._spreads[definition]
        return found

    def enter_operation_definition(self, node: OperationDefinitionNode, *_args: object) -> None:
        self._begin(key_of(node))

    def enter_fragment_definition(self, node: FragmentDefinitionNode, *_args: object) -> None:
        self._begin(node.name.value)

    def enter_fragment_spread(self, node: FragmentSpreadNode, *_args: object) -> None:
        self._spreads[self._definition].add(node.name.value)

    def enter_field(self, node: FieldNode, *_args: object) -> None:
        parent = self._type_info.get_parent_type()
        self._field = node.name.value  # its arguments are walked next, before any other field
        self._note(self._type_info.get_field_def(), f"{parent}.{self._field}")

    def enter_argument(self, node: ArgumentNode, *_args: object) -> None:
        if self._type_info.get_directive() is None:
            parent = self._type_info.get_parent_type()
            self._note(self._type_info.get_argument(), f"{parent}.{self._field}({node.name.value}:)")

    def enter_object_field(self, node: ObjectFieldNode, *_args: object) -> None:
        parent = get_named_type(self._type_info.get_parent_input_type())
        if isinstance(parent, GraphQLInputObjectType):
            self._note(parent.fields.get(node.name.value), f"{parent}.{node.name.value}")

    def enter_enum_value(self, node: EnumValueNode, *_args: object) -> None:
        parent = get_named_type(self._type_info.get_input_type())
        self._note(self._type_info.get_enum_value(), f"{parent}.{node.value}")

    def _begin(self, definition: object) -> None:
        self._definition = definition
        self._coordinates[definition], self._spreads[definition] = set(), set()

    def _note(self, element: Element | None, coordinate: str) -> None:
        if element is not None and element.deprecation_reason is not None:
            self._coordinates[self._definition].add(coordinate)


def key_of(operation: OperationDefinitionNode) -> object:
    """Told apart by identity: nodes compare by what is in them, which takes as long as they are large."""
    return id(operation)
