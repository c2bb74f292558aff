"""The four writes every slice has, made from what is already known of its type: create, update, archive, restore.

Inputs are derived from the readable type, so that a field has one name, one type and one description.
"""

import sys
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from inspect import Parameter, Signature
from types import UnionType
from typing import Any, get_args, get_origin
from uuid import UUID

import strawberry
from strawberry.types import Info

from api.domain.kernel import Money, Record, Work

from .binding import MoneyOf, Related, definition_of, readable_of
from .connections import about, lazy
from .context import Context
from .filters import input_type
from .references import ExternalIdInput, given, reference, resolve
from .scalars import CurrencyCode
from .writing import DryRun, IdempotencyKey, IfVersion, Options, write, write_payload


@strawberry.input(description="An amount of money.")
class MoneyInput:
    amount: Decimal = strawberry.field(description="Major units, at most the currency's decimal digits.")
    currency: CurrencyCode = strawberry.field(description="ISO 4217 code.")

    def money(self, path: str) -> Money:
        return Money.of(self.amount, self.currency, path)


@dataclass(frozen=True)
class Extra:
    """An input field that no field of the type stands for; `convert` makes the command's value of it."""

    annotation: Any
    description: str
    convert: Callable[[Work, Any], Awaitable[Any]] | None = None


@dataclass(frozen=True)
class Service:
    """The commands behind the four writes.

    `create(work, values, external_ids=)`, `update(work, id, values, external_ids=, if_version=)`,
    `archive` and `restore(work, id, if_version=)`.
    """

    create: Callable[..., Awaitable[Record]]
    update: Callable[..., Awaitable[Record]]
    archive: Callable[..., Awaitable[Record]]
    restore: Callable[..., Awaitable[Record]]


def through(upsert: Callable[[Work, Sequence[Any]], Awaitable[Sequence[Any]]], row: Callable[..., Any]) -> Any:
    """An `update` that is a bulk command of one row."""

    async def update(work: Work, id: UUID, values: Any, *, external_ids: Any, if_version: int | None) -> Record:
        one = row(values=values, id=id, external_ids=external_ids, if_version=if_version)
        return (await upsert(work, [one]))[0].unwrap()  # type: ignore[no-any-return]

    return update


@dataclass
class Writes:
    """The inputs and payload of one type, and its four mutation fields."""

    cls: type[Any]
    noun: str
    service: Service
    fields: tuple[str, ...]
    required: tuple[str, ...] = ()
    extras: Mapping[str, Extra] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.ref = getattr(sys.modules[self.cls.__module__], f"{self.cls.__name__}Ref", None) or reference(self.cls)
        self.payload = write_payload(self.cls, self.noun)
        self.create_input = self.input(f"{self.cls.__name__}CreateInput", "A new", self.required)
        self.patch = self.input(f"{self.cls.__name__}Patch", "Changes to a", ())

    def input(self, name: str, lead: str, required: tuple[str, ...]) -> type[Any]:
        fields = {one: self.declared(one) for one in self.fields}
        fields |= {one: (extra.annotation, extra.description) for one, extra in self.extras.items()}
        fields["external_ids"] = (list[ExternalIdInput], "Keys in other systems, added to those it has.")
        left_out = "A field left out is unchanged, null clears it." if not required else "Fields may be left out."
        return input_type(
            name, fields, f"{lead} {self.cls.__name__}. {left_out}", module=self.cls.__module__, required=required
        )

    def declared(self, name: str) -> tuple[Any, str]:
        """The annotation and description of an input field, from the field of the type."""
        one = next(one for one in definition_of(self.cls).fields if one.python_name == name)
        source, description = readable_of(self.cls).sources.get(name), one.description or ""
        if isinstance(source, Related):
            module, target = source.target.split(".")
            return lazy(f"{target}Ref", f"api.schema.{module}"), description
        if isinstance(source, MoneyOf):
            return MoneyInput, description
        return without_none(self.cls.__annotations__[name]), description

    # -- values ---------------------------------------------------------------------------------------------------

    async def values(self, work: Work, value: Any) -> tuple[dict[str, Any], list[Any]]:
        """The command's values and external ids of an input object."""
        fields = given(value)
        keys = [one.key() for one in fields.pop("external_ids", None) or ()]
        sources = readable_of(self.cls).sources
        values: dict[str, Any] = {}
        for name, one in fields.items():
            source = sources.get(name)
            if isinstance(source, Related):
                values[source.source.column] = await resolve(work, one, (name,)) if one is not None else None
            elif isinstance(source, MoneyOf):
                values[name] = one.money(name) if one is not None else None
            elif (extra := self.extras.get(name)) is not None and extra.convert is not None:
                values[name] = await extra.convert(work, one)
            else:
                values[name] = one
        return values, keys

    # -- fields ---------------------------------------------------------------------------------------------------

    def create(self, description: str) -> Any:
        async def command(work: Work, arguments: dict[str, Any]) -> Record:
            values, keys = await self.values(work, arguments["input"])
            return await self.service.create(work, values, external_ids=keys)

        values = about(self.create_input, "What is known of it.")
        return self.mutation(command, description, {"input": values}, "input")

    def update(self, description: str) -> Any:
        async def command(work: Work, arguments: dict[str, Any]) -> Record:
            id = await resolve(work, arguments["where"], ("where",))
            values, keys = await self.values(work, arguments["patch"])
            version = arguments["if_version"]
            return await self.service.update(work, id, values, external_ids=keys, if_version=version)

        patch = about(self.patch, "What changes.")
        return self.mutation(command, description, {"where": self.where(), "patch": patch}, "patch", versioned=True)

    def archive(self, description: str) -> Any:
        return self.verb(self.service.archive, description)

    def restore(self, description: str) -> Any:
        return self.verb(self.service.restore, description)

    def verb(self, act: Callable[..., Awaitable[Any]], description: str, **extra: Any) -> Any:
        """A mutation on one record: `act(work, id, **arguments)`. `extra`: further arguments, `Annotated`.

        An argument that is a reference input reaches `act` as the id it names.
        """

        async def command(work: Work, arguments: dict[str, Any]) -> Record:
            id = await resolve(work, arguments["where"], ("where",))
            values = {name: await named(work, arguments[name], name) for name in extra if name in arguments}
            await act(work, id, **values, if_version=arguments["if_version"])
            return await work.get(readable_of(self.cls).record, id)

        return self.mutation(command, description, {"where": self.where(), **extra}, "where", versioned=True)

    def where(self) -> Any:
        return about(self.ref, f"The {self.cls.__name__} that is meant.")

    def mutation(
        self,
        command: Callable[[Work, dict[str, Any]], Awaitable[Record]],
        description: str,
        parameters: dict[str, Any],
        holder: str,
        *,
        versioned: bool = False,
    ) -> Any:
        """A mutation field; `holder` is the argument that refused values stand in."""

        async def resolver(info: Info[Context, None], **arguments: Any) -> Any:
            arguments = {name: None if one is strawberry.UNSET else one for name, one in arguments.items()}
            options = Options(arguments.pop("idempotency_key", None), arguments.pop("dry_run", False))
            arguments.setdefault("if_version", None)
            return await write(info, self.payload, lambda work: command(work, arguments), options, arguments, holder)

        declared = parameters | ({"if_version": IfVersion} if versioned else {})
        resolver.__signature__ = signature_of(declared, self.payload | None)  # type: ignore[attr-defined]
        resolver.__annotations__ = {"info": Info[Context, None], "return": self.payload | None, **declared, **COMMON}
        return strawberry.mutation(resolver, description=description)


COMMON: dict[str, Any] = {"idempotency_key": IdempotencyKey, "dry_run": DryRun}


def signature_of(declared: dict[str, Any], returned: Any) -> Signature:
    """The signature Strawberry reads the arguments from. What may be None may be left out."""
    info = Parameter("info", Parameter.POSITIONAL_OR_KEYWORD, annotation=Info[Context, None])
    defaults = {"idempotency_key": None, "dry_run": False}
    parameters = [info]
    for name, annotation in {**declared, **COMMON}.items():
        optional = type(None) in get_args(get_args(annotation)[0])
        default = defaults.get(name, strawberry.UNSET if optional else Parameter.empty)
        default = strawberry.UNSET if default is None else default
        parameters.append(Parameter(name, Parameter.KEYWORD_ONLY, annotation=annotation, default=default))
    return Signature(parameters, return_annotation=returned)


async def named(work: Work, value: Any, name: str) -> Any:
    """The id a reference input names; any other value as it is."""
    return await resolve(work, value, (name,)) if hasattr(type(value), "__crm_type__") else value


def without_none(annotation: Any) -> Any:
    """`X` of `X | None`."""
    if get_origin(annotation) is None and not isinstance(annotation, UnionType):
        return annotation
    kept = [one for one in get_args(annotation) if one is not type(None)]
    return kept[0] if type(None) in get_args(annotation) and len(kept) == 1 else annotation
