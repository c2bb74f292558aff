"""Order and pages of a list, and what the cursors stand for that the product has handed out."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cmp_to_key
from operator import attrgetter
from typing import Any
from uuid import UUID

from graphql import GraphQLEnumType, GraphQLSchema

from tests.oracle.memory import Row
from tests.oracle.rules import FIXED_ORDERS, fact, pointed_at
from tests.oracle.seeing import World
from tests.oracle.wire import Money, fold

MARK = "\0cursor "
NEWEST_FIRST = ({"field": "CREATED_AT", "direction": "DESC", "nulls": "LAST"},)


@dataclass(frozen=True)
class Key:
    """One sort key: its value for a row, which way it runs, where empty values stand."""

    value: Callable[[Row], Any]
    down: bool
    nulls_first: bool = False


@dataclass(frozen=True)
class Place:
    """What a cursor stands for: a row of a list in an order, by its sort values."""

    tenant: UUID
    list: str
    order: str
    values: tuple[Any, ...]


@dataclass
class Cursors:
    """The cursors of one world. The oracle writes `MARK n`; what the product wrote there is learned by comparing."""

    places: list[Place] = field(default_factory=list)
    texts: dict[Place, str] = field(default_factory=dict)
    known: dict[str, Place] = field(default_factory=dict)

    def written(self, place: Place) -> str:
        self.places.append(place)
        return f"{MARK}{len(self.places) - 1}"

    def learn(self, mark: str, text: str) -> bool:
        """False if the same place had another cursor before, or the same cursor another place."""
        place = self.places[int(mark.removeprefix(MARK))]
        same_text = self.texts.setdefault(place, text) == text
        other = self.known.setdefault(text, place)
        return same_text and (other.tenant, other.list, other.values) == (place.tenant, place.list, place.values)

    def of(self, tenant: UUID, list_: str, order: str) -> Sequence[str]:
        """Those that may be used there."""
        return [
            text
            for place, text in self.texts.items()
            if (place.tenant, place.list, place.order) == (tenant, list_, order)
        ]


def order_text(order_by: Sequence[Mapping[str, Any]] | None) -> str:
    return ", ".join(f"{key['field']} {key['direction']} {key['nulls']}" for key in order_by or NEWEST_FIRST)


def keys_of(schema: GraphQLSchema, world: World, type_: str, order_by: Sequence[Mapping[str, Any]] | None) -> list[Key]:
    """The sort keys, the id last, running as the first key does."""
    if type_ in FIXED_ORDERS:
        columns, down = FIXED_ORDERS[type_]
        return [Key(attrgetter(column), down) for column in columns]
    keys = [
        Key(
            sort_value(schema, world, type_, key["field"]),
            key["direction"] == "DESC",
            nulls_first=key["nulls"] == "FIRST",
        )
        for key in order_by or NEWEST_FIRST
    ]
    return [*keys, Key(lambda row: row.id, down=keys[0].down)]


def sort_value(schema: GraphQLSchema, world: World, type_: str, name: str) -> Callable[[Row], Any]:
    """What an enum value of `<type_>SortField` sorts by: the path in its description, as `owner.name`."""
    enum = schema.type_map[f"{type_}SortField"]
    assert isinstance(enum, GraphQLEnumType)
    path = (enum.values[name].description or "").split("`")[1].split(".")

    def value(row: Row) -> Any:
        at = row
        for step in path[:-1]:
            other = pointed_at(world, at, step, target_of(schema, at, step))
            if other is None:
                return None
            at = other
        found = fact(world, at, path[-1])
        if isinstance(found, Money):
            return found.minor
        return fold(found) if isinstance(found, str) else found

    return value


def target_of(schema: GraphQLSchema, row: Any, field: str) -> str:
    return str(schema.type_map[row.typename].fields[field].type).strip("!")  # type: ignore[attr-defined]


def compared(keys: Sequence[Key], one: Sequence[Any], other: Sequence[Any]) -> int:
    """-1, 0 or 1: how two rows' sort values stand to each other."""
    for key, left, right in zip(keys, one, other, strict=True):
        if left == right:
            continue
        if left is None or right is None:
            return -1 if (left is None) is key.nulls_first else 1
        return -1 if (left < right) is not key.down else 1
    return 0


@dataclass
class Page:
    """A page of a list. `rows` are its rows; `all` the whole list in its order."""

    typename: str
    rows: list[Row]
    all: list[Row]
    has_next: bool
    has_previous: bool
    place: Callable[[Row], Place]


def page_of(
    rows: list[Row],
    keys: Sequence[Key],
    arguments: Mapping[str, Any],
    cursors: Cursors,
    place: Callable[[Row], Place],
    typename: str,
) -> Page:
    """Both `has…` are facts about the list: whether rows stand behind the page, or ahead of it."""

    def values(row: Row) -> tuple[Any, ...]:
        return tuple(key.value(row) for key in keys)

    def order(one: Row, other: Row) -> int:
        return compared(keys, values(one), values(other))

    ordered = sorted(rows, key=cmp_to_key(order))
    after, before = (opened(arguments.get(name), cursors) for name in ("after", "before"))
    ahead = [row for row in ordered if after is not None and compared(keys, values(row), after.values) <= 0]
    behind = [row for row in ordered if before is not None and compared(keys, values(row), before.values) >= 0]
    inside = [row for row in ordered if row not in ahead and row not in behind]
    size, last = arguments.get("first"), arguments.get("last")
    if last is not None:
        shown = inside[max(len(inside) - last, 0) :]
        return Page(typename, shown, ordered, bool(behind), bool(ahead) or len(shown) < len(inside), place)
    shown = inside[: 25 if size is None else size]
    return Page(typename, shown, ordered, bool(behind) or len(shown) < len(inside), bool(ahead), place)


def opened(text: str | None, cursors: Cursors) -> Place | None:
    return None if text is None else cursors.known[text]
