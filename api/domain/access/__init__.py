"""Roles and what they allow: rows of the tenant, resolved to the capability of a principal."""

from .administrators import keep_an_administrator
from .capabilities import EVERY, Cells, beyond, capability, cells_of, decided_by, field_sets, meet, objects, owners
from .comparison import beyond_in_sql
from .errors import BeyondOwnRights
from .hidden import hidden_names, unseen_names
from .models import Role, RoleFieldRight, RoleRight, UserRole
from .service import (
    RoleValues,
    archive,
    capability_of_user,
    cells_held,
    check_held,
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
    "BeyondOwnRights",
    "Cells",
    "Role",
    "RoleFieldRight",
    "RoleRight",
    "RoleValues",
    "UserRole",
    "archive",
    "beyond",
    "beyond_in_sql",
    "capability",
    "capability_of_user",
    "cells_held",
    "cells_of",
    "check_held",
    "create",
    "decided_by",
    "field_sets",
    "hidden_names",
    "keep_an_administrator",
    "meet",
    "objects",
    "owners",
    "restore",
    "role_named",
    "roles_of",
    "seed",
    "set_roles",
    "shipped",
    "unseen_names",
    "update",
]
