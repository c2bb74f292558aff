"""Variables of one operation: their types are looked up once, so that usual values are coerced without graphql-core."""

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from typing import Any

from graphql import (
    GraphQLBoolean,
    GraphQLEnumType,
    GraphQLID,
    GraphQLInputType,
    GraphQLInt,
    GraphQLNonNull,
    GraphQLSchema,
    GraphQLString,
    OperationDefinitionNode,
    OperationType,
    VariableDefinitionNode,
    get_variable_values,
    type_from_ast,
)

from api.compiler import RequestError, RequestErrors, shape_of

# In the variables: more than any filter or the rows of a bulk write need. Coercing one takes 30 µs, and nobody else is
# answered meanwhile.
MOST_OBJECTS = {OperationType.QUERY: 2_000, OperationType.MUTATION: 20_000, OperationType.SUBSCRIPTION: 2_000}
MOST_ERRORS = 20
LARGEST_INT = 2**31 - 1  # GraphQL's Int
MISSING: Any = object()
OTHER: Any = object()  # a value for graphql-core to judge

Coerced = tuple[Mapping[str, Any], Hashable]
Usual = Callable[[Any], Any]  # the value of the type that a usual JSON value becomes, or OTHER


@dataclass(frozen=True, slots=True)
class Variable:
    name: str
    type: GraphQLInputType
    usual: Usual
    default: Any  # coerced; MISSING if a value must be given or there is none


class Coercer:
    """Coerces the variables of one operation, and finds the shape they give its statement."""

    def __init__(self, core: GraphQLSchema, operation: OperationDefinitionNode) -> None:
        self._core = core
        self._definitions = operation.variable_definitions or ()
        self._most = MOST_OBJECTS[operation.operation]
        self._variables = [self._variable(one) for one in self._definitions]

    def _variable(self, definition: VariableDefinitionNode) -> Variable:
        type_: GraphQLInputType = type_from_ast(self._core, definition.type)  # type: ignore[assignment]
        name, default = definition.variable.name.value, MISSING
        if definition.default_value is not None:
            values = get_variable_values(self._core, [definition], {})
            default = OTHER if isinstance(values, list) else values.coerced[name]
        elif isinstance(type_, GraphQLNonNull):
            default = OTHER  # that it is missing is an error, which graphql-core words
        return Variable(name, type_, usual_of(type_), default)

    def __call__(self, given: Mapping[str, Any]) -> Coerced:
        """Values by name, and what of them shapes SQL.

        Raises:
            RequestErrors: a value does not fit its type.
            RequestError: there are too many objects.
        """
        values: dict[str, Any] = {}
        shape = []
        known = 0
        for variable in self._variables:
            name = variable.name
            if name in given:
                known += 1
                value = variable.usual(given[name])
            else:
                value = variable.default
                if value is MISSING:
                    continue
            if value is OTHER:
                return self._judged(given)
            values[name] = value
            shape.append((name, shape_of(value, variable.type)))
        if known < len(given) and self._definitions:  # what is not declared counts, too
            return self._judged(given)
        return values, tuple(shape)

    def _judged(self, given: Mapping[str, Any]) -> Coerced:
        """The same by graphql-core, of any values."""
        if more_objects_than(self._most, given):
            raise RequestError("BAD_USER_INPUT", f"the variables have more than {self._most:,} objects")
        values = get_variable_values(self._core, self._definitions, dict(given), max_errors=MOST_ERRORS)
        if isinstance(values, list):
            raise RequestErrors(values)
        found = values.coerced
        shape = [(one.name, shape_of(found[one.name], one.type)) for one in self._variables if one.name in found]
        return found, tuple(shape)


def usual_of(type_: GraphQLInputType) -> Usual:
    """How JSON values of a type are mostly coerced.

    >>> usual_of(GraphQLInt)(5), usual_of(GraphQLInt)(True) is OTHER, usual_of(GraphQLString)(None) is OTHER
    (5, True, True)
    """
    bare = type_.of_type if isinstance(type_, GraphQLNonNull) else type_
    if bare is GraphQLID or bare is GraphQLString:
        return lambda value: value if type(value) is str else OTHER
    if bare is GraphQLInt:
        return lambda value: value if type(value) is int and -LARGEST_INT <= value <= LARGEST_INT else OTHER
    if bare is GraphQLBoolean:
        return lambda value: value if type(value) is bool else OTHER
    if isinstance(bare, GraphQLEnumType):
        known = {name: bare.coerce_input_value(name) for name in bare.values}
        return lambda value: known.get(value, OTHER) if type(value) is str else OTHER
    return lambda _value: OTHER


def more_objects_than(most: int, variables: Mapping[str, Any]) -> bool:
    """Whether the variables have more objects than that, however deep.

    >>> more_objects_than(2, {"a": [{}, {"b": {}}]}), more_objects_than(3, {"a": [{}, {"b": {}}]})
    (True, False)
    """
    waiting: list[Any] = list(variables.values())
    found = 0
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            found += 1
            if found > most:
                return True
            waiting += value.values()
        elif isinstance(value, list):
            waiting += value
    return False
