"""Pipelines with their stages, opportunities with their lines and the history of their stages."""

from datetime import date, datetime
from decimal import Decimal
from typing import ClassVar
from uuid import UUID

from sqlalchemy import CheckConstraint, Date, DateTime, Index, Numeric, UniqueConstraint, text
from sqlalchemy.orm import Mapped

from api.domain.contacts import Contact
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
from .stages import ContactRole, ForecastCategory, OpportunityType, SplitKind, Status


class Pipeline(Record):
    """A way of selling: an ordered list of stages."""

    __tablename__ = "pipelines"
    __table_args__ = (
        unique_live("name_sort", name="uq_pipelines_name", object="pipeline", path="name"),
        CheckConstraint("currency ~ '^[A-Z]{3}$'", name="currency"),
    )
    prefix = "pip"
    object = "pipeline"
    visible = staticmethod(policy.visible_pipelines)

    name: Mapped[str] = column(filter=True, sort=True, folded_in="name_sort")
    name_sort: Mapped[str] = column(internal=True)
    currency: Mapped[str | None] = column()
    strict_order: Mapped[bool] = column(default=False)


class Stage(Record):
    """A step of a pipeline; its kind decides whether an opportunity in it is open, won or lost."""

    __tablename__ = "stages"
    __table_args__ = (
        unique_live("pipeline_id", "name_sort", name="uq_stages_name", object="stage", path="name"),
        CheckConstraint("position >= 1", name="position"),
        CheckConstraint("max_days > 0", name="max_days"),
        CheckConstraint(
            "CASE kind WHEN 'WON' THEN probability = 100 WHEN 'LOST' THEN probability = 0 "
            "ELSE probability BETWEEN 0 AND 100 END",
            name="probability_of_kind",
        ),
        CheckConstraint(
            "CASE kind WHEN 'WON' THEN forecast_category = 'CLOSED' WHEN 'LOST' THEN forecast_category = 'OMITTED' "
            "ELSE forecast_category <> 'CLOSED' END",
            name="forecast_category_of_kind",
        ),
        CheckConstraint("kind = 'OPEN' OR max_days IS NULL", name="max_days_of_kind"),
    )
    prefix = "stg"
    object = "stage"
    visible = staticmethod(policy.visible_stages)

    pipeline_id: Mapped[UUID] = column(references="pipelines", filter=True)
    name: Mapped[str] = column(filter=True, sort=True, folded_in="name_sort")
    name_sort: Mapped[str] = column(internal=True)
    position: Mapped[int] = column(filter=True, sort=True)
    kind: Mapped[Status] = column(EnumText(Status), filter=True)
    probability: Mapped[int] = column()
    forecast_category: Mapped[ForecastCategory] = column(EnumText(ForecastCategory))
    max_days: Mapped[int | None] = column()


class Opportunity(Record):
    """A possible sale, from first talk to won or lost."""

    __tablename__ = "opportunities"
    __table_args__ = (
        CheckConstraint("(closed_on IS NOT NULL) = (status IN ('WON', 'LOST'))", name="closed"),
        CheckConstraint("closed_on >= opened_on", name="closed_after_opened"),
        CheckConstraint("status <> 'WON' OR account_id IS NOT NULL", name="won_from_an_account"),
        CheckConstraint(
            "CASE status WHEN 'WON' THEN probability = 100 WHEN 'LOST' THEN probability = 0 "
            "ELSE probability BETWEEN 0 AND 100 END",
            name="probability_of_status",
        ),
        CheckConstraint(
            "CASE status WHEN 'WON' THEN forecast_category = 'CLOSED' WHEN 'LOST' THEN forecast_category = 'OMITTED' "
            "ELSE forecast_category <> 'CLOSED' END",
            name="forecast_category_of_status",
        ),
        CheckConstraint("amount_minor >= 0", name="amount"),
        CheckConstraint("currency ~ '^[A-Z]{3}$'", name="currency"),
        CheckConstraint("push_count >= 0", name="push_count"),
    )
    prefix = "opp"
    object = "opportunity"
    owner = "owner_id"
    visible = staticmethod(policy.visible)

    name: Mapped[str] = column(filter=True, sort=True, folded_in="name_sort", partner=FieldAccess.READ)
    name_sort: Mapped[str] = column(internal=True)
    account_id: Mapped[UUID | None] = column(references="accounts", filter=True, partner=FieldAccess.READ)
    owner_id: Mapped[UUID | None] = column(references="users", filter=True)
    pipeline_id: Mapped[UUID] = column(references="pipelines", filter=True)
    stage_id: Mapped[UUID] = column(references="stages", filter=True)
    status: Mapped[Status] = column(EnumText(Status), filter=True, partner=FieldAccess.READ)
    amount_minor: Mapped[int | None] = column(field_set="commercial", filter=True, sort=True, partner=FieldAccess.READ)
    currency: Mapped[str] = column(filter=True, partner=FieldAccess.READ)
    expected_revenue_minor: Mapped[int | None] = column(
        computed="round(amount_minor::numeric * probability / 100)::bigint",
        field_set="commercial",
        internal=True,
        filter=True,
        sort=True,
    )
    close_date: Mapped[date | None] = column(Date(), filter=True, sort=True, partner=FieldAccess.READ)
    opened_on: Mapped[date | None] = column(Date(), filter=True, sort=True)
    closed_on: Mapped[date | None] = column(Date(), filter=True, sort=True, partner=FieldAccess.READ)
    probability: Mapped[int] = column(filter=True)
    is_probability_overridden: Mapped[bool] = column(default=False)
    forecast_category: Mapped[ForecastCategory] = column(EnumText(ForecastCategory), filter=True)
    is_forecast_category_overridden: Mapped[bool] = column(default=False)
    type: Mapped[OpportunityType | None] = column(EnumText(OpportunityType), filter=True)
    next_step: Mapped[str | None] = column(partner=FieldAccess.WRITE)
    notes: Mapped[str | None] = column(field_set="internal_notes")
    loss_reason: Mapped[str | None] = column()
    competitor: Mapped[str | None] = column()
    stage_entered_at: Mapped[datetime] = column(DateTime(timezone=True))
    push_count: Mapped[int] = column(default=0)


class OpportunityLine(Part):
    """A product or a thing described in words that the opportunity would sell, in the opportunity's currency."""

    __tablename__ = "opportunity_lines"
    __table_args__ = (
        CheckConstraint("quantity > 0", name="quantity"),
        CheckConstraint("discount_percent BETWEEN 0 AND 100", name="discount_percent"),
        CheckConstraint("unit_price_minor >= 0 AND list_price_minor >= 0 AND total_minor >= 0", name="prices"),
        CheckConstraint("currency ~ '^[A-Z]{3}$'", name="currency"),
        CheckConstraint("position >= 1", name="position"),
    )
    prefix: ClassVar[str] = "opl"
    whole = "opportunity_id"
    field = "lines"
    visible = staticmethod(as_its_record)

    id: Mapped[UUID] = column(primary_key=True, sort_order=-19)
    opportunity_id: Mapped[UUID] = column(references="opportunities")
    product_id: Mapped[UUID | None] = column(references="products")
    position: Mapped[int] = column()
    name: Mapped[str] = column()
    quantity: Mapped[Decimal] = column(Numeric(18, 3))
    list_price_minor: Mapped[int | None] = column(field_set="commercial")
    unit_price_minor: Mapped[int] = column(field_set="commercial")
    discount_percent: Mapped[Decimal] = column(Numeric(5, 2), field_set="commercial")
    total_minor: Mapped[int] = column(field_set="commercial")
    currency: Mapped[str] = column()


class OpportunityContactRole(Part):
    """A contact of the buying side and its part in the decision; a contact has one role."""

    __tablename__ = "opportunity_contact_roles"
    __table_args__ = (
        UniqueConstraint("tenant_id", "opportunity_id", "contact_id", name="uq_opportunity_contact_roles_contact"),
        Index(
            "uq_opportunity_contact_roles_primary",
            "tenant_id",
            "opportunity_id",
            unique=True,
            postgresql_where=text("is_primary"),
        ),
    )
    prefix: ClassVar[str] = "ocr"
    whole = "opportunity_id"
    field = "contact_roles"
    visible = staticmethod(seen_through(opportunity_id=Opportunity, contact_id=Contact))

    id: Mapped[UUID] = column(primary_key=True, sort_order=-19)
    opportunity_id: Mapped[UUID] = column(references="opportunities", filter=True)
    contact_id: Mapped[UUID] = column(references="contacts", filter=True)
    role: Mapped[ContactRole] = column(EnumText(ContactRole), filter=True)
    is_primary: Mapped[bool] = column(filter=True, default=False)
    created_at: Mapped[datetime] = column(DateTime(timezone=True), filter=True, sort=True)


class OpportunitySplit(Part):
    """A user's share of the credit, in percent; the revenue splits of an opportunity add up to 100 %."""

    __tablename__ = "opportunity_splits"
    __table_args__ = (CheckConstraint("percent > 0 AND percent <= 100", name="percent"),)
    whole = "opportunity_id"
    field = "splits"
    visible = staticmethod(as_its_record)

    opportunity_id: Mapped[UUID] = column(references="opportunities", primary_key=True)
    user_id: Mapped[UUID] = column(references="users", primary_key=True)
    kind: Mapped[SplitKind] = column(EnumText(SplitKind), primary_key=True)
    percent: Mapped[Decimal] = column(Numeric(5, 2))


class StageHistory(Entry):
    """One stay of an opportunity in a stage, with the figures it came with; `left_at` is the only later addition."""

    __tablename__ = "stage_history"
    __table_args__ = (
        Index(
            "uq_stage_history_current",
            "tenant_id",
            "opportunity_id",
            unique=True,
            postgresql_where=text("left_at IS NULL"),
        ),
        CheckConstraint("left_at >= entered_at", name="left_after_entered"),
    )
    prefix: ClassVar[str] = "sth"
    whole: ClassVar[str] = "opportunity_id"
    visible = staticmethod(as_its_record)

    id: Mapped[UUID] = column(primary_key=True, sort_order=-19)
    opportunity_id: Mapped[UUID] = column(references="opportunities")
    from_stage_id: Mapped[UUID | None] = column(references="stages")
    stage_id: Mapped[UUID] = column(references="stages")
    entered_at: Mapped[datetime] = column(DateTime(timezone=True))
    left_at: Mapped[datetime | None] = column(DateTime(timezone=True))
    amount_minor: Mapped[int | None] = column(field_set="commercial")
    currency: Mapped[str] = column()
    close_date: Mapped[date | None] = column(Date())
    probability: Mapped[int] = column()
    forecast_category: Mapped[ForecastCategory] = column(EnumText(ForecastCategory))
    reason: Mapped[str | None] = column()
    actor_id: Mapped[UUID] = column()
