"""Commands for roles: making them, changing their rights, giving them to users.

Nobody grants more than he has: the rights of a role that is written or given must be within those of the viewer.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypedDict, TypeVar
from uuid import UUID

from sqlalchemy import select

from api.domain.kernel import (
    Capability,
    FieldAccess,
    Invalid,
    Level,
    LimitExceeded,
    Part,
    Required,
    RestoreConflict,
    Right,
    Work,
    among,
    checked,
    fold,
)
from api.domain.users import User

from .capabilities import EVERY, Cells, beyond, capability, decided_by, field_sets, objects
from .errors import BeyondOwnRights
from .models import Role, RoleFieldRight, RoleRight, UserRole
from .shipped import SHIPPED

P = TypeVar("P", bound=Part)
NAME_LIMIT, TEXT_LIMIT = 50, 1_000
MOST_ROLES = 50  # of one user


class RoleValues(TypedDict, total=False):
    """What is known of a role; a missing key leaves the value alone. The rights are all of them, not those to add."""

    name: str
    description: str | None
    rights: Mapping[str, Right]
    fields: Mapping[tuple[str, str], FieldAccess]


async def seed(work: Work) -> dict[str, Role]:
    """The shipped roles, for a new tenant."""
    made = {}
    for name, one in SHIPPED.items():
        role = work.add(Role(name=name, name_sort=fold(name), description=one.description))
        made[name] = role
        add_cells(work, role, one.cells)
    await work.flush()
    return made


async def create(work: Work, values: RoleValues) -> Role:
    """A role without rights until some are given.

    Raises:
        Required, TooLong, Invalid: about the name, or a kind of object or set of fields that does not exist.
        Duplicate: there is a role of this name.
        NotAllowed: the viewer may not make roles.
        BeyondOwnRights: the viewer has not all of these rights.
    """
    if "name" not in values:
        raise Required(("name",))
    work.check_create(Role)
    name, cells = checked_name(values["name"]), cells_in(values)
    check_within(work, "make", cells)
    role = work.add(Role(name=name, name_sort=fold(name), description=described(values)))
    add_cells(work, role, cells)
    await work.flush()
    return role


async def update(work: Work, id: UUID, values: RoleValues, *, if_version: int | None = None) -> Role:
    """Change a role; `rights` and `fields` replace what it has.

    Raises:
        NotFound, Archived, StaleVersion: about the role.
        BeyondOwnRights: its rights, before or after, are not all within those of the viewer.
        Required, TooLong, Invalid, Duplicate: as `create`.
    """
    role = await work.edit(Role, id, if_version=if_version)
    before = await cells_held(work, id)
    check_within(work, "change", before)
    if "name" in values:
        role.name = checked_name(values["name"])
        role.name_sort = fold(role.name)
    if "description" in values:
        role.description = described(values)
    after = cells_in(values)
    check_within(work, "change", after)
    if "rights" in values:
        wanted = {object: right_row(role, object, right) for object, right in after.rights}
        await replace(work, RoleRight, role, wanted, lambda row: row.object)
    if "fields" in values:
        cells = {(object, name): field_row(role, object, name, access) for object, name, access in after.fields}
        await replace(work, RoleFieldRight, role, cells, lambda row: (row.object, row.field_set))
    await work.flush()
    return role


async def archive(work: Work, id: UUID, *, if_version: int | None = None) -> Role:
    """Its holders lose its rights within seconds."""
    role = await work.edit(Role, id, if_version=if_version, archived=True)
    check_within(work, "archive", await cells_held(work, id))
    role.archived_at = role.archived_at or work.now
    return role


async def restore(work: Work, id: UUID, *, if_version: int | None = None) -> Role:
    """Raises RestoreConflict if a live role has the name."""
    role = await work.edit(Role, id, if_version=if_version, archived=True)
    check_within(work, "restore", await cells_held(work, id))
    query = select(Role.id).where(Role.tenant_id == work.tenant, Role.name_sort == role.name_sort, Role.id != id)
    for holder in (await work.session.execute(query.where(Role.archived_at.is_(None)))).scalars():
        raise RestoreConflict(Role.object, holder, ("name",))
    role.archived_at = None
    return role


async def set_roles(work: Work, user_id: UUID, role_ids: Sequence[UUID], *, if_version: int | None = None) -> User:
    """Give a user these roles and no others; those he has already stay as they are.

    Raises:
        NotFound, Archived, StaleVersion: about the user; with the path `roles` about a role.
        BeyondOwnRights: a role that is given or taken holds rights the viewer has not.
        LimitExceeded: more than 50 roles.
    """
    if len(role_ids) > MOST_ROLES:
        raise LimitExceeded(("roles",), MOST_ROLES, "roles of one user")
    user = await work.edit(User, user_id, if_version=if_version)
    query = select(UserRole).where(UserRole.tenant_id == work.tenant, UserRole.user_id == user_id)
    held = {row.role_id: row for row in (await work.session.execute(query)).scalars()}
    wanted = dict.fromkeys(role_ids)
    await work.load(Role, wanted)
    for id in wanted.keys() - held.keys():
        work.loaded(Role, id, "roles")
        check_within(work, "give", await cells_held(work, id))
        work.add(UserRole(user_id=user_id, role_id=id))
    for id in held.keys() - wanted.keys():
        check_within(work, "take", await cells_held(work, id))
        work.remove(held[id])
    await work.flush()
    return user


async def roles_of(work: Work, user_id: UUID) -> list[UUID]:
    query = select(UserRole.role_id).where(UserRole.tenant_id == work.tenant, UserRole.user_id == user_id)
    return list((await work.session.execute(query.order_by(UserRole.role_id))).scalars())


async def role_named(work: Work, name: str) -> Role:
    """A live role by its name.

    Raises:
        Invalid: there is none; the message lists those that the viewer may give, if he may see roles.
    """
    query = select(Role).where(Role.tenant_id == work.tenant, Role.archived_at.is_(None)).order_by(Role.name_sort)
    sees = work.viewer.capability.on(Role.object).read is Level.ALL
    roles = {role.name: role for role in (await work.session.execute(query)).scalars()} if sees else {}
    if name not in roles:
        may = await grantable(work, roles.values())
        told = f"; you may give {', '.join(may)}" if may else ""
        raise Invalid(("role",), f"there is no such role{told}", constraint="role")
    return await work.get(Role, roles[name].id)


async def grantable(work: Work, roles: Iterable[Role]) -> list[str]:
    """The names of those that hold no right beyond the viewer's."""
    held = work.viewer.capability
    return [role.name for role in roles if capability([], await cells_held(work, role.id)).within(held)]


async def cells_held(work: Work, *ids: UUID) -> Cells:
    """The rights of one or several roles as they stand in the database."""
    rights = select(RoleRight).where(RoleRight.tenant_id == work.tenant, among(RoleRight.role_id, ids))
    fields = select(RoleFieldRight).where(RoleFieldRight.tenant_id == work.tenant, among(RoleFieldRight.role_id, ids))
    return Cells(
        [(row.object, right_of(row)) for row in (await work.session.execute(rights)).scalars()],
        [(row.object, row.field_set, row.access) for row in (await work.session.execute(fields)).scalars()],
    )


async def capability_of_user(work: Work, user_id: UUID) -> Capability:
    """What the roles of a user allow together."""
    query = (
        select(Role.id, Role.name)
        .join(UserRole, (UserRole.tenant_id == Role.tenant_id) & (UserRole.role_id == Role.id))
        .where(Role.tenant_id == work.tenant, UserRole.user_id == user_id, Role.archived_at.is_(None))
    )
    names: dict[UUID, str] = {id: name for id, name in await work.session.execute(query)}  # noqa: C416 - rows are no pairs to mypy
    return capability(names.values(), await cells_held(work, *names))


def check_within(work: Work, action: str, cells: Cells, object: str = Role.object) -> None:
    """Raises BeyondOwnRights unless the viewer has all of these rights; `action` is what was to be done with them."""
    check_held(work, action, capability([], cells), object)


def check_held(work: Work, action: str, wanted: Capability, object: str, *, of_another: bool = False) -> None:
    """As `check_within`, for the rights of several roles; `of_another`: who has them is another person."""
    held = work.viewer.capability.over_others if of_another else work.viewer.capability
    if not wanted.within(held):
        raise BeyondOwnRights(object, action, missing=beyond(wanted, held))


def add_cells(work: Work, role: Role, cells: Cells) -> None:
    for object, right in cells.rights:
        work.add(right_row(role, object, right))
    for object, field_set, access in cells.fields:
        work.add(field_row(role, object, field_set, access))


async def replace(work: Work, model: type[P], role: Role, wanted: Mapping[Any, P], key: Any) -> None:
    """Make the parts of a role those that are wanted, without touching what is as it should be."""
    query = select(model).where(model.tenant_id == work.tenant, model.role_id == role.id)  # type: ignore[attr-defined]
    held: dict[Any, P] = {key(row): row for row in (await work.session.execute(query)).scalars()}
    for name, row in held.items():
        if name not in wanted or not same(row, wanted[name]):
            work.remove(row)
    await work.flush()
    for name, row in wanted.items():
        if name not in held or not same(held[name], row):
            work.add(row)


def same(one: Part, other: Part) -> bool:
    names = ("read", "write", "create", "delete", "export", "access")
    return all(getattr(one, name, None) == getattr(other, name, None) for name in names)


def right_row(role: Role, object: str, right: Right) -> RoleRight:
    return RoleRight(
        role_id=role.id,
        object=object,
        read=right.read,
        write=right.write,
        create=right.create,
        delete=right.delete,
        export=right.export,
    )


def field_row(role: Role, object: str, field_set: str, access: FieldAccess) -> RoleFieldRight:
    return RoleFieldRight(role_id=role.id, object=object, field_set=field_set, access=access)


def right_of(row: RoleRight) -> Right:
    return Right(row.read, row.write, create=row.create, delete=row.delete, export=row.export)


def cells_in(values: RoleValues) -> Cells:
    """Raises Invalid for a kind of object or a set of fields that does not exist."""
    rights, fields = values.get("rights") or {}, values.get("fields") or {}
    check_known(rights, {*objects(), EVERY}, "rights")
    check_known((object for object, _ in fields), {*objects(), EVERY}, "field_rights")
    for object, _ in fields:
        if (decides := decided_by(object)) != object:
            message = f"whoever sees a set of fields of {decides} sees that of {object}; give rights on {decides}"
            raise Invalid(("field_rights",), message, "decided")
    check_known((name for _, name in fields), {*(name for _, name in field_sets()), EVERY}, "field_rights")
    return Cells(list(rights.items()), [(*key, access) for key, access in fields.items()])


def check_known(given: Iterable[str], known: set[str], path: str) -> None:
    for name in given:
        if name not in known:
            told = ", ".join(sorted(known - {EVERY}))
            raise Invalid((path,), f"{name[:64]!r} does not exist; there are {told}, and * for all", "known")


def checked_name(text: str) -> str:
    """Raises Required, TooLong, Invalid."""
    name = checked(text, "name", limit=NAME_LIMIT)
    if not name.replace("_", "a").isalnum() or not name.isascii() or not name.islower() or not name[0].isalpha():
        message = "a role is named in lower-case letters, digits and underscores, as in sales_manager"
        raise Invalid(("name",), message, "name")
    return name


def described(values: RoleValues) -> str | None:
    text = values.get("description")
    return None if text is None else checked(text, "description", limit=TEXT_LIMIT)
