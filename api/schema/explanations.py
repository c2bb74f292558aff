"""`explainAccess`: why somebody may do something to a record, or may not."""

from enum import StrEnum
from typing import Any

import strawberry
from sqlalchemy import Boolean, Text, Uuid, case, null
from sqlalchemy.dialects.postgresql import JSON

from api.compiler import Root
from api.domain.kernel import Level

from .access import Role
from .binding import computed, readable, to_any, to_one, unnested, unnested_one
from .connections import argument, rooted
from .contacts import Contact
from .enums import described_enum
from .explaining import explanation
from .interfaces import Record
from .rights import CapabilityFieldRight
from .sharing import OutsiderKind, RecordShare
from .tokens import Token
from .users import Team, User
from .wire import id_text


class AccessGrantKind(StrEnum):
    ROLE = "ROLE"
    SHARE = "SHARE"
    OWN_RECORD = "OWN_RECORD"
    PARTNER = "PARTNER"


class AccessReason(StrEnum):
    OWN = "OWN"
    TEAM = "TEAM"
    ALL = "ALL"
    SHARED = "SHARED"
    SELF = "SELF"
    PARTNER = "PARTNER"


described_enum(
    AccessGrantKind,
    "AccessGrantKind",
    "Where a grant comes from. New kinds may be added.",
    ROLE="A role that the principal has.",
    SHARE="A share with the outsider, or with the account that it acts for.",
    OWN_RECORD="The record is the outsider itself, the account that it acts for, or a case that it asks for.",
    PARTNER="The record is for partners, and the outsider is a partner user whose scope reaches it.",
)
described_enum(
    AccessReason,
    "AccessReason",
    "Why a grant reaches a record.",
    OWN="The principal owns it.",
    TEAM="Its owner is in a team of the principal, or in one below.",
    ALL="It reaches all records of this kind.",
    SHARED="The record is shared.",
    SELF="The record is the outsider itself, the account that it acts for, or a case that it asks for.",
    PARTNER="The outsider is a partner user whose scope reaches the record.",
)


@readable(elements={"team_id": Uuid()}, description="A step on the way from a team of the principal to the owner's.")
class AccessTeam:
    team: Team | None = to_one("team_id", "users.Team", "The team; null if you may not see teams.")


@readable(
    elements={
        "kind": Text(),
        "role_id": Uuid(),
        "role_name": Text(),
        "share_id": Uuid(),
        "level": Text(),
        "because": Text(),
        "teams": JSON(),
        "field_rights": JSON(),
    },
    description="Something that allows what was asked about.",
)
class AccessGrant:
    kind: AccessGrantKind = computed(lambda row, _scope: row.kind, "Where it comes from.")
    role: Role | None = to_one("role_id", "access.Role", "The role; null if you may not see roles.")
    role_name: str | None = computed(lambda row, _scope: row.role_name, "Name of the role; null for an outsider.")
    share: RecordShare | None = to_one(
        "share_id", "sharing.RecordShare", "The share: its level, its profile, until when; null for anything else."
    )
    level: Level | None = computed(
        lambda row, _scope: case((row.role_name.is_(None), null()), else_=row.level),
        "How far a role reaches, narrowed as the token is; of a delete, as far as a write; null for an outsider.",
    )
    because: AccessReason = computed(lambda row, _scope: row.because, "Why it reaches this record.")
    teams: list[AccessTeam] = unnested(
        "teams", "For TEAM: from a team that the principal is in or leads, down to the owner's own."
    )
    field_rights: list[CapabilityFieldRight] = unnested("field_rights", "What it opens of the sets of fields.")


@readable(elements={"allowed": Boolean(), "grants": JSON()}, description="Whether something is allowed, and by what.")
class AccessDecision:
    allowed: bool = computed(lambda row, _scope: row.allowed, "Whether it is allowed.")
    grants: list[AccessGrant] = unnested("grants", "All that reaches the record, by name; nothing else allows it.")


def principal_id(row: Any, _scope: Any) -> Any:
    return case(
        (row.user_id.is_not(None), id_text("usr", row.user_id)),
        (row.contact_id.is_not(None), id_text("con", row.contact_id)),
        else_=id_text("tok", row.token_id),
    )


@readable(
    build=explanation,
    description="What a principal may do to a record as a whole; single verbs may have further rules.",
)
class AccessExplanation:
    record: Record | None = to_any("record_type", "record_id", "The record.")
    principal_id: strawberry.ID = computed(principal_id, "Id of the user, of the contact, or of a program's token.")
    user: User | None = to_one("user_id", "users.User", "The user; null for a program, or if you may not see users.")
    contact: Contact | None = to_one(
        "contact_id", "contacts.Contact", "The outsider; null for staff and programs, or if you may not see contacts."
    )
    token: Token | None = to_one("token_id", "tokens.Token", "The token that was asked about, if you may see it.")
    is_active: bool = computed(
        lambda row, _scope: row.is_active, "Whether it can sign in; if not, nothing is allowed, whatever the grants."
    )
    read: AccessDecision = unnested_one("reading", "Whether it sees the record.")
    write: AccessDecision = unnested_one("writing", "Whether it may change the record: it must see it, too.")
    delete: AccessDecision = unnested_one("deleting", "Whether it may archive and restore it: it must change it, too.")
    field_rights: list[CapabilityFieldRight] = unnested(
        "field_rights", "What all its roles open of the sets of fields."
    )


@strawberry.type
class Query:
    explain_access: AccessExplanation | None = rooted(
        AccessExplanation | None,
        "Who may do what to a record, and why; null if you do not see the record, or there is no such principal.",
        Root("row", "AccessExplanation"),
        [
            argument("id", strawberry.ID, "Id of the record, of any type but tokens."),
            argument(
                "principal",
                strawberry.ID | None,
                "A user, a token or a contact; yourself when left out. For others you must be allowed to read roles "
                "and users, for contacts and their tokens to read shares.",
            ),
            argument("as_", OutsiderKind, "What a contact is to us.", default=OutsiderKind.PARTNER),
        ],
    )
