"""Levels of cases only rise, by hand or by a rule, and each raise says who, why and when."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from api.domain import cases, queues
from api.domain.cases import Case, CasePriority, CaseStatus, EscalationTrigger, MilestoneType
from api.domain.kernel import Invalid, NotAllowed, Work, wire
from api.domain.queues import QueueRouting
from tests.conftest import AsRole
from tests.factories import a_case, a_policy, a_queue, a_rule, a_user

RAISED = """
SELECT rule.name, raised.level_before, raised.level, raised.reason, raised.by_id, raised.created_at
  FROM case_escalations AS raised LEFT JOIN escalation_rules AS rule ON rule.id = raised.rule_id
 WHERE case_id = :case ORDER BY raised.id"""
WARNED, VIOLATED, AGE, REOPENED = EscalationTrigger


async def raised(work: Work, case: Case) -> list[Any]:
    await work.flush()
    return [tuple(row) for row in await work.session.execute(text(RAISED), {"case": case.id})]


async def ring(work: Work, case: Case) -> None:
    await cases.clock_due(work, {"case": wire("cas", case.id)})


async def timer(work: Work) -> Any:
    await work.flush()
    query = "SELECT due_at FROM jobs WHERE kind = 'escalation_rule.age' AND state = 'WAITING'"
    return (await work.session.execute(text(query))).scalar()


def types(work: Work) -> list[str]:
    return [event.type for event in work.events]


async def test_what_a_person_raises_is_noted_with_the_reason(work: Work):
    case = await a_case(work)
    await cases.escalate(work, case.id, "The customer calls every hour")

    me = work.viewer.user
    assert await raised(work, case) == [(None, 0, 1, "The customer calls every hour", me, work.now)]


async def test_a_violated_milestone_raises_level_and_priority_and_moves_the_case(work: Work):
    ann, bob = [await a_user(work, name) for name in ("Ann", "Bob")]
    first = await a_queue(work, [ann], QueueRouting.ROUND_ROBIN)
    second = await a_queue(work, [bob], QueueRouting.ROUND_ROBIN, name="Second level")
    await a_policy(work, {MilestoneType.RESOLUTION: 60}, urgent={MilestoneType.RESOLUTION: 30})
    await a_rule(work, VIOLATED, to_level=2, to_priority=CasePriority.URGENT, to_queue_id=second.id)
    case = await a_case(work, queue_id=first.id)
    assert case.owner_id == ann.id

    work.now += timedelta(minutes=61)
    for _ in range(2):  # the timer may come twice
        await ring(work, case)

    assert (case.escalation_level, case.priority, case.queue_id, case.owner_id) == (2, "URGENT", second.id, bob.id)
    assert await raised(work, case) == [("Late", 0, 2, "rule Late", work.viewer.user, work.now)]
    assert types(work).count("case.escalated") == 1


async def test_a_rule_lowers_neither_level_nor_priority(work: Work):
    await a_policy(work, {MilestoneType.RESOLUTION: 60})
    await a_rule(work, WARNED, to_level=1, to_priority=CasePriority.LOW)
    case = await a_case(work, priority=CasePriority.HIGH)
    for _ in range(3):
        await cases.escalate(work, case.id, "Now")

    work.now += timedelta(minutes=59)
    await ring(work, case)
    assert (case.escalation_level, case.priority) == (3, "HIGH")
    assert (await raised(work, case))[-1][:4] == ("Late", 3, 3, "rule Late")
    assert types(work).count("case.escalated") == 3  # nothing has risen


async def test_a_rule_for_one_milestone_leaves_others_alone(work: Work):
    await a_policy(work, {MilestoneType.FIRST_RESPONSE: 60})
    await a_rule(work, VIOLATED, milestone=MilestoneType.RESOLUTION)
    case = await a_case(work)

    work.now += timedelta(minutes=61)
    await ring(work, case)
    assert (case.escalation_level, await raised(work, case)) == (0, [])


async def test_the_second_reopening_is_one_too_many(work: Work):
    await a_rule(work, REOPENED, times=2, to_level=3)
    case = await a_case(work, status=CaseStatus.RESOLVED)
    await cases.reopen(work, case.id, "It came back")
    assert case.escalation_level == 0

    await cases.resolve(work, case.id, cases.ResolutionCode.SOLVED)
    await cases.reopen(work, case.id, "Again")
    assert case.escalation_level == 3


async def test_a_rule_about_age_acts_when_a_case_is_old_enough_and_comes_again_for_the_next(work: Work):
    rule = await a_rule(work, AGE, minutes=60)
    made = work.now
    assert await timer(work) == made
    old = await a_case(work)
    work.now = made + timedelta(minutes=20)
    young = await a_case(work)
    settled = await a_case(work, status=CaseStatus.RESOLVED)
    await work.session.execute(text("UPDATE jobs SET state = 'DONE', finished_at = now()"))

    work.now = made + timedelta(minutes=60)
    for _ in range(2):
        await cases.age_due(work, {"rule": wire("esr", rule.id)})
    assert (old.escalation_level, young.escalation_level, settled.escalation_level) == (1, 0, 0)
    assert await timer(work) == made + timedelta(minutes=80)


@pytest.mark.parametrize(
    ("values", "path"),
    [
        ({"trigger": AGE}, "minutes"),
        ({"trigger": WARNED, "minutes": 5}, "minutes"),
        ({"trigger": REOPENED}, "times"),
        ({"trigger": AGE, "minutes": 5, "milestone": MilestoneType.UPDATE}, "milestone"),
    ],
)
async def test_a_rule_takes_what_belongs_to_its_trigger(work: Work, values: Any, path: str):
    with pytest.raises(Invalid) as refused:
        await cases.create_rule(work, {"name": "Late"} | values)
    assert (refused.value.path, await work.finish(), work.events) == ((path,), [], [])


async def test_agents_make_no_rules(as_role: AsRole):
    agent = await as_role("support_agent")
    with pytest.raises(NotAllowed):
        await cases.create_rule(agent, {"name": "Late", "trigger": WARNED})
    assert (await agent.finish(), agent.events) == ([], [])


async def test_a_rule_moves_no_case_into_a_queue_that_is_archived(work: Work):
    first, second = [await a_queue(work, [], name=name) for name in ("First", "Second")]
    await a_policy(work, {MilestoneType.RESOLUTION: 60})
    await a_rule(work, VIOLATED, to_level=2, to_queue_id=second.id)
    await queues.archive(work, second.id)
    case = await a_case(work, queue_id=first.id)

    work.now += timedelta(minutes=61)
    await ring(work, case)
    assert (case.escalation_level, case.queue_id) == (2, first.id)
