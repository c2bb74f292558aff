"""The tables' common shape, and what each column declares about itself.

Every table leads its primary, foreign and unique keys with `tenant_id`, so that no row can point at another
tenant's row. `column()` records on each column who may see it and how it may be filtered and sorted: from that
registry come indexes, the GraphQL filters and sorts, and later grants and probes.
"""

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from functools import cache
from typing import Any, ClassVar, Self, TypeVar
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    ColumnElement,
    Computed,
    Date,
    DateTime,
    Dialect,
    ForeignKeyConstraint,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    Uuid,
    any_,
    bindparam,
    inspect,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import DeclarativeBase, Mapped, MappedColumn, mapped_column
from sqlalchemy.orm.attributes import manager_of_class
from sqlalchemy.types import TypeDecorator, TypeEngine

from .policy import Context, policy_text
from .viewer import DEFAULT_FIELDS, FieldAccess

LIVE = "archived_at IS NULL"
COMMON = frozenset({"id", "version", "created_at", "updated_at", "archived_at"})  # the columns of every record
E = TypeVar("E", bound=StrEnum)


class EnumText(TypeDecorator[E]):
    """A StrEnum as text; the table gets a CHECK with its members. A native enum could not use its index under RLS."""

    impl = Text
    cache_ok = True

    def __init__(self, enum: type[E]) -> None:
        super().__init__(collation="C")
        self.enum = enum

    def process_bind_param(self, value: E | None, dialect: Dialect) -> str | None:  # noqa: ARG002 - SQLAlchemy's signature
        return None if value is None else value.value

    def process_result_value(self, value: Any | None, dialect: Dialect) -> E | None:  # noqa: ARG002 - SQLAlchemy's signature
        return None if value is None else self.enum(value)


class UndeclaredColumn(TypeError):
    """A column does not say who may see it."""


def column(  # noqa: PLR0913 - one keyword for each thing that is declared
    type_: TypeEngine[Any] | None = None,
    *,
    field_set: str = DEFAULT_FIELDS,
    references: str | None = None,
    late: bool = False,
    filter: bool = False,
    sort: bool = False,
    folded_in: str | None = None,
    internal: bool = False,
    pii: bool = False,
    partner: FieldAccess = FieldAccess.HIDDEN,
    computed: str | None = None,
    **options: Any,
) -> MappedColumn[Any]:
    """A column and what the registry knows of it.

    `references`: table whose (tenant_id, id) it points at; `late`: the foreign key is added after the tables, for two
    that point at each other. `filter`, `sort`: the API may filter or sort by it,
    the table gets the index. `folded_in`: the companion column with the folded text, which serves filters and
    sorts instead. `internal`: never in the API nor in the history. `field_set`: rights group; `pii`: personal
    data, erased on request; `partner`: what outsiders may do with it on a record that is shared with them; outside
    the default set of fields they see it only if the share's profile shows the set, and never write it.
    """
    if partner is FieldAccess.WRITE and field_set != DEFAULT_FIELDS:
        raise UndeclaredColumn(f"outsiders write fields of the default set only, not of {field_set}")
    info = {
        "field_set": field_set,
        "references": references,
        "late": late,
        "filter": filter,
        "sort": sort,
        "folded_in": folded_in,
        "internal": internal,
        "pii": pii,
        "partner": partner,
    }
    generated = (Computed(computed, persisted=True),) if computed else ()
    return mapped_column(type_, *generated, info=info, **options)


class Model(DeclarativeBase):
    """Base of all tables."""

    metadata = MetaData(
        naming_convention={
            "pk": "pk_%(table_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        }
    )
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        str: Text(collation="C"),
        int: BigInteger(),
        bool: Boolean(),
        UUID: Uuid(),
    }

    def __init__(self, **values: Any) -> None:
        """Set the values without SQLAlchemy's bookkeeping, which a new row has no use for and a bulk load feels."""
        blank = blank_values(type(self))
        if not values.keys() <= columns_of(type(self)).keys():
            unknown = ", ".join(sorted(values.keys() - columns_of(type(self)).keys()))
            raise TypeError(f"{type(self).__name__} has no column {unknown}")
        self.__dict__.update(blank)
        self.__dict__.update(values)

    @classmethod
    def quickly(cls, **values: Any) -> Self:
        """As the constructor, for loads of thousands: without its check of names and SQLAlchemy's events."""
        row: Self = manager_of_class(cls).new_instance()
        row.__dict__.update(blank_values(cls))
        row.__dict__.update(values)
        return row

    @classmethod
    def is_shareable(cls) -> bool:
        """Whether rows can be shown to outsiders: they may see a column besides those of every record."""
        own = (one for name, one in cls.__table__.c.items() if name not in COMMON)
        return any(one.info["partner"] is not FieldAccess.HIDDEN for one in own)

    @classmethod
    def partner_columns(cls) -> tuple[str, ...]:
        """What `crm_partner` may read: what outsiders may see, what serves filters and sorts by it, and keys."""
        if not cls.is_shareable():
            return ()
        columns = cls.__table__.c
        seen = [one for one in columns.values() if one.info["partner"] is not FieldAccess.HIDDEN]
        found = {one.name for one in seen} | {one.info["folded_in"] for one in seen}
        keys = {"tenant_id", "archived_at"} if "tenant_id" in columns else set()
        return tuple(name for name in columns.keys() if name in found | keys)  # noqa: SIM118 - no mapping

    @classmethod
    def partner_rule(cls) -> str:
        """Which rows outsiders see, as the text of a policy for `crm_partner`."""
        return policy_text(cls.visible, cls.__table__) if issubclass(cls, Record | Part) else "true"

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        if "__tablename__" in cls.__dict__:
            complete(cls.__table__, getattr(cls, "owner", None))  # type: ignore[arg-type]


class Tenanted(Model):
    """A row that belongs to one tenant."""

    __abstract__ = True

    tenant_id: Mapped[UUID] = column(Uuid(), internal=True, primary_key=True, sort_order=-20)


class Record(Tenanted):
    """A thing with an identity of its own: versioned, audited, archived instead of deleted."""

    __abstract__ = True
    prefix: ClassVar[str]
    object: ClassVar[str]
    owner: ClassVar[str | None] = None  # the column that makes a row somebody's own
    fields_as: ClassVar[str | None] = None  # whoever may see a set of fields of those records sees that of these
    asked_by: ClassVar[str | None] = None  # the column of the contact who sees a row as a customer, without a share
    amended: ClassVar[bool] = True  # a share for editing opens the columns declared WRITE, not only named commands
    reached: ClassVar[bool] = False  # outsiders see rows by the rule of the slice, with all columns that are for them

    @staticmethod
    def visible(t: Any, context: Context, /) -> ColumnElement[bool]:
        """The slice's policy: which rows of the table or alias `t` the principal may see."""
        raise NotImplementedError

    id: Mapped[UUID] = column(Uuid(), primary_key=True, filter=True, partner=FieldAccess.READ, sort_order=-19)
    version: Mapped[int] = column(Integer(), default=1, partner=FieldAccess.READ, sort_order=90)
    created_at: Mapped[datetime] = column(
        DateTime(timezone=True), filter=True, sort=True, partner=FieldAccess.READ, sort_order=91
    )
    updated_at: Mapped[datetime] = column(
        DateTime(timezone=True), filter=True, sort=True, partner=FieldAccess.READ, sort_order=92
    )
    archived_at: Mapped[datetime | None] = column(DateTime(timezone=True), sort_order=93)


class Part(Tenanted):
    """A row that is part of a record: its changes are changes of the record named by `whole`.

    `field` is the name the parts have together in the record's history and in its changed fields.
    """

    __abstract__ = True
    whole: ClassVar[str]
    field: ClassVar[str]

    @staticmethod
    def visible(t: Any, context: Context, /) -> ColumnElement[bool]:
        """As that of a record."""
        raise NotImplementedError


class Entry(Tenanted):
    """A row of a ledger that is only ever added: history, audit, events. Not audited itself."""

    __abstract__ = True


def complete(table: Table, owner: str | None = None) -> None:
    """Add what follows from the columns' declarations: foreign keys, enum checks, indexes.

    `owner`: the column that makes a row somebody's own; whoever sees nothing else begins with the newest of those.
    """
    live = text(LIVE) if "archived_at" in table.c else None
    for declared in table.columns:
        info = declared.info
        if "field_set" not in info:
            raise UndeclaredColumn(f"{table.name}.{declared.name}: declare it with column(), which says who may see it")
        if isinstance(declared.type, EnumText):
            members = ", ".join(f"'{member.value}'" for member in declared.type.enum)
            table.append_constraint(CheckConstraint(f"{declared.name} IN ({members})", name=declared.name))
        if info["references"]:
            target = info["references"]
            columns = [f"{target}.tenant_id", f"{target}.id"]
            table.append_constraint(ForeignKeyConstraint(["tenant_id", declared.name], columns, use_alter=info["late"]))
        if declared.primary_key:
            continue
        if info["sort"]:
            sorted_index(table, info["folded_in"] or declared.name, live)
        elif info["references"] or info["filter"]:
            name = info["folded_in"] or declared.name
            newest = [table.c.created_at, table.c.id] if name == owner else []
            Index(f"ix_{table.name}_{name}", table.c.tenant_id, table.c[name], *newest, postgresql_where=live)
    if {"tenant_id", "id", "archived_at"} <= set(table.c.keys()):
        # A filter on a related record finds archived ones, too, and all other indexes leave them out.
        archived = text("archived_at IS NOT NULL")
        Index(f"ix_{table.name}_archived_at", table.c.tenant_id, table.c.archived_at, postgresql_where=archived)


def sorted_index(table: Table, name: str, live: Any) -> None:
    """Serve ORDER BY the column and then the id, both ways; a nullable column also with NULLs last in DESC."""
    by = table.c[name]
    Index(f"ix_{table.name}_{name}", table.c.tenant_id, by, table.c.id, postgresql_where=live)
    if by.nullable:
        Index(
            f"ix_{table.name}_{name}_desc",
            table.c.tenant_id,
            by.desc().nulls_last(),
            table.c.id.desc(),
            postgresql_where=live,
        )


def records() -> dict[str, type[Record]]:
    """Every record class by its id prefix."""
    found = [mapper.class_ for mapper in Model.registry.mappers if issubclass(mapper.class_, Record)]
    return {record.prefix: record for record in sorted(found, key=lambda record: record.prefix)}


@cache
def blank_values(model: type[Model]) -> dict[str, Any]:
    """What a new row begins with: its defaults, and None where the column may be NULL."""
    columns = columns_of(model)
    defaults = {key: declared.default.arg for key, declared in columns.items() if declared.default is not None}
    return {key: None for key, declared in columns.items() if declared.nullable} | defaults


@cache
def columns_of(model: type[Model]) -> dict[str, Any]:
    """Attribute name → table column; the two have the same name."""
    return {attribute.key: attribute.columns[0] for attribute in inspect(model).column_attrs}


def among(key: Any, values: Iterable[Any], type_: TypeEngine[Any] | None = None) -> ColumnElement[bool]:
    """SQL: the key is one of these, by default ids. Unlike IN it is one text whatever their number."""
    found: ColumnElement[bool] = key == any_(bindparam(None, list(values), type_=ARRAY(type_ or Uuid()), unique=True))
    return found


def unique_live(*columns: str, name: str, object: str, path: str) -> Index:
    """A unique key among the rows that are not archived; `tenant_id` leads it.

    `object` and `path` are the words of the refusal: which kind of record has the value, which argument gave it.
    """
    info = {"object": object, "path": path}
    return Index(name, "tenant_id", *columns, unique=True, postgresql_where=text(LIVE), info=info)


DateColumn = Date
TimestampColumn = DateTime(timezone=True)
