"""Partners in the demo tenant: members in every state, people with a login, development funds in every state."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

from sqlalchemy import select

from api.domain import market_development_funds as funds
from api.domain import partner_programs
from api.domain.accounts import Account
from api.domain.contacts import Contact
from api.domain.kernel import Money, Work
from api.domain.opportunities import Opportunity, Status
from api.domain.partner_programs import PartnerMembership, PartnerRole, PartnerScope, PartnerTier

# Name, weight, commission and part of the revenue in percent, sourced revenue in US cents that it takes.
TIERS = (
    ("Registered", 1, "3.00", "0.50", None),
    ("Silver", 2, "5.00", "1.00", 2_000_000),
    ("Gold", 4, "8.00", "2.00", 40_000_000),
)
# Two partners whose people use the API, one with a part of its own; then those that are on their way in or out.
MEMBERS = {
    "Brightwater Partners": "ACTIVE",
    "Cobalt Batteries": "ACTIVE",
    "Brightwater Iberia": "SUSPENDED",
    "Kestrel Aviation": "APPLIED",
    "Marchetti Ceramiche": "APPROVED",
    "Fenwick Greenhouses": "TERMINATED",
}
FIRST, SECOND = "Brightwater Partners", "Cobalt Batteries"
SCOPES = (PartnerScope.SUBTREE, PartnerScope.OWN)  # of the two people of each


async def make_partners(work: Work, today: date) -> None:
    firms = await accounts_named(work)
    program = await partner_programs.create_program(
        work,
        {
            "name": "Channel partners",
            "description": "Sell, install and look after what we make.",
            "accepts_applications": True,
            "notes": "Reviewed by the head of sales every spring.",
        },
    )
    courses = [
        await partner_programs.create_certification(work, {"name": name, "valid_months": months})
        for name, months in (("Installer", 24), ("Solution architect", 12))
    ]
    await work.flush()
    tiers = [await make_tier(work, program.id, place, [course.id for course in courses]) for place in range(len(TIERS))]
    await work.flush()
    members = [await make_member(work, firms[name], state, tiers[0]) for name, state in MEMBERS.items()]
    for member, name in zip(members, MEMBERS, strict=True):
        if name in {FIRST, SECOND}:
            await make_people(work, member.account_id, courses[0].id)
            await source(work, member.account_id)
    await partner_programs.change_tier(work, members[0].id, tiers[1].id, reason="Sold enough, and learned to install")
    await make_funds(work, program.id, firms, today)


async def accounts_named(work: Work) -> Mapping[str, UUID]:
    query = select(Account.name, Account.id).where(Account.tenant_id == work.tenant, Account.name.in_(list(MEMBERS)))
    return {name: id for name, id in await work.session.execute(query)}  # noqa: C416 - rows are not pairs


async def make_tier(work: Work, program: UUID, place: int, courses: list[UUID]) -> PartnerTier:
    """The higher the tier, the more certifications it takes."""
    name, weight, commission, part, least = TIERS[place]
    return await partner_programs.create_tier(
        work,
        {
            "program_id": program,
            "name": name,
            "rank": place + 1,
            "weight": weight,
            "commission_percent": Decimal(commission),
            "mdf_percent": Decimal(part),
            "min_revenue": None if least is None else Money(least, "USD"),
            "certifications": [(course, 1) for course in courses[:place]],
        },
    )


async def make_member(work: Work, account: UUID, state: str, tier: PartnerTier) -> PartnerMembership:
    made = await partner_programs.apply(
        work, tier.program_id, account_id=account, application="We sell to your market."
    )
    await work.flush()
    if state != "APPLIED":
        await partner_programs.approve(work, made.id)
    if state in {"ACTIVE", "SUSPENDED", "TERMINATED"}:
        await partner_programs.activate(work, made.id, tier.id)
    if state == "SUSPENDED":
        await partner_programs.suspend(work, made.id, "Invoices are overdue")
    if state == "TERMINATED":
        await partner_programs.terminate(work, made.id, "Sells a competitor's goods now")
    await work.flush()
    return made


async def make_people(work: Work, account: UUID, course: UUID) -> None:
    """The people of a partner may use the API; the first one has learned to install."""
    query = select(Contact.id).where(Contact.tenant_id == work.tenant, Contact.account_id == account)
    people = (await work.session.scalars(query.order_by(Contact.name_sort, Contact.id))).all()
    for contact, scope in zip(people, SCOPES, strict=False):
        await partner_programs.create_user(work, contact, scope)
    await partner_programs.award(work, course, account, contact_id=people[0], reference="2026-0117")


async def source(work: Work, account: UUID) -> None:
    """Five sales to others were brought by the partner."""
    taken = select(partner_programs.OpportunityPartner.opportunity_id)
    query = select(Opportunity.id).where(
        Opportunity.tenant_id == work.tenant,
        Opportunity.status == Status.WON,
        Opportunity.currency == "USD",
        Opportunity.account_id != account,
        Opportunity.id.not_in(taken),
    )
    for sale in (await work.session.scalars(query.order_by(Opportunity.name_sort, Opportunity.id).limit(5))).all():
        await partner_programs.set_opportunity_partner(work, sale, account, PartnerRole.ORIGINATOR)
    await work.flush()


async def make_funds(work: Work, program: UUID, firms: Mapping[str, UUID], today: date) -> None:
    """Two budgets, what two partners have of one, and requests and claims in every state."""
    values: funds.BudgetValues = {
        "name": f"Marketing {today.year}",
        "program_id": program,
        "starts_on": today - timedelta(days=180),
        "ends_on": today + timedelta(days=180),
        "amount": Money(5_000_000, "USD"),
        "accrual_percent": Decimal("1.00"),
        "notes": "Half of it before the summer.",
    }
    budget = await funds.create_budget(work, values)
    await funds.create_budget(
        work, {**values, "name": f"New products {today.year}", "notes": "Nobody has any of it yet."}
    )
    await work.flush()
    for name, amount in ((FIRST, 2_000_000), (SECOND, 1_000_000)):
        allocation = await funds.allocate(work, budget.id, firms[name], {"amount": Money(amount, "USD")})
        await work.flush()
        await make_requests(work, allocation.id)


async def make_requests(work: Work, allocation: UUID) -> None:
    for title, amount in (("Trade fair", 400_000), ("Advertisements", 150_000), ("Film", 300_000), ("Dinner", 50_000)):
        values: funds.RequestValues = {"title": title, "amount": Money(amount, "USD")}
        request = await funds.submit_request(work, allocation, values)
        await work.flush()
        if title == "Trade fair":
            await funds.approve_request(work, request.id, amount=Money(350_000, "USD"))
            await make_claims(work, request.id)
        if title == "Film":
            await funds.reject_request(work, request.id, "We have one that you can use.")
        if title == "Dinner":
            await funds.withdraw_request(work, request.id)
        await work.flush()


async def make_claims(work: Work, request: UUID) -> None:
    for number in range(1, 6):
        values: funds.ClaimValues = {"invoice": f"F-{number:03}", "amount": Money(30_000 * number, "USD")}
        claim = await funds.submit_claim(work, request, values)
        await work.flush()
        if number in {1, 2}:
            await funds.approve_claim(work, claim.id)
        if number == 1:
            await funds.pay_claim(work, claim.id, reference="SEPA 4711")
        if number == 3:  # noqa: PLR2004 - the third of five
            await funds.reject_claim(work, claim.id, "The invoice names another event.")
        if number == 4:  # noqa: PLR2004 - the fourth of five
            await funds.withdraw_claim(work, claim.id)
        await work.flush()
