"""Partner programs with their tiers, the memberships of partners, and the people of partners who have a login."""

from datetime import date, datetime
from decimal import Decimal
from typing import ClassVar
from uuid import UUID

from sqlalchemy import CheckConstraint, Date, DateTime, Index, Numeric, text
from sqlalchemy.orm import Mapped

from api.domain.kernel import (
    Entry,
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
from .states import MembershipStatus, PartnerRole, PartnerScope

SEEN = FieldAccess.READ  # by partner users, on the rows that are theirs
MEMBER_ALREADY = "this account is a member of the program, or has applied; go on with that membership"


class PartnerProgram(Record):
    """Terms on which partners sell with us."""

    __tablename__ = "partner_programs"
    __table_args__ = (
        unique_live("name_sort", name="uq_partner_programs_name", object="partner_program", path="name"),
        CheckConstraint("review_months BETWEEN 1 AND 60", name="review_months"),
    )
    prefix = "prg"
    object = "partner_program"
    reached = True
    visible = staticmethod(policy.visible_programs)

    name: Mapped[str] = column(filter=True, sort=True, folded_in="name_sort", partner=SEEN)
    name_sort: Mapped[str] = column(internal=True)
    description: Mapped[str | None] = column(partner=SEEN)
    accepts_applications: Mapped[bool] = column(filter=True, default=False, partner=SEEN)
    review_months: Mapped[int] = column(default=12, partner=SEEN)
    notes: Mapped[str | None] = column()


class PartnerTier(Record):
    """A level of a program: what it takes, and what it gives."""

    __tablename__ = "partner_tiers"
    __table_args__ = (
        unique_live("program_id", "name_sort", name="uq_partner_tiers_name", object="partner_tier", path="name"),
        unique_live("program_id", "rank", name="uq_partner_tiers_rank", object="partner_tier", path="rank"),
        CheckConstraint("rank BETWEEN 1 AND 100", name="rank"),
        CheckConstraint("weight BETWEEN 0 AND 1000", name="weight"),
        CheckConstraint("commission_percent BETWEEN 0 AND 100", name="commission_percent"),
        CheckConstraint("mdf_percent BETWEEN 0 AND 100", name="mdf_percent"),
        CheckConstraint("min_revenue_minor >= 0", name="min_revenue"),
        CheckConstraint("min_revenue_minor IS NULL OR currency IS NOT NULL", name="currency_of_revenue"),
        CheckConstraint("currency ~ '^[A-Z]{3}$'", name="currency"),
    )
    prefix = "pti"
    object = "partner_tier"
    reached = True
    visible = staticmethod(policy.visible_tiers)

    program_id: Mapped[UUID] = column(references="partner_programs", filter=True, partner=SEEN)
    name: Mapped[str] = column(filter=True, sort=True, folded_in="name_sort", partner=SEEN)
    name_sort: Mapped[str] = column(internal=True)
    rank: Mapped[int] = column(filter=True, sort=True, partner=SEEN)
    weight: Mapped[int] = column(filter=True, default=0)
    commission_percent: Mapped[Decimal | None] = column(Numeric(5, 2), partner=SEEN)
    mdf_percent: Mapped[Decimal | None] = column(Numeric(5, 2), partner=SEEN)
    benefits: Mapped[str | None] = column(partner=SEEN)
    min_revenue_minor: Mapped[int | None] = column(partner=SEEN)
    currency: Mapped[str | None] = column(partner=SEEN)


class Certification(Record):
    """What people of partners can learn and prove."""

    __tablename__ = "certifications"
    __table_args__ = (
        unique_live("name_sort", name="uq_certifications_name", object="certification", path="name"),
        CheckConstraint("valid_months BETWEEN 1 AND 120", name="valid_months"),
    )
    prefix = "cer"
    object = "certification"
    reached = True
    visible = staticmethod(policy.visible_certifications)

    name: Mapped[str] = column(filter=True, sort=True, folded_in="name_sort", partner=SEEN)
    name_sort: Mapped[str] = column(internal=True)
    description: Mapped[str | None] = column(partner=SEEN)
    valid_months: Mapped[int | None] = column(partner=SEEN)


class PartnerTierCertification(Part):
    """How many valid certifications of a kind a tier takes."""

    __tablename__ = "partner_tier_certifications"
    __table_args__ = (CheckConstraint("least BETWEEN 1 AND 1000", name="least"),)
    whole = "tier_id"
    field = "certifications"
    visible = staticmethod(seen_through(tier_id=PartnerTier, certification_id=Certification))

    tier_id: Mapped[UUID] = column(references="partner_tiers", primary_key=True, partner=SEEN)
    certification_id: Mapped[UUID] = column(references="certifications", primary_key=True, partner=SEEN)
    least: Mapped[int] = column(partner=SEEN)


class PartnerCertification(Record):
    """That a partner, or one of its people, has a certification."""

    __tablename__ = "partner_certifications"
    __table_args__ = (
        CheckConstraint("expires_on >= awarded_on", name="period"),
        CheckConstraint("(revoked_on IS NULL) = (revocation_reason IS NULL)", name="revoked"),
    )
    prefix = "pce"
    object = "partner_certification"
    reached = True
    visible = staticmethod(policy.visible_partner_certifications)

    certification_id: Mapped[UUID] = column(references="certifications", filter=True, partner=SEEN)
    account_id: Mapped[UUID] = column(references="accounts", filter=True, partner=SEEN)
    contact_id: Mapped[UUID | None] = column(references="contacts", filter=True, partner=SEEN)
    reference: Mapped[str | None] = column(partner=SEEN)
    awarded_on: Mapped[date] = column(Date(), filter=True, sort=True, partner=SEEN)
    expires_on: Mapped[date | None] = column(Date(), filter=True, sort=True, partner=SEEN)
    revoked_on: Mapped[date | None] = column(Date(), filter=True, sort=True, partner=SEEN)
    revocation_reason: Mapped[str | None] = column()


class OpportunityPartner(Part):
    """A partner with a part in a sale; an account has one role in it, and one account is the originator."""

    __tablename__ = "opportunity_partners"
    __table_args__ = (
        Index(
            "uq_opportunity_partners_originator",
            "tenant_id",
            "opportunity_id",
            unique=True,
            postgresql_where=text("role = 'ORIGINATOR'"),
        ),
        Index("ix_opportunity_partners_account", "tenant_id", "account_id", "opportunity_id"),
    )
    whole = "opportunity_id"
    field = "partners"
    visible = staticmethod(as_its_record)

    opportunity_id: Mapped[UUID] = column(references="opportunities", primary_key=True)
    account_id: Mapped[UUID] = column(references="accounts", primary_key=True)
    role: Mapped[PartnerRole] = column(EnumText(PartnerRole))


class PartnerMembership(Record):
    """That an account is in a program, from its application to its end."""

    __tablename__ = "partner_memberships"
    __table_args__ = (
        Index(
            "uq_partner_memberships_account",
            "tenant_id",
            "program_id",
            "account_id",
            unique=True,
            postgresql_where=text("status <> 'TERMINATED' AND archived_at IS NULL"),
            info={"object": "partner_membership", "path": "account", "reason": MEMBER_ALREADY},
        ),
        CheckConstraint("status IN ('APPLIED', 'APPROVED', 'TERMINATED') OR tier_id IS NOT NULL", name="tier"),
        CheckConstraint("(status = 'TERMINATED') = (ended_on IS NOT NULL)", name="ended"),
        CheckConstraint("status <> 'ACTIVE' OR (started_on IS NOT NULL AND review_on IS NOT NULL)", name="active"),
        CheckConstraint("ended_on >= started_on", name="ended_after_started"),
        CheckConstraint("NOT is_review_due OR review_on IS NOT NULL", name="review_due"),
    )
    prefix = "pmb"
    object = "partner_membership"
    owner = "owner_id"
    reached = True
    visible = staticmethod(policy.visible_memberships)

    program_id: Mapped[UUID] = column(references="partner_programs", filter=True, partner=SEEN)
    account_id: Mapped[UUID] = column(references="accounts", filter=True, partner=SEEN)
    tier_id: Mapped[UUID | None] = column(references="partner_tiers", filter=True, partner=SEEN)
    owner_id: Mapped[UUID | None] = column(references="users", filter=True)
    status: Mapped[MembershipStatus] = column(EnumText(MembershipStatus), filter=True, partner=SEEN)
    application: Mapped[str | None] = column(partner=SEEN)
    applied_on: Mapped[date] = column(Date(), filter=True, sort=True, partner=SEEN)
    started_on: Mapped[date | None] = column(Date(), filter=True, sort=True, partner=SEEN)
    ended_on: Mapped[date | None] = column(Date(), filter=True, sort=True, partner=SEEN)
    review_on: Mapped[date | None] = column(Date(), filter=True, sort=True, partner=SEEN)
    is_review_due: Mapped[bool] = column(filter=True, default=False)
    status_reason: Mapped[str | None] = column()
    notes: Mapped[str | None] = column()


class PartnerTierHistory(Entry):
    """One stay of a membership in a tier; `left_at` is the only later addition."""

    __tablename__ = "partner_tier_history"
    __table_args__ = (
        Index(
            "uq_partner_tier_history_current",
            "tenant_id",
            "membership_id",
            unique=True,
            postgresql_where=text("left_at IS NULL"),
        ),
        CheckConstraint("left_at >= entered_at", name="left_after_entered"),
    )
    prefix: ClassVar[str] = "pth"
    whole: ClassVar[str] = "membership_id"
    visible = staticmethod(as_its_record)

    id: Mapped[UUID] = column(primary_key=True, sort_order=-19)
    membership_id: Mapped[UUID] = column(references="partner_memberships")
    from_tier_id: Mapped[UUID | None] = column(references="partner_tiers")
    tier_id: Mapped[UUID] = column(references="partner_tiers")
    entered_at: Mapped[datetime] = column(DateTime(timezone=True))
    left_at: Mapped[datetime | None] = column(DateTime(timezone=True))
    reason: Mapped[str | None] = column()
    actor_id: Mapped[UUID] = column()


class PartnerUser(Record):
    """That a contact uses our API for the partner he works for, and how much of that partner's he sees."""

    __tablename__ = "partner_users"
    __table_args__ = (
        unique_live("contact_id", name="uq_partner_users_contact", object="partner_user", path="contact"),
    )
    prefix = "pus"
    object = "partner_user"
    reached = True
    visible = staticmethod(policy.visible_users)

    contact_id: Mapped[UUID] = column(references="contacts", filter=True, partner=SEEN)
    scope: Mapped[PartnerScope] = column(EnumText(PartnerScope), filter=True, partner=SEEN)
