"""Commission plans, the commissions of partners, the ledger they are booked in, and statements of it.

The ledger is one chain for each partner and currency. An entry says what the balance was and is, points at the entry
before it by number and balance, and no two have one number: so the balance of the newest entry is the sum of all of
them, by constraints alone. Entries are sealed. What a commission holds of its own life (dates, what was paid and
reversed of it) is what its entries say, kept beside them for reading.
"""

from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy import CheckConstraint, Date, ForeignKeyConstraint, Index, Numeric, UniqueConstraint, func, text
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlalchemy.orm import Mapped

from api.domain.kernel import EnumText, FieldAccess, Record, column, unique_live
from api.domain.partner_programs import PartnerRole

from . import policy
from .states import CommissionBasis, CommissionStatus, EntryKind

SEEN = FieldAccess.READ  # by partner users, on the rows that are theirs
ACCRUED_ALREADY = "this plan has a commission for this sale and partner"
LINK = ("tenant_id", "account_id", "currency")


class CommissionPlan(Record):
    """How partners of a program are paid for sales that are won while it runs."""

    __tablename__ = "commission_plans"
    __table_args__ = (
        unique_live("name_sort", name="uq_commission_plans_name", object="commission_plan", path="name"),
        CheckConstraint("ends_on >= starts_on", name="period"),
        CheckConstraint("percent > 0 AND percent <= 100", name="percent"),
        CheckConstraint("cap_minor > 0", name="cap"),
        CheckConstraint("cap_minor IS NULL OR currency IS NOT NULL", name="currency_of_cap"),
        CheckConstraint("currency ~ '^[A-Z]{3}$'", name="currency"),
    )
    prefix = "cpl"
    object = "commission_plan"
    visible = staticmethod(policy.visible_plans)

    name: Mapped[str] = column(filter=True, sort=True, folded_in="name_sort")
    name_sort: Mapped[str] = column(internal=True)
    program_id: Mapped[UUID] = column(references="partner_programs", filter=True)
    basis: Mapped[CommissionBasis] = column(EnumText(CommissionBasis), filter=True)
    role: Mapped[PartnerRole] = column(EnumText(PartnerRole), filter=True)
    starts_on: Mapped[date] = column(Date(), filter=True, sort=True)
    ends_on: Mapped[date | None] = column(Date(), filter=True, sort=True)
    currency: Mapped[str | None] = column(filter=True)
    percent: Mapped[Decimal | None] = column(Numeric(5, 2))
    cap_minor: Mapped[int | None] = column()
    notes: Mapped[str | None] = column()


class PartnerCommission(Record):
    """What a partner gets for one sale under one plan, and everything the amount was reckoned from.

    `source_key` is the wire form of what it is for; a plan pays a partner for a key once, unless that was reversed.
    `revenue_percent` is what of the rate partners may know: a rate on the margin would tell them the margin.
    """

    __tablename__ = "partner_commissions"
    __table_args__ = (
        Index(
            "uq_partner_commissions_source",
            "tenant_id",
            "source_key",
            "plan_id",
            "account_id",
            unique=True,
            postgresql_where=text("status <> 'REVERSED'"),
            info={"object": "partner_commission", "path": "opportunity", "reason": ACCRUED_ALREADY},
        ),
        CheckConstraint("amount_minor > 0", name="amount"),
        CheckConstraint("amount_minor = least(uncapped_minor, cap_minor)", name="capped"),
        CheckConstraint("abs(uncapped_minor - basis_minor * percent / 100) <= 0.5", name="rounded"),
        CheckConstraint("(basis = 'MARGIN') = (cost_minor IS NOT NULL)", name="cost"),
        CheckConstraint("basis_minor = revenue_minor - coalesce(cost_minor, 0)", name="basis_amount"),
        CheckConstraint("reversed_minor BETWEEN 0 AND amount_minor", name="reversed_amount"),
        CheckConstraint("paid_minor BETWEEN 0 AND amount_minor", name="paid_amount"),
        CheckConstraint("(status = 'REVERSED') = (reversed_minor = amount_minor)", name="reversed"),
        CheckConstraint("(reversed_minor > 0) = (reversal_reason IS NOT NULL)", name="reason"),
        CheckConstraint("(paid_on IS NOT NULL) = (paid_minor > 0)", name="paid"),
        CheckConstraint("status <> 'PAID' OR paid_on IS NOT NULL", name="status_paid"),
        CheckConstraint("paid_on IS NULL OR approved_on IS NOT NULL", name="approved_before_paid"),
        CheckConstraint("status <> 'APPROVED' OR approved_on IS NOT NULL", name="status_approved"),
        CheckConstraint("currency ~ '^[A-Z]{3}$'", name="currency"),
    )
    prefix = "pco"
    object = "partner_commission"
    reached = True
    visible = staticmethod(policy.visible_commissions)

    account_id: Mapped[UUID] = column(references="accounts", filter=True, partner=SEEN)
    plan_id: Mapped[UUID] = column(references="commission_plans", filter=True)
    opportunity_id: Mapped[UUID | None] = column(references="opportunities", filter=True, partner=SEEN)
    source_key: Mapped[str] = column(filter=True, partner=SEEN)
    status: Mapped[CommissionStatus] = column(EnumText(CommissionStatus), filter=True, partner=SEEN)
    closed_on: Mapped[date] = column(Date(), filter=True, sort=True, partner=SEEN)
    tier_id: Mapped[UUID] = column(references="partner_tiers", filter=True, partner=SEEN)
    basis: Mapped[CommissionBasis] = column(EnumText(CommissionBasis), filter=True, partner=SEEN)
    currency: Mapped[str] = column(filter=True, partner=SEEN)
    revenue_minor: Mapped[int] = column(partner=SEEN)
    cost_minor: Mapped[int | None] = column()
    basis_minor: Mapped[int] = column()
    percent: Mapped[Decimal] = column(Numeric(5, 2))
    revenue_percent: Mapped[Decimal | None] = column(
        Numeric(5, 2),
        computed="CASE WHEN basis = 'NET_REVENUE'::text THEN percent ELSE NULL::numeric END",
        partner=SEEN,
    )
    uncapped_minor: Mapped[int] = column()
    cap_minor: Mapped[int | None] = column(partner=SEEN)
    amount_minor: Mapped[int] = column(filter=True, sort=True, partner=SEEN)
    reversed_minor: Mapped[int] = column(default=0, partner=SEEN)
    paid_minor: Mapped[int] = column(default=0, partner=SEEN)
    accrued_on: Mapped[date] = column(Date(), filter=True, sort=True, partner=SEEN)
    approved_on: Mapped[date | None] = column(Date(), filter=True, sort=True, partner=SEEN)
    paid_on: Mapped[date | None] = column(Date(), filter=True, sort=True, partner=SEEN)
    payment_reference: Mapped[str | None] = column(partner=SEEN)
    reversed_on: Mapped[date | None] = column(Date(), filter=True, sort=True, partner=SEEN)
    reversal_reason: Mapped[str | None] = column(partner=SEEN)
    notes: Mapped[str | None] = column()


class PartnerCommissionEntry(Record):
    """One entry of a partner's ledger in one currency. Nobody ever changes it."""

    __tablename__ = "partner_commission_entries"
    __table_args__ = (
        UniqueConstraint(*LINK, "sequence", name="uq_partner_commission_entries_sequence"),
        # What the next entry and statements point at.
        UniqueConstraint(*LINK, "sequence", "balance_minor", name="uq_partner_commission_entries_balance"),
        ForeignKeyConstraint(
            [*LINK, "previous", "opening_minor"],
            [f"partner_commission_entries.{name}" for name in (*LINK, "sequence", "balance_minor")],
            name="fk_partner_commission_entries_previous",
        ),
        CheckConstraint(
            "CASE sequence WHEN 1 THEN previous IS NULL AND opening_minor = 0 "
            "ELSE previous IS NOT NULL AND previous = sequence - 1 END",
            name="previous",
        ),
        CheckConstraint("sequence >= 1", name="sequence"),
        CheckConstraint("balance_minor = opening_minor + amount_minor", name="balance"),
        CheckConstraint(
            "CASE kind WHEN 'ACCRUED' THEN amount_minor > 0 WHEN 'APPROVED' THEN amount_minor = 0 "
            "ELSE amount_minor < 0 END",
            name="amount_of_kind",
        ),
        CheckConstraint("archived_at IS NULL AND version = 1", name="unchanged"),
    )
    prefix = "pcn"
    object = "partner_commission_entry"
    reached = True
    visible = staticmethod(policy.visible_entries)

    account_id: Mapped[UUID] = column(references="accounts", filter=True, partner=SEEN)
    currency: Mapped[str] = column(filter=True, partner=SEEN)
    sequence: Mapped[int] = column(filter=True, sort=True, partner=SEEN)
    previous: Mapped[int | None] = column(internal=True)
    commission_id: Mapped[UUID] = column(references="partner_commissions", filter=True, partner=SEEN)
    kind: Mapped[EntryKind] = column(EnumText(EntryKind), filter=True, partner=SEEN)
    amount_minor: Mapped[int] = column(filter=True, sort=True, partner=SEEN)
    opening_minor: Mapped[int] = column(partner=SEEN)
    balance_minor: Mapped[int] = column(partner=SEEN)
    booked_on: Mapped[date] = column(Date(), filter=True, sort=True, partner=SEEN)
    text: Mapped[str | None] = column(partner=SEEN)


class PartnerCommissionStatement(Record):
    """What was booked for a partner in a period: from where the statement before it ended, to where the balance was."""

    __tablename__ = "partner_commission_statements"
    __table_args__ = (
        ForeignKeyConstraint(
            [*LINK, "to_sequence", "closing_minor"],
            [f"partner_commission_entries.{name}" for name in (*LINK, "sequence", "balance_minor")],
            name="fk_partner_commission_statements_closing",
        ),
        CheckConstraint("ends_on >= starts_on", name="period"),
        CheckConstraint("from_sequence >= 1 AND to_sequence >= from_sequence - 1", name="entries"),
        CheckConstraint(
            "closing_minor = opening_minor + accrued_minor - reversed_minor - paid_minor",
            name="closing",
        ),
    )
    prefix = "pcs"
    object = "partner_commission_statement"
    reached = True
    visible = staticmethod(policy.visible_statements)

    account_id: Mapped[UUID] = column(references="accounts", filter=True, partner=SEEN)
    currency: Mapped[str] = column(filter=True, partner=SEEN)
    starts_on: Mapped[date] = column(Date(), filter=True, sort=True, partner=SEEN)
    ends_on: Mapped[date] = column(Date(), filter=True, sort=True, partner=SEEN)
    from_sequence: Mapped[int] = column(partner=SEEN)
    to_sequence: Mapped[int] = column(partner=SEEN)
    opening_minor: Mapped[int] = column(partner=SEEN)
    accrued_minor: Mapped[int] = column(partner=SEEN)
    reversed_minor: Mapped[int] = column(partner=SEEN)
    paid_minor: Mapped[int] = column(partner=SEEN)
    closing_minor: Mapped[int] = column(filter=True, sort=True, partner=SEEN)


columns = PartnerCommissionStatement.__table__.c
PartnerCommissionStatement.__table__.append_constraint(  # type: ignore[attr-defined] # a Table
    ExcludeConstraint(
        (columns.tenant_id, "="),
        (columns.account_id, "="),
        (columns.currency, "="),
        (func.daterange(columns.starts_on, columns.ends_on, text("'[]'")), "&&"),
        name="ex_partner_commission_statements_period",
        using="gist",
        info={
            "object": "partner_commission_statement",
            "path": "endsOn",
            "reason": "there is a statement for these days; begin after it",
        },
    )
)
