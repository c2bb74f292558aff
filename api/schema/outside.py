"""The edition for outsiders: what is declared to be for them, and nothing else.

A field is in it if all columns behind it are declared with `partner=`, a list if the records in it can be shared, a
mutation or an argument if it is named here or declared with `outside=`. Whatever a later slice adds is hidden until
it says otherwise.
"""

from collections.abc import Mapping
from functools import cache
from typing import Any

from graphql import GraphQLInterfaceType, GraphQLObjectType
from sqlalchemy import Column

from api.db.protection import PARTNER_LOOKS
from api.domain.kernel import DEFAULT_FIELDS, FieldAccess, Model

from .binding import OUTSIDE, Readable
from .editions import Edition, narrowed
from .registry import Registry, about_of

ROOTS = frozenset(
    {
        *("node", "nodes", "viewer", "rateLimit", "knowledgeSearch"),
        *("dealRegistrationMetrics", "dealRegistrationMetricRows"),  # of what he sees
    }
)
SEEN_KINDS = frozenset({"one", "page"})
FILTER_PLUMBING = frozenset({"and", "or", "not", "isNull"})
WITHHELD = frozenset({"includeArchived", "dryRun"})  # arguments: nothing archived is shared, nothing is tried out
# Tiers of the past are for colleagues, and what an outsider says of a case is always his own, and public.
UNSAID = frozenset(
    {
        *(f"Mutation.caseComment({name}:)" for name in ("isPublic", "isAutomated", "contact")),
        "PartnerMetricDimension.TIER",
        "Query.dealRegistrationMetrics(tier:)",
        "Query.dealRegistrationMetricRows(tier:)",
    }
)


def for_outsiders(whole: Edition, registry: Registry) -> Edition:
    """`registry`: made with the context of an outsider, whose rules read other columns than those of staff."""
    rules = Rules(whole, registry)
    return narrowed(whole, rules.hide, kept=rules.kept)


class Rules:
    """Whether a coordinate is hidden from outsiders."""

    def __init__(self, whole: Edition, registry: Registry) -> None:
        self._core, self._registry, self._roots = whole.core, registry, whole.catalog.roots
        objects = {name: one for name, one in whole.core.type_map.items() if isinstance(one, GraphQLObjectType)}
        self._about = {name: about for name, one in objects.items() if (about := about_of(one)) is not None}
        self.shared = {name for name, about in self._about.items() if is_shared(about)}
        errors = whole.core.type_map["UserError"]
        if not isinstance(errors, GraphQLInterfaceType):
            raise TypeError("UserError is an interface")
        self.kept = self.shared | {one.name for one in whole.core.get_possible_types(errors)}

    def hide(self, coordinate: str) -> bool:
        element, _, argument = coordinate.rstrip(":)").partition("(")
        owner, _, name = element.partition(".")
        if argument or coordinate in UNSAID:
            return argument in WITHHELD or coordinate in UNSAID
        if owner == "Query":
            return name not in ROOTS and not self._is_list_of_shared(name)
        if owner == "Mutation":
            return not self._is_named(name)
        if owner == "Record":
            return name == "archivedAt"
        about = self._about.get(owner)
        if about is not None:
            return name not in about.outside and not self._is_visible(coordinate, about)
        return self._hides_input(owner, name)

    def _is_list_of_shared(self, name: str) -> bool:
        root = self._roots.get(name)
        return root is not None and root.kind in SEEN_KINDS and root.entity in self.shared

    def _is_named(self, name: str) -> bool:
        definition = self._core.mutation_type.fields[name].extensions["strawberry-definition"]  # type: ignore[union-attr]
        return bool(definition.metadata.get(OUTSIDE))

    def _hides_input(self, owner: str, name: str) -> bool:
        """Of filters, sorts, references and values to be written; everything else is the plumbing of what is left."""
        for ending in ("Filter", "SortField", "Ref", "Patch", "CreateInput"):
            of = owner.removesuffix(ending)
            about = self._about.get(of) if of != owner else None
            if about is None:
                continue
            if ending == "Ref":
                return name != "id"
            if ending in {"Patch", "CreateInput"}:
                columns = self._registry.of(f"{of}.{name}")
                return not columns or any(one.info["partner"] is not FieldAccess.WRITE for one in columns)
            return name not in FILTER_PLUMBING and not self._is_visible(f"{owner}.{name}", about)
        return False

    def _is_visible(self, coordinate: str, about: Readable) -> bool:
        if about.rows is not None and not isinstance(about.rows, type):
            return False  # what is derived from rows may tell more than they do, so that its fields are named
        columns = self._registry.of(coordinate)
        return bool(columns) and all(shown(one, about) for one in columns)


@cache
def granted_columns() -> Mapping[str, frozenset[str]]:
    """Table → the columns that `crm_partner` is to read, as the models say."""
    found = {}
    for mapper in Model.registry.mappers:
        model: type[Model] = mapper.class_
        table = model.__tablename__
        columns = PARTNER_LOOKS[table][0] if table in PARTNER_LOOKS else model.partner_columns()
        if columns:
            found[table] = frozenset(columns)
    return found


def is_shared(about: Readable) -> bool:
    return isinstance(about.rows, type) and about.rows.is_shareable()


def shown(column: Column[Any], about: Readable) -> bool:
    """Whether outsiders see a column: on rows that are shared, and of other sets of fields on no row but its own."""
    if column.info.get("partner", FieldAccess.HIDDEN) is FieldAccess.HIDDEN:
        return False
    own = isinstance(about.rows, type) and column.table is about.rows.__table__
    return own or column.info["field_set"] == DEFAULT_FIELDS
