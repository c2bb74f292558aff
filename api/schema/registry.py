"""Which columns each element of the schema shows or compares: what a rule about columns means for the schema.

A field, a filter, a sort, a group, a key of a reference and an input field are elements, named by their coordinate:
`Contact.email`, `ContactFilter.email`, `ContactSortField.EMAIL`. Columns are found by rendering the element's
expression, so an element that reads a column on a detour is not forgotten.
"""

from collections.abc import Callable, Iterable, Mapping
from functools import cached_property
from typing import Any

from graphql import GraphQLInputObjectType, GraphQLObjectType, GraphQLSchema
from sqlalchemy import Column, FromClause, Table, literal
from sqlalchemy.sql.visitors import iterate

from api.compiler import Catalog, Composite, Root, ToMany, ToOne, Value
from api.compiler.render import Renderer
from api.domain.kernel import camel

from .aggregates import Aggregate
from .binding import READABLE, AnyRecord, MoneyOf, Natural, Readable, Related, definition_of, readable_of
from .filters import sort_columns

Columns = frozenset[Column[Any]]
NOTHING: Columns = frozenset()
WRITTEN = ("CreateInput", "Patch", "Input")  # what the input types of a type end with


class Registry:
    """The columns by coordinate. An element that is not in it reads none.

    `context` is what visibility rules are rendered with: they are part of what an expression reads.
    """

    def __init__(self, core: GraphQLSchema, catalog: Catalog, context: Any) -> None:
        self._core, self._catalog = core, catalog
        self._scope = Renderer(catalog, context)
        self._found: dict[str, Columns] = {}

    @cached_property
    def columns(self) -> Mapping[str, Columns]:
        """Found when they are first asked for, by rendering a thousand expressions."""
        for type_ in self._core.type_map.values():
            if isinstance(type_, GraphQLObjectType) and (about := about_of(type_)) is not None:
                self._enter(type_, about)
        self._enter_inputs()
        for name, root in self._catalog.roots.items():
            self._note(f"Query.{name}", self._built(root))
        return self._found

    def of(self, coordinate: str) -> Columns:
        return self.columns.get(coordinate, NOTHING)

    def _note(self, coordinate: str, columns: Iterable[Column[Any]]) -> None:
        found = frozenset(columns)
        if found:
            self._found[coordinate] = found

    def _enter(self, type_: GraphQLObjectType, about: Readable) -> None:
        cls = origin_of(type_)
        for one in definition_of(cls).fields:
            name, source = camel(one.python_name), about.sources.get(one.python_name)
            columns = self._source(type_.name, name, source or one.python_name, about)
            self._note(f"{type_.name}.{name}", columns)
            self._note(f"{type_.name}Filter.{name}", columns)
        for key, sort in sort_columns(cls).items():
            through = declared(about, sort.through) if sort.through else NOTHING
            self._note(f"{type_.name}SortField.{key}", declared(readable_of(sort.cls), sort.column) | through)
        for key, natural in about.naturals.items():
            self._note(f"{type_.name}Ref.{camel(key)}", self._natural(natural, about))
        aggregate = getattr(about.build, "__self__", None)
        if isinstance(aggregate, Aggregate):
            self._enter_aggregate(type_.name, aggregate)

    def _source(self, type_name: str, name: str, source: Any, about: Readable) -> Columns:
        """The columns behind a field."""
        if isinstance(source, str | MoneyOf):
            return declared(about, source if isinstance(source, str) else source.column)
        if isinstance(source, AnyRecord):
            return declared(about, source.type_column) | declared(about, source.column)
        if isinstance(source, Related | ToOne | ToMany):
            related = source.source if isinstance(source, Related) else source
            return self._relation(type_name, name, related, about)
        return self._rendered(expressions_of(source), about)

    def _relation(self, type_name: str, name: str, source: ToOne | ToMany, about: Readable) -> Columns:
        """The column that points, on the one side or on the other."""
        if isinstance(source, ToOne):
            return self._rendered([source.via], about) if source.via else declared(about, source.column)
        target = self._catalog.entities[self._catalog.entities[type_name].targets[name]]
        return bases([target.table.c[source.column]] if target.table is not None and source.column else [])

    def _rendered(self, expressions: Iterable[Callable[..., Any]], about: Readable) -> Columns:
        row = self._row(about)
        return frozenset(column for one in expressions for column in read_by(one(row, self._scope)))

    def _row(self, about: Readable) -> Any:
        """A row of the type whose columns are those of its table, to be found again in an expression."""
        if about.rows is None:
            return Unknown()
        source: FromClause = about.rows.__table__ if isinstance(about.rows, type) else about.rows
        return source.c

    def _natural(self, natural: Natural, about: Readable) -> Columns:
        table = about.rows.__table__.alias("named")  # type: ignore[union-attr]
        inner = getattr(natural.type, "__strawberry_definition__", None)
        values = {one.python_name: literal("") for one in inner.fields} if inner else literal("")
        return read_by(natural.condition(table, self._scope.tenant, values))

    def _enter_aggregate(self, group: str, aggregate: Aggregate) -> None:
        entity = self._catalog.entities[aggregate.entity]
        table = entity.table
        if table is None:
            raise TypeError(f"{aggregate.entity} has no rows to be counted")
        row = table.alias("row")
        for name, key in aggregate.keys.items():
            rows, source = key.join(row, row, self._scope) if key.join else (row, row)
            columns = read_by(key.value(source)) | (read_by(rows) if key.join else NOTHING)
            self._note(f"{aggregate.entity}GroupField.{name}", columns)
        if aggregate.money is not None:
            for name in ("amounts", "converted"):
                self._note(f"{group}.{name}", [table.c[aggregate.money]])

    def _enter_inputs(self) -> None:
        """What is written is derived from what is read, and has the same name."""
        for type_ in self._core.type_map.values():
            if isinstance(type_, GraphQLInputObjectType):
                ending = next((one for one in WRITTEN if type_.name.endswith(one)), None)
                read = self._core.type_map.get(type_.name.removesuffix(ending or ""))
                if ending is not None and isinstance(read, GraphQLObjectType):
                    for name in type_.fields.keys() & read.fields.keys():
                        self._note(f"{type_.name}.{name}", self._found.get(f"{read.name}.{name}", NOTHING))

    def _built(self, root: Root) -> Columns:
        """What the rows of a built entity are made from, as their type declares."""
        type_ = self._core.type_map.get(root.entity or "")
        about = about_of(type_) if isinstance(type_, GraphQLObjectType) else None
        return bases(about.reads) if about is not None else NOTHING


def expressions_of(source: Any) -> list[Callable[..., Any]]:
    if isinstance(source, Value):
        return [source.expression]
    if isinstance(source, Composite):
        return [*source.fields.values(), *((source.absent,) if source.absent else ())]
    return []


class Unknown:
    """A row of which only the program knows the columns; nobody's data is in it that is not declared."""

    def __getattr__(self, name: str) -> Any:
        return literal(name)


def about_of(type_: Any) -> Readable | None:
    about: Readable | None = getattr(origin_of(type_), READABLE, None)
    return about


def origin_of(type_: Any) -> Any:
    return getattr((type_.extensions or {}).get("strawberry-definition"), "origin", None)


def declared(about: Readable, name: str) -> Columns:
    """The column that a type has under this name; a built row has none that is known."""
    return bases([about.columns[name]] if name in about.columns else [])


def bases(columns: Iterable[Any]) -> Columns:
    """The columns of tables that columns of aliases and subqueries stand for."""
    found = {base for column in columns for base in column.base_columns}
    return frozenset(base for base in found if isinstance(getattr(base, "table", None), Table))


def read_by(expression: Any) -> Columns:
    """The columns of tables that an expression reads, those of its subqueries among them."""
    return bases(node for node in iterate(expression) if hasattr(node, "base_columns"))
