"""The input objects of a type, derived from the type itself, and the values that commands take from them.

A field has one name, one type and one description; what is written is derived from what is read. References are
resolved for all input objects of a request together, before any of them becomes values.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from types import UnionType
from typing import Any, get_args, get_origin
from uuid import UUID

import strawberry

from api.domain.kernel import ExternalKey, Money, Work

from .binding import MoneyOf, Related, definition_of, readable_of
from .connections import lazy
from .filters import input_type
from .references import Asked, ExternalIdInput, given, missing, resolve_all
from .scalars import CurrencyCode


@strawberry.input(description="An amount of money.")
class MoneyInput:
    amount: Decimal = strawberry.field(description="Major units, at most the currency's decimal digits.")
    currency: CurrencyCode = strawberry.field(description="ISO 4217 code.")

    def money(self, path: str) -> Money:
        return Money.of(self.amount, self.currency, path)


@dataclass(frozen=True)
class Ids:
    """The ids that the references of a request name."""

    found: Mapping[int, UUID | None]

    def of(self, reference: Any, *path: str) -> UUID | None:
        """Raises NotFound, with `path`, for a reference that names nothing; None stays None."""
        if reference is None:
            return None
        id_ = self.found[id(reference)]
        if id_ is None:
            raise missing(Asked(reference, path))
        return id_


async def ids_of(work: Work, references: Sequence[Asked]) -> Ids:
    """Resolve references together: one statement for each type and kind of key, however many there are."""
    found = await resolve_all(work, references)
    return Ids({id(asked.reference): one for asked, one in zip(references, found, strict=True)})


def no_references(_value: Any) -> Sequence[Asked]:
    return ()


@dataclass(frozen=True)
class Extra:
    """An input field that no field of the type stands for.

    `convert` makes the command's value of it; `references` are those inside it.
    """

    annotation: Any
    description: str
    convert: Callable[[Any, Ids], Any] = lambda value, _ids: value
    references: Callable[[Any], Sequence[Asked]] = no_references


@dataclass
class Inputs:
    """`<Type>CreateInput` and `<Type>Patch`."""

    cls: type[Any]
    fields: tuple[str, ...]
    required: tuple[str, ...]
    extras: Mapping[str, Extra] = field(default_factory=dict)

    def __post_init__(self) -> None:
        name = self.cls.__name__
        self.create = self.made(f"{name}CreateInput", f"A new {name}. Fields may be left out.", self.required)
        patch = f"Changes to a {name}. A field left out is unchanged, null clears it."
        self.patch = self.made(f"{name}Patch", patch, ())

    def made(self, name: str, description: str, required: tuple[str, ...]) -> type[Any]:
        fields = {one: self.declared(one) for one in self.fields}
        fields |= {one: (extra.annotation, extra.description) for one, extra in self.extras.items()}
        fields["external_ids"] = (list[ExternalIdInput], "Keys in other systems, added to those it has.")
        return input_type(name, fields, description, module=self.cls.__module__, required=required)

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

    def references(self, value: Any) -> list[Asked]:
        """The references in an input object."""
        sources, found = readable_of(self.cls).sources, []
        for name, one in given(value).items():
            if one is None:
                continue
            if isinstance(sources.get(name), Related):
                found.append(Asked(one, (name,)))
            elif name in self.extras:
                found += self.extras[name].references(one)
        return found

    def values(self, value: Any, ids: Ids) -> tuple[dict[str, Any], list[ExternalKey]]:
        """The command's values and external ids of an input object.

        Raises:
            NotFound: a reference names nothing.
            Invalid: an amount of money does not fit its currency.
        """
        fields = given(value)
        keys = [one.key() for one in fields.pop("external_ids", None) or ()]
        sources = readable_of(self.cls).sources
        values: dict[str, Any] = {}
        for name, one in fields.items():
            source = sources.get(name)
            if isinstance(source, Related):
                values[source.source.column] = ids.of(one, name)
            elif isinstance(source, MoneyOf):
                values[name] = one.money(name) if one is not None else None
            else:
                values[name] = self.extras[name].convert(one, ids) if name in self.extras else one
        return values, keys


def without_none(annotation: Any) -> Any:
    """`X` of `X | None`."""
    if get_origin(annotation) is None and not isinstance(annotation, UnionType):
        return annotation
    kept = [one for one in get_args(annotation) if one is not type(None)]
    return kept[0] if type(None) in get_args(annotation) and len(kept) == 1 else annotation
