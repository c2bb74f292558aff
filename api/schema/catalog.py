"""The compiler's catalog, built from the bound types and the finished schema."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from graphql import GraphQLObjectType, GraphQLSchema, get_named_type
from sqlalchemy import ColumnElement

from api.compiler import Catalog, Column, Composite, Entity, Keys, Root, Through, ToAny, ToMany, ToOne, Value, wire_uuid
from api.domain.kernel import DEFAULT_FIELDS, FieldAccess, Record, camel

from .binding import READABLE, SOURCE, AnyRecord, MoneyOf, Readable, Related, definition_of, info_of, readable_of
from .events import feed_entity
from .filters import Sortable, sort_columns
from .references import lookups
from .wire import CONVERSIONS, id_text, kind_of, written


def build_catalog(core: GraphQLSchema) -> Catalog:
    """Every readable type of the schema as an entity, every field of Query as a root."""
    entities = {}
    types = record_types(core)
    for type_ in core.type_map.values():
        definition = type_.extensions.get("strawberry-definition") if type_.extensions else None
        about = getattr(getattr(definition, "origin", None), READABLE, None)
        if about is not None and isinstance(type_, GraphQLObjectType):
            entities[type_.name] = entity(type_, definition.origin, about, types)  # type: ignore[union-attr]
    query = core.query_type
    if query is None:
        raise TypeError("the schema has no Query")
    roots = {
        name: field.extensions["strawberry-definition"].metadata[SOURCE]
        for name, field in query.fields.items()
        if not name.startswith("_")
    }
    unknown = [name for name, root in roots.items() if not isinstance(root, Root)]
    if unknown:
        raise TypeError(f"Query fields without a root: {', '.join(unknown)}; SQL must be able to answer all of Query")
    entities["Event"] = feed_entity(core.type_map.keys())
    return Catalog(entities, roots)


def record_types(core: GraphQLSchema) -> dict[str, str]:
    """Object name → GraphQL type of every record type."""
    found = {}
    for name, type_ in core.type_map.items():
        origin = getattr((type_.extensions or {}).get("strawberry-definition"), "origin", None)
        rows = getattr(getattr(origin, READABLE, None), "rows", None)
        if isinstance(rows, type) and issubclass(rows, Record):
            found[rows.object] = name
    return found


def entity(type_: GraphQLObjectType, cls: type[Any], about: Readable, types: Mapping[str, str]) -> Entity:
    fields: dict[str, Value | Composite | ToOne | ToMany | ToAny | Keys] = {}
    targets: dict[str, str] = {}
    record = about.rows if isinstance(about.rows, type) and issubclass(about.rows, Record) else None
    for one in definition_of(cls).fields:
        name, source = camel(one.python_name), about.sources.get(one.python_name)
        if isinstance(source, Related):
            fields[name] = source.source
        elif isinstance(source, AnyRecord):
            fields[name] = ToAny(source.type_column, source.column, types)
        elif isinstance(source, MoneyOf):
            fields[name] = source.composite
        elif source is None or isinstance(source, str):
            fields[name] = column_value(source or one.python_name, about, record)
        else:
            fields[name] = source
        if isinstance(fields[name], ToOne | ToMany):
            target = get_named_type(type_.fields[name].type).name
            targets[name] = target.removesuffix("Connection")
    table: Any = about.rows.__table__ if isinstance(about.rows, type) else about.rows
    columns = filter_columns(cls, about)
    return Entity(
        type_.name,
        table,
        fields,
        targets,
        prefix=record.prefix if record else None,
        object=record.object if record else None,
        visible=about.visible,
        filters=columns,
        sorts={key: sort_column(sort) for key, sort in sort_columns(cls).items()},
        lookups=lookups(record, about.naturals) if record else {},
        build=about.build,
        filtered=about.filtered,
        elements=about.elements,
        shared=shared_columns(about),
        tenant_column="tenant_id" if table is None or "tenant_id" in table.c else "id",
        default_order=tuple(
            (columns_by_name(about, camel(name), name), descending)
            for name, descending in about.default_order
            if name in about.columns
        ),
    )


def shared_columns(about: Readable) -> dict[str, str]:
    """The columns that outsiders may read, and the set of fields that a share's profile has to show for each."""
    if not isinstance(about.rows, type):
        return {} if about.rows is None else dict.fromkeys(derived_columns(about.rows), DEFAULT_FIELDS)
    if getattr(about.rows, "reached", False):
        return dict.fromkeys(about.rows.partner_columns(), DEFAULT_FIELDS)
    return {name: info_of(about.rows.__table__.c[name])["field_set"] for name in about.rows.partner_columns()}


def derived_columns(rows: Any) -> tuple[str, ...]:
    """The columns of a derived table that come from columns outsiders may read, and its tenant."""
    bases = {name: list(one.base_columns) for name, one in rows.c.items()}
    hidden = FieldAccess.HIDDEN
    seen = {name for name, of in bases.items() if all(info_of(one).get("partner", hidden) is not hidden for one in of)}
    return tuple(name for name in bases if name in seen | {"tenant_id"})


def column_value(name: str, about: Readable, record: type[Record] | None) -> Value:
    if record is not None and name == "id":
        prefix = record.prefix
        return Value(lambda row, _scope: id_text(prefix, row.id))
    declared = about.columns.get(name)
    type_ = declared.type if declared is not None else None

    def expression(row: Any, _scope: Any) -> ColumnElement[Any]:
        column = getattr(row, name)
        return written(column, type_ if type_ is not None else column.type)

    return Value(expression)


def filter_columns(cls: type[Any], about: Readable) -> dict[str, Column]:
    """GraphQL field → column, for the fields that may be filtered by."""
    found = {}
    for one in definition_of(cls).fields:
        source = about.sources.get(one.python_name)
        key = source.column if isinstance(source, MoneyOf) else source if isinstance(source, str) else one.python_name
        declared = about.columns.get(key)
        if declared is not None and not isinstance(source, Related) and info_of(declared).get("filter"):
            column = columns_by_name(about, camel(one.python_name), key)
            found[column.name] = column
    return found


def sort_column(sort: Sortable) -> Column:
    column = columns_by_name(readable_of(sort.cls), sort.field, sort.column)
    if sort.through is None:
        return column
    through = Through(sort.through, sort.cls.__name__, column.column)
    return replace(column, column=f"{sort.through}__{column.column}", nullable=True, through=through)


def columns_by_name(about: Readable, field: str, name: str) -> Column:
    declared = about.columns[name]
    folded = info_of(declared).get("folded_in")
    kind = "money" if name.endswith("_minor") else kind_of(declared.type)
    convert = CONVERSIONS.get(kind) if folded or kind in {"money", "enum"} else None
    if kind == "uuid" and isinstance(about.rows, type) and issubclass(about.rows, Record):
        convert = wire_id(about.rows.prefix)
    served = about.columns[folded] if folded else declared
    return Column(field, folded or name, kind, bool(getattr(served, "nullable", False)), convert)


def wire_id(prefix: str) -> Any:
    return lambda text: wire_uuid(prefix, text)
