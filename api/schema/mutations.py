"""Mutation fields whose arguments are declared as data."""

from inspect import Parameter, Signature
from types import MappingProxyType
from typing import Any, get_args

import strawberry
from strawberry.types import Info
from strawberry.types.field import StrawberryField

from .binding import OUTSIDE
from .context import Context
from .writing import DryRun, IdempotencyKey, Options

COMMON: dict[str, Any] = {"idempotency_key": IdempotencyKey, "dry_run": DryRun}


def options_of(arguments: dict[str, Any]) -> tuple[Options, dict[str, Any]]:
    """The options every write has, and the other arguments; one that was not given is None."""
    rest = {name: None if one is strawberry.UNSET else one for name, one in arguments.items()}
    return Options(rest.pop("idempotency_key", None), bool(rest.pop("dry_run", None))), rest


def field_of(resolver: Any, declared: dict[str, Any], payload: Any, description: str, **defaults: Any) -> Any:
    """A mutation field whose resolver takes the declared arguments by keyword."""
    resolver.__signature__ = signature_of(declared, payload | None, defaults)
    resolver.__annotations__ = {"info": Info[Context, None], "return": payload | None, **declared, **COMMON}
    return strawberry.mutation(resolver, description=description)


def for_outsiders_too(made: StrawberryField) -> Any:
    """A mutation that outsiders have as well, on what is shared with them and with the values they may write."""
    made.metadata = MappingProxyType({**made.metadata, OUTSIDE: True})
    return made


def signature_of(declared: dict[str, Any], returned: Any, defaults: dict[str, Any] | None = None) -> Signature:
    """The signature Strawberry reads the arguments from. What may be None may be left out."""
    parameters = [Parameter("info", Parameter.POSITIONAL_OR_KEYWORD, annotation=Info[Context, None])]
    known = {"dry_run": False, **(defaults or {})}
    for name, annotation in {**declared, **COMMON}.items():
        optional = type(None) in get_args(get_args(annotation)[0])
        default = known.get(name, strawberry.UNSET if optional else Parameter.empty)
        parameters.append(Parameter(name, Parameter.KEYWORD_ONLY, annotation=annotation, default=default))
    return Signature(parameters, return_annotation=returned)
