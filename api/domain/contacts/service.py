"""Commands for contacts."""

from collections.abc import Mapping, Sequence
from typing import Any, TypedDict
from uuid import UUID
from zoneinfo import available_timezones

from api.domain.accounts import Account
from api.domain.kernel import (
    AddressValues,
    ExternalKey,
    Invalid,
    Matching,
    RestoreConflict,
    Row,
    TextField,
    Work,
    Written,
    assign,
    by_column,
    checked_addresses,
    checked_references,
    checked_texts,
    fold,
    language_tag,
    load_references,
    load_tree,
    require,
    write_rows,
)
from api.domain.users import User

from .models import Contact
from .parts import EMAIL, PHONE, Parts, load_parts
from .points import EmailValues, PhoneValues, checked_emails, checked_phones
from .relations import Relations, archive_relations, load_relations

TEXTS = {
    "first_name": TextField(100),
    "last_name": TextField(100, required=True, folded="last_name_sort"),
    "salutation": TextField(50),
    "title": TextField(255),
    "language": TextField(35),
    "zone": TextField(64),
    "notes": TextField(20_000),
}
REFERENCES = {"owner_id": User, "reports_to_id": Contact, "account_id": Account}
PARTS = ("email", "emails", "phone", "phones", "addresses")
ZONES = available_timezones()


class ContactValues(TypedDict, total=False):
    """What is known of a contact; a missing key leaves the value alone, None clears it.

    `email` and `phone` are the primary ones; `emails` and `phones` are added to those the contact has, the first or
    the one marked being the primary one; of `addresses` each replaces the one of its kind. `account_id` is the
    primary account, to which the contact gets related; None leaves the relation and makes it an ordinary one.
    `language` is a BCP 47 tag, `zone` an IANA time zone.
    """

    first_name: str | None
    last_name: str
    salutation: str | None
    title: str | None
    email: str | None
    phone: str | None
    language: str | None
    zone: str | None
    owner_id: UUID | None
    reports_to_id: UUID | None
    account_id: UUID | None
    notes: str | None
    emails: Sequence[EmailValues]
    phones: Sequence[PhoneValues]
    addresses: Sequence[AddressValues]


ContactRow = Row[ContactValues]


async def create(work: Work, values: ContactValues, *, external_ids: Sequence[ExternalKey] = ()) -> Contact:
    """A new contact; it belongs to the acting user unless the values say otherwise."""
    row = ContactRow(values=values, external_ids=external_ids)
    return (await write_rows(work, MATCHING, [row], prepare, create=True))[0].unwrap()


async def update(work: Work, id: UUID, values: ContactValues, *, if_version: int | None = None) -> Contact:
    """Raises Invalid if the contact would report to itself, in the end, or over more than ten levels."""
    return (await upsert_many(work, [ContactRow(values=values, id=id, if_version=if_version)]))[0].unwrap()


async def upsert_many(work: Work, rows: Sequence[ContactRow]) -> list[Written[Contact]]:
    """Create or update contacts; a row means that with its id, external id, primary e-mail or (`by_name`) name."""
    return await write_rows(work, MATCHING, rows, prepare)


async def archive(work: Work, id: UUID, *, if_version: int | None = None) -> Contact:
    """Archive a contact; its e-mail address becomes free, and it is no account's primary contact any more."""
    contact = await work.edit(Contact, id, if_version=if_version, archived=True)
    if contact.archived_at is None:
        contact.archived_at = work.now
        await archive_relations(work, id, work.now)
    return contact


async def restore(work: Work, id: UUID, *, if_version: int | None = None) -> Contact:
    """Raises RestoreConflict if a live contact has meanwhile taken the e-mail address."""
    contact = await work.edit(Contact, id, if_version=if_version, archived=True)
    if contact.archived_at is not None:
        if contact.email_norm is not None:
            for holder in (await MATCHING.holders(work, [contact.email_norm])).values():
                raise RestoreConflict("contact", holder, ("email",))
        contact.archived_at = None
        await archive_relations(work, id, None)
    return contact


async def prepare(work: Work, rows: Sequence[ContactRow], records: Mapping[UUID, Contact]) -> Any:
    await load_references(work, [row.values for row in rows], REFERENCES)
    superiors = {superior for row in rows if (superior := row.values.get("reports_to_id"))}
    tree = await load_tree(work, Contact, records, superiors, "reports_to_id")
    with_parts = any(name in row.values for row in rows for name in PARTS)
    parts = await load_parts(work, records) if with_parts else Parts(work)
    related = any(row.values.get("account_id") for row in rows)
    relations = await load_relations(work, records) if related else Relations(work)

    def write(row: ContactRow, contact: Contact | None) -> tuple[Contact, bool]:
        id = contact.id if contact else None
        columns = columns_of_values(work, row.values, contact)
        addresses = checked_addresses(row.values.get("addresses") or ())
        emails = parts.reach(EMAIL, contact, checked_emails(row.values))
        phones = parts.reach(PHONE, contact, checked_phones(row.values, parts.country_of(id, addresses)))
        if superior := columns.get("reports_to_id"):
            tree.check(id, superior)
        columns |= emails.columns | phones.columns
        changed = contact is None or assign(contact, columns)
        contact = contact or work.add(Contact(**{"owner_id": work.viewer.user, **columns}))
        for reach in (emails, phones):
            changed |= parts.put(contact.id, reach)
        changed |= parts.put_addresses(contact.id, addresses)
        if account := columns.get("account_id"):
            changed |= relations.ensure(contact.id, account)
        if "reports_to_id" in columns:
            tree.move(contact.id, contact.reports_to_id)
        return contact, changed

    return write


def columns_of_values(work: Work, values: ContactValues, contact: Contact | None) -> dict[str, Any]:
    if contact is None:
        require(values, "last_name")
    columns = checked_texts(values, TEXTS) | checked_references(work, values, REFERENCES, contact)
    if columns.keys() & {"first_name", "last_name"}:
        first = columns.get("first_name", contact.first_name if contact else None)
        last = columns.get("last_name", contact.last_name if contact else None)
        name = " ".join(part for part in (first, last) if part)
        columns |= {"name": name, "name_sort": fold(name)}
    if language := columns.get("language"):
        columns["language"] = language_tag(language)
        if columns["language"] is None:
            raise Invalid(("language",), "this is not a language tag of BCP 47, such as de or pt-BR", "language")
    if (zone := columns.get("zone")) and zone not in ZONES:
        raise Invalid(("zone",), "this is not an IANA time zone, such as Europe/Berlin", "zone")
    return columns


def emails_of(values: Mapping[str, Any]) -> list[str]:
    return checked_emails(values).identifying


def folded_name(values: Mapping[str, Any]) -> str:
    return fold(f"{values.get('first_name') or ''} {values.get('last_name') or ''}")


MATCHING = Matching(Contact, "email", emails_of, by_column(Contact, "email_norm"), folded_name)
