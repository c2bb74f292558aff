"""What an operation costs: asked for by its document and variables, and used by its answer.

Both follow the prices in the SDL (`api/schema/limits.py`): an object is one point, a list as many times what is
selected of it as it has rows. The first is computed before the document is validated, so that nothing here may be
taken for granted but that the document is within `Limits`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from graphql import (
    BooleanValueNode,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLSchema,
    InlineFragmentNode,
    IntValueNode,
    ListValueNode,
    OperationDefinitionNode,
    OperationType,
    SelectionNode,
    SelectionSetNode,
    ValueNode,
    VariableNode,
    get_named_type,
    is_abstract_type,
    is_composite_type,
    is_object_type,
)

from api.http.errors import Refused
from api.http.limits import INTROSPECTION, MEMORY
from api.schema.limits import MOST_ROWS, MUTATION, Price, price_of

MOST_KNOWN = 64
LONGEST_NUMBER = 9  # digits; no size is longer
ABSENT = -1  # no size is negative
FREE = INTROSPECTION | {"__typename"}

Brief = int | None  # what is left of a variable's value


@dataclass(frozen=True, slots=True)
class Priced:
    """A field with its price; `target`: the type of what is selected below."""

    price: Price
    target: str


class Prices:
    """The prices of one schema, found when they are first needed."""

    def __init__(self, schema: GraphQLSchema) -> None:
        self.schema = schema
        roots = {
            OperationType.QUERY: schema.query_type,
            OperationType.MUTATION: schema.mutation_type,
            OperationType.SUBSCRIPTION: schema.subscription_type,
        }
        self.roots = {kind: type_.name for kind, type_ in roots.items() if type_ is not None}
        self._fields: dict[tuple[str, str], Priced | None] = {}
        self._possible: dict[str, tuple[str, ...]] = {}

    def field(self, parent: str, name: str) -> Priced | None:
        """None for a field that there is not, or that costs nothing."""
        if (parent, name) in self._fields:
            return self._fields[parent, name]
        fields: Mapping[str, Any] = getattr(self.schema.type_map.get(parent), "fields", {})
        if name not in fields:
            return None  # not remembered: anybody can think of names
        target, found = get_named_type(fields[name].type), None
        if is_composite_type(target):
            mutation = parent == self.roots.get(OperationType.MUTATION)
            found = Priced(price_of(name, fields[name], parent, mutation=mutation), target.name)
        self._fields[parent, name] = found
        return found

    def possible(self, name: str) -> tuple[str, ...]:
        """The object types that a value of this type may have; none for a name that is no type."""
        if name not in self._possible:
            type_ = self.schema.type_map.get(name)
            if type_ is None:
                return ()
            found = self.schema.get_possible_types(type_) if is_abstract_type(type_) else ()
            self._possible[name] = tuple(one.name for one in found) or ((name,) if is_object_type(type_) else ())
        return self._possible[name]


@dataclass(frozen=True, slots=True)
class Reckoned:
    """The cost for some sizes: of each root field by its key, in all, and the part that no answer changes."""

    fields: Mapping[str, int]
    requested: int
    fixed: int


class Costing:
    """What one operation costs, as a function of its variables."""

    def __init__(self, prices: Prices, document: DocumentNode, operation: OperationDefinitionNode) -> None:
        self._prices = prices
        self._operation = operation
        self._fragments: Mapping[str, FragmentDefinitionNode] = {
            node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)
        }
        everything = Walk(prices, self._fragments, operation, {}, everything=True)
        everything.reckon()
        self.variables = tuple(everything.read)
        self._weighted = [
            (f'"{key}":'.encode(), f'"{key}" :'.encode(), more) for key, more in everything.weighted.items()
        ]
        self._known: dict[tuple[Brief, ...], Reckoned] = {}

    @property
    def constant(self) -> int | None:
        """The cost, if no variable changes it."""
        return None if self.variables else self.requested({})

    def requested(self, variables: Mapping[str, Any]) -> int:
        return self.reckoned(variables).requested

    def actual(self, reckoned: Reckoned, data: bytes) -> int:
        """The cost of an answer; `data` is what the database made of it. Never more than was requested.

        A plain list may be longer than it is taken to be; what is too much is free.
        """
        points = reckoned.fixed + objects_in(data)
        for tight, spaced, more in self._weighted:
            points += more * (data.count(tight) + data.count(spaced))
        return min(points, reckoned.requested)

    def reckoned(self, variables: Mapping[str, Any]) -> Reckoned:
        key = tuple([brief(variables[name]) if name in variables else ABSENT for name in self.variables])
        found = self._known.get(key)
        if found is None:
            sizes = dict(zip(self.variables, key, strict=True))
            found = Walk(self._prices, self._fragments, self._operation, sizes).reckon()
            if len(self._known) >= MOST_KNOWN:
                self._known.clear()
            self._known[key] = found
        return found


class Walk:
    """One pass over an operation. A selection set is reckoned once for each type and number of rows it is met with."""

    def __init__(
        self,
        prices: Prices,
        fragments: Mapping[str, FragmentDefinitionNode],
        operation: OperationDefinitionNode,
        sizes: Mapping[str, Brief],
        *,
        everything: bool = False,
    ) -> None:
        """`everything`: as if nothing were skipped, to find all variables that matter."""
        self.read: dict[str, None] = {}
        self.weighted: dict[str, int] = {}
        self._fixed = 0
        self._prices = prices
        self._fragments = fragments
        self._operation = operation
        self._sizes = sizes
        self._everything = everything
        self._defaults = {node.variable.name.value: node.default_value for node in operation.variable_definitions or ()}
        self._done: dict[tuple[int, str, int | None], int] = {}

    def reckon(self) -> Reckoned:
        root = self._prices.roots.get(self._operation.operation, "")
        fields: dict[str, int] = {}
        for node in self._roots(root):
            key = node.alias.value if node.alias else node.name.value
            fields[key] = fields.get(key, 0) + self._field(node, root, None)
        return Reckoned(fields, sum(fields.values()), self._fixed)

    def _roots(self, root: str) -> Iterator[FieldNode]:
        waiting, spread = [self._operation.selection_set], set[str]()
        while waiting:
            for node in self._included(waiting.pop(), root):
                if isinstance(node, FieldNode):
                    yield node
                elif isinstance(node, InlineFragmentNode):
                    waiting.append(node.selection_set)
                elif isinstance(node, FragmentSpreadNode) and node.name.value not in spread:
                    spread.add(node.name.value)
                    waiting.append(self._fragments[node.name.value].selection_set)

    def _included(self, selected: SelectionSetNode, parent: str) -> Iterator[SelectionNode]:
        """What of a selection set applies to an object of this type."""
        for node in selected.selections:
            if node.directives and not self._wanted(node):
                continue
            condition = None
            if isinstance(node, InlineFragmentNode):
                condition = node.type_condition
            elif isinstance(node, FragmentSpreadNode):
                if node.name.value not in self._fragments:
                    continue
                condition = self._fragments[node.name.value].type_condition
            if condition is None or parent in self._prices.possible(condition.name.value):
                yield node

    def _below(self, selected: SelectionSetNode, parent: str, rows: int | None) -> int:
        """The cost of a selection on one object; `rows`: of those fields that hold the rows of a connection."""
        key = id(selected), parent, rows
        if key in self._done:
            return self._done[key]
        self._done[key] = 0  # for fragments that spread each other, which validation refuses
        total, waiting, spread = 0, [selected], set[str]()
        while waiting:
            for node in self._included(waiting.pop(), parent):
                if isinstance(node, FieldNode):
                    total += self._field(node, parent, rows)
                elif isinstance(node, InlineFragmentNode):
                    waiting.append(node.selection_set)
                elif isinstance(node, FragmentSpreadNode) and node.name.value not in spread:
                    spread.add(node.name.value)
                    total += self._below(self._fragments[node.name.value].selection_set, parent, rows)
        self._done[key] = total
        return total

    def _field(self, node: FieldNode, parent: str, rows: int | None) -> int:
        priced = self._prices.field(parent, node.name.value)
        if priced is None or node.name.value in FREE:
            return 0
        price = priced.price
        size = rows if price.by_parent and rows is not None else self._size(node, price)
        own = price.weight + price.per_item * (size or 0)
        if price.weight == MUTATION:
            self._fixed += own - 1  # the payload is counted as an object
        elif node.name.value in MEMORY:
            self._fixed += own
        elif own > 1:
            self.weighted[node.alias.value if node.alias else node.name.value] = own - 1
        below = 0
        if node.selection_set is not None:
            inside = size if price.sized else None
            possible = self._prices.possible(priced.target)
            below = max((self._below(node.selection_set, one, inside) for one in possible), default=0)
        return own + below if size is None or price.sized else size * (own + below)

    # -- arguments ----------------------------------------------------------------------------------------------------

    def _size(self, node: FieldNode, price: Price) -> int | None:
        """How many rows a field has or says the fields below have; None if it is no list."""
        if price.rows is None:
            return None
        for name in (*price.slicing, *((price.counted,) if price.counted else ())):
            said = self._argument(node, name)
            if isinstance(said, int) and not isinstance(said, bool):
                return min(max(said, 0), price.most)
        return price.rows

    def _argument(self, node: FieldNode, name: str) -> Brief:
        found = next((one.value for one in node.arguments or () if one.name.value == name), None)
        return None if found is None else self._value(found)

    def _value(self, value: ValueNode) -> Brief:
        if isinstance(value, VariableNode):
            name = value.name.value
            self.read[name] = None
            known = self._sizes.get(name, ABSENT)
            if known != ABSENT:
                return known
            default = self._defaults.get(name)
            return None if default is None or isinstance(default, VariableNode) else self._value(default)
        if isinstance(value, IntValueNode):
            return int(value.value) if len(value.value) <= LONGEST_NUMBER else MOST_ROWS
        if isinstance(value, BooleanValueNode):
            return value.value
        if isinstance(value, ListValueNode):
            return len(value.values)
        return None

    def _wanted(self, node: SelectionNode) -> bool:
        """Whether @skip and @include let a node stay."""
        for directive in node.directives or ():
            unwanted = {"skip": True, "include": False}.get(directive.name.value)
            for argument in directive.arguments or ():
                if unwanted is not None and argument.name.value == "if":
                    said = self._value(argument.value)
                    if said is unwanted and not self._everything:
                        return False
        return True


def brief(value: Any) -> Brief:
    """What a value can mean for the cost: a number of rows, a list's length, a condition, that it is not there.

    >>> brief(10**30), brief([5, 5]), brief(True), brief(None), brief("first")
    (1001, 2, True, None, None)
    """
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int):
        return min(max(value, 0), MOST_ROWS + 1)
    if isinstance(value, list):
        return min(len(value), MOST_ROWS + 1)
    return None


def objects_in(data: bytes) -> int:
    r"""How many objects JSON text has, the outermost not counted.

    An object begins with a brace and a quotation mark, or is two braces. A text that ends with a brace looks the same,
    but is followed by what can follow a text; within a text the mark has a backslash before it. That is looked at only
    if the braces do not match, so a text that ends with one counts if another text closes it.

    >>> objects_in(b'{"a":{"b":[{"c":"{"},{"c":"{\\"x"}, {"c":"x{"}]},"d":null}')
    4
    """
    opened = data.count(b'{"')
    closed = len(data) - len(data.replace(b"}", b""))  # a quarter of what it takes to count them
    if opened != closed:
        opened += data.count(b"{}")
        if opened != closed:  # there are braces in texts
            opened -= data.count(b'{",') + data.count(b'{"}') + data.count(b'{"]')
    return opened - data.startswith(b"{")


def refuse_above(points: int, most: int) -> None:
    """Raise QUERY_TOO_EXPENSIVE for an operation that costs too much."""
    if points > most:
        raise Refused(
            "QUERY_TOO_EXPENSIVE",
            f"The operation costs {points:,} points; at most {most:,} are allowed. Ask for fewer rows or fewer lists.",
        )


def costings(prices: Prices, document: DocumentNode, most: int) -> list[Costing]:
    """What each operation of a document costs, in their order.

    Raises:
        Refused: QUERY_TOO_EXPENSIVE, whatever the variables are.
    """
    found = []
    for node in document.definitions:
        if isinstance(node, OperationDefinitionNode):
            costing = Costing(prices, document, node)
            refuse_above(costing.constant or 0, most)
            found.append(costing)
    return found
