"""Rows of customer service: hours, calendars, what is promised to whom, cases, who works on them, what helps them."""

import random
from datetime import date, timedelta
from typing import Any

from api.domain.accounts import Account
from api.domain.business_hours import BusinessHours, HolidayCalendar
from api.domain.cases import (
    Case,
    CaseOrigin,
    CasePriority,
    CaseStatus,
    Entitlement,
    EscalationRule,
    EscalationTrigger,
    ResolutionCode,
    SlaPolicy,
)
from api.domain.contacts import Contact
from api.domain.kernel import Tenant, fold
from api.domain.knowledge import ArticleStatus, ArticleVisibility, KnowledgeArticle
from api.domain.queues import Queue, QueueRouting
from api.domain.satisfaction import RequestStatus, SatisfactionKind, SatisfactionRequest
from api.domain.users import User
from tests.compiler.crowd_rows import NAMES, first, kept, named, record
from tests.people import NOW

INSTANTS = [NOW + timedelta(microseconds=after) for after in (0, 1, 2, 10**12)]


def service(tenant: Tenant, chance: random.Random, rows: int) -> list[Any]:
    """Business hours, calendars, policies, entitlements, cases of which some are resolved or closed."""
    made: list[Any] = []
    for at in range(rows):
        calendar = record(HolidayCalendar, tenant, chance, **named(f"{chance.choice(NAMES)} {at}"))
        of = {"zone": "Europe/Berlin", "holiday_calendar_id": calendar.id}
        hours = record(BusinessHours, tenant, chance, **named(f"{chance.choice(NAMES)} {at}"), **of)
        terms: dict[str, Any] = {
            "is_active": True,
            "place": chance.choice((1, 2, 3)),
            "types": [],
            "origins": [],
            "warn_percent": 80,
        }
        pauses = {"pauses_for_customer": True, "pauses_for_third_party": False}
        policy = record(SlaPolicy, tenant, chance, **named(f"Policy {at}"), **terms, **pauses)
        days = {"starts_on": date(2026, 1, chance.choice((1, 2))), "ends_on": chance.choice((None, date(2200, 1, 1)))}
        holder = {"account_id": chance.choice(kept[tenant.id, Account][:4]).id, "policy_id": policy.id}
        entitlement = record(Entitlement, tenant, chance, **named(chance.choice(NAMES)), **holder, **days)
        made += [calendar, hours, policy, entitlement, case(tenant, chance, at)]
    return first(tenant, made, HolidayCalendar)


def case(tenant: Tenant, chance: random.Random, at: int) -> Any:
    subject, owner = chance.choice(NAMES) or "-", chance.choice([*kept[tenant.id, User][:3], None])
    facts: dict[str, Any] = {"number": at + 1, "subject": subject, "subject_sort": fold(subject)}
    facts |= {"origin": CaseOrigin.EMAIL, "priority": chance.choice(list(CasePriority)), "status_since": NOW}
    facts |= {"owner_id": owner and owner.id, "first_response_at": chance.choice((None, *INSTANTS))}
    facts |= {"next_due_at": chance.choice((None, *INSTANTS)), "escalation_level": 0, "reopen_count": 0}
    status = facts["status"] = chance.choice((CaseStatus.NEW, CaseStatus.RESOLVED, CaseStatus.CLOSED))
    if status is not CaseStatus.NEW:
        facts |= {"resolved_at": chance.choice(INSTANTS), "resolution_code": ResolutionCode.SOLVED}
    if status is CaseStatus.RESOLVED:
        facts["closes_at"] = NOW
    if status is CaseStatus.CLOSED:
        facts["closed_at"] = chance.choice(INSTANTS)
    return record(Case, tenant, chance, **facts)


def desks(tenant: Tenant, chance: random.Random, rows: int) -> list[Any]:
    """Queues, and rules of which some hand over to one of them."""
    made: list[Any] = []
    for at in range(rows):
        routing = chance.choice(list(QueueRouting))
        queue = record(Queue, tenant, chance, **named(f"{chance.choice(NAMES)} {at}"), routing=routing)
        made.append(queue)
        to = chance.choice([*made[:3], None])
        facts: dict[str, Any] = {"is_active": True, "place": 1, "to_level": 1, "to_queue_id": to and to.id}
        trigger = EscalationTrigger.MILESTONE_WARNED
        rule = record(EscalationRule, tenant, chance, **named(f"{chance.choice(NAMES)} {at}"), **facts, trigger=trigger)
        kept.setdefault((tenant.id, EscalationRule), []).append(rule)
    return made


def articles(tenant: Tenant, chance: random.Random, rows: int) -> list[Any]:
    made = []
    for at in range(rows):
        title, owner = f"{chance.choice(NAMES)} {at}", chance.choice([*kept[tenant.id, User][:3], None])
        facts: dict[str, Any] = {"title": title, "title_sort": fold(title), "body": "-", "words": "-"}
        facts |= {"visibility": chance.choice(list(ArticleVisibility)), "owner_id": owner and owner.id}
        facts |= {"status": ArticleStatus.DRAFT, "draft_revision": 1}
        if published_at := chance.choice((None, *INSTANTS)):
            facts |= {"status": ArticleStatus.PUBLISHED, "published_revision": 1, "published_at": published_at}
        made.append(record(KnowledgeArticle, tenant, chance, **facts))
    return made


def questions(tenant: Tenant, chance: random.Random, rows: int) -> list[Any]:
    made = []
    for at in range(rows):
        facts: dict[str, Any] = {"kind": chance.choice(list(SatisfactionKind)), "status": RequestStatus.ASKED}
        facts |= {"contact_id": chance.choice(kept[tenant.id, Contact][:4]).id, "case_id": kept[tenant.id, Case][at].id}
        if answered_at := chance.choice((None, *INSTANTS)):
            facts |= {"status": RequestStatus.ANSWERED, "answered_at": answered_at, "score": chance.choice((1, 2, 5))}
        made.append(record(SatisfactionRequest, tenant, chance, expires_at=chance.choice(INSTANTS), **facts))
    return made
