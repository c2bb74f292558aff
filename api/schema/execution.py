"""Running mutations with graphql-core, without what Strawberry and the core do again for every request.

Strawberry would look up the types of the arguments each time and walk the records of a payload field by field; here
the arguments' converters are made once, and a record that was read back is the answer as it is.
"""

from collections.abc import Awaitable, Callable
from dataclasses import MISSING
from functools import cache
from typing import Any

from graphql import (
    Executor,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLResolveInfo,
)
from strawberry.types import Info
from strawberry.types.field import StrawberryField

Convert = Callable[[Any], Any]
DEFINITION = "strawberry-definition"


class Execution(Executor[Any]):
    """Answers with a record as the compiler has read it, a dict of response keys."""

    def complete_value(self, *about: Any) -> Any:
        _type, details, _info, _path, result, _context = about
        if not isinstance(result, dict):
            return super().complete_value(*about)
        # It tells its type whether or not that was asked for, and before anything else.
        type_: Any = self.schema.type_map[result["__typename"]]
        return {key: result[key] for key in self.collect_subfields(type_, details).grouped_field_set}


class ExecutionWithNulls(Execution):
    """A field that fails is null, also where its type says that it never is; its parent stays (`onError: "NULL"`)."""

    def __init__(self, *about: Any, **options: Any) -> None:
        super().__init__(*about, **options)
        self.error_propagation = False


def direct(field: GraphQLField) -> Callable[..., Awaitable[Any]]:
    """The resolver of a mutation field, called with the input classes' objects."""
    definition: StrawberryField = (field.extensions or {})[DEFINITION]
    resolver: Any = definition.base_resolver
    names = {
        name: (argument.extensions[DEFINITION].python_name, converter(argument.type))
        for name, argument in field.args.items()
    }

    def resolve(_source: Any, info: GraphQLResolveInfo[Any], **arguments: Any) -> Any:
        given = {}
        for name, value in arguments.items():
            python_name, convert = names[name]
            given[python_name] = value if convert is None or value is None else convert(value)
        return resolver.wrapped_func(Info(_raw_info=info, _field=definition), **given)

    return resolve


def converter(type_: GraphQLInputType) -> Convert | None:
    """What makes Strawberry's value of the core's, which is not None; None for one that is the same."""
    if isinstance(type_, GraphQLNonNull):
        return converter(type_.of_type)
    if isinstance(type_, GraphQLList):
        item = converter(type_.of_type)
        if item is None:
            return list  # the core gives the same default to every request
        return lambda values: [None if value is None else item(value) for value in values]
    return maker(type_) if isinstance(type_, GraphQLInputObjectType) else None


@cache
def maker(type_: GraphQLInputObjectType) -> Convert:
    """What makes an object of the input class."""
    fields = {name: (field.extensions or {})[DEFINITION] for name, field in type_.fields.items()}
    blank = {one.python_name: None for one in fields.values() if is_required(one)}
    cls = (type_.extensions or {})[DEFINITION].origin
    converters: dict[str, Convert | None] = {}

    def made(value: Any) -> Any:
        if not converters:  # not before it is used, since some types hold themselves
            converters.update({name: converter(field.type) for name, field in type_.fields.items()})
        given = dict(blank)
        for name, one in value.items():
            convert = converters[name]
            given[fields[name].python_name] = one if convert is None or one is None else convert(one)
        return cls(**given)

    return made


def is_required(field: StrawberryField) -> bool:
    return field.default_value is MISSING and field.default_factory is MISSING
