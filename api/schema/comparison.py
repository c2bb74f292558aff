"""What a client of a released schema would notice of the present one."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from graphql import GraphQLInputObjectType, GraphQLScalarType, GraphQLSchema, get_named_type
from graphql.utilities import (
    BreakingChangeType,
    DangerousChangeType,
    SafeChangeType,
    SchemaChange,
    find_schema_changes,
)

from .deprecations import deprecations, elements

COORDINATE = re.compile(r"(\w+\.\w+)(\(\w+:\))?")
NAME = re.compile(r"\w+")


class Severity(StrEnum):
    BREAKING = "breaking"  # operations that ran may fail
    DANGEROUS = "dangerous"  # they run, but clients may not be ready for what they get
    SAFE = "safe"


@dataclass(frozen=True, slots=True)
class Change:
    """`announced`: it was deprecated in the release, and the day from which it may be removed has come."""

    severity: Severity
    kind: str
    description: str
    announced: bool = False

    @property
    def unannounced(self) -> bool:
        return self.severity is Severity.BREAKING and not self.announced


def changes(released: GraphQLSchema, present: GraphQLSchema, today: date) -> list[Change]:
    """All of them, the worst first.

    Raises:
        UnclearDeprecation: in the released schema.
    """
    gone = removable(released, today)
    found = [change_of(change, gone) for change in find_schema_changes(released, present)]
    found += beyond(released, present)
    order = list(Severity)
    return sorted(found, key=lambda change: (order.index(change.severity), change.kind, change.description))


def change_of(change: SchemaChange, gone: Collection[str]) -> Change:
    if isinstance(change.type, SafeChangeType):
        return Change(Severity.SAFE, change.type.name, change.description)
    if isinstance(change.type, DangerousChangeType):
        return Change(Severity.DANGEROUS, change.type.name, change.description)
    return Change(Severity.BREAKING, change.type.name, change.description, announced(change, gone))


def announced(change: SchemaChange, gone: Collection[str]) -> bool:
    """Whether the element that the change is about, or the field around it, may be gone.

    graphql-core says what a change is about in its description only: a coordinate, or the names of types.
    """
    coordinate = COORDINATE.search(change.description)
    if coordinate is not None:
        return coordinate[0] in gone or coordinate[1] in gone
    removes_type = change.type in {
        BreakingChangeType.TYPE_REMOVED,
        BreakingChangeType.TYPE_REMOVED_FROM_UNION,
        BreakingChangeType.IMPLEMENTED_INTERFACE_REMOVED,
    }
    return removes_type and any(name in gone for name in NAME.findall(change.description))


def removable(released: GraphQLSchema, today: date) -> set[str]:
    """What may be gone today: coordinates whose day has come, and types that nothing else leads to."""
    gone = {name for name, one in deprecations(released).items() if one.removal <= today}
    uses: dict[str, set[str]] = {}
    for coordinate, _, element in elements(released):
        if hasattr(element, "type"):
            uses.setdefault(get_named_type(element.type).name, set()).add(coordinate)
    found = True
    while found:
        found = False
        for name, coordinates in uses.items():
            if name not in gone and all(is_gone(coordinate, gone) for coordinate in coordinates):
                gone.add(name)
                found = True
    return gone


def is_gone(coordinate: str, gone: Collection[str]) -> bool:
    """Its type, its field or itself."""
    match = COORDINATE.fullmatch(coordinate)
    return match is not None and bool({match[1].partition(".")[0], match[1], match[0]} & set(gone))


def beyond(released: GraphQLSchema, present: GraphQLSchema) -> Iterator[Change]:
    """What graphql-core does not compare: deprecations, `@oneOf`, and what scalars say they are."""
    before = {name: element.deprecation_reason for name, _, element in elements(released)}
    for name, _, element in elements(present):
        if name in before and before[name] is None and element.deprecation_reason is not None:
            yield Change(Severity.SAFE, "DEPRECATED", f"{name} was deprecated: {element.deprecation_reason}")
    for name, old in released.type_map.items():
        new = present.type_map.get(name)
        if isinstance(old, GraphQLInputObjectType) and isinstance(new, GraphQLInputObjectType):
            if new.is_one_of and not old.is_one_of:
                yield Change(Severity.BREAKING, "INPUT_BECAME_ONE_OF", f"{name} takes exactly one of its fields now.")
            if old.is_one_of and not new.is_one_of:
                yield Change(Severity.SAFE, "INPUT_NO_LONGER_ONE_OF", f"{name} takes several of its fields now.")
        if isinstance(old, GraphQLScalarType) and isinstance(new, GraphQLScalarType) and links_differ(old, new):
            told = f"Scalar {name} is specified by {new.specified_by_url} now."
            yield Change(Severity.DANGEROUS, "SCALAR_SPECIFICATION_CHANGED", told)


def links_differ(old: GraphQLScalarType, new: GraphQLScalarType) -> bool:
    return old.specified_by_url != new.specified_by_url


def tally(found: Sequence[Change]) -> dict[str, int]:
    """How many there are of each severity, and how many breaking ones were not announced."""
    counts = {str(severity): sum(change.severity is severity for change in found) for severity in Severity}
    return {**counts, "unannounced": sum(change.unannounced for change in found)}
