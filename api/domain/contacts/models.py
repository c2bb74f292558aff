"""Contacts, the ways to reach them, and the accounts they work for or have worked for."""

from datetime import date, datetime
from typing import ClassVar
from uuid import UUID

from sqlalchemy import CheckConstraint, Date, DateTime, Index, text
from sqlalchemy.orm import Mapped

from api.domain.accounts import Account
from api.domain.kernel import (
    AddressKind,
    EnumText,
    FieldAccess,
    Part,
    Record,
    as_its_record,
    column,
    seen_through,
    unique_live,
)

from . import policy


class Contact(Record):
    """A person we deal with. The primary e-mail address, phone number and account are those named here."""

    __tablename__ = "contacts"
    __table_args__ = (
        unique_live("email_norm", name="uq_contacts_email", object="contact", path="email"),
        CheckConstraint("reports_to_id <> id", name="not_its_own_superior"),
        CheckConstraint(
            "(email IS NULL) = (email_norm IS NULL) AND (email IS NULL) = (email_sort IS NULL)", name="email"
        ),
        CheckConstraint("phone ~ '^[+][1-9][0-9]{1,14}$'", name="phone"),
    )
    prefix = "con"
    object = "contact"
    owner = "owner_id"
    visible = staticmethod(policy.visible)

    name: Mapped[str] = column(
        filter=True, sort=True, folded_in="name_sort", pii=True, partner=FieldAccess.READ
    )  # first and last
    name_sort: Mapped[str] = column(internal=True, pii=True)
    first_name: Mapped[str | None] = column(pii=True, partner=FieldAccess.READ)
    last_name: Mapped[str] = column(
        filter=True, sort=True, folded_in="last_name_sort", pii=True, partner=FieldAccess.READ
    )
    last_name_sort: Mapped[str] = column(internal=True, pii=True)
    salutation: Mapped[str | None] = column(pii=True, partner=FieldAccess.READ)
    title: Mapped[str | None] = column(pii=True, partner=FieldAccess.WRITE)
    email: Mapped[str | None] = column(
        field_set="pii", filter=True, sort=True, folded_in="email_sort", pii=True, partner=FieldAccess.READ
    )
    email_sort: Mapped[str | None] = column(field_set="pii", internal=True, pii=True)
    email_norm: Mapped[str | None] = column(
        field_set="pii", internal=True, pii=True
    )  # accents count here: they name another mailbox
    phone: Mapped[str | None] = column(field_set="pii", filter=True, sort=True, pii=True, partner=FieldAccess.READ)
    language: Mapped[str | None] = column(filter=True, pii=True, partner=FieldAccess.WRITE)
    zone: Mapped[str | None] = column(pii=True, partner=FieldAccess.READ)
    owner_id: Mapped[UUID | None] = column(references="users", filter=True)
    reports_to_id: Mapped[UUID | None] = column(references="contacts", filter=True)
    account_id: Mapped[UUID | None] = column(references="accounts", filter=True, partner=FieldAccess.READ)
    notes: Mapped[str | None] = column(field_set="internal_notes", pii=True)


class ContactEmail(Part):
    """An e-mail address of a contact, in its normal form and as it was given."""

    __tablename__ = "contact_emails"
    whole = "contact_id"
    field = "emails"
    visible = staticmethod(as_its_record)

    contact_id: Mapped[UUID] = column(references="contacts", primary_key=True)
    key: Mapped[str] = column(primary_key=True, internal=True, pii=True, field_set="pii")
    email: Mapped[str] = column(pii=True, field_set="pii")
    original: Mapped[str] = column(pii=True, field_set="pii")
    label: Mapped[str | None] = column(pii=True, field_set="pii")
    verified_at: Mapped[datetime | None] = column(DateTime(timezone=True), field_set="pii")


class ContactPhone(Part):
    """A phone number of a contact in E.164, and as it was given."""

    __tablename__ = "contact_phones"
    __table_args__ = (CheckConstraint("number ~ '^[+][1-9][0-9]{1,14}$'", name="number"),)
    whole = "contact_id"
    field = "phones"
    visible = staticmethod(as_its_record)

    contact_id: Mapped[UUID] = column(references="contacts", primary_key=True)
    number: Mapped[str] = column(primary_key=True, pii=True, field_set="pii")
    original: Mapped[str] = column(pii=True, field_set="pii")
    extension: Mapped[str | None] = column(pii=True, field_set="pii")
    label: Mapped[str | None] = column(pii=True, field_set="pii")


class ContactAddress(Part):
    """A postal address of a contact, one of each kind."""

    __tablename__ = "contact_addresses"
    __table_args__ = (CheckConstraint("country ~ '^[A-Z]{2}$'", name="country"),)
    whole = "contact_id"
    field = "addresses"
    visible = staticmethod(as_its_record)

    contact_id: Mapped[UUID] = column(references="contacts", primary_key=True)
    kind: Mapped[AddressKind] = column(EnumText(AddressKind), primary_key=True, field_set="pii")
    street: Mapped[str | None] = column(pii=True, field_set="pii")
    city: Mapped[str | None] = column(pii=True, field_set="pii")
    region: Mapped[str | None] = column(pii=True, field_set="pii")
    postal_code: Mapped[str | None] = column(pii=True, field_set="pii")
    country: Mapped[str | None] = column(pii=True, field_set="pii")


class AccountContact(Part):
    """A contact's time with an account; it is ended, not removed, so that whoever moves on keeps the past."""

    __tablename__ = "account_contacts"
    __table_args__ = (
        Index(
            "uq_account_contacts_active",
            "tenant_id",
            "contact_id",
            "account_id",
            unique=True,
            postgresql_where=text("ended_on IS NULL"),
            info={"object": "contact", "path": "account"},
        ),
        Index(
            "uq_account_contacts_primary",
            "tenant_id",
            "account_id",
            unique=True,
            postgresql_where=text("is_primary_contact"),
            info={"object": "contact", "path": "account"},
        ),
        CheckConstraint("ended_on >= started_on", name="ended_after_started"),
        CheckConstraint(
            "NOT is_primary_contact OR (ended_on IS NULL AND archived_at IS NULL)", name="primary_is_active"
        ),
    )
    prefix: ClassVar[str] = "aco"
    whole = "contact_id"
    field = "accounts"
    visible = staticmethod(seen_through(contact_id=Contact, account_id=Account))

    id: Mapped[UUID] = column(primary_key=True, sort_order=-19)
    contact_id: Mapped[UUID] = column(references="contacts", filter=True)
    account_id: Mapped[UUID] = column(references="accounts", filter=True)
    role: Mapped[str | None] = column(filter=True, folded_in="role_sort")
    role_sort: Mapped[str | None] = column(internal=True)
    is_primary_contact: Mapped[bool] = column(filter=True, default=False)
    started_on: Mapped[date | None] = column(Date(), filter=True, sort=True)
    ended_on: Mapped[date | None] = column(Date(), filter=True, sort=True)
    created_at: Mapped[datetime] = column(DateTime(timezone=True), filter=True, sort=True)
    archived_at: Mapped[datetime | None] = column(DateTime(timezone=True), internal=True)  # as that of the contact
