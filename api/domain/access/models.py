"""Roles as rows: what a principal may do is the union of its roles, and nothing is taken away again."""

from uuid import UUID

from sqlalchemy import CheckConstraint
from sqlalchemy.orm import Mapped

from api.domain.kernel import EnumText, FieldAccess, Level, Part, Record, as_its_record, column, unique_live

from . import policy


class Role(Record):
    """A named set of rights. Those shipped with the product are rows like any other, and may be changed."""

    __tablename__ = "roles"
    __table_args__ = (
        unique_live("name_sort", name="uq_roles_name", object="role", path="name"),
        CheckConstraint("name ~ '^[a-z][a-z0-9_]*$'", name="name"),
    )
    prefix = "rol"
    object = "role"
    visible = staticmethod(policy.visible)

    name: Mapped[str] = column(filter=True, sort=True, folded_in="name_sort")
    name_sort: Mapped[str] = column(internal=True)
    description: Mapped[str | None] = column()


class RoleRight(Part):
    """What a role may do with one kind of object; `*` is every kind, also of later releases."""

    __tablename__ = "role_rights"
    whole = "role_id"
    field = "rights"
    visible = staticmethod(as_its_record)

    role_id: Mapped[UUID] = column(references="roles", primary_key=True)
    object: Mapped[str] = column(primary_key=True)
    read: Mapped[Level] = column(EnumText(Level))
    write: Mapped[Level] = column(EnumText(Level))
    create: Mapped[bool] = column()
    delete: Mapped[bool] = column()
    export: Mapped[bool] = column()


class RoleFieldRight(Part):
    """What a role may do with one set of fields; `*` is every kind of object, or every set."""

    __tablename__ = "role_field_rights"
    whole = "role_id"
    field = "fieldRights"
    visible = staticmethod(as_its_record)

    role_id: Mapped[UUID] = column(references="roles", primary_key=True)
    object: Mapped[str] = column(primary_key=True)
    field_set: Mapped[str] = column(primary_key=True)
    access: Mapped[FieldAccess] = column(EnumText(FieldAccess))


class UserRole(Part):
    """That a user has a role."""

    __tablename__ = "user_roles"
    whole = "user_id"
    field = "roles"
    visible = staticmethod(as_its_record)

    user_id: Mapped[UUID] = column(references="users", primary_key=True)
    role_id: Mapped[UUID] = column(references="roles", primary_key=True)
