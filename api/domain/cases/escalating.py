"""Raising the level of cases, by hand and by rules. A level never falls, and each raise says who, why and when."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Text, select

from api.domain.kernel import LimitExceeded, Work, among, checked, new_id, parse, wire
from api.domain.queues import Queue, look_again

from .clocks import open_clocks
from .desk import check_unfinished
from .events import CaseEscalated
from .handling import CaseEscalation, EscalationRule
from .level_states import MilestoneType
from .models import Case
from .priorities import prioritise
from .routing import AT_ONCE, OPEN, give_out
from .states import CasePriority, EscalationTrigger

REASON, HIGHEST = 500, 5
BY_AGE = "escalation_rule.age"  # the timer's kind of job
URGENCY = {priority: rank for rank, priority in enumerate(CasePriority)}


@dataclass(frozen=True)
class Occasion:
    """What happened to a case that rules may be about."""

    case: Case
    trigger: EscalationTrigger
    milestone: MilestoneType | None = None


async def escalate(work: Work, id: UUID, reason: str, *, if_version: int | None = None) -> Case:
    """Raise the level by one; it never falls.

    Raises:
        IllegalTransition: the case is finished.
        LimitExceeded: it is at level five.
    """
    case = await work.edit(Case, id, if_version=if_version)
    check_unfinished(case, "escalate")
    reason = checked(reason, "reason", limit=REASON)
    if case.escalation_level >= HIGHEST:
        raise LimitExceeded((), HIGHEST, "levels of escalation")
    lift(work, case, case.escalation_level + 1, reason)
    return case


async def act(work: Work, occasions: Sequence[Occasion]) -> None:
    """Let the rules that are for these occasions act, in their order; each on a case once at most."""
    rules = await rules_for(work, {one.trigger for one in occasions})
    if not rules:
        return
    pairs = [(one.case, rule) for one in occasions for rule in rules if is_about(rule, one)]
    await apply(work, pairs)


async def age_due(work: Work, payload: Mapping[str, Any]) -> None:
    """The job of a rule about age: it acts on what is old enough, and comes again when the next case will be."""
    id = parse("esr", payload["rule"])
    (rule,) = await work.affect(EscalationRule, [id])
    if not rule.is_active or rule.archived_at is not None or rule.minutes is None:
        return
    age = timedelta(minutes=rule.minutes)
    done = select(CaseEscalation.case_id).where(
        CaseEscalation.tenant_id == work.tenant, CaseEscalation.rule_id == id, CaseEscalation.case_id == Case.id
    )
    query = select(Case.id, Case.created_at).where(
        Case.tenant_id == work.tenant,
        Case.archived_at.is_(None),
        among(Case.status, OPEN, Text()),
        ~done.exists(),
    )
    oldest = (await work.session.execute(query.order_by(Case.created_at, Case.id).limit(AT_ONCE + 1))).all()
    due = [found for found, created_at in oldest[:AT_ONCE] if created_at + age <= work.now]
    await apply(work, [(case, rule) for case in await work.affect(Case, due)])
    # What is made from now on is not old enough before that.
    later = [created_at + age for found, created_at in oldest if found not in set(due)]
    again = max(min([work.now + age, *later]), work.now)
    await schedule_age(work, rule, again)


async def look_at_ages(work: Work) -> None:
    """Let rules about age look at a case that came back: it may be older than what they wait for."""
    for rule in await rules_for(work, {EscalationTrigger.AGE}):
        await schedule_age(work, rule, work.now)


async def schedule_age(work: Work, rule: EscalationRule, at: Any) -> None:
    await work.schedule(BY_AGE, key=rule.id.hex, due_at=at, payload={"rule": wire("esr", rule.id)})


async def rules_for(work: Work, triggers: set[EscalationTrigger]) -> Sequence[EscalationRule]:
    if not triggers:
        return ()
    query = select(EscalationRule).where(
        EscalationRule.tenant_id == work.tenant,
        EscalationRule.archived_at.is_(None),
        EscalationRule.is_active,
        among(EscalationRule.trigger, [one.value for one in triggers], Text()),
    )
    return (await work.session.scalars(query.order_by(EscalationRule.place, EscalationRule.id))).all()


def is_about(rule: EscalationRule, one: Occasion) -> bool:
    if rule.trigger is not one.trigger:
        return False
    if rule.trigger is EscalationTrigger.REOPENED:
        return one.case.reopen_count >= (rule.times or 1)
    return rule.milestone is None or rule.milestone is one.milestone


async def apply(work: Work, pairs: Sequence[tuple[Case, EscalationRule]]) -> None:
    """Raise level and priority and move to another queue, where a rule says so and has not done it before."""
    if not pairs:
        return
    await work.flush()
    query = select(CaseEscalation.case_id, CaseEscalation.rule_id).where(
        CaseEscalation.tenant_id == work.tenant, among(CaseEscalation.case_id, {case.id for case, _ in pairs})
    )
    done = {(case, rule) for case, rule in await work.session.execute(query)}
    targets = {rule.to_queue_id for _, rule in pairs if rule.to_queue_id is not None}
    # With those that the cases leave, since queues are locked in the order of their ids.
    locked = await work.affect(Queue, targets | {case.queue_id for case, _ in pairs if targets and case.queue_id})
    live = {queue.id for queue in locked if queue.archived_at is None}
    urgent: dict[UUID, Case] = {}
    moved: dict[UUID, Case] = {}
    left: set[UUID] = set()
    for case, rule in pairs:
        if (case.id, rule.id) in done:
            continue
        done.add((case.id, rule.id))
        work.permit(case)
        lift(work, case, max(case.escalation_level, rule.to_level), f"rule {rule.name}", rule)
        if rule.to_priority is not None and URGENCY[rule.to_priority] > URGENCY[case.priority]:
            case.priority = rule.to_priority
            urgent[case.id] = case
        if rule.to_queue_id in live and rule.to_queue_id != case.queue_id:
            left |= {case.queue_id} if case.queue_id and case.owner_id else set()
            case.queue_id, case.owner_id = rule.to_queue_id, None
            moved[case.id] = case
    clocks = await open_clocks(work, urgent.values())
    await prioritise(clocks, urgent.values())
    await clocks.settle()
    await give_out(work, list(moved.values()), reason="escalated")
    await look_again(work, left)


def lift(work: Work, case: Case, level: int, reason: str, rule: EscalationRule | None = None) -> None:
    before, case.escalation_level = case.escalation_level, level
    work.add(
        CaseEscalation(
            id=new_id(),
            case_id=case.id,
            rule_id=None if rule is None else rule.id,
            by_id=work.viewer.user,
            level_before=before,
            level=level,
            reason=reason,
            created_at=work.now,
        )
    )
    if level > before:
        work.emit(CaseEscalated(case.id, level, reason, None if rule is None else wire("esr", rule.id)))
