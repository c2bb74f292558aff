"""Who is asking, and what that principal may do."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cached_property
from types import MappingProxyType
from uuid import UUID

DEFAULT_FIELDS = "default"


class Level(StrEnum):
    """How far a right reaches: nothing, the principal's own records, those of its teams, or all of the tenant."""

    NONE = "NONE"
    OWN = "OWN"
    TEAM = "TEAM"
    ALL = "ALL"


class FieldAccess(StrEnum):
    """What may be done with the fields of one set, on records that may be read or written at all."""

    HIDDEN = "HIDDEN"
    READ = "READ"
    WRITE = "WRITE"


class ShareLevel(StrEnum):
    """What an outsider may do with a record that is shared with it; each level allows what those before it do."""

    VIEW = "VIEW"
    COMMENT = "COMMENT"
    EDIT = "EDIT"


LEVELS = tuple(Level)
FIELD_ACCESSES = tuple(FieldAccess)


@dataclass(frozen=True, slots=True)
class Right:
    """What may be done with one kind of object; OWN and TEAM count only for objects that have an owner."""

    read: Level = Level.NONE
    write: Level = Level.NONE
    create: bool = False
    delete: bool = False
    export: bool = False

    def __or__(self, other: "Right") -> "Right":
        """What both together allow."""
        return Right(
            max(self.read, other.read, key=LEVELS.index),
            max(self.write, other.write, key=LEVELS.index),
            self.create or other.create,
            self.delete or other.delete,
            self.export or other.export,
        )

    def __and__(self, other: "Right") -> "Right":
        """What each of both allows."""
        return Right(
            min(self.read, other.read, key=LEVELS.index),
            min(self.write, other.write, key=LEVELS.index),
            self.create and other.create,
            self.delete and other.delete,
            self.export and other.export,
        )

    def without_owner(self) -> "Right":
        """What reaches all records, or none."""
        read, write = (one if one is Level.ALL else Level.NONE for one in (self.read, self.write))
        return replace(self, read=read, write=write)


NOTHING = Right()


@dataclass(frozen=True)
class Capability:
    """All rights of a principal, immutable: what is not among them is not allowed.

    `fields` has an entry for each set of fields but the default one, which follows the rights on the record.
    `hash` is part of every plan-cache key; the names of the roles are not part of it.
    """

    roles: tuple[str, ...]
    rights: Mapping[str, Right]
    fields: Mapping[tuple[str, str], FieldAccess] = field(default_factory=lambda: MappingProxyType({}))

    def on(self, object: str) -> Right:
        return self.rights.get(object, NOTHING)

    def field(self, object: str, field_set: str) -> FieldAccess:
        """What may be done with a set of fields of this kind of object."""
        if field_set == DEFAULT_FIELDS:
            return FieldAccess.WRITE
        return self.fields.get((object, field_set), FieldAccess.HIDDEN)

    def within(self, other: "Capability") -> bool:
        """Whether the other one allows everything that this one allows."""
        return all(right & other.on(object) == right for object, right in self.rights.items()) and all(
            FIELD_ACCESSES.index(access) <= FIELD_ACCESSES.index(other.field(*key))
            for key, access in self.fields.items()
        )

    @cached_property
    def over_others(self) -> "Capability":
        """What is left if somebody else has it: his OWN and his TEAM are other records than the holder's."""
        return replace(self, rights={object: right.without_owner() for object, right in self.rights.items()})

    @cached_property
    def hash(self) -> str:
        rights = sorted(
            (name, *map(str, (right.read, right.write, right.create, right.delete, right.export)))
            for name, right in self.rights.items()
        )
        fields = sorted((*key, str(access)) for key, access in self.fields.items())
        return hashlib.sha256(repr((rights, fields)).encode()).hexdigest()[:16]


NOBODY = Capability((), MappingProxyType({}))  # an outsider's: what it may do comes from shares, not from roles


class PrincipalKind(StrEnum):
    STAFF = "STAFF"
    INTEGRATION = "INTEGRATION"
    SYSTEM = "SYSTEM"
    PARTNER = "PARTNER"
    CUSTOMER = "CUSTOMER"


OUTSIDE = frozenset({PrincipalKind.PARTNER, PrincipalKind.CUSTOMER})


@dataclass(frozen=True)
class Viewer:
    """One authenticated principal of one tenant, as the credential says.

    `principal` is the user's id for staff, the token's id for an integration, the contact's id for an outsider: a
    partner, who acts for `account` as well, or a customer, who acts only for himself. `team` are the users whose
    records count as its teams': itself, and everybody in its team, in teams it leads, and in those below them. It is
    known only if a right reaches that far. `documents` is the mode of the token, a `DocumentMode` of `tokens`.
    """

    tenant: UUID
    principal: UUID
    kind: PrincipalKind
    name: str
    capability: Capability
    user: UUID | None = None
    token: UUID | None = None
    documents: str = "OPEN"
    team: tuple[UUID, ...] = ()
    account: UUID | None = None

    @property
    def outside(self) -> bool:
        """Whether it sees only what is shared with it, through the schema for outsiders."""
        return self.kind in OUTSIDE

    def reaches(self, level: Level, owner: UUID | None) -> bool:
        """Whether a right of this level covers a record of this owner."""
        if level is Level.ALL:
            return True
        if owner is None or level is Level.NONE:
            return False
        return owner == self.user or (level is Level.TEAM and owner in self.team)
