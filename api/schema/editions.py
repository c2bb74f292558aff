"""Editions: the schema without what is hidden from a class of principals (decision 21: hidden means unknown).

An edition is a schema of its own, so whatever is not in it does not exist in selections, filters, sorts, groups,
variables, introspection or messages, and the compiler has no column for it.
"""

import dataclasses
from collections.abc import Callable, Collection, Iterable, Mapping
from copy import copy
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    get_named_type,
    is_required_argument,
    is_required_input_field,
)
from graphql.utilities.map_schema_config import SchemaElementKind, map_schema_config

from api.compiler import Cache, Catalog, ToAny
from api.domain.access import owners
from api.domain.kernel import DEFAULT_FIELDS, Capability, FieldAccess, Model

from . import previews
from .registry import Registry

MOST_CAPABILITIES = 1_000
MOST_EDITIONS = 64  # all there can be of six sets of fields, whatever tenants do; 1.3 MB each when used
Hides = Callable[[str], bool]


@dataclass(frozen=True, eq=False)
class Edition:
    """A schema for graphql-core and its catalog for the compiler."""

    core: GraphQLSchema
    catalog: Catalog
    previewed: Mapping[str, str] = dataclasses.field(default_factory=dict)  # coordinate → feature


class Editions:
    """The editions for principals of the tenant, one for each set of hidden fields."""

    def __init__(
        self, everything: Edition, registry: Registry, previewed: Mapping[str, str] = previews.PREVIEWS
    ) -> None:
        """`previewed`: coordinate → feature; `whole` is everything but that."""
        previews.check(everything.core, previewed)
        self._everything = everything
        self._previewed = previewed
        self._features = frozenset(previewed.values())
        self._registry = registry
        self._made: Cache[Edition] = Cache(MOST_EDITIONS)
        self._hidden: Cache[frozenset[tuple[str, str]]] = Cache(MOST_CAPABILITIES)
        self.whole = self._edition(frozenset(), previews.NONE) if previewed else everything

    def of(self, capability: Capability, features: frozenset[str] = previews.NONE) -> Edition:
        """The edition for principals with a capability who want to try out some features."""
        hidden = self._hidden.get(capability.hash, lambda: self._hidden_from(capability))
        features &= self._features
        if not hidden and not features:
            return self.whole
        return self._made.get((hidden, features), lambda: self._edition(hidden, features))

    @cached_property
    def sets(self) -> Mapping[tuple[str, str], set[str]]:
        """(kind of object, set of fields) → coordinates of what shows a column of the set."""
        return sets_of_fields(self._registry)

    def _hidden_from(self, capability: Capability) -> frozenset[tuple[str, str]]:
        return frozenset(key for key in self.sets if capability.field(*key) is FieldAccess.HIDDEN)

    def _edition(self, hidden: frozenset[tuple[str, str]], features: frozenset[str]) -> Edition:
        unwanted = previews.hidden(self._previewed, features)
        coordinates = {one for key in hidden for one in self.sets[key]} | unwanted
        made = narrowed(self._everything, coordinates.__contains__, gone=unwanted)
        shown = {key: one for key, one in self._previewed.items() if key not in unwanted}
        if shown:
            made.core.directives = (*made.core.directives, previews.DIRECTIVE)
        return replace(made, previewed=shown)


def sets_of_fields(registry: Registry) -> dict[tuple[str, str], set[str]]:
    """(kind of object, set of fields) → coordinates of what reads a column of the set, for all but the default sets."""
    owned = {mapper.local_table: tuple(owners(mapper.class_)) for mapper in Model.registry.mappers}
    found: dict[tuple[str, str], set[str]] = {}
    for coordinate, columns in registry.columns.items():
        for column in columns:
            field_set = column.info.get("field_set", DEFAULT_FIELDS)
            for object in owned.get(column.table, ()) if field_set != DEFAULT_FIELDS else ():
                found.setdefault((object, field_set), set()).add(coordinate)
    return found


def narrowed(whole: Edition, hides: Hides, *, kept: Collection[str] = (), gone: Collection[str] = ()) -> Edition:
    """The edition without the hidden coordinates, and without what has no content or no way in any more.

    `kept`: object types that only an interface leads to and that stay; all of those there are if left out. `gone`: such
    that do not stay.
    """
    core = GraphQLSchema(**map_schema_config(whole.core.to_kwargs(), Gone(whole.core, hides, kept, gone).mappers))
    return Edition(core, catalog_of(whole.catalog, core))


class Gone:
    """What is not in an edition, found by taking away until nothing more follows."""

    def __init__(self, core: GraphQLSchema, hides: Hides, kept: Collection[str], gone: Collection[str]) -> None:
        self._core, self._hides = core, hides
        self.types = {name for name in gone if name in core.type_map}
        objects = [name for name, one in core.type_map.items() if isinstance(one, GraphQLObjectType)]
        self._roots = frozenset(one.name for one in (core.query_type, core.mutation_type) if one is not None)
        self._listens = core.subscription_type
        if kept:
            implementing = {
                one.name
                for name in core.type_map
                if isinstance(interface := core.type_map[name], GraphQLInterfaceType | GraphQLUnionType)
                for one in core.get_possible_types(interface)
            }
            self.types |= {name for name in objects if name in implementing and name not in kept}
        while more := {name for name in core.type_map if name not in self.types and self._is_empty(name)}:
            self.types |= more

    def mappers(self, _context: Any) -> Any:
        """For `map_schema_config`."""
        return {
            SchemaElementKind.OBJECT: self._composite,
            SchemaElementKind.INTERFACE: self._composite,
            SchemaElementKind.UNION: lambda config: {
                **config,
                "types": lambda: [one for one in config["types"]() if one.name not in self.types],
            },
            SchemaElementKind.ENUM: lambda config: {
                **config,
                "values": lambda: self._members(config["name"], config["values"]()),
            },
            SchemaElementKind.INPUT_OBJECT: lambda config: {
                **config,
                "fields": lambda: self._values(config["name"], config["fields"]()),
            },
            SchemaElementKind.SCHEMA: self._schema,
        }

    def _composite(self, config: dict[str, Any]) -> dict[str, Any]:
        return {
            **config,
            "interfaces": lambda: [one for one in config["interfaces"]() if one.name not in self.types],
            "fields": lambda: self._fields(config["name"], config["fields"]()),
        }

    def _fields(self, owner: str, fields: Mapping[str, Any]) -> dict[str, Any]:
        """The fields of an object or interface that are left, each with the arguments that are."""
        found = {}
        for name, field in fields.items():
            if self.has(owner, name, field):
                arguments = {
                    key: one for key, one in field.args.items() if not self._lost(f"{owner}.{name}({key}:)", one)
                }
                field.args = arguments  # this field is the edition's own
                found[name] = field
        return found

    def _values(self, owner: str, members: Mapping[str, Any]) -> dict[str, Any]:
        """The members of an enum or an input object that are left."""
        return {name: one for name, one in members.items() if not self._lost(f"{owner}.{name}", one)}

    def _members(self, name: str, members: Mapping[str, Any]) -> dict[str, Any]:
        """The values of an enum that are left, as members of the enum that commands know: a plain type has texts."""
        known = getattr(self._core.type_map[name], "wrapped_cls", None)
        left = self._values(name, members)
        if known is None:
            return left
        made = {key: copy(one) for key, one in left.items()}
        for one in made.values():
            one.value = known(one.value)
        return made

    def has(self, owner: str, name: str, field: Any) -> bool:
        coordinate = f"{owner}.{name}"
        if self._lost(coordinate, field):
            return False
        lost = [one for key, one in field.args.items() if self._lost(f"{coordinate}({key}:)", one)]
        return not any(is_required_argument(one) for one in lost)

    def _lost(self, coordinate: str, element: Any) -> bool:
        """Whether an element is hidden, or its type is gone."""
        type_ = getattr(element, "type", None)
        return self._hides(coordinate) or (type_ is not None and get_named_type(type_).name in self.types)

    def _is_empty(self, name: str) -> bool:
        """Whether nothing of a type is left, or it cannot be used any more."""
        type_ = self._core.type_map[name]
        if name.startswith("__") or name in self._roots:
            return False
        if isinstance(type_, GraphQLObjectType):
            return not any(self.has(name, key, field) for key, field in type_.fields.items())
        if isinstance(type_, GraphQLInterfaceType | GraphQLUnionType):
            return all(one.name in self.types for one in self._core.get_possible_types(type_))
        if isinstance(type_, GraphQLEnumType):
            return not self._values(name, type_.values)
        if isinstance(type_, GraphQLInputObjectType):
            left = self._values(name, type_.fields)
            lost = type_.fields.keys() - left.keys()
            return not left or any(is_required_input_field(type_.fields[key]) for key in lost)
        return False

    def _schema(self, config: dict[str, Any]) -> dict[str, Any]:
        listened = config["subscription"] if self._listens and self._listens.name not in self.types else None
        return {**config, "types": self._free(config["types"]), "subscription": listened}

    def _free(self, types: Iterable[Any]) -> list[Any]:
        """The types to be named to the schema: those that only an interface leads to. It finds the others itself."""
        objects = [one for one in types if isinstance(one, GraphQLObjectType)]
        free = {name for name, one in self._core.type_map.items() if getattr(one, "interfaces", ())}
        return [one for one in objects if one.name in free and one.name not in self.types]


def catalog_of(whole: Catalog, core: GraphQLSchema) -> Catalog:
    """The part of a catalog that an edition of its schema reaches."""
    entities = {}
    for name, entity in whole.entities.items():
        type_ = core.type_map.get(name)
        left = type_.fields if isinstance(type_, GraphQLObjectType) else {}
        fields = {key: reachable(source, core) for key, source in entity.fields.items() if key in left}
        entities[name] = replace(  # rules of others may look at rows of a type that is gone
            entity,
            fields=fields,
            targets={key: target for key, target in entity.targets.items() if key in fields},
            filters=among(entity.filters, core, f"{name}Filter"),
            sorts=among(entity.sorts, core, f"{name}SortField"),
            lookups=among(entity.lookups, core, f"{name}Ref"),
            prefix=entity.prefix if left else None,
            object=entity.object if left else None,
        )
    query = core.query_type
    roots = {name: root for name, root in whole.roots.items() if query is not None and name in query.fields}
    return Catalog(entities, roots)


def reachable(source: Any, core: GraphQLSchema) -> Any:
    """A field's source, as far as it leads to types that are left."""
    if not isinstance(source, ToAny):
        return source
    return replace(source, types={object: name for object, name in source.types.items() if name in core.type_map})


def among(members: Mapping[str, Any], core: GraphQLSchema, type_name: str) -> dict[str, Any]:
    """Those members that the enum or input object of this name has."""
    type_ = core.type_map.get(type_name)
    if isinstance(type_, GraphQLEnumType):
        return {name: one for name, one in members.items() if name in type_.values}
    if isinstance(type_, GraphQLInputObjectType):
        return {name: one for name, one in members.items() if name in type_.fields}
    return {}
