"""What one transaction changed, record by record, in the names and values the API shows."""

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Boolean, Column, Integer, Text, inspect

from .ids import wire
from .model import Model, Record, columns_of, records
from .money import Money

PLAIN = {Text, Boolean, BigInteger, Integer}  # types whose values JSON has
BOOKKEEPING = frozenset({"id", "version", "created_at", "updated_at"})


@dataclass
class Change:
    """The difference between a record before and after a transaction; parts of it count as one field each."""

    record: Record
    created: bool = False
    before: dict[str, Any] = field(default_factory=dict)
    after: dict[str, Any] = field(default_factory=dict)

    def note(self, name: str, before: Any, after: Any) -> None:
        """Remember a field's change; a second change of the field keeps the first `before`."""
        self.before.setdefault(name, before)
        self.after[name] = after

    def note_part(self, name: str, before: Any, after: Any) -> None:
        """Remember that one part was added (before is None), changed, or removed (after is None)."""
        self.before.setdefault(name, []).append(before)
        self.after.setdefault(name, []).append(after)

    @property
    def changed(self) -> list[str]:
        return sorted(name for name, value in self.after.items() if self.created or self.before.get(name) != value)


@dataclass(frozen=True)
class Shown:
    """How a column appears in the history: its public name and the way to write its value."""

    key: str
    name: str
    prefix: str | None
    money: bool
    plain: bool


@cache
def camel(name: str) -> str:
    """snake_case → camelCase."""
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)


@cache
def prefix_by_table() -> dict[str, str]:
    return {record.__tablename__: prefix for prefix, record in records().items()}


@cache
def shown_columns(model: type[Model]) -> tuple[Shown, ...]:
    """The columns of a model that the history shows; bookkeeping, companions and keys are left out."""
    shown = []
    for key, declared in columns_of(model).items():
        whole = getattr(model, "whole", None)
        if declared.info["internal"] or key in BOOKKEEPING or key == whole:
            continue
        money = key.endswith("_minor")
        plain = not money and type(declared.type) in PLAIN
        shown.append(Shown(key, public_name(key, declared), prefix(declared), money, plain))
    return tuple(shown)


def public_name(key: str, declared: Column[Any]) -> str:
    if declared.info["references"]:
        return camel(key.removesuffix("_id"))
    return camel(key.removesuffix("_minor"))


def prefix(declared: Column[Any]) -> str | None:
    target = declared.info["references"]
    return prefix_by_table().get(target) if target else None


def written(shown: Shown, value: Any, row: Model) -> Any:
    """A value as the API writes it: ids with prefix, money in major units, dates in ISO 8601."""
    if value is None or isinstance(value, bool):
        return value
    if shown.money:
        return str(Money(value, row.currency).amount)  # type: ignore[attr-defined]
    if isinstance(value, UUID):
        return wire(shown.prefix, value) if shown.prefix else str(value)
    if isinstance(value, StrEnum):
        return value.value
    if isinstance(value, datetime | date):
        return value.isoformat()
    return format(value.normalize(), "f") if isinstance(value, Decimal) else value


def snapshot(row: Model) -> dict[str, Any]:
    """All shown values of a row, without the empty ones."""
    values, shown_values = row.__dict__, {}
    for shown in shown_columns(type(row)):
        value = values.get(shown.key)
        if value is not None:
            shown_values[shown.name] = value if shown.plain else written(shown, value, row)
    return shown_values


def differences(row: Model) -> dict[str, tuple[Any, Any]]:
    """Public name → (before, after) of the values changed since the row was loaded or flushed."""
    state = inspect(row)
    changed: dict[str, tuple[Any, Any]] = {}
    for shown in shown_columns(type(row)):
        if shown.key not in state.committed_state:
            continue
        history = state.attrs[shown.key].history
        if history.has_changes():
            before = history.deleted[0] if history.deleted else None
            after = history.added[0] if history.added else None
            if before != after:
                changed[shown.name] = (written(shown, before, row), written(shown, after, row))
    return changed
