"""What one transaction changed, record by record, in the names and values the API shows."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from sqlalchemy import Column, Date, DateTime, Integer, Numeric, Uuid, inspect

from .ids import wire
from .instants import instant_text
from .model import Model, Record, columns_of, records
from .money import Money
from .viewer import DEFAULT_FIELDS

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


Writer = Callable[[Any, str], Any]  # value and currency → what JSON shows


@dataclass(frozen=True)
class Shown:
    """How a column appears in the history: its public name and the way to write its value, None for as it is."""

    key: str
    name: str
    write: Writer | None


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
    whole = getattr(model, "whole", None)
    return tuple(
        Shown(key, public_name(key, declared), writer(key, declared))
        for key, declared in columns_of(model).items()
        if not declared.info["internal"] and key not in BOOKKEEPING and key != whole
    )


def writer(key: str, declared: Column[Any]) -> Writer | None:
    """How the API writes the values of a column: ids with prefix, money in major units, dates in ISO 8601."""
    if key.endswith("_minor"):
        return lambda value, currency: str(Money(value, currency).amount)
    if isinstance(declared.type, Uuid):
        start = prefix(declared)
        return lambda value, _: wire(start, value) if start else str(value)
    if isinstance(declared.type, DateTime):
        return lambda value, _: instant_text(value)
    if isinstance(declared.type, Date):
        return lambda value, _: value.isoformat()
    if isinstance(declared.type, Numeric) and not isinstance(declared.type, Integer):
        return lambda value, _: format(value.normalize(), "f")
    return None


def public_name(key: str, declared: Column[Any]) -> str:
    if declared.info["references"]:
        return camel(key.removesuffix("_id"))
    return camel(key.removesuffix("_minor"))


def prefix(declared: Column[Any]) -> str | None:
    target = declared.info["references"]
    return prefix_by_table().get(target) if target else None


def written(shown: Shown, value: Any, currency: str) -> Any:
    return value if value is None or shown.write is None else shown.write(value, currency)


@cache
def guarded_fields(model: type[Model]) -> Mapping[str, str]:
    """Public name → set of fields, for the shown columns outside of the default set."""
    columns = columns_of(model)
    sets = {shown.name: columns[shown.key].info["field_set"] for shown in shown_columns(model)}
    return {name: field_set for name, field_set in sets.items() if field_set != DEFAULT_FIELDS}


def snapshot(row: Model) -> dict[str, Any]:
    """All shown values of a row, without the empty ones."""
    values, found = row.__dict__, {}
    currency = values.get("currency", "")
    for shown in shown_columns(type(row)):
        value = values.get(shown.key)
        if value is not None:
            found[shown.name] = value if shown.write is None else shown.write(value, currency)
    return found


def differences(row: Model) -> dict[str, tuple[Any, Any]]:
    """Public name → (before, after) of the values changed since the row was loaded or flushed."""
    state = inspect(row)
    currency = getattr(row, "currency", "")
    currency_before = state.committed_state.get("currency", currency)
    changed: dict[str, tuple[Any, Any]] = {}
    for shown in shown_columns(type(row)):
        if shown.key not in state.committed_state:
            continue
        history = state.attrs[shown.key].history
        if history.has_changes():
            before = history.deleted[0] if history.deleted else None
            after = history.added[0] if history.added else None
            if before != after:
                changed[shown.name] = (written(shown, before, currency_before), written(shown, after, currency))
    return changed


def lifecycle(change: Change) -> str:
    """What happened to the record as a whole: created, archived, restored or updated."""
    if change.created:
        return "created"
    if "archivedAt" in change.changed:
        return "restored" if change.record.archived_at is None else "archived"
    return "updated"
