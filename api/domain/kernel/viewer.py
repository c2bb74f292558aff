"""Who is asking, and what that principal may do."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from types import MappingProxyType
from uuid import UUID


class Level(StrEnum):
    """How far a right reaches: nothing, the principal's own records, or all of the tenant."""

    NONE = "NONE"
    OWN = "OWN"
    ALL = "ALL"


@dataclass(frozen=True, slots=True)
class Right:
    """What may be done with one kind of object; `own` counts only for objects that have an owner."""

    read: Level = Level.ALL
    write: Level = Level.NONE
    create: bool = False


@dataclass(frozen=True)
class Capability:
    """All rights of a role, immutable. `hash` is part of every plan-cache key."""

    role: str
    rights: Mapping[str, Right]
    default: Right

    def on(self, object: str) -> Right:
        return self.rights.get(object, self.default)

    @cached_property
    def hash(self) -> str:
        cells = sorted((name, right.read, right.write, right.create) for name, right in self.rights.items())
        return hashlib.sha256(repr((self.role, cells, self.default)).encode()).hexdigest()[:16]


FULL = Right(Level.ALL, Level.ALL, create=True)
OWN = Right(Level.OWN, Level.OWN, create=True)

# Until roles are rows of the tenant (security.md §6.2) these three are constants.
CAPABILITIES: Mapping[str, Capability] = MappingProxyType(
    {
        "admin": Capability("admin", MappingProxyType({}), FULL),
        "sales_rep": Capability(
            "sales_rep", MappingProxyType({"account": OWN, "contact": OWN, "opportunity": OWN}), Right()
        ),
        "read_only": Capability("read_only", MappingProxyType({}), Right()),
    }
)


class PrincipalKind(StrEnum):
    STAFF = "STAFF"
    INTEGRATION = "INTEGRATION"
    SYSTEM = "SYSTEM"


@dataclass(frozen=True)
class Viewer:
    """One authenticated principal of one tenant, as the credential says.

    `principal` is the user's id for staff, the token's id for an integration. `documents` is the mode of the token, a
    `DocumentMode` of the slice `tokens`.
    """

    tenant: UUID
    principal: UUID
    kind: PrincipalKind
    name: str
    capability: Capability
    user: UUID | None = None
    token: UUID | None = None
    documents: str = "OPEN"
