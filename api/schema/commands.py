"""The four writes every slice has, made from what is already known of its type: create, update, archive, restore.

Inputs are derived from the readable type, so that a field has one name, one type and one description.
"""

import sys
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Annotated, Any, get_args, get_origin
from uuid import UUID

import strawberry
from strawberry.types import Info

from api.domain.kernel import Money, Record, Work

from .binding import MoneyOf, Related, definition_of, readable_of
from .connections import lazy
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
    """The commands behind the four writes."""

    create: Callable[..., Awaitable[Record]]
    upsert: Callable[[Work, Sequence[Any]], Awaitable[Sequence[Any]]]
    row: Callable[..., Any]
    archive: Callable[..., Awaitable[Record]]
    restore: Callable[..., Awaitable[Record]]


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

    async def values(self, work: Work, value: Any, argument: str) -> tuple[dict[str, Any], list[Any]]:
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
        del argument
        return values, keys

    # -- fields ---------------------------------------------------------------------------------------------------

    def create(self, description: str) -> Any:
        async def resolver(
            info: Info[Context, None],
            input: Any,
            idempotency_key: str | None = None,
            dry_run: bool = False,  # noqa: FBT001, FBT002
        ) -> Any:
            async def command(work: Work) -> Record:
                values, keys = await self.values(work, input, "input")
                return await self.service.create(work, values, external_ids=keys)

            options = Options(None, idempotency_key, dry_run)
            return await write(info, self.payload, command, options, {"input": input}, "input")

        about = Annotated[self.create_input, strawberry.argument(description="What is known of it.")]
        return self.field(resolver, description, {"input": about})

    def update(self, description: str) -> Any:
        async def resolver(  # noqa: PLR0913 - the arguments of the contract
            info: Info[Context, None],
            where: Any,
            patch: Any,
            *,
            if_version: int | None = None,
            idempotency_key: str | None = None,
            dry_run: bool = False,
        ) -> Any:
            async def command(work: Work) -> Record:
                id = await resolve(work, where, ("where",))
                values, keys = await self.values(work, patch, "patch")
                row = self.service.row(values=values, id=id, external_ids=keys, if_version=if_version)
                return (await self.service.upsert(work, [row]))[0].unwrap()  # type: ignore[no-any-return]

            options = Options(if_version, idempotency_key, dry_run)
            arguments = {"where": where, "patch": patch, "if_version": if_version}
            return await write(info, self.payload, command, options, arguments, "patch")

        patch = Annotated[self.patch, strawberry.argument(description="What changes.")]
        return self.field(resolver, description, {"where": self.where(), "patch": patch, "if_version": IfVersion})

    def archive(self, description: str) -> Any:
        return self.verb(
            lambda work, id, if_version: self.service.archive(work, id, if_version=if_version), description
        )

    def restore(self, description: str) -> Any:
        return self.verb(
            lambda work, id, if_version: self.service.restore(work, id, if_version=if_version), description
        )

    def verb(self, act: Callable[[Work, UUID, int | None], Awaitable[Record]], description: str) -> Any:
        """A mutation on one record that takes nothing but the record."""

        async def resolver(
            info: Info[Context, None],
            where: Any,
            *,
            if_version: int | None = None,
            idempotency_key: str | None = None,
            dry_run: bool = False,
        ) -> Any:
            async def command(work: Work) -> Record:
                return await act(work, await resolve(work, where, ("where",)), if_version)

            options = Options(if_version, idempotency_key, dry_run)
            arguments = {"where": where, "if_version": if_version}
            return await write(info, self.payload, command, options, arguments, "where")

        return self.field(resolver, description, {"where": self.where(), "if_version": IfVersion})

    def where(self) -> Any:
        return Annotated[self.ref, strawberry.argument(description=f"The {self.cls.__name__} that is meant.")]

    def field(self, resolver: Any, description: str, annotations: dict[str, Any]) -> Any:
        common = {"idempotency_key": IdempotencyKey, "dry_run": DryRun}
        returned = {"info": Info[Context, None], "return": self.payload | None}
        resolver.__annotations__ = {**annotations, **common, **returned}
        return strawberry.mutation(resolver, description=description)


def without_none(annotation: Any) -> Any:
    """`X` of `X | None`."""
    if get_origin(annotation) is None or type(None) not in get_args(annotation):
        return annotation
    kept = [one for one in get_args(annotation) if one is not type(None)]
    return kept[0] if len(kept) == 1 else annotation
