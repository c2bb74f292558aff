"""What each field costs, as `@cost` and `@listSize` in the SDL, and the field that says what may still be asked for.

The directives follow from the shape of a field, so that a new field has its price without anyone thinking of it.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

import strawberry
from graphql import (
    DirectiveLocation,
    GraphQLArgument,
    GraphQLBoolean,
    GraphQLDirective,
    GraphQLField,
    GraphQLInt,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLString,
    Undefined,
    get_named_type,
    get_nullable_type,
    is_composite_type,
    is_list_type,
    is_non_null_type,
)

from api.compiler import Root

from .connections import rooted

PAGE, MOST_PER_PAGE, MOST_ROWS = 25, 100, 1_000
NAMED = 250  # things that one list argument may name
COUNT, MUTATION, ROW = 5, 10, 2
BOUNDED_COUNT = "BoundedCount"
# How long a plain list is taken to be: short, if it is not one of these.
SHORT = 5
LENGTHS = {"errors": 1, "keys": 2, "amounts": 2, "lines": 10, "changes": 10, "rights": 10, "availableTransitions": 10}

COST_DIRECTIVE = GraphQLDirective(
    "cost",
    [DirectiveLocation.FIELD_DEFINITION, DirectiveLocation.ARGUMENT_DEFINITION, DirectiveLocation.OBJECT],
    {"weight": GraphQLArgument(GraphQLNonNull(GraphQLInt), description="Points; of an argument: for each item.")},
    description="What a field costs by itself. Without it a leaf costs nothing and an object one point.",
)
LIST_SIZE_DIRECTIVE = GraphQLDirective(
    "listSize",
    [DirectiveLocation.FIELD_DEFINITION],
    {
        "assumedSize": GraphQLArgument(GraphQLInt, description="Rows when no argument says how many."),
        "slicingArguments": GraphQLArgument(
            GraphQLList(GraphQLNonNull(GraphQLString)), description="Arguments that say how many rows there are."
        ),
        "sizedFields": GraphQLArgument(
            GraphQLList(GraphQLNonNull(GraphQLString)), description="The fields below that hold the rows."
        ),
        "requireOneSlicingArgument": GraphQLArgument(
            GraphQLBoolean, default_value=False, description="Whether one of the arguments has to be given."
        ),
    },
    description="How many rows a list is taken to have when its cost is computed.",
)
DIRECTIVES = (COST_DIRECTIVE, LIST_SIZE_DIRECTIVE)


@strawberry.type(description="What your token may still ask for. Every answer says the same in `extensions.cost`.")
class RateLimit:
    cost: int = strawberry.field(description="Points this operation was charged; what it did not use is given back.")
    limit: int = strawberry.field(description="Points that can be saved up, and be spent at once.")
    remaining: int = strawberry.field(description="Points that are left.")
    restore_per_second: float = strawberry.field(description="Points that come back in a second.")
    reset_at: datetime = strawberry.field(description="When all points are back if nothing else is asked for.")


@strawberry.type
class Query:
    rate_limit: RateLimit = rooted(
        RateLimit, "What your token may still ask for; answered without the database.", Root("memory"), []
    )


@dataclass(frozen=True, slots=True)
class Price:
    """The cost of a field: `weight`, and as often the cost of what is selected below as it has rows.

    `rows` is the number taken when no argument says it, None for a field that is no list. It is said by the first of
    the arguments `slicing` that is given, as a number, or by the length of the argument `counted`, for each item of
    which `per_item` points are added. `sized`: the rows are in these fields below; `by_parent`: it is such a field.
    """

    weight: int = 0
    rows: int | None = None
    most: int = MOST_ROWS
    slicing: tuple[str, ...] = ()
    counted: str | None = None
    per_item: int = 0
    sized: tuple[str, ...] = ()
    by_parent: bool = False

    def directives(self) -> str:
        """As written behind the field's type in the SDL."""
        found = []
        if self.weight > 1:
            found.append(f"@cost(weight: {self.weight})")
        if self.rows is not None and not self.by_parent:
            parts = [f"assumedSize: {self.rows}"]
            for name, values in (("slicingArguments", self.slicing), ("sizedFields", self.sized)):
                if values:
                    parts.append(f"{name}: {json.dumps(values)}")
            found.append(f"@listSize({', '.join(parts)})")
        return "".join(f" {one}" for one in found)


def price_of(name: str, field: GraphQLField, parent: str, *, mutation: bool = False) -> Price:
    """The price of the field `name` of the type `parent`."""
    target = get_named_type(field.type)
    if not is_composite_type(target):
        return Price()
    if mutation:
        items = required_list(field) if target.name.endswith("BulkPayload") else None
        return Price(MUTATION, NAMED, counted=items, per_item=ROW, sized=("results",)) if items else Price(MUTATION)
    if target.name.endswith("Connection"):
        slicing = tuple(one for one in ("first", "last") if one in field.args)
        return Price(1, PAGE, MOST_PER_PAGE, slicing, sized=("edges", "nodes"))
    if not is_list_type(get_nullable_type(field.type)):
        return Price(COUNT if target.name == BOUNDED_COUNT else 1)
    return price_of_list(name, field, parent)


def price_of_list(name: str, field: GraphQLField, parent: str) -> Price:
    if parent.endswith("Connection"):
        return Price(1, PAGE, by_parent=True)
    if parent.endswith("BulkPayload") and name == "results":
        return Price(1, NAMED, by_parent=True)
    if "first" in field.args:
        usual = field.args["first"].default_value
        return Price(1, usual if isinstance(usual, int) else PAGE, slicing=("first",))
    if items := required_list(field):
        return Price(1, NAMED, counted=items)
    return Price(1, LENGTHS.get(name, SHORT))


def required_list(field: GraphQLField) -> str | None:
    """The argument that names the things a field is about: the ids of `nodes`, the rows of a bulk upsert."""
    return next((name for name, argument in field.args.items() if is_required_list(argument)), None)


def is_required_list(argument: GraphQLArgument) -> bool:
    return (
        is_non_null_type(argument.type)
        and is_list_type(get_nullable_type(argument.type))
        and argument.default_value is Undefined
    )


# -- SDL ------------------------------------------------------------------------------------------------------------

TYPE_LINE = re.compile(r"(?:type|interface) (\w+)")
FIELD_LINE = re.compile(r"  (\w+)(?:\(.*\))?:|  (\w+)\($")
ARGUMENT_LINE = re.compile(r"    (\w+):")
QUOTES = '"""'


def with_directives(sdl: str, core: GraphQLSchema) -> str:
    """The printed schema with the prices of its fields; graphql-core prints no directives that are applied."""
    return "\n".join(priced_lines(sdl.split("\n"), core))


def priced_lines(lines: list[str], core: GraphQLSchema) -> Iterator[str]:
    prices: dict[str, Price] = {}
    price, quoted = Price(), False
    for line in lines:
        quoted ^= line.count(QUOTES) % 2 == 1
        shown = line
        if not quoted and QUOTES not in line:
            if found := TYPE_LINE.match(line):
                prices = prices_of(core, found[1])
            elif line.startswith("}"):
                prices = {}
            elif found := FIELD_LINE.match(line):
                price = prices.get(found[1] or found[2], Price())
                shown += price.directives() if found[1] else ""
            elif line.startswith("  ): "):
                shown += price.directives()
            elif (found := ARGUMENT_LINE.match(line)) and prices and price.per_item and found[1] == price.counted:
                shown += f" @cost(weight: {price.per_item})"
        yield shown


def prices_of(core: GraphQLSchema, name: str) -> dict[str, Price]:
    type_ = core.type_map[name]
    if not isinstance(type_, GraphQLObjectType | GraphQLInterfaceType):
        return {}
    mutation = core.mutation_type is type_
    return {key: price_of(key, field, name, mutation=mutation) for key, field in type_.fields.items()}
