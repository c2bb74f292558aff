"""Roles: what people and programs may do."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import strawberry
from sqlalchemy import Select, any_, func, select

from api.compiler import Scope
from api.domain import access as domain
from api.domain.kernel import FieldAccess, Invalid, Level, Right, Work, fold

from .binding import Natural, described, listed, readable
from .commands import Verbs
from .connections import Connection, about, extend_through, lazy, many, one
from .inputs import ids_of
from .interfaces import Node, Record
from .records import complete
from .references import Asked, given, resolve
from .rights import FIELD_SET, OBJECT
from .users import USERS, User

READ, WRITE = "Which records may be read.", "Which of those may be changed."
CREATE, EXPORT = "Whether new ones may be made.", "Whether they may be exported."
DELETE = "Whether those that may be changed may be archived and restored."
ACCESS = "What may be done with these fields."


@readable(domain.RoleRight, description="What a role may do with one kind of record.")
class RoleRight:
    object: str = described(OBJECT)
    read: Level = described(READ)
    write: Level = described(WRITE)
    create: bool = described(CREATE)
    delete: bool = described(DELETE)
    export: bool = described(EXPORT)


@readable(domain.RoleFieldRight, description="What a role may do with one set of fields.")
class RoleFieldRight:
    object: str = described(OBJECT)
    field_set: str = described(FIELD_SET)
    access: FieldAccess = described(ACCESS)


@readable(
    domain.Role,
    description="A named set of rights; a principal may do the sum of its roles, and nothing else.",
    naturals={"name": Natural(str, "Its name.", lambda t, _tenant, name: t.c.name_sort == name, fold)},
)
class Role(Record, Node):
    name: str = described("Unique among live roles: lower-case letters, digits and underscores.")
    description: str | None = described("What it is for.")
    rights: list[RoleRight] = listed("role_id", "Its rights on kinds of records.", order=("object",))
    field_rights: list[RoleFieldRight] = listed(
        "role_id", "Its rights on sets of fields.", order=("object", "field_set")
    )


def through_holdings(wanted: str, known: str) -> Any:
    """`ANY (…)` of what holdings of roles lead a row to, from one side to the other."""

    def via(row: Any, scope: Scope) -> Any:
        holdings = domain.UserRole.__table__.alias("holding")
        live: Select[Any] = select(holdings.c[wanted]).where(
            holdings.c.tenant_id == scope.tenant, holdings.c[known] == row.id
        )
        return any_(func.array(live.correlate_except(holdings).scalar_subquery()))

    return via


complete(Role, synced=False)
extend_through(User, "roles", Role, through_holdings("role_id", "user_id"), "Its roles, by name.", order=("name_sort",))
extend_through(Role, "holders", User, through_holdings("user_id", "role_id"), "Users who have it.")


@strawberry.input(description="What a role may do with one kind of record.")
class RoleRightInput:
    object: str = strawberry.field(description=OBJECT)
    read: Level = strawberry.field(description=READ, default=Level.NONE)
    write: Level = strawberry.field(description=WRITE, default=Level.NONE)
    create: bool = strawberry.field(description=CREATE, default=False)
    delete: bool = strawberry.field(description=DELETE, default=False)
    export: bool = strawberry.field(description=EXPORT, default=False)

    def right(self) -> Right:
        return Right(self.read, self.write, create=self.create, delete=self.delete, export=self.export)


@strawberry.input(description="What a role may do with one set of fields.")
class RoleFieldRightInput:
    object: str = strawberry.field(description=OBJECT)
    field_set: str = strawberry.field(description=FIELD_SET)
    access: FieldAccess = strawberry.field(description=ACCESS)


@strawberry.input(description="A new role. Without rights it opens nothing.")
class RoleCreateInput:
    name: str = strawberry.field(description="Lower-case letters, digits and underscores: `key_accounts`.")
    description: str | None = strawberry.field(description="What it is for.", default=strawberry.UNSET)
    rights: list[RoleRightInput] | None = strawberry.field(
        description="One for each kind of record; all within your own.", default=strawberry.UNSET
    )
    field_rights: list[RoleFieldRightInput] | None = strawberry.field(
        description="One for each set of fields; sets that are left out stay hidden.", default=strawberry.UNSET
    )


@strawberry.input(description="Changes to a Role. A field left out is unchanged, null clears it.")
class RolePatch:
    name: str | None = strawberry.field(description="A new name.", default=strawberry.UNSET)
    description: str | None = strawberry.field(description="What it is for.", default=strawberry.UNSET)
    rights: list[RoleRightInput] | None = strawberry.field(
        description="All its rights on kinds of records, instead of those it has.", default=strawberry.UNSET
    )
    field_rights: list[RoleFieldRightInput] | None = strawberry.field(
        description="All its rights on sets of fields, instead of those it has.", default=strawberry.UNSET
    )


def values_of(value: RoleCreateInput | RolePatch) -> domain.RoleValues:
    """Raises Invalid for a kind of record, or a set of fields, that is there twice."""
    fields = given(value)
    if "rights" in fields:
        fields["rights"] = unique("rights", [(row.object, row.right()) for row in fields["rights"] or ()])
    if "field_rights" in fields:
        cells = [((row.object, row.field_set), row.access) for row in fields.pop("field_rights") or ()]
        fields["fields"] = unique("field_rights", cells)
    return fields  # type: ignore[return-value] # the names are those of the input


def unique(path: str, rows: Sequence[tuple[Any, Any]]) -> dict[Any, Any]:
    found: dict[Any, Any] = {}
    for at, (key, value) in enumerate(rows):
        if key in found:
            raise Invalid((path, str(at)), "this is there twice; say it once, with all it allows", "twice")
        found[key] = value
    return found


async def create(work: Work, arguments: dict[str, Any]) -> domain.Role:
    return await domain.create(work, values_of(arguments["input"]))


async def update(work: Work, arguments: dict[str, Any]) -> domain.Role:
    id = await resolve(work, arguments["where"], ("where",))
    return await domain.update(work, id, values_of(arguments["patch"]), if_version=arguments["if_version"])


async def set_roles(work: Work, id: UUID, *, roles: Sequence[Any], if_version: int | None) -> Any:
    asked = [Asked(role, ("roles", str(at))) for at, role in enumerate(roles)]
    ids = await ids_of(work, asked)
    wanted = [ids.of(one.reference, *one.path) for one in asked]
    return await domain.set_roles(work, id, [role for role in wanted if role], if_version=if_version)


ROLES = Verbs(Role, "role")
REF: Any = lazy("RoleRef", "api.schema.access")


@strawberry.type
class Query:
    role: Role | None = one(Role, "One role; null if there is none or you may not see it.")
    roles: Connection[Role] = many(Role, "Roles.")


@strawberry.type
class Mutation:
    role_create = ROLES.mutation(
        create,
        "Make a role. Nobody gives rights that he has not himself.",
        {"input": about(RoleCreateInput, "What is known of it.")},
        "input",
    )
    role_update = ROLES.mutation(
        update,
        "Change a role; its rights, before and after, must be within your own. It counts within 5 seconds.",
        {"where": ROLES.where(), "patch": about(RolePatch, "What changes.")},
        "patch",
        versioned=True,
    )
    role_archive = ROLES.verb(domain.archive, "Archive a role: whoever has it loses its rights within 5 seconds.")
    role_restore = ROLES.verb(domain.restore, "Make an archived role live again: whoever has it regains its rights.")
    user_set_roles = USERS.verb(
        set_roles,
        "Give a user these roles and no others; those given and taken must be within your own rights.",
        roles=about(list[REF], "All roles of the user, at most 50; an empty list takes every one."),
    )
