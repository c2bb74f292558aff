"""GraphQL selection in, one SQL statement out."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    GraphQLSchema,
    OperationDefinitionNode,
    SelectionSetNode,
)

from .arguments import Group, Items, Leaf, Leaves, Null, Tree, converted, shape_of
from .cache import Cache
from .catalog import (
    Catalog,
    Column,
    Composite,
    Entity,
    Keys,
    Numbered,
    Root,
    Scope,
    Through,
    ToAny,
    ToMany,
    ToOne,
    Value,
    Variants,
)
from .errors import RequestError, RequestErrors
from .ids import wire_uuid
from .ir import ReadPlan
from .passes import PASSES
from .render import Renderer
from .request import Getter, Request
from .selection import Selection
from .statement import Statement, storable

__all__ = [
    "Cache",
    "Catalog",
    "Column",
    "Compiler",
    "Composite",
    "Entity",
    "Getter",
    "Group",
    "Items",
    "Keys",
    "Leaf",
    "Leaves",
    "Null",
    "Numbered",
    "ReadPlan",
    "Request",
    "RequestError",
    "RequestErrors",
    "Root",
    "Scope",
    "Statement",
    "Through",
    "ToAny",
    "ToMany",
    "ToOne",
    "Tree",
    "Value",
    "Variants",
    "Verify",
    "converted",
    "shape_of",
    "storable",
    "wire_uuid",
]

Step = Callable[[str, ReadPlan], None]
Verify = Callable[[Statement, DocumentNode, Any], None]


@dataclass(frozen=True)
class Compiler:
    """Compiles operations of one schema. `context` makes the visibility context; it is given `Scope.bind`.

    `verify` is shown each statement with its document and that context, and raises for one that must not be run.
    """

    schema: GraphQLSchema
    catalog: Catalog
    verify: Verify | None = None

    def operation(
        self,
        document: DocumentNode,
        operation: OperationDefinitionNode,
        variables: Mapping[str, Any],
        context: Callable[[Any], Any],
        watch: Step | None = None,
    ) -> Statement:
        """The statement of a query operation. `watch` is shown the plan after each pass.

        Raises:
            RequestError: an argument cannot be read that way, whatever the other values are.
        """
        plan = self.selection(document, variables).plan(operation)
        return self.rendered(plan, context, document, watch)

    def feed(
        self,
        document: DocumentNode,
        operation: OperationDefinitionNode,
        variables: Mapping[str, Any],
        context: Callable[[Any], Any],
    ) -> Statement:
        """The statement that reads a page of a feed as a subscription operation selects it.

        The facts of the request are `after` and `until`, positions as text, and `limit`. The answer is
        `{<response key>: {"edges": [{"cursor": …, "node": …}], "position": …}}`.
        """
        return self.rendered(self.selection(document, variables).feed(operation), context, document, None)

    def records(  # noqa: PLR0913 - the facts of a read-back
        self,
        document: DocumentNode,
        entity: str,
        keys: Mapping[str, Iterable[SelectionSetNode]],
        variables: Mapping[str, Any],
        context: Callable[[Any], Any],
        *,
        node: FieldNode,
        many: bool = False,
    ) -> Statement:
        """The statement that reads the record `request.facts["id"]` back, once for each response key.

        `many`: the records `request.facts["ids"]` as an array aligned with them, null for None.
        """
        selection = self.selection(document, variables)
        roots = tuple(
            (key, (selection.record(self.catalog.entities[entity], sets, key, node, many=many),))
            for key, sets in keys.items()
        )
        return self.rendered(ReadPlan(roots, self.catalog.entities), context, document, None)

    def selection(self, document: DocumentNode, variables: Mapping[str, Any]) -> Selection:
        return Selection(self.schema, self.catalog, fragments_of(document), variables)

    def rendered(
        self, plan: ReadPlan, context: Callable[[Any], Any], document: DocumentNode, watch: Step | None
    ) -> Statement:
        for rewrite in PASSES:
            plan = rewrite(plan)
            if watch is not None:
                watch(rewrite.__name__, plan)
        renderer = Renderer(self.catalog, context)
        statement = renderer.statement(plan)
        if self.verify is not None:
            self.verify(statement, document, renderer.context)
        return statement


def fragments_of(document: DocumentNode) -> dict[str, FragmentDefinitionNode]:
    return {one.name.value: one for one in document.definitions if isinstance(one, FragmentDefinitionNode)}
