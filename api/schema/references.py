"""References: how a request names a record, by id, external id, or natural key; exactly one of them."""

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import strawberry
from sqlalchemy import ColumnElement, Text, Uuid, and_, cast, column, func, literal, select
from sqlalchemy.dialects.postgresql import ARRAY

from api.compiler import Group, Leaf, RequestError, Scope, Tree, converted, storable, wire_uuid
from api.domain.kernel import (
    Context,
    DomainError,
    ExternalId,
    ExternalKey,
    MalformedId,
    NotFound,
    Record,
    Work,
    camel,
    parse,
)

from .binding import Natural, readable_of
from .filters import input_type


@strawberry.input(description="The key of a record in another system.")
class ExternalIdInput:
    source: str = strawberry.field(description="Name of the other system, such as `shopify`; at most 100 characters.")
    value: str = strawberry.field(description="The key there, as text; at most 255 characters.")

    def key(self) -> ExternalKey:
        return ExternalKey(self.source, self.value)


def reference(cls: type[Any], *, synced: bool = True) -> type[Any]:
    """Make `<Type>Ref` and put it into the type's module."""
    about, name = readable_of(cls), cls.__name__
    fields: dict[str, tuple[Any, str]] = {"id": (strawberry.ID, "The record's id.")}
    if synced:
        fields["external_id"] = (ExternalIdInput, "A key it has in another system.")
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
    def convert(value: Any) -> str:
        try:
            return natural.convert(value)  # type: ignore[no-any-return]
        except DomainError as refusal:
            raise RequestError("BAD_USER_INPUT", str(refusal), ("where",)) from refusal

    def condition(table: Any, scope: Scope, tree: Tree) -> ColumnElement[bool]:
        values: Any
        if isinstance(tree, Group):
            leaves = {key: leaf for key, leaf in tree.fields.items() if isinstance(leaf, Leaf)}
            values = {key: scope.bind(converted(leaf.get, convert), Text()) for key, leaf in leaves.items()}
        elif isinstance(tree, Leaf):
            values = scope.bind(converted(tree.get, convert), Text())
        else:
            raise RequestError("BAD_USER_INPUT", "this reference cannot be a list", ("where",))
        return and_(table.c.archived_at.is_(None), natural.condition(table, scope.tenant, values))

    return condition


@dataclass(frozen=True)
class Asked:
    """A reference in a request: what it says, and the argument that holds it."""

    reference: Any
    path: tuple[str, ...]


async def resolve(work: Work, reference: Any, path: tuple[str, ...]) -> UUID:
    """The id of the record a reference names.

    Raises:
        NotFound: with `path`, when there is none; an id is taken as it is and found missing by the command.
        RequestError: BAD_USER_INPUT for a malformed id.
    """
    asked = Asked(reference, path)
    found = (await resolve_all(work, [asked]))[0]
    if found is None:
        raise missing(asked)
    return found


async def resolve_all(work: Work, references: Sequence[Asked]) -> list[UUID | None]:
    """The ids that references of any types name, None where there is no record; one statement for each kind of key.

    Raises:
        RequestError: BAD_USER_INPUT for a malformed id.
    """
    found: list[UUID | None] = [None] * len(references)
    groups: dict[tuple[type[Any], str], list[int]] = {}
    for at, asked in enumerate(references):
        cls = type(asked.reference).__crm_type__
        ((name, value),) = given(asked.reference).items()
        if name == "id":
            found[at] = parsed(readable_of(cls).record.prefix, value, (*asked.path, "id"))
        else:
            groups.setdefault((cls, name), []).append(at)
    for (cls, name), places in groups.items():
        keys = [key_of(cls, name, references[at]) for at in places]
        known = await holders(work, cls, name, list(dict.fromkeys(keys)))
        for at, key in zip(places, keys, strict=True):
            found[at] = known.get(key)
    return found


def missing(asked: Asked) -> NotFound:
    return NotFound(type_of(asked.reference).object, asked.path)


def type_of(reference: Any) -> type[Record]:
    return readable_of(type(reference).__crm_type__).record


def key_of(cls: type[Any], name: str, asked: Asked) -> tuple[str, ...]:
    """The converted texts of a key, in the order of its parts.

    Raises:
        DomainError: with the path of the reference, for a text that cannot be such a key.
        RequestError: BAD_USER_INPUT for one that no column can hold.
    """
    value = getattr(asked.reference, name)
    if name == "external_id":
        return storable((value.source, value.value))
    natural = readable_of(cls).naturals[name]
    parts = given(value).values() if hasattr(type(value), "__strawberry_definition__") else (value,)
    try:
        return storable(tuple(natural.convert(part) for part in parts))
    except DomainError as refusal:
        refusal.path = (*asked.path, name)
        raise


async def holders(work: Work, cls: type[Any], name: str, keys: list[tuple[str, ...]]) -> dict[tuple[str, ...], UUID]:
    """Key → id of the record that has it, if the viewer may see that: a key tells nobody that there is one."""
    about = readable_of(cls)
    record, table = about.record, about.record.__table__
    parts = key_parts(about.naturals.get(name), name)
    arrays = [cast(literal([key[at] for key in keys], ARRAY(Text())), ARRAY(Text())) for at in range(len(parts))]
    asked = func.unnest(*arrays).table_valued(*(column(part, Text()) for part in parts)).render_derived(name="asked")
    viewer = work.viewer
    asking = Context(viewer.capability, literal(viewer.user, Uuid()), literal(list(viewer.team), ARRAY(Uuid())))
    mine = and_(table.c.tenant_id == work.tenant, record.visible(table.c, asking))
    if name == "external_id":
        ids = ExternalId.__table__
        same = and_(
            ids.c.tenant_id == work.tenant,
            ids.c.type == record.object,
            ids.c.source == asked.c.source,
            ids.c.value == asked.c.value,
        )
        seen = and_(table.c.id == ids.c.record_id, mine)
        query = select(ids.c.record_id, *asked.c).select_from(asked.join(ids, same).join(table, seen))
    else:
        values = {part: asked.c[part] for part in parts}
        value = values if len(parts) > 1 else asked.c[parts[0]]
        natural = about.naturals[name].condition(Row(table), literal(work.tenant), value)
        live = and_(mine, table.c.archived_at.is_(None), natural)
        query = select(table.c.id, *asked.c).select_from(asked.join(table, live))
    return {tuple(key): id for id, *key in await work.session.execute(query)}


def key_parts(natural: Natural | None, name: str) -> tuple[str, ...]:
    if natural is None:
        return ("source", "value")
    definition = getattr(natural.type, "__strawberry_definition__", None)
    return tuple(camel(one.python_name) for one in definition.fields) if definition else (name,)


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
