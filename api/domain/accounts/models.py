"""Accounts, their internet domains and their addresses."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, Index, text
from sqlalchemy.orm import Mapped

from api.domain.kernel import AddressKind, EnumText, FieldAccess, Part, Record, as_its_record, column

from . import policy


class AccountType(StrEnum):
    PROSPECT = "PROSPECT"
    CUSTOMER = "CUSTOMER"
    FORMER_CUSTOMER = "FORMER_CUSTOMER"
    PARTNER = "PARTNER"
    SUPPLIER = "SUPPLIER"
    COMPETITOR = "COMPETITOR"
    OTHER = "OTHER"


class Account(Record):
    """An organisation we sell to, buy from or work with; accounts form trees of parents."""

    __tablename__ = "accounts"
    __table_args__ = (
        CheckConstraint("parent_id <> id", name="not_its_own_parent"),
        CheckConstraint("employees >= 0", name="employees"),
        CheckConstraint("annual_revenue_minor >= 0", name="annual_revenue"),
        CheckConstraint("annual_revenue_minor IS NULL OR currency IS NOT NULL", name="currency_of_revenue"),
        CheckConstraint("currency ~ '^[A-Z]{3}$'", name="currency"),
        Index("ix_accounts_tax_id_norm", "tenant_id", "tax_id_norm", postgresql_where=text("archived_at IS NULL")),
        CheckConstraint("year_founded BETWEEN 1000 AND 2200", name="year_founded"),
    )
    prefix = "acc"
    object = "account"
    owner = "owner_id"
    visible = staticmethod(policy.visible)

    name: Mapped[str] = column(filter=True, sort=True, folded_in="name_sort", partner=FieldAccess.READ)
    name_sort: Mapped[str] = column(internal=True)
    legal_name: Mapped[str | None] = column(partner=FieldAccess.READ)
    type: Mapped[AccountType] = column(EnumText(AccountType), filter=True)
    industry: Mapped[str | None] = column(filter=True, sort=True, folded_in="industry_sort", partner=FieldAccess.READ)
    industry_sort: Mapped[str | None] = column(internal=True)
    employees: Mapped[int | None] = column(filter=True, sort=True)
    annual_revenue_minor: Mapped[int | None] = column(field_set="commercial", filter=True, sort=True)
    currency: Mapped[str | None] = column()
    tax_id: Mapped[str | None] = column(field_set="commercial")
    tax_id_norm: Mapped[str | None] = column(field_set="commercial", internal=True)
    territory: Mapped[str | None] = column(filter=True, folded_in="territory_sort")
    territory_sort: Mapped[str | None] = column(internal=True)
    year_founded: Mapped[int | None] = column(filter=True)
    owner_id: Mapped[UUID | None] = column(references="users", filter=True)
    parent_id: Mapped[UUID | None] = column(references="accounts", filter=True)
    notes: Mapped[str | None] = column(field_set="internal_notes")


class AccountDomain(Part):
    """An internet domain of an account, lower case, in ASCII (IDNA); it names one live account."""

    __tablename__ = "account_domains"
    __table_args__ = (
        Index(
            "uq_account_domains_domain",
            "tenant_id",
            "domain",
            unique=True,
            postgresql_where=text("archived_at IS NULL"),
            info={"object": "account", "path": "domains"},
        ),
    )
    whole = "account_id"
    field = "domains"
    visible = staticmethod(as_its_record)

    account_id: Mapped[UUID] = column(references="accounts", primary_key=True)
    domain: Mapped[str] = column(primary_key=True)
    archived_at: Mapped[datetime | None] = column(DateTime(timezone=True), internal=True)  # as that of the account


class AccountAddress(Part):
    """A postal address of an account, one of each kind."""

    __tablename__ = "account_addresses"
    __table_args__ = (CheckConstraint("country ~ '^[A-Z]{2}$'", name="country"),)
    whole = "account_id"
    field = "addresses"
    visible = staticmethod(as_its_record)

    account_id: Mapped[UUID] = column(references="accounts", primary_key=True)
    kind: Mapped[AddressKind] = column(EnumText(AddressKind), primary_key=True)
    street: Mapped[str | None] = column()
    city: Mapped[str | None] = column()
    region: Mapped[str | None] = column()
    postal_code: Mapped[str | None] = column()
    country: Mapped[str | None] = column()
