"""Cases at their edges: what is missed stays so, archived ones are silent, another priority takes no promise away."""

import asyncio
from dataclasses import replace
from typing import Any
from uuid import UUID

from sqlalchemy import text

from api.domain import cases, queues
from api.domain.cases import CasePriority, CaseStatus, EscalationTrigger, MilestoneStatus, MilestoneType
from api.domain.kernel import Invalid, NotAllowed, Work, wire
from api.domain.queues import QueueRouting
from tests.cases.test_clocks import HOUR, MONDAY, milestones, ring, statuses, timer
from tests.conftest import Committed
from tests.factories import a_case, a_contact, a_policy, a_queue, a_rule, a_user, an_account, some_business_hours

FIRST, NEXT, UPDATE, RESOLUTION = MilestoneType
IN_PROGRESS, PAUSED, MET, MISSED, CANCELLED = MilestoneStatus
SOLVED = cases.ResolutionCode.SOLVED


async def waiting_timer(work: Work, kind: str) -> Any:
    await work.flush()
    query = text("SELECT due_at FROM jobs WHERE kind = :kind AND state = 'WAITING'")
    return (await work.session.execute(query, {"kind": kind})).scalar()


async def finished_timers(work: Work) -> None:
    await work.flush()
    await work.session.execute(text("UPDATE jobs SET state = 'DONE', finished_at = now()"))


# What is missed


async def test_resolving_a_case_does_not_undo_the_answer_that_was_missed(work: Work):
    await a_policy(work, {FIRST: 60, UPDATE: 180, RESOLUTION: 600})
    told, untold = [await a_case(work, status=CaseStatus.OPEN) for _ in range(2)]
    work.now += 2 * HOUR
    assert await ring(work, told) == ["case.milestone_violated"]
    for case in (told, untold):  # of one the timer has told it, of the other it comes too late
        await cases.resolve(work, case.id, SOLVED)

    for case in (told, untold):
        assert await statuses(work, case) == {FIRST: MISSED, UPDATE: CANCELLED, RESOLUTION: MET}
        assert (case.next_due_at, await timer(work, case)) == (None, None)


# Another priority


async def test_a_priority_without_promises_and_back_again_takes_none_away(work: Work):
    office = await some_business_hours(work)
    await a_policy(work, {FIRST: 60, RESOLUTION: 600}, urgent={FIRST: 30}, business_hours_id=office.id)
    work.now = MONDAY + 9 * HOUR
    case = await a_case(work, status=CaseStatus.WAITING_CUSTOMER)
    work.now = MONDAY + 11 * HOUR
    await cases.resume(work, case.id)
    await cases.update(work, case.id, {"priority": CasePriority.URGENT})
    assert await statuses(work, case) == {FIRST: IN_PROGRESS, RESOLUTION: CANCELLED}
    await cases.wait_for_customer(work, case.id)
    work.now = MONDAY + 12 * HOUR
    await cases.update(work, case.id, {"priority": CasePriority.NORMAL})

    clock = (await milestones(work, case))[RESOLUTION]
    assert (clock.status, clock.start_at, clock.paused_us) == (PAUSED, MONDAY + 9 * HOUR, 2 * 3_600_000_000)
    work.now = MONDAY + 13 * HOUR
    await cases.resume(work, case.id)
    clock = (await milestones(work, case))[RESOLUTION]
    assert (clock.status, clock.paused_us) == (IN_PROGRESS, 4 * 3_600_000_000)


async def test_the_first_priority_with_promises_keeps_them_from_the_beginning_of_the_case(work: Work):
    policy = await a_policy(work, {})
    await cases.update_policy(
        work,
        policy.id,
        {
            "targets": [
                {"priority": CasePriority.URGENT, "milestone": type, "minutes": 60} for type in (FIRST, RESOLUTION)
            ]
        },
    )
    case = await a_case(work, status=CaseStatus.OPEN)
    begun = work.now
    work.now += HOUR / 4
    await cases.comment(work, case.id, "Plug it in", is_public=True)
    await cases.update(work, case.id, {"priority": CasePriority.URGENT})

    found = await milestones(work, case)
    assert {type: (one.status, one.start_at) for type, one in found.items()} == {RESOLUTION: (IN_PROGRESS, begun)}
    assert case.next_due_at == begun + HOUR


# Archived cases


async def test_the_clock_of_an_archived_case_is_silent_and_goes_on_when_it_is_restored(work: Work):
    await a_policy(work, {FIRST: 60})
    await a_rule(work, EscalationTrigger.MILESTONE_VIOLATED)
    case = await a_case(work)
    await cases.archive(work, case.id)
    work.now += 2 * HOUR
    assert await ring(work, case) == []
    assert (case.escalation_level, await statuses(work, case)) == (0, {FIRST: IN_PROGRESS})

    await finished_timers(work)
    await cases.restore(work, case.id)
    assert await timer(work, case) is not None
    assert await ring(work, case) == ["case.milestone_violated", "case.escalated"]


async def test_archiving_a_case_makes_room_for_one_that_waits_and_one_that_is_restored_finds_an_agent(work: Work):
    queue = await a_queue(work, [await a_user(work, "Ann")], QueueRouting.ROUND_ROBIN, capacity_per_agent=1)
    has, waits = [await a_case(work, name, queue_id=queue.id) for name in ("has", "waits")]
    await finished_timers(work)
    assert (has.owner_id is not None, waits.owner_id) == (True, None)
    await cases.archive(work, has.id)
    assert await waiting_timer(work, "queue.waiting") == work.now

    await cases.archive(work, waits.id)
    await work.flush()
    await finished_timers(work)
    await cases.restore(work, waits.id)
    assert await waiting_timer(work, "queue.waiting") == work.now


# Age


async def test_a_rule_about_age_looks_at_a_case_that_is_reopened_or_restored(work: Work):
    rule = await a_rule(work, EscalationTrigger.AGE, minutes=60)
    case = await a_case(work, status=CaseStatus.RESOLVED)
    work.now += HOUR / 2
    await finished_timers(work)
    await cases.age_due(work, {"rule": wire("esr", rule.id)})
    assert await waiting_timer(work, "escalation_rule.age") == work.now + HOUR
    work.now += HOUR * 3 / 4
    await cases.reopen(work, case.id, "It came back")
    assert await waiting_timer(work, "escalation_rule.age") == work.now

    await cases.archive(work, case.id)
    await finished_timers(work)
    await cases.restore(work, case.id)
    assert await waiting_timer(work, "escalation_rule.age") == work.now


# What goes on from a finished case


async def test_what_follows_has_the_terms_of_the_account_it_names(work: Work):
    vendor, customer = [await an_account(work, name) for name in ("Vendor", "Customer")]
    contact = await a_contact(work, account_id=vendor.id)
    gold = await a_policy(work, {FIRST: 10}, "Gold", is_active=False)
    values: Any = {"name": "Contract", "policy_id": gold.id, "account_id": customer.id, "remaining_cases": 2}
    contract = await cases.create_entitlement(work, values)
    await work.flush()
    case = await a_case(work, account_id=customer.id, contact_id=contact.id, status=CaseStatus.CLOSED)
    followed = await cases.comment(work, case.id, "Again", is_public=True, contact_id=contact.id)

    assert (followed.follows_id, followed.account_id, followed.entitlement_id) == (case.id, customer.id, contract.id)
    assert contract.remaining_cases == 0


async def test_what_follows_waits_in_the_queue_of_the_case_it_follows_unless_that_is_archived(work: Work):
    contact, queue = await a_contact(work), await a_queue(work, [])
    case = await a_case(work, contact_id=contact.id, queue_id=queue.id, status=CaseStatus.CLOSED)
    followed = await cases.comment(work, case.id, "Again", is_public=True, contact_id=contact.id)
    assert (followed.follows_id, followed.queue_id, followed.owner_id) == (case.id, queue.id, None)

    await queues.archive(work, queue.id)
    followed = await cases.comment(work, case.id, "And again", is_public=True, contact_id=contact.id)
    assert (followed.follows_id, followed.queue_id) == (case.id, None)


async def test_what_follows_is_of_the_same_kind_and_measured_by_the_same_hours(work: Work):
    contact, office = await a_contact(work), await some_business_hours(work)
    await a_policy(work, {FIRST: 10}, types=[cases.CaseType.COMPLAINT])
    about: Any = {
        "type": cases.CaseType.COMPLAINT,
        "severity": cases.CaseSeverity.MAJOR,
        "skills": ["french"],
        "business_hours_id": office.id,
    }
    case = await a_case(work, contact_id=contact.id, status=CaseStatus.CLOSED, **about)
    followed = await cases.comment(work, case.id, "Again", is_public=True, contact_id=contact.id)

    assert {name: getattr(followed, name) for name in about} == about
    assert [one.minutes for one in (await milestones(work, followed)).values()] == [10]


# What is given out, and used up


async def test_a_resolved_case_that_is_put_into_a_queue_goes_to_no_agent(work: Work):
    queue = await a_queue(work, [await a_user(work, "Ann")], QueueRouting.ROUND_ROBIN)
    case = await a_case(work, status=CaseStatus.RESOLVED)
    case.owner_id = None
    await work.finish()
    work.events.clear()
    await cases.update(work, case.id, {"queue_id": queue.id})

    assert (case.queue_id, case.owner_id, [event.type for event in work.events]) == (queue.id, None, [])


async def test_a_case_that_is_refused_uses_up_no_entitlement(work: Work):
    account, gold = await an_account(work), await a_policy(work, {FIRST: 10}, is_active=False)
    values: Any = {"name": "Contract", "policy_id": gold.id, "account_id": account.id, "remaining_cases": 2}
    contract = await cases.create_entitlement(work, values)
    await work.finish()
    rights = dict(work.viewer.capability.rights)
    rights["case"] = replace(rights["case"], create=False)
    work.viewer = replace(work.viewer, capability=replace(work.viewer.capability, rights=rights))
    (refused,) = await cases.upsert_many(work, [cases.CaseRow(values={"subject": "Mine", "account_id": account.id})])

    assert isinstance(refused.refusal, NotAllowed)
    assert (contract.remaining_cases, await work.finish()) == (2, [])


async def test_another_priority_promises_an_answer_to_what_was_asked_and_news_since_our_last_word(work: Work):
    contact = await a_contact(work)
    await a_policy(work, {FIRST: 60}, urgent={FIRST: 60, NEXT: 30, UPDATE: 60})
    case, quiet = [await a_case(work, status=CaseStatus.OPEN, contact_id=contact.id) for _ in range(2)]
    begun, minute = work.now, HOUR / 60
    for one in (case, quiet):
        work.now = begun + 5 * minute
        await cases.comment(work, one.id, "Plug it in", is_public=True)
        work.now = begun + 6 * minute
        await cases.comment(work, one.id, "Mine")
    work.now = begun + 10 * minute
    await cases.comment(work, case.id, "Where?", is_public=True, contact_id=contact.id)
    await cases.wait_for_customer(work, case.id)
    work.now = begun + 20 * minute
    for one in (case, quiet):
        await cases.update(work, one.id, {"priority": CasePriority.URGENT})

    found = {type: (one.status, one.start_at) for type, one in (await milestones(work, case)).items()}
    assert found == {
        FIRST: (MET, begun),
        NEXT: (IN_PROGRESS, begun + 10 * minute),
        UPDATE: (PAUSED, begun + 5 * minute),
    }
    assert (await milestones(work, case))[UPDATE].paused_at == begun + 10 * minute
    assert await statuses(work, quiet) == {FIRST: MET, UPDATE: IN_PROGRESS}


async def test_a_violation_that_nobody_was_told_of_is_told_when_the_answer_comes(work: Work):
    await a_policy(work, {FIRST: 60})
    case = await a_case(work)
    work.now += 2 * HOUR
    work.events.clear()
    await cases.comment(work, case.id, "Plug it in", is_public=True)

    assert [event.type for event in work.events].count("case.milestone_violated") == 1
    assert (await milestones(work, case))[FIRST].violated_at == work.now
    assert await ring(work, case) == []


async def test_of_two_cases_that_are_marked_as_each_other_s_duplicate_at_once_one_is(committed: Committed):
    async with committed.open_as() as work:
        ids = [(await a_case(work, name)).id for name in ("one", "other")]
    both = asyncio.Barrier(2)

    async def mark(id: UUID, of: UUID) -> bool:
        try:
            async with committed.open_as() as work:
                await work.tenant_settings()
                await both.wait()
                await cases.mark_duplicate(work, id, of)
                await asyncio.sleep(0.2)
        except Invalid:
            return False
        return True

    assert sorted(await asyncio.gather(mark(*ids), mark(*reversed(ids)))) == [False, True]
    async with committed.open_as() as work:
        found = await work.load(cases.Case, ids)
        assert sorted(case.status.value for case in found.values()) == ["DUPLICATE", "NEW"]
