"""Roles and what they allow: rows of the tenant, resolved to the capability of a principal."""

from .capabilities import EVERY, Cells, capability, cells_of, field_sets, meet, objects, owners
from .models import Role, RoleFieldRight, RoleRight, UserRole
from .service import (
    RoleValues,
    archive,
    capability_of_user,
    cells_held,
    create,
    restore,
    role_named,
    roles_of,
    seed,
    set_roles,
    update,
)
from .shipped import SHIPPED, shipped

__all__ = [
    "EVERY",
    "SHIPPED",
    "Cells",
    "Role",
    "RoleFieldRight",
    "RoleRight",
    "RoleValues",
    "UserRole",
    "archive",
    "capability",
    "capability_of_user",
    "cells_held",
    "cells_of",
    "create",
    "field_sets",
    "meet",
    "objects",
    "owners",
    "restore",
    "role_named",
    "roles_of",
    "seed",
    "set_roles",
    "shipped",
    "update",
]
