"""Somebody must be left who can give roles, or a tenant has locked itself out.

An administrator is an active user whose roles together may write all users and read and write all roles.
"""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, or_, select, text

from api.domain.kernel import Change, Invalid, Level, Work, in_the_end, parse
from api.domain.users import User

from .capabilities import EVERY
from .models import Role, RoleRight, UserRole

REASON = "nobody active would be left who can give roles; give somebody else the role `admin`, or one like it, first"
NEEDED = ((User.object, "write"), (Role.object, "read"), (Role.object, "write"))
ONE_AFTER_THE_OTHER = text("SELECT pg_advisory_xact_lock(hashtextextended('administrators of ' || :tenant, 0))")


@in_the_end(User.object, Role.object)
async def keep_an_administrator(work: Work, changes: Sequence[Change]) -> None:
    """Raises Invalid if the changes take the last administrator; also if two who are the last take each other's roles.

    A tenant that has none, as one that only programs look after, goes on without.
    """
    if not await takes_one(work, changes):
        return
    await work.flush()
    await work.session.execute(ONE_AFTER_THE_OTHER, {"tenant": str(work.tenant)})
    if not (await work.session.execute(select(exists().where(User.tenant_id == work.tenant, is_one())))).scalar_one():
        raise Invalid((), REASON, "administrator")


async def takes_one(work: Work, changes: Sequence[Change]) -> bool:
    """Whether somebody who was an administrator may be none any more."""
    for change in changes:
        record = change.record
        if change.created:
            continue
        if isinstance(record, Role) and may_hold_it(change):
            return True
        if isinstance(record, User) and loses(change) and await was_one(work, change):
            return True
    return False


def may_hold_it(change: Change) -> bool:
    """Of a role: whether it is archived, or rights are taken that administrators need."""
    taken = (one for one in change.before.get("rights", ()) if one is not None)
    about = {User.object, Role.object, EVERY}
    return "archivedAt" in change.changed or any(one["object"] in about for one in taken)


def loses(change: Change) -> bool:
    """Of a user: whether he was active, and is archived, made inactive, or loses a role."""
    user = change.record
    if not isinstance(user, User):
        return False
    archived = "archivedAt" in change.changed and user.archived_at is not None
    return bool(removed_roles(change)) or archived or ("isActive" in change.changed and not user.is_active)


def removed_roles(change: Change) -> list[UUID]:
    before, after = change.before.get("roles", ()), change.after.get("roles", ())
    return [parse(Role.prefix, one["role"]) for one, left in zip(before, after, strict=True) if left is None]


async def was_one(work: Work, change: Change) -> bool:
    """Whether the roles of a user, with those that were taken, make an administrator."""
    own = and_(UserRole.tenant_id == work.tenant, UserRole.user_id == change.record.id)
    ids = select(UserRole.role_id).where(own)
    roles = or_(RoleRight.role_id.in_(ids), RoleRight.role_id.in_(removed_roles(change)))
    cells = select(RoleRight.role_id).where(RoleRight.tenant_id == work.tenant, roles)
    had = and_(*(cells.where(gives(object, verb)).exists() for object, verb in NEEDED))
    return bool((await work.session.execute(select(had))).scalar_one())


def gives(object: str, verb: str) -> ColumnElement[bool]:
    """The condition that a right is one that administrators need."""
    return and_(RoleRight.object.in_([object, EVERY]), getattr(RoleRight, verb) == Level.ALL)


def is_one() -> ColumnElement[bool]:
    """The condition that a row of `users` is an administrator."""
    return and_(User.is_active, User.archived_at.is_(None), *(may(object, verb) for object, verb in NEEDED))


def may(object: str, verb: str) -> ColumnElement[bool]:
    held = (
        select(UserRole.role_id)
        .join(Role, and_(Role.tenant_id == UserRole.tenant_id, Role.id == UserRole.role_id))
        .join(RoleRight, and_(RoleRight.tenant_id == UserRole.tenant_id, RoleRight.role_id == UserRole.role_id))
        .where(
            UserRole.tenant_id == User.tenant_id,
            UserRole.user_id == User.id,
            Role.archived_at.is_(None),
            gives(object, verb),
        )
    )
    return held.correlate(User).exists()
