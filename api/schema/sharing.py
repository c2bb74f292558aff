"""Sharing with outsiders: which records, with whom, how far."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

import strawberry

from api.compiler import RequestError, wire_uuid
from api.domain import sharing as domain
from api.domain.kernel import Invalid, ShareLevel, Work, fold, records
from api.domain.tokens import DocumentMode, TokenKind

from .accounts import Account
from .binding import Natural, described, listed, readable, to_any, to_one
from .commands import Verbs
from .connections import Connection, about, extend, lazy, many, one
from .contacts import Contact
from .enums import described_enum
from .inputs import ids_of
from .interfaces import Node, Record
from .records import complete
from .references import Asked, given, resolve
from .tokens import LONGEST_DAYS, Made, telling_once, validity

described_enum(
    ShareLevel,
    "ShareLevel",
    "What an outsider may do with a record that is shared with it; each level allows what those before it do.",
    VIEW="See it.",
    COMMENT="Comment on it.",
    EDIT="Change the fields that outsiders may write.",
)
OBJECT = "Kind of record, as in events: `opportunity`."
FIELD_SET = "Name of the set, such as `commercial`."


@readable(domain.FieldProfileSet, description="A set of fields that a profile shows.")
class FieldProfileSet:
    object: str = described(OBJECT)
    field_set: str = described(FIELD_SET)


@readable(
    domain.FieldProfile,
    description="Sets of fields that a share shows besides the default ones.",
    naturals={"name": Natural(str, "Its name.", lambda t, _tenant, name: t.c.name_sort == name, fold)},
)
class FieldProfile(Record, Node):
    name: str = described("Unique among live profiles, without regard to case and accents.")
    description: str | None = described("What it is for.")
    sets: list[FieldProfileSet] = listed("profile_id", "The sets that it shows.", order=("object", "field_set"))


@readable(
    domain.RecordShare,
    description="That a record is shared with all partner users of an account, or with one contact.",
)
class RecordShare(Record, Node):
    object_type: str = described(OBJECT)
    record: Record | None = to_any("object_type", "object_id", "The record; null if you may not see it.")
    account: Account | None = to_one("account_id", "accounts.Account", "The account whose partner users see it.")
    contact: Contact | None = to_one("contact_id", "contacts.Contact", "The contact who sees it.")
    level: ShareLevel = described("What they may do with it.")
    field_profile: FieldProfile | None = to_one(
        "field_profile_id", "sharing.FieldProfile", "What they see besides the default fields; null for nothing."
    )
    expires_at: datetime | None = described("When it ends by itself; null for never.")
    revoked_at: datetime | None = described("When it was ended; null while it is not.")


for record_type in (FieldProfile, RecordShare):
    complete(record_type, synced=False)
extend(Account, "shares", RecordShare, "account_id", "What is shared with its partner users, also what is over.")
extend(Contact, "shares", RecordShare, "contact_id", "What is shared with the contact, also what is over.")
extend(FieldProfile, "shares", RecordShare, "field_profile_id", "The shares that show its sets.")
PROFILE = lazy("FieldProfileRef", "api.schema.sharing")


@strawberry.input(description="A set of fields of one kind of record.")
class FieldProfileSetInput:
    object: str = strawberry.field(description=OBJECT)
    field_set: str = strawberry.field(description=FIELD_SET)


@strawberry.input(description="A new FieldProfile. Without sets it shows the default fields only.")
class FieldProfileCreateInput:
    name: str = strawberry.field(description="Unique among live profiles.")
    description: str | None = strawberry.field(description="What it is for.", default=strawberry.UNSET)
    sets: list[FieldProfileSetInput] | None = strawberry.field(
        description="Sets that you see yourself.", default=strawberry.UNSET
    )


@strawberry.input(description="Changes to a FieldProfile. A field left out is unchanged, null clears it.")
class FieldProfilePatch:
    name: str | None = strawberry.field(description="A new name.", default=strawberry.UNSET)
    description: str | None = strawberry.field(description="What it is for.", default=strawberry.UNSET)
    sets: list[FieldProfileSetInput] | None = strawberry.field(
        description="All sets that it shows, instead of those it has.", default=strawberry.UNSET
    )


@strawberry.input(description="A new RecordShare: a record, and an account or a contact.")
class RecordShareCreateInput:
    record: strawberry.ID = strawberry.field(description="Id of the record: an account, a contact, an opportunity.")
    account: lazy("AccountRef", "api.schema.accounts") | None = strawberry.field(  # type: ignore[valid-type]
        description="With all partner users of this account.", default=strawberry.UNSET
    )
    contact: lazy("ContactRef", "api.schema.contacts") | None = strawberry.field(  # type: ignore[valid-type]
        description="With this contact.", default=strawberry.UNSET
    )
    level: ShareLevel = strawberry.field(description="What they may do with it.", default=ShareLevel.VIEW)
    field_profile: PROFILE | None = strawberry.field(  # type: ignore[valid-type]
        description="What they see besides the default fields.", default=strawberry.UNSET
    )
    expires_at: datetime | None = strawberry.field(description="When it ends by itself.", default=strawberry.UNSET)


@strawberry.input(description="Changes to a RecordShare. A field left out is unchanged, null clears it.")
class RecordSharePatch:
    level: ShareLevel | None = strawberry.field(description="What they may do with it.", default=strawberry.UNSET)
    field_profile: PROFILE | None = strawberry.field(  # type: ignore[valid-type]
        description="What they see besides the default fields.", default=strawberry.UNSET
    )
    expires_at: datetime | None = strawberry.field(description="When it ends by itself.", default=strawberry.UNSET)


def profile_values(value: Any) -> domain.ProfileValues:
    fields = given(value)
    if "sets" in fields:
        fields["sets"] = [(one.object, one.field_set) for one in fields["sets"] or ()]
    return fields  # type: ignore[return-value] # the names are those of the input


async def profile_create(work: Work, arguments: dict[str, Any]) -> domain.FieldProfile:
    return await domain.create_profile(work, profile_values(arguments["input"]))


async def profile_update(work: Work, arguments: dict[str, Any]) -> domain.FieldProfile:
    id = await resolve(work, arguments["where"], ("where",))
    return await domain.update_profile(work, id, profile_values(arguments["patch"]), if_version=arguments["if_version"])


def record_of(id: str) -> tuple[Any, UUID]:
    """The class and id behind a wire id.

    Raises:
        RequestError: BAD_USER_INPUT, it is none of this API.
    """
    entity = records().get(id[:3])
    if entity is None:
        looks = ", ".join(f"{one.prefix}_…" for one in domain.shareable().values())
        message = f"{id[:100]!r} is not the id of a record that can be shared; such ids look like {looks}"
        raise RequestError("BAD_USER_INPUT", message, ("record",))
    return entity, wire_uuid(entity.prefix, id)


async def share_values(work: Work, fields: Mapping[str, Any]) -> tuple[domain.ShareValues, dict[str, UUID | None]]:
    """The values of a share, and the ids of account and contact; all references in few statements."""
    names = ("account", "contact", "field_profile")
    asked = {name: Asked(fields[name], (name,)) for name in names if fields.get(name) is not None}
    ids = await ids_of(work, list(asked.values()))
    found = {name: ids.of(one.reference, name) for name, one in asked.items()}
    values = {name: fields[name] for name in ("level", "expires_at") if name in fields}
    if "field_profile" in fields:
        values["field_profile_id"] = found.get("field_profile")
    if values.get("level", ShareLevel.VIEW) is None:
        raise Invalid(("level",), "a share has a level", "required")
    return values, {f"{name}_id": found.get(name) for name in ("account", "contact")}  # type: ignore[return-value]


async def share_create(work: Work, arguments: dict[str, Any]) -> domain.RecordShare:
    fields = given(arguments["input"])
    record = record_of(fields["record"])
    values, grantee = await share_values(work, fields)
    return await domain.share(work, record, values, **grantee)


async def share_update(work: Work, arguments: dict[str, Any]) -> domain.RecordShare:
    id = await resolve(work, arguments["where"], ("where",))
    values, _ = await share_values(work, given(arguments["patch"]))
    return await domain.change(work, id, values, if_version=arguments["if_version"])


class OutsiderKind(StrEnum):
    PARTNER = TokenKind.PARTNER.value
    CUSTOMER = TokenKind.CUSTOMER.value


described_enum(
    OutsiderKind,
    "OutsiderKind",
    "What a contact is to us when he calls the API.",
    PARTNER="He acts for his account and sees what is shared with it or with him.",
    CUSTOMER="He sees what is shared with him.",
)


@strawberry.input(description="A new token for a contact.")
class ContactTokenCreateInput:
    contact: lazy("ContactRef", "api.schema.contacts") = strawberry.field(description="Who shows it.")  # type: ignore[valid-type]
    kind: OutsiderKind = strawberry.field(description="What he is to us.")
    name: str = strawberry.field(description="What it is for, or where it is kept; at most 100 characters.")
    expires_in_days: int | None = strawberry.field(
        description=f"For how long it is valid, 1 to {LONGEST_DAYS}; until it is revoked when left out.",
        default=strawberry.UNSET,
    )
    documents: DocumentMode = strawberry.field(description="Which documents it may send.", default=DocumentMode.OPEN)


async def token_create(work: Work, arguments: dict[str, Any], pepper: bytes) -> Made:
    value = arguments["input"]
    contact_id = await resolve(work, value.contact, ("contact",))
    return await domain.create_for_contact(
        work,
        contact_id,
        TokenKind(value.kind),
        value.name,
        pepper=pepper,
        expires_in=validity(given(value).get("expires_in_days")),
        documents=value.documents,
    )


PROFILES, SHARES = Verbs(FieldProfile, "field_profile"), Verbs(RecordShare, "record_share")


@strawberry.type
class Query:
    field_profile: FieldProfile | None = one(FieldProfile, "One field profile; null if there is none.")
    field_profiles: Connection[FieldProfile] = many(FieldProfile, "Field profiles.")
    record_share: RecordShare | None = one(RecordShare, "One share; null if there is none or you may not see it.")
    record_shares: Connection[RecordShare] = many(RecordShare, "What is, or was, shared with outsiders.")


@strawberry.type
class Mutation:
    field_profile_create = PROFILES.mutation(
        profile_create,
        "Make a field profile.",
        {"input": about(FieldProfileCreateInput, "What is known of it.")},
        "input",
    )
    field_profile_update = PROFILES.mutation(
        profile_update,
        "Change a field profile; all shares with it follow at once.",
        {"where": PROFILES.where(), "patch": about(FieldProfilePatch, "What changes.")},
        "patch",
        versioned=True,
    )
    field_profile_archive = PROFILES.verb(
        domain.archive_profile, "Archive a field profile; shares that have it go on showing its sets."
    )
    field_profile_restore = PROFILES.verb(domain.restore_profile, "Make an archived field profile live again.")
    record_share_create = SHARES.mutation(
        share_create,
        "Share a record that you may change with outsiders.",
        {"input": about(RecordShareCreateInput, "What is shared, with whom, how far.")},
        "input",
    )
    record_share_update = SHARES.mutation(
        share_update,
        "Change how far a share goes, or until when.",
        {"where": SHARES.where(), "patch": about(RecordSharePatch, "What changes.")},
        "patch",
        versioned=True,
    )
    contact_token_create = telling_once(
        token_create,
        "Make a token for a contact: with it he sees what is shared with him, or with his account, and nothing else.",
        {"input": about(ContactTokenCreateInput, "For whom it is.")},
        "input",
    )
    record_share_revoke = SHARES.verb(domain.revoke, "End a share at once.")
