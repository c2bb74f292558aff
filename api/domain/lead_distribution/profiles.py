"""Commands for what leads a partner takes."""

from collections.abc import Mapping, Sequence
from typing import Any, TypedDict
from uuid import UUID

from sqlalchemy import select

from api.domain.accounts import Account
from api.domain.kernel import (
    ExternalKey,
    LimitExceeded,
    Matching,
    RestoreConflict,
    Row,
    Work,
    Written,
    among,
    assign,
    checked,
    checked_number,
    checked_references,
    fold,
    load_references,
    refuse_null,
    require,
    write_rows,
)
from api.domain.leads import checked_skills

from .choosing import SEPARATOR
from .models import PartnerLeadProfile

REFERENCES = {"partner_id": Account}
TERRITORY_LIMIT, MOST_TERRITORIES, MOST_OPEN = 100, 200, 10_000


class ProfileValues(TypedDict, total=False):
    """What leads a partner takes. A missing key leaves the value alone; `capacity` None is any number of leads.

    `territories` and `skills` are all it has, not those to add; without territories it is asked last, from anywhere.
    """

    partner_id: UUID
    territories: Sequence[str]
    skills: Sequence[str]
    capacity: int | None
    is_paused: bool


ProfileRow = Row[ProfileValues]


async def create_profile(
    work: Work, values: ProfileValues, *, external_ids: Sequence[ExternalKey] = ()
) -> PartnerLeadProfile:
    """Raises Duplicate if the partner has one."""
    row = ProfileRow(values=values, external_ids=external_ids)
    made = (await write_rows(work, MATCHING, [row], prepare, create=True))[0].unwrap()
    await work.flush()
    return made


async def upsert_profiles(work: Work, rows: Sequence[ProfileRow]) -> list[Written[PartnerLeadProfile]]:
    return await write_rows(work, MATCHING, rows, prepare)


async def archive_profile(work: Work, id: UUID, *, if_version: int | None = None) -> PartnerLeadProfile:
    """Without it the partner takes any lead; to let it take none, pause it."""
    profile = await work.edit(PartnerLeadProfile, id, if_version=if_version, archived=True)
    profile.archived_at = profile.archived_at or work.now
    return profile


async def restore_profile(work: Work, id: UUID, *, if_version: int | None = None) -> PartnerLeadProfile:
    """Raises RestoreConflict if the partner has another one."""
    profile = await work.edit(PartnerLeadProfile, id, if_version=if_version, archived=True)
    if profile.archived_at is not None:
        for holder in (await MATCHING.holders(work, [str(profile.partner_id)])).values():
            raise RestoreConflict(profile.object, holder, ("partner",))
    profile.archived_at = None
    return profile


async def prepare(work: Work, rows: Sequence[ProfileRow], _records: Mapping[UUID, PartnerLeadProfile]) -> Any:
    await load_references(work, [row.values for row in rows], REFERENCES)

    def write(row: ProfileRow, profile: PartnerLeadProfile | None) -> tuple[PartnerLeadProfile, bool]:
        values = row.values
        if profile is None:
            require(values, "partner_id")
        refuse_null(values, "partner_id", "territories", "skills", "is_paused")
        columns: dict[str, Any] = checked_references(work, values, REFERENCES, profile)
        if "territories" in values:
            columns["territories"] = checked_territories(values["territories"])
        if "skills" in values:
            columns["skills"] = checked_skills(values["skills"])
        if "capacity" in values:
            columns["capacity"] = checked_number(values["capacity"], "capacity", 0, MOST_OPEN)
        if "is_paused" in values:
            columns["is_paused"] = values["is_paused"]
        if profile is not None:
            return profile, assign(profile, columns)
        return work.add(PartnerLeadProfile(**{"territories": [], "skills": [], **columns})), True

    return write


def checked_territories(given: Sequence[str]) -> list[str]:
    """Folded paths, sorted, each once.

    >>> checked_territories(["EMEA / DACH", "emea/dach/"])
    ['emea/dach']

    Raises:
        Required, TooLong, Invalid: about one of them.
        LimitExceeded: more than 200.
    """
    found = sorted({path(checked(one, "territories", limit=TERRITORY_LIMIT)) for one in given})
    if len(found) > MOST_TERRITORIES:
        raise LimitExceeded(("territories",), MOST_TERRITORIES, "territories of one partner")
    return found


def path(text: str) -> str:
    """A territory in the form in which one is found within another."""
    return SEPARATOR.join(part for one in text.split(SEPARATOR) if (part := fold(one)))


def partners(values: Mapping[str, Any]) -> list[str]:
    return [str(values["partner_id"])] if values.get("partner_id") else []


async def holders(work: Work, keys: Sequence[str]) -> Mapping[str, UUID]:
    await work.flush()
    query = select(PartnerLeadProfile.partner_id, PartnerLeadProfile.id).where(
        PartnerLeadProfile.tenant_id == work.tenant,
        among(PartnerLeadProfile.partner_id, [UUID(key) for key in keys]),
        PartnerLeadProfile.archived_at.is_(None),
    )
    return {str(partner): id for partner, id in await work.session.execute(query)}


MATCHING = Matching(PartnerLeadProfile, "partner", partners, holders)
