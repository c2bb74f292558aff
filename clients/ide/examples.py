"""Writes `src/examples.json`: one operation that can be run for every field of Query and Mutation.

Made from the committed SDL by `make schema`, so that a new field has its example without anyone writing it. What the
schema cannot tell stands in `known.py`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from dataclasses import field as made
from pathlib import Path
from typing import Any

from graphql import (
    GraphQLArgument,
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    build_schema,
    get_named_type,
    is_leaf_type,
    is_list_type,
    is_non_null_type,
    is_required_argument,
    is_required_input_field,
    parse,
    print_ast,
)

from clients.ide.known import NUMBERS, PATCHED, SCALARS, SHOWN_ARGUMENTS, SHOWN_FIELDS, STATES, TEXTS, Lookup

HERE = Path(__file__).resolve().parent
SDL = HERE.parents[1] / "api/schema/schema.graphql"
WRITTEN = HERE / "src/examples.json"

PAGE = 5
MOST_LEAVES = 7
MOST_INNER_LEAVES = 4
MOST_NESTED = 10
MOST_RELATED = 3
MOST_KINDS = 3
DEPTH = 2
MOST_COLUMNS = 60
# Shown first, in this order; what is not named here follows as the schema has it.
TELLING = ("id", "name", "code", "email", "status", "kind", "type", "position", "probability", "key", "value", "at")
DULL = frozenset({"archivedAt", "createdAt", "updatedAt", "version", "notes"})
# Connections below the first level would show lists of lists.
BIG = ("Connection",)


@dataclass
class Example:
    kind: str
    field: str
    description: str
    document: str = ""
    variables: dict[str, Any] = made(default_factory=dict)
    lookups: list[Lookup] = made(default_factory=list)


class Writer:
    def __init__(self, schema: GraphQLSchema) -> None:
        self.schema = schema
        self.lists = lists_of(schema)

    def examples(self) -> list[Example]:
        kinds = (("query", self.schema.query_type), ("mutation", self.schema.mutation_type))
        return [self.example(kind, name, of) for kind, root in kinds if root for name, of in root.fields.items()]

    def example(self, kind: str, name: str, of: GraphQLField) -> Example:
        example = Example(kind, name, " ".join((of.description or "").split()))
        if name in STATES:
            known = STATES[name]
            example.lookups += [known] if isinstance(known, Lookup) else known
        given = self.given(example, of)
        declared = [f"${argument}: {of.args[argument].type}" for argument in given]
        passed = ", ".join(f"{argument}: ${argument}" for argument in given)
        title = name[0].upper() + name[1:] + (f"({', '.join(declared)})" if declared else "")
        call = f"{name}({passed})" if passed else name
        example.variables = given
        selected = self.selection(get_named_type(of.type), DEPTH)
        first, *lines = print_ast(parse(f"{kind} {title} {{ {call} {selected} }}")).split("\n")
        if len(first) > MOST_COLUMNS:
            first = "\n  ".join([first.partition("(")[0] + "(", *declared]) + "\n) {"
        example.document = "\n".join([first, *lines]) + "\n"
        return example

    # Arguments

    def given(self, example: Example, of: GraphQLField) -> dict[str, Any]:
        shown = SHOWN_ARGUMENTS.get(example.field, {})
        given: dict[str, Any] = {}
        for name, argument in of.args.items():
            if name in shown:
                given[name] = shown[name]
            elif is_required_argument(argument):
                given[name] = self.value(example, name, argument, (name,))
            elif name == "dryRun":
                given[name] = True
            elif name == "first" and not argument.default_value:
                given[name] = PAGE
        order = sorted(given, key=lambda name: (name == "dryRun", name != "where"))
        return {name: given[name] for name in order}

    def value(self, example: Example, name: str, of: GraphQLArgument | GraphQLInputField, path: tuple[str, ...]) -> Any:
        kind: Any = of.type.of_type if is_non_null_type(of.type) else of.type
        if is_list_type(kind):
            return [self.single(example, name, get_named_type(kind), (*path, "0"))]
        return self.single(example, name, kind, path)

    def single(self, example: Example, name: str, kind: GraphQLNamedType, path: tuple[str, ...]) -> Any:
        if isinstance(kind, GraphQLEnumType):
            return next(iter(kind.values))
        if isinstance(kind, GraphQLInputObjectType):
            return self.record(example, kind, path)
        if kind.name == "ID":
            return f"<{name}>"
        if kind.name in {"Decimal", "String"} and name in TEXTS:
            return TEXTS[name]
        if kind.name == "Int" and name in NUMBERS:
            return NUMBERS[name]
        return SCALARS.get(kind.name, "Example")

    def record(self, example: Example, kind: GraphQLInputObjectType, path: tuple[str, ...]) -> dict[str, Any]:
        if kind.is_one_of:
            return self.reference(example, kind, path)
        fields = [name for name, one in kind.fields.items() if is_required_input_field(one)]
        fields += [name for name in SHOWN_FIELDS.get(kind.name, ()) if name in kind.fields and name not in fields]
        if not fields:
            fields = [next((name for name in PATCHED if name in kind.fields), next(iter(kind.fields)))]
        return {name: self.value(example, name, kind.fields[name], (*path, name)) for name in fields}

    def reference(self, example: Example, kind: GraphQLInputObjectType, path: tuple[str, ...]) -> dict[str, Any]:
        """The id of a record that is looked up when the example is used, else the first way to name one."""
        target = kind.name.removesuffix("Ref")
        if path[-1] == "match" and "externalId" in kind.fields:  # an upsert shows best how it makes a record
            return {"externalId": self.value(example, "externalId", kind.fields["externalId"], (*path, "externalId"))}
        if "id" not in kind.fields:
            name, one = next(iter(kind.fields.items()))
            return {name: self.value(example, name, one, (*path, name))}
        into = ".".join((*path, "id"))
        known = {variable for lookup in example.lookups for variable in lookup.into}
        if target in self.lists and into not in known:
            rows = self.lists[target]
            example.lookups.append(
                Lookup(f"{{ {rows}(first: 1) {{ nodes {{ id }} }} }}", f"{rows}.nodes", {into: "id"})
            )
        return {"id": f"<id of a record of type {target}>"}

    # Selections

    def selection(self, kind: GraphQLNamedType, depth: int) -> str:
        """What to select of a type, in braces; nothing of a leaf."""
        if isinstance(kind, GraphQLUnionType):
            return self.one_of_many(kind, [], depth)
        if not isinstance(kind, GraphQLObjectType | GraphQLInterfaceType):
            return ""
        if "nodes" in kind.fields and "pageInfo" in kind.fields:
            nodes = self.selection(get_named_type(kind.fields["nodes"].type), depth)
            counted = " totalCount { value isExact }" if "totalCount" in kind.fields else ""
            return f"{{ nodes {nodes} pageInfo {{ hasNextPage endCursor }}{counted} }}"
        free = {name: one for name, one in kind.fields.items() if not any(map(is_required_argument, one.args.values()))}
        leaves = sorted(
            (name for name, one in free.items() if is_leaf_type(get_named_type(one.type)) and name not in DULL),
            key=lambda name: TELLING.index(name) if name in TELLING else len(TELLING),
        )[: MOST_LEAVES if depth == DEPTH else MOST_INNER_LEAVES]
        if isinstance(kind, GraphQLInterfaceType) and depth == DEPTH:
            return self.one_of_many(kind, leaves, depth)
        nested = self.nested(free, depth) if depth else []
        inside = " ".join([*leaves, *nested]) or "__typename"
        return f"{{ {inside} }}"

    def nested(self, fields: Mapping[str, GraphQLField], depth: int) -> list[str]:
        inner = {name: get_named_type(one.type) for name, one in fields.items()}
        kept = [
            name
            for name, kind in inner.items()
            if not is_leaf_type(kind) and not kind.name.endswith(BIG) and (depth == DEPTH or not listed(fields[name]))
        ]
        related = [name for name in kept if is_record(inner[name])]
        shown = [name for name in kept if name not in related[MOST_RELATED:]][:MOST_NESTED]
        is_payload = "outcome" in fields  # then the record is what was asked for
        return [
            f"{name} {self.selection(inner[name], depth - 1) if is_payload else self.related(inner[name], depth - 1)}"
            for name in shown
        ]

    def related(self, kind: GraphQLNamedType, depth: int) -> str:
        """A record beside the one that was asked for is shown by its name."""
        return "{ id name }" if is_record(kind) else self.selection(kind, depth)

    def one_of_many(self, kind: GraphQLInterfaceType | GraphQLUnionType, leaves: list[str], depth: int) -> str:
        named = [one for one in self.schema.get_possible_types(kind) if "name" in one.fields][:MOST_KINDS]
        spread = [f"... on {one.name} {{ name }}" for one in named] if depth else []
        return f"{{ __typename {' '.join([*leaves, *spread])} }}"


def is_record(kind: GraphQLNamedType) -> bool:
    return isinstance(kind, GraphQLObjectType) and {"id", "name"} <= kind.fields.keys()


def listed(of: GraphQLField) -> bool:
    return is_list_type(of.type.of_type if is_non_null_type(of.type) else of.type)


def lists_of(schema: GraphQLSchema) -> dict[str, str]:
    """Type → the field of Query that lists all of its records."""
    fields = schema.query_type.fields if schema.query_type else {}
    return {
        get_named_type(kind.fields["nodes"].type).name: name
        for name, of in fields.items()
        if isinstance(kind := get_named_type(of.type), GraphQLObjectType)
        and "nodes" in kind.fields
        and not any(map(is_required_argument, of.args.values()))
    }


def text(sdl: str) -> str:
    """The file's content for a schema."""
    found = [asdict(example) for example in Writer(build_schema(sdl)).examples()]
    return json.dumps(found, indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    WRITTEN.write_text(text(SDL.read_text("utf8")), "utf8")
