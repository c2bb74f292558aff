"""What every slice does with the values of a command: check them, look up what they name, set them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from sqlalchemy.orm.attributes import instance_state

from .errors import Invalid, Required
from .model import Model, Record
from .money import MAX_MINOR, Money, checked_currency
from .text import checked, fold

if TYPE_CHECKING:
    from .work import Work

FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(2200, 12, 31)


@dataclass(frozen=True, slots=True)
class TextField:
    """A text of a command: its greatest length, whether it must be given, the companion column of its folded form."""

    limit: int
    required: bool = False
    folded: str | None = None


def assign(record: Model, values: Mapping[str, Any]) -> bool:
    """Set those values that differ, so that a record nobody changed stays unchanged. True if any did."""
    changed = False
    if instance_state(record).key is None:  # new: nobody asks what it was before
        known = record.__dict__
        changed = any(known.get(name) != value for name, value in values.items())
        known.update(values)
        return changed
    for name, value in values.items():
        if getattr(record, name) != value:
            setattr(record, name, value)
            changed = True
    return changed


def refuse_null(values: Mapping[str, Any], *names: str) -> None:
    """Raises Required for a given value that is None although the field cannot be cleared."""
    for name in names:
        if name in values and values[name] is None:
            raise Required((argument(name),), "this value cannot be cleared")


def require(values: Mapping[str, Any], *names: str) -> None:
    """Raises Required for a value that is missing or None."""
    for name in names:
        if values.get(name) is None:
            raise Required((argument(name),))


def argument(name: str) -> str:
    """The argument of a command that gives a column its value.

    >>> [argument(name) for name in ("owner_id", "amount_minor", "close_date")]
    ['owner', 'amount', 'close_date']
    """
    return name.removesuffix("_id").removesuffix("_minor")


def checked_texts(values: Mapping[str, Any], fields: Mapping[str, TextField]) -> dict[str, Any]:
    """The given texts, checked, with their folded companions; a blank text is None.

    Raises:
        Required, TooLong, Invalid: as `checked`.
    """
    found: dict[str, Any] = {}
    for name, field in fields.items():
        if name not in values:
            continue
        given = values[name]
        text = checked(given or "", name, limit=field.limit, required=field.required) or None
        found[name] = text
        if field.folded is not None:
            found[field.folded] = fold(text) if text else None
    return found


def checked_number(value: int | None, path: str, low: int, high: int) -> int | None:
    """Raises Invalid outside low … high."""
    if value is not None and not low <= value <= high:
        raise Invalid((path,), f"this number must be from {low} to {high}", "range", high if value > high else low)
    return value


def checked_day(value: date | None, path: str) -> date | None:
    """Raises Invalid outside the years 1900 to 2200."""
    if value is not None and not FIRST_DAY <= value <= LAST_DAY:
        raise Invalid((path,), f"a date must be from {FIRST_DAY} to {LAST_DAY}", "range")
    return value


def checked_money(value: Money | None, path: str) -> Money | None:
    """Raises Invalid for a negative amount, an unknown currency, or more than can be stored."""
    if value is not None:
        checked_currency(value.currency, path)
        if value.minor < 0:
            raise Invalid((path,), "this amount cannot be negative", "range", 0)
        if value.minor > MAX_MINOR:
            raise Invalid((path,), "this amount is larger than can be stored", "range")
    return value


async def load_references(
    work: "Work", rows: Iterable[Mapping[str, Any]], references: Mapping[str, type[Record]]
) -> None:
    """Load what the values of these rows name; one statement for each kind of record."""
    wanted: dict[type[Record], set[Any]] = {}
    for values in rows:
        for name, entity in references.items():
            if (id := values.get(name)) is not None:
                wanted.setdefault(entity, set()).add(id)
    for entity, ids in wanted.items():
        await work.load(entity, ids)


def checked_references(
    work: "Work", values: Mapping[str, Any], references: Mapping[str, type[Record]], record: Model | None
) -> dict[str, Any]:
    """The given references; one that the record has already is not checked again.

    Raises:
        NotFound, Archived: as `Work.reference`.
    """
    found: dict[str, Any] = {}
    for name, entity in references.items():
        if name in values:
            id = values[name]
            if id is not None and (record is None or getattr(record, name) != id):
                work.loaded(entity, id, argument(name))
            found[name] = id
    return found
