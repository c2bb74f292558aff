"""Rights as the API shows them: of a role, of a capability, of a grant."""

from collections.abc import Iterable
from typing import Any

import orjson
from sqlalchemy import Boolean, Text
from sqlalchemy.dialects.postgresql import JSON

from api.domain.access import EVERY
from api.domain.kernel import Capability, FieldAccess, Level

from .binding import computed, readable, unnested
from .enums import described_enum

described_enum(
    Level,
    "AccessLevel",
    "How far a right reaches.",
    NONE="To no record.",
    OWN="To the records that the principal owns.",
    TEAM="To the records of the principal and of everybody in the teams below: its own team, and those it leads.",
    ALL="To all records of the tenant.",
)
described_enum(
    FieldAccess,
    "FieldAccess",
    "What may be done with the fields of a set, on records that may be read or written at all.",
    HIDDEN="They do not exist for the principal.",
    READ="They may be read, filtered and sorted by.",
    WRITE="They may be written, too.",
)
OBJECT = "Kind of record, as in events: `account`; `*` is every kind, also of later releases."
FIELD_SET = "Name of the set, such as `internal_notes`; `*` is every set."


@readable(
    elements={
        "object": Text(),
        "read": Text(),
        "write": Text(),
        "create": Boolean(),
        "delete": Boolean(),
        "export": Boolean(),
    },
    description="What may be done with one kind of record.",
)
class CapabilityRight:
    object: str = computed(lambda row, _scope: row.object, OBJECT)
    read: Level = computed(lambda row, _scope: row.read, "Which records may be read.")
    write: Level = computed(lambda row, _scope: row.write, "Which of those may be changed.")
    create: bool = computed(lambda row, _scope: row.create, "Whether new ones may be made.")
    delete: bool = computed(lambda row, _scope: row.delete, "Whether those that may be changed may be archived.")
    export: bool = computed(lambda row, _scope: row.export, "Whether they may be exported.")


@readable(
    elements={"object": Text(), "field_set": Text(), "access": Text()},
    description="What may be done with one set of fields of one kind of record.",
)
class CapabilityFieldRight:
    object: str = computed(lambda row, _scope: row.object, OBJECT)
    field_set: str = computed(lambda row, _scope: row.field_set, FIELD_SET)
    access: FieldAccess = computed(lambda row, _scope: row.access, "What may be done with them.")


@readable(
    elements={"rights": JSON(), "field_rights": JSON()},
    name="Capability",
    description="All that a principal may do; what is not here is not allowed. Fields of no set follow the record.",
)
class CapabilityType:
    rights: list[CapabilityRight] = unnested("rights", "Rights on kinds of records, sorted by kind.")
    field_rights: list[CapabilityFieldRight] = unnested("field_rights", "Rights on sets of fields, sorted.")


def capability_json(capability: Capability) -> str:
    """The only row of a `Capability`, as JSON."""
    rights = [
        {
            "object": object,
            "read": right.read,
            "write": right.write,
            "create": right.create,
            "delete": right.delete,
            "export": right.export,
        }
        for object, right in last_every(capability.rights.items())
    ]
    fields = [
        {"object": object, "field_set": field_set, "access": access}
        for (object, field_set), access in last_every(capability.fields.items())
    ]
    return orjson.dumps([{"rights": rights, "field_rights": fields}]).decode()


def last_every(rows: Iterable[tuple[Any, Any]]) -> list[tuple[Any, Any]]:
    """Sorted, `*` behind all names."""
    return sorted(rows, key=lambda row: (EVERY in row[0], row[0]))
