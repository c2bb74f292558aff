"""Marketing funds of partners, and the leads that were offered to them, of a random tenant."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from api.domain import accounts, contacts, lead_distribution, leads, market_development_funds, partner_programs
from tests.oracle.maker import Maker
from tests.oracle.partners import PERCENTS, folded
from tests.oracle.service import named, some_skills

REQUEST, CLAIM = market_development_funds.FundRequestStatus, market_development_funds.FundClaimStatus
OFFER, STANDINGS = lead_distribution.OfferStatus, list(lead_distribution.Standing)


def budgets(maker: Maker) -> None:
    for _ in range(maker.random.randrange(2, 5)):
        currency, most, starts = maker.currency(), maker.minor("EUR"), maker.day()
        budget = maker.record(
            market_development_funds.PartnerMarketingBudget,
            **named(maker),
            program_id=maker.some(partner_programs.PartnerProgram, 0.7),
            starts_on=starts,
            ends_on=max(maker.day(), starts),
            currency=currency,
            amount_minor=most,
            allocated_minor=maker.random.choice([0, most]),
            accrual_percent=maker.maybe(lambda: maker.random.choice(PERCENTS)),
            notes=maker.maybe(maker.name, 0.2),
        )
        for _ in range(maker.random.choice([0, 1, 3])):
            allocation(maker, budget)


def allocation(maker: Maker, budget: dict[str, Any]) -> None:
    most, starts = maker.minor(budget["currency"]), maker.day()
    made = maker.record(
        market_development_funds.PartnerFundAllocation,
        budget_id=budget["id"],
        account_id=maker.some(accounts.Account, 1),
        starts_on=starts,
        ends_on=max(maker.day(), starts),
        currency=budget["currency"],
        amount_minor=most,
        committed_minor=maker.random.choice([0, most]),
        notes=maker.maybe(maker.name, 0.2),
    )
    for _ in range(maker.random.choice([0, 1, 3])):
        request(maker, made)


def request(maker: Maker, whole: dict[str, Any]) -> None:
    title, status, starts = maker.name(), maker.random.choice(list(REQUEST)), maker.maybe(maker.day)
    asked = 1 + maker.minor(whole["currency"])
    is_approved, is_open = status is REQUEST.APPROVED, status is REQUEST.SUBMITTED
    made = maker.record(
        market_development_funds.PartnerFundRequest,
        allocation_id=whole["id"],
        account_id=whole["account_id"],
        contact_id=maker.some(contacts.Contact),
        **folded("title", title),  # type: ignore[arg-type] # no keyword of `record`
        activity=maker.random.choice(list(market_development_funds.FundActivity)),
        description=maker.maybe(maker.name, 0.5),
        starts_on=starts,
        ends_on=maker.maybe(lambda: max(maker.day(), starts)) if starts else None,
        status=status,
        currency=whole["currency"],
        amount_minor=asked,
        approved_minor=asked if is_approved else None,
        claimed_minor=maker.random.choice([0, asked]) if is_approved else 0,
        decided_on=None if is_open else maker.day(),
        decision_reason=maker.name() if status is REQUEST.REJECTED else None,
        notes=maker.maybe(maker.name, 0.2),
    )
    for _ in range(maker.random.choice([1, 2]) if is_approved else 0):
        claim(maker, made)


def claim(maker: Maker, whole: dict[str, Any]) -> None:
    status, spent = maker.random.choice(list(CLAIM)), 1 + maker.minor(whole["currency"])
    is_paid = status is CLAIM.PAID
    maker.record(
        market_development_funds.PartnerFundClaim,
        request_id=whole["id"],
        account_id=whole["account_id"],
        contact_id=maker.some(contacts.Contact),
        invoice=maker.maybe(maker.name, 0.6),
        evidence=maker.maybe(maker.name, 0.6),
        status=status,
        currency=whole["currency"],
        amount_minor=spent,
        approved_minor=spent if is_paid or status is CLAIM.APPROVED else None,
        decided_on=None if status is CLAIM.SUBMITTED else maker.day(),
        decision_reason=maker.name() if status is CLAIM.REJECTED else None,
        paid_on=maker.day() if is_paid else None,
        payment_reference=maker.maybe(maker.name, 0.5) if is_paid else None,
        notes=maker.maybe(maker.name, 0.2),
    )


def distribution(maker: Maker) -> None:
    known = [one["id"] for one in maker.rows[accounts.Account] if one["tenant_id"] == maker.tenant]
    for partner in maker.random.sample(known, maker.random.randrange(3, 7)):
        maker.record(
            lead_distribution.PartnerLeadProfile,
            partner_id=partner,
            territories=sorted(maker.random.sample(["emea", "emea/dach", "öst"], maker.random.randrange(3))),
            skills=some_skills(maker),
            capacity=maker.maybe(lambda: maker.random.choice([0, 5, 10_000]), 0.6),
            is_paused=maker.chance(0.3),
        )
    offered = [one["id"] for one in maker.rows[leads.Lead] if one["tenant_id"] == maker.tenant]
    for lead in maker.random.sample(offered, len(offered) // 2):
        before = [OFFER.DECLINED, OFFER.EXPIRED]
        for attempt in range(1, maker.random.choice([1, 2, 3]) + 1):
            status = maker.random.choice(before if attempt < 3 else list(OFFER))  # one is open at most
            offer(maker, lead, attempt, status, maker.random.sample(known, maker.random.choice([1, 2, 4])))


def offer(maker: Maker, lead: UUID, attempt: int, status: lead_distribution.OfferStatus, partners: list[UUID]) -> None:
    """Of the partners that stood for it, the first was chosen."""
    offered, is_declined = maker.instant(), status is OFFER.DECLINED
    made = maker.record(
        lead_distribution.PartnerLeadOffer,
        lead_id=lead,
        partner_id=partners[0],
        status=status,
        offered_at=offered,
        expires_at=offered + timedelta(hours=maker.random.choice([1, 48])),
        decided_at=None if status is OFFER.OFFERED else maker.instant(),
        decline_reason=maker.random.choice(list(lead_distribution.DeclineReason)) if is_declined else None,
        decline_detail=maker.maybe(maker.name, 0.5) if is_declined else None,
        country=maker.maybe(lambda: "DE", 0.6),
        territory=maker.maybe(lambda: "EMEA/DACH", 0.6),
        product_family=maker.maybe(maker.name, 0.4),
        description=maker.maybe(maker.name, 0.4),
        attempt=attempt,
        seed=f"{lead}/{attempt}",
        level=maker.random.choice(["", "emea/dach"]),
        draw=maker.random.randrange(9),
        total_weight=9,
    )
    for partner in partners:
        standing = lead_distribution.Standing.CHOSEN if partner == partners[0] else maker.random.choice(STANDINGS[1:])
        facts = {"weight": maker.random.choice([0, 1, 9]), "open_leads": maker.random.randrange(4)}
        own = {"offer_id": made["id"], "partner_id": partner}
        maker.add(lead_distribution.PartnerLeadCandidate, **own, standing=standing, **facts)
