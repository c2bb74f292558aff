"""Offers of leads to partners, how each was chosen, and what leads a partner takes."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, Index, Text, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped

from api.domain.kernel import EnumText, FieldAccess, Part, Record, as_its_record, column, unique_live

from . import policy
from .states import DeclineReason, OfferStatus, Standing

SEEN = FieldAccess.READ


class PartnerLeadProfile(Record):
    """What leads a partner takes. Without one it takes any, from anywhere."""

    __tablename__ = "partner_lead_profiles"
    __table_args__ = (
        unique_live(
            "partner_id", name="uq_partner_lead_profiles_partner", object="partner_lead_profile", path="partner"
        ),
        CheckConstraint("capacity BETWEEN 0 AND 10000", name="capacity"),
    )
    prefix = "plp"
    object = "partner_lead_profile"
    reached = True
    visible = staticmethod(policy.visible_profiles)

    partner_id: Mapped[UUID] = column(references="accounts", filter=True, partner=SEEN)
    territories: Mapped[list[str]] = column(ARRAY(Text(collation="C")), partner=SEEN)  # folded paths, sorted
    skills: Mapped[list[str]] = column(ARRAY(Text(collation="C")), partner=SEEN)  # folded, sorted
    capacity: Mapped[int | None] = column(partner=SEEN)
    is_paused: Mapped[bool] = column(filter=True, default=False, partner=SEEN)


class PartnerLeadOffer(Record):
    """That a partner was asked to take a lead, until when, and what it said. It shows what the lead is about.

    `seed`, `draw` and the candidates are what the choice was made with: whoever repeats it gets the same.
    """

    __tablename__ = "partner_lead_offers"
    __table_args__ = (
        Index(
            "uq_partner_lead_offers_open",
            "tenant_id",
            "lead_id",
            unique=True,
            postgresql_where=text("status IN ('OFFERED', 'ACCEPTED')"),
            info={"object": "partner_lead_offer", "path": "where"},
        ),
        CheckConstraint("(status = 'OFFERED') = (decided_at IS NULL)", name="decided"),
        CheckConstraint("(status = 'DECLINED') = (decline_reason IS NOT NULL)", name="declined"),
        CheckConstraint("expires_at > offered_at", name="expires_after_offered"),
        CheckConstraint("draw >= 0 AND draw < total_weight", name="draw"),
    )
    prefix = "plo"
    object = "partner_lead_offer"
    reached = True
    visible = staticmethod(policy.visible_offers)

    lead_id: Mapped[UUID] = column(references="leads", filter=True, partner=SEEN)
    partner_id: Mapped[UUID] = column(references="accounts", filter=True, partner=SEEN)
    status: Mapped[OfferStatus] = column(EnumText(OfferStatus), filter=True, partner=SEEN)
    offered_at: Mapped[datetime] = column(DateTime(timezone=True), filter=True, sort=True, partner=SEEN)
    expires_at: Mapped[datetime] = column(DateTime(timezone=True), filter=True, sort=True, partner=SEEN)
    decided_at: Mapped[datetime | None] = column(DateTime(timezone=True), filter=True, partner=SEEN)
    decline_reason: Mapped[DeclineReason | None] = column(EnumText(DeclineReason), filter=True, partner=SEEN)
    decline_detail: Mapped[str | None] = column(partner=SEEN)
    country: Mapped[str | None] = column(partner=SEEN)
    territory: Mapped[str | None] = column(partner=SEEN)
    product_family: Mapped[str | None] = column(partner=SEEN)
    description: Mapped[str | None] = column(partner=SEEN)
    attempt: Mapped[int] = column()
    seed: Mapped[str] = column()
    level: Mapped[str] = column()  # the part of the territory that was asked in; blank for anywhere
    draw: Mapped[int] = column()
    total_weight: Mapped[int] = column()


class PartnerLeadCandidate(Part):
    """A member of the programs, as it stood when a lead was offered."""

    __tablename__ = "partner_lead_candidates"
    __table_args__ = (CheckConstraint("weight >= 0", name="weight"),)
    whole = "offer_id"
    field = "candidates"
    visible = staticmethod(as_its_record)

    offer_id: Mapped[UUID] = column(references="partner_lead_offers", primary_key=True)
    partner_id: Mapped[UUID] = column(references="accounts", primary_key=True)
    standing: Mapped[Standing] = column(EnumText(Standing))
    weight: Mapped[int] = column()
    open_leads: Mapped[int] = column()
