"""What may be read: entities, and for each of their GraphQL fields where its value comes from.

The catalog is built once by `api.schema.binding`. An identifier that is not in it cannot reach SQL.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol
from uuid import UUID

from sqlalchemy import ColumnElement, FromClause, Select, Table

from .arguments import Tree
from .request import Getter

Namespace = Any  # columns as attributes: a table's `.c`, or the compiler's `Columns`


class Scope(Protocol):
    """What an expression may use besides the columns of its row. Each value becomes a parameter."""

    tenant: ColumnElement[UUID]
    now: ColumnElement[Any]
    objects: Mapping[str, str]  # object name → entity, of all kinds of records
    context: Any  # the asking principal, as visibility rules get it

    def bind(self, get: Getter, type_: Any) -> ColumnElement[Any]:
        """A parameter computed from the request by `get`."""

    def day_of(self, instant: ColumnElement[Any]) -> ColumnElement[Any]:
        """The day of an instant in the tenant's zone."""

    def named(self, entity: str, reference: Tree) -> ColumnElement[UUID]:
        """The id of the record that a reference argument names; NULL if there is none to be seen."""

    def visible(self, entity: str, table: Any) -> ColumnElement[bool]:
        """Tenant predicate and visibility rule of an entity, for a table reference an expression makes itself."""

    def sees_all(self, entity: str, table: Any) -> bool:
        """Whether the rule leaves out no record of the tenant, so that a foreign key is enough to know that one is."""


Expression = Callable[[Namespace, Scope], ColumnElement[Any]]


@dataclass(frozen=True, slots=True)
class Value:
    """A leaf: an SQL expression over the row, already in its wire form."""

    expression: Expression


@dataclass(frozen=True, slots=True)
class Composite:
    """An object made of the row itself, such as Money; null when `absent` holds."""

    fields: Mapping[str, Expression]
    absent: Expression | None = None


@dataclass(frozen=True, slots=True)
class ToOne:
    """The record a column points at; null when there is none or the viewer may not see it.

    `via`: the value to look for, instead of a column's: it leads through an association table.
    """

    column: str
    key: str = "id"
    via: Expression | None = None


@dataclass(frozen=True, slots=True)
class ToMany:
    """The records whose `column` points back at this row's `key`; `constants` are further equalities on them.

    `via`: what the column equals, instead of the key: `ANY (…)` leads through an association table.
    `paged`: a connection; otherwise a plain list of at most `bound` rows in `order`.
    """

    column: str
    key: str = "id"
    constants: Mapping[str, str] = field(default_factory=dict)
    paged: bool = True
    order: tuple[str, ...] = ()
    bound: int = 250
    via: Expression | None = None


@dataclass(frozen=True, slots=True)
class ToAny:
    """The record of any type that two columns point at: one says which type, the other which record.

    `types`: value of the type column → entity. For fields of an interface or union type.
    """

    type_column: str
    column: str
    types: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Keys:
    """The group keys of an aggregate row: columns `value_<n>` and `id_<n>` for the n-th of the `groupBy` argument.

    `targets`: group field → entity of the record it stands for, or None.
    """

    targets: Mapping[str, str | None]
    typename: str


Source = Value | Composite | ToOne | ToMany | ToAny | Keys


@dataclass(frozen=True, slots=True)
class Through:
    """A sort by a column of the record that a to-one column points at; a record that may not be seen has none."""

    key: str  # the column that points
    entity: str
    column: str


@dataclass(frozen=True, slots=True)
class Column:
    """A column as filters and sorts see it. `column` is the folded companion where there is one."""

    name: str
    column: str
    kind: str  # text, enum, uuid, int, bigint, bool, date, timestamp, money, decimal
    nullable: bool = False
    convert: Callable[[Any], Any] | None = None  # from the argument's value to the column's
    through: Through | None = None


Lookup = Callable[[Any, Scope, Tree], ColumnElement[bool]]
Matching = Callable[[Any], Sequence[ColumnElement[bool]]]
Build = Callable[[Scope, Mapping[str, Tree], Matching], Select[Any]]  # the last: the field's filter on a table


@dataclass(frozen=True, slots=True)
class Variants:
    """The types of the rows of an interface's entity: value of the column → entity over the same rows."""

    column: str
    entities: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Numbered:
    """Rows with positions that only grow: lists run by `column`, and a position as text is the cursor as it stands.

    `start` is the position after which to read, given the one that was seen last (NULL for none); `head` that of the
    newest row. `matching` are the conditions that arguments of the field say.
    """

    column: str
    start: Callable[[Scope, ColumnElement[Any]], ColumnElement[Any]]
    head: Callable[[Scope], ColumnElement[Any]]
    matching: Callable[[Any, Scope, Mapping[str, Tree]], Sequence[ColumnElement[bool]]]


@dataclass(frozen=True)
class Entity:
    """One GraphQL object type and the rows behind it.

    Rows come from `table`, guarded by tenant and visibility, or from `build`, which guards what it reads itself.
    """

    name: str
    table: Table | None
    fields: Mapping[str, Source]
    targets: Mapping[str, str]  # relation field → entity
    prefix: str | None = None
    object: str | None = None
    visible: Callable[[Any, Any], ColumnElement[bool]] | None = None
    filters: Mapping[str, Column] = field(default_factory=dict)
    sorts: Mapping[str, Column] = field(default_factory=dict)
    lookups: Mapping[str, Lookup] = field(default_factory=dict)
    build: Build | None = None
    filtered: str | None = None  # the entity that the `filter` of a built entity is about
    elements: tuple[tuple[str, Any], ...] = ()  # names and types, for rows that are elements of a parent's JSON array
    tenant_column: str = "tenant_id"
    shared: Mapping[str, str] = field(default_factory=dict)  # what outsiders may read: column → its set of fields
    default_order: tuple[tuple[Column, bool], ...] = ()  # column, descending
    variants: "Variants | None" = None
    numbered: "Numbered | None" = None

    @property
    def archivable(self) -> bool:
        return self.table is not None and "archived_at" in self.table.c


@dataclass(frozen=True, slots=True)
class Root:
    """How a field of Query starts: one record, a page, a record or records of any type, or a built row or rows.

    A feed is a page of numbered rows.
    """

    kind: str  # one, page, feed, node, nodes, row, rows
    entity: str | None = None


@dataclass(frozen=True)
class Catalog:
    """Everything that may be read."""

    entities: Mapping[str, Entity]
    roots: Mapping[str, Root]

    @property
    def objects(self) -> dict[str, str]:
        """Object name → entity of all kinds of records."""
        return {entity.object: name for name, entity in self.entities.items() if entity.object is not None}

    def by_prefix(self, prefix: str | None) -> Entity | None:
        return next((entity for entity in self.entities.values() if entity.prefix == prefix and prefix), None)


Rows = FromClause
