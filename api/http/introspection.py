"""Questions that need no database, and how an operation that also asks for data is taken apart.

Data comes from one SQL statement, the schema and the budget of the caller from memory; none knows of the others. An
operation is therefore split by its root fields into up to three documents, in fragments as well, and the answers are
put together again.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import orjson
from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLSchema,
    InlineFragmentNode,
    OperationDefinitionNode,
    OperationType,
    SelectionNode,
    SelectionSetNode,
    execute_sync,
)

from api.compiler.errors import RequestErrors
from api.http.limits import INTROSPECTION, MEMORY

TYPENAME = "__typename"
KINDS = ("data", "schema", "memory")  # in this order one of them gets `__typename`
MOST_REMEMBERED = 16

Wanted = Callable[[str], bool]


@dataclass(frozen=True, slots=True)
class Part:
    document: DocumentNode
    operation: OperationDefinitionNode


@dataclass(frozen=True, slots=True)
class Parts:
    """The parts of an operation that ask for data, about the schema, and for what only the process knows."""

    data: Part | None
    schema: Part | None
    memory: Part | None = None


def split(document: DocumentNode, operation: OperationDefinitionNode) -> Parts:
    """Which part answers what. `__typename` goes with the data if there is any."""
    whole = Part(document, operation)
    if operation.operation is not OperationType.QUERY:
        return Parts(whole, None)
    fragments = {node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)}
    names = root_names(operation.selection_set, fragments)
    asked = {name: kind_of(name) for name in names - {TYPENAME}}
    kinds = [kind for kind in KINDS if kind in asked.values()] or ["schema"]
    if len(kinds) == 1:
        return Parts(**{**dict.fromkeys(KINDS), kinds[0]: whole})
    asked[TYPENAME] = kinds[0]
    parts: dict[str, Part | None] = dict.fromkeys(KINDS)
    for kind in kinds:
        parts[kind] = Selecting(fragments, lambda name, kind=kind: asked[name] == kind).part(operation)  # type: ignore[misc]
    return Parts(**parts)


def kind_of(name: str) -> str:
    """The part that a root field belongs to."""
    return "schema" if name in INTROSPECTION else "memory" if name in MEMORY else "data"


def root_names(selected: SelectionSetNode, fragments: Mapping[str, FragmentDefinitionNode]) -> set[str]:
    names, spread, waiting = set[str](), set[str](), [selected]
    while waiting:
        for node in waiting.pop().selections:
            if isinstance(node, FieldNode):
                names.add(node.name.value)
            elif isinstance(node, InlineFragmentNode):
                waiting.append(node.selection_set)
            elif isinstance(node, FragmentSpreadNode) and node.name.value not in spread:
                spread.add(node.name.value)
                waiting.append(fragments[node.name.value].selection_set)
    return names


class Selecting:
    """Rewrites the root of an operation, and the fragments spread there, to the wanted fields only.

    Rewritten fragments stay fragments: written out in place they could double with each level.
    """

    def __init__(self, fragments: Mapping[str, FragmentDefinitionNode], wanted: Wanted) -> None:
        self._fragments = fragments
        self._wanted = wanted
        self._rewritten: dict[str, FragmentDefinitionNode | None] = {}

    def part(self, operation: OperationDefinitionNode) -> Part:
        kept = replace(operation, selection_set=SelectionSetNode(selections=self._kept(operation.selection_set)))
        fragments = [self._rewritten.get(name, node) for name, node in self._fragments.items()]
        return Part(DocumentNode(definitions=(kept, *(node for node in fragments if node is not None))), kept)

    def _kept(self, selected: SelectionSetNode) -> tuple[SelectionNode, ...]:
        kept: list[SelectionNode] = []
        for node in selected.selections:
            if isinstance(node, FieldNode):
                if self._wanted(node.name.value):
                    kept.append(node)
            elif isinstance(node, FragmentSpreadNode):
                if self._fragment(node.name.value) is not None:
                    kept.append(node)
            elif isinstance(node, InlineFragmentNode):
                inside = self._kept(node.selection_set)
                if inside:
                    kept.append(replace(node, selection_set=SelectionSetNode(selections=inside)))
        return tuple(kept)

    def _fragment(self, name: str) -> FragmentDefinitionNode | None:
        """The rewritten fragment, None if nothing of it is wanted."""
        if name not in self._rewritten:
            fragment = self._fragments[name]
            inside = self._kept(fragment.selection_set)
            made = replace(fragment, selection_set=SelectionSetNode(selections=inside)) if inside else None
            self._rewritten[name] = made
        return self._rewritten[name]


class Introspection:
    """Answers the schema part, and the part in memory. What needs no variables is executed once."""

    def __init__(self, schema: GraphQLSchema) -> None:
        self._schema = schema
        self._answers: OrderedDict[object, bytes] = OrderedDict()

    def answer(self, part: Part, variables: Mapping[str, Any], key: object) -> bytes:
        """The JSON object with the part's root fields.

        Raises:
            RequestErrors: the variables do not fit.
        """
        fixed = not part.operation.variable_definitions
        if fixed and key in self._answers:
            self._answers.move_to_end(key)
            return self._answers[key]
        answer = orjson.dumps(self._execute(part, variables))
        if fixed:
            self._answers[key] = answer
            if len(self._answers) > MOST_REMEMBERED:
                self._answers.popitem(last=False)
        return answer

    def of_memory(self, part: Part, variables: Mapping[str, Any], root: object) -> bytes:
        """The JSON object with the part's root fields, which are attributes of `root`, named as in Python.

        Raises:
            RequestErrors: the variables do not fit.
        """
        return orjson.dumps(self._execute(part, variables, root))

    def _execute(self, part: Part, variables: Mapping[str, Any], root: object = None) -> dict[str, Any]:
        name = part.operation.name.value if part.operation.name else None
        result = execute_sync(
            self._schema,
            part.document,
            root,
            variable_values=dict(variables),
            operation_name=name,
            hide_suggestions=True,
        )
        if result.errors or result.data is None:
            raise RequestErrors(result.errors or ())
        return result.data


def together(parts: Sequence[bytes]) -> bytes:
    """One JSON object of several; no two have a key in common.

    >>> together([b'{"a":1}', b'{}', b'{"b":2}'])
    b'{"a":1,"b":2}'
    """
    if len(parts) == 1:
        return parts[0]
    inside = [part.strip()[1:-1].strip() for part in parts]
    return b"{" + b",".join(part for part in inside if part) + b"}"
