"""The writes every slice has: create, update, upsert, archive, restore, bulk upsert; and its verbs as mutations."""

import sys
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from strawberry.types import Info

from api.domain.kernel import Match, Record, Work, Written

from .binding import readable_of
from .bulk import BulkUpsert
from .connections import about
from .context import Context
from .inputs import Extra, Ids, Inputs, ids_of
from .mutations import field_of, options_of
from .references import Asked, given, reference, resolve
from .writing import IfVersion, write, write_payload


@dataclass(frozen=True)
class Service:
    """The commands behind the writes.

    `create(work, values, external_ids=)`, `upsert(work, rows)` of what `row(…)` makes, `archive` and
    `restore(work, id, if_version=)`.
    """

    create: Callable[..., Awaitable[Record]]
    upsert: Callable[[Work, Sequence[Any]], Awaitable[Sequence[Written[Any]]]]
    row: Callable[..., Any]
    archive: Callable[..., Awaitable[Record]]
    restore: Callable[..., Awaitable[Record]]


@dataclass
class Verbs:
    """The reference and payload of one type, and how its mutation fields are made."""

    cls: type[Any]
    noun: str

    def __post_init__(self) -> None:
        self.ref = getattr(sys.modules[self.cls.__module__], f"{self.cls.__name__}Ref", None) or reference(self.cls)
        self.payload = write_payload(self.cls, self.noun)

    def verb(self, act: Callable[..., Awaitable[Any]], description: str, *, holder: str = "where", **extra: Any) -> Any:
        """A mutation on one record: `act(work, id, **arguments)`. `extra`: further arguments, `Annotated`.

        An argument that is a reference input reaches `act` as the id it names. Refused values that are no argument
        themselves stand in `holder`.
        """

        async def command(work: Work, arguments: dict[str, Any]) -> Record:
            id = await resolve(work, arguments["where"], ("where",))
            values = {name: await named(work, arguments[name], name) for name in extra if name in arguments}
            await act(work, id, **values, if_version=arguments["if_version"])
            return await work.get(readable_of(self.cls).record, id)

        return self.mutation(command, description, {"where": self.where(), **extra}, holder, versioned=True)

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
            options, given_ones = options_of(arguments)
            rest = {
                **dict.fromkeys((*parameters, "if_version")),
                **given_ones,
            }  # a refusal may be about what is missing
            return await write(info, self.payload, lambda work: command(work, rest), options, rest, holder)

        declared = parameters | ({"if_version": IfVersion} if versioned else {})
        return field_of(resolver, declared, self.payload, description)


@dataclass
class Writes(Verbs):
    """The inputs of one type, and the mutation fields that every record has.

    `natural`: natural key → what it adds to a new record's values, for an upsert that matches nothing.
    """

    service: Service
    fields: tuple[str, ...]
    required: tuple[str, ...] = ()
    extras: Mapping[str, Extra] = field(default_factory=dict)
    natural: Mapping[str, Callable[[Any], dict[str, Any]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        super().__post_init__()
        self.inputs = Inputs(self.cls, self.fields, self.required, self.extras)
        self.rows = BulkUpsert(self.cls, self.noun, self.ref, self.inputs, self.row_of, self.service.upsert)

    # -- rows -----------------------------------------------------------------------------------------------------

    def row_of(self, match: Any, value: Any, ids: Ids, if_version: int | None) -> Any:
        """The bulk row of an upsert: what it means, and its values."""
        values, keys = self.inputs.values(value, ids)
        ((name, key),) = given(match).items()
        if name == "id":
            return self.service.row(values=values, id=ids.of(match), external_ids=keys, if_version=if_version)
        if name == "external_id":
            own = [key.key(), *(one for one in keys if one != key.key())]
            return self.service.row(values=values, external_ids=own, if_version=if_version, match=Match.EXTERNAL_ID)
        named = self.natural[name](key)
        return self.service.row(values=values, key=named, external_ids=keys, if_version=if_version, match=Match.NATURAL)

    # -- fields ---------------------------------------------------------------------------------------------------

    def create(self, description: str) -> Any:
        async def command(work: Work, arguments: dict[str, Any]) -> Record:
            ids = await ids_of(work, self.inputs.references(arguments["input"]))
            values, keys = self.inputs.values(arguments["input"], ids)
            return await self.service.create(work, values, external_ids=keys)

        return self.mutation(
            command, description, {"input": about(self.inputs.create, "What is known of it.")}, "input"
        )

    def update(self, description: str) -> Any:
        async def command(work: Work, arguments: dict[str, Any]) -> Record:
            where, patch = Asked(arguments["where"], ("where",)), arguments["patch"]
            ids = await ids_of(work, [where, *self.inputs.references(patch)])
            id = ids.of(where.reference, "where")
            values, keys = self.inputs.values(patch, ids)
            row = self.service.row(values=values, id=id, external_ids=keys, if_version=arguments["if_version"])
            return (await self.service.upsert(work, [row]))[0].unwrap()  # type: ignore[no-any-return]

        parameters = {"where": self.where(), "patch": about(self.inputs.patch, "What changes.")}
        return self.mutation(command, description, parameters, "patch", versioned=True)

    def upsert(self, description: str) -> Any:
        """Update what `match` names, or make it: an unknown external id or natural key becomes the new record's."""

        async def command(work: Work, arguments: dict[str, Any]) -> Record:
            match, values = arguments["match"], arguments["values"]
            ids = await ids_of(work, [*self.rows.by_id(match), *self.inputs.references(values)])
            row = self.row_of(match, values, ids, arguments["if_version"])
            return (await self.service.upsert(work, [row]))[0].unwrap()  # type: ignore[no-any-return]

        match = about(self.ref, "The record; one that an external id or natural key does not find is made with it.")
        parameters = {"match": match, "values": about(self.inputs.patch, "What is known of it.")}
        return self.mutation(command, description, parameters, "values", versioned=True)

    def bulk_upsert(self, description: str) -> Any:
        return self.rows.mutation(description)

    def archive(self, description: str) -> Any:
        return self.verb(self.service.archive, description)

    def restore(self, description: str) -> Any:
        return self.verb(self.service.restore, description)


async def named(work: Work, value: Any, name: str) -> Any:
    """The id a reference input names; any other value as it is."""
    return await resolve(work, value, (name,)) if hasattr(type(value), "__crm_type__") else value
