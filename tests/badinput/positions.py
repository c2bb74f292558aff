"""Every place of the schema where a scalar can be given, and the request that reaches it."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from graphql import (
    GraphQLArgument,
    GraphQLField,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLNamedType,
    GraphQLSchema,
    get_named_type,
    get_nullable_type,
    is_enum_type,
    is_input_object_type,
    is_leaf_type,
    is_list_type,
    is_non_null_type,
    is_required_argument,
    is_required_input_field,
)

from api.schema import schema
from tests.badinput.cases import FOLDER, Case, Sent, listed, load, shown
from tests.badinput.recipes import bytes_of, filled

GROUP = "values"
HERE = "@value@"  # in the variables, where the value goes
DATA = load(FOLDER / "values.toml")
FILLERS: Mapping[str, Any] = {name: json.loads(text) for name, text in DATA["fillers"].items()}
# What must be given beside an argument, although no type says so.
BESIDE: Mapping[tuple[str, str], Mapping[str, str]] = {
    ("webhookPreview", "event"): {"document": "subscription { events { id type } }"}
}
SOME, FEW = 15, 3  # values that a place gets in turn, and one that is like another


@dataclass(frozen=True)
class Position:
    """`scalar` is the name of the type, or `enum`; `null`: what null is there."""

    name: str
    query: str
    variables: str
    scalar: str
    null: tuple[str, ...]
    again: bool  # an argument that many fields have


@dataclass(frozen=True)
class Way:
    """How to get to a leaf: a root field, one of its arguments, and fields of inputs."""

    kind: str
    name: str
    field: GraphQLField
    argument: str
    path: tuple[str, ...]
    leaf: GraphQLArgument | GraphQLInputField


def value_cases(*, whole: bool) -> Iterator[Case]:
    """Each position with each value of its type if the `whole` is asked for, else with some in turn."""
    turn = 0
    table = list(values())
    for position in positions(schema.core):
        fitting = [one for one in table if position.scalar in one["for"] or "*" in one["for"]]
        most = len(fitting) if whole else min(FEW if position.again else SOME, len(fitting))
        fitting, turn = [fitting[(turn + at) % len(fitting)] for at in range(most)], turn + most
        for one in fitting:
            yield a_case(position, one)


def values() -> Iterator[Mapping[str, Any]]:
    """The values of the table, one by one."""
    for given in DATA["value"]:
        for value in given["each"]:
            made = bytes_of(filled(given.get("json", "<each>"), "each", value))
            expect = DATA.get(given["expect"], given["expect"]) if isinstance(given["expect"], str) else given["expect"]
            yield {"for": given["for"], "name": f"{given['name']}: {shown(value)}", "json": made, "expect": expect}


def a_case(position: Position, value: Mapping[str, Any]) -> Case:
    body = b'{"query":%b,"variables":%b}' % (
        json.dumps(position.query).encode(),
        position.variables.encode().replace(f'"{HERE}"'.encode(), value["json"]),
    )
    expect = position.null if value["expect"] == "null" else listed(value["expect"])
    sent = Sent("POST", "/graphql", {"content-type": "application/json"}, body, query=position.query)
    return Case(GROUP, f"{position.name}, {value['name']}", sent, expect, change=position.query.startswith("mutation"))


def positions(schema: GraphQLSchema) -> Iterator[Position]:
    """Each argument of a root field, and each field of each input, the latter by a shortest way that leads there."""
    met, arguments = set[str](), set[tuple[str, str]]()
    roots = [(kind, root) for kind, root in (("query", schema.query_type), ("mutation", schema.mutation_type)) if root]
    waiting: deque[Way] = deque(
        Way(kind, name, field, argument, (), declared)
        for kind, root in roots
        for name, field in root.fields.items()
        for argument, declared in field.args.items()
    )
    while waiting:
        way = waiting.popleft()
        type_ = get_named_type(way.leaf.type)
        if is_input_object_type(type_):
            if type_.name not in met:
                met.add(type_.name)
                waiting += [replace(way, path=(*way.path, name), leaf=leaf) for name, leaf in type_.fields.items()]
            continue
        key = (way.argument, str(way.leaf.type))
        yield a_position(way, again=not way.path and key in arguments)
        if not way.path:
            arguments.add(key)


def a_position(way: Way, *, again: bool) -> Position:
    field, argument, path = way.field, way.argument, way.path
    beside = BESIDE.get((way.name, argument), {})
    needed = [
        one
        for one, declared in field.args.items()
        if one == argument or one in beside or is_required_argument(declared)
    ]
    head = ", ".join(f"${one}: {field.args[one].type}" for one in needed)
    body = ", ".join(f"{one}: ${one}" for one in needed)
    query = f"{way.kind}({head}) {{ {way.name}({body}) {selection(get_named_type(field.type))} }}"
    least = {one: given(field.args[one].type, path if one == argument else None) for one in needed}
    type_, inner = get_named_type(way.leaf.type), get_nullable_type(way.leaf.type)
    strict = is_non_null_type(way.leaf.type) or (is_list_type(inner) and is_non_null_type(inner.of_type))
    null = ("BAD_USER_INPUT",) if strict else ("INVALID_FILTER",) if in_filter(way) else tuple(DATA["inert"])
    place = ".".join((way.name, argument, *path))
    kind = "enum" if is_enum_type(type_) else type_.name
    return Position(place, query, json.dumps({**least, **beside}), kind, null, again)


def in_filter(way: Way) -> bool:
    type_: Any = get_named_type(way.field.args[way.argument].type)
    for name in way.path[:-1]:
        type_ = get_named_type(type_.fields[name].type)
    return bool(way.path) and str(type_.name).endswith("Filter")


def given(type_: Any, path: Sequence[str] | None) -> Any:
    """A value of a type: with a path the place to be tried is at its end, else the least that will do."""
    inner = get_nullable_type(type_)
    if is_list_type(inner):
        return [given(inner.of_type, path)]
    if path is not None and not path:
        return HERE
    if is_input_object_type(inner):
        return of_input(inner, path)
    if is_enum_type(inner):
        return next(iter(inner.values))
    return FILLERS[inner.name]


def of_input(type_: GraphQLInputObjectType, path: Sequence[str] | None) -> Any:
    if type_.is_one_of and path is None:
        return FILLERS["reference"]
    members = (
        {}
        if type_.is_one_of
        else {n: given(f.type, None) for n, f in type_.fields.items() if is_required_input_field(f)}
    )
    if path:
        members[path[0]] = given(type_.fields[path[0]].type, path[1:])
    return members


def selection(type_: GraphQLNamedType) -> str:
    """Something of the answer that cannot be had without looking at the values."""
    fields: Mapping[str, GraphQLField] = getattr(type_, "fields", {})
    if "errors" in fields:
        first = " ".join(one for one in ("outcome", "failed") if one in fields)
        return f"{{ {first} errors {{ code message path }} }}"
    if "nodes" in fields:
        return "{ nodes { id } }"
    name = "id" if "id" in fields else next((n for n, f in fields.items() if not f.args), "__typename")
    inner = get_named_type(fields[name].type) if name in fields else None
    return f"{{ {name} }}" if inner is None or is_leaf_type(inner) else f"{{ {name} {selection(inner)} }}"
