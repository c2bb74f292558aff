"""One function for each kind of record: `await an_opportunity(work, stage="Negotiation")`.

They go through the commands, so that what they make is what the product makes.
"""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from api.domain import (
    accounts,
    business_hours,
    cases,
    commissions,
    contacts,
    deal_registrations,
    leads,
    opportunities,
    partner_programs,
    products,
    queues,
    users,
)
from api.domain import market_development_funds as funds
from api.domain.cases import CasePriority, CaseStatus, MilestoneType, ResolutionCode
from api.domain.deal_registrations import RegistrationStatus, RejectionReason
from api.domain.kernel import Money, Work
from api.domain.leads import LeadStatus, UnqualifiedReason
from api.domain.opportunities import Status


async def a_user(work: Work, name: str = "Grace Hopper", **values: Any) -> users.User:
    user = await users.create(work, {"name": name, **values})  # type: ignore[typeddict-item]
    await work.flush()
    return user


async def a_team(work: Work, name: str = "Central", **values: Any) -> users.Team:
    team = await users.create_team(work, {"name": name, **values})  # type: ignore[typeddict-item]
    await work.flush()
    return team


async def an_account(work: Work, name: str = "Acme Corporation", **values: Any) -> accounts.Account:
    account = await accounts.create(work, {"name": name, **values})  # type: ignore[typeddict-item]
    await work.flush()
    return account


async def a_contact(work: Work, last_name: str = "Lovelace", **values: Any) -> contacts.Contact:
    contact = await contacts.create(work, {"last_name": last_name, **values})  # type: ignore[typeddict-item]
    await work.flush()
    return contact


async def a_product(
    work: Work, name: str = "GTX Pro", *, price: int | None = 482_100, **values: Any
) -> products.Product:
    """`price` in US cents."""
    given = {"code": name, "name": name, "list_price": None if price is None else Money(price, "USD"), **values}
    product = await products.create(work, given)  # type: ignore[arg-type]
    await work.flush()
    return product


async def a_pipeline(work: Work, name: str = "Sales", **values: Any) -> opportunities.Pipeline:
    """Prospecting 10 %, Qualification 25 %, Proposal 50 %, Negotiation 75 %, Won, Lost."""
    pipeline = await opportunities.create_pipeline(
        work,
        {"name": name, **values},  # type: ignore[typeddict-item]
        opportunities.DEFAULT_STAGES,
    )
    await work.flush()
    return pipeline


async def a_stage(work: Work, name: str = "Prospecting", pipeline: UUID | None = None) -> opportunities.Stage:
    """The stage of this name in the oldest pipeline, which is made if there is none."""
    board = await opportunities.load_board(work)
    if not board.pipelines:
        await a_pipeline(work)
        board = await opportunities.load_board(work)
    stage = board.named(name, pipeline)
    assert stage is not None, f"there is no stage {name}"
    return stage


async def an_opportunity(
    work: Work,
    name: str = "Roof",
    *,
    stage: str = "Prospecting",
    status: Status = Status.OPEN,
    amount: int | None = 100_000,
    **values: Any,
) -> opportunities.Opportunity:
    """`amount` in minor units. A closed one was won from a new account, or lost on price."""
    given = {"name": name, "stage_id": (await a_stage(work, stage)).id, **values}
    if amount is not None:
        given["amount"] = Money(amount, values.get("currency", "USD"))
    if status is Status.WON and "account_id" not in given:
        given["account_id"] = (await an_account(work)).id
    opportunity = await opportunities.create(work, given)  # type: ignore[arg-type]
    await work.flush()
    if status is Status.WON:
        await opportunities.win(work, opportunity.id)
    if status is Status.LOST:
        await opportunities.lose(work, opportunity.id, "Price")
    await work.flush()
    return opportunity


WAYS = {
    LeadStatus.NEW: (),
    LeadStatus.WORKING: (leads.start,),
    LeadStatus.QUALIFIED: (leads.start, leads.qualify),
    LeadStatus.NURTURING: (leads.nurture,),
    LeadStatus.UNQUALIFIED: (lambda work, id: leads.disqualify(work, id, UnqualifiedReason.NO_NEED),),
    LeadStatus.CONVERTED: (leads.start, leads.qualify, lambda work, id: leads.convert(work, id, {})),
}


async def a_lead(
    work: Work, last_name: str | None = "Hopper", *, status: LeadStatus = LeadStatus.NEW, **values: Any
) -> leads.Lead:
    """Somebody at Initech who came by the verbs to where he is."""
    given = {"last_name": last_name, "company": "Initech", **values}
    lead = await leads.create(work, given)  # type: ignore[arg-type]
    for step in WAYS[status]:
        await step(work, lead.id)
    await work.flush()
    return lead


async def a_program(work: Work, name: str = "Resellers", **values: Any) -> partner_programs.PartnerProgram:
    program = await partner_programs.create_program(work, {"name": name, **values})  # type: ignore[typeddict-item]
    await work.flush()
    return program


async def a_tier(
    work: Work, name: str = "Silver", program: UUID | None = None, **values: Any
) -> partner_programs.PartnerTier:
    """In a new program unless one is given; the first rank, the weight 1."""
    given = {"name": name, "rank": 1, "weight": 1, "program_id": program or (await a_program(work)).id, **values}
    tier = await partner_programs.create_tier(work, given)  # type: ignore[arg-type]
    await work.flush()
    return tier


async def a_membership(
    work: Work, account: UUID | None = None, tier: partner_programs.PartnerTier | None = None, *, status: str = "ACTIVE"
) -> partner_programs.PartnerMembership:
    """Of a new account, in a new program with one tier, unless they are given."""
    tier = tier or await a_tier(work)
    company = account or (await an_account(work, "Brightwater")).id
    made = await partner_programs.apply(work, tier.program_id, account_id=company)
    await work.flush()
    steps = {"APPLIED": 0, "APPROVED": 1, "ACTIVE": 2, "SUSPENDED": 3, "TERMINATED": 3}[status]
    if steps >= 1:
        await partner_programs.approve(work, made.id)
    if steps >= 2:
        await partner_programs.activate(work, made.id, tier.id)
    if status == "SUSPENDED":
        await partner_programs.suspend(work, made.id, "Unpaid invoices")
    if status == "TERMINATED":
        await partner_programs.terminate(work, made.id, "Sold to a competitor")
    await work.flush()
    return made


async def some_business_hours(work: Work, name: str = "Office", **values: Any) -> business_hours.BusinessHours:
    """Monday to Friday, 09:00 to 17:00, in UTC."""
    week = [{"day": day, "opens": "09:00", "closes": "17:00"} for day in list(business_hours.Weekday)[:5]]
    hours = await business_hours.create(work, {"name": name, "intervals": week, **values})  # type: ignore[typeddict-item]
    await work.flush()
    return hours


async def a_holiday_calendar(
    work: Work, name: str = "Holidays", *, days: Mapping[date, str] | None = None
) -> business_hours.HolidayCalendar:
    holidays: list[business_hours.HolidayValues] = [
        {"day": day, "name": called} for day, called in (days or {}).items()
    ]
    calendar = await business_hours.create_calendar(work, {"name": name, "holidays": holidays})
    await work.flush()
    return calendar


async def some_partners(work: Work, *names: str, tier: partner_programs.PartnerTier | None = None) -> list[UUID]:
    """Active members of one program with one tier."""
    tier = tier or await a_tier(work)
    companies = [(await an_account(work, name)).id for name in names]
    for company in companies:
        await a_membership(work, company, tier)
    return companies


async def a_registration(
    work: Work,
    partner: UUID | None = None,
    *,
    status: RegistrationStatus = RegistrationStatus.DRAFT,
    **values: Any,
) -> deal_registrations.DealRegistration:
    """Of a new partner unless one is given, for Initech in the US, in the status to which the verbs have led."""
    partner = partner or (await a_membership(work)).account_id
    known = {"name": "Initech", "customer_country": "US", "evidence": "Three meetings"}
    made = await deal_registrations.create(work, {"partner_id": partner, **known, **values})  # type: ignore[typeddict-item]
    await work.flush()
    if status is RegistrationStatus.WITHDRAWN:
        await deal_registrations.withdraw(work, made.id)
    elif status is not RegistrationStatus.DRAFT:
        await lead_on(work, made.id, status)
    await work.flush()
    return made


async def lead_on(work: Work, id: UUID, status: RegistrationStatus) -> None:
    await deal_registrations.submit(work, id)
    if status is RegistrationStatus.REJECTED:
        await deal_registrations.reject(work, id, RejectionReason.EVIDENCE)
    elif status is not RegistrationStatus.SUBMITTED:
        await deal_registrations.review(work, id)
    if status in {RegistrationStatus.APPROVED, RegistrationStatus.CONVERTED, RegistrationStatus.EXPIRED}:
        await deal_registrations.approve(work, id)
    if status is RegistrationStatus.CONVERTED:
        await deal_registrations.convert(work, id)
    if status is RegistrationStatus.EXPIRED:
        work.now += timedelta(days=91)
        await deal_registrations.expire(work, {"id": str(id)})
        work.now -= timedelta(days=91)


async def a_budget(
    work: Work, name: str = "Spring", amount: int = 1_000_000, **values: Any
) -> funds.PartnerMarketingBudget:
    """`amount` in US cents, for the year 2026."""
    year = {"starts_on": date(2026, 1, 1), "ends_on": date(2026, 12, 31)}
    given = {"name": name, "amount": Money(amount, "USD"), **year, **values}
    budget = await funds.create_budget(work, given)  # type: ignore[arg-type]
    await work.flush()
    return budget


async def an_allocation(
    work: Work, amount: int = 500_000, *, budget: UUID | None = None, account: UUID | None = None
) -> funds.PartnerFundAllocation:
    """`amount` in US cents; of a new budget to a new partner unless they are given."""
    of = budget or (await a_budget(work)).id
    to = account or (await a_membership(work)).account_id
    allocation = await funds.allocate(work, of, to, {"amount": Money(amount, "USD")})
    await work.flush()
    return allocation


async def a_fund_request(
    work: Work, amount: int = 200_000, *, allocation: UUID | None = None, status: str = "APPROVED", title: str = "Fair"
) -> funds.PartnerFundRequest:
    """`amount` in US cents."""
    of = allocation or (await an_allocation(work)).id
    request = await funds.submit_request(work, of, {"title": title, "amount": Money(amount, "USD")})
    await work.flush()
    if status == "APPROVED":
        await funds.approve_request(work, request.id)
    if status == "REJECTED":
        await funds.reject_request(work, request.id, "Not this year")
    if status == "WITHDRAWN":
        await funds.withdraw_request(work, request.id)
    await work.flush()
    return request


async def a_fund_claim(
    work: Work, amount: int = 50_000, *, request: UUID | None = None, status: str = "SUBMITTED"
) -> funds.PartnerFundClaim:
    """`amount` in US cents."""
    on = request or (await a_fund_request(work)).id
    claim = await funds.submit_claim(work, on, {"invoice": "R-17", "amount": Money(amount, "USD")})
    await work.flush()
    if status in {"APPROVED", "PAID"}:
        await funds.approve_claim(work, claim.id)
    if status == "PAID":
        await funds.pay_claim(work, claim.id)
    if status == "REJECTED":
        await funds.reject_claim(work, claim.id, "No proof")
    if status == "WITHDRAWN":
        await funds.withdraw_claim(work, claim.id)
    await work.flush()
    return claim


async def a_commission_plan(
    work: Work, name: str = "Channel", program: UUID | None = None, **values: Any
) -> commissions.CommissionPlan:
    """On net revenue, for originators, since the beginning of 2026; in a new program unless one is given."""
    of = program or (await a_program(work)).id
    known = {"program_id": of, "basis": commissions.CommissionBasis.NET_REVENUE, "starts_on": date(2026, 1, 1)}
    plan = await commissions.create_plan(work, {"name": name, **known, **values})  # type: ignore[typeddict-item]
    await work.flush()
    return plan


async def a_sourced_sale(work: Work, partner: UUID, **values: Any) -> opportunities.Opportunity:
    """An open sale to a new customer that the partner has brought."""
    customer = values.pop("account_id", None) or (await an_account(work, values.get("name", "Customer"))).id
    sale = await an_opportunity(work, account_id=customer, **values)
    await partner_programs.set_opportunity_partner(work, sale.id, partner, partner_programs.PartnerRole.ORIGINATOR)
    await work.flush()
    return sale


async def a_commission(
    work: Work,
    *,
    plan: UUID | None = None,
    partner: UUID | None = None,
    status: str = "ACCRUED",
    amount: int = 100_000,
    **sale_values: Any,
) -> commissions.PartnerCommission:
    """10 % of `amount` US cents, for a new partner under a new plan unless both are given."""
    if plan is None or partner is None:
        member = await a_membership(work, tier=await a_tier(work, commission_percent=Decimal(10)))
        partner, plan = member.account_id, (await a_commission_plan(work, program=member.program_id)).id
    sale = await a_sourced_sale(work, partner, amount=amount, **sale_values)
    await work.finish()
    await opportunities.win(work, sale.id)
    await work.finish()  # when it accrues
    made = await commissions.accrue(work, sale.id, plan, partner)
    if status in {"APPROVED", "PAID"}:
        await commissions.approve(work, made.id)
    if status == "PAID":
        await commissions.pay(work, made.id, reference="SEPA 4711")
    if status == "REVERSED":
        await commissions.reverse(work, made.id, "Refunded")
    await work.flush()
    return made


async def a_certification(work: Work, name: str = "Installer", **values: Any) -> partner_programs.Certification:
    certification = await partner_programs.create_certification(work, {"name": name, **values})  # type: ignore[typeddict-item]
    await work.flush()
    return certification


async def a_case(
    work: Work, subject: str = "It does not start", *, status: CaseStatus = CaseStatus.NEW, **values: Any
) -> cases.Case:
    """By the shortest way to its status."""
    case = await cases.create(work, {"subject": subject, **values})  # type: ignore[typeddict-item]
    await work.flush()
    if status is CaseStatus.CANCELLED:
        await cases.cancel(work, case.id, "No answer needed")
    elif status is CaseStatus.DUPLICATE:
        await cases.mark_duplicate(work, case.id, (await a_case(work, "The same before")).id)
    elif status is not CaseStatus.NEW:
        await cases.start(work, case.id)
    if status is CaseStatus.WAITING_CUSTOMER:
        await cases.wait_for_customer(work, case.id)
    if status is CaseStatus.WAITING_THIRD_PARTY:
        await cases.wait_for_third_party(work, case.id)
    if status in {CaseStatus.RESOLVED, CaseStatus.CLOSED}:
        await cases.resolve(work, case.id, ResolutionCode.SOLVED)
    if status is CaseStatus.CLOSED:
        await cases.close(work, case.id)
    await work.flush()
    return case


async def a_policy(
    work: Work,
    promises: Mapping[MilestoneType, int],
    name: str = "Standard",
    *,
    urgent: Mapping[MilestoneType, int] | None = None,
    hours_of_target: UUID | None = None,
    **values: Any,
) -> cases.SlaPolicy:
    """`promises` in minutes, for every priority; round the clock. `urgent`: others for urgent cases."""
    targets: list[cases.TargetValues] = [
        {"priority": priority, "milestone": milestone, "minutes": minutes, "business_hours_id": hours_of_target}
        for priority in CasePriority
        for milestone, minutes in (urgent if urgent and priority is CasePriority.URGENT else promises).items()
    ]
    policy = await cases.create_policy(work, {"name": name, "targets": targets, **values})  # type: ignore[typeddict-item]
    await work.flush()
    return policy


async def a_queue(
    work: Work,
    agents: Sequence[users.User],
    routing: queues.QueueRouting = queues.QueueRouting.MANUAL,
    name: str = "Support",
    **values: Any,
) -> queues.Queue:
    members: list[queues.MemberValues] = [{"user_id": agent.id} for agent in agents]
    given = {"name": name, "routing": routing, "members": members, **values}
    queue = await queues.create(work, given)  # type: ignore[arg-type]
    await work.flush()
    return queue


async def a_rule(
    work: Work, trigger: cases.EscalationTrigger, name: str = "Late", **values: Any
) -> cases.EscalationRule:
    rule = await cases.create_rule(work, {"name": name, "trigger": trigger, **values})  # type: ignore[typeddict-item]
    await work.flush()
    return rule
