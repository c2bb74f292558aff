"""Where each GraphQL field comes from in the database.

`readable` replaces `strawberry.type`: a field named like a column reads that column; `money`, `to_one`, `to_many`,
`listed`, `texts` and `computed` say something else. Anything else is a mistake, reported at import with the names
that would have worked.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, TypeVar, dataclass_transform

import strawberry
from sqlalchemy import ColumnElement, FromClause
from strawberry.types.base import StrawberryObjectDefinition

from api.compiler import Composite, Keys, ToMany, ToOne, Value
from api.compiler.catalog import Build, Expression
from api.domain.kernel import Model, Part, Record, columns_of

from .wire import money_text

SOURCE = "crm.source"
OUTSIDE = "crm.outside"  # metadata of a mutation that outsiders have
READABLE = "__crm_readable__"
T = TypeVar("T")


class UnboundField(TypeError):
    """A field of a readable type has no source."""

    def __init__(self, type_name: str, name: str, rows: str, known: list[str]) -> None:
        super().__init__(
            f"{type_name}.{name} is not a column of {rows} (it has {', '.join(known)}); "
            "bind it with money(), to_one(), to_many(), listed(), texts() or computed()"
        )


@dataclass(frozen=True)
class Natural:
    """A natural key of a type: what a reference input takes besides id and external id.

    `condition` gets the row, the tenant and the converted value(s), and says which row is meant.
    """

    type: Any
    description: str
    condition: Callable[[Any, Any, Any], ColumnElement[bool]]
    convert: Callable[[Any], Any]


@dataclass
class Readable:
    """What `readable` knows of a type."""

    rows: type[Model] | FromClause | None
    columns: Mapping[str, Any]
    naturals: Mapping[str, Natural]
    visible: Callable[[Any, Any], ColumnElement[bool]] | None
    build: Build | None
    default_order: tuple[tuple[str, bool], ...]
    filtered: str | None
    elements: tuple[tuple[str, Any], ...]
    reads: tuple[Any, ...] = ()
    outside: tuple[str, ...] = ()
    sources: dict[str, Any] = field(default_factory=dict)

    @property
    def record(self) -> type[Record]:
        if isinstance(self.rows, type) and issubclass(self.rows, Record):
            return self.rows
        raise TypeError(f"{self.rows} is not a record")


def described(description: str, *, column: str | None = None) -> Any:
    """A field that reads the column of its own name, or `column`."""
    return strawberry.field(description=description, metadata={SOURCE: column})


def money(column: str, description: str, currency: str = "currency") -> Any:
    """Money from a column of minor units and a currency column; null when the amount is."""
    composite = Composite(
        {
            "amount": lambda row, _scope: money_text(getattr(row, column), getattr(row, currency)),
            "currency": lambda row, _scope: getattr(row, currency),
        },
        absent=lambda row, _scope: getattr(row, column).is_(None),
    )
    return strawberry.field(description=description, metadata={SOURCE: MoneyOf(composite, column)})


@dataclass(frozen=True)
class MoneyOf:
    composite: Composite
    column: str


@dataclass(frozen=True)
class Related:
    """A to-one field: its source, and the type it leads to as `module.Type` for the filter inputs."""

    source: ToOne
    target: str


def to_one(column: str, target: str, description: str, *, key: str = "id") -> Any:
    """The record that a column points at. `target`: `module.Type` in `api.schema`."""
    return strawberry.field(description=description, metadata={SOURCE: Related(ToOne(column, key), target)})


def to_any(type_column: str, column: str, description: str) -> Any:
    """The record of any type that two columns point at: the object name of its type, and its id."""
    return strawberry.field(description=description, metadata={SOURCE: AnyRecord(type_column, column)})


@dataclass(frozen=True)
class AnyRecord:
    """A `to_any` field; its types are all record types of the schema."""

    type_column: str
    column: str


def listed(
    column: str,
    description: str,
    *,
    order: tuple[str, ...],
    constants: Mapping[str, str] | None = None,
    key: str = "id",
) -> Any:
    """A short list of rows that point back with `column` at this row's `key`, in `order`."""
    source = ToMany(column, key, constants or {}, paged=False, order=order)
    return strawberry.field(description=description, metadata={SOURCE: source})


def unnested_one(column: str, description: str) -> Any:
    """The only element of a JSON array that the row holds; null when it is empty."""
    return strawberry.field(description=description, metadata={SOURCE: ToOne(column)})


def unnested(column: str, description: str) -> Any:
    """The elements of a JSON array that the row holds."""
    return strawberry.field(description=description, metadata={SOURCE: ToMany("", column, paged=False)})


def computed(expression: Expression, description: str) -> Any:
    """A leaf computed in SQL from the row and the compiler's scope, in its wire form."""
    return strawberry.field(description=description, metadata={SOURCE: Value(expression)})


def composed(fields: Mapping[str, Expression], description: str, absent: Expression | None = None) -> Any:
    """An object computed in SQL from the row."""
    return strawberry.field(description=description, metadata={SOURCE: Composite(fields, absent)})


def group_keys(targets: Mapping[str, str | None], typename: str, description: str) -> Any:
    """The keys of an aggregate's group."""
    return strawberry.field(description=description, metadata={SOURCE: Keys(targets, typename)})


@dataclass_transform(kw_only_default=True, field_specifiers=(described, money, to_one, listed, computed, composed))
def readable(
    rows: type[Model] | FromClause | None = None,
    *,
    description: str,
    name: str | None = None,
    naturals: Mapping[str, Natural] | None = None,
    visible: Callable[[Any, Any], ColumnElement[bool]] | None = None,
    build: Build | None = None,
    default_order: tuple[tuple[str, bool], ...] = (("created_at", True),),
    filtered: str | None = None,
    elements: Mapping[str, Any] = MappingProxyType({}),
    reads: tuple[Any, ...] = (),
    outside: tuple[str, ...] = (),
) -> Callable[[type[T]], type[T]]:
    """A GraphQL object type over the rows of a model, of a derived table, or of a query that arguments `build`.

    `reads`: columns outside the default set of fields that a built row is made from; whoever may not see one of them
    has not the field of Query either. `outside`: fields, by their names in the API, that outsiders have although no
    column says so.

    Raises:
        UnboundField: at import, for a field that is no column and has no source.
    """
    if isinstance(rows, type):
        columns: Mapping[str, Any] = columns_of(rows)
        visible = visible or (rows.visible if issubclass(rows, Record | Part) else None)
    else:
        columns = {column.key: column for column in rows.c} if rows is not None else {}

    def bind(cls: type[T]) -> type[T]:
        bound = strawberry.type(cls, name=name, description=description)
        unnested = tuple(elements.items())
        about = Readable(
            rows, columns, naturals or {}, visible, build, default_order, filtered, unnested, reads, outside
        )
        for one in definition_of(bound).fields:
            source = one.metadata.get(SOURCE)
            read = source if isinstance(source, str) else one.python_name
            if (source is None or isinstance(source, str)) and build is None and not elements and read not in columns:
                raise UnboundField(cls.__name__, one.python_name, str(rows), sorted(columns))
            about.sources[one.python_name] = source
        setattr(bound, READABLE, about)
        return bound

    return bind


def definition_of(cls: type[Any]) -> StrawberryObjectDefinition:
    return cls.__strawberry_definition__  # type: ignore[no-any-return]


def readable_of(cls: type[Any]) -> Readable:
    about: Readable = getattr(cls, READABLE)
    return about


def info_of(column: Any) -> Mapping[str, Any]:
    """What a column declares about itself; nothing for a column of a derived table."""
    info: Mapping[str, Any] = getattr(column, "info", {})
    return info
