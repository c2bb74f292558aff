"""Commands for sharing: what outsiders are shown, to whom, how far, until when.

Nobody shares what he may not change himself, nor a set of fields he may not see.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import TypedDict
from uuid import UUID

from sqlalchemy import select

from api.domain.accounts import Account
from api.domain.contacts import Contact
from api.domain.kernel import (
    Duplicate,
    FieldAccess,
    Invalid,
    Level,
    NotAllowed,
    NotFound,
    Record,
    Required,
    ShareLevel,
    Work,
    checked,
    fold,
    records,
)

from .models import SHARED_ALREADY, FieldProfile, FieldProfileSet, RecordShare

NAME_LIMIT, TEXT_LIMIT = 100, 1_000
Sets = Iterable[tuple[str, str]]


class ShareValues(TypedDict, total=False):
    """How far a share goes. A missing key leaves the value alone; without a profile only the default fields show."""

    level: ShareLevel
    field_profile_id: UUID | None
    expires_at: datetime | None


class ProfileValues(TypedDict, total=False):
    """What is known of a profile. `sets` are all of (kind of record, set of fields), not those to add."""

    name: str
    description: str | None
    sets: Sets


def shareable() -> dict[str, type[Record]]:
    """Kind of record → its class, for all that can be shared; what outsiders see by another rule cannot."""
    return {record.object: record for record in records().values() if record.is_shareable() and not record.reached}


def shareable_sets() -> set[tuple[str, str]]:
    """The sets of fields that a profile can show, each with its kind of record."""
    return {
        (object, declared.info["field_set"])
        for object, record in shareable().items()
        for declared in record.__table__.c.values()
        if declared.info["partner"] is not FieldAccess.HIDDEN and declared.info["field_set"] != "default"
    }


async def share(
    work: Work,
    record: tuple[type[Record], UUID],
    values: ShareValues,
    *,
    account_id: UUID | None = None,
    contact_id: UUID | None = None,
) -> RecordShare:
    """Share a record with the partner users of an account, or with one contact.

    Raises:
        NotFound, Archived: about the record, the account, the contact or the profile.
        NotAllowed: the viewer may not share, may not change the record, or may not see a set of fields of the profile.
        Invalid: such records cannot be shared, both or neither of account and contact are given, or it has expired.
        Duplicate: the record is shared with it already; change that share.
    """
    entity, id = record
    work.check_create(RecordShare)
    if entity.object not in shareable():
        kinds = ", ".join(sorted(shareable()))
        raise Invalid(("record",), f"a {entity.object} cannot be shared; what can be is {kinds}", "shareable")
    if (account_id is None) == (contact_id is None):
        raise Invalid(("contact",), "a record is shared with an account or with a contact; name one of them", "grantee")
    shared = await work.reference(entity, id, "record")
    if shared is None:
        raise NotFound(entity.object, ("record",))
    work.check_write(shared)
    await work.reference(Account, account_id, "account")
    await work.reference(Contact, contact_id, "contact")
    made = RecordShare(
        object_type=entity.object, object_id=id, account_id=account_id, contact_id=contact_id, level=ShareLevel.VIEW
    )
    await refuse_second(work, made)
    await apply(work, made, values)
    return work.add(made)


async def change(work: Work, id: UUID, values: ShareValues, *, if_version: int | None = None) -> RecordShare:
    """Change how far a share goes.

    Raises:
        NotFound, StaleVersion, NotAllowed, Invalid: as `share`; Invalid too for one that is revoked.
    """
    held = await work.edit(RecordShare, id, if_version=if_version)
    if held.revoked_at is not None:
        raise Invalid((), "this share is revoked; share the record anew", "revoked")
    entity = shareable()[held.object_type]
    shared = (await work.load(entity, [held.object_id])).get(held.object_id)
    if shared is None:
        raise NotFound(entity.object, ("record",))
    work.check_write(shared)
    await apply(work, held, values)
    return held


async def revoke(work: Work, id: UUID, *, if_version: int | None = None) -> RecordShare:
    """End a share at once. It stays as a row, so that it can be seen what was shared until when."""
    held = await work.edit(RecordShare, id, if_version=if_version)
    held.revoked_at = held.revoked_at or work.now
    return held


async def create_profile(work: Work, values: ProfileValues) -> FieldProfile:
    """Raises Required, TooLong, Invalid, Duplicate about the values; NotAllowed as `update_profile`."""
    if "name" not in values:
        raise Required(("name",))
    work.check_create(FieldProfile)
    name = checked(values["name"], "name", limit=NAME_LIMIT, required=True)
    made = work.add(FieldProfile(name=name, name_sort=fold(name), description=described(values)))
    for key in checked_sets(work, values.get("sets", ())):
        work.add(FieldProfileSet(profile_id=made.id, object=key[0], field_set=key[1]))
    await work.flush()
    return made


async def update_profile(work: Work, id: UUID, values: ProfileValues, *, if_version: int | None = None) -> FieldProfile:
    """Change a profile; all shares with it follow at once.

    Raises:
        NotFound, Archived, StaleVersion: about the profile.
        NotAllowed: the viewer may not see a set of fields that it shows or would show.
        Required, TooLong, Invalid, Duplicate: about the values.
    """
    profile = await work.edit(FieldProfile, id, if_version=if_version)
    held = await sets_of(work, [id])
    check_seen(work, held)
    if "name" in values:
        profile.name = checked(values["name"], "name", limit=NAME_LIMIT, required=True)
        profile.name_sort = fold(profile.name)
    if "description" in values:
        profile.description = described(values)
    if "sets" in values:
        wanted = checked_sets(work, values["sets"])
        await check_widened(work, id, wanted - held.keys())
        for key in held.keys() - wanted:
            work.remove(held[key])
        for key in wanted - held.keys():
            work.add(FieldProfileSet(profile_id=id, object=key[0], field_set=key[1]))
    await work.flush()
    return profile


async def archive_profile(work: Work, id: UUID, *, if_version: int | None = None) -> FieldProfile:
    """Shares that have it go on showing its sets; they cannot be given it anew."""
    profile = await work.edit(FieldProfile, id, if_version=if_version, archived=True)
    profile.archived_at = profile.archived_at or work.now
    return profile


async def restore_profile(work: Work, id: UUID, *, if_version: int | None = None) -> FieldProfile:
    profile = await work.edit(FieldProfile, id, if_version=if_version, archived=True)
    profile.archived_at = None
    return profile


async def sets_of(work: Work, profiles: Iterable[UUID]) -> Mapping[tuple[str, str], FieldProfileSet]:
    query = select(FieldProfileSet).where(
        FieldProfileSet.tenant_id == work.tenant, FieldProfileSet.profile_id.in_(list(profiles))
    )
    return {(row.object, row.field_set): row for row in (await work.session.execute(query)).scalars()}


async def apply(work: Work, held: RecordShare, values: ShareValues) -> None:
    if "level" in values:
        held.level = values["level"]
    if "field_profile_id" in values:
        profile = await work.reference(FieldProfile, values["field_profile_id"], "field_profile")
        if profile is not None:
            check_seen(work, await sets_of(work, [profile.id]))
        held.field_profile_id = values["field_profile_id"]
    if "expires_at" in values:
        until = values["expires_at"]
        if until is not None and until <= work.now:
            raise Invalid(("expires_at",), "a share ends in the future; revoke it to end it now", "future")
        held.expires_at = until


async def refuse_second(work: Work, wanted: RecordShare) -> None:
    query = select(RecordShare.id).where(
        RecordShare.tenant_id == work.tenant,
        RecordShare.object_id == wanted.object_id,
        RecordShare.account_id.is_not_distinct_from(wanted.account_id),
        RecordShare.contact_id.is_not_distinct_from(wanted.contact_id),
        RecordShare.revoked_at.is_(None),
    )
    found = (await work.session.execute(query)).scalar_one_or_none()
    if found is not None:
        raise Duplicate(("record",), "record_share", found, SHARED_ALREADY)


def checked_sets(work: Work, sets: Sets) -> set[tuple[str, str]]:
    """Raises Invalid for a set that no outsider can be shown, NotAllowed for one that the viewer may not see."""
    wanted, known = set(sets), shareable_sets()
    for object, field_set in sorted(wanted - known):
        told = ", ".join(" ".join(key) for key in sorted(known))
        raise Invalid(("sets",), f"{field_set} of {object} cannot be shown; what can be is {told}", "known")
    check_seen(work, wanted)
    return wanted


def check_seen(work: Work, sets: Sets) -> None:
    """Raises NotAllowed unless the viewer sees these sets of fields himself."""
    for object, field_set in sorted(sets):
        if work.viewer.capability.field(object, field_set) is FieldAccess.HIDDEN:
            raise NotAllowed(FieldProfile.object, "show fields you do not see with", ("sets",))


async def check_widened(work: Work, profile_id: UUID, added: Sets) -> None:
    """Raises NotAllowed for a set that shares of others would show, unless the viewer may change all such records."""
    query = select(RecordShare.object_type).where(
        RecordShare.tenant_id == work.tenant,
        RecordShare.field_profile_id == profile_id,
        RecordShare.revoked_at.is_(None),
    )
    shown = set((await work.session.execute(query.distinct())).scalars())
    for object, _ in sorted(added):
        if object in shown and work.viewer.capability.on(object).write is not Level.ALL:
            raise NotAllowed(FieldProfile.object, "widen what others share with", ("sets",))


def described(values: ProfileValues) -> str | None:
    text = values.get("description")
    return None if text is None else checked(text, "description", limit=TEXT_LIMIT) or None
