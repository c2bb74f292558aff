"""References: how a request names a record, by id, external id, or natural key; exactly one of them."""

import sys
from collections.abc import Mapping
from typing import Any
from uuid import UUID

import strawberry
from sqlalchemy import ColumnElement, Text, and_, literal, select, true

from api.compiler import Group, Leaf, RequestError, Scope, Tree, converted, wire_uuid
from api.domain.kernel import ExternalId, ExternalKey, MalformedId, NotFound, Record, Work, camel, parse

from .binding import Natural, readable_of
from .filters import input_type


@strawberry.input(description="The key of a record in another system.")
class ExternalIdInput:
    source: str = strawberry.field(description="Name of the other system, such as `shopify`; at most 100 characters.")
    value: str = strawberry.field(description="The key there, as text; at most 255 characters.")

    def key(self) -> ExternalKey:
        return ExternalKey(self.source, self.value)


def reference(cls: type[Any]) -> type[Any]:
    """Make `<Type>Ref` and put it into the type's module."""
    about, name = readable_of(cls), cls.__name__
    fields: dict[str, tuple[Any, str]] = {
        "id": (strawberry.ID, "The record's id."),
        "external_id": (ExternalIdInput, "A key it has in another system."),
    }
    fields |= {key: (natural.type, natural.description) for key, natural in about.naturals.items()}
    made = input_type(
        f"{name}Ref", fields, f"Names one {name}; give exactly one of these.", module=cls.__module__, one_of=True
    )
    made.__crm_type__ = cls
    setattr(sys.modules[cls.__module__], made.__name__, made)
    return made


def lookups(record: type[Record], naturals: Mapping[str, Natural]) -> dict[str, Any]:
    """How the compiler finds the record a reference names."""
    found: dict[str, Any] = {"id": by_id(record.prefix), "externalId": by_external_id(record.object)}
    for key, natural in naturals.items():
        found[camel(key)] = by_natural(natural)
    return found


def by_id(prefix: str) -> Any:
    def condition(table: Any, scope: Scope, tree: Tree) -> ColumnElement[bool]:
        if not isinstance(tree, Leaf):
            raise RequestError("BAD_USER_INPUT", "an id is a text", ("where", "id"))
        get = converted(tree.get, lambda text: wire_uuid(prefix, text))
        return table.c.id == scope.bind(get, table.c.id.type)  # type: ignore[no-any-return]

    return condition


def by_external_id(object_type: str) -> Any:
    def condition(table: Any, scope: Scope, tree: Tree) -> ColumnElement[bool]:
        source, value = (tree.fields[name] for name in ("source", "value")) if isinstance(tree, Group) else (None, None)
        if not isinstance(source, Leaf) or not isinstance(value, Leaf):
            raise RequestError("BAD_USER_INPUT", "an external id has a source and a value", ("where", "externalId"))
        keys = ExternalId.__table__.alias("k")
        same = and_(
            keys.c.tenant_id == scope.tenant,
            keys.c.type == literal(object_type),
            keys.c.source == scope.bind(source.get, Text()),
            keys.c.value == scope.bind(value.get, Text()),
        )
        return table.c.id == select(keys.c.record_id).where(same).correlate_except(keys).scalar_subquery()  # type: ignore[no-any-return]

    return condition


def by_natural(natural: Natural) -> Any:
    def condition(table: Any, scope: Scope, tree: Tree) -> ColumnElement[bool]:
        values: Any
        if isinstance(tree, Group):
            leaves = {key: leaf for key, leaf in tree.fields.items() if isinstance(leaf, Leaf)}
            values = {key: scope.bind(converted(leaf.get, natural.convert), Text()) for key, leaf in leaves.items()}
        elif isinstance(tree, Leaf):
            values = scope.bind(converted(tree.get, natural.convert), Text())
        else:
            raise RequestError("BAD_USER_INPUT", "this reference cannot be a list", ("where",))
        return and_(table.c.archived_at.is_(None), natural.condition(table, scope.tenant, values))

    return condition


async def resolve(work: Work, reference: Any, path: tuple[str, ...]) -> UUID:
    """The id of the record a reference names.

    Raises:
        NotFound: with `path`, when there is none; an id is taken as it is and found missing by the command.
        RequestError: BAD_USER_INPUT for a malformed id.
    """
    cls = type(reference).__crm_type__
    about = readable_of(cls)
    record = about.record
    ((name, value),) = given(reference).items()
    if name == "id":
        return parsed(record.prefix, value, (*path, "id"))
    table = record.__table__
    condition: ColumnElement[bool] = true()
    if name == "external_id":
        keys = ExternalId.__table__
        condition = table.c.id.in_(
            select(keys.c.record_id).where(
                keys.c.tenant_id == work.tenant,
                keys.c.type == record.object,
                keys.c.source == value.source,
                keys.c.value == value.value,
            )
        )
    else:
        natural = about.naturals[name]
        plain = {key: natural.convert(one) for key, one in given(value).items()} if hasattr(value, "__dict__") else None
        bound = {camel(key): literal(one) for key, one in plain.items()} if plain else literal(natural.convert(value))
        condition = and_(table.c.archived_at.is_(None), natural.condition(Row(table), literal(work.tenant), bound))
    found = await work.session.scalar(select(table.c.id).where(table.c.tenant_id == work.tenant, condition))
    if found is None:
        raise NotFound(record.object, path)
    return found  # type: ignore[no-any-return]


class Row:
    """A table where an alias is expected."""

    def __init__(self, table: Any) -> None:
        self.c = table.c


def parsed(prefix: str, text: str, path: tuple[str, ...]) -> UUID:
    try:
        return parse(prefix, text)
    except MalformedId as error:
        raise RequestError("BAD_USER_INPUT", str(error), path) from error


def given(value: Any) -> dict[str, Any]:
    """The fields of an input object that the request gives, null included."""
    return {name: one for name, one in vars(value).items() if one is not strawberry.UNSET}
