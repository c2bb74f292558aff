"""Leads, offers and deal registrations of the demo tenant: something in every state."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from api.domain import deal_registrations, lead_distribution, leads
from api.domain.deal_registrations import RegistrationStatus as Registered
from api.domain.deal_registrations import RejectionReason
from api.domain.kernel import Work
from api.domain.lead_distribution import DeclineReason
from api.domain.leads import LeadStatus, UnqualifiedReason
from api.domain.partner_programs import active_memberships

Step = Callable[[Work, UUID], Awaitable[Any]]
COMPANIES = (
    "Aldermoor Foods",
    "Bexley Freight",
    "Corvane Optics",
    "Dunmere Textiles",
    "Elmstow Paper",
    "Fenwick Marine",
    "Garrow Tools",
    "Hollis Dairies",
)


async def declined(work: Work, id: UUID) -> None:
    await lead_distribution.decline(work, id, DeclineReason.NO_CAPACITY)


async def rejected(work: Work, id: UUID) -> None:
    await deal_registrations.reject(work, id, RejectionReason.EVIDENCE, detail="Name whom you have met")


async def given_up(work: Work, id: UUID) -> None:
    await leads.disqualify(work, id, UnqualifiedReason.NO_BUDGET)


async def converted(work: Work, id: UUID) -> None:
    await leads.convert(work, id, {"deal": {}})


async def expired(work: Work, id: UUID) -> None:
    """Approved 91 days ago, and noted by the timer since."""
    now = work.now
    work.now = now - timedelta(days=91)
    await deal_registrations.approve(work, id)
    work.now = now
    await deal_registrations.expire(work, {"id": str(id)})


ANSWER_HOURS = 720  # so that an offer can be answered while somebody tries out the demo
# Territories that a partner takes leads of, and how many at most.
TAKEN: tuple[tuple[tuple[str, ...], int | None], ...] = (
    (("EMEA/UK", "EMEA/Iberia"), 20),
    (("EMEA/UK", "EMEA/Benelux"), None),
)
CLAIMED: tuple[Step, ...] = (deal_registrations.submit, deal_registrations.review)
PROTECTED: tuple[Step, ...] = (*CLAIMED, deal_registrations.approve)
LEADS: Mapping[LeadStatus, tuple[Step, ...]] = {
    LeadStatus.NEW: (),
    LeadStatus.WORKING: (leads.start,),
    LeadStatus.QUALIFIED: (leads.start, leads.qualify),
    LeadStatus.NURTURING: (leads.start, leads.nurture),
    LeadStatus.UNQUALIFIED: (given_up,),
    LeadStatus.CONVERTED: (leads.start, leads.qualify, converted),
}
REGISTRATIONS: Mapping[Registered, tuple[Step, ...]] = {
    Registered.DRAFT: (),
    Registered.SUBMITTED: CLAIMED[:1],
    Registered.UNDER_REVIEW: CLAIMED,
    Registered.APPROVED: PROTECTED,
    Registered.REJECTED: (*CLAIMED, rejected),
    Registered.CONVERTED: (*PROTECTED, deal_registrations.convert),
    Registered.EXPIRED: (*CLAIMED, expired),
    Registered.WITHDRAWN: (deal_registrations.submit, deal_registrations.withdraw),
}


async def make_deals(work: Work, people: tuple[tuple[str, str], ...]) -> None:
    """After the partners: what they have registered, leads in every state, and offers of leads."""
    partners = [membership.account_id for membership, _ in await active_memberships(work)]
    for partner, (territories, capacity) in zip(partners, TAKEN, strict=True):
        profile: lead_distribution.ProfileValues = {"territories": territories, "capacity": capacity}
        await lead_distribution.create_profile(work, {**profile, "partner_id": partner, "skills": ["installation"]})
    for index, (company, steps) in enumerate(zip(COMPANIES, REGISTRATIONS.values(), strict=True)):
        registration = await deal_registrations.create(work, claim(company, partners[index % len(partners)]))
        await follow(work, registration.id, steps)
        if steps is CLAIMED:  # another partner claims the same customer, later
            rival = await deal_registrations.create(work, claim(company, partners[(index + 1) % len(partners)]))
            await follow(work, rival.id, steps)
    for (first_name, last_name), (status, steps) in zip(people, LEADS.items(), strict=False):
        lead = await leads.create(work, lead_values(first_name, last_name, f"{last_name} & Co", status.value))
        await follow(work, lead.id, steps)
    for index, answer in enumerate((None, lead_distribution.accept, declined)):
        lead = await leads.create(work, lead_values("Robin", f"Marsh {index + 1}", "Marsh Logistics", "Web form"))
        await work.flush()
        await lead_distribution.distribute(work, lead.id, hours=ANSWER_HOURS)
        await work.flush()
        if answer is not None:
            await answer(work, await newest_offer(work))


def claim(company: str, partner: UUID) -> deal_registrations.RegistrationValues:
    return {
        "partner_id": partner,
        "name": company,
        "customer_domain": f"{company.split(maxsplit=1)[0].lower()}.example",
        "customer_country": "GB",
        "evidence": "Met the head of purchasing twice; a trial runs until the end of the month.",
    }


def lead_values(first_name: str, last_name: str, company: str, source: str) -> leads.LeadValues:
    return {
        "first_name": first_name,
        "last_name": last_name,
        "company": company,
        "country": "GB",
        "territory": "EMEA/UK",
        "source": source,
        "description": "Asks for an offer for two sites.",
    }


async def follow(work: Work, id: UUID, steps: tuple[Step, ...]) -> None:
    await work.flush()
    for step in steps:
        await step(work, id)
        await work.flush()


async def newest_offer(work: Work) -> UUID:
    return max(change.record.id for change in work.changes.values() if change.record.object == "partner_lead_offer")
