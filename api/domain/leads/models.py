"""Leads: people and companies that may become customers."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, Text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped

from api.domain.kernel import EnumText, FieldAccess, Record, column

from . import policy
from .states import LeadRating, LeadRouting, LeadStatus, UnqualifiedReason

SEEN, WRITTEN = FieldAccess.READ, FieldAccess.WRITE  # by users of the partner who has accepted the lead


class Lead(Record):
    """Somebody who may buy. Once converted it is read-only and names what it became."""

    __tablename__ = "leads"
    __table_args__ = (
        CheckConstraint("num_nonnulls(last_name, company) >= 1", name="named"),
        CheckConstraint("(status = 'UNQUALIFIED') = (unqualified_reason IS NOT NULL)", name="reason"),
        CheckConstraint("(status = 'CONVERTED') = (converted_at IS NOT NULL)", name="converted"),
        CheckConstraint(
            "(status = 'CONVERTED') = (account_id IS NOT NULL) "
            "AND (account_id IS NOT NULL OR num_nonnulls(contact_id, opportunity_id) = 0)",
            name="became",
        ),
        CheckConstraint("(routing = 'PARTNER') IS TRUE = (partner_id IS NOT NULL)", name="partner"),
        CheckConstraint("phone ~ '^[+][1-9][0-9]{1,14}$'", name="phone"),
        CheckConstraint("country ~ '^[A-Z]{2}$'", name="country"),
        CheckConstraint("(email IS NULL) = (email_sort IS NULL)", name="email"),
    )
    prefix = "lea"
    object = "lead"
    owner = "owner_id"
    fields_as = "contact"
    reached = True
    visible = staticmethod(policy.visible)

    name: Mapped[str] = column(
        filter=True, sort=True, folded_in="name_sort", pii=True, partner=SEEN
    )  # the person's, else company
    name_sort: Mapped[str] = column(internal=True, pii=True)
    first_name: Mapped[str | None] = column(pii=True, partner=SEEN)
    last_name: Mapped[str | None] = column(pii=True, partner=SEEN)
    title: Mapped[str | None] = column(pii=True, partner=SEEN)
    company: Mapped[str | None] = column(filter=True, sort=True, folded_in="company_sort", partner=SEEN)
    company_sort: Mapped[str | None] = column(internal=True)
    email: Mapped[str | None] = column(field_set="pii", filter=True, folded_in="email_sort", pii=True, partner=SEEN)
    email_sort: Mapped[str | None] = column(field_set="pii", internal=True, pii=True)
    phone: Mapped[str | None] = column(field_set="pii", filter=True, pii=True, partner=SEEN)
    domain: Mapped[str | None] = column(filter=True, partner=SEEN)
    country: Mapped[str | None] = column(filter=True, partner=SEEN)
    territory: Mapped[str | None] = column(filter=True, folded_in="territory_sort", partner=SEEN)
    territory_sort: Mapped[str | None] = column(internal=True)
    product_family: Mapped[str | None] = column(filter=True, folded_in="product_family_sort", partner=SEEN)
    product_family_sort: Mapped[str | None] = column(internal=True)
    skills: Mapped[list[str]] = column(ARRAY(Text(collation="C")))  # folded, sorted
    source: Mapped[str | None] = column(filter=True, folded_in="source_sort")
    source_sort: Mapped[str | None] = column(internal=True)
    rating: Mapped[LeadRating | None] = column(EnumText(LeadRating), filter=True, partner=SEEN)
    status: Mapped[LeadStatus] = column(EnumText(LeadStatus), filter=True, partner=SEEN)
    unqualified_reason: Mapped[UnqualifiedReason | None] = column(
        EnumText(UnqualifiedReason), filter=True, partner=SEEN
    )
    unqualified_detail: Mapped[str | None] = column(partner=SEEN)
    owner_id: Mapped[UUID | None] = column(references="users", filter=True)
    partner_id: Mapped[UUID | None] = column(references="accounts", filter=True, partner=SEEN)
    routing: Mapped[LeadRouting | None] = column(EnumText(LeadRouting), filter=True)
    description: Mapped[str | None] = column(partner=SEEN)
    next_step: Mapped[str | None] = column(partner=WRITTEN)
    notes: Mapped[str | None] = column(field_set="internal_notes", pii=True)
    converted_at: Mapped[datetime | None] = column(DateTime(timezone=True), filter=True, sort=True)
    account_id: Mapped[UUID | None] = column(references="accounts", filter=True)
    contact_id: Mapped[UUID | None] = column(references="contacts", filter=True)
    opportunity_id: Mapped[UUID | None] = column(references="opportunities", filter=True)
