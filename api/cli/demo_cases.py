"""The support of the demo: business hours, policies, a contract, and cases in every state with their clocks.

What happens to a case, and when, follows from its number alone, so that its figures can be reckoned by hand.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from api.domain import access, business_hours, cases
from api.domain.business_hours import Weekday
from api.domain.cases import CaseOrigin, CasePriority, CaseStatus, CaseType, MilestoneType, ResolutionCode
from api.domain.kernel import PrincipalKind, Viewer, Work, open_work

from .database import Sessions
from .demo_desk import CONTENT, INBOX, SUPPORT, Settled, ask_customers, make_articles, make_queues

ZONE = "Europe/Berlin"
WORKING_DAYS = list(Weekday)[:5]
HOURS = (("09:00", "12:30"), ("13:30", "18:00"))
MINUTES = {  # for LOW, NORMAL, HIGH and URGENT
    MilestoneType.FIRST_RESPONSE: (960, 480, 240, 60),
    MilestoneType.NEXT_RESPONSE: (960, 480, 240, 120),
    MilestoneType.UPDATE: (4_800, 2_400, 960, 240),
    MilestoneType.RESOLUTION: (4_800, 2_400, 1_440, 480),
}
SUBJECTS = (
    "The export stops at page 40",
    "An invoice shows the wrong address",
    "How do we add a second site?",
    "The sensor loses its connection at night",
    "Two people get the same alert",
    "A cable was missing in the parcel",
    "Please cancel our trial",
    "The report counts Sunday twice",
)
STATUSES = (
    CaseStatus.NEW,
    CaseStatus.OPEN,
    CaseStatus.WAITING_CUSTOMER,
    CaseStatus.OPEN,
    CaseStatus.RESOLVED,
    CaseStatus.CLOSED,
    CaseStatus.WAITING_THIRD_PARTY,
    CaseStatus.CANCELLED,
    CaseStatus.DUPLICATE,
    CaseStatus.RESOLVED,
)
# Places in STATUSES: whose customer is answered a second time, and who comes back, in every other turn.
UNDERSTOOD, RETURNING = 1, 9
CASES = 40
DAYS = 10  # of work, before the last day of the demo
PREPARED = timedelta(days=15)  # before that day: ahead of the first case
OPENS = time(9)  # when most cases come
JUST_COME = timedelta(minutes=30)  # before the end: new cases of every other turn
HOUR = timedelta(hours=1)
# How long after its first word what happens to a case. The first answer: in turn.
ANSWERED = (4 * HOUR, HOUR, 1.5 * HOUR, 5 * HOUR, 0.5 * HOUR)
DISMISSED, SETTLED, EXPLAINED, CLOSED, RETURNED, SETTLED_AGAIN, ASKED = (h * HOUR for h in (3, 6, 7, 9, 24, 26, 30))
RECENT = frozenset({CaseStatus.NEW, CaseStatus.OPEN, CaseStatus.WAITING_CUSTOMER})
Act = Callable[[Work], Awaitable[object]]


@dataclass(frozen=True)
class Desk:
    """Who serves, and whom."""

    sessions: Sessions
    tenant: UUID
    agent: UUID
    name: str
    customers: Sequence[tuple[UUID, UUID]]  # account and contact
    members: Sequence[UUID]  # of the queue

    async def at(self, now: datetime, *acts: Act) -> None:
        viewer = Viewer(self.tenant, self.agent, PrincipalKind.STAFF, self.name, access.shipped("admin"), self.agent)
        async with open_work(self.sessions, viewer, now=now, request_id="crm-demo", operation="demo") as work:
            for act in acts:
                await act(work)


async def make_cases(desk: Desk, end: datetime) -> None:
    """The last thing happens at `end`; what is due later, the timers do while the demo runs."""
    begin = end - PREPARED
    queues: dict[str, UUID] = {}

    async def promise(work: Work) -> None:
        await make_promises(work, desk, begin.date())
        queues.update(await make_queues(work, desk.members))

    await desk.at(begin, promise)
    before: UUID | None = None
    settled: list[Settled] = []
    for first, index in sorted((begins(end, index), index) for index in range(CASES)):
        status = STATUSES[index % len(STATUSES)]
        id = await make_case(desk, index, status, first, before, queues)
        before = before if status in {CaseStatus.CANCELLED, CaseStatus.DUPLICATE} else id
        if status in {CaseStatus.RESOLVED, CaseStatus.CLOSED}:
            settled.append(Settled(id, desk.customers[index % len(desk.customers)][1], first + ASKED))
    await desk.at(end - 3 * HOUR, lambda work: make_articles(work, [one.case for one in settled]))
    first_cases = settled[: len(CONTENT)]
    known = {one.contact for one in settled}
    others = [contact for _, contact in desk.customers if contact not in known]
    await ask_customers(desk.sessions, desk.at, first_cases, others)


def begins(end: datetime, index: int) -> datetime:
    """When the desk opens on one of the last days of work; what nobody has answered may have come later.

    Customers of today do not wait for long: their cases are of the last two days, the others of those before.
    """
    turn, place = divmod(index, len(STATUSES))
    status = STATUSES[place]
    if status is CaseStatus.NEW and turn % 2:
        return end - JUST_COME
    days = working_days(end.date())
    day = days[-1 - turn % 2] if status in RECENT else days[index * (DAYS - 2) // CASES]
    return datetime.combine(day, OPENS, ZoneInfo(ZONE)).astimezone(UTC)


def working_days(end: date) -> list[date]:
    """The last days of work before that day, the earliest first."""
    days = [end - timedelta(days=number) for number in range(2 * DAYS, 0, -1)]
    return [day for day in days if day.weekday() < len(WORKING_DAYS)][-DAYS:]


async def make_promises(work: Work, desk: Desk, day: date) -> None:
    holidays = await business_hours.create_calendar(work, {"name": "Berlin"})
    await work.flush()
    await business_hours.fill_calendar(work, holidays.id, "DE", day.year, day.year + 1, region="BE")
    week: list[business_hours.IntervalValues] = [
        {"day": weekday, "opens": opens, "closes": closes} for weekday in WORKING_DAYS for opens, closes in HOURS
    ]
    values: business_hours.BusinessHoursValues = {
        "name": "Support",
        "zone": ZONE,
        "holiday_calendar_id": holidays.id,
        "intervals": week,
    }
    hours = await business_hours.create(work, values)
    await work.flush()
    for name, share, place in (("Gold", 50, 1), ("Standard", 100, 2)):
        targets: list[cases.TargetValues] = [
            {"priority": priority, "milestone": milestone, "minutes": minutes * share // 100}
            for milestone, row in MINUTES.items()
            for priority, minutes in zip(CasePriority, row, strict=True)
        ]
        policy = await cases.create_policy(
            work,
            {
                "name": name,
                "place": place,
                "is_active": name == "Standard",
                "business_hours_id": hours.id,
                "targets": targets,
            },
        )
        await work.flush()
        if name == "Gold":
            account, _ = desk.customers[0]
            given: cases.EntitlementValues = {"name": "Gold contract", "account_id": account, "policy_id": policy.id}
            await cases.create_entitlement(work, {**given, "starts_on": day, "remaining_cases": 5})


async def make_case(
    desk: Desk, index: int, status: CaseStatus, first: datetime, other: UUID | None, queues: Mapping[str, UUID]
) -> UUID:
    """One case from its first word to where it stands. New ones wait for somebody who takes them."""
    account, contact = desk.customers[index % len(desk.customers)]
    made: list[UUID] = []

    async def begin(work: Work) -> None:
        values: cases.CaseValues = {
            "subject": SUBJECTS[index % len(SUBJECTS)],
            "account_id": account,
            "contact_id": contact,
            "origin": list(CaseOrigin)[index % 4],
            "type": list(CaseType)[index % 4],
            "priority": list(CasePriority)[index % 4],
            "queue_id": queues[INBOX if status is CaseStatus.NEW else SUPPORT],
        }
        made.append((await cases.create(work, values)).id)
        await work.flush()
        await cases.comment(work, made[0], "We have got your message.", is_public=True, is_automated=True)

    await desk.at(first, begin)
    id = made[0]
    if status is CaseStatus.NEW:
        return id
    if status is CaseStatus.CANCELLED:
        await desk.at(first + DISMISSED, lambda work: cases.cancel(work, id, "Sent by mistake"))
        return id
    if status is CaseStatus.DUPLICATE:
        await desk.at(first + DISMISSED, lambda work: cases.mark_duplicate(work, id, other or id))
        return id
    await desk.at(
        first + ANSWERED[index % len(ANSWERED)],
        lambda work: cases.start(work, id),
        lambda work: cases.comment(work, id, "Which version do you use?", is_public=True),
    )
    acts: dict[CaseStatus, Sequence[Act]] = {
        CaseStatus.OPEN: (
            lambda work: cases.comment(work, id, "The newest.", is_public=True, contact_id=contact),
            lambda work: cases.escalate(work, id, "Waits for the second level"),
        ),
        CaseStatus.WAITING_CUSTOMER: (lambda work: cases.wait_for_customer(work, id),),
        CaseStatus.WAITING_THIRD_PARTY: (lambda work: cases.wait_for_third_party(work, id, reason="The carrier"),),
    }
    settled = (lambda work: cases.resolve(work, id, ResolutionCode.SOLVED, resolution="It works with version 4."),)
    await desk.at(first + SETTLED, *acts.get(status, settled))
    turn, place = divmod(index, len(STATUSES))
    if place == UNDERSTOOD:
        again = "Then we know the reason: wait for version 4."
        await desk.at(first + EXPLAINED, lambda work: cases.comment(work, id, again, is_public=True))
    if status is CaseStatus.CLOSED:
        await desk.at(first + CLOSED, lambda work: cases.close(work, id))
    if place == RETURNING and turn % 2 == 0:
        await desk.at(first + RETURNED, lambda work: cases.reopen(work, id, "It stopped again"))
        await desk.at(first + SETTLED_AGAIN, *settled)
    return id
