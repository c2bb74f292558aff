"""Business hours, queues, and what is promised to whom, of a random tenant."""

from typing import Any
from uuid import UUID

from api.domain import accounts, business_hours, cases, contacts, queues, users
from api.domain.cases.models import CaseNumbers
from tests.oracle.maker import ZONES, Maker
from tests.oracle.wire import fold

SKILLS = ("billing", "öl", "returns", "suomi")
TRIGGERS = cases.EscalationTrigger


def named(maker: Maker) -> dict[str, Any]:
    name = maker.unique(maker.name())
    return {"name": name, "name_sort": fold(name)}


def some_skills(maker: Maker) -> list[str]:
    return sorted(maker.random.sample(SKILLS, maker.random.choice([0, 0, 1, 2, 4])))


def hours(maker: Maker) -> None:
    for _ in range(maker.random.randrange(2, 4)):
        calendar = maker.record(business_hours.HolidayCalendar, **named(maker))
        days = {maker.day() for _ in range(maker.random.choice([0, 1, 3]))}
        for day in days:
            maker.add(business_hours.Holiday, calendar_id=calendar["id"], day=day, name=maker.name())
    for _ in range(maker.random.randrange(3, 6)):
        made = maker.record(
            business_hours.BusinessHours,
            **named(maker),
            zone=maker.random.choice(ZONES),
            holiday_calendar_id=maker.some(business_hours.HolidayCalendar, 0.6),
        )
        for weekday in maker.random.sample(range(1, 8), maker.random.choice([0, 2, 5, 7])):
            for opens, closes in maker.random.choice([[(0, 1440)], [(540, 720), (785, 1023)], [(61, 62)]]):
                own = {"business_hours_id": made["id"], "weekday": weekday}
                maker.add(business_hours.OpenInterval, **own, opens=opens, closes=closes)


def all_queues(maker: Maker) -> None:
    people = [one["id"] for one in maker.rows[users.User] if one["tenant_id"] == maker.tenant]
    for _ in range(maker.random.randrange(3, 6)):
        queue = maker.record(
            queues.Queue,
            **named(maker),
            description=maker.maybe(maker.name, 0.5),
            routing=maker.random.choice(list(queues.QueueRouting)),
            capacity_per_agent=maker.maybe(lambda: maker.random.choice([1, 5, 10_000]), 0.5),
        )
        for user in maker.random.sample(people, maker.random.choice([0, 1, 3])):
            facts = {"skills": some_skills(maker), "is_paused": maker.chance(0.3)}
            maker.add(queues.QueueMember, queue_id=queue["id"], user_id=user, **facts)


def policies(maker: Maker) -> None:
    for _ in range(maker.random.randrange(3, 6)):
        terms = random_terms(maker)
        policy = maker.record(
            cases.SlaPolicy,
            **named(maker),
            **terms,
            is_active=maker.chance(0.7),
            place=maker.random.choice([1, 1, 2, 9]),
            types=maker.random.sample(list(cases.CaseType), maker.random.choice([0, 0, 1, 3])),
            origins=maker.random.sample(list(cases.CaseOrigin), maker.random.choice([0, 0, 1, 3])),
        )
        last = maker.random.choice([1, 1, 2, 3])
        for revision in range(1, last + 1):
            version(maker, policy["id"], revision, terms if revision == last else random_terms(maker))


def random_terms(maker: Maker) -> dict[str, Any]:
    return {
        "business_hours_id": maker.some(business_hours.BusinessHours, 0.6),
        "warn_percent": maker.random.choice([1, 80, 99]),
        "pauses_for_customer": maker.chance(0.6),
        "pauses_for_third_party": maker.chance(0.4),
    }


def version(maker: Maker, policy: UUID, revision: int, terms: dict[str, Any]) -> None:
    made = maker.add(
        cases.SlaVersion, id=maker.id(), policy_id=policy, revision=revision, created_at=maker.instant(), **terms
    )
    promises = [(priority, kind) for priority in cases.CasePriority for kind in cases.MilestoneType]
    for priority, milestone in maker.random.sample(promises, maker.random.choice([1, 3, 8])):
        maker.add(
            cases.SlaTarget,
            version_id=made["id"],
            priority=priority,
            milestone=milestone,
            policy_id=policy,
            minutes=maker.random.choice([1, 60, 480, 527_040]),
            business_hours_id=maker.some(business_hours.BusinessHours, 0.3),
        )


def entitlements(maker: Maker) -> None:
    for _ in range(maker.random.randrange(6, 14)):
        name, of_account, starts = maker.name(), maker.chance(0.6), maker.day()
        policy = maker.some(cases.SlaPolicy, 1)
        maker.record(
            cases.Entitlement,
            name=name,
            name_sort=fold(name),
            account_id=maker.some(accounts.Account, 1) if of_account else None,
            contact_id=None if of_account else maker.some(contacts.Contact, 1),
            policy_id=policy,
            starts_on=starts,
            ends_on=maker.maybe(lambda starts=starts: max(maker.day(), starts), 0.6),  # type: ignore[misc]
            remaining_cases=maker.maybe(lambda: maker.random.choice([0, 0, 1, 25]), 0.6),
        )


def escalation_rules(maker: Maker) -> None:
    for _ in range(maker.random.randrange(3, 7)):
        trigger = maker.random.choice(list(TRIGGERS))
        of_clock = trigger in {TRIGGERS.MILESTONE_WARNED, TRIGGERS.MILESTONE_VIOLATED}
        maker.record(
            cases.EscalationRule,
            **named(maker),
            is_active=maker.chance(0.7),
            place=maker.random.choice([1, 1, 2]),
            trigger=trigger,
            milestone=maker.maybe(lambda: maker.random.choice(list(cases.MilestoneType)), 0.5) if of_clock else None,
            minutes=maker.random.choice([1, 2_880, 525_600]) if trigger is TRIGGERS.AGE else None,
            times=maker.random.choice([1, 2]) if trigger is TRIGGERS.REOPENED else None,
            to_level=maker.random.randrange(1, 6),
            to_priority=maker.maybe(lambda: maker.random.choice(list(cases.CasePriority)), 0.5),
            to_queue_id=maker.some(queues.Queue, 0.5),
        )


def numbers(maker: Maker) -> None:
    """What was given last, so that the next case gets another."""
    given = [one["number"] for one in maker.rows[cases.Case] if one["tenant_id"] == maker.tenant]
    maker.add(CaseNumbers, last=max(given))
