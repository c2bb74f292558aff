"""Commands for certifications: what there is to learn, and who has proved it."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, TypedDict
from uuid import UUID

from api.domain.accounts import Account
from api.domain.contacts import Contact
from api.domain.kernel import (
    ExternalKey,
    IllegalTransition,
    Invalid,
    Matching,
    Required,
    RestoreConflict,
    Row,
    TextField,
    Work,
    Written,
    assign,
    by_column,
    checked,
    checked_day,
    checked_number,
    checked_texts,
    fold,
    require,
    wire,
    write_rows,
)

from .days import months_after, today
from .events import CertificationAwarded, CertificationRevoked
from .models import Certification, PartnerCertification

TEXTS = {"name": TextField(100, required=True, folded="name_sort"), "description": TextField(5_000)}
REASON, REFERENCE = 500, 255


class CertificationValues(TypedDict, total=False):
    """What is known of a certification; without `valid_months` it never expires."""

    name: str
    description: str | None
    valid_months: int | None


CertificationRow = Row[CertificationValues]


async def create(work: Work, values: CertificationValues, *, external_ids: Sequence[ExternalKey] = ()) -> Certification:
    row = CertificationRow(values=values, external_ids=external_ids)
    return (await write_rows(work, CERTIFICATIONS, [row], prepare, create=True))[0].unwrap()


async def upsert_many(work: Work, rows: Sequence[CertificationRow]) -> list[Written[Certification]]:
    """Create or update certifications; a row means the one with its id, external id or name."""
    return await write_rows(work, CERTIFICATIONS, rows, prepare)


async def archive(work: Work, id: UUID, *, if_version: int | None = None) -> Certification:
    """It can be awarded no more; what was awarded stays."""
    certification = await work.edit(Certification, id, if_version=if_version, archived=True)
    certification.archived_at = certification.archived_at or work.now
    return certification


async def restore(work: Work, id: UUID, *, if_version: int | None = None) -> Certification:
    """Raises RestoreConflict if a live certification has the name."""
    certification = await work.edit(Certification, id, if_version=if_version, archived=True)
    if certification.archived_at is not None:
        for holder in (await CERTIFICATIONS.holders(work, [certification.name_sort])).values():
            raise RestoreConflict(Certification.object, holder, ("name",))
    certification.archived_at = None
    return certification


async def prepare(work: Work, _rows: Sequence[CertificationRow], _records: Mapping[UUID, Certification]) -> Any:
    def write(row: CertificationRow, certification: Certification | None) -> tuple[Certification, bool]:
        columns = checked_texts(row.values, TEXTS)
        if "valid_months" in row.values:
            columns["valid_months"] = checked_number(row.values["valid_months"], "valid_months", 1, 120)
        if certification is None:
            require(row.values, "name")
            return work.add(Certification(**columns)), True
        return certification, assign(certification, columns)

    return write


async def award(  # noqa: PLR0913 - the facts of an award
    work: Work,
    certification_id: UUID,
    account_id: UUID,
    *,
    contact_id: UUID | None = None,
    awarded_on: date | None = None,
    reference: str | None = None,
) -> PartnerCertification:
    """Say that a partner, or one of its people, has a certification, since today or an earlier day.

    Raises:
        NotFound, Archived: about the certification, the account or the contact.
        Invalid: the contact works elsewhere, or the day is in the future.
        TooLong: about the reference.
    """
    work.check_create(PartnerCertification)
    certification = await work.reference(Certification, certification_id, "certification")
    await work.reference(Account, account_id, "account")
    contact = await work.reference(Contact, contact_id, "contact")
    if certification is None:
        raise Required(("certification",))
    if contact is not None and contact.account_id != account_id:
        raise Invalid(("contact",), "this contact does not work for the partner; name one who does", "account")
    now = await today(work)
    day = checked_day(awarded_on, "awarded_on") or now
    if day > now:
        raise Invalid(("awarded_on",), f"the day of an award cannot be after today, {now}", "future")
    months = certification.valid_months
    made = work.add(
        PartnerCertification(
            certification_id=certification_id,
            account_id=account_id,
            contact_id=contact_id,
            reference=checked(reference or "", "reference", limit=REFERENCE, required=False) or None,
            awarded_on=day,
            expires_on=None if months is None else months_after(day, months),
        )
    )
    work.emit(CertificationAwarded(made.id, wire("cer", certification_id), wire("acc", account_id)))
    return made


async def revoke(work: Work, id: UUID, reason: str, *, if_version: int | None = None) -> PartnerCertification:
    """Let an award count no more, from today on.

    Raises:
        IllegalTransition: it is revoked.
        Required: the reason is blank.
    """
    held = await work.edit(PartnerCertification, id, if_version=if_version)
    if held.revoked_on is not None:
        raise IllegalTransition("REVOKED", "revoke", ())
    text = checked(reason, "reason", limit=REASON)
    held.revoked_on, held.revocation_reason = await today(work), text
    work.emit(CertificationRevoked(id, text))
    return held


def names_of(values: Mapping[str, Any]) -> Sequence[str]:
    return (fold(values["name"]),) if values.get("name") else ()


CERTIFICATIONS = Matching(Certification, "name", names_of, by_column(Certification, "name_sort"))
