"""Who gets a case and why, and how its level is raised: routing, escalation rules, and what they have done."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import strawberry

from api.domain import cases as domain
from api.domain.kernel import Work, fold
from api.domain.queues import AgentStanding, QueueRouting

from .aggregates import Aggregate, column_key
from .binding import Natural, computed, described, listed, readable, to_one
from .cases import CASES, WHY, Case
from .commands import Service, Writes
from .connections import Connection, about, extend, many, one
from .enums import described_enum
from .interfaces import Node, Record
from .queues import Queue
from .records import complete
from .users import User
from .wire import id_text

described_enum(
    domain.AssignmentWay,
    "CaseAssignmentWay",
    "How a case came to an agent, or left him.",
    CHOSEN="The queue chose the agent.",
    TAKEN="The agent took it.",
    GIVEN="Somebody wrote the agent down as its owner.",
    RELEASED="The agent has it no more.",
    QUEUED="It was put into a queue, and waits there.",
)
described_enum(
    domain.EscalationTrigger,
    "EscalationTrigger",
    "What a rule acts on.",
    MILESTONE_WARNED="A milestone has used up most of its time.",
    MILESTONE_VIOLATED="The target of a milestone has passed.",
    AGE="The case was made some time ago and is not settled.",
    REOPENED="The case was reopened.",
)


@readable(domain.CaseCandidate, description="A member of a queue, as it stood when the queue looked for an agent.")
class CaseCandidate:
    user: User = to_one("user_id", "users.User", "The member.")
    standing: AgentStanding = described("Why it got the case, or why not.")
    open_cases: int = described("How many unsettled cases of the queue it had then.")
    last_turn: int = described("Its last turn in this queue then; 0 if it had none.")


@readable(
    domain.CaseAssignment,
    description="That a case came to an agent, left him or waits, with the reasons.",
    default_order=(("created_at", True), ("id", True)),
)
class CaseAssignment:
    id: strawberry.ID = computed(lambda row, _scope: id_text("cag", row.id), "Id of the assignment.")
    queue: Queue | None = to_one("queue_id", "queues.Queue", "The queue it was in then.")
    user: User | None = to_one("user_id", "users.User", "The agent; null if it waits.")
    way: domain.AssignmentWay = described("How it came to the agent, or left him.")
    routing: QueueRouting | None = described("What the queue went by; null if it did not choose.")
    turn: int | None = described("The how-manieth choice of the queue it was, from 1; null if it did not choose.")
    reason: str | None = described("What was said about it.")
    by: User | None = to_one("by_id", "users.User", "Who did it; null for programs and timers.")
    created_at: datetime = described("When.")
    candidates: list[CaseCandidate] = listed(
        "assignment_id", "Why this agent: how each member of the queue stood.", order=("standing", "user_id")
    )


@readable(
    domain.EscalationRule,
    description="When a case is escalated by itself. A rule acts on a case once, and lowers nothing.",
    naturals={"name": Natural(str, "Its name.", lambda t, _tenant, name: t.c.name_sort == name, fold)},
)
class EscalationRule(Record, Node):
    name: str = described("Unique among live rules.")
    is_active: bool = described("Whether it acts.")
    place: int = described("Of several rules for one occasion, the lowest acts first.")
    trigger: domain.EscalationTrigger = described("What it acts on.")
    milestone: domain.MilestoneType | None = described("Which milestones; null for any.")
    minutes: int | None = described("Of AGE: minutes since the case was made.")
    times: int | None = described("Of REOPENED: from how many reopenings on.")
    to_level: int = described("The level it raises a case to, 1 to 5.")
    to_priority: domain.CasePriority | None = described("The priority it raises a case to; null to leave it.")
    to_queue: Queue | None = to_one("to_queue_id", "queues.Queue", "Where it moves a case; null to leave it.")


@readable(
    domain.CaseEscalation,
    description="That the level of a case was raised, or that a rule found it high enough.",
    default_order=(("created_at", True), ("id", True)),
)
class CaseEscalation:
    id: strawberry.ID = computed(lambda row, _scope: id_text("ces", row.id), "Id of the escalation.")
    rule: EscalationRule | None = to_one("rule_id", "case_handling.EscalationRule", "Which rule; null for a person.")
    by: User | None = to_one("by_id", "users.User", "Who; null for programs and timers.")
    level_before: int = described("The level before.")
    level: int = described("The level after.")
    reason: str = described("Why.")
    created_at: datetime = described("When.")


complete(EscalationRule)
extend(Case, "assignments", CaseAssignment, "case_id", "Who got it, how and why, the newest first.")
extend(Case, "escalations", CaseEscalation, "case_id", "Who or what raised its level, the newest first.")
RULES = Writes(
    EscalationRule,
    "escalation_rule",
    Service(
        domain.create_rule, domain.upsert_rules, domain.EscalationRuleRow, domain.archive_rule, domain.restore_rule
    ),
    fields=(
        "name",
        "is_active",
        "place",
        "trigger",
        "milestone",
        "minutes",
        "times",
        "to_level",
        "to_priority",
        "to_queue",
    ),
    required=("name", "trigger"),
    natural={"name": lambda name: {"name": name}},
)
AGGREGATE = Aggregate(EscalationRule, {"TRIGGER": column_key("trigger", None, "By what they act on.")})
QUEUE = Annotated["QueueRef", strawberry.lazy("api.schema.queues")]  # type: ignore[name-defined] # noqa: F821


async def release(work: Work, id: UUID, *, reason: str, if_version: int | None) -> Any:
    return await domain.release(work, id, reason, if_version=if_version)


@strawberry.type
class Query:
    escalation_rule: EscalationRule | None = one(EscalationRule, "One rule; null if there is none.")
    escalation_rules: Connection[EscalationRule] = many(EscalationRule, "Rules that escalate cases.")
    escalation_rules_aggregate = AGGREGATE.query()


@strawberry.type
class Mutation:
    case_route = CASES.verb(
        domain.route,
        "Let a queue choose the agent of a case anew; if nobody has room, it waits there.",
        queue=about(QUEUE | None, "The queue; null for that in which the case is."),
        reason=about(str | None, "Why; at most 500 characters."),
    )
    case_take = CASES.verb(domain.take, "Make a case that nobody has yours.")
    case_release = CASES.verb(
        release, "Take a case from its owner; its queue chooses somebody who has not released it.", reason=WHY
    )
    escalation_rule_create = RULES.create("Make a rule.")
    escalation_rule_update = RULES.update("Change a rule; what it has done stays done.")
    escalation_rule_upsert = RULES.upsert("Change the rule that a key names, or make it.")
    escalation_rule_bulk_upsert = RULES.bulk_upsert("Upsert up to 250 rules.")
    escalation_rule_archive = RULES.archive("Archive a rule; it acts no more.")
    escalation_rule_restore = RULES.restore("Make an archived rule live again.")
