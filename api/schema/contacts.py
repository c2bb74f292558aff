"""Contacts."""

from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

import strawberry
from sqlalchemy import and_, func, literal_column, select

from api.domain import contacts as domain
from api.domain.kernel import AddressKind, Work

from .accounts import Account
from .aggregates import Aggregate, column_key
from .binding import Natural, computed, described, listed, readable, to_one
from .commands import Service, Writes
from .connections import Connection, about, extend, extend_one, many, one
from .enums import described_enum
from .filters import list_inputs
from .inputs import Extra, Ids
from .interfaces import Node, Record
from .mutations import for_outsiders_too
from .records import complete
from .references import given
from .scalars import CountryCode, Locale, TimeZone
from .users import User
from .wire import id_text

described_enum(
    domain.Side,
    "RelationSide",
    "For whom a relation between a contact and an account is the primary one.",
    CONTACT="The account becomes the contact's primary account.",
    ACCOUNT="The contact becomes the account's primary contact.",
    BOTH="Both.",
)


def of_contact(row: Any, scope: Any, column: str, value: Any) -> Any:
    """SQL: the contact of the row has this value in the column."""
    contacts = domain.Contact.__table__.alias("whose")
    same = select(contacts.c[column] == value).where(
        scope.visible("Contact", contacts), contacts.c.id == row.contact_id
    )
    return func.coalesce(same.correlate_except(contacts).scalar_subquery(), literal_column("false"))


@readable(domain.ContactEmail, description="An e-mail address of a contact.")
class ContactEmail:
    email: str = described("The address in its normal form; the domain in lower case and in Unicode.")
    original: str = described("The address as it was given first.")
    label: str | None = described("What it is for, such as `work`.")
    verified_at: datetime | None = described("When it was found to be the contact's; null if it was not.")
    is_primary: bool = computed(
        lambda row, scope: of_contact(row, scope, "email_norm", row.key), "Whether it is the contact's `email`."
    )


@readable(domain.ContactPhone, description="A phone number of a contact.")
class ContactPhone:
    number: str = described("The number in E.164: `+4930901820`.")
    original: str = described("The number as it was given first.")
    extension: str | None = described("Digits to dial once connected.")
    label: str | None = described("What it is for, such as `mobile`.")
    is_primary: bool = computed(
        lambda row, scope: of_contact(row, scope, "phone", row.number), "Whether it is the contact's `phone`."
    )


@readable(domain.ContactAddress, description="A postal address; a contact has at most one of each kind.")
class ContactAddress:
    kind: AddressKind = described("What it is for.")
    street: str | None = described("Street and number, one or more lines.")
    city: str | None = described("City.")
    region: str | None = described("State, province or region.")
    postal_code: str | None = described("Postal code.")
    country: CountryCode | None = described("Country.")


@readable(
    domain.Contact,
    description="A person we deal with.",
    naturals={
        "email": Natural(
            str,
            "The primary e-mail address.",
            lambda t, _tenant, email: t.c.email_norm == email,
            domain.key_of_email,
        )
    },
)
class Contact(Record, Node):
    name: str = described("First and last name.")
    first_name: str | None = described("First name.")
    last_name: str = described("Last name.")
    salutation: str | None = described("As in a letter: `Dr.`, `Mrs.`")
    title: str | None = described("Position in the company.")
    email: str | None = described("Primary e-mail address, unique among live contacts.")
    phone: str | None = described("Primary phone number in E.164.")
    language: Locale | None = described("The language to address the contact in.")
    zone: TimeZone | None = described("The contact's time zone.")
    owner: User | None = to_one("owner_id", "users.User", "Who looks after the contact.")
    reports_to: "Contact | None" = to_one("reports_to_id", "contacts.Contact", "The superior; at most 10 levels.")
    account: Account | None = to_one("account_id", "accounts.Account", "Primary account: where the contact works now.")
    notes: str | None = described("Free text, for colleagues only.")
    emails: list[ContactEmail] = listed("contact_id", "All e-mail addresses, sorted.", order=("key",))
    phones: list[ContactPhone] = listed("contact_id", "All phone numbers, sorted.", order=("number",))
    addresses: list[ContactAddress] = listed("contact_id", "Postal addresses.", order=("kind",))


@readable(domain.AccountContact, description="A contact's time with an account.")
class AccountContact:
    id: strawberry.ID = computed(lambda row, _scope: id_text("aco", row.id), "Id of the relation.")
    contact: Contact | None = to_one("contact_id", "contacts.Contact", "The contact.")
    account: Account | None = to_one("account_id", "accounts.Account", "The account.")
    role: str | None = described("What the contact does there.")
    is_primary_account: bool = computed(
        lambda row, scope: and_(row.ended_on.is_(None), of_contact(row, scope, "account_id", row.account_id)),
        "Whether it is the contact's primary account, `Contact.account`.",
    )
    is_primary_contact: bool = described("Whether it is the account's primary contact, `Account.primaryContact`.")
    started_on: date | None = described("Day it began; null if unknown.")
    ended_on: date | None = described("Day it ended; null while it lasts.")
    created_at: datetime = described("When it was entered.")


def primary_contact(row: Any, scope: Any) -> Any:
    """SQL: the id of an account's primary contact."""
    relations = domain.AccountContact.__table__.alias("primary_of")
    found = select(relations.c.contact_id).where(
        scope.visible("AccountContact", relations), relations.c.account_id == row.id, relations.c.is_primary_contact
    )
    return found.correlate_except(relations).scalar_subquery()


complete(Contact)
list_inputs(AccountContact)
extend(Contact, "accounts", AccountContact, "contact_id", "Accounts the contact works for or has worked for.")
extend(Contact, "reports", Contact, "reports_to_id", "Contacts who answer to this one.")
extend(Account, "contacts", AccountContact, "account_id", "People who work there or have worked there.")
extend_one(Account, "primary_contact", Contact, primary_contact, "The person to turn to first.")
extend(User, "contacts", Contact, "owner_id", "Contacts the user looks after.")

UNCHECKED = "Take it as it is, for {what} of the past: do not ask whether its country has such a one."


@strawberry.input(description="An e-mail address; one that the contact has already gets the rest.")
class ContactEmailInput:
    email: str = strawberry.field(description="The address.")
    label: str | None = strawberry.field(description="What it is for.", default=strawberry.UNSET)
    verified_at: datetime | None = strawberry.field(
        description="When it was found to be the contact's.", default=strawberry.UNSET
    )
    is_primary: bool | None = strawberry.field(
        description="Make it the primary one; the first of a contact is so anyway.", default=strawberry.UNSET
    )


@strawberry.input(description="A phone number; one that the contact has already gets the rest.")
class ContactPhoneInput:
    number: str = strawberry.field(description="The number, with its country code unless the country is known.")
    country: CountryCode | None = strawberry.field(
        description="Country of a number without country code; that of an address when left out.",
        default=strawberry.UNSET,
    )
    extension: str | None = strawberry.field(description="Digits to dial once connected.", default=strawberry.UNSET)
    label: str | None = strawberry.field(description="What it is for.", default=strawberry.UNSET)
    is_primary: bool | None = strawberry.field(
        description="Make it the primary one; the first of a contact is so anyway.", default=strawberry.UNSET
    )
    unchecked: bool | None = strawberry.field(description=UNCHECKED.format(what="numbers"), default=strawberry.UNSET)


@strawberry.input(description="A postal address; it replaces the one of its kind.")
class ContactAddressInput:
    kind: AddressKind = strawberry.field(description="What it is for.")
    street: str | None = strawberry.field(description="Street and number.", default=strawberry.UNSET)
    city: str | None = strawberry.field(description="City.", default=strawberry.UNSET)
    region: str | None = strawberry.field(description="State, province or region.", default=strawberry.UNSET)
    postal_code: str | None = strawberry.field(description="Postal code.", default=strawberry.UNSET)
    country: CountryCode | None = strawberry.field(description="Country.", default=strawberry.UNSET)
    unchecked: bool | None = strawberry.field(description=UNCHECKED.format(what="addresses"), default=strawberry.UNSET)


def parts_of(value: list[Any] | None, _ids: Ids) -> list[dict[str, Any]]:
    return [given(part) for part in value or ()]


async def relate(work: Work, id: UUID, *, account: UUID, **facts: Any) -> Any:
    return await domain.relate(work, id, account, **facts)


async def end_relation(work: Work, id: UUID, *, account: UUID, **facts: Any) -> Any:
    return await domain.end_relation(work, id, account, **facts)


async def make_primary(
    work: Work, id: UUID, *, account: UUID, side: domain.Side | None = None, if_version: int | None
) -> Any:
    return await domain.make_primary(work, id, account, side=side or domain.Side.BOTH, if_version=if_version)


async def remove_email(work: Work, id: UUID, *, email: str, if_version: int | None) -> Any:
    return await domain.remove_email(work, id, email, if_version=if_version)


async def remove_phone(work: Work, id: UUID, *, phone: str, if_version: int | None) -> Any:
    return await domain.remove_phone(work, id, phone, if_version=if_version)


async def remove_address(work: Work, id: UUID, *, kind: AddressKind, if_version: int | None) -> Any:
    return await domain.remove_address(work, id, kind, if_version=if_version)


CONTACTS = Writes(
    Contact,
    "contact",
    Service(domain.create, domain.upsert_many, domain.ContactRow, domain.archive, domain.restore),
    fields=(
        "first_name",
        "last_name",
        "salutation",
        "title",
        "email",
        "phone",
        "language",
        "zone",
        "owner",
        "reports_to",
        "account",
        "notes",
    ),
    required=("last_name",),
    extras={
        "emails": Extra(list[ContactEmailInput], "E-mail addresses, added to those it has.", parts_of),
        "phones": Extra(list[ContactPhoneInput], "Phone numbers, added to those it has.", parts_of),
        "addresses": Extra(list[ContactAddressInput], "Addresses; each replaces the one of its kind.", parts_of),
    },
    natural={"email": lambda email: {"email": email}},
)
AGGREGATE = Aggregate(
    Contact,
    {
        "OWNER": column_key("owner_id", ("User", "usr"), "By owner."),
        "ACCOUNT": column_key("account_id", ("Account", "acc"), "By primary account."),
        "LANGUAGE": column_key("language", None, "By language."),
    },
)
ACCOUNT = Annotated["AccountRef", strawberry.lazy("api.schema.accounts")]  # type: ignore[name-defined] # noqa: F821


@strawberry.type
class Query:
    contact: Contact | None = one(Contact, "One contact; null if there is none or you may not see it.")
    contacts: Connection[Contact] = many(Contact, "Contacts.")
    contacts_aggregate = AGGREGATE.query()


@strawberry.type
class Mutation:
    contact_create = CONTACTS.create("Make a contact; it is yours unless you name an owner.")
    contact_update = for_outsiders_too(CONTACTS.update("Change a contact."))
    contact_upsert = CONTACTS.upsert("Change the contact that a key names, or make it.")
    contact_bulk_upsert = CONTACTS.bulk_upsert("Upsert up to 250 contacts.")
    contact_archive = CONTACTS.archive("Archive a contact; its e-mail address becomes free for others.")
    contact_restore = CONTACTS.restore("Make an archived contact live again.")
    contact_relate = CONTACTS.verb(
        relate,
        "Relate a contact to an account, or tell more about the present relation; the first is its primary account.",
        account=about(ACCOUNT, "The account."),
        role=about(str | None, "What the contact does there; at most 255 characters."),
        started_on=about(date | None, "Day it began."),
    )
    contact_relation_end = CONTACTS.verb(
        end_relation,
        "End a contact's relation to an account; it stays as history.",
        account=about(ACCOUNT, "The account."),
        ended_on=about(date | None, "Day it ended, today when left out; not in the future."),
    )
    contact_relation_make_primary = CONTACTS.verb(
        make_primary,
        "Make a present relation the primary one; it takes that from another.",
        account=about(ACCOUNT, "The account."),
        side=about(domain.Side | None, "For whom; for both when left out."),
    )
    contact_email_remove = CONTACTS.verb(
        remove_email, "Remove an e-mail address; the primary one only as the last.", email=about(str, "The address.")
    )
    contact_phone_remove = CONTACTS.verb(
        remove_phone,
        "Remove a phone number; the primary one only as the last.",
        phone=about(str, "The number, with its country code."),
    )
    contact_address_remove = CONTACTS.verb(
        remove_address, "Remove a postal address.", kind=about(AddressKind, "The kind it is of.")
    )
