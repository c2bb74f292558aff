"""What the verifier of statements is told of the schema. Loaded by name, because the grammar takes 0.3 s to import."""

from dataclasses import dataclass
from functools import cache, cached_property

from graphql import DocumentNode, GraphQLEnumType, GraphQLObjectType, GraphQLSchema, NameNode, Visitor, visit

from api.compiler import Cache, Catalog, Statement
from api.compiler.request import tenant_of
from api.compiler.verifier import Verifier
from api.domain.access import EVERY, field_sets, objects, owners
from api.domain.kernel import CURRENCIES, DEFAULT_FIELDS, Capability, Context, FieldAccess, columns_of
from api.domain.kernel.model import Model
from api.domain.tokens import PREFIXES

from .outside import granted_columns

HIDDEN: Cache[frozenset[tuple[str, str]]] = Cache(64)  # by capability
UNOPENED = "secret"  # a set of fields that no statement of a request reads
PARTS = frozenset(
    {"opl", "sth", "evt", "tok", "ten", "aco", "ocr", "whd", "ccm", "csh", "cmi", "slv"}
)  # prefixes of what no reference names
FIXED = frozenset(
    {
        *(
            "",
            "-",
            "_",
            "+/=\n",
            "-_",
            ",",
            ":",
            "0",
            ".",
            "Z",
            "}",
            "[]",
            "{}",
            "base64",
            "hex",
            "UTF8",
            "UTC",
            "epoch",
        ),
        *("crm.tenant", "crm.principal", "crm.account", "YYYY-MM", "YYYY-MM-DD", 'YYYY-MM-DD"T"HH24:MI:SS.US'),
        *("sum_minor", "average_minor", "rate_date", "unconverted_count"),  # members of JSON that stays inside
        *(
            "previous",
            "kind",
            "role_id",
            "role_name",
            "share_id",
            "level",
            "because",
            "teams",
            "team_id",
            "field_rights",
            "field_set",
        ),
        *("previous", "access", "object", "allowed", "grants", EVERY, DEFAULT_FIELDS, "…"),
        *(f"{start}_" for start in PREFIXES.values()),
    }
)


def words_of(core: GraphQLSchema, catalog: Catalog) -> frozenset[str]:
    """Texts that a statement may hold: names of the schema, currencies, prefixes, what the compiler writes."""
    enums = [type_ for type_ in core.type_map.values() if isinstance(type_, GraphQLEnumType)]
    entities = catalog.entities.values()
    prefixes = {entity.prefix for entity in entities if entity.prefix}
    return FIXED | {
        *core.type_map,
        *(value for enum in enums for value in enum.values),
        *(name for type_ in core.type_map.values() if isinstance(type_, GraphQLObjectType) for name in type_.fields),
        *CURRENCIES,
        *prefixes,
        *(f"{prefix}_" for prefix in prefixes | PARTS),
        *(entity.name.lower() for entity in entities),
        *objects(),
        *(name for _, name in field_sets()),
    }


@dataclass
class Verification:
    """Called with each newly compiled statement."""

    core: GraphQLSchema
    catalog: Catalog

    @cached_property
    def verifier(self) -> Verifier:
        tables = Model.metadata.sorted_tables
        tenants = {table.name: "id" if table.name == "tenants" else "tenant_id" for table in tables}
        return Verifier(tenants, words_of(self.core, self.catalog), hidden_columns)

    def __call__(self, statement: Statement, document: DocumentNode, context: Context) -> None:
        """Raise Unsafe for a statement that must not be run."""
        getters = list(statement.getters)
        tenant = getters.index(tenant_of) + 1 if tenant_of in getters else 0
        self.verifier.check(statement.text, tenant, names_in(document), context)


class Gathering(Visitor):
    """Collects names."""

    def __init__(self) -> None:
        super().__init__()
        self.found: set[str] = set()

    def enter_name(self, node: NameNode, *_: object) -> None:
        self.found.add(node.value)


def names_in(document: DocumentNode) -> frozenset[str]:
    """All names of a document, such as aliases, which are keys of the answer; never a value."""
    gathering = Gathering()
    visit(document, gathering)
    return frozenset(gathering.found)


def hidden_columns(context: Context) -> frozenset[tuple[str, str]]:
    """The columns that no statement for this principal may name."""
    if context.outside is not None:
        return hidden_outside()
    return HIDDEN.get(context.capability.hash, lambda: hidden_from(context.capability))


@cache
def hidden_outside() -> frozenset[tuple[str, str]]:
    """What outsiders have no column grant for."""
    granted, found = granted_columns(), set()
    for mapper in Model.registry.mappers:
        model: type[Model] = mapper.class_
        table = model.__tablename__
        found |= {(table, name) for name in columns_of(model) if name not in granted.get(table, ())}
    return frozenset(found)


def hidden_from(capability: Capability) -> frozenset[tuple[str, str]]:
    found = set()
    for mapper in Model.registry.mappers:
        model: type[Model] = mapper.class_
        for name, column in columns_of(model).items():
            field_set = column.info["field_set"]
            sets = [capability.field(object, field_set) for object in owners(model)]
            if field_set == UNOPENED or FieldAccess.HIDDEN in sets:
                found.add((model.__tablename__, name))
    return frozenset(found)
