"""Market development funds: budgets, what of them is allocated to partners, requests, claims.

What a level has given away is a counter on it: `allocated_minor` of a budget, `committed_minor` of an allocation,
`claimed_minor` of a request. It moves in the transaction of the row below, under the lock of its own row, and a CHECK
keeps it within the amount.
"""

from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy import CheckConstraint, Date, Numeric
from sqlalchemy.orm import Mapped

from api.domain.kernel import EnumText, FieldAccess, Record, column, unique_live

from . import policy
from .states import FundActivity, FundClaimStatus, FundRequestStatus

SEEN = FieldAccess.READ  # by partner users, on the rows that are theirs


class PartnerMarketingBudget(Record):
    """Money for the marketing of partners in a period."""

    __tablename__ = "partner_marketing_budgets"
    __table_args__ = (
        unique_live(
            "name_sort", name="uq_partner_marketing_budgets_name", object="partner_marketing_budget", path="name"
        ),
        CheckConstraint("amount_minor >= 0", name="amount"),
        CheckConstraint("allocated_minor BETWEEN 0 AND amount_minor", name="allocated"),
        CheckConstraint("ends_on >= starts_on", name="period"),
        CheckConstraint("accrual_percent BETWEEN 0 AND 100", name="accrual_percent"),
        CheckConstraint("currency ~ '^[A-Z]{3}$'", name="currency"),
    )
    prefix = "mdb"
    object = "partner_marketing_budget"
    visible = staticmethod(policy.visible_budgets)

    name: Mapped[str] = column(filter=True, sort=True, folded_in="name_sort")
    name_sort: Mapped[str] = column(internal=True)
    program_id: Mapped[UUID | None] = column(references="partner_programs", filter=True)
    starts_on: Mapped[date] = column(Date(), filter=True, sort=True)
    ends_on: Mapped[date] = column(Date(), filter=True, sort=True)
    currency: Mapped[str] = column(filter=True)
    amount_minor: Mapped[int] = column(filter=True, sort=True)
    allocated_minor: Mapped[int] = column(default=0)
    accrual_percent: Mapped[Decimal | None] = column(Numeric(5, 2))
    notes: Mapped[str | None] = column()


class PartnerFundAllocation(Record):
    """A part of a budget for one partner."""

    __tablename__ = "partner_fund_allocations"
    __table_args__ = (
        CheckConstraint("amount_minor >= 0", name="amount"),
        CheckConstraint("committed_minor BETWEEN 0 AND amount_minor", name="committed"),
        CheckConstraint("ends_on >= starts_on", name="period"),
        CheckConstraint("currency ~ '^[A-Z]{3}$'", name="currency"),
    )
    prefix = "mda"
    object = "partner_fund_allocation"
    reached = True
    visible = staticmethod(policy.visible_allocations)

    budget_id: Mapped[UUID] = column(references="partner_marketing_budgets", filter=True)
    account_id: Mapped[UUID] = column(references="accounts", filter=True, partner=SEEN)
    starts_on: Mapped[date] = column(Date(), filter=True, sort=True, partner=SEEN)
    ends_on: Mapped[date] = column(Date(), filter=True, sort=True, partner=SEEN)
    currency: Mapped[str] = column(filter=True, partner=SEEN)
    amount_minor: Mapped[int] = column(filter=True, sort=True, partner=SEEN)
    committed_minor: Mapped[int] = column(default=0, partner=SEEN)
    notes: Mapped[str | None] = column()


class PartnerFundRequest(Record):
    """That a partner asks for money of its allocation, before it is spent."""

    __tablename__ = "partner_fund_requests"
    __table_args__ = (
        CheckConstraint("amount_minor > 0", name="amount"),
        CheckConstraint("approved_minor > 0 AND approved_minor <= amount_minor", name="approved_amount"),
        CheckConstraint("(status = 'APPROVED') = (approved_minor IS NOT NULL)", name="approved"),
        CheckConstraint("claimed_minor BETWEEN 0 AND coalesce(approved_minor, 0)", name="claimed"),
        CheckConstraint("status <> 'REJECTED' OR decision_reason IS NOT NULL", name="rejected"),
        CheckConstraint("ends_on >= starts_on", name="period"),
        CheckConstraint("currency ~ '^[A-Z]{3}$'", name="currency"),
    )
    prefix = "mdf"
    object = "partner_fund_request"
    reached = True
    visible = staticmethod(policy.visible_requests)

    allocation_id: Mapped[UUID] = column(references="partner_fund_allocations", filter=True, partner=SEEN)
    account_id: Mapped[UUID] = column(references="accounts", filter=True, partner=SEEN)
    contact_id: Mapped[UUID | None] = column(references="contacts", filter=True, partner=SEEN)
    title: Mapped[str] = column(filter=True, sort=True, folded_in="title_sort", partner=SEEN)
    title_sort: Mapped[str] = column(internal=True)
    activity: Mapped[FundActivity] = column(EnumText(FundActivity), filter=True, partner=SEEN)
    description: Mapped[str | None] = column(partner=SEEN)
    starts_on: Mapped[date | None] = column(Date(), filter=True, sort=True, partner=SEEN)
    ends_on: Mapped[date | None] = column(Date(), filter=True, sort=True, partner=SEEN)
    status: Mapped[FundRequestStatus] = column(EnumText(FundRequestStatus), filter=True, partner=SEEN)
    currency: Mapped[str] = column(filter=True, partner=SEEN)
    amount_minor: Mapped[int] = column(filter=True, sort=True, partner=SEEN)
    approved_minor: Mapped[int | None] = column(partner=SEEN)
    claimed_minor: Mapped[int] = column(default=0, partner=SEEN)
    decided_on: Mapped[date | None] = column(Date(), filter=True, sort=True, partner=SEEN)
    decision_reason: Mapped[str | None] = column(partner=SEEN)
    notes: Mapped[str | None] = column()


class PartnerFundClaim(Record):
    """That a partner wants back what it has spent on an approved request."""

    __tablename__ = "partner_fund_claims"
    __table_args__ = (
        CheckConstraint("amount_minor > 0", name="amount"),
        CheckConstraint("approved_minor > 0 AND approved_minor <= amount_minor", name="approved_amount"),
        CheckConstraint("(status IN ('APPROVED', 'PAID')) = (approved_minor IS NOT NULL)", name="approved"),
        CheckConstraint("(status = 'PAID') = (paid_on IS NOT NULL)", name="paid"),
        CheckConstraint("status <> 'REJECTED' OR decision_reason IS NOT NULL", name="rejected"),
        CheckConstraint("currency ~ '^[A-Z]{3}$'", name="currency"),
    )
    prefix = "mdc"
    object = "partner_fund_claim"
    reached = True
    visible = staticmethod(policy.visible_claims)

    request_id: Mapped[UUID] = column(references="partner_fund_requests", filter=True, partner=SEEN)
    account_id: Mapped[UUID] = column(references="accounts", filter=True, partner=SEEN)
    contact_id: Mapped[UUID | None] = column(references="contacts", filter=True, partner=SEEN)
    invoice: Mapped[str | None] = column(partner=SEEN)
    evidence: Mapped[str | None] = column(partner=SEEN)
    status: Mapped[FundClaimStatus] = column(EnumText(FundClaimStatus), filter=True, partner=SEEN)
    currency: Mapped[str] = column(filter=True, partner=SEEN)
    amount_minor: Mapped[int] = column(filter=True, sort=True, partner=SEEN)
    approved_minor: Mapped[int | None] = column(partner=SEEN)
    decided_on: Mapped[date | None] = column(Date(), filter=True, sort=True, partner=SEEN)
    decision_reason: Mapped[str | None] = column(partner=SEEN)
    paid_on: Mapped[date | None] = column(Date(), filter=True, sort=True, partner=SEEN)
    payment_reference: Mapped[str | None] = column(partner=SEEN)
    notes: Mapped[str | None] = column()
