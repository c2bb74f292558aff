"""Deal registrations: a partner claims an end customer for a time."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Date, DateTime, Index, func, text
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlalchemy.orm import Mapped

from api.domain.kernel import EnumText, FieldAccess, Record, column

from . import policy
from .states import ConflictKind, MatchedBy, RegistrationStatus, RejectionReason

SEEN, WRITTEN = FieldAccess.READ, FieldAccess.WRITE
PROTECTED = "another registration protects this customer; reject this one, or wait until that has ended"


class DealRegistration(Record):
    """A partner's claim to sell to an end customer. While it is approved, nobody else's for that customer can be.

    `account_key` and `product_key` say for which customer and product family in one text each; they are set from the
    submission on. What a partner may see tells him that there is a conflict, and nothing of whose.
    """

    __tablename__ = "deal_registrations"
    __table_args__ = (
        CheckConstraint("(status = 'DRAFT') <= (submitted_at IS NULL)", name="draft"),
        CheckConstraint(
            "status IN ('DRAFT', 'WITHDRAWN') OR num_nonnulls(submitted_at, account_key, product_key, evidence) = 4",
            name="submitted",
        ),
        CheckConstraint("(status = 'REJECTED') = (rejection_reason IS NOT NULL)", name="rejected"),
        CheckConstraint(
            "status NOT IN ('APPROVED', 'CONVERTED', 'EXPIRED') OR num_nonnulls(approved_at, expires_at) = 2",
            name="approved",
        ),
        CheckConstraint("expires_at > approved_at", name="expires_after_approved"),
        CheckConstraint("(status = 'CONVERTED') = (opportunity_id IS NOT NULL)", name="converted"),
        CheckConstraint("status <> 'APPROVED' OR NOT has_conflict OR override_reason IS NOT NULL", name="overridden"),
        CheckConstraint("has_conflict = (conflict IS NOT NULL)", name="has_conflict"),
        CheckConstraint("customer_country ~ '^[A-Z]{2}$'", name="country"),
        CheckConstraint("currency ~ '^[A-Z]{3}$'", name="currency"),
        CheckConstraint("(estimated_amount_minor IS NULL) = (currency IS NULL)", name="amount"),
        CheckConstraint("extensions BETWEEN 0 AND 3", name="extensions"),
        Index("ix_deal_registrations_claims", "tenant_id", "status", "customer_domain", "customer_tax_id_norm"),
    )
    prefix = "dlr"
    object = "deal_registration"
    owner = "owner_id"
    reached = True
    visible = staticmethod(policy.visible)

    partner_id: Mapped[UUID] = column(references="accounts", filter=True, partner=WRITTEN)
    registered_by_id: Mapped[UUID | None] = column(references="contacts", filter=True, partner=SEEN)
    owner_id: Mapped[UUID | None] = column(references="users", filter=True)
    status: Mapped[RegistrationStatus] = column(EnumText(RegistrationStatus), filter=True, partner=SEEN)
    name: Mapped[str] = column(filter=True, sort=True, folded_in="name_sort", partner=WRITTEN)  # of the customer
    name_sort: Mapped[str] = column(internal=True)
    customer_domain: Mapped[str | None] = column(filter=True, partner=WRITTEN)
    customer_tax_id: Mapped[str | None] = column(partner=WRITTEN)
    customer_tax_id_norm: Mapped[str | None] = column(internal=True)
    customer_country: Mapped[str | None] = column(filter=True, partner=WRITTEN)
    product_family: Mapped[str | None] = column(filter=True, folded_in="product_family_sort", partner=WRITTEN)
    product_family_sort: Mapped[str | None] = column(internal=True)
    estimated_amount_minor: Mapped[int | None] = column(filter=True, sort=True, partner=WRITTEN)
    currency: Mapped[str | None] = column(partner=WRITTEN)
    estimated_close: Mapped[date | None] = column(Date(), filter=True, sort=True, partner=WRITTEN)
    evidence: Mapped[str | None] = column(partner=WRITTEN)
    notes: Mapped[str | None] = column()  # of staff only: outsiders see no column that does not say so
    customer_account_id: Mapped[UUID | None] = column(references="accounts", filter=True)
    matched_by: Mapped[MatchedBy | None] = column(EnumText(MatchedBy), filter=True)
    account_key: Mapped[str | None] = column(internal=True)
    product_key: Mapped[str | None] = column(internal=True)
    has_conflict: Mapped[bool] = column(filter=True, default=False, partner=SEEN)
    conflict: Mapped[ConflictKind | None] = column(EnumText(ConflictKind), filter=True)
    override_reason: Mapped[str | None] = column()
    submitted_at: Mapped[datetime | None] = column(DateTime(timezone=True), filter=True, sort=True, partner=SEEN)
    decision_due_at: Mapped[datetime | None] = column(DateTime(timezone=True), filter=True, sort=True, partner=SEEN)
    is_overdue: Mapped[bool] = column(filter=True, default=False)
    decided_at: Mapped[datetime | None] = column(DateTime(timezone=True), filter=True, sort=True, partner=SEEN)
    rejection_reason: Mapped[RejectionReason | None] = column(EnumText(RejectionReason), filter=True, partner=SEEN)
    rejection_detail: Mapped[str | None] = column(partner=SEEN)
    approved_at: Mapped[datetime | None] = column(DateTime(timezone=True), filter=True, partner=SEEN)
    expires_at: Mapped[datetime | None] = column(DateTime(timezone=True), filter=True, sort=True, partner=SEEN)
    extensions: Mapped[int] = column(default=0, partner=SEEN)
    progress: Mapped[str | None] = column(partner=SEEN)
    opportunity_id: Mapped[UUID | None] = column(references="opportunities", filter=True, partner=SEEN)


columns = DealRegistration.__table__.c
DealRegistration.__table__.append_constraint(  # type: ignore[attr-defined] # a Table
    ExcludeConstraint(
        (columns.tenant_id, "="),
        (columns.account_key, "="),
        (columns.product_key, "="),
        (func.tstzrange(columns.approved_at, columns.expires_at), "&&"),
        name="ex_deal_registrations_protected",
        using="gist",
        where=text("status = 'APPROVED'"),
        info={"object": "deal_registration", "path": "where", "reason": PROTECTED},
    )
)
