"""Tenants: the companies that use this CRM, strictly apart from each other."""

from datetime import date, datetime, time
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import CheckConstraint, DateTime, Integer, Uuid
from sqlalchemy.orm import Mapped

from .model import Model, column
from .viewer import FieldAccess


class Tenant(Model):
    """One company and how it counts: reporting currency, time zone of its days, start of its fiscal year."""

    __tablename__ = "tenants"
    __table_args__ = (
        CheckConstraint("fiscal_year_start BETWEEN 1 AND 12", name="fiscal_year_start"),
        CheckConstraint("currency ~ '^[A-Z]{3}$'", name="currency"),
    )

    id: Mapped[UUID] = column(Uuid(), primary_key=True, partner=FieldAccess.READ)
    name: Mapped[str] = column(unique=True, partner=FieldAccess.READ)
    currency: Mapped[str] = column()
    zone: Mapped[str] = column(partner=FieldAccess.READ)
    fiscal_year_start: Mapped[int] = column(Integer())
    created_at: Mapped[datetime] = column(DateTime(timezone=True))
    archived_at: Mapped[datetime | None] = column(DateTime(timezone=True))

    def day_of(self, at: datetime) -> date:
        """The calendar day of an instant where the tenant is."""
        return at.astimezone(ZoneInfo(self.zone)).date()

    def start_of(self, day: date) -> datetime:
        """The first instant of a day where the tenant is."""
        return datetime.combine(day, time(), ZoneInfo(self.zone))
