"""Service levels: policies with their versions and targets, entitlements, and the milestones of cases."""

from datetime import date, datetime
from typing import ClassVar
from uuid import UUID

from sqlalchemy import CheckConstraint, Date, DateTime, Index, Integer, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped

from api.domain.kernel import EnumText, Part, Record, as_its_record, column, unique_live

from . import policy
from .level_states import MilestoneStatus, MilestoneType
from .states import CasePriority


class SlaPolicy(Record):
    """What is promised to whom; `types` and `origins` say for which cases, none for all."""

    __tablename__ = "sla_policies"
    __table_args__ = (
        unique_live("name_sort", name="uq_sla_policies_name", object="sla_policy", path="name"),
        CheckConstraint("warn_percent BETWEEN 1 AND 99", name="warn_percent"),
    )
    prefix = "sla"
    object = "sla_policy"
    visible = staticmethod(policy.visible_policies)

    name: Mapped[str] = column(filter=True, sort=True, folded_in="name_sort")
    name_sort: Mapped[str] = column(internal=True)
    is_active: Mapped[bool] = column(filter=True, default=True)
    place: Mapped[int] = column(Integer(), filter=True, sort=True, default=1)
    types: Mapped[list[str]] = column(ARRAY(Text(collation="C")))
    origins: Mapped[list[str]] = column(ARRAY(Text(collation="C")))
    business_hours_id: Mapped[UUID | None] = column(references="business_hours", filter=True)
    warn_percent: Mapped[int] = column(Integer(), default=80)
    pauses_for_customer: Mapped[bool] = column(default=True)
    pauses_for_third_party: Mapped[bool] = column(default=False)


class SlaVersion(Part):
    """The terms of a policy as they were for a time; a case keeps those it began with."""

    __tablename__ = "sla_versions"
    __table_args__ = (UniqueConstraint("tenant_id", "policy_id", "revision", name="uq_sla_versions_revision"),)
    prefix: ClassVar[str] = "slv"
    whole = "policy_id"
    field = "versions"
    visible = staticmethod(as_its_record)

    id: Mapped[UUID] = column(primary_key=True, sort_order=-19)
    policy_id: Mapped[UUID] = column(references="sla_policies")
    revision: Mapped[int] = column(Integer())
    business_hours_id: Mapped[UUID | None] = column(references="business_hours")
    warn_percent: Mapped[int] = column(Integer())
    pauses_for_customer: Mapped[bool] = column()
    pauses_for_third_party: Mapped[bool] = column()
    created_at: Mapped[datetime] = column(DateTime(timezone=True))


class SlaTarget(Part):
    """The business minutes within which a milestone is to be reached; its own business hours go before the policy's."""

    __tablename__ = "sla_targets"
    __table_args__ = (CheckConstraint("minutes > 0", name="minutes"),)
    whole = "policy_id"
    field = "targets"
    visible = staticmethod(as_its_record)

    version_id: Mapped[UUID] = column(references="sla_versions", primary_key=True)
    priority: Mapped[CasePriority] = column(EnumText(CasePriority), primary_key=True)
    milestone: Mapped[MilestoneType] = column(EnumText(MilestoneType), primary_key=True)
    policy_id: Mapped[UUID] = column(references="sla_policies")
    minutes: Mapped[int] = column(Integer())
    business_hours_id: Mapped[UUID | None] = column(references="business_hours")


class Entitlement(Record):
    """That an account or a contact has a policy for a time, and for how many more cases (null: any number)."""

    __tablename__ = "entitlements"
    __table_args__ = (
        CheckConstraint("num_nonnulls(account_id, contact_id) = 1", name="holder"),
        CheckConstraint("ends_on >= starts_on", name="ends_after_start"),
        CheckConstraint("remaining_cases >= 0", name="remaining_cases"),
    )
    prefix = "ent"
    object = "entitlement"
    visible = staticmethod(policy.visible_entitlements)

    name: Mapped[str] = column(filter=True, sort=True, folded_in="name_sort")
    name_sort: Mapped[str] = column(internal=True)
    account_id: Mapped[UUID | None] = column(references="accounts", filter=True)
    contact_id: Mapped[UUID | None] = column(references="contacts", filter=True)
    policy_id: Mapped[UUID] = column(references="sla_policies", filter=True)
    starts_on: Mapped[date] = column(Date(), filter=True, sort=True)
    ends_on: Mapped[date | None] = column(Date(), filter=True, sort=True)
    remaining_cases: Mapped[int | None] = column(Integer())


class Milestone(Part):
    """A promise of one case and its clock. `paused_us`: business time in microseconds in which it stood still."""

    __tablename__ = "case_milestones"
    __table_args__ = (
        Index(
            "uq_case_milestones_running",
            "tenant_id",
            "case_id",
            "type",
            unique=True,
            postgresql_where=text("completed_at IS NULL AND status <> 'CANCELLED'"),
        ),
        CheckConstraint("minutes > 0", name="minutes"),
        CheckConstraint("paused_us >= 0", name="paused_us"),
        CheckConstraint("(status = 'PAUSED') = (paused_at IS NOT NULL)", name="paused"),
        CheckConstraint("status <> 'MET' OR completed_at IS NOT NULL", name="met"),
        CheckConstraint("completed_at IS NULL OR status IN ('MET', 'MISSED')", name="completed"),
    )
    prefix: ClassVar[str] = "cmi"
    whole = "case_id"
    field = "milestones"
    visible = staticmethod(as_its_record)

    id: Mapped[UUID] = column(primary_key=True, sort_order=-19)
    case_id: Mapped[UUID] = column(references="cases")
    type: Mapped[MilestoneType] = column(EnumText(MilestoneType))
    status: Mapped[MilestoneStatus] = column(EnumText(MilestoneStatus))
    minutes: Mapped[int] = column(Integer())
    business_hours_id: Mapped[UUID | None] = column(references="business_hours")
    start_at: Mapped[datetime] = column(DateTime(timezone=True))
    warn_at: Mapped[datetime] = column(DateTime(timezone=True))
    target_at: Mapped[datetime] = column(DateTime(timezone=True))
    paused_at: Mapped[datetime | None] = column(DateTime(timezone=True))
    paused_us: Mapped[int] = column(default=0)
    warned_at: Mapped[datetime | None] = column(DateTime(timezone=True))
    violated_at: Mapped[datetime | None] = column(DateTime(timezone=True))
    completed_at: Mapped[datetime | None] = column(DateTime(timezone=True))
