"""Rows of what partners do: programs, funds, leads, registrations."""

import random
from datetime import date, timedelta
from typing import Any

from api.domain.accounts import Account
from api.domain.commissions import (
    CommissionBasis,
    CommissionPlan,
    CommissionStatus,
    EntryKind,
    PartnerCommission,
    PartnerCommissionEntry,
    PartnerCommissionStatement,
)
from api.domain.contacts import Contact
from api.domain.deal_registrations import DealRegistration, RegistrationStatus, RejectionReason
from api.domain.kernel import Tenant, fold
from api.domain.lead_distribution import OfferStatus, PartnerLeadOffer, PartnerLeadProfile
from api.domain.leads import Lead, LeadStatus
from api.domain.market_development_funds import (
    FundActivity,
    FundClaimStatus,
    FundRequestStatus,
    PartnerFundAllocation,
    PartnerFundClaim,
    PartnerFundRequest,
    PartnerMarketingBudget,
)
from api.domain.partner_programs import (
    Certification,
    MembershipStatus,
    PartnerCertification,
    PartnerMembership,
    PartnerProgram,
    PartnerRole,
    PartnerScope,
    PartnerTier,
    PartnerUser,
)
from api.domain.users import User
from tests.compiler.crowd_rows import NAMES, first, kept, named, record
from tests.people import NOW

INSTANTS = [NOW + timedelta(microseconds=after) for after in (0, 1, 2, 10**12)]


def partners(tenant: Tenant, chance: random.Random, rows: int) -> list[Any]:
    """Programs, tiers, certifications and who has them, memberships, partner users."""
    days = (date(2026, 1, 1), date(2026, 1, 2), date(2200, 12, 31))
    firms, people = kept[tenant.id, Account][:4], kept[tenant.id, Contact]
    programs = [record(PartnerProgram, tenant, chance, **named(f"Program {at}")) for at in range(rows)]
    tiers = [
        record(PartnerTier, tenant, chance, **named(f"{chance.choice(NAMES)} {at}"), program_id=of.id, rank=1 + at)
        for at in range(rows)
        if (of := programs[at % 3])
    ]
    courses = [record(Certification, tenant, chance, **named(f"Course {at}")) for at in range(rows)]
    made = [*programs, *tiers, *courses]
    for at in range(rows):
        tier, over, day = chance.choice(tiers), chance.random() < 0.3, chance.choice(days)
        status = MembershipStatus.TERMINATED if over else MembershipStatus.ACTIVE
        facts = {"program_id": programs[at].id, "account_id": chance.choice(firms).id, "tier_id": tier.id}
        owner = chance.choice([*kept[tenant.id, User][:3], None])
        dated = {"applied_on": day, "started_on": date(1900, 1, 1), "ended_on": day if over else None}
        due = {"review_on": None if over else chance.choice(days)}
        whose = {"owner_id": owner and owner.id, "status": status}
        made.append(record(PartnerMembership, tenant, chance, **facts, **dated, **due, **whose))
        award = {"certification_id": courses[at % 3].id, "account_id": chance.choice(firms).id, "awarded_on": days[0]}
        holder = chance.choice([*people[:3], None])
        expiry = {"contact_id": holder and holder.id, "expires_on": chance.choice((None, *days))}
        made.append(record(PartnerCertification, tenant, chance, **award, **expiry))
        made.append(record(PartnerUser, tenant, chance, contact_id=people[at].id, scope=PartnerScope.OWN))
    return first(tenant, made, PartnerProgram)


def marketing(tenant: Tenant, chance: random.Random, rows: int) -> list[Any]:
    """Budgets, allocations, fund requests and claims, of which some are decided and paid."""
    days = (date(2026, 1, 1), date(2026, 1, 2), date(2200, 12, 31))
    firms, people = kept[tenant.id, Account][:4], [*kept[tenant.id, Contact][:3], None]
    made: list[Any] = []
    for at in range(rows):
        money = {"amount_minor": chance.choice((1, 2, 10**17)), "currency": chance.choice(("USD", "JPY"))}
        period = {"starts_on": chance.choice(days[:2]), "ends_on": chance.choice(days[1:])}
        budget = record(PartnerMarketingBudget, tenant, chance, **named(f"Budget {at}"), **period, **money)
        firm, who, day = chance.choice(firms), chance.choice(people), chance.choice((None, *days))
        by = {"account_id": firm.id, "contact_id": who and who.id}
        of = {"budget_id": budget.id, "account_id": firm.id}
        allocation = record(PartnerFundAllocation, tenant, chance, **of, **period, **money)
        title = chance.choice(NAMES) or "-"
        asked = {"title": title, "title_sort": fold(title), "activity": FundActivity.EVENT, "decided_on": day}
        granted = {"status": FundRequestStatus.APPROVED, "approved_minor": money["amount_minor"]}
        dated = {"starts_on": chance.choice((None, *days[:2])), "ends_on": chance.choice((None, *days[1:]))}
        facts = {"allocation_id": allocation.id, **by, **asked, **granted, **dated}
        request = record(PartnerFundRequest, tenant, chance, **facts, **money)
        paid = {"status": FundClaimStatus.PAID, "approved_minor": money["amount_minor"], "paid_on": chance.choice(days)}
        if chance.random() < 0.3:
            paid = {"status": FundClaimStatus.SUBMITTED}
        claim = record(PartnerFundClaim, tenant, chance, request_id=request.id, **by, **paid, decided_on=day, **money)
        made += [budget, allocation, request, claim]
    return first(tenant, made, PartnerMarketingBudget)


def deals(tenant: Tenant, chance: random.Random, rows: int) -> list[Any]:
    """Leads, what partners take of them, offers, registrations."""
    firms, owners = kept[tenant.id, Account], [*kept[tenant.id, User][:3], None]
    made: list[Any] = []
    for at in range(rows):
        owner, who, firm = chance.choice(owners), chance.choice(NAMES), chance.choice((*NAMES[:4], None))
        person = {**named(who), "last_name": who or "-", "company": firm, "company_sort": firm and fold(firm)}
        facts = {"owner_id": owner and owner.id, "status": LeadStatus.NEW, "skills": []}
        if chance.random() < 0.4:
            became = {"status": LeadStatus.CONVERTED, "account_id": chance.choice(firms[:4]).id}
            facts |= {**became, "converted_at": chance.choice(INSTANTS)}
        lead = record(Lead, tenant, chance, **person, **facts)
        profile = record(PartnerLeadProfile, tenant, chance, partner_id=firms[at].id, territories=[], skills=[])
        begin, end = sorted(chance.sample(INSTANTS, 2))
        asked = {"lead_id": lead.id, "partner_id": chance.choice(firms[:4]).id, "status": OfferStatus.OFFERED}
        drawn = {"attempt": 1, "seed": "-", "level": "", "draw": 0, "total_weight": 1}
        offer = record(PartnerLeadOffer, tenant, chance, **asked, **drawn, offered_at=begin, expires_at=end)
        made += [lead, profile, offer, registration(tenant, chance, at)]
    return first(tenant, made, Lead)


def registration(tenant: Tenant, chance: random.Random, at: int) -> Any:
    """A draft, or one that was rejected or has been approved; each for another customer."""
    money, owner = chance.choice((None, 5, 10**17)), chance.choice([*kept[tenant.id, User][:3], None])
    estimate = {"estimated_amount_minor": money, "currency": None if money is None else chance.choice(("USD", "JPY"))}
    partner, day = (
        chance.choice(kept[tenant.id, Account][:4]),
        chance.choice((None, date(2026, 1, 1), date(2200, 1, 1))),
    )
    facts = {"partner_id": partner.id, "owner_id": owner and owner.id, "estimated_close": day, "extensions": 0}
    status = chance.choice((RegistrationStatus.DRAFT, RegistrationStatus.REJECTED, RegistrationStatus.APPROVED))
    if status is not RegistrationStatus.DRAFT:
        claim = {"account_key": f"key {at}", "product_key": "", "evidence": "-"}
        facts |= {
            **claim,
            **{name: chance.choice(INSTANTS) for name in ("submitted_at", "decision_due_at", "decided_at")},
        }
    if status is RegistrationStatus.REJECTED:
        facts["rejection_reason"] = RejectionReason.EVIDENCE
    if status is RegistrationStatus.APPROVED:
        facts["approved_at"], facts["expires_at"] = sorted(chance.sample(INSTANTS, 2))
    name = named(chance.choice(NAMES))
    return record(DealRegistration, tenant, chance, **name, **facts, **estimate, status=status, has_conflict=False)


def earnings(tenant: Tenant, chance: random.Random, rows: int) -> list[Any]:
    """Plans, commissions of which some are paid, the ledgers of some firms, a statement of each entry."""
    days = (date(2026, 1, 1), date(2026, 1, 2), date(2200, 12, 31))
    firms, tiers = kept[tenant.id, Account][:4], kept[tenant.id, PartnerTier]
    programs = {one.program_id for one in tiers}
    made: list[Any] = []
    ledgers: dict[Any, tuple[int, int]] = {}
    for at in range(rows):
        terms = {"basis": CommissionBasis.NET_REVENUE, "role": PartnerRole.ORIGINATOR, "starts_on": days[at % 2]}
        of = {"program_id": chance.choice(sorted(programs)), "ends_on": chance.choice((None, *days[1:]))}
        plan = record(CommissionPlan, tenant, chance, **named(f"Plan {at}"), **terms, **of)
        firm, currency, day = chance.choice(firms), chance.choice(("USD", "JPY")), chance.choice(days)
        minor = chance.choice((1, 2, 10**9))
        amounts = dict.fromkeys(("revenue_minor", "basis_minor", "uncapped_minor", "amount_minor"), minor)
        facts = {"account_id": firm.id, "plan_id": plan.id, "source_key": f"key {at}", "tier_id": tiers[at % 3].id}
        state: dict[str, Any] = {"status": CommissionStatus.ACCRUED}
        if chance.random() < 0.5:
            state = {"status": CommissionStatus.PAID, "paid_minor": minor, "approved_on": day, "paid_on": day}
        known = {"basis": CommissionBasis.NET_REVENUE, "percent": 100, "currency": currency, "accrued_on": day}
        earned = record(PartnerCommission, tenant, chance, **facts, **amounts, **known, **state, closed_on=day)
        sequence, opening = ledgers.get((firm.id, currency), (0, 0))
        ledgers[firm.id, currency] = (sequence + 1, opening + minor)
        ledger = {"account_id": firm.id, "currency": currency}
        place = {"sequence": sequence + 1, "previous": sequence or None, "kind": EntryKind.ACCRUED, "booked_on": day}
        money = {"amount_minor": minor, "opening_minor": opening, "balance_minor": opening + minor}
        entry = {"commission_id": earned.id, **ledger, **place, **money}
        booked = record(PartnerCommissionEntry, tenant, chance, **entry)
        period = dict.fromkeys(("starts_on", "ends_on"), days[0] + timedelta(days=at))
        reach = {"from_sequence": sequence + 1, "to_sequence": sequence + 1, "opening_minor": opening}
        sums = {"accrued_minor": minor, "reversed_minor": 0, "paid_minor": 0, "closing_minor": opening + minor}
        stated = record(PartnerCommissionStatement, tenant, chance, **ledger, **period, **reach, **sums)
        made += [plan, earned, booked, stated]
    return first(tenant, made, CommissionPlan)
