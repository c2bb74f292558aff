"""Cases with their comments, and the history of their states."""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, Index, Integer, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped

from api.domain.kernel import Entry, EnumText, FieldAccess, Part, Record, as_its_record, column, seen_through

from . import policy
from .states import CaseOrigin, CasePriority, CaseSeverity, CaseStatus, CaseType, ResolutionCode

SEEN, WRITTEN = FieldAccess.READ, FieldAccess.WRITE


class Case(Record):
    """What somebody wants from us, until it is settled.

    `first_response_us` and `resolution_us`: the business time in microseconds that either took, without its pauses.
    """

    __tablename__ = "cases"
    __table_args__ = (
        UniqueConstraint("tenant_id", "number", name="uq_cases_number"),
        CheckConstraint("number >= 1", name="number"),
        CheckConstraint("(resolved_at IS NOT NULL) = (status IN ('RESOLVED', 'CLOSED'))", name="resolved"),
        CheckConstraint("(resolution_code IS NOT NULL) = (status IN ('RESOLVED', 'CLOSED'))", name="resolution"),
        CheckConstraint("(closes_at IS NOT NULL) = (status = 'RESOLVED')", name="closes"),
        CheckConstraint("(closed_at IS NOT NULL) = (status IN ('CLOSED', 'CANCELLED', 'DUPLICATE'))", name="closed"),
        CheckConstraint("(duplicate_of_id IS NOT NULL) = (status = 'DUPLICATE')", name="duplicate"),
        CheckConstraint("duplicate_of_id <> id AND follows_id <> id AND parent_id <> id", name="not_of_itself"),
        CheckConstraint("escalation_level BETWEEN 0 AND 5", name="escalation_level"),
        CheckConstraint("reopen_count >= 0", name="reopen_count"),
        Index(
            "ix_cases_queue_next_due",
            "tenant_id",
            "queue_id",
            "next_due_at",
            "id",
            postgresql_where=text("archived_at IS NULL"),
        ),
        # A queue's work, among whatever was settled before.
        Index(
            "ix_cases_queue_open",
            "tenant_id",
            "queue_id",
            "next_due_at",
            "id",
            postgresql_include=["status"],
            postgresql_where=text(
                "archived_at IS NULL AND status IN ('NEW', 'OPEN', 'WAITING_CUSTOMER', 'WAITING_THIRD_PARTY')"
            ),
        ),
    )
    prefix = "cas"
    object = "case"
    owner = "owner_id"
    asked_by = "contact_id"
    amended = False  # outsiders open cases and comment on them
    visible = staticmethod(policy.visible)

    number: Mapped[int] = column(Integer(), filter=True, sort=True)
    subject: Mapped[str] = column(filter=True, sort=True, folded_in="subject_sort", partner=WRITTEN)
    subject_sort: Mapped[str] = column(internal=True)
    description: Mapped[str | None] = column(pii=True, partner=WRITTEN)
    notes: Mapped[str | None] = column()
    account_id: Mapped[UUID | None] = column(references="accounts", filter=True, partner=SEEN)
    contact_id: Mapped[UUID | None] = column(references="contacts", filter=True, partner=SEEN)
    product_id: Mapped[UUID | None] = column(references="products", filter=True)
    owner_id: Mapped[UUID | None] = column(references="users", filter=True)
    queue_id: Mapped[UUID | None] = column(references="queues", filter=True)
    skills: Mapped[list[str]] = column(ARRAY(Text(collation="C")), server_default="{}")  # folded, sorted
    parent_id: Mapped[UUID | None] = column(references="cases", filter=True)
    follows_id: Mapped[UUID | None] = column(references="cases", filter=True, partner=SEEN)
    duplicate_of_id: Mapped[UUID | None] = column(references="cases", filter=True)
    from_email: Mapped[str | None] = column(pii=True)
    origin: Mapped[CaseOrigin] = column(EnumText(CaseOrigin), filter=True, partner=SEEN)
    type: Mapped[CaseType | None] = column(EnumText(CaseType), filter=True, partner=SEEN)
    priority: Mapped[CasePriority] = column(EnumText(CasePriority), filter=True)
    severity: Mapped[CaseSeverity | None] = column(EnumText(CaseSeverity), filter=True)
    status: Mapped[CaseStatus] = column(EnumText(CaseStatus), filter=True, partner=SEEN)
    status_since: Mapped[datetime] = column(DateTime(timezone=True), partner=SEEN)
    is_escalated: Mapped[bool] = column(computed="escalation_level > 0", internal=True, filter=True)
    escalation_level: Mapped[int] = column(Integer(), default=0)
    reopen_count: Mapped[int] = column(Integer(), default=0)
    first_response_at: Mapped[datetime | None] = column(DateTime(timezone=True), filter=True, sort=True, partner=SEEN)
    first_response_us: Mapped[int | None] = column(internal=True)
    resolved_at: Mapped[datetime | None] = column(DateTime(timezone=True), filter=True, sort=True, partner=SEEN)
    resolution_us: Mapped[int | None] = column(internal=True)
    resolution_code: Mapped[ResolutionCode | None] = column(EnumText(ResolutionCode), filter=True, partner=SEEN)
    resolution: Mapped[str | None] = column()
    closes_at: Mapped[datetime | None] = column(DateTime(timezone=True), partner=SEEN)
    closed_at: Mapped[datetime | None] = column(DateTime(timezone=True), filter=True, sort=True, partner=SEEN)
    business_hours_id: Mapped[UUID | None] = column(references="business_hours", filter=True)
    entitlement_id: Mapped[UUID | None] = column(references="entitlements", filter=True)
    sla_version_id: Mapped[UUID | None] = column(references="sla_versions", internal=True)
    next_due_at: Mapped[datetime | None] = column(DateTime(timezone=True), filter=True, sort=True)


class CaseComment(Part):
    """What was said about a case, by a colleague, a program or (`contact_id`) the customer."""

    __tablename__ = "case_comments"
    __table_args__ = (CheckConstraint("contact_id IS NULL OR (is_public AND user_id IS NULL)", name="of_customer"),)
    prefix: ClassVar[str] = "ccm"
    whole = "case_id"
    field = "comments"
    visible = staticmethod(policy.visible_comments(seen_through(case_id=Case)))

    id: Mapped[UUID] = column(primary_key=True, sort_order=-19, partner=SEEN)
    case_id: Mapped[UUID] = column(references="cases", partner=SEEN)
    user_id: Mapped[UUID | None] = column(references="users")
    contact_id: Mapped[UUID | None] = column(references="contacts", partner=SEEN)
    body: Mapped[str] = column(pii=True, partner=SEEN)
    is_public: Mapped[bool] = column(partner=SEEN)
    is_automated: Mapped[bool] = column(partner=SEEN)
    created_at: Mapped[datetime] = column(DateTime(timezone=True), partner=SEEN)


class CaseStay(Entry):
    """One stay of a case in a state; `left_at` is the only later addition."""

    __tablename__ = "case_history"
    __table_args__ = (
        Index("uq_case_history_current", "tenant_id", "case_id", unique=True, postgresql_where=text("left_at IS NULL")),
        CheckConstraint("left_at >= entered_at", name="left_after_entered"),
    )
    prefix: ClassVar[str] = "csh"
    whole: ClassVar[str] = "case_id"
    visible = staticmethod(as_its_record)

    id: Mapped[UUID] = column(primary_key=True, sort_order=-19)
    case_id: Mapped[UUID] = column(references="cases")
    status: Mapped[CaseStatus] = column(EnumText(CaseStatus))
    entered_at: Mapped[datetime] = column(DateTime(timezone=True))
    left_at: Mapped[datetime | None] = column(DateTime(timezone=True))
    reason: Mapped[str | None] = column()
    actor_id: Mapped[UUID] = column()


class CaseNumbers(Entry):
    """The last number a tenant has given; whoever takes some locks the row until it commits."""

    __tablename__ = "case_numbers"

    last: Mapped[int] = column(Integer(), internal=True)
