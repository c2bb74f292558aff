"""Who got a case and why, who raised its level and why, and the rules that raise levels."""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from sqlalchemy import CheckConstraint, DateTime, Index, Integer, UniqueConstraint, text
from sqlalchemy.orm import Mapped

from api.domain.kernel import EnumText, Part, Record, as_its_record, column, unique_live
from api.domain.queues import AgentStanding, QueueRouting

from . import policy
from .level_states import MilestoneType
from .states import AssignmentWay, CasePriority, EscalationTrigger


class CaseAssignment(Part):
    """That a case came to an agent, left him or waits. `turn` numbers what the queue has chosen, without gaps."""

    __tablename__ = "case_assignments"
    __table_args__ = (
        UniqueConstraint("tenant_id", "queue_id", "turn", name="uq_case_assignments_turn"),
        Index(
            "ix_case_assignments_last_turn",
            "tenant_id",
            "queue_id",
            "user_id",
            "turn",
            postgresql_where=text("turn IS NOT NULL"),
        ),
        CheckConstraint("(way = 'CHOSEN') = (turn IS NOT NULL)", name="turn"),
        CheckConstraint("(way = 'QUEUED') = (user_id IS NULL)", name="of_somebody"),
        CheckConstraint("turn IS NULL OR queue_id IS NOT NULL", name="of_queue"),
    )
    prefix: ClassVar[str] = "cag"
    whole = "case_id"
    field = "assignments"
    visible = staticmethod(as_its_record)

    id: Mapped[UUID] = column(primary_key=True, sort_order=-19)
    case_id: Mapped[UUID] = column(references="cases")
    queue_id: Mapped[UUID | None] = column(references="queues")
    user_id: Mapped[UUID | None] = column(references="users")
    way: Mapped[AssignmentWay] = column(EnumText(AssignmentWay))
    routing: Mapped[QueueRouting | None] = column(EnumText(QueueRouting))
    turn: Mapped[int | None] = column()
    reason: Mapped[str | None] = column()
    by_id: Mapped[UUID | None] = column(references="users")
    created_at: Mapped[datetime] = column(DateTime(timezone=True))


class CaseCandidate(Part):
    """How a member of the queue stood when an agent was chosen, or nobody was."""

    __tablename__ = "case_candidates"
    whole = "case_id"
    field = "candidates"
    visible = staticmethod(as_its_record)

    assignment_id: Mapped[UUID] = column(references="case_assignments", primary_key=True)
    user_id: Mapped[UUID] = column(references="users", primary_key=True)
    case_id: Mapped[UUID] = column(references="cases")
    standing: Mapped[AgentStanding] = column(EnumText(AgentStanding))
    open_cases: Mapped[int] = column(Integer())
    last_turn: Mapped[int] = column()


class EscalationRule(Record):
    """When a case is escalated by itself, and what happens then. It acts on each case once at most."""

    __tablename__ = "escalation_rules"
    __table_args__ = (
        unique_live("name_sort", name="uq_escalation_rules_name", object="escalation_rule", path="name"),
        CheckConstraint("(\"trigger\" = 'AGE') = (minutes IS NOT NULL)", name="minutes_of_age"),
        CheckConstraint("(\"trigger\" = 'REOPENED') = (times IS NOT NULL)", name="times_of_reopened"),
        CheckConstraint("milestone IS NULL OR \"trigger\" LIKE 'MILESTONE%'", name="milestone_of_clock"),
        CheckConstraint("minutes BETWEEN 1 AND 525600", name="minutes"),
        CheckConstraint("times BETWEEN 1 AND 100", name="times"),
        CheckConstraint("to_level BETWEEN 1 AND 5", name="to_level"),
    )
    prefix = "esr"
    object = "escalation_rule"
    visible = staticmethod(policy.visible_rules)

    name: Mapped[str] = column(filter=True, sort=True, folded_in="name_sort")
    name_sort: Mapped[str] = column(internal=True)
    is_active: Mapped[bool] = column(filter=True, default=True)
    place: Mapped[int] = column(Integer(), default=1)
    trigger: Mapped[EscalationTrigger] = column(EnumText(EscalationTrigger), filter=True)
    milestone: Mapped[MilestoneType | None] = column(EnumText(MilestoneType), filter=True)
    minutes: Mapped[int | None] = column(Integer())
    times: Mapped[int | None] = column(Integer())
    to_level: Mapped[int] = column(Integer(), default=1)
    to_priority: Mapped[CasePriority | None] = column(EnumText(CasePriority))
    to_queue_id: Mapped[UUID | None] = column(references="queues", filter=True)


class CaseEscalation(Part):
    """That the level of a case was raised, or that a rule found it high enough already."""

    __tablename__ = "case_escalations"
    __table_args__ = (
        UniqueConstraint("tenant_id", "case_id", "rule_id", name="uq_case_escalations_rule"),
        CheckConstraint("level BETWEEN 1 AND 5 AND level >= level_before", name="never_falls"),
    )
    prefix: ClassVar[str] = "ces"
    whole = "case_id"
    field = "escalations"
    visible = staticmethod(as_its_record)

    id: Mapped[UUID] = column(primary_key=True, sort_order=-19)
    case_id: Mapped[UUID] = column(references="cases")
    rule_id: Mapped[UUID | None] = column(references="escalation_rules")
    by_id: Mapped[UUID | None] = column(references="users")
    level_before: Mapped[int] = column(Integer())
    level: Mapped[int] = column(Integer())
    reason: Mapped[str] = column()
    created_at: Mapped[datetime] = column(DateTime(timezone=True))
