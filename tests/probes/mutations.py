"""Every place of every mutation where a record can be named, with minimal other arguments around it."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from graphql import (
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    get_named_type,
    is_leaf_type,
    is_required_argument,
    is_required_input_field,
)

from api.compiler import Catalog
from tests.probes.world import World

DEEPEST = 5
SCALARS: Mapping[str, Any] = {
    "Int": 1,
    "Float": 1.5,
    "Boolean": True,
    "Date": "2026-03-01",
    "DateTime": "2026-03-01T12:00:00Z",
    "Decimal": "10",
    "CurrencyCode": "USD",
    "CountryCode": "DE",
    "TimeZone": "Europe/Berlin",
    "Locale": "de",
    "Duration": "P1D",
}
TEXTS = {
    "email": "probe@example.com",
    "phone": "+4930901820",
    "number": "+4930901820",
    "domains": "probe.example",
    "customerDomain": "probe.example",
}
CONTROLS = ("idempotencyKey", "dryRun")  # arguments that name nothing
# What must be given beside an argument, although no type says so.
BESIDE: Mapping[tuple[str, str], Mapping[str, Any]] = {
    ("webhookDeliveryReplay", "where"): {"after": "0", "through": "1"},
    ("webhookPreview", "event"): {"document": "subscription { events { id type position changedFields recordId } }"},
}
Key = tuple[str | int, ...]


@dataclass(frozen=True)
class Place:
    """Where an argument names a record: `entity` is its type, `form` the key in use, `parts` those of the key."""

    mutation: str
    at: Key
    entity: str
    form: str
    parts: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        return f"{self.mutation}({'.'.join(str(one) for one in self.at)} by {self.form})"


@dataclass(frozen=True)
class Inputs:
    """Makes arguments from the input types of a schema."""

    schema: GraphQLSchema
    catalog: Catalog
    world: World

    @property
    def mutations(self) -> dict[str, GraphQLField]:
        return dict(self.schema.mutation_type.fields) if self.schema.mutation_type else {}

    def places(self) -> Iterator[Place]:
        for name, field in self.mutations.items():
            for argument, one in field.args.items():
                if argument not in CONTROLS:
                    yield from self.places_in(name, one.type, (argument,), ())

    def places_in(self, mutation: str, type_: Any, at: Key, above: tuple[str, ...]) -> Iterator[Place]:
        named = get_named_type(type_)
        at = (*at, 0) if has_list(type_) else at
        if named.name == "ID":
            yield Place(mutation, at, self.entity_of(str(at[-1] if at[-1] != 0 else at[-2])), "id")
        elif isinstance(named, GraphQLInputObjectType):
            entity = self.referred(named)
            if entity is not None:
                for form, one in named.fields.items():
                    inner = get_named_type(one.type)
                    parts = tuple(inner.fields) if isinstance(inner, GraphQLInputObjectType) else ()
                    yield Place(mutation, at, entity, form, parts)
            elif named.name not in above and len(above) < DEEPEST:
                for field, one in named.fields.items():
                    yield from self.places_in(mutation, one.type, (*at, field), (*above, named.name))

    def referred(self, type_: GraphQLInputObjectType) -> str | None:
        """The type that a reference input names."""
        entity = type_.name.removesuffix("Ref")
        return entity if type_.is_one_of and entity != type_.name and entity in self.catalog.entities else None

    def entity_of(self, argument: str) -> str:
        """`lineId` → OpportunityLine: the type with a prefix that is called like the argument of an id."""
        stem = argument.removesuffix("Ids").removesuffix("Id")
        word = stem[:1].upper() + stem[1:]
        tables = {name for name, entity in self.catalog.entities.items() if entity.table is not None}
        if word in tables:
            return word
        return next((name for name in sorted(tables) if name.endswith(word)), "Account")

    def arguments(self, place: Place, value: Any, own: Mapping[str, Any]) -> dict[str, Any]:
        """What must be given, the records by `own` (entity → value of its reference), and `value` at the place."""
        field = self.mutations[place.mutation]
        wanted = place.at[0]
        given = {
            name: self.value(one.type, (name,), place, value, own)
            for name, one in field.args.items()
            if name == wanted or (is_required_argument(one) and name not in CONTROLS)
        }
        missing = BESIDE.get((place.mutation, str(wanted)), {})
        return {**given, **missing}

    def patched(self, mutation: str, field: str, own: Mapping[str, Any]) -> dict[str, Any]:
        """A patch that says something about one field."""
        named: Any = get_named_type(self.mutations[mutation].args["patch"].type)
        at = ("patch", field)
        return {field: self.value(named.fields[field].type, at, Place(mutation, (), "", ""), None, own)}

    def value(self, type_: Any, at: Key, place: Place, value: Any, own: Mapping[str, Any]) -> Any:
        if has_list(type_):
            inner = type_.of_type if isinstance(type_, GraphQLNonNull) else type_
            return [self.value(inner.of_type, (*at, 0), place, value, own)]
        if at == place.at:
            return value
        named = get_named_type(type_)
        if isinstance(named, GraphQLInputObjectType):
            return self.object(named, at, place, value, own)
        if isinstance(named, GraphQLEnumType):
            return next(iter(named.values))
        if named.name == "ID":
            return own.get(self.entity_of(str(at[-1])), {}).get("id", "x")
        return SCALARS.get(named.name) or TEXTS.get(str(at[-1])) or f"probe {'.'.join(map(str, at))}"

    def object(self, named: GraphQLInputObjectType, at: Key, place: Place, value: Any, own: Mapping[str, Any]) -> Any:
        entity = self.referred(named)
        if entity is not None:
            return own.get(entity, {"id": "x"})
        if named.is_one_of:
            first = place.at[len(at)] if place.at[: len(at)] == at else next(iter(named.fields))
            return {str(first): self.value(named.fields[str(first)].type, (*at, str(first)), place, value, own)}
        inside = {
            name: self.value(one.type, (*at, name), place, value, own)
            for name, one in named.fields.items()
            if is_required_input_field(one) or place.at[: len(at) + 1] == (*at, name)
        }
        if not inside:  # a patch that says nothing changes nothing: say something that is no reference
            fields = sorted(named.fields.items(), key=lambda each: get_named_type(each[1].type).name != "String")
            name, one = fields[0]
            inside[name] = self.value(one.type, (*at, name), place, value, own)
        return inside

    def document(self, mutation: str, arguments: Iterable[str]) -> str:
        """The mutation with these arguments as variables and everything in its answer that is a value."""
        field = self.mutations[mutation]
        heads = ", ".join(f"${name}: {field.args[name].type}" for name in arguments)
        given = ", ".join(f"{name}: ${name}" for name in arguments)
        return f"mutation ({heads}) {{ {mutation}({given}) {{ {self.selection(get_named_type(field.type))} }} }}"

    def selection(self, type_: Any, depth: int = 2) -> str:
        parts = []
        for name, field in type_.fields.items():
            named = get_named_type(field.type)
            if any(is_required_argument(one) for one in field.args.values()):
                continue
            if is_leaf_type(named):
                parts.append(name)
            elif isinstance(named, GraphQLInterfaceType):
                parts.append(f"{name} {{ {self.refusals(named)} }}")
            elif isinstance(named, GraphQLObjectType) and named.name in self.catalog.entities:
                leaves = " ".join(
                    n for n, f in named.fields.items() if is_leaf_type(get_named_type(f.type)) and not f.args
                )
                parts.append(f"{name} {{ {leaves} }}")
            elif isinstance(named, GraphQLObjectType) and depth:
                parts.append(f"{name} {{ {self.selection(named, depth - 1)} }}")
        return " ".join(parts) or "__typename"

    def refusals(self, type_: GraphQLInterfaceType) -> str:
        """All that the types behind an interface say."""
        own = " ".join(n for n, f in type_.fields.items() if is_leaf_type(get_named_type(f.type)))
        if type_.name in {"Node", "Record"}:
            return "__typename id"
        more = []
        for one in self.schema.get_possible_types(type_):
            inside = self.selection(one, 1)
            more.append(f"... on {one.name} {{ {inside} }}")
        return f"__typename {own} {' '.join(more)}"


def has_list(type_: Any) -> bool:
    return isinstance(type_.of_type if isinstance(type_, GraphQLNonNull) else type_, GraphQLList)
