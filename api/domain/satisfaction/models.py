"""What customers were asked, and their answers."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, Index, Integer
from sqlalchemy.orm import Mapped

from api.domain.kernel import EnumText, Record, column

from . import policy
from .states import RequestStatus, SatisfactionKind


class SatisfactionRequest(Record):
    """That a contact was asked how content it is, with a case or with us; its link takes one answer."""

    __tablename__ = "satisfaction_requests"
    __table_args__ = (
        CheckConstraint("(status = 'ANSWERED') = (score IS NOT NULL)", name="answered"),
        CheckConstraint("(status = 'ASKED') = (answered_at IS NULL)", name="answered_at"),
        CheckConstraint(
            "score BETWEEN CASE kind WHEN 'CSAT' THEN 1 ELSE 0 END AND CASE kind WHEN 'CSAT' THEN 5 ELSE 10 END",
            name="score",
        ),
        CheckConstraint("kind <> 'CSAT' OR case_id IS NOT NULL", name="about"),
        CheckConstraint("comment IS NULL OR status = 'ANSWERED'", name="comment"),
        Index("ix_satisfaction_requests_of_contact", "tenant_id", "contact_id", "created_at"),
    )
    prefix = "sat"
    object = "satisfaction_request"
    visible = staticmethod(policy.visible)

    kind: Mapped[SatisfactionKind] = column(EnumText(SatisfactionKind), filter=True)
    contact_id: Mapped[UUID] = column(references="contacts", filter=True)
    case_id: Mapped[UUID | None] = column(references="cases", filter=True)
    status: Mapped[RequestStatus] = column(EnumText(RequestStatus), filter=True)
    expires_at: Mapped[datetime] = column(DateTime(timezone=True), filter=True, sort=True)
    answered_at: Mapped[datetime | None] = column(DateTime(timezone=True), filter=True, sort=True)
    score: Mapped[int | None] = column(Integer(), filter=True, sort=True)
    comment: Mapped[str | None] = column(pii=True)
