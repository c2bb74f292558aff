"""Parts of the schema to try out. They exist for requests that name their feature in `Api-Preview`, and for no others.

They are no part of the contract: `schema print` and the releases know nothing of them, and they may change or go with
any release. What stays loses its line in `PREVIEWS`, and is there for everybody.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from types import MappingProxyType

from graphql import (
    DirectiveLocation,
    GraphQLArgument,
    GraphQLDirective,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLString,
)

from .deprecations import elements

# Coordinate → feature, of a field, an argument, an input field, a value of an enum, or an object type: a new kind of
# record is named together with the fields of Query and Mutation that lead to it. There are none at present.
PREVIEWS: Mapping[str, str] = MappingProxyType({})

FEATURE = re.compile(r"[a-z][a-z0-9-]*")
NONE: frozenset[str] = frozenset()
DIRECTIVE = GraphQLDirective(
    "preview",
    [
        DirectiveLocation.OBJECT,
        DirectiveLocation.FIELD_DEFINITION,
        DirectiveLocation.ARGUMENT_DEFINITION,
        DirectiveLocation.INPUT_FIELD_DEFINITION,
        DirectiveLocation.ENUM_VALUE,
    ],
    {"feature": GraphQLArgument(GraphQLNonNull(GraphQLString), description="What to send in `Api-Preview`.")},
    description="To be tried out; it may change or go at any time.",
)


class UnknownPreview(Exception):
    """Something is to be tried out that is not in the schema, or the feature's name is none."""


def check(core: GraphQLSchema, previews: Mapping[str, str]) -> None:
    """Raise `UnknownPreview` for a coordinate that the schema does not have, or a name that fits into no header."""
    known = {coordinate for coordinate, _, _ in elements(core)}
    known |= {name for name, one in core.type_map.items() if isinstance(one, GraphQLObjectType)}
    for coordinate, feature in previews.items():
        if coordinate not in known or not FEATURE.fullmatch(feature):
            raise UnknownPreview(f"{coordinate}: {feature}")


def asked(header: str) -> frozenset[str]:
    """The features that a header names; what is no preview, or none any more, changes nothing.

    >>> sorted(asked("timeline, scores,, "))
    ['scores', 'timeline']
    """
    return frozenset(part for one in header.split(",") if (part := one.strip()))


def hidden(previews: Mapping[str, str], features: Collection[str]) -> frozenset[str]:
    """The coordinates that are not there for whoever asked for these features."""
    return frozenset(coordinate for coordinate, feature in previews.items() if feature not in features)


# -- SDL ------------------------------------------------------------------------------------------------------------

TYPE_LINE = re.compile(r"(?:type|interface|input|enum) (\w+)")
MEMBER_LINE = re.compile(r"  (\w+)")
ARGUMENT_LINE = re.compile(r"    (\w+):")
QUOTES = '"""'


def marked(sdl: str, previews: Mapping[str, str]) -> str:
    """The printed schema with `@preview` at what is one."""
    return "\n".join(marked_lines(sdl.split("\n"), previews)) if previews else sdl


def marked_lines(lines: list[str], previews: Mapping[str, str]) -> Iterator[str]:
    owner, member, quoted = "", "", False
    for line in lines:
        quoted ^= line.count(QUOTES) % 2 == 1
        coordinate, shown = "", line
        if not quoted and QUOTES not in line:
            if found := TYPE_LINE.match(line):
                owner = coordinate = found[1]
            elif found := ARGUMENT_LINE.match(line):
                coordinate = f"{owner}.{member}({found[1]}:)"
            elif found := MEMBER_LINE.match(line):
                member = found[1]
                coordinate = "" if line.endswith("(") else f"{owner}.{member}"
            elif line.startswith("  ): "):
                coordinate = f"{owner}.{member}"
        if coordinate in previews:
            mark = f'@preview(feature: "{previews[coordinate]}")'
            shown = f"{line[:-2]} {mark} {{" if line.endswith(" {") else f"{line} {mark}"
        yield shown
