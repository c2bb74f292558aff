"""Leads, partner programs with their members, and the deals that partners register, of a random tenant."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from api.domain import accounts, contacts, deal_registrations, leads, opportunities, partner_programs, users
from tests.oracle.maker import WORDS, Maker
from tests.oracle.service import named, some_skills
from tests.oracle.wire import fold

LEAD, ROUTING = leads.LeadStatus, leads.LeadRouting
MEMBER, ROLE = partner_programs.MembershipStatus, partner_programs.PartnerRole
DEAL = deal_registrations.RegistrationStatus
APPROVED = {DEAL.APPROVED, DEAL.CONVERTED, DEAL.EXPIRED}
DECIDED = APPROVED | {DEAL.REJECTED}
PERCENTS = [Decimal(text) for text in ("0", "2.5", "33.33", "100")]


def folded(column: str, text: str | None) -> dict[str, str | None]:
    return {column: text, f"{column}_sort": text and fold(text)}


def some_word(maker: Maker) -> str | None:
    return maker.random.choice(WORDS) if maker.chance(0.6) else None


def all_leads(maker: Maker) -> None:
    for at in range(maker.random.randrange(15, 30)):
        first, last = maker.maybe(maker.name), maker.maybe(maker.name, 0.8)
        company = maker.maybe(maker.name) if last else maker.name()
        name = " ".join(part for part in (first, last) if part) if last else company
        status, routing = (
            maker.random.choice(list(LEAD)),
            maker.maybe(lambda: maker.random.choice(list(ROUTING)), 0.5),
        )
        is_converted, is_lost = status is LEAD.CONVERTED, status is LEAD.UNQUALIFIED
        reason = maker.random.choice(list(leads.UnqualifiedReason)) if is_lost else None
        maker.record(
            leads.Lead,
            **folded("name", name),  # type: ignore[arg-type] # no keyword of `record`
            first_name=first,
            last_name=last,
            title=maker.maybe(maker.name, 0.3),
            **folded("company", company),  # type: ignore[arg-type]
            **folded("email", maker.maybe(lambda at=at: f"José.{at}@example.com")),  # type: ignore[misc, arg-type]
            phone=maker.maybe(lambda: f"+4930{maker.random.randrange(10**6, 10**7)}", 0.5),
            domain=maker.maybe(lambda: "shop.example", 0.4),
            country=maker.maybe(lambda: maker.random.choice(["DE", "JP"]), 0.5),
            **folded("territory", some_word(maker)),  # type: ignore[arg-type]
            **folded("product_family", some_word(maker)),  # type: ignore[arg-type]
            skills=some_skills(maker),
            **folded("source", some_word(maker)),  # type: ignore[arg-type]
            rating=maker.maybe(lambda: maker.random.choice(list(leads.LeadRating))),
            status=status,
            unqualified_reason=reason,
            unqualified_detail=maker.maybe(maker.name, 0.5) if is_lost else None,
            owner_id=maker.some(users.User),
            partner_id=maker.some(accounts.Account, 1) if routing is ROUTING.PARTNER else None,
            routing=routing,
            description=maker.maybe(maker.name, 0.3),
            next_step=maker.maybe(maker.name, 0.3),
            notes=maker.maybe(maker.name, 0.2),
            converted_at=maker.instant() if is_converted else None,
            account_id=maker.some(accounts.Account, 1) if is_converted else None,
            contact_id=maker.some(contacts.Contact) if is_converted else None,
            opportunity_id=maker.some(opportunities.Opportunity) if is_converted else None,
        )


def programs(maker: Maker) -> None:
    for _ in range(maker.random.randrange(2, 4)):
        maker.record(partner_programs.Certification, **named(maker), **described(maker), valid_months=months(maker))
    for _ in range(maker.random.randrange(2, 4)):
        program = maker.record(
            partner_programs.PartnerProgram,
            **named(maker),
            **described(maker),
            accepts_applications=maker.chance(0.5),
            review_months=maker.random.choice([1, 12, 60]),
            notes=maker.maybe(maker.name, 0.3),
        )
        for rank in maker.random.sample([1, 2, 3, 50, 100], maker.random.choice([0, 1, 3])):
            tier(maker, program["id"], rank)


def described(maker: Maker) -> dict[str, Any]:
    return {"description": maker.maybe(maker.name, 0.5)}


def months(maker: Maker) -> int | None:
    return maker.random.choice([None, 9, 12, 120])


def tier(maker: Maker, program: UUID, rank: int) -> None:
    currency = maker.maybe(maker.currency)
    made = maker.record(
        partner_programs.PartnerTier,
        **named(maker),
        program_id=program,
        rank=rank,
        weight=maker.random.choice([0, 1, 1000]),
        commission_percent=maker.maybe(lambda: maker.random.choice(PERCENTS)),
        mdf_percent=maker.maybe(lambda: maker.random.choice(PERCENTS)),
        benefits=maker.maybe(maker.name, 0.4),
        min_revenue_minor=maker.maybe(lambda: maker.minor(currency)) if currency else None,
        currency=currency,
    )
    known = [one["id"] for one in maker.rows[partner_programs.Certification] if one["tenant_id"] == maker.tenant]
    for certification in maker.random.sample(known, maker.random.choice([0, 1, 2])):
        least = maker.random.choice([1, 2, 1000])
        own = {"tier_id": made["id"], "certification_id": certification}
        maker.add(partner_programs.PartnerTierCertification, **own, least=least)


def memberships(maker: Maker) -> None:
    members = set[tuple[UUID | None, UUID | None]]()
    for _ in range(maker.random.randrange(8, 16)):
        tiers = [one for one in maker.rows.get(partner_programs.PartnerTier, []) if one["tenant_id"] == maker.tenant]
        chosen = maker.random.choice(tiers) if tiers and maker.chance(0.9) else None
        program = chosen["program_id"] if chosen else maker.some(partner_programs.PartnerProgram, 1)
        account = maker.some(accounts.Account, 1)
        possible = list(MEMBER) if chosen else [MEMBER.APPLIED, MEMBER.APPROVED]
        status = MEMBER.TERMINATED if (program, account) in members else maker.random.choice(possible)
        members.add((program, account))
        has_begun = status not in {MEMBER.APPLIED, MEMBER.APPROVED} and chosen is not None
        started = maker.day() if has_begun else None
        review = maker.day() if has_begun else None
        row = maker.record(
            partner_programs.PartnerMembership,
            program_id=program,
            account_id=account,
            tier_id=chosen["id"] if chosen and has_begun else None,
            owner_id=maker.some(users.User),
            status=status,
            application=maker.maybe(maker.name, 0.5),
            applied_on=maker.day(),
            started_on=started,
            ended_on=max(maker.day(), started or date.min) if status is MEMBER.TERMINATED else None,
            review_on=review,
            is_review_due=review is not None and maker.chance(0.4),
            status_reason=maker.maybe(maker.name, 0.3),
            notes=maker.maybe(maker.name, 0.2),
        )
        if row["tier_id"]:
            tier_stays(maker, row)


def tier_stays(maker: Maker, membership: dict[str, Any]) -> None:
    for is_last in [*[False] * maker.random.choice([0, 1, 2]), True]:
        entered = maker.instant()
        maker.add(
            partner_programs.PartnerTierHistory,
            id=maker.id(),
            membership_id=membership["id"],
            from_tier_id=maker.some(partner_programs.PartnerTier, 0.5),
            tier_id=membership["tier_id"] if is_last else maker.some(partner_programs.PartnerTier, 1),
            entered_at=entered,
            left_at=None if is_last else entered + timedelta(days=maker.random.randrange(90)),
            reason=maker.maybe(maker.name, 0.3),
            actor_id=maker.id(),
        )


def people_of_partners(maker: Maker) -> None:
    people = [one["id"] for one in maker.rows[contacts.Contact] if one["tenant_id"] == maker.tenant]
    for contact in maker.random.sample(people, maker.random.randrange(3, 7)):
        scope = maker.random.choice(list(partner_programs.PartnerScope))
        maker.record(partner_programs.PartnerUser, contact_id=contact, scope=scope)
    for _ in range(maker.random.randrange(6, 14)):
        awarded, revoked = maker.day(), maker.maybe(maker.day, 0.3)
        certification, account = (
            maker.some(partner_programs.Certification, 1),
            maker.some(accounts.Account, 1),
        )
        maker.record(
            partner_programs.PartnerCertification,
            certification_id=certification,
            account_id=account,
            contact_id=maker.some(contacts.Contact, 0.6),
            reference=maker.maybe(maker.name, 0.5),
            awarded_on=awarded,
            expires_on=maker.maybe(lambda awarded=awarded: max(maker.day(), awarded)),  # type: ignore[misc]
            revoked_on=revoked,
            revocation_reason=maker.name() if revoked else None,
        )


def parts_in_sales(maker: Maker) -> None:
    known = [one["id"] for one in maker.rows[accounts.Account] if one["tenant_id"] == maker.tenant]
    for deal in [one for one in maker.rows[opportunities.Opportunity] if one["tenant_id"] == maker.tenant]:
        for at, account in enumerate(maker.random.sample(known, maker.random.choice([0, 0, 1, 3]))):
            role = ROLE.ORIGINATOR if at == 1 else maker.random.choice([one for one in ROLE if one != "ORIGINATOR"])
            maker.add(partner_programs.OpportunityPartner, opportunity_id=deal["id"], account_id=account, role=role)


def registrations(maker: Maker) -> None:
    for at in range(maker.random.randrange(12, 24)):
        status, currency = maker.random.choice(list(DEAL)), maker.maybe(maker.currency)
        family = some_word(maker)
        maker.record(
            deal_registrations.DealRegistration,
            partner_id=maker.some(accounts.Account, 1),
            registered_by_id=maker.some(contacts.Contact),
            owner_id=maker.some(users.User),
            status=status,
            **folded("name", maker.name()),  # type: ignore[arg-type] # no keyword of `record`
            customer_domain=maker.maybe(lambda: "shop.example", 0.5),
            customer_tax_id=None,
            customer_tax_id_norm=None,
            customer_country=maker.maybe(lambda: maker.random.choice(["DE", "JP"])),
            **folded("product_family", family),  # type: ignore[arg-type]
            estimated_amount_minor=maker.minor(currency) if currency else None,
            currency=currency,
            estimated_close=maker.maybe(maker.day),
            notes=maker.maybe(maker.name, 0.2),
            customer_account_id=maker.some(accounts.Account, 0.6),
            matched_by=maker.maybe(lambda: maker.random.choice(list(deal_registrations.MatchedBy))),
            is_overdue=maker.chance(0.3),
            extensions=maker.random.randrange(4),
            progress=maker.maybe(maker.name, 0.3),
            **claims(maker, status, f"customer {at}"),
            product_key=fold(family) if family else "*",
        )


def claims(maker: Maker, status: deal_registrations.RegistrationStatus, customer: str) -> dict[str, Any]:
    """What a registration that was submitted says, what was found out, and what was decided."""
    is_submitted, approved = status is not DEAL.DRAFT, maker.instant() if status in APPROVED else None
    is_rejected = status is DEAL.REJECTED
    conflict = maker.maybe(lambda: maker.random.choice(list(deal_registrations.ConflictKind)), 0.4)
    return {
        "evidence": maker.name() if is_submitted else None,
        "account_key": customer,
        "has_conflict": conflict is not None,
        "conflict": conflict,
        "override_reason": maker.name() if conflict else None,
        "submitted_at": maker.instant() if is_submitted else None,
        "decision_due_at": maker.maybe(maker.instant) if is_submitted else None,
        "decided_at": maker.instant() if status in DECIDED else None,
        "rejection_reason": maker.random.choice(list(deal_registrations.RejectionReason)) if is_rejected else None,
        "rejection_detail": maker.maybe(maker.name, 0.5) if is_rejected else None,
        "approved_at": approved,
        "expires_at": approved + timedelta(days=90) if approved else None,
        "opportunity_id": maker.some(opportunities.Opportunity, 1) if status is DEAL.CONVERTED else None,
    }
