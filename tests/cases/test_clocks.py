"""Service levels: which terms a case gets, and whether its clocks are right."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, text

from api.domain import business_hours, cases
from api.domain.business_hours import Weekday
from api.domain.cases import Case, CasePriority, CaseStatus, Milestone, MilestoneStatus, MilestoneType, ResolutionCode
from api.domain.kernel import Invalid, Required, Work, wire
from tests.factories import a_case, a_contact, a_holiday_calendar, a_policy, an_account, some_business_hours

FIRST, NEXT, UPDATE, RESOLUTION = MilestoneType
IN_PROGRESS, PAUSED, MET, MISSED, CANCELLED = MilestoneStatus
HOUR = timedelta(hours=1)
FRIDAY, SATURDAY, MONDAY, TUESDAY, WEDNESDAY = (datetime(2026, 3, day, tzinfo=UTC) for day in (6, 7, 9, 10, 11))


async def milestones(work: Work, case: Case) -> dict[MilestoneType, Milestone]:
    """The newest of each type."""
    await work.flush()
    query = select(Milestone).where(Milestone.case_id == case.id).order_by(Milestone.start_at, Milestone.id)
    return {one.type: one for one in await work.session.scalars(query)}


async def statuses(work: Work, case: Case) -> dict[MilestoneType, MilestoneStatus]:
    return {type: one.status for type, one in (await milestones(work, case)).items()}


async def timer(work: Work, case: Case) -> datetime | None:
    await work.flush()
    query = text("SELECT due_at FROM jobs WHERE kind = 'case.clock' AND key = :key AND state = 'WAITING'")
    found: datetime | None = (await work.session.execute(query, {"key": case.id.hex})).scalar()
    return found


async def ring(work: Work, case: Case) -> list[str]:
    """What the timer of a case tells when it comes."""
    before = len(work.events)
    await cases.clock_due(work, {"case": wire("cas", case.id)})
    return [event.type for event in work.events[before:]]


async def measured(work: Work, start: datetime, hours: int, **values: Any) -> Case:
    """A case of Monday to Friday, 09:00 to 17:00, that is to be resolved in so many hours."""
    office = await some_business_hours(work, **values)
    await a_policy(work, {RESOLUTION: hours * 60}, business_hours_id=office.id)
    work.now = start
    return await a_case(work)


# The golden examples of the domain, as clocks of cases


async def test_friday_at_four_and_four_hours_is_monday_at_noon(work: Work):
    case = await measured(work, FRIDAY + 16 * HOUR, 4)

    assert (await milestones(work, case))[RESOLUTION].target_at == MONDAY + 12 * HOUR
    assert case.next_due_at == MONDAY + 12 * HOUR


async def test_a_pause_over_night_does_not_move_the_target(work: Work):
    case = await measured(work, MONDAY + 9 * HOUR, 8)
    await cases.start(work, case.id)
    work.now = MONDAY + 16 * HOUR + 59 * HOUR / 60
    await cases.wait_for_customer(work, case.id)
    work.now = TUESDAY + 9 * HOUR
    await cases.resume(work, case.id)

    clock = (await milestones(work, case))[RESOLUTION]
    assert (clock.paused_us, clock.target_at) == (60_000_000, TUESDAY + 9 * HOUR + HOUR / 60)  # the last minute only


async def test_a_pause_from_the_last_instant_on_changes_nothing(work: Work):
    case = await measured(work, MONDAY + 9 * HOUR, 8)
    await cases.start(work, case.id)
    work.now = MONDAY + 17 * HOUR
    await cases.wait_for_customer(work, case.id)
    work.now = TUESDAY + 9 * HOUR
    await cases.resume(work, case.id)

    clock = (await milestones(work, case))[RESOLUTION]
    assert (clock.paused_us, clock.target_at) == (0, MONDAY + 17 * HOUR)


async def test_saturday_and_an_hour_is_monday_at_ten(work: Work):
    case = await measured(work, SATURDAY + 15 * HOUR, 1)

    assert case.next_due_at == MONDAY + 10 * HOUR


async def test_a_holiday_on_monday_makes_it_tuesday(work: Work):
    calendar = await a_holiday_calendar(work, days={MONDAY.date(): "Founders' day"})
    case = await measured(work, SATURDAY + 15 * HOUR, 1, holiday_calendar_id=calendar.id)

    assert case.next_due_at == TUESDAY + 10 * HOUR


async def test_round_the_clock_counts_seconds_also_over_a_change_of_the_clock(work: Work):
    week = [{"day": day, "opens": "00:00", "closes": "24:00"} for day in Weekday]
    start = datetime(2026, 3, 28, 12, tzinfo=UTC)
    case = await measured(work, start, 24, zone="Europe/Berlin", intervals=week)

    assert case.next_due_at == start + 24 * HOUR


# Pauses and priorities


async def test_only_business_time_of_a_pause_moves_the_target(work: Work):
    case = await measured(work, FRIDAY + 9 * HOUR, 12)
    await cases.start(work, case.id)
    work.now = FRIDAY + 16 * HOUR
    await cases.wait_for_customer(work, case.id)
    assert (await statuses(work, case), case.next_due_at, await timer(work, case)) == ({RESOLUTION: PAUSED}, None, None)
    work.now = MONDAY + 10 * HOUR
    await cases.resume(work, case.id)

    clock = (await milestones(work, case))[RESOLUTION]
    assert (clock.status, clock.paused_us) == (IN_PROGRESS, 2 * 3_600_000_000)
    assert clock.target_at == case.next_due_at == MONDAY + 15 * HOUR


async def test_another_priority_keeps_the_start_and_the_pauses(work: Work):
    office = await some_business_hours(work)
    await a_policy(work, {RESOLUTION: 12 * 60}, urgent={RESOLUTION: 6 * 60}, business_hours_id=office.id)
    work.now = MONDAY + 9 * HOUR
    case = await a_case(work, status=CaseStatus.WAITING_CUSTOMER)
    work.now = MONDAY + 12 * HOUR
    await cases.resume(work, case.id)
    await cases.update(work, case.id, {"priority": CasePriority.URGENT})

    clock = (await milestones(work, case))[RESOLUTION]
    assert (clock.start_at, clock.paused_us) == (MONDAY + 9 * HOUR, 3 * 3_600_000_000)
    assert (clock.minutes, clock.target_at) == (360, TUESDAY + 10 * HOUR)
    await cases.update(work, case.id, {"priority": CasePriority.NORMAL})
    assert clock.target_at == TUESDAY + 16 * HOUR


async def test_a_policy_says_which_states_pause(work: Work):
    await a_policy(work, {RESOLUTION: 60}, pauses_for_customer=False, pauses_for_third_party=True)
    customer = await a_case(work, status=CaseStatus.WAITING_CUSTOMER)
    other = await a_case(work, status=CaseStatus.WAITING_THIRD_PARTY)

    assert (await statuses(work, customer), await statuses(work, other)) == (
        {RESOLUTION: IN_PROGRESS},
        {RESOLUTION: PAUSED},
    )


async def test_the_first_response_never_pauses(work: Work):
    await a_policy(work, {FIRST: 60, RESOLUTION: 600})
    case = await a_case(work, status=CaseStatus.WAITING_CUSTOMER)

    assert await statuses(work, case) == {FIRST: IN_PROGRESS, RESOLUTION: PAUSED}


# What is reached


async def test_a_person_answers_in_time_and_a_machine_does_not(work: Work):
    await a_policy(work, {FIRST: 60})
    case = await a_case(work)
    await cases.comment(work, case.id, "We have got it", is_public=True, is_automated=True)
    await cases.comment(work, case.id, "Mine")
    assert await statuses(work, case) == {FIRST: IN_PROGRESS}

    work.now += HOUR
    await cases.comment(work, case.id, "Plug it in", is_public=True)
    assert await statuses(work, case) == {FIRST: MET}
    assert (case.next_due_at, await timer(work, case)) == (None, None)


async def test_one_microsecond_too_late_is_missed(work: Work):
    await a_policy(work, {FIRST: 60})
    case = await a_case(work)
    work.now += HOUR + timedelta(microseconds=1)
    await cases.comment(work, case.id, "Plug it in", is_public=True)

    assert await statuses(work, case) == {FIRST: MISSED}


async def test_what_the_customer_asks_later_wants_an_answer_once(work: Work):
    contact = await a_contact(work)
    await a_policy(work, {FIRST: 60, NEXT: 30})
    case = await a_case(work, contact_id=contact.id)
    ask = {"is_public": True, "contact_id": contact.id}
    await cases.comment(work, case.id, "Hello?", **ask)  # type: ignore[arg-type]
    assert await statuses(work, case) == {FIRST: IN_PROGRESS}
    await cases.comment(work, case.id, "Plug it in", is_public=True)

    work.now += HOUR
    await cases.comment(work, case.id, "Where?", **ask)  # type: ignore[arg-type]
    asked = work.now
    work.now += HOUR / 4
    await cases.comment(work, case.id, "Hello?", **ask)  # type: ignore[arg-type]
    assert (await milestones(work, case))[NEXT].target_at == asked + HOUR / 2
    await cases.comment(work, case.id, "Into the wall", is_public=True)
    assert await statuses(work, case) == {FIRST: MET, NEXT: MET}


async def test_each_news_for_the_customer_promises_the_next(work: Work):
    await a_policy(work, {UPDATE: 60})
    case = await a_case(work)
    work.now += HOUR / 2
    await cases.comment(work, case.id, "We are at it", is_public=True)

    clock = (await milestones(work, case))[UPDATE]
    assert (clock.status, clock.start_at, clock.target_at) == (IN_PROGRESS, work.now, work.now + HOUR)


async def test_resolving_ends_all_clocks_and_reopening_lets_the_resolution_go_on(work: Work):
    office = await some_business_hours(work)
    await a_policy(work, {FIRST: 60, UPDATE: 60, RESOLUTION: 600}, business_hours_id=office.id)
    work.now = MONDAY + 9 * HOUR
    case = await a_case(work, status=CaseStatus.OPEN)
    work.now = MONDAY + 10 * HOUR
    await cases.resolve(work, case.id, ResolutionCode.SOLVED)
    assert await statuses(work, case) == {FIRST: CANCELLED, UPDATE: CANCELLED, RESOLUTION: MET}

    work.now = TUESDAY + 10 * HOUR
    await cases.reopen(work, case.id, "It came back")
    found = await milestones(work, case)
    assert {type: one.status for type, one in found.items()} == {
        FIRST: CANCELLED,
        UPDATE: IN_PROGRESS,
        RESOLUTION: IN_PROGRESS,
    }
    assert (found[RESOLUTION].completed_at, found[RESOLUTION].paused_us) == (None, 8 * 3_600_000_000)
    assert found[RESOLUTION].target_at == WEDNESDAY + 11 * HOUR  # 1 h on Monday, 7 h on Tuesday, 2 h on Wednesday


@pytest.mark.parametrize("status", [CaseStatus.CANCELLED, CaseStatus.DUPLICATE])
async def test_what_needs_no_answer_is_neither_met_nor_missed(work: Work, status: CaseStatus):
    await a_policy(work, {FIRST: 60, RESOLUTION: 600})
    case = await a_case(work, status=status)

    assert await statuses(work, case) == {FIRST: CANCELLED, RESOLUTION: CANCELLED}
    assert (case.next_due_at, await timer(work, case)) == (None, None)


# The timer


async def test_a_warning_and_a_violation_are_told_once_each(work: Work):
    await a_policy(work, {FIRST: 100})
    case = await a_case(work)
    start = work.now
    assert await timer(work, case) == start + timedelta(minutes=80)

    work.now = start + timedelta(minutes=79)
    assert (await ring(work, case), await timer(work, case)) == ([], start + timedelta(minutes=80))
    work.now = start + timedelta(minutes=80)
    assert await ring(work, case) == ["case.milestone_warned"]
    assert (await ring(work, case), await timer(work, case)) == ([], start + timedelta(minutes=100))
    work.now = start + timedelta(minutes=101)
    assert await ring(work, case) == ["case.milestone_violated"]
    assert (await ring(work, case), await timer(work, case)) == ([], None)
    assert (await statuses(work, case), case.next_due_at) == ({FIRST: MISSED}, start + timedelta(minutes=100))


async def test_after_a_jump_of_the_clock_the_violation_comes_without_its_warning(work: Work):
    await a_policy(work, {FIRST: 100})
    case = await a_case(work)
    work.now += timedelta(days=400)

    assert await ring(work, case) == ["case.milestone_violated"]
    assert await ring(work, case) == []


async def test_what_was_missed_stays_missed_when_it_is_reached_or_taken_back(work: Work):
    await a_policy(work, {RESOLUTION: 60})
    case = await a_case(work, status=CaseStatus.OPEN)
    work.now += 2 * HOUR
    assert await ring(work, case) == ["case.milestone_violated"]
    await cases.resolve(work, case.id, ResolutionCode.SOLVED)
    await cases.reopen(work, case.id, "It came back")

    clock = (await milestones(work, case))[RESOLUTION]
    assert (clock.status, clock.completed_at) == (MISSED, None)
    assert await ring(work, case) == []


# Which terms a case gets


async def test_a_case_keeps_the_version_it_began_with(work: Work):
    policy = await a_policy(work, {FIRST: 60})
    before = await a_case(work)
    await cases.update_policy(work, policy.id, {"warn_percent": 50})
    await cases.update_policy(work, policy.id, {"name": "Gold"})
    after = await a_case(work)
    await work.flush()

    revisions = await work.session.execute(text("SELECT revision, warn_percent FROM sla_versions ORDER BY 1"))
    assert revisions.all() == [(1, 80), (2, 50)]
    assert before.sla_version_id != after.sla_version_id
    assert (await milestones(work, after))[FIRST].warn_at == work.now + HOUR / 2
    await cases.update(work, before.id, {"priority": CasePriority.HIGH})
    assert (await milestones(work, before))[FIRST].warn_at == work.now + 48 * HOUR / 60


async def test_the_hours_of_a_target_go_before_those_of_the_policy_and_these_before_those_of_the_case(work: Work):
    hours = [await some_business_hours(work, name) for name in ("target", "policy", "case")]
    target, policy, own = [one.id for one in hours]
    found = []
    for of_target, of_policy in ((target, policy), (None, policy), (None, None)):
        made = await a_policy(work, {FIRST: 60}, hours_of_target=of_target, business_hours_id=of_policy)
        case = await a_case(work, business_hours_id=own)
        found.append((await milestones(work, case))[FIRST].business_hours_id)
        await cases.archive_policy(work, made.id)
        await work.flush()
    assert found == [target, policy, own]


async def test_the_first_policy_that_is_for_such_cases_counts(work: Work):
    await a_policy(work, {FIRST: 10}, "Complaints", types=[cases.CaseType.COMPLAINT], place=1)
    await a_policy(work, {FIRST: 20}, "Phone", origins=[cases.CaseOrigin.PHONE], place=2)
    await a_policy(work, {FIRST: 30}, "All", place=3)
    complaint = await a_case(work, type=cases.CaseType.COMPLAINT, origin=cases.CaseOrigin.PHONE)
    call = await a_case(work, origin=cases.CaseOrigin.PHONE)
    other = await a_case(work)

    assert [(await milestones(work, case))[FIRST].minutes for case in (complaint, call, other)] == [10, 20, 30]


async def entitled(work: Work, policy: UUID, **values: Any) -> cases.Entitlement:
    made = await cases.create_entitlement(work, {"name": "Contract", "policy_id": policy, **values})  # type: ignore[typeddict-item]
    await work.flush()
    return made


async def test_an_entitlement_gives_its_policy_to_so_many_cases(work: Work):
    account = await an_account(work)
    gold = await a_policy(work, {FIRST: 10}, "Gold", is_active=False)
    await a_policy(work, {FIRST: 60}, "Standard")
    contract = await entitled(work, gold.id, account_id=account.id, remaining_cases=1)
    first, second = [await a_case(work, account_id=account.id) for _ in range(2)]

    assert (first.entitlement_id, second.entitlement_id) == (contract.id, None)
    assert [(await milestones(work, case))[FIRST].minutes for case in (first, second)] == [10, 60]
    assert contract.remaining_cases == 0


async def test_an_entitlement_of_another_time_is_none(work: Work):
    account = await an_account(work)
    gold = await a_policy(work, {FIRST: 10}, "Gold", is_active=False)
    today = work.now.date()
    await entitled(work, gold.id, account_id=account.id, starts_on=today + timedelta(days=1))
    await entitled(work, gold.id, account_id=account.id, starts_on=date(2025, 1, 1), ends_on=today - timedelta(days=1))

    assert (await a_case(work, account_id=account.id)).sla_version_id is None
    valid = await entitled(work, gold.id, account_id=account.id, starts_on=today, ends_on=today)
    assert (await a_case(work, account_id=account.id)).entitlement_id == valid.id


@pytest.mark.parametrize(
    ("values", "path"),
    [
        ({}, ("account",)),
        ({"account": True, "contact": True}, ("account",)),
        ({"account": True, "ends_on": date(2020, 1, 1)}, ("ends_on",)),
        ({"account": True, "remaining_cases": -1}, ("remaining_cases",)),
    ],
)
async def test_what_cannot_be_an_entitlement_is_refused(work: Work, values: dict[str, Any], path: tuple[str, ...]):
    policy = await a_policy(work, {FIRST: 10})
    given = dict(values)
    if given.pop("account", None):
        given["account_id"] = (await an_account(work)).id
    if given.pop("contact", None):
        given["contact_id"] = (await a_contact(work)).id
    await work.finish()

    with pytest.raises(Invalid) as refused:
        await entitled(work, policy.id, **given)
    assert refused.value.path == path
    assert (await work.finish(), work.events) == ([], [])


@pytest.mark.parametrize(
    ("values", "refusal", "path"),
    [
        ({"targets": []}, Required, ("name",)),
        ({"name": "x"}, Required, ("targets",)),
        ({"name": "x", "targets": [], "warn_percent": 100}, Invalid, ("warn_percent",)),
        ({"name": "x", "targets": [("NORMAL", FIRST, 0)]}, Invalid, ("targets", "0", "minutes")),
        ({"name": "x", "targets": [("LOW", FIRST, 1), ("LOW", FIRST, 2)]}, Invalid, ("targets", "1", "milestone")),
    ],
)
async def test_what_cannot_be_a_policy_is_refused(work: Work, values: Any, refusal: Any, path: tuple[str, ...]):
    given = dict(values)
    if "targets" in given:
        names = ("priority", "milestone", "minutes")
        given["targets"] = [dict(zip(names, (CasePriority(p), m, n), strict=True)) for p, m, n in given["targets"]]
    with pytest.raises(refusal) as refused:
        await cases.create_policy(work, given)  # type: ignore[arg-type]
    assert refused.value.path == path
    assert (await work.finish(), work.events) == ([], [])


async def test_hours_that_are_changed_later_measure_from_then_on(work: Work):
    case = await measured(work, MONDAY + 9 * HOUR, 4)
    (hours,) = (await work.session.scalars(select(business_hours.BusinessHours))).all()
    week = [{"day": day, "opens": "10:00", "closes": "17:00"} for day in list(Weekday)[:5]]
    await business_hours.update(work, hours.id, {"intervals": week})  # type: ignore[typeddict-item]

    assert case.next_due_at == MONDAY + 13 * HOUR
