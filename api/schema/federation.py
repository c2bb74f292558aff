"""The schema as a subgraph of Apollo Federation 2: `_service`, `_entities`, and a key on every record type.

https://www.apollographql.com/docs/graphos/schema-design/federated-schemas/reference/subgraph-spec
"""

from __future__ import annotations

from collections.abc import Container, Hashable, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from graphql import (
    ConstDirectiveNode,
    DefinitionNode,
    DirectiveDefinitionNode,
    DocumentNode,
    FieldNode,
    GraphQLArgument,
    GraphQLField,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLScalarType,
    GraphQLSchema,
    GraphQLString,
    GraphQLUnionType,
    ListValueNode,
    NamedTypeNode,
    NameNode,
    Node,
    ObjectTypeDefinitionNode,
    ObjectValueNode,
    OperationDefinitionNode,
    StringValueNode,
    TypeNode,
    ValueNode,
    VariableDefinitionNode,
    VariableNode,
    Visitor,
    parse,
    print_ast,
    visit,
)

from api.compiler import Cache, Catalog, RequestError, wire_uuid
from api.domain.kernel import Viewer

from . import schema, sdl_of
from .editions import MOST_EDITIONS, Edition
from .reading import Reads

LINK = "https://specs.apollo.dev/federation/v2.9"  # newer ones are refused by one of the two composers
LINKED = ("cost", "listSize")  # directives of ours that federation defines in the same way
ONE_OF = "directive @oneOf on INPUT_OBJECT"  # built into GraphQL, but composers have to be told
MOST_REPRESENTATIONS = 250
DOCUMENTS = 200  # held in both forms; each may be large
LONGEST_ECHO = 100
ANY, ENTITY, ENTITIES, ID, TYPENAME = "_Any", "_Entity", "_entities", "id", "__typename"
PLAINLY = {ANY: "ID", ENTITY: "Node"}  # what stands for these types where there is no federation


def applied(text: str) -> ConstDirectiveNode:
    """A directive as it stands behind a type."""
    [directive] = parse(f"scalar X {text}").definitions[0].directives  # type: ignore[attr-defined]
    return directive  # type: ignore[no-any-return]


KEY = applied('@key(fields: "id")')
[OPTIONAL] = applied("@listSize(requireOneSlicingArgument: false)").arguments or ()  # a page has a size without them


class Subgraph:
    """A schema with what a router asks of a subgraph. The types are those of the plain schema."""

    def __init__(self, plain: GraphQLSchema, catalog: Catalog, sdl: str) -> None:
        prefixes = {name: entity.prefix for name, entity in catalog.entities.items() if entity.prefix is not None}
        self.prefixes = {name: prefix for name, prefix in prefixes.items() if is_node(plain, name)}
        self.sdl = self._linked(sdl)
        self.core = self._with_roots(plain)

    def _linked(self, sdl: str) -> str:
        """What `_service` answers: the plain schema, its keys, and the link to federation."""
        definitions = parse(sdl).definitions
        imports = ["@key", *(f"@{name}" for name in LINKED if any(defines(one, name) for one in definitions))]
        names = ", ".join(f'"{name}"' for name in imports)
        head = parse(f'extend schema @link(url: "{LINK}", import: [{names}])\n{ONE_OF}').definitions
        kept = [one for one in definitions if not any(defines(one, name) for name in (*LINKED, "oneOf"))]
        return print_ast(visit(DocumentNode(definitions=(*head, *kept)), InFederatedWords(self.prefixes))) + "\n"

    def _with_roots(self, plain: GraphQLSchema) -> GraphQLSchema:
        query = plain.query_type
        if query is None:
            raise TypeError("the schema has no Query")
        types = [plain.type_map[name] for name in self.prefixes]
        anything = GraphQLScalarType(ANY, description="The key of a record: its `__typename` and `id`.")
        entity = GraphQLUnionType(ENTITY, types, description="Every type of record.")  # type: ignore[arg-type]
        service = GraphQLObjectType(
            "_Service",
            {"sdl": GraphQLField(GraphQLNonNull(GraphQLString), description="The subgraph's schema.")},
            description="This API as part of a federated graph.",
        )
        representations = GraphQLArgument(
            GraphQLNonNull(GraphQLList(GraphQLNonNull(anything))), description="At most 250 keys, of any types."
        )
        fields = query.to_kwargs()
        fields["fields"] = {
            **query.fields,
            "_service": GraphQLField(
                GraphQLNonNull(service),
                resolve=lambda _source, _info: {"sdl": self.sdl},
                description="Asked by routers and composers.",
            ),
            ENTITIES: GraphQLField(
                GraphQLNonNull(GraphQLList(entity)),
                args={"representations": representations},
                description="Records by their keys, in the order asked; null where you may not see one.",
            ),
        }
        return GraphQLSchema(
            GraphQLObjectType(**fields),
            plain.mutation_type,
            plain.subscription_type,
            types=[type_ for type_ in plain.type_map.values() if type_ is not query],
            directives=plain.directives,
            description=plain.description,
            extensions=plain.extensions,
        )


class InFederatedWords(Visitor):
    """Gives record types their key, and says of our list sizes what federation would take for granted otherwise."""

    def __init__(self, keyed: Container[str]) -> None:
        super().__init__()
        self._keyed = keyed

    def enter_object_type_definition(
        self, node: ObjectTypeDefinitionNode, *_args: object
    ) -> ObjectTypeDefinitionNode | None:
        return replace(node, directives=(*(node.directives or ()), KEY)) if node.name.value in self._keyed else None

    def enter_directive(self, node: ConstDirectiveNode, *_args: object) -> ConstDirectiveNode | None:
        given = {argument.name.value for argument in node.arguments or ()}
        if node.name.value != "listSize" or OPTIONAL.name.value in given:
            return None
        return replace(node, arguments=(*(node.arguments or ()), OPTIONAL))


def subgraph() -> Subgraph:
    """The whole schema as a subgraph."""
    return subgraph_of(schema.editions.whole)


@lru_cache(MOST_EDITIONS)
def subgraph_of(edition: Edition) -> Subgraph:
    """An edition of the schema as a subgraph; it takes a third of a second to make."""
    return Subgraph(edition.core, edition.catalog, sdl_of(edition.core))


def is_node(core: GraphQLSchema, name: str) -> bool:
    type_ = core.type_map[name]
    return isinstance(type_, GraphQLObjectType) and any(one.name == "Node" for one in type_.interfaces)


def defines(definition: DefinitionNode, directive: str) -> bool:
    return isinstance(definition, DirectiveDefinitionNode) and definition.name.value == directive


@dataclass(frozen=True, slots=True)
class Translated:
    """An operation in the words of the plain schema; `keys` are the variables that hold representations."""

    document: DocumentNode
    operation: OperationDefinitionNode
    keys: frozenset[str]


class EntityReads:
    """`Reads` for a subgraph: `_entities` is read as `nodes`, so in the operation's one statement."""

    def __init__(self, reads: Reads, subgraph: Subgraph) -> None:
        self._reads = reads
        self._prefixes = subgraph.prefixes
        self._translated: Cache[Translated] = Cache(DOCUMENTS)

    async def execute(
        self,
        document: DocumentNode,
        operation: OperationDefinitionNode,
        variables: Mapping[str, Any],
        viewer: Viewer,
        *,
        key: Hashable,
    ) -> bytes:
        """As `Reads.execute`.

        Raises:
            RequestErrors: variables do not fit their types.
            RequestError: an argument's value cannot be used, or a representation is none of a record of ours.
        """
        if operation.loc is not None and ENTITIES not in operation.loc.source.body:
            return await self._reads.execute(document, operation, variables, viewer, key=key)
        known = self._translated.get(key, lambda: self._translate(document, operation))
        values = {name: self._ids(value) if name in known.keys else value for name, value in variables.items()}
        return await self._reads.execute(known.document, known.operation, values, viewer, key=key)

    def _translate(self, document: DocumentNode, operation: OperationDefinitionNode) -> Translated:
        at = next(place for place, one in enumerate(document.definitions) if one is operation)
        plain: DocumentNode = visit(document, InPlainWords(self))
        keys = [one.variable.name.value for one in operation.variable_definitions or () if bare(one.type) == ANY]
        translated: OperationDefinitionNode = plain.definitions[at]  # type: ignore[assignment]
        return Translated(plain, translated, frozenset(keys))

    def _ids(self, given: Any) -> Any:
        """The ids of representations, in a list where those are in one."""
        if not isinstance(given, list):
            return self.id_of(given)
        if len(given) > MOST_REPRESENTATIONS:
            raise too_many()
        return [self.id_of(one, str(at)) for at, one in enumerate(given)]

    def id_of(self, given: Any, *place: str, node: Node | None = None) -> str:
        """The id that a representation names; whatever else it holds does not matter.

        Raises:
            RequestError: it has no known `__typename`, or no `id` of that type.
        """
        where, nodes = ("representations", *place), [node] if node else []
        if not isinstance(given, Mapping):
            raise RequestError("BAD_USER_INPUT", "a representation is an object with __typename and id", where, nodes)
        typename, id = given.get(TYPENAME), given.get(ID)
        prefix = self._prefixes.get(typename) if isinstance(typename, str) else None
        if prefix is None:
            told = "has no __typename" if typename is None else f"is of a type that has no key here: {echo(typename)}"
            raise RequestError("BAD_USER_INPUT", f"a representation {told}", (*where, TYPENAME), nodes)
        if not isinstance(id, str):
            raise RequestError(
                "BAD_USER_INPUT", "a representation has no id, or one that is no text", (*where, ID), nodes
            )
        try:
            wire_uuid(prefix, id)
        except RequestError as error:
            raise RequestError(error.code, error.message, (*where, ID), nodes) from error
        return id


class InPlainWords(Visitor):
    """Rewrites a valid document of the subgraph to one that the plain schema answers the same."""

    def __init__(self, reads: EntityReads) -> None:
        super().__init__()
        self._reads = reads

    def enter_named_type(self, node: NamedTypeNode, *_args: object) -> NamedTypeNode | None:
        plain = PLAINLY.get(node.name.value)
        return None if plain is None else replace(node, name=NameNode(value=plain))

    def enter_variable_definition(self, node: VariableDefinitionNode, *_args: object) -> VariableDefinitionNode | None:
        if bare(node.type) != ANY or node.default_value is None:
            return None
        return replace(node, default_value=self._ids(node.default_value))  # type: ignore[arg-type]

    def enter_field(self, node: FieldNode, *_args: object) -> FieldNode | None:
        if node.name.value != ENTITIES:
            return None
        [argument] = node.arguments or ()
        ids = replace(argument, name=NameNode(value="ids"), value=self._ids(argument.value))
        return replace(node, name=NameNode(value="nodes"), alias=node.alias or node.name, arguments=(ids,))

    def _ids(self, value: ValueNode) -> ValueNode:
        if not isinstance(value, ListValueNode):
            return self._id(value)
        if len(value.values) > MOST_REPRESENTATIONS:
            raise too_many(value)
        return replace(value, values=tuple(self._id(one, str(at)) for at, one in enumerate(value.values)))

    def _id(self, value: ValueNode, *place: str) -> ValueNode:
        """The literal of the id in a literal representation; a variable is replaced when its value comes."""
        if isinstance(value, VariableNode):
            return value
        texts = {}
        if isinstance(value, ObjectValueNode):
            found = {field.name.value: field.value for field in value.fields}
            texts = {name: one.value for name, one in found.items() if isinstance(one, StringValueNode)}
        given = texts if isinstance(value, ObjectValueNode) else None
        return StringValueNode(value=self._reads.id_of(given, *place, node=value), loc=value.loc)


def bare(type_: TypeNode) -> str:
    """The name of a type without lists and non-nulls."""
    while not isinstance(type_, NamedTypeNode):
        type_ = type_.type  # type: ignore[attr-defined]
    return type_.name.value


def echo(given: Any) -> str:
    return repr(given)[:LONGEST_ECHO]


def too_many(node: Node | None = None) -> RequestError:
    message = f"at most {MOST_REPRESENTATIONS} representations in one field"
    return RequestError("BAD_USER_INPUT", message, ("representations",), [node] if node else [])
