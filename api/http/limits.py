"""How large a document may be, counted before it is validated.

Validation compares fields with each other and follows fragments again and again; a small document can keep it, and
the compiler after it, busy for seconds. So a document is first laid out here as it would be executed, fragments
spread out and equal fields merged, by a walk that gives up after a fixed number of steps.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
)

from api.http.errors import Refused
from api.settings import Settings

INTROSPECTION = frozenset({"__schema", "__type", "_service"})
MEMORY = frozenset({"rateLimit"})  # fields of Query that need no database


@dataclass(frozen=True, slots=True)
class Limits:
    """What one kind of token may ask for, in one document and in a while.

    `points_per_second` come back until there are `burst` of them; all tokens of a tenant together have `TENANT` times
    as much. Some of the limits are there only to bound the time that validation takes.
    """

    cost: int = 2_000
    points_per_second: int = 200
    burst: int = 2_000  # never below `cost`, or some documents could not be run at all
    concurrent: int = 20
    characters: int = 100_000
    tokens: int = 2_000
    operations: int = 50
    fragments: int = 30
    spreads: int = 60
    depth: int = 15
    introspection_depth: int = 20  # the query that tools send has 15 levels
    aliases: int = 15  # below one parent, fragments spread out
    repeated: int = 2  # times one selection set may name the same field with a selection
    query_fields: int = 10
    mutation_fields: int = 5
    steps: int = 6_000


TENANT = 5
STAFF = Limits()
PARTNER = Limits(
    cost=500,
    points_per_second=30,
    burst=500,
    tokens=800,
    depth=8,
    aliases=10,
    query_fields=5,
    mutation_fields=3,
)


def by_kind(settings: Settings) -> dict[str, Limits]:
    """The limits of each kind of token, as the operator has set them."""
    staff = Limits(
        cost=settings.max_cost,
        points_per_second=settings.rate_points_per_second,
        burst=settings.rate_burst,
        concurrent=settings.concurrent_requests,
        aliases=settings.max_aliases,
        query_fields=settings.max_root_fields,
    )
    outside = replace(
        PARTNER, points_per_second=settings.partner_rate_points_per_second, burst=settings.partner_rate_burst
    )
    return {"STAFF": staff, "INTEGRATION": staff, "PARTNER": outside, "CUSTOMER": outside}


def registered(limits: Limits) -> Limits:
    """For documents that a tenant has registered: they may be long, since they are measured once and not at a call."""
    return replace(limits, tokens=20_000, steps=60_000)


def check(document: DocumentNode, limits: Limits = STAFF) -> None:
    """Raise QUERY_TOO_EXPENSIVE, naming the limit, unless the document is within all of them."""
    layout = Layout(document, limits)
    for definition in document.definitions:
        if isinstance(definition, OperationDefinitionNode):
            mutation = definition.operation is OperationType.MUTATION
            kind = "mutations" if mutation else "root fields"
            roots = layout.fields_of([definition.selection_set])
            most = limits.mutation_fields if mutation else limits.query_fields
            within(kind, sum(len(nodes) for nodes in roots.values()), most)
            layout.descend(roots)
        elif isinstance(definition, FragmentDefinitionNode):  # validated even if nobody uses it
            layout.descend(layout.fields_of([definition.selection_set]))


class Layout:
    """A walk over what a document amounts to. Every field and every comparison of two equal fields is a step."""

    def __init__(self, document: DocumentNode, limits: Limits) -> None:
        definitions = document.definitions
        fragments = [node for node in definitions if isinstance(node, FragmentDefinitionNode)]
        within("fragments", len(fragments), limits.fragments)
        within("operations", sum(isinstance(node, OperationDefinitionNode) for node in definitions), limits.operations)
        self._fragments: Mapping[str, FragmentDefinitionNode] = {node.name.value: node for node in fragments}
        self._limits = limits
        self._steps = 0
        self._counted: set[int] = set()
        self._spreads = 0

    def descend(self, fields: Mapping[str, list[FieldNode]], depth: int = 1, deepest: int | None = None) -> None:
        """Check everything below these fields, which are merged by response key and on level `depth`."""
        limits = self._limits
        for nodes in fields.values():
            limit = deepest or (limits.introspection_depth if nodes[0].name.value in INTROSPECTION else limits.depth)
            within("levels", depth, limit)
            below = [node.selection_set for node in nodes if node.selection_set]
            if below:
                self.descend(self.fields_of(below), depth + 1, limit)

    def fields_of(self, sets: Iterable[SelectionSetNode]) -> dict[str, list[FieldNode]]:
        """The fields of selection sets that belong to the same parent, by response key."""
        waiting, spread = list(sets), set[str]()
        found: dict[str, list[FieldNode]] = {}
        while waiting:
            selected = waiting.pop()
            self._count(selected)
            for node in selected.selections:
                if isinstance(node, FieldNode):
                    same = found.setdefault(node.alias.value if node.alias else node.name.value, [])
                    self._step(1 + len(same))
                    same.append(node)
                elif isinstance(node, FragmentSpreadNode):
                    fragment = self._fragments.get(node.name.value)
                    if fragment is not None and node.name.value not in spread:
                        spread.add(node.name.value)
                        waiting.append(fragment.selection_set)
                    self._step(1)
                else:
                    waiting.append(node.selection_set)  # type: ignore[attr-defined]
                    self._step(1)
        aliases = sum(node.alias is not None for nodes in found.values() for node in nodes)
        within("aliases below one parent", aliases, self._limits.aliases)
        return found

    def _count(self, selected: SelectionSetNode) -> None:
        """Count what is written in one selection set, the first time it is met."""
        if id(selected) in self._counted:
            return
        self._counted.add(id(selected))
        self._spreads += sum(isinstance(node, FragmentSpreadNode) for node in selected.selections)
        within("fragment spreads", self._spreads, self._limits.spreads)
        named = Counter(
            node.alias.value if node.alias else node.name.value
            for node in selected.selections
            if isinstance(node, FieldNode) and node.selection_set
        )
        within("selections of the same field", max(named.values(), default=0), self._limits.repeated)

    def _step(self, steps: int) -> None:
        self._steps += steps
        if self._steps > self._limits.steps:
            raise Refused("QUERY_TOO_EXPENSIVE", "The document is too large once its fragments are spread out.")


def within(what: str, count: int, limit: int) -> None:
    if count > limit:
        raise Refused("QUERY_TOO_EXPENSIVE", f"The document has {count} {what}; at most {limit} are allowed.")
