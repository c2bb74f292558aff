"""What a probe says of a hidden row, and of one that is not there: ids, keys, operands of filters."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from tests.probes.world import Row, World

Values = Callable[[World, Row], list[Any] | None]


def wire_id(_world: World, row: Row) -> list[Any] | None:
    return [row.wire]


def absent_id(_world: World, row: Row) -> list[Any] | None:
    """An id of the same form that nobody has, next to the row's own."""
    return [row.wire[:-2] + "ff"]


def key_values(name: str, parts: tuple[str, ...], beside: str = "") -> Values:
    """What a key of a reference says of a row; `beside` makes it a key that nobody has."""

    def values(world: World, row: Row) -> list[Any] | None:
        if name == "externalId":
            keys = [one for one in world.of(row.letter, "external_ids") if one.values["record_id"] == row.id]
            found = keys[0].values if keys else {}
            return [found[part] + (beside if part == "value" else "") for part in parts] if keys else None
        texts = [part_of(world, row, part) for part in parts or (name,)]
        if None in texts:
            return None
        return [
            unlike(str(one)) if beside and part in {name, "name"} else one
            for part, one in zip(parts or (name,), texts, strict=True)
        ]

    return values


def part_of(world: World, row: Row, part: str) -> str | None:
    """The text of a part of a key; that of a record it points at is its name."""
    other = row.values.get(f"{part}_id")
    return world.by_id[other].values["name"] if other is not None else text_of(world, row, part)


def unlike(text: str) -> str:
    """A text next to one, of the same form, that nobody has."""
    head, at, tail = text.partition("@")
    if at:
        return f"{head}!@{tail}"
    return f"{text.removesuffix('.example')}x.example" if text.endswith(".example") else f"{text}!"


def text_of(world: World, row: Row, name: str) -> str | None:
    """A natural key: of the row itself, or of a part of it."""
    if name in row.values:
        return row.values[name]  # type: ignore[no-any-return]
    for model in world.models.values():
        whole = getattr(model, "whole", None)
        if whole and name in model.__table__.c:
            for part in world.of(row.letter, model.__tablename__):
                if part.values[whole] == row.id:
                    return part.values[name]  # type: ignore[no-any-return]
    return None


def operands(column: str, kind: str, beside: int, *, many: bool) -> Values:
    """The operand that a hidden row would fit, or, `beside` it, one that no row has."""

    def values(_world: World, row: Row) -> list[Any] | None:
        value = row.values.get(column)
        if value is None:
            return None
        found: Any = operand(kind, value, row, beside)
        first = [found] if many else found
        return [first, row.values["currency"]] if kind == "money" else [first]

    return values


def operand(kind: str, value: Any, row: Row, beside: int) -> Any:  # noqa: PLR0911 - one for each kind
    if kind == "text":
        return f"{value}!" if beside else value
    if kind == "uuid":
        return row.wire[:-2] + "ff" if beside else row.wire
    if kind == "date":
        return (value + timedelta(days=beside)).isoformat()
    if kind == "timestamp":
        return (value + timedelta(hours=beside)).isoformat().replace("+00:00", "Z")
    if kind == "money":
        return f"{(value + beside) / 100:.2f}"
    if kind == "bool":
        return value
    if kind == "enum":
        return str(value)
    return value + beside
