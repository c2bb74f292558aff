"""GraphQL: what exists, in one list of slices."""

from collections.abc import Mapping
from functools import cached_property, lru_cache
from types import ModuleType
from typing import Any

import strawberry
from graphql import GraphQLObjectType, GraphQLSchema, lexicographic_sort_schema, print_schema
from sqlalchemy import null
from strawberry.schema.config import StrawberryConfig
from strawberry.tools import merge_types

from api.compiler import Catalog
from api.domain.kernel import Capability, Context, FieldAccess, Level, Right

from . import (
    access,
    accounts,
    business_hours,
    case_handling,
    case_metrics,
    cases,
    certifications,
    commission_plans,
    commissions,
    contacts,
    deal_registration_metrics,
    deal_registrations,
    events,
    explanations,
    jobs,
    knowledge,
    lead_distribution,
    leads,
    limits,
    opportunities,
    opportunity_people,
    partner_budgets,
    partner_eligibility,
    partner_funds,
    partner_programs,
    partner_revenue_metrics,
    pipelines,
    previews,
    products,
    queues,
    records,
    roots,
    sales,
    satisfaction,
    satisfaction_metrics,
    service_levels,
    share_report,
    sharing,
    tokens,
    users,
    webhook_verbs,
    webhooks,
)
from .binding import READABLE
from .catalog import build_catalog
from .editions import MOST_EDITIONS, Edition, Editions
from .errors import BOUND
from .execution import direct
from .interfaces import Node, Record
from .outside import for_outsiders
from .reading import outsider
from .registry import Registry
from .scalars import SCALARS

ROOTS = {
    "Query": "What can be read; one operation is answered by one statement, whatever it asks for.",
    "Mutation": "What can be changed, object first and verb last; each field is a transaction of its own.",
    "Subscription": "What can be listened to, and resumed where a connection broke off.",
}
SLICES: tuple[ModuleType, ...] = (
    roots,
    limits,
    records,
    jobs,
    users,
    access,
    tokens,
    explanations,
    business_hours,
    accounts,
    contacts,
    products,
    pipelines,
    opportunities,
    opportunity_people,
    sales,
    queues,
    cases,
    case_handling,
    service_levels,
    case_metrics,
    knowledge,
    satisfaction,
    satisfaction_metrics,
    leads,
    lead_distribution,
    deal_registrations,
    sharing,
    share_report,
    partner_programs,
    certifications,
    partner_eligibility,
    partner_budgets,
    partner_funds,
    deal_registration_metrics,
    partner_revenue_metrics,
    commission_plans,
    commissions,
    webhooks,
    webhook_verbs,
    events,
)


class Everything(Capability):
    """What allows everything, of all kinds of records there are and will be."""

    def on(self, object: str) -> Right:  # noqa: ARG002 - whatever it is
        return Right(Level.ALL, Level.ALL, create=True, delete=True, export=True)

    def field(self, object: str, field_set: str) -> FieldAccess:  # noqa: ARG002 - whatever it is
        return FieldAccess.WRITE


def as_tenant(_bind: Any) -> Context:
    """The context of one who may see everything: what rules add then is nothing but the tenant."""
    return Context(Everything((), {}), null(), null())  # type: ignore[arg-type] # nobody's own


class Schema:
    """The finished schema: `core` for graphql-core, `catalog` for the compiler, `sdl` for people."""

    def __init__(self, slices: tuple[ModuleType, ...], previewed: Mapping[str, str] = previews.PREVIEWS) -> None:
        query = merge_types("Query", tuple(slice_.Query for slice_ in slices if hasattr(slice_, "Query")))
        mutation = merge_types("Mutation", tuple(slice_.Mutation for slice_ in slices if hasattr(slice_, "Mutation")))
        # Nothing but their interfaces leads to these.
        free = (*dict.fromkeys(BOUND.values()), *events.concrete_types(slices))
        config = StrawberryConfig(scalar_map=SCALARS)
        built = strawberry.Schema(query, mutation, events.Subscription, types=free, config=config)
        core: GraphQLSchema = built._schema  # noqa: SLF001 - Strawberry has no public way to the core schema
        patch(core)
        core.directives = (*core.directives, *limits.DIRECTIVES)
        catalog = build_catalog(core)
        self.registry = Registry(core, catalog, as_tenant)
        self.editions = Editions(Edition(core, catalog), self.registry, previewed)
        whole = self.editions.whole
        self.core: GraphQLSchema = whole.core
        self.catalog: Catalog = whole.catalog

    @cached_property
    def outside(self) -> Edition:
        """The edition for outsiders; made when it is first asked for, as the sets of fields of `editions` are."""
        return for_outsiders(self.editions.whole, Registry(self.core, self.catalog, outsider))

    def prepare(self) -> None:
        """Make now what the first request would have to wait half a second for."""
        _ = self.outside, self.editions.sets

    @property
    def sdl(self) -> str:
        return sdl_of(self.core)


@lru_cache(MOST_EDITIONS + 2)
def sdl_of(core: GraphQLSchema) -> str:
    """A schema, or an edition of it, as text."""
    return limits.with_directives(print_schema(lexicographic_sort_schema(core)), core) + "\n"


def sdl_of_edition(edition: Edition) -> str:
    return previews.marked(sdl_of(edition.core), edition.previewed)


def patch(core: GraphQLSchema) -> None:
    """What Strawberry does not tell the core: `@oneOf` inputs, and where bound fields have their values."""
    for type_ in core.type_map.values():
        definition = (type_.extensions or {}).get("strawberry-definition")
        if getattr(definition, "is_one_of", False):
            type_.is_one_of = True  # type: ignore[attr-defined]
        if isinstance(type_, GraphQLObjectType) and not type_.name.startswith("__"):
            for field in type_.fields.values():
                field.resolve = direct(field) if type_ is core.mutation_type else read_back_or(field.resolve)
            if hasattr(getattr(definition, "origin", None), READABLE):
                type_.is_type_of = None  # rows read back are dicts with a __typename
    for name, description in ROOTS.items():
        core.type_map[name].description = description
    for name in ("Node", "Record", "Event"):
        core.type_map[name].resolve_type = named  # type: ignore[attr-defined]


def read_back_or(resolve: Any) -> Any:
    """A record that was read back is a dict of its response keys; anything else has the field's own resolver."""

    def resolver(source: Any, info: Any, **arguments: Any) -> Any:
        return source[info.path.key] if isinstance(source, dict) else resolve(source, info, **arguments)

    return resolver


def named(value: Any, _info: Any, _type: Any) -> str:
    return str(value["__typename"])


schema = Schema(SLICES)

__all__ = ["SLICES", "Node", "Record", "Schema", "schema", "sdl_of", "sdl_of_edition"]
